// A MySQL client for one person at a terminal: login with or without TLS, text queries, several result sets. The server's errors are ServerError.

import {createHash} from 'node:crypto';
import {connect as connectPlain, type Socket} from 'node:net';
import {connect as connectTls} from 'node:tls';
import {OperatingError} from '../../base/errors.ts';
import {
  ClientConversation,
  type ClientLogin,
  type Ending,
  NeedsTls,
  type Receiver,
  ServerError,
} from '../../protocol/client/conversation.ts';
import type {RowReader} from '../../protocol/client/row-reader.ts';

export {ServerError};

const UTF8MB4 = 255;
const CRYPTO = {
  sha1: (bytes: Uint8Array): Uint8Array => createHash('sha1').update(bytes).digest(),
  sha256: (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest(),
};

export interface ClientOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Use TLS where the server offers it. Its certificate is not verified. */
  readonly tls: boolean;
}

export interface ResultSet {
  /** Names of the columns; empty when the statement gives no rows. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly affectedRows: number;
  readonly warnings: number;
}

/** The results of one text as they come; `next` waits for one. */
class Results implements Receiver {
  #columns: string[] = [];
  #rows: (string | null)[][] = [];
  #ready: (ResultSet | Error)[] = [];
  #wake: (() => void) | undefined;
  #isOver = false;

  column(reader: RowReader): void {
    for (let skipped = 0; skipped < 4; skipped++) reader.skipLenenc();
    this.#columns.push(reader.lenencText() ?? '');
  }

  row(reader: RowReader): void {
    this.#rows.push(this.#columns.map(() => reader.lenencText()));
  }

  ended({affectedRows, warnings, more}: Ending): void {
    this.#isOver = !more;
    this.#give({columns: this.#columns, rows: this.#rows, affectedRows, warnings});
    this.#columns = [];
    this.#rows = [];
  }

  prepared(): void {}

  failed(error: Error): void {
    this.#isOver = true;
    this.#give(error);
  }

  #give(result: ResultSet | Error): void {
    this.#ready.push(result);
    this.#wake?.();
  }

  /** The next result, or undefined behind the last. Throws what the server refused. */
  async next(): Promise<ResultSet | undefined> {
    while (this.#ready.length === 0) {
      if (this.#isOver) return undefined;
      await new Promise<void>(wake => {
        this.#wake = wake;
      });
    }
    const result = this.#ready.shift();
    if (result instanceof Error) throw result;
    return result;
  }
}

export class SqlClient {
  readonly #conversation: ClientConversation;
  #socket: Socket;
  #results: Results | undefined;
  #lost: Error | undefined;

  private constructor(socket: Socket, login: ClientLogin, loggedIn: () => void, fail: (error: Error) => void) {
    this.#socket = socket;
    const lost = (error: Error): void => {
      this.#lost ??= error;
      fail(this.#lost);
      this.#results?.failed(this.#lost);
    };
    this.#conversation = new ClientConversation(login, {
      write: bytes => void this.#socket.write(bytes),
      startTls: done => {
        this.#socket.removeAllListeners('data');
        this.#socket = connectTls({socket, rejectUnauthorized: false}, done);
        this.#listen(lost);
      },
      loggedIn,
      broken: error =>
        lost(error instanceof NeedsTls ? new OperatingError(error.message, 'leave out --no-tls') : error),
    });
    this.#listen(lost);
  }

  #listen(lost: (error: Error) => void): void {
    this.#socket.on('data', bytes => this.#conversation.receive(bytes));
    this.#socket.on('error', lost);
    this.#socket.on('close', () => lost(new Error('the server closed the connection')));
  }

  /** Connects and logs in. Throws OperatingError when nobody answers, ServerError when the server refuses. */
  static async open(options: ClientOptions): Promise<SqlClient> {
    const {host, port} = options;
    const socket = await new Promise<Socket>((done, fail) => {
      const plain = connectPlain({host, port, noDelay: true}, () => done(plain));
      plain.once('error', error =>
        fail(
          new OperatingError(
            `no server answers on ${host}:${port} (${error.message})`,
            'start one with `npm start`, or name it with --host and --port',
          ),
        ),
      );
    });
    const login = {...options, collation: UTF8MB4, multiStatements: true, crypto: CRYPTO};
    let client: SqlClient | undefined;
    await new Promise<void>((done, fail) => {
      client = new SqlClient(socket, login, done, fail);
    });
    return client as SqlClient;
  }

  /** Runs one text, and gives its result sets one by one. */
  async *query(sql: string): AsyncGenerator<ResultSet> {
    if (this.#lost !== undefined) throw this.#lost;
    const results = new Results();
    this.#results = results;
    this.#conversation.query(sql, results);
    for (;;) {
      const result = await results.next();
      if (result === undefined) return;
      yield result;
    }
  }

  /** Says good-bye. */
  close(): void {
    this.#results = undefined;
    this.#conversation.quit();
    this.#socket.end();
  }
}
