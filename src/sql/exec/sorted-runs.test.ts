// Sorting past the memory bound: values come back from scratch files as they were, runs merge into one order, a full disk is the
// statement's error.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {SqlError} from '../../base/sql-error.ts';
import {DONE, ROW} from '../../engine/api.ts';
import {Decimal} from '../../format/value/decimal.ts';
import {DateTime, Duration} from '../../format/value/temporal.ts';
import type {Value} from '../../format/value/types.ts';
import {NodeScratch} from '../../os/scratch.ts';
import {Slot} from '../bind/leaf.ts';
import {BIGINT, textType} from '../bind/type-classes.ts';
import {contextOf, TestSession} from '../functions/testing/evaluate.ts';
import type {ExecContext, RowSource} from './contract.ts';
import {MemoryBudget} from './memory-budget.ts';
import {RowDecoder, RowEncoder} from './row-codec.ts';
import {SortSource} from './sort.ts';
import {SortedRuns} from './sorted-runs.ts';
import {MemoryScratch} from './testing/memory-scratch.ts';

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.double({noNaN: true}),
  fc.bigInt(-(2n ** 64n), 2n ** 64n),
  fc.string(),
  fc.string({unit: 'binary'}),
  fc.uint8Array().map(bytes => Uint8Array.from(bytes)),
  fc.tuple(fc.bigInt(-(10n ** 40n), 10n ** 40n), fc.nat(30)).map(([n, scale]) => new Decimal(n, scale)),
  fc.nat(10 ** 12).map(micros => new Duration(-micros)),
  fc.tuple(fc.nat(9999), fc.nat(12), fc.nat(31)).map(([y, m, d]) => DateTime.date(y, m, d)),
  fc.tuple(fc.nat(9999), fc.nat(23), fc.nat(999999)).map(([y, h, f]) => DateTime.of(y, 2, 3, h, 59, 58, f)),
);

test('every value comes back as it was', () => {
  fc.assert(
    fc.property(fc.array(value), values => {
      const encoder = new RowEncoder();
      for (const v of values) encoder.put(v);
      const decoder = new RowDecoder(encoder.bytes);
      for (const v of values) assert.deepEqual(decoder.take(), v);
      assert.equal(decoder.at, encoder.length);
    }),
  );
});

/** Rows of two values in the registers 0 and 1. */
class Rows implements RowSource {
  readonly #rows: readonly (readonly Value[])[];
  #next = 0;

  constructor(rows: readonly (readonly Value[])[]) {
    this.#rows = rows;
  }

  open(): void {
    this.#next = 0;
  }

  next({registers}: ExecContext): number {
    if (this.#next === this.#rows.length) return DONE;
    [registers[0], registers[1]] = this.#rows[this.#next++];
    return ROW;
  }

  close(): void {}
}

function sessionWith(scratch: MemoryScratch | NodeScratch): ExecContext {
  return contextOf(Object.assign(new TestSession(), {scratch}));
}

/** Everything a source gives. */
function drain(source: RowSource, context: ExecContext): unknown[] {
  const rows: unknown[] = [];
  source.open(context);
  while (source.next(context) === ROW) rows.push([context.registers[0], context.registers[1]]);
  source.close(context);
  return rows;
}

function sortOf(rows: readonly (readonly Value[])[], memoryMax: number, descending = false): SortSource {
  const key = {expression: new Slot(0, textType(20, 255), true, 'k'), descending};
  return new SortSource(new Rows(rows), [key], Int32Array.of(0, 1), new MemoryBudget(1 << 20), memoryMax);
}

test('a sort in many runs gives what a sort in memory gives, and closes its files', () => {
  const text = fc.option(fc.string({maxLength: 3}), {nil: null});
  fc.assert(
    fc.property(fc.array(text, {maxLength: 60}), fc.boolean(), fc.integer({min: 1, max: 2000}), (keys, desc, max) => {
      const rows = keys.map((key, i) => [key, i] as const);
      const scratch = new MemoryScratch();
      const context = sessionWith(scratch);
      const expected = drain(sortOf(rows, Number.POSITIVE_INFINITY, desc), context);
      assert.equal(scratch.opened, 0);
      const source = sortOf(rows, max, desc);
      assert.deepEqual(drain(source, context), expected);
      assert.deepEqual(drain(source, context), expected, 'and again');
      assert.equal(scratch.opened, scratch.closed);
    }),
    {numRuns: 200},
  );
});

test('long rows, over real files', () => {
  const rows = Array.from(
    {length: 300},
    (_, i) => [`${(i * 7919) % 300}`.padStart(4, '0'), 'x'.repeat(i * 40)] as const,
  );
  const context = sessionWith(new NodeScratch());
  const sorted = drain(sortOf(rows, 20_000), context) as [string, string][];
  assert.deepEqual(
    sorted.map(([key]) => key),
    rows.map(([key]) => key).sort(),
  );
  assert.deepEqual(new Set(sorted.map(row => row.join())), new Set(rows.map(row => row.join())));
});

test('rows longer than a block', () => {
  const scratch = new MemoryScratch();
  const runs = new SortedRuns(scratch, 1, (a, b) => String(a[0]).length - String(b[0]).length);
  const long = ['a'.repeat(300_000), 'b'.repeat(600_000)];
  runs.write(2, row => long[row]);
  runs.write(1, () => 'c');
  assert.deepEqual([runs.next(), runs.next(), runs.next(), runs.next()], [['c'], [long[0]], [long[1]], undefined]);
  runs.close();
});

test('a disk without room ends the statement with 1038', () => {
  const scratch = new MemoryScratch();
  scratch.room = 100;
  const rows = Array.from({length: 100}, (_, i) => [`key ${i}`, i] as const);
  const source = sortOf(rows, 1000);
  assert.throws(
    () => drain(source, sessionWith(scratch)),
    (error: unknown) => error instanceof SqlError && error.errno === 1038,
  );
});

test('more rows than the statement may keep in memory', () => {
  const rows = Array.from({length: 20_000}, (_, i) => [`${i % 977}`, i] as const);
  const key = {expression: new Slot(1, BIGINT, true, 'k'), descending: true};
  const source = new SortSource(new Rows(rows), [key], Int32Array.of(0, 1), new MemoryBudget(100_000), 50_000);
  const sorted = drain(source, sessionWith(new MemoryScratch()));
  assert.deepEqual(sorted, [...rows].reverse());
});
