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
import {transaction} from './outcome.ts';
import {query, type Script, sleep} from './sql-client.ts';
import {
  lockClause,
  type Workload,
  type WorkloadOperation,
  type WorkloadOptions,
  type WorkloadVerdict,
} from './workload.ts';

const TABLES = 3;
/** Keys that one final read looks at. */
const FINAL_KEYS = 16;

export class TransactionWorkload implements Workload {
  readonly name: 'append' | 'register';
  readonly #options: WorkloadOptions;
  readonly #random: Prng;
  readonly #pool: KeyPool;

  constructor(name: 'append' | 'register', options: WorkloadOptions) {
    this.name = name;
    this.#options = options;
    this.#random = new Prng(options.seed);
    this.#pool = new KeyPool(this.#random, options.keys, options.writesPerKey, options.even);
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
      run: () => transaction(() => this.#perform(plan, final)),
    };
  }

  *#perform(plan: readonly Mop[], final: boolean): Script<Mop[]> {
    const done: Mop[] = [];
    for (const mop of plan) {
      if (done.length > 0 && !final) yield* sleep(this.#random.below(this.#options.pause + 1));
      if (mop[0] === 'r') done.push(['r', mop[1], yield* this.#read(mop[1] as number)]);
      else {
        yield* this.#write(mop[1] as number, mop[2] as number);
        done.push(mop);
      }
    }
    return done;
  }

  *#read(key: number): Script<number | null | number[]> {
    const {reads} = this.#options;
    const table = `iso_${this.name}${key % TABLES}`;
    const where = reads === 'index' ? 'FORCE INDEX (sk) WHERE sk' : 'WHERE id';
    const {rows} = yield* query(`SELECT val FROM ${table} ${where} = ?${lockClause(reads)}`, key);
    if (this.name === 'register') return rows.length === 0 ? null : Number(rows[0][0]);
    return rows.length === 0 ? [] : String(rows[0][0]).split(',').map(Number);
  }

  *#write(key: number, value: number): Script<void> {
    const table = `iso_${this.name}${key % TABLES}`;
    const merged = this.name === 'append' ? "CONCAT(val, ',', ?)" : '?';
    const written = this.name === 'append' ? String(value) : value;
    yield* query(
      `INSERT INTO ${table} (id, sk, val, filler) VALUES (?, ?, ?, REPEAT('x', ${this.#options.filler})) ON DUPLICATE KEY UPDATE val = ${merged}`,
      key,
      key,
      written,
      written,
    );
  }

  final(): readonly WorkloadOperation[] {
    const operations: WorkloadOperation[] = [];
    for (let first = 0; first < this.#pool.used; first += FINAL_KEYS) {
      const keys = Array.from({length: Math.min(FINAL_KEYS, this.#pool.used - first)}, (_, i) => first + i);
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
