// One connection: a socket, the packets on it, and the phase it is in.
//
//     data ──> PacketReader ──> login phase:   Login      ──> session
//                               command phase: Commands   ──> SessionHandler ──> PacketResultWriter ──> one write
//
// One packet is under way at a time. `#pump` takes packets as long as nothing is under way, the client takes its replies
// and the turn is not too long; everything else waits in the reader. Whoever finishes a packet later (a session
// that was BLOCKED, a slow hash, TLS) calls back, and the pump goes on. All replies of a turn leave by one write.
//
// Three ends, each once: `#release` gives the session back (at once when the connection is given up, even with a
// command under way), `#shut` sends what is written and closes, `#closed` is the socket's own end.
//
// Known limit: a socket that was paused because the client pipelined more than INPUT_HELD_MAX behind a running command is
// not read, so its end is noticed only when that command is done.

import {BugError} from '../base/assert.ts';
import {SqlError} from '../base/sql-error.ts';
import type {Socket, TlsFacts} from '../env/network.ts';
import type {Account, ClientInfo, ConnectionControl, FileReceiver, SessionHandler} from './api.ts';
import {type CommandChannel, Commands} from './commands.ts';
import {IncomingFile} from './incoming-file.ts';
import {Login, type LoginChannel, type LoginServer} from './login.ts';
import {LOGIN_PACKET_MAX} from './login-packet.ts';
import {Found, PacketReader} from './packet-reader.ts';
import {PacketWriter} from './packet-writer.ts';
import {PayloadReader} from './payload-reader.ts';
import {PacketResultWriter} from './result-writer.ts';

/** Pipelined bytes that are held behind a running command before the socket is paused. */
const INPUT_HELD_MAX = 256 * 1024;
/** Packets taken in one turn of the event loop, so that a pipeline does not keep others waiting. */
const PACKETS_PER_TURN = 128;
/** A packet that has begun must go on within this many seconds (net_read_timeout). */
const READ_TIMEOUT_SECONDS = 30;
/** Replies must be taken within this many seconds (net_write_timeout). */
const WRITE_TIMEOUT_SECONDS = 60;
/** A client that does not close after the server's last word is cut off after this many seconds. */
const LINGER_SECONDS = 2;

/** What a connection needs of the server it belongs to. */
export interface ConnectionServer extends LoginServer {
  /** Whole seconds of the server's own clock. */
  readonly seconds: number;
  readonly maxAllowedPacket: number;
  readonly connectTimeoutSeconds: number;
  /** Goes over to TLS in place. */
  startTls(socket: Socket, first: Uint8Array, ready: () => void): void;
  /** Calls in a later turn. */
  soon(fn: () => void): void;
  /** The connection's socket is closed. */
  closed(connection: Connection): void;
}

export class Connection implements ConnectionControl, LoginChannel, CommandChannel {
  readonly connectionId: number;

  readonly #server: ConnectionServer;
  readonly #socket: Socket;
  readonly #input = new PacketReader(LOGIN_PACKET_MAX);
  readonly #payload = new PayloadReader();
  readonly #packets: PacketWriter;
  readonly #out: PacketResultWriter;
  readonly #login: Login;
  readonly #file = new IncomingFile();
  #handler: SessionHandler | undefined = undefined;
  #commands: Commands | undefined = undefined;

  /** A login or a change of user is going on. */
  #inLogin = true;
  /** A packet is under way. */
  #busy = true;
  #pumping = false;
  /** The turn was too long; the pump goes on in the next one. */
  #yielded = false;
  #paused = false;
  #shutting = false;
  #quitWhenDone = false;
  /** The second in which the client was last heard, or in which the shutdown began. */
  #heard: number;
  /** The second in which the login began. */
  #loginSince: number;
  /** The second since which the client takes no replies; -1 when it does. */
  #stalledSince = -1;

  constructor(server: ConnectionServer, socket: Socket, connectionId: number) {
    this.#server = server;
    this.#socket = socket;
    this.connectionId = connectionId;
    this.#packets = new PacketWriter(socket);
    this.#out = new PacketResultWriter(this.#packets);
    this.#login = new Login(server, this);
    this.#out.receiveFiles({begin: receiver => this.#beginFile(receiver), resume: () => this.#resumeFile()});
    this.#heard = this.#loginSince = server.seconds;
    socket.onData = this.#onData;
    socket.onClose = this.#onClose;
    socket.onDrain = this.#onDrain;
  }

  get host(): string {
    return this.#socket.remoteAddress;
  }

  get secure(): boolean {
    return this.#socket.secure;
  }

  get tls(): TlsFacts | undefined {
    return this.#socket.tls;
  }

  /** Says the first word. */
  open(): void {
    this.#login.greet();
  }

  disconnect(): void {
    if (this.#busy && !this.#inLogin) this.#quitWhenDone = true;
    else this.#shut();
  }

  /** Looks at the deadlines; called once a second. */
  sweep(): void {
    const now = this.#server.seconds;
    if (this.#shutting) {
      if (now - this.#heard > LINGER_SECONDS) this.#socket.destroy();
    } else if (this.#inLogin) {
      if (now - this.#loginSince > this.#server.connectTimeoutSeconds)
        this.refuse(new SqlError('ER_NET_READ_INTERRUPTED'));
    } else if (this.#packets.congested) {
      if (this.#stalledSince < 0) this.#stalledSince = now;
      else if (now - this.#stalledSince > WRITE_TIMEOUT_SECONDS) this.#socket.destroy();
    } else if (this.#file.takes) {
      if (now - this.#heard > READ_TIMEOUT_SECONDS) this.#socket.destroy();
    } else if (!this.#busy) this.#sweepIdle(now - this.#heard);
  }

  // What the login does.

  send(payload: Uint8Array): void {
    const at = this.#packets.begin(payload.length);
    this.#packets.buffer.set(payload, at);
    this.#packets.finish(at + payload.length);
  }

  awaitAnswer(): void {
    this.#input.expect(this.#packets.sequence);
    this.#proceed();
  }

  startTls(): void {
    this.#server.startTls(this.#socket, this.#input.takeRest(), () => this.#proceed());
  }

  negotiated(capabilities: number): void {
    this.#out.capabilities = capabilities;
  }

  admit(client: ClientInfo, account: Account): void {
    const {hooks} = this.#server;
    const handler = this.#handler;
    if (handler === undefined) hooks.session(client, account, answer => this.#opened(answer), this);
    else {
      this.#commands?.forgetStatements();
      this.#enterCommands();
      handler.changeUser(client, account, this.#out, this.#done);
    }
  }

  refuse(error: SqlError): void {
    if (this.#shutting) return;
    this.#out.error(error.errno, error.sqlState, error.message);
    this.#shut();
  }

  // What commands do.

  quit(): void {
    this.#shut();
  }

  changeUser(reader: PayloadReader): void {
    this.#inLogin = true;
    this.#loginSince = this.#server.seconds;
    this.#input.limit = LOGIN_PACKET_MAX;
    this.#login.changeUser(reader, this.#out.capabilities);
  }

  #opened(answer: SessionHandler | {errno: number; sqlState: string; message: string}): void {
    if ('errno' in answer) {
      if (this.#shutting) return;
      this.#out.error(answer.errno, answer.sqlState, answer.message);
      this.#shut();
      return;
    }
    if (this.#shutting) {
      answer.closed();
      return;
    }
    this.#handler = answer;
    this.#commands = new Commands(answer, this.#out, this, this.#done, this.#server.maxAllowedPacket);
    this.#enterCommands();
    this.#out.ok({status: answer.status()});
    this.#done();
  }

  #enterCommands(): void {
    this.#inLogin = false;
    this.#out.start(false, false);
    this.#input.limit = this.#server.maxAllowedPacket;
  }

  // The flow of packets.

  readonly #onData = (chunk: Uint8Array): void => {
    if (this.#shutting) return;
    this.#heard = this.#server.seconds;
    this.#input.push(chunk);
    this.#pump();
    this.#input.keep();
    this.#throttle();
  };

  /** The command under way is complete. */
  readonly #done = (): void => {
    if (this.#shutting) return;
    if (!this.#busy) throw new BugError('a command was ended twice');
    this.#input.expect(0);
    if (this.#quitWhenDone) this.#shut();
    else this.#proceed();
  };

  #proceed(): void {
    this.#busy = false;
    if (this.#pumping || this.#shutting) return;
    this.#heard = this.#server.seconds;
    this.#resume();
  }

  /** Goes on outside a data callback. */
  #resume(): void {
    this.#pump();
    this.#input.keep();
    this.#throttle();
  }

  readonly #nextTurn = (): void => {
    this.#yielded = false;
    this.#resume();
  };

  #pump(): void {
    if (this.#pumping || this.#yielded) return;
    this.#pumping = true;
    for (let budget = PACKETS_PER_TURN; this.#takes && !this.#packets.congested && !this.#shutting; budget--) {
      if (budget === 0) {
        this.#yielded = true;
        this.#server.soon(this.#nextTurn);
        break;
      }
      const found = this.#input.next();
      if (found === Found.nothing) break;
      if (found === Found.packet) {
        if (this.#file.isOpen) this.#takeFile();
        else this.#take();
      } else this.#refuseStream(found);
    }
    this.#pumping = false;
    this.#packets.flush();
  }

  /** A packet may be taken: the next command, or a part of the file that the present one has asked for. */
  get #takes(): boolean {
    return !this.#busy || this.#file.takes;
  }

  #beginFile(receiver: FileReceiver): void {
    this.#file.begin(receiver);
    this.#input.expect(this.#packets.sequence);
    this.#heard = this.#server.seconds;
    this.#packets.flush();
    this.#throttle();
  }

  #resumeFile(): void {
    this.#file.resume();
    this.#heard = this.#server.seconds;
    if (!this.#pumping && !this.#shutting) this.#server.soon(this.#nextTurn);
  }

  #takeFile(): void {
    const {bytes, at, end, sequence} = this.#input;
    this.#packets.sequence = (sequence + 1) & 0xff;
    this.#input.expect(this.#packets.sequence);
    this.#file.packet(bytes, at, end);
  }

  #take(): void {
    const {bytes, at, end, sequence} = this.#input;
    this.#busy = true;
    this.#packets.sequence = (sequence + 1) & 0xff;
    this.#payload.reset(bytes, at, end);
    if (this.#inLogin || this.#commands === undefined) this.#login.packet(this.#payload);
    else this.#commands.dispatch(this.#payload);
  }

  #refuseStream(found: Found): void {
    this.#packets.sequence = (this.#input.sequence + 1) & 0xff;
    this.refuse(new SqlError(found === Found.tooLarge ? 'ER_NET_PACKET_TOO_LARGE' : 'ER_NET_PACKETS_OUT_OF_ORDER'));
  }

  #throttle(): void {
    const stopped = !this.#takes || this.#yielded || this.#packets.congested;
    const pause = stopped && this.#input.held > INPUT_HELD_MAX && !this.#shutting;
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (pause) this.#socket.pause();
    else this.#socket.resume();
  }

  readonly #onDrain = (): void => {
    if (this.#shutting) return;
    this.#packets.congested = false;
    this.#stalledSince = -1;
    this.#handler?.drained();
    this.#resume();
  };

  // The end.

  #sweepIdle(silence: number): void {
    if (this.#input.held > 0) {
      if (silence > READ_TIMEOUT_SECONDS) this.refuse(new SqlError('ER_NET_READ_INTERRUPTED'));
      return;
    }
    if (this.#handler === undefined || silence <= this.#handler.waitTimeoutSeconds()) return;
    this.#packets.sequence = 0;
    this.refuse(new SqlError('ER_CLIENT_INTERACTION_TIMEOUT'));
  }

  /** Sends what is written and closes; the session ends now. */
  #shut(): void {
    if (this.#shutting) return;
    this.#shutting = true;
    this.#heard = this.#server.seconds;
    this.#packets.flush();
    this.#release();
    this.#socket.end();
    if (this.#paused) this.#socket.resume();
  }

  readonly #onClose = (): void => {
    this.#shutting = true;
    this.#release();
    this.#server.closed(this);
  };

  #release(): void {
    this.#packets.detach();
    this.#login.abandon();
    this.#file.abandon();
    const handler = this.#handler;
    this.#handler = undefined;
    handler?.closed();
  }
}
