// list-append and rw-register over SQL: short random transactions that read and write a few keys, spread over three tables.
//
// A list is a TEXT column of numbers with commas; appending is one INSERT .. ON DUPLICATE KEY UPDATE, so it reads and writes the newest row
// whatever the isolation level. A register is an INT column, written blindly.

import {Prng} from '../../../src/base/prng.ts';
import {checkHistory, verdictOf} from '../checker/check.ts';
import {explain, explanationLines, summaryLines} from '../checker/explain.ts';
import type {LevelName} from '../checker/levels.ts';
import type {HistoryEvent, Mop} from '../history/types.ts';
import {KeyPool} from './key-pool.ts';
import {transaction, transactionAtOnce} from './outcome.ts';
import {query, type Script, type SqlResult, type Statement, sleep} from './sql-client.ts';
import {
  lockClause,
  type Workload,
  type WorkloadOperation,
  type WorkloadOptions,
  type WorkloadVerdict,
} from './workload.ts';

const TABLES = 3;
/** Keys that one final read looks at, and when its statements do not wait for each other. */
const FINAL_KEYS = 16;
const FINAL_KEYS_AT_ONCE = 64;

export class TransactionWorkload implements Workload {
  readonly name: 'append' | 'register';
  readonly #options: WorkloadOptions;
  readonly #random: Prng;
  readonly #pool: KeyPool;

  constructor(name: 'append' | 'register', options: WorkloadOptions) {
    this.name = name;
    this.#options = options;
    this.#random = new Prng(options.seed);
    this.#pool = new KeyPool(this.#random, options.keys, options.writesPerKey, options.even, options.group);
  }

  *setup(): Script<void> {
    const type = this.name === 'append' ? 'TEXT NOT NULL' : 'INT NOT NULL';
    for (let i = 0; i < TABLES; i++) {
      yield* query(`DROP TABLE IF EXISTS iso_${this.name}${i}`);
      yield* query(
        `CREATE TABLE iso_${this.name}${i} (id INT PRIMARY KEY, sk INT NOT NULL, val ${type}, filler VARCHAR(4000) NOT NULL, KEY sk (sk))`,
      );
    }
  }

  next(): WorkloadOperation {
    this.#pool.turn();
    const length = 1 + this.#random.below(this.#options.opsMax);
    return this.#operation(Array.from({length}, () => this.#mop()));
  }

  #mop(): Mop {
    if (this.#random.chance(0.5)) return ['r', this.#pool.read(), null];
    const {key, value} = this.#pool.write();
    return [this.name === 'append' ? 'append' : 'w', key, value];
  }

  #operation(plan: readonly Mop[], final = false): WorkloadOperation {
    return {
      f: 'txn',
      value: plan,
      ...(final ? {final} : {}),
      run: () => (this.#options.atOnce ? this.#atOnce(plan) : transaction(() => this.#perform(plan, final))),
    };
  }

  *#perform(plan: readonly Mop[], final: boolean): Script<Mop[]> {
    const done: Mop[] = [];
    for (const mop of plan) {
      if (done.length > 0 && !final) yield* sleep(this.#random.below(this.#options.pause + 1));
      const {sql, params} = this.#statement(mop);
      done.push(this.#completed(mop, yield* query(sql, ...params)));
    }
    return done;
  }

  *#atOnce(plan: readonly Mop[]): Script<Mop[]> {
    const results = yield* transactionAtOnce(plan.map(mop => this.#statement(mop)));
    return plan.map((mop, i) => this.#completed(mop, results[i]));
  }

  #statement(mop: Mop): Statement {
    return mop[0] === 'r' ? this.#read(mop[1] as number) : this.#write(mop[1] as number, mop[2] as number);
  }

  #read(key: number): Statement {
    const {reads} = this.#options;
    const table = `iso_${this.name}${key % TABLES}`;
    const where = reads === 'index' ? 'FORCE INDEX (sk) WHERE sk' : 'WHERE id';
    return {sql: `SELECT val FROM ${table} ${where} = ?${lockClause(reads)}`, params: [key]};
  }

  #write(key: number, value: number): Statement {
    const table = `iso_${this.name}${key % TABLES}`;
    const merged = this.name === 'append' ? "CONCAT(val, ',', ?)" : '?';
    const written = this.name === 'append' ? String(value) : value;
    return {
      sql: `INSERT INTO ${table} (id, sk, val, filler) VALUES (?, ?, ?, REPEAT('x', ${this.#options.filler})) ON DUPLICATE KEY UPDATE val = ${merged}`,
      params: [key, key, written, written],
    };
  }

  /** The operation with what it read. */
  #completed(mop: Mop, {rows}: SqlResult): Mop {
    if (mop[0] !== 'r') return mop;
    if (this.name === 'register') return ['r', mop[1], rows.length === 0 ? null : Number(rows[0][0])];
    return ['r', mop[1], rows.length === 0 ? [] : String(rows[0][0]).split(',').map(Number)];
  }

  final(): readonly WorkloadOperation[] {
    const operations: WorkloadOperation[] = [];
    const together = this.#options.atOnce ? FINAL_KEYS_AT_ONCE : FINAL_KEYS;
    for (let first = 0; first < this.#pool.used; first += together) {
      const keys = Array.from({length: Math.min(together, this.#pool.used - first)}, (_, i) => first + i);
      operations.push(
        this.#operation(
          keys.map(key => ['r', key, null]),
          true,
        ),
      );
    }
    return operations;
  }

  check(events: readonly HistoryEvent[], level: LevelName): WorkloadVerdict {
    const report = checkHistory(events, {realtimeKeys: true});
    const verdict = verdictOf(report, level);
    const shown = explain(report).filter(e => verdict.because.includes(e.name));
    const lines = [
      ...summaryLines(report),
      `${level}: ${verdict.valid ? 'holds' : `refuted by ${verdict.because.join(', ')}`}`,
    ];
    for (const explanation of shown) lines.push('', ...explanationLines(explanation));
    return {valid: verdict.valid, lines};
  }
}
