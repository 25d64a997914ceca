// Grouping, DISTINCT and hash joins past their memory bound: the same rows as in memory, joins and DISTINCT in the same order, and no file left open.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {SqlError} from '../../base/sql-error.ts';
import {BLOCKED, DONE, ROW} from '../../engine/api.ts';
import type {Value} from '../../format/value/types.ts';
import {Slot} from '../bind/leaf.ts';
import {BIGINT} from '../bind/type-classes.ts';
import {contextOf, TestSession} from '../functions/testing/evaluate.ts';
import type {AggregateTask} from './aggregate.ts';
import type {ExecContext, RowSource} from './contract.ts';
import {DistinctSource} from './distinct.ts';
import {HashAggregateSource} from './hash-aggregate.ts';
import {HashJoinSource} from './hash-join.ts';
import {MemoryBudget} from './memory-budget.ts';
import type {JoinKind} from './nested-loop.ts';
import {MemoryScratch} from './testing/memory-scratch.ts';

type Pair = readonly [Value, Value];

/** Rows of two values in two registers; every third call has to be made again. */
class Rows implements RowSource {
  readonly #rows: readonly Pair[];
  readonly #first: number;
  #next = 0;
  #calls = 0;

  constructor(rows: readonly Pair[], first: number) {
    this.#rows = rows;
    this.#first = first;
  }

  open(): void {
    this.#next = 0;
  }

  next({registers}: ExecContext): number {
    if (++this.#calls % 3 === 0) return BLOCKED;
    if (this.#next === this.#rows.length) return DONE;
    [registers[this.#first], registers[this.#first + 1]] = this.#rows[this.#next++];
    return ROW;
  }

  close(): void {}
}

function contextWith(scratch: MemoryScratch): ExecContext {
  return contextOf(Object.assign(new TestSession(), {scratch}));
}

/** Everything a source gives: these registers of each row. */
function drain(source: RowSource, context: ExecContext, registers: readonly number[]): Value[][] {
  const rows: Value[][] = [];
  source.open(context);
  for (let result = source.next(context); result !== DONE; result = source.next(context)) {
    if (result === ROW) rows.push(registers.map(register => context.registers[register]));
    else assert.equal(result, BLOCKED);
  }
  source.close(context);
  return rows;
}

const slot = (register: number): Slot => new Slot(register, BIGINT, true, `r${register}`);

/** SUM of a register. */
function sum(of: number, register: number): AggregateTask {
  return {
    register,
    newAccumulator: () => {
      let total = 0;
      return {
        add: ({registers}) => {
          total += Number(registers[of]);
        },
        value: () => total,
        reset: () => {
          total = 0;
        },
      };
    },
  };
}

const key = fc.option(fc.integer({min: 0, max: 40}), {nil: null});
const rows: fc.Arbitrary<Pair[]> = fc.array(fc.tuple(key, fc.integer({min: 0, max: 9})), {maxLength: 120});
/** From a bound under which nearly everything goes to files, several times, to one under which nothing does. */
const bound = fc.constantFrom(0, 200, 500, 1000, 3000, 1e9);

function inBothWays(
  make: (memoryMax: number) => RowSource,
  memoryMax: number,
  registers: readonly number[],
  sorts: boolean,
): void {
  const scratch = new MemoryScratch();
  const context = contextWith(scratch);
  const order = (list: Value[][]): Value[][] =>
    sorts ? list.sort((a, b) => Number(a[0] ?? -1) - Number(b[0] ?? -1)) : list;
  const expected = order(drain(make(Number.POSITIVE_INFINITY), context, registers));
  assert.equal(scratch.opened, 0);
  const source = make(memoryMax);
  assert.deepEqual(order(drain(source, context, registers)), expected);
  assert.deepEqual(order(drain(source, context, registers)), expected, 'and again');
  assert.equal(scratch.opened, scratch.closed);
}

test('GROUP BY', () => {
  fc.assert(
    fc.property(rows, bound, (list, max) => {
      const parts = {
        child: new Rows(list, 0),
        keys: [slot(0)],
        tasks: [sum(1, 2)],
        carried: Int32Array.of(0),
        produced: Int32Array.of(0, 1),
      };
      inBothWays(memoryMax => new HashAggregateSource(parts, new MemoryBudget(1 << 20), memoryMax), max, [0, 2], true);
    }),
    {numRuns: 300},
  );
});

test('DISTINCT keeps the order of arrival', () => {
  fc.assert(
    fc.property(rows, bound, (list, max) => {
      const make = (memoryMax: number): RowSource =>
        new DistinctSource(new Rows(list, 0), [slot(0)], Int32Array.of(0, 1), new MemoryBudget(1 << 20), memoryMax);
      inBothWays(make, max, [0, 1], false);
    }),
    {numRuns: 300},
  );
});

test('hash joins of every kind keep the order of the outer side', () => {
  const kind = fc.constantFrom<JoinKind>('inner', 'left', 'semi', 'anti');
  fc.assert(
    fc.property(rows, rows, kind, bound, (outer, inner, join, max) => {
      const make = (memoryMax: number): RowSource => {
        const parts = {
          outer: new Rows(outer, 0),
          inner: new Rows(inner, 2),
          outerKeys: [slot(0)],
          innerKeys: [slot(2)],
          residual: [],
          outerRegisters: Int32Array.of(0, 1),
          innerRegisters: Int32Array.of(2, 3),
          kind: join,
          epoch: undefined,
        };
        return new HashJoinSource(parts, new MemoryBudget(1 << 20), memoryMax);
      };
      const shown = join === 'inner' || join === 'left' ? [0, 1, 2, 3] : [0, 1];
      inBothWays(make, max, shown, false);
    }),
    {numRuns: 400},
  );
});

test('more groups, tuples and rows than the statement may keep', () => {
  const many = Array.from({length: 20_000}, (_, i) => [(i * 7919) % 10_000, 1] as const);
  const context = contextWith(new MemoryScratch());
  const budget = (): MemoryBudget => new MemoryBudget(400_000);
  const parts = {
    child: new Rows(many, 0),
    keys: [slot(0)],
    tasks: [sum(1, 2)],
    carried: Int32Array.of(0),
    produced: Int32Array.of(0, 1),
  };
  const groups = drain(new HashAggregateSource(parts, budget(), 50_000), context, [0, 2]);
  assert.equal(groups.length, 10_000);
  assert.ok(groups.every(([, total]) => total === 2));
  const distinct = new DistinctSource(new Rows(many, 0), [slot(0)], Int32Array.of(0, 1), budget(), 50_000);
  assert.equal(drain(distinct, context, [0]).length, 10_000);
  const join = new HashJoinSource(
    {
      outer: new Rows(many.slice(0, 5000), 0),
      inner: new Rows(many, 2),
      outerKeys: [slot(0)],
      innerKeys: [slot(2)],
      residual: [],
      outerRegisters: Int32Array.of(0, 1),
      innerRegisters: Int32Array.of(2, 3),
      kind: 'inner',
      epoch: undefined,
    },
    budget(),
    50_000,
  );
  assert.equal(drain(join, context, [0, 2]).length, 10_000);
  assert.throws(
    () => drain(new HashAggregateSource(parts, budget()), context, [0]),
    (error: unknown) => error instanceof SqlError && error.errno === 1038,
  );
});
