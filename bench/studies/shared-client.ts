// One client of the shared-data study. Its transactions are sysbench's read_write and write_only, on a random table of its primary's own
// group or of the shared one; statements are prepared once per table.

import {Prng} from '../../src/base/prng.ts';
import type {Value} from '../../src/protocol/client/row-reader.ts';
import {type Connection, ServerError, type Statement} from '../client/connection.ts';
import type {Tally} from '../workloads/clients.ts';
import {ROWS_PER_TABLE, SHARED, TABLES_PER_GROUP, tableName} from './shared-tables.ts';

export interface Mix {
  readonly name: string;
  readonly pointSelects: number;
  readonly writes: boolean;
}

const READ_ONLY: Mix = {name: 'read_only', pointSelects: 10, writes: false};
export const MIXES: readonly Mix[] = [
  {name: 'write_only', pointSelects: 0, writes: true},
  {name: 'read_write', pointSelects: 10, writes: true},
];
export const ALL_MIXES: readonly Mix[] = [READ_ONLY, ...MIXES];

const RANGE = 100;
const C = 'c'.repeat(119);
const PAD = 'p'.repeat(59);

/** Statements on one table. */
interface TableStatements {
  readonly point: Statement;
  readonly range: Statement;
  readonly updateIndex: Statement;
  readonly updateOther: Statement;
  readonly remove: Statement;
  readonly insert: Statement;
}

export class SharedClient {
  readonly #connection: Connection;
  readonly #group: number;
  readonly #sharePercent: number;
  readonly #prng: Prng;
  readonly #statements = new Map<string, TableStatements>();

  /** `group`: number of the primary it is connected to. */
  constructor(connection: Connection, group: number, sharePercent: number, seed: number) {
    this.#connection = connection;
    this.#group = group;
    this.#sharePercent = sharePercent;
    this.#prng = new Prng(seed);
  }

  /** One transaction; a refused one is rolled back and counted, not repeated. */
  async transaction(mix: Mix, tally: Tally): Promise<void> {
    const group = this.#prng.below(100) < this.#sharePercent ? SHARED : this.#group;
    const table = await this.#table(tableName(group, this.#prng.below(TABLES_PER_GROUP)));
    const started = performance.now();
    try {
      await this.#connection.query('BEGIN');
      if (mix.pointSelects > 0) await this.#read(table, mix.pointSelects);
      if (mix.writes) await this.#write(table);
      await this.#connection.query('COMMIT');
      tally.latencies.add(performance.now() - started);
      tally.done++;
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      tally.refuse(error.errno);
      await this.#connection.query('ROLLBACK');
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #read(table: TableStatements, pointSelects: number): Promise<void> {
    for (let i = 0; i < pointSelects; i++) await this.#run(table.point, [this.#id()]);
    const first = this.#id();
    await this.#run(table.range, [first, first + RANGE - 1]);
  }

  async #write(table: TableStatements): Promise<void> {
    await this.#run(table.updateIndex, [this.#id()]);
    await this.#run(table.updateOther, [C, this.#id()]);
    const id = this.#id();
    await this.#run(table.remove, [id]);
    await this.#run(table.insert, [id, this.#id(), C, PAD]);
  }

  #run(statement: Statement, values: readonly Value[]): Promise<unknown> {
    return this.#connection.execute(statement, values);
  }

  #id(): number {
    return 1 + this.#prng.below(ROWS_PER_TABLE);
  }

  async #table(name: string): Promise<TableStatements> {
    const known = this.#statements.get(name);
    if (known !== undefined) return known;
    const connection = this.#connection;
    const statements = {
      point: await connection.prepare(`SELECT c FROM ${name} WHERE id = ?`),
      range: await connection.prepare(`SELECT c FROM ${name} WHERE id BETWEEN ? AND ?`),
      updateIndex: await connection.prepare(`UPDATE ${name} SET k = k + 1 WHERE id = ?`),
      updateOther: await connection.prepare(`UPDATE ${name} SET c = ? WHERE id = ?`),
      remove: await connection.prepare(`DELETE FROM ${name} WHERE id = ?`),
      insert: await connection.prepare(`INSERT INTO ${name} (id, k, c, pad) VALUES (?, ?, ?, ?)`),
    };
    this.#statements.set(name, statements);
    return statements;
  }
}
