// Messages over byte streams (codec.ts): the connections of a client or a peer to the storage nodes, and a storage node's listening end.
//
// What cannot be sent now is dropped: a node that is away or does not read (SIGSTOP) must cost nobody memory or time. Who sends repeats what matters.

import type {Clock} from '../../env/clock.ts';
import type {Listener, Network, Secret, Socket} from '../../env/network.ts';
import type {Trace} from '../../env/trace.ts';
import {type Message, NO_BYTES, type NodePlace, type Transport} from './api.ts';
import {encodeMessage, MessageSplitter} from './codec.ts';
import type {StorageNode} from './replica/node.ts';

/** Bytes that may wait for a node that does not read. */
const QUEUE_MAX = 8 << 20;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 1000;
/** Between two slices of a node's background work. */
const TICK_MS = 25;

export interface SocketEnv {
  readonly network: Network;
  readonly clock: Clock;
}

class Link {
  readonly place: NodePlace;
  socket: Socket | undefined;
  retryMs = RETRY_MIN_MS;
  closed = false;

  constructor(place: NodePlace) {
    this.place = place;
  }

  close(): void {
    this.closed = true;
    this.socket?.destroy();
  }
}

/** Host and port of `host:port`; undefined when it is not of that form. */
export function parseAddress(address: string): {host: string; port: number} | undefined {
  const at = address.lastIndexOf(':');
  const port = Number(address.slice(at + 1));
  if (at <= 0 || !Number.isInteger(port) || port < 0 || port > 65_535) return undefined;
  return {host: address.slice(0, at), port};
}

export class SocketTransport implements Transport {
  onMessage: (node: number, message: Message) => void = () => {};
  onUp: (node: number) => void = () => {};
  readonly #env: SocketEnv;
  readonly #secret: Secret | undefined;
  readonly #links = new Map<number, Link>();
  #lastMessage: Message | undefined;
  #lastFrame: Uint8Array = NO_BYTES;
  #closed = false;

  /** `secret`: what the nodes of the volume and all who use it know; without one nothing is encrypted, and nobody asked who he is. */
  constructor(env: SocketEnv, secret: Secret | undefined) {
    this.#env = env;
    this.#secret = secret;
  }

  place(node: number, place: NodePlace): void {
    const known = this.#links.get(node);
    if (known?.place.address === place.address || this.#closed) return;
    known?.close();
    const link = new Link(place);
    this.#links.set(node, link);
    this.#connect(node, link);
  }

  #connect(node: number, link: Link): void {
    const address = parseAddress(link.place.address);
    if (link.closed || address === undefined) return;
    const again = (): void => {
      if (link.closed) return;
      this.#env.clock.after(link.retryMs, () => this.#connect(node, link));
      link.retryMs = Math.min(RETRY_MAX_MS, link.retryMs * 2);
    };
    this.#env.network.connect(
      {...address, secret: this.#secret},
      socket => this.#connected(node, link, socket, again),
      again,
    );
  }

  #connected(node: number, link: Link, socket: Socket, again: () => void): void {
    if (link.closed) {
      socket.destroy();
      return;
    }
    const splitter = new MessageSplitter();
    link.socket = socket;
    link.retryMs = RETRY_MIN_MS;
    socket.onData = chunk => {
      try {
        splitter.push(chunk, message => this.onMessage(node, message));
      } catch (error) {
        socket.destroy();
        throw error;
      }
    };
    socket.onClose = () => {
      link.socket = undefined;
      again();
    };
    this.onUp(node);
  }

  send(node: number, message: Message): void {
    const socket = this.#links.get(node)?.socket;
    if (socket === undefined || socket.queued > QUEUE_MAX) return;
    if (message !== this.#lastMessage) {
      this.#lastMessage = message;
      this.#lastFrame = encodeMessage(message);
    }
    socket.write(this.#lastFrame);
  }

  queued(node: number): number {
    return this.#links.get(node)?.socket?.queued ?? 0;
  }

  close(): void {
    this.#closed = true;
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }
}

/** A storage node that listens. */
export class StorageServer {
  readonly #env: SocketEnv & {readonly trace: Trace};
  readonly #node: StorageNode;
  readonly #secret: Secret | undefined;
  #listener: Listener | undefined;
  #closed = false;

  /** `secret`: see SocketTransport. */
  constructor(env: SocketEnv & {readonly trace: Trace}, node: StorageNode, secret: Secret | undefined) {
    this.#env = env;
    this.#secret = secret;
    this.#node = node;
  }

  /** Listens and works. `ready` gets the port, or what keeps it from listening. */
  start(
    address: {host: string; port: number},
    ready: (port: number, error?: {code: string; message: string}) => void,
  ): void {
    const listener = this.#env.network.listen(
      {...address, shared: false, secret: this.#secret},
      socket => this.#accept(socket),
      error => {
        ready(error === undefined ? listener.port : 0, error);
        if (error === undefined) this.#tick();
      },
    );
    this.#listener = listener;
  }

  #accept(socket: Socket): void {
    const splitter = new MessageSplitter();
    const reply = (message: Message): void => {
      if (socket.queued > QUEUE_MAX) socket.destroy();
      else socket.write(encodeMessage(message));
    };
    socket.onData = chunk => {
      try {
        splitter.push(chunk, message => this.#node.receive(message, reply));
      } catch (error) {
        if (!(error instanceof SyntaxError) && !(error instanceof RangeError)) throw error;
        this.#env.trace.warn('a connection speaks something else', {from: socket.remoteAddress});
        socket.destroy();
      }
    };
  }

  #tick(): void {
    if (this.#closed) return;
    if (this.#node.tick()) this.#env.clock.soon(() => this.#tick());
    else this.#env.clock.after(TICK_MS, () => this.#tick());
  }

  close(): void {
    this.#closed = true;
    this.#listener?.close();
    this.#node.close();
  }
}
