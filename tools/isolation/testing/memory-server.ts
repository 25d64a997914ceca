// A server in memory that understands just the statements of the `append` workload. It is serializable (reads and writes are checked at commit)
// and loses sessions at COMMIT now and then, before or after it took effect.

import {Prng} from '../../../src/base/prng.ts';
import type {Server} from '../runner/run.ts';
import {
  NOTHING,
  type SqlClient,
  SqlFailure,
  type SqlResult,
  type SqlValue,
  type Statement,
} from '../workloads/sql-client.ts';

export interface Faults {
  /** Chance that a COMMIT is not answered. */
  readonly lostCommits: number;
  /** Forget this commit although it is acknowledged; counted from 1, 0 is never. */
  readonly forgottenCommit?: number;
}

export class MemoryDatabase {
  readonly random: Prng;
  readonly faults: Faults;
  readonly rows = new Map<string, {text: string; version: number}>();
  commits = 0;

  constructor(seed: number, faults: Faults) {
    this.random = new Prng(seed);
    this.faults = faults;
  }

  server(name: string): Server {
    return {name, connect: () => Promise.resolve(new MemoryClient(this))};
  }
}

class MemoryClient implements SqlClient {
  readonly #db: MemoryDatabase;
  #lost = false;
  readonly #read = new Map<string, number>();
  readonly #written = new Map<string, string>();

  constructor(db: MemoryDatabase) {
    this.#db = db;
  }

  async query(sql: string, params: readonly SqlValue[]): Promise<SqlResult> {
    await new Promise(resolve => setImmediate(resolve));
    return this.#one(sql, params);
  }

  async queryAll(statements: readonly Statement[]): Promise<readonly SqlResult[]> {
    await new Promise(resolve => setImmediate(resolve));
    return statements.map(({sql, params}) => this.#one(sql, params));
  }

  #one(sql: string, params: readonly SqlValue[]): SqlResult {
    if (this.#lost) throw new SqlFailure('gone', 0, true);
    const table = /iso_append\d/.exec(sql)?.[0];
    if (sql.startsWith('SELECT val')) return this.#select(`${table} ${params[0]}`);
    if (sql.startsWith('INSERT')) return this.#append(`${table} ${params[0]}`, String(params[2]));
    if (sql === 'COMMIT') return this.#commit();
    if (sql === 'BEGIN' || sql === 'ROLLBACK') this.#clear();
    else if (!/^(DROP|CREATE) TABLE/.test(sql)) throw new SqlFailure(`cannot do ${sql}`, 1064, false);
    return NOTHING;
  }

  #value(row: string): string | undefined {
    const stored = this.#db.rows.get(row);
    if (!this.#read.has(row)) this.#read.set(row, stored?.version ?? 0);
    return this.#written.get(row) ?? stored?.text;
  }

  #select(row: string): SqlResult {
    const value = this.#value(row);
    return value === undefined ? NOTHING : {...NOTHING, rows: [[value]]};
  }

  #append(row: string, element: string): SqlResult {
    const value = this.#value(row);
    this.#written.set(row, value === undefined ? element : `${value},${element}`);
    return NOTHING;
  }

  #commit(): SqlResult {
    const {rows, faults, random} = this.#db;
    const conflict = [...this.#read].some(([row, version]) => (rows.get(row)?.version ?? 0) !== version);
    if (conflict) {
      this.#clear();
      throw new SqlFailure('Deadlock found', 1213, false);
    }
    this.#lost = random.chance(faults.lostCommits);
    const applied = !(this.#lost && random.chance(0.5));
    if (this.#written.size > 0 && applied && ++this.#db.commits !== faults.forgottenCommit) this.#apply();
    this.#clear();
    if (this.#lost) throw new SqlFailure('connection reset', 0, true);
    return NOTHING;
  }

  #apply(): void {
    for (const [row, text] of this.#written) this.#db.rows.set(row, {text, version: (this.#read.get(row) ?? 0) + 1});
  }

  #clear(): void {
    this.#read.clear();
    this.#written.clear();
  }

  close(): Promise<void> {
    this.#lost = true;
    return Promise.resolve();
  }
}
