// Network over node:net and node:tls.
//
// When `write` may say that the bytes are taken: after a plain write nothing is left in the stream's queue
// (writableLength 0) exactly when the kernel has them all, and only then may the caller write over them. TLS encrypts
// later and keeps a reference until then, so what goes through TLS is copied first; true then means "copied, and not much is queued".
// Node tells of a drain only above its own mark; an empty write behind the queued ones tells of every one.
//
// Errors of a socket end in its close: the owner learns that the peer is gone, once, and nothing is thrown.

import {connect, createServer, type Socket as NodeSocket, type Server} from 'node:net';
import {createSecureContext, type SecureContext, TLSSocket} from 'node:tls';
import type {Listener, Network, Secret, Socket, TlsCredentials, TlsFacts} from '../env/network.ts';
import {connectSecret, createSecretServer} from './secret-network.ts';

/** Encrypted bytes that may wait before the writer is told to stop. */
const TLS_QUEUE_MAX = 256 * 1024;
const BACKLOG = 1024;
const KEEPALIVE_MS = 60_000;
const NOTHING = Buffer.alloc(0);
const MAPPED_V4 = '::ffff:';

/** Contexts are costly to build and the same for all connections of a server. */
const contexts = new WeakMap<TlsCredentials, SecureContext>();

/** The network of this machine. */
export class NodeNetwork implements Network {
  listen(
    address: {host: string; port: number; shared: boolean; secret?: Secret | undefined},
    accept: (socket: Socket) => void,
    ready: (error?: {code: string; message: string}) => void,
  ): Listener {
    const settings = {noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS};
    const {secret} = address;
    const server =
      secret === undefined
        ? createServer(settings, socket => accept(new StreamSocket(socket, false)))
        : createSecretServer(settings, secret, socket => accept(new StreamSocket(socket, true)));
    const failed = (error: NodeJS.ErrnoException): void =>
      ready({code: error.code ?? 'UNKNOWN', message: error.message});
    server.once('error', failed);
    server.listen({host: address.host, port: address.port, backlog: BACKLOG, reusePort: address.shared}, () => {
      server.off('error', failed);
      // An accept that fails (no descriptors left) costs that connection, not the server.
      server.on('error', () => {});
      ready();
    });
    return new ServerListener(server);
  }

  connect(
    {host, port, secret}: {host: string; port: number; secret?: Secret | undefined},
    connected: (socket: Socket) => void,
    failed: (error: {code: string; message: string}) => void,
  ): void {
    const settings = {host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS};
    const isSecret = secret !== undefined;
    const stream = isSecret ? connectSecret(settings, secret) : connect(settings);
    const refused = (error: NodeJS.ErrnoException): void =>
      failed({code: error.code ?? 'UNKNOWN', message: error.message});
    stream.once('error', refused);
    stream.once(isSecret ? 'secureConnect' : 'connect', () => {
      stream.off('error', refused);
      connected(new StreamSocket(stream, isSecret));
    });
  }
}

class ServerListener implements Listener {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  close(): void {
    this.#server.close();
  }
}

function ignore(): void {}

class StreamSocket implements Socket {
  readonly remoteAddress: string;
  readonly remotePort: number;
  onData: (chunk: Uint8Array) => void = ignore;
  onClose: () => void = ignore;
  onDrain: () => void = ignore;

  #stream: NodeSocket;
  #secure = false;
  #closed = false;
  #awaitsDrain = false;

  constructor(stream: NodeSocket, secure: boolean) {
    this.#stream = stream;
    this.#secure = secure;
    const address = stream.remoteAddress ?? '';
    this.remoteAddress = address.startsWith(MAPPED_V4) ? address.slice(MAPPED_V4.length) : address;
    this.remotePort = stream.remotePort ?? 0;
    this.#listenTo(stream);
  }

  get secure(): boolean {
    return this.#secure;
  }

  get queued(): number {
    return this.#stream.writableLength;
  }

  write(bytes: Uint8Array): boolean {
    const stream = this.#stream;
    if (stream.destroyed || stream.writableEnded) return true;
    stream.write(this.#secure ? Buffer.from(bytes) : bytes);
    const queued = stream.writableLength;
    if (queued === 0 || (this.#secure && queued <= TLS_QUEUE_MAX)) return true;
    if (!this.#awaitsDrain) {
      this.#awaitsDrain = true;
      stream.write(NOTHING, this.#drained);
    }
    return false;
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  end(): void {
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  get tls(): TlsFacts | undefined {
    const stream = this.#stream;
    if (!(stream instanceof TLSSocket)) return undefined;
    return {cipher: stream.getCipher().name, version: stream.getProtocol() ?? ''};
  }

  startTls(credentials: TlsCredentials, first: Uint8Array, ready: () => void): void {
    const plain = this.#stream;
    plain.off('data', this.#data);
    plain.off('close', this.#close);
    plain.pause();
    if (first.length > 0) plain.unshift(first);
    const secure = new TLSSocket(plain, {isServer: true, secureContext: contextOf(credentials)});
    secure.once('secure', () => {
      this.#secure = true;
      ready();
    });
    plain.once('close', () => secure.destroy());
    this.#stream = secure;
    this.#listenTo(secure);
  }

  #listenTo(stream: NodeSocket): void {
    stream.on('data', this.#data);
    stream.on('close', this.#close);
    stream.on('error', ignore);
  }

  readonly #data = (chunk: Buffer): void => this.onData(chunk);

  readonly #close = (): void => {
    if (this.#closed) return;
    this.#closed = true;
    this.onClose();
  };

  readonly #drained = (): void => {
    this.#awaitsDrain = false;
    if (this.#closed || this.#stream.destroyed) return;
    // More may have been written behind the empty write in the meantime.
    if (this.#stream.writableLength === 0) this.onDrain();
    else {
      this.#awaitsDrain = true;
      this.#stream.write(NOTHING, this.#drained);
    }
  };
}

function contextOf(credentials: TlsCredentials): SecureContext {
  let context = contexts.get(credentials);
  if (context === undefined) {
    const {certificate, privateKey} = credentials;
    context = createSecureContext({cert: certificate, key: privateKey, minVersion: 'TLSv1.2'});
    contexts.set(credentials, context);
  }
  return context;
}
