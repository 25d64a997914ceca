// Multi-row INSERTs: rows are gathered into statements of a bounded size, in autocommit mode, one commit per statement.

import type {Value} from '../../src/protocol/client/row-reader.ts';
import type {Connection} from './connection.ts';

/** A statement ends when it has grown to this. Characters. */
const STATEMENT_MAX = 512 * 1024;

export class BulkInsert {
  readonly #connection: Connection;
  readonly #head: string;
  readonly #rowsMax: number;
  #statement = '';
  #pending = 0;

  /** `target`: the table, with a column list where needed. */
  constructor(connection: Connection, target: string, rowsMax: number = 1000) {
    this.#connection = connection;
    this.#head = `INSERT INTO ${target} VALUES `;
    this.#rowsMax = rowsMax;
  }

  /** Adds a row; sends the statement when it is full. */
  async add(row: readonly Value[]): Promise<void> {
    this.#statement += this.#statement === '' ? this.#head : ',';
    this.#statement += `(${row.map(literal).join(',')})`;
    if (++this.#pending >= this.#rowsMax || this.#statement.length >= STATEMENT_MAX) await this.flush();
  }

  /** Sends what is left. */
  async flush(): Promise<void> {
    if (this.#pending === 0) return;
    const statement = this.#statement;
    this.#statement = '';
    this.#pending = 0;
    await this.#connection.query(statement);
  }
}

/** A value as SQL. Text must be plain: it is quoted, and a quote or backslash in it is doubled. */
function literal(value: Value): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `'${value.replace(/['\\]/g, '$&$&')}'`;
}
