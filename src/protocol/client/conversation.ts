// A client's side of the protocol, without a socket: bytes that came go in by `receive`, bytes to send go out by the channel. `pando sql`, the
// benchmark and the tests each put a socket and promises of their own around it.
//
//   greeting ──> [TLS] ──> login packet ──> dialogue of the plugin ──> loggedIn
//   query / prepare / execute ──> columns, rows, end (again while more results follow) | prepared | failed
//
// Commands may be sent before the answers to earlier ones have come; receivers are told in that order. Nothing is allocated per row or per
// packet here: a receiver reads what it wants of a packet in place.

import {AuthPlugin, Capability, Command, Header, MAX_PACKET_PAYLOAD, PACKET_HEADER, Status} from '../constants.ts';
import {CommandWriter} from './command-writer.ts';
import {type ClientCrypto, passwordProof} from './proof.ts';
import {RowReader, type Value} from './row-reader.ts';

/** What a login says. */
export interface ClientLogin {
  readonly user: string;
  readonly password: string;
  /** '' for none. */
  readonly database: string;
  readonly collation: number;
  /** Several statements in a text. */
  readonly multiStatements: boolean;
  /** Use TLS where the server offers it. */
  readonly tls: boolean;
  /** Needed where there is a password. */
  readonly crypto: ClientCrypto | undefined;
}

/** The connection around a conversation. */
export interface Channel {
  /** The bytes may be overwritten once the answer to them has begun. */
  write(bytes: Buffer): void;
  /** Goes on over TLS; `done` when it is established. */
  startTls(done: () => void): void;
  loggedIn(): void;
  /** The server has refused the login, or has said what no server says: the connection is of no use. */
  broken(error: Error): void;
}

/** How a result, or a statement without one, has ended. */
export interface Ending {
  readonly hasRows: boolean;
  readonly affectedRows: number;
  readonly insertId: number;
  readonly warnings: number;
  readonly info: string;
  /** Another result of the same command follows. */
  readonly more: boolean;
}

/** Takes the answer to one command. The reader is at the packet's first byte; it is good during the call only. */
export interface Receiver {
  column(reader: RowReader): void;
  row(reader: RowReader): void;
  ended(ending: Ending): void;
  prepared(statementId: number, columns: number, parameters: number): void;
  failed(error: ServerError): void;
}

/** The server refused something. */
export class ServerError extends Error {
  readonly errno: number;
  readonly sqlState: string;
  /** The server's words alone. */
  readonly words: string;

  constructor(errno: number, sqlState: string, words: string) {
    super(`${errno} (${sqlState}): ${words}`);
    this.errno = errno;
    this.sqlState = sqlState;
    this.words = words;
  }
}

/** The whole password is needed, and there is no TLS to send it over. */
export class NeedsTls extends Error {}

const CAPABILITIES =
  Capability.longPassword |
  Capability.longFlag |
  Capability.protocol41 |
  Capability.transactions |
  Capability.secureConnection |
  Capability.multiResults |
  Capability.pluginAuth;
const PACKET_MAX = 0x4000_0000;
/** What caching_sha2_password says behind the mark of more data. */
const PROVED = 3;
const LOCAL_FILE = 0xfb;

/** What the next packet is. */
const State = {
  greeting: 0,
  login: 1,
  result: 2,
  columns: 3,
  columnsEnd: 4,
  rows: 5,
  prepared: 6,
  preparedRest: 7,
} as const;
type State = (typeof State)[keyof typeof State];

const NO_ROWS: Ending = {hasRows: false, affectedRows: 0, insertId: 0, warnings: 0, info: '', more: false};

export class ClientConversation {
  readonly #login: ClientLogin;
  readonly #channel: Channel;
  readonly #reader = new RowReader();
  readonly #writer = new CommandWriter();
  #state: State = State.greeting;
  /** The beginning of a packet that has not come as a whole, and the pieces of a payload of 16 MiB and more. */
  #rest: Buffer | undefined;
  #pieces: Buffer[] = [];
  #isSecure = false;
  #columns = 0;
  #left = 0;
  /** Receivers of the commands under way, from `#first` on; and what their answers begin with. */
  readonly #receivers: Receiver[] = [];
  readonly #starts: State[] = [];
  #first = 0;

  constructor(login: ClientLogin, channel: Channel) {
    this.#login = login;
    this.#channel = channel;
  }

  /** No command is under way. */
  get isIdle(): boolean {
    return this.#first === this.#receivers.length;
  }

  // --- Commands ------------------------------------------------------------------------------------------------------

  query(sql: string, receiver: Receiver): void {
    this.#writer.begin();
    this.#writer.u8(Command.query);
    this.#writer.text(sql);
    this.#command(State.result, receiver);
  }

  prepare(sql: string, receiver: Receiver): void {
    this.#writer.begin();
    this.#writer.u8(Command.stmtPrepare);
    this.#writer.text(sql);
    this.#command(State.prepared, receiver);
  }

  execute(statementId: number, values: readonly Value[], receiver: Receiver): void {
    const writer = this.#writer;
    writer.begin();
    writer.u8(Command.stmtExecute);
    writer.u32(statementId);
    writer.u8(0);
    writer.u32(1);
    writer.parameters(values);
    this.#command(State.result, receiver);
  }

  /** Frees a prepared statement; nobody answers. */
  closeStatement(statementId: number): void {
    this.#writer.begin();
    this.#writer.u8(Command.stmtClose);
    this.#writer.u32(statementId);
    this.#channel.write(Buffer.from(this.#writer.finish(0)));
  }

  /** Says good-bye; nobody answers. */
  quit(): void {
    this.#writer.begin();
    this.#writer.u8(Command.quit);
    this.#channel.write(Buffer.from(this.#writer.finish(0)));
  }

  #command(state: State, receiver: Receiver): void {
    const isAlone = this.isIdle;
    this.#receivers.push(receiver);
    this.#starts.push(state);
    if (isAlone) this.#state = state;
    const packet = this.#writer.finish(0);
    // With others under way the socket may still hold bytes of the one before.
    this.#channel.write(isAlone ? packet : Buffer.from(packet));
  }

  // --- Packets -------------------------------------------------------------------------------------------------------

  receive(bytes: Buffer): void {
    const all = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    while (all.length - at >= PACKET_HEADER) {
      const length = all.readUIntLE(at, 3);
      if (all.length - at - PACKET_HEADER < length) break;
      const start = at + PACKET_HEADER;
      if (length === MAX_PACKET_PAYLOAD || this.#pieces.length > 0) this.#piece(all, start, length, all[at + 3]);
      else {
        this.#reader.reset(all, start, start + length);
        this.#packet(length, all[at + 3]);
      }
      at = start + length;
    }
    this.#rest = at === all.length ? undefined : all.subarray(at);
  }

  #piece(all: Buffer, start: number, length: number, sequence: number): void {
    this.#pieces.push(Buffer.from(all.subarray(start, start + length)));
    if (length === MAX_PACKET_PAYLOAD) return;
    const whole = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#reader.reset(whole, 0, whole.length);
    this.#packet(whole.length, sequence);
  }

  #packet(length: number, sequence: number): void {
    const first = this.#reader.bytes[this.#reader.at];
    if (first === Header.error) {
      this.#refused();
      return;
    }
    switch (this.#state) {
      case State.greeting:
        this.#greeting();
        return;
      case State.login:
        this.#dialogue(first, sequence);
        return;
      case State.result:
        this.#result(first, sequence);
        return;
      case State.columns:
        this.#receivers[this.#first].column(this.#reader);
        if (--this.#left === 0) this.#state = State.columnsEnd;
        return;
      case State.columnsEnd:
        this.#state = State.rows;
        return;
      case State.rows:
        if (first === Header.eof && length < 9) this.#rowsEnd();
        else this.#receivers[this.#first].row(this.#reader);
        return;
      case State.prepared:
        this.#prepared();
        return;
      case State.preparedRest:
        if (--this.#left === 0) this.#ended(NO_ROWS);
    }
  }

  #refused(): void {
    const reader = this.#reader;
    reader.u8();
    const errno = reader.u16();
    const hasState = reader.bytes[reader.at] === 0x23;
    const sqlState = hasState ? reader.text(6).slice(1) : 'HY000';
    const error = new ServerError(errno, sqlState, reader.restText());
    if (this.#state === State.greeting || this.#state === State.login || this.isIdle) {
      this.#channel.broken(error);
      return;
    }
    const receiver = this.#receivers[this.#first];
    this.#next();
    receiver.failed(error);
  }

  // --- Login ---------------------------------------------------------------------------------------------------------

  #greeting(): void {
    const {bytes, at} = this.#reader;
    const facts = bytes.indexOf(0, at) + 5;
    const nonce = Buffer.concat([bytes.subarray(facts, facts + 8), bytes.subarray(facts + 27, facts + 39)]);
    const offered = bytes.readUInt16LE(facts + 9);
    const plugin = bytes.toString('latin1', facts + 40, bytes.indexOf(0, facts + 40));
    this.#state = State.login;
    if (!this.#login.tls || (offered & Capability.ssl) === 0) {
      this.#logIn(plugin, nonce, 1);
      return;
    }
    this.#isSecure = true;
    this.#writer.begin();
    this.#head();
    this.#channel.write(this.#writer.finish(1));
    this.#channel.startTls(() => this.#logIn(plugin, nonce, 2));
  }

  /** What the login packet and a request for TLS begin with. */
  #head(): void {
    const {database, multiStatements, collation} = this.#login;
    const writer = this.#writer;
    writer.u32(
      CAPABILITIES |
        (database === '' ? 0 : Capability.connectWithDb) |
        (multiStatements ? Capability.multiStatements : 0) |
        (this.#isSecure ? Capability.ssl : 0),
    );
    writer.u32(PACKET_MAX);
    writer.u8(collation);
    writer.zeros(23);
  }

  #logIn(plugin: string, nonce: Buffer, sequence: number): void {
    const {user, database} = this.#login;
    const proof = this.#proof(plugin, nonce);
    const writer = this.#writer;
    writer.begin();
    this.#head();
    writer.zeroText(user);
    writer.u8(proof.length);
    writer.copy(proof);
    if (database !== '') writer.zeroText(database);
    writer.zeroText(plugin === '' ? AuthPlugin.native : plugin);
    this.#channel.write(writer.finish(sequence));
  }

  #proof(plugin: string, nonce: Uint8Array): Uint8Array {
    const {password, crypto} = this.#login;
    if (password === '' || crypto === undefined) return new Uint8Array(0);
    return passwordProof(crypto, plugin, password, nonce);
  }

  /** The dialogue behind the login packet, until OK. */
  #dialogue(first: number, sequence: number): void {
    const {bytes, at} = this.#reader;
    if (first === Header.ok) {
      this.#channel.loggedIn();
    } else if (first === Header.eof) {
      const end = bytes.indexOf(0, at + 1);
      this.#say(this.#proof(bytes.toString('latin1', at + 1, end), bytes.subarray(end + 1, end + 21)), sequence + 1);
    } else if (first !== Header.authMoreData) {
      this.#channel.broken(new Error('the login got an answer that it does not know'));
    } else if (bytes[at + 1] !== PROVED) {
      if (this.#isSecure) this.#say(Buffer.from(`${this.#login.password}\0`), sequence + 1);
      else this.#channel.broken(new NeedsTls('this account needs its whole password, which is sent over TLS only'));
    }
  }

  #say(bytes: Uint8Array, sequence: number): void {
    this.#writer.begin();
    this.#writer.copy(bytes);
    this.#channel.write(this.#writer.finish(sequence));
  }

  // --- Answers -------------------------------------------------------------------------------------------------------

  /** The first packet of an answer: OK, a request for a file, or the number of columns. */
  #result(first: number, sequence: number): void {
    if (first === Header.ok) this.#ok();
    // No file is ever given.
    else if (first === LOCAL_FILE) this.#say(new Uint8Array(0), sequence + 1);
    else {
      this.#columns = this.#reader.lenenc();
      this.#left = this.#columns;
      this.#state = State.columns;
    }
  }

  #ok(): void {
    const reader = this.#reader;
    reader.u8();
    const affectedRows = reader.lenenc();
    const insertId = Number(reader.lenenc());
    const status = reader.u16();
    const warnings = reader.u16();
    const more = (status & Status.moreResults) !== 0;
    this.#ended({
      hasRows: false,
      affectedRows,
      insertId,
      warnings,
      info: reader.left === 0 ? '' : reader.restText(),
      more,
    });
  }

  #rowsEnd(): void {
    const reader = this.#reader;
    reader.u8();
    const warnings = reader.u16();
    const more = (reader.u16() & Status.moreResults) !== 0;
    this.#ended({hasRows: true, affectedRows: 0, insertId: 0, warnings, info: '', more});
  }

  /** The definitions of parameters and columns that follow are passed over: each list ends with an EOF packet. */
  #prepared(): void {
    const reader = this.#reader;
    reader.u8();
    const id = reader.u32();
    const columns = reader.u16();
    const parameters = reader.u16();
    this.#receivers[this.#first].prepared(id, columns, parameters);
    this.#left = (columns > 0 ? columns + 1 : 0) + (parameters > 0 ? parameters + 1 : 0);
    if (this.#left === 0) this.#ended(NO_ROWS);
    else this.#state = State.preparedRest;
  }

  #ended(ending: Ending): void {
    const receiver = this.#receivers[this.#first];
    if (ending.more) this.#state = State.result;
    else this.#next();
    receiver.ended(ending);
  }

  /** The answer is complete: the next command's begins. */
  #next(): void {
    if (++this.#first === this.#receivers.length) {
      this.#receivers.length = 0;
      this.#starts.length = 0;
      this.#first = 0;
    } else this.#state = this.#starts[this.#first];
  }
}
