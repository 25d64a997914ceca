// One set of connections, several users in a thread: a redo stream, a page reader, the volume master. Messages go to whoever asked for their kind.

import type {Message, NodePlace, Transport} from '../api.ts';

export class Dispatcher {
  readonly #transport: Transport;
  readonly #handlers = new Map<Message['kind'], ((node: number, message: Message) => void)[]>();
  readonly #ups: ((node: number) => void)[] = [];

  constructor(transport: Transport) {
    this.#transport = transport;
    transport.onMessage = (node, message) => {
      for (const handle of this.#handlers.get(message.kind) ?? []) handle(node, message);
    };
    transport.onUp = node => {
      for (const handle of this.#ups) handle(node);
    };
  }

  on<K extends Message['kind']>(kind: K, handle: (node: number, message: Extract<Message, {kind: K}>) => void): void {
    const list = this.#handlers.get(kind) ?? [];
    list.push(handle as (node: number, message: Message) => void);
    this.#handlers.set(kind, list);
  }

  onUp(handle: (node: number) => void): void {
    this.#ups.push(handle);
  }

  send(node: number, message: Message): void {
    this.#transport.send(node, message);
  }

  queued(node: number): number {
    return this.#transport.queued(node);
  }

  /** Tells where all nodes of a volume are. */
  place(nodes: Readonly<Record<string, NodePlace>>): void {
    for (const [node, place] of Object.entries(nodes)) this.#transport.place(Number(node), place);
  }

  close(): void {
    this.#transport.close();
  }
}
