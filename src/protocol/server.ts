// Listens, and owns what all connections of a primary share: settings, the slow-hash queue, the digests of proved
// passwords, and the one timer that watches every connection's deadlines once a second.

import {errors} from '../base/sql-error.ts';
import type {Env} from '../env/env.ts';
import type {Listener, Socket} from '../env/network.ts';
import type {ServerHooks, ServerOptions} from './api.ts';
import {type AuthenticationContext, decoyAccount} from './auth/authentication.ts';
import {DerivationQueue} from './auth/derivation-queue.ts';
import {DigestCache} from './auth/digest-cache.ts';
import {Connection, type ConnectionServer} from './connection.ts';
import {PacketWriter} from './packet-writer.ts';
import {PacketResultWriter} from './result-writer.ts';

const MAX_ALLOWED_PACKET = 64 * 1024 * 1024;
const CONNECT_TIMEOUT_SECONDS = 10;
const SWEEP_MS = 1000;

/** What of the world the protocol uses. */
export type ProtocolEnv = Pick<Env, 'clock' | 'random' | 'crypto' | 'network'>;

/** Serves the MySQL protocol on any number of listening addresses. */
export class MysqlServer implements ConnectionServer {
  readonly hooks: ServerHooks;
  readonly authentication: AuthenticationContext;
  readonly offersTls: boolean;
  readonly requireSecureTransport: boolean;
  readonly maxAllowedPacket: number;
  readonly connectTimeoutSeconds: number;
  seconds = 0;

  readonly #env: ProtocolEnv;
  readonly #options: ServerOptions;
  readonly #connections = new Set<Connection>();
  readonly #listeners: Listener[] = [];
  #sweeping = false;

  constructor(env: ProtocolEnv, hooks: ServerHooks, options: ServerOptions = {}) {
    this.#env = env;
    this.#options = options;
    this.hooks = hooks;
    this.offersTls = options.tls !== undefined;
    this.requireSecureTransport = options.requireSecureTransport ?? false;
    this.maxAllowedPacket = options.maxAllowedPacket ?? MAX_ALLOWED_PACKET;
    this.connectTimeoutSeconds = options.connectTimeoutSeconds ?? CONNECT_TIMEOUT_SECONDS;
    const {clock, crypto, random} = env;
    const derivations = new DerivationQueue(clock, crypto);
    this.authentication = {
      crypto,
      random,
      derivations,
      digests: new DigestCache(),
      decoy: decoyAccount(random),
    };
  }

  /** Listens on one more address; see `Network.listen`. */
  listen(
    address: {host: string; port: number; shared: boolean},
    ready: (error?: {code: string; message: string}) => void,
  ): Listener {
    const listener = this.#env.network.listen(address, socket => this.accept(socket), ready);
    this.#listeners.push(listener);
    return listener;
  }

  /** Connections whose sockets are open. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Takes over a fresh socket. */
  accept(socket: Socket): void {
    const connectionId = this.hooks.connect();
    if (connectionId < 0) {
      refuseConnection(socket);
      return;
    }
    const connection = new Connection(this, socket, connectionId);
    this.#connections.add(connection);
    this.#startSweeping();
    connection.open();
  }

  /** Stops listening, and ends every connection after the reply of its command. */
  close(): void {
    for (const listener of this.#listeners) listener.close();
    for (const connection of [...this.#connections]) connection.disconnect();
  }

  startTls(socket: Socket, first: Uint8Array, ready: () => void): void {
    if (this.#options.tls !== undefined) socket.startTls(this.#options.tls, first, ready);
  }

  soon(fn: () => void): void {
    this.#env.clock.soon(fn);
  }

  closed(connection: Connection): void {
    if (this.#connections.delete(connection)) this.hooks.disconnect(connection.connectionId);
  }

  /** The timer runs only while there are connections. */
  #startSweeping(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    this.#env.clock.after(SWEEP_MS, this.#sweep);
  }

  readonly #sweep = (): void => {
    this.#sweeping = false;
    this.seconds++;
    for (const connection of this.#connections) connection.sweep();
    if (this.#connections.size > 0) this.#startSweeping();
  };
}

/** Says that there are too many connections, in the form of a server that does not know its client yet. */
function refuseConnection(socket: Socket): void {
  const nothing = (): void => {};
  socket.onData = socket.onClose = socket.onDrain = nothing;
  const packets = new PacketWriter(socket);
  const {errno, sqlState, template} = errors.ER_CON_COUNT_ERROR;
  new PacketResultWriter(packets).error(errno, sqlState, template);
  packets.flush();
  socket.end();
}
