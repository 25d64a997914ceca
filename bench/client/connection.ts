// A small MySQL client over one socket: login without password, text queries, prepared statements. One command at a time.
//
// It is part of what is measured, because it shares the machine with the server: a command is one write, an answer is decoded in place from
// what the socket delivers, and a promise is made per command, not per packet. Left out: passwords, TLS, packets of
// 16 MiB and more, several result sets.

import {connect, type Socket} from 'node:net';
import {CAPABILITIES, COLLATION, CONNECT_WITH_DB, Command, Header, PAYLOAD_MAX} from './constants.ts';
import {PayloadReader, type Value} from './reader.ts';
import {PacketWriter} from './writer.ts';

/** The server refused a command. */
export class ServerError extends Error {
  readonly errno: number;
  readonly sqlState: string;

  constructor(errno: number, sqlState: string, message: string) {
    super(`${errno} (${sqlState}): ${message}`);
    this.errno = errno;
    this.sqlState = sqlState;
  }
}

/** The connection ended while a command was under way, or before. */
export class ConnectionLost extends Error {}

export interface Result {
  readonly rows: Value[][];
  readonly affectedRows: number;
}

/** A prepared statement of one connection. */
export interface Statement {
  readonly id: number;
  readonly parameters: number;
}

export interface Address {
  readonly port: number;
  readonly database?: string | undefined;
}

const HOST = '127.0.0.1';
const USER = 'root';

/** What the next packet is. */
const State = {
  greeting: 0,
  login: 1,
  idle: 2,
  result: 3,
  columns: 4,
  columnsEnd: 5,
  rows: 6,
  prepared: 7,
  preparedRest: 8,
} as const;
type State = (typeof State)[keyof typeof State];

export class Connection {
  readonly port: number;
  readonly #socket: Socket;
  readonly #reader = new PayloadReader();
  readonly #writer = new PacketWriter();
  readonly #database: string | undefined;
  #state: State = State.greeting;
  #pending: Buffer | undefined;
  #done: ((result: Result) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;
  #lost: Error | undefined;
  #binary = false;
  #types: number[] = [];
  #columns = 0;
  #left = 0;
  #rows: Value[][] = [];
  #statement: Statement = {id: 0, parameters: 0};
  readonly #closed: Promise<void>;

  private constructor(address: Address, done: (result: Result) => void, fail: (error: Error) => void) {
    this.port = address.port;
    this.#database = address.database;
    this.#done = done;
    this.#fail = fail;
    this.#socket = connect({host: HOST, port: address.port, noDelay: true});
    this.#socket.on('data', bytes => this.#receive(bytes));
    this.#socket.on('error', error => this.#lose(new ConnectionLost(`port ${address.port}: ${error.message}`)));
    this.#closed = new Promise(closed => {
      this.#socket.once('close', () => {
        this.#lose(new ConnectionLost(`port ${address.port}: the server closed the connection`));
        closed();
      });
    });
  }

  /** Connects and logs in. */
  static async open(address: Address): Promise<Connection> {
    let connection: Connection | undefined;
    await new Promise<Result>((done, fail) => {
      connection = new Connection(address, done, fail);
    });
    return connection as Connection;
  }

  /** Runs a text query. Values of the rows are strings. */
  query(sql: string): Promise<Result> {
    this.#writer.begin(Command.query);
    this.#writer.text(sql);
    this.#binary = false;
    return this.#send(State.result);
  }

  async prepare(sql: string): Promise<Statement> {
    this.#writer.begin(Command.prepare);
    this.#writer.text(sql);
    await this.#send(State.prepared);
    return this.#statement;
  }

  execute(statement: Statement, values: readonly Value[] = []): Promise<Result> {
    const writer = this.#writer;
    writer.begin(Command.execute);
    writer.u32(statement.id);
    writer.u8(0);
    writer.u32(1);
    writer.parameters(values);
    this.#binary = true;
    return this.#send(State.result);
  }

  /** Says good-bye and waits until the socket is closed. */
  async close(): Promise<void> {
    if (this.#lost === undefined) {
      this.#writer.begin(Command.quit);
      this.#socket.end(this.#writer.finish(0));
    }
    await this.#closed;
  }

  /** Drops the socket. */
  destroy(): void {
    this.#socket.destroy();
  }

  #send(state: State): Promise<Result> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    if (this.#state !== State.idle) throw new Error('a command is under way on this connection');
    this.#state = state;
    return new Promise((done, fail) => {
      this.#done = done;
      this.#fail = fail;
      this.#socket.write(this.#writer.finish(0));
    });
  }

  #receive(bytes: Buffer): void {
    const all = this.#pending === undefined ? bytes : Buffer.concat([this.#pending, bytes]);
    let at = 0;
    while (all.length - at >= 4) {
      const length = all.readUIntLE(at, 3);
      if (length === PAYLOAD_MAX) {
        this.#lose(new ConnectionLost('a packet of 16 MiB or more'));
        return;
      }
      if (all.length - at - 4 < length) break;
      this.#reader.reset(all, at + 4, at + 4 + length);
      this.#packet(length, all[at + 3]);
      at += 4 + length;
    }
    this.#pending = at === all.length ? undefined : all.subarray(at);
  }

  #packet(length: number, sequence: number): void {
    const first = this.#reader.bytes[this.#reader.at];
    if (first === Header.error) {
      this.#error();
      return;
    }
    switch (this.#state) {
      case State.greeting:
        this.#greeting();
        break;
      case State.login:
        this.#login(first, sequence);
        break;
      case State.result:
        this.#result(first);
        break;
      case State.columns:
        this.#types.push(columnType(this.#reader));
        if (this.#types.length === this.#columns) this.#state = State.columnsEnd;
        break;
      case State.columnsEnd:
        this.#state = State.rows;
        break;
      case State.rows:
        this.#row(first, length);
        break;
      case State.prepared:
        this.#prepared();
        break;
      case State.preparedRest:
        if (--this.#left === 0) this.#finish({rows: [], affectedRows: 0});
        break;
      default:
        this.#lose(new ConnectionLost('a packet that nobody asked for'));
    }
  }

  #greeting(): void {
    const writer = this.#writer;
    const capabilities = CAPABILITIES | (this.#database === undefined ? 0 : CONNECT_WITH_DB);
    writer.begin(capabilities & 0xff);
    writer.u8((capabilities >> 8) & 0xff);
    writer.u8((capabilities >> 16) & 0xff);
    writer.u8((capabilities >>> 24) & 0xff);
    writer.u32(PAYLOAD_MAX);
    writer.u8(COLLATION);
    writer.zeros(23);
    writer.text(USER);
    writer.zeros(2);
    if (this.#database !== undefined) {
      writer.text(this.#database);
      writer.u8(0);
    }
    writer.text('mysql_native_password');
    writer.u8(0);
    this.#state = State.login;
    this.#socket.write(writer.finish(1));
  }

  /** OK, or a switch to another plugin, answered with the empty password that all plugins take as an empty packet. */
  #login(first: number, sequence: number): void {
    if (first === Header.ok) {
      this.#ok();
      return;
    }
    if (first !== Header.eof) return;
    const header = Buffer.alloc(4);
    header[3] = sequence + 1;
    this.#socket.write(header);
  }

  /** The first packet of an answer: OK, or the number of columns. */
  #result(first: number): void {
    if (first === Header.ok) {
      this.#ok();
      return;
    }
    this.#columns = this.#reader.lenenc();
    this.#types = [];
    this.#rows = [];
    this.#state = State.columns;
  }

  #ok(): void {
    this.#reader.at++;
    this.#finish({rows: [], affectedRows: this.#reader.lenenc()});
  }

  #row(first: number, length: number): void {
    if (first === Header.eof && length < 9) {
      const rows = this.#rows;
      this.#rows = [];
      this.#finish({rows, affectedRows: rows.length});
      return;
    }
    this.#rows.push(this.#binary ? this.#reader.binaryRow(this.#types) : this.#reader.textRow(this.#columns));
  }

  /** The definitions of parameters and columns that follow are passed over: each list ends with an EOF packet. */
  #prepared(): void {
    const reader = this.#reader;
    reader.at++;
    const id = reader.u32();
    const columns = reader.u16();
    const parameters = reader.u16();
    this.#statement = {id, parameters};
    this.#left = (columns > 0 ? columns + 1 : 0) + (parameters > 0 ? parameters + 1 : 0);
    if (this.#left === 0) this.#finish({rows: [], affectedRows: 0});
    else this.#state = State.preparedRest;
  }

  #error(): void {
    const reader = this.#reader;
    reader.at++;
    const errno = reader.u16();
    const hasState = reader.bytes[reader.at] === 0x23;
    const sqlState = hasState ? reader.text(6).slice(1) : 'HY000';
    const error = new ServerError(errno, sqlState, reader.text(reader.end - reader.at));
    if (this.#state === State.greeting || this.#state === State.login) {
      this.#lose(error);
      this.#socket.destroy();
      return;
    }
    this.#state = State.idle;
    const fail = this.#fail;
    this.#done = this.#fail = undefined;
    fail?.(error);
  }

  #finish(result: Result): void {
    this.#state = State.idle;
    const done = this.#done;
    this.#done = this.#fail = undefined;
    done?.(result);
  }

  #lose(error: Error): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    const fail = this.#fail;
    this.#done = this.#fail = undefined;
    fail?.(error);
    this.#socket.destroy();
  }
}

/** Type byte of a column definition; the rest is passed over. */
function columnType(reader: PayloadReader): number {
  for (let i = 0; i < 6; i++) {
    const length = reader.lenenc();
    reader.at += length;
  }
  reader.lenenc();
  reader.at += 6;
  return reader.u8();
}
