// A client for differential runs: no password, everything the server says about a statement kept as it came, by either protocol. Statements
// may be sent ahead (`run` does not wait for the answers before), which is what makes 100,000 queries a matter of minutes.

import {connect, type Socket} from 'node:net';
import {
  ClientConversation,
  type Ending,
  type Receiver,
  type ServerError,
} from '../../src/protocol/client/conversation.ts';
import type {RowReader} from '../../src/protocol/client/row-reader.ts';
import {ColumnFlag, ColumnType} from '../../src/protocol/constants.ts';

const UTF8MB4_GENERAL_CI = 45;
/** The statement cannot be prepared: MySQL's number. */
const NOT_PREPARABLE = 1295;

/** A column of a result as its definition packet tells. */
export interface WireColumn {
  readonly name: string;
  readonly charset: number;
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  readonly decimals: number;
}

/** Everything one statement was answered with. Values are texts; bytes that are no UTF-8 are written as `x'..'`. */
export interface Answer {
  readonly columns: readonly WireColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly affectedRows: number;
  readonly insertId: number;
  readonly info: string;
  readonly warnings: number;
  /** 0 when the statement did not fail. */
  readonly errno: number;
  readonly sqlState: string;
  readonly message: string;
}

/** One answer being put together. */
class Pending implements Receiver {
  readonly #done: (answer: Answer) => void;
  readonly #isBinary: boolean;
  readonly #columns: WireColumn[] = [];
  readonly #rows: (string | null)[][] = [];
  /** Of a statement that has been prepared. */
  statementId = 0;
  readonly fail: (error: Error) => void;

  constructor(isBinary: boolean, done: (answer: Answer) => void, fail: (error: Error) => void) {
    this.#isBinary = isBinary;
    this.#done = done;
    this.fail = fail;
  }

  column(reader: RowReader): void {
    for (let i = 0; i < 4; i++) reader.skipLenenc();
    const name = reader.lenencText() ?? '';
    reader.skipLenenc();
    reader.lenenc();
    const charset = reader.u16();
    const length = reader.u32();
    this.#columns.push({name, charset, length, type: reader.u8(), flags: reader.u16(), decimals: reader.u8()});
  }

  row(reader: RowReader): void {
    this.#rows.push(
      this.#isBinary ? binaryTexts(reader, this.#columns) : this.#columns.map(() => showBytes(reader.lenencBytes())),
    );
  }

  prepared(statementId: number): void {
    this.statementId = statementId;
  }

  ended({affectedRows, insertId, warnings, info}: Ending): void {
    const {columns, rows} = {columns: this.#columns, rows: this.#rows};
    this.#done({columns, rows, affectedRows, insertId, info, warnings, errno: 0, sqlState: '', message: ''});
  }

  failed({errno, sqlState, words}: ServerError): void {
    const nothing = {columns: [], rows: [], affectedRows: 0, insertId: 0, info: '', warnings: 0};
    this.#done({...nothing, errno, sqlState, message: words});
  }
}

export class WireClient {
  readonly #socket: Socket;
  readonly #conversation: ClientConversation;
  readonly #pending: Set<Pending> = new Set();
  #broken: Error | undefined;

  private constructor(port: number, loggedIn: () => void, fail: (error: Error) => void) {
    this.#socket = connect({port, host: '127.0.0.1', noDelay: true});
    const broken = (error: Error): void => {
      this.#broken ??= error;
      fail(this.#broken);
      for (const pending of this.#pending) pending.fail(this.#broken);
      this.#pending.clear();
    };
    this.#conversation = new ClientConversation(
      {
        user: 'root',
        password: '',
        database: '',
        collation: UTF8MB4_GENERAL_CI,
        multiStatements: false,
        tls: false,
        crypto: undefined,
      },
      {write: bytes => void this.#socket.write(bytes), startTls: () => {}, loggedIn, broken},
    );
    this.#socket.on('data', bytes => this.#conversation.receive(bytes));
    this.#socket.on('error', broken);
    this.#socket.on('close', () => broken(new Error('the server closed the connection')));
  }

  /** Connects as root without a password. */
  static async connect(port: number): Promise<WireClient> {
    let client: WireClient | undefined;
    await new Promise<void>((done, fail) => {
      client = new WireClient(port, done, fail);
    });
    return client as WireClient;
  }

  /** Sends a statement; answers come in the order of the statements. A statement that fails is an answer, a lost connection is an error. */
  run(sql: string): Promise<Answer> {
    return this.#ask(false, pending => this.#conversation.query(sql, pending));
  }

  /** Prepares a statement, executes it, and forgets it. One that cannot be prepared is run as text. */
  async runPrepared(sql: string): Promise<Answer> {
    let id = 0;
    const prepared = await this.#ask(
      false,
      pending => this.#conversation.prepare(sql, pending),
      pending => {
        id = pending.statementId;
      },
    );
    if (prepared.errno === NOT_PREPARABLE) return this.run(sql);
    if (prepared.errno !== 0) return prepared;
    const answer = await this.#ask(true, pending => this.#conversation.execute(id, [], pending));
    this.#conversation.closeStatement(id);
    return answer;
  }

  #ask(isBinary: boolean, command: (pending: Pending) => void, look?: (pending: Pending) => void): Promise<Answer> {
    return new Promise((done, fail) => {
      if (this.#broken !== undefined) {
        fail(this.#broken);
        return;
      }
      const pending: Pending = new Pending(
        isBinary,
        answer => {
          this.#pending.delete(pending);
          look?.(pending);
          done(answer);
        },
        fail,
      );
      this.#pending.add(pending);
      command(pending);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** A binary row as the text protocol would have written it. */
function binaryTexts(reader: RowReader, columns: readonly WireColumn[]): (string | null)[] {
  const bitmap = reader.binaryRowBegin(columns.length);
  return columns.map((column, i) => (reader.isNull(bitmap, i) ? null : binaryText(reader, column)));
}

function binaryText(reader: RowReader, {type, flags, decimals}: WireColumn): string {
  const isUnsigned = (flags & ColumnFlag.unsigned) !== 0;
  switch (type) {
    case ColumnType.longlong:
      return String(reader.int64(isUnsigned));
    case ColumnType.long:
    case ColumnType.int24:
      return String(isUnsigned ? reader.u32() : reader.i32());
    case ColumnType.short:
      return String(isUnsigned ? reader.u16() : reader.binaryValue(type));
    case ColumnType.tiny:
      return String(isUnsigned ? reader.u8() : reader.binaryValue(type));
    case ColumnType.year:
      return String(reader.u16()).padStart(4, '0');
    case ColumnType.float:
      return String(Number(reader.float().toPrecision(6)));
    case ColumnType.double:
      return doubleText(reader.double(), decimals);
    case ColumnType.date:
      return reader.dateTime(0);
    case ColumnType.datetime:
    case ColumnType.timestamp:
      return reader.dateTime(decimals > 6 ? 0 : decimals, false);
    case ColumnType.time:
      return reader.time(decimals > 6 ? 0 : decimals);
    default:
      return showBytes(reader.lenencBytes()) ?? '';
  }
}

/** With the column's decimals where it has some, as the text protocol writes it. */
function doubleText(value: number, decimals: number): string {
  return decimals < 31 ? value.toFixed(decimals) : String(value);
}

const utf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

function showBytes(bytes: Buffer | null): string | null {
  if (bytes === null) return null;
  try {
    return utf8.decode(bytes);
  } catch {
    return `x'${bytes.toString('hex')}'`;
  }
}
