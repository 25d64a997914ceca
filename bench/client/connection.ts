// The MySQL client of the benchmark over one socket: login without password, text queries, prepared statements. One command at a time.
//
// It is part of what is measured, because it shares the machine with the server: a command is one write, an answer is decoded in place from
// what the socket delivers, and a promise is made per command, not per packet. Left out: passwords, TLS, several result sets.

import {connect, type Socket} from 'node:net';
import {ClientConversation, type Ending, type Receiver, ServerError} from '../../src/protocol/client/conversation.ts';
import type {RowReader, Value} from '../../src/protocol/client/row-reader.ts';

export {ServerError};

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
/** utf8mb4_general_ci: every server of the family knows it. */
const COLLATION = 45;

/** The answer to the command under way; one object per connection. */
class Answer implements Receiver {
  done: ((result: Result) => void) | undefined;
  fail: ((error: Error) => void) | undefined;
  isBinary = false;
  statement: Statement = {id: 0, parameters: 0};
  #types: number[] = [];
  #rows: Value[][] = [];

  begin(isBinary: boolean, done: (result: Result) => void, fail: (error: Error) => void): void {
    this.isBinary = isBinary;
    this.#types = [];
    this.done = done;
    this.fail = fail;
  }

  /** The type byte of a column definition; the rest is passed over. */
  column(reader: RowReader): void {
    for (let i = 0; i < 6; i++) reader.skipLenenc();
    reader.lenenc();
    reader.take(6);
    this.#types.push(reader.u8());
  }

  row(reader: RowReader): void {
    this.#rows.push(this.isBinary ? reader.binaryRow(this.#types) : reader.textRow(this.#types.length));
  }

  prepared(id: number, _columns: number, parameters: number): void {
    this.statement = {id, parameters};
  }

  ended({hasRows, affectedRows}: Ending): void {
    const rows = this.#rows;
    this.#rows = [];
    const {done} = this;
    this.done = this.fail = undefined;
    done?.({rows, affectedRows: hasRows ? rows.length : affectedRows});
  }

  failed(error: Error): void {
    const {fail} = this;
    this.#rows = [];
    this.done = this.fail = undefined;
    fail?.(error);
  }
}

export class Connection {
  readonly port: number;
  readonly #socket: Socket;
  readonly #conversation: ClientConversation;
  readonly #answer = new Answer();
  #lost: Error | undefined;
  readonly #closed: Promise<void>;

  private constructor({port, database = ''}: Address, loggedIn: () => void, fail: (error: Error) => void) {
    this.port = port;
    this.#answer.fail = fail;
    this.#socket = connect({host: HOST, port, noDelay: true});
    this.#conversation = new ClientConversation(
      {
        user: 'root',
        password: '',
        database,
        collation: COLLATION,
        multiStatements: false,
        tls: false,
        crypto: undefined,
      },
      {
        write: bytes => void this.#socket.write(bytes),
        startTls: () => this.#lose(new ConnectionLost('no TLS was asked for')),
        loggedIn,
        broken: error => this.#lose(error),
      },
    );
    this.#socket.on('data', bytes => this.#conversation.receive(bytes));
    this.#socket.on('error', error => this.#lose(new ConnectionLost(`port ${port}: ${error.message}`)));
    this.#closed = new Promise(closed => {
      this.#socket.once('close', () => {
        this.#lose(new ConnectionLost(`port ${port}: the server closed the connection`));
        closed();
      });
    });
  }

  /** Connects and logs in. */
  static async open(address: Address): Promise<Connection> {
    let connection: Connection | undefined;
    await new Promise<void>((done, fail) => {
      connection = new Connection(address, done, fail);
    });
    return connection as Connection;
  }

  /** Runs a text query. Values of the rows are strings. */
  query(sql: string): Promise<Result> {
    return this.#send(false, answer => this.#conversation.query(sql, answer));
  }

  async prepare(sql: string): Promise<Statement> {
    await this.#send(false, answer => this.#conversation.prepare(sql, answer));
    return this.#answer.statement;
  }

  execute(statement: Statement, values: readonly Value[] = []): Promise<Result> {
    return this.#send(true, answer => this.#conversation.execute(statement.id, values, answer));
  }

  /** Says good-bye and waits until the socket is closed. */
  async close(): Promise<void> {
    if (this.#lost === undefined) {
      this.#conversation.quit();
      this.#socket.end();
    }
    await this.#closed;
  }

  /** Drops the socket. */
  destroy(): void {
    this.#socket.destroy();
  }

  #send(isBinary: boolean, command: (answer: Answer) => void): Promise<Result> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    if (!this.#conversation.isIdle) throw new Error('a command is under way on this connection');
    return new Promise((done, fail) => {
      this.#answer.begin(isBinary, done, fail);
      command(this.#answer);
    });
  }

  #lose(error: Error): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    this.#answer.failed(error);
    this.#socket.destroy();
  }
}
