import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import type {Clock} from '../../env/clock.ts';
import {StatementDigests} from './statement-digests.ts';

const clock = {now: () => 0, wallMicros: () => 0} as Clock;
/** Short enough for V8 to count it among its own bytes. */
const LONG = 1 << 19;

/** A long statement, as it comes off the wire. */
function longStatement(table: number): string {
  const bytes = Buffer.alloc(LONG, ' ');
  bytes.write(`INSERT INTO t${table} VALUES (1, 'a')`);
  return bytes.toString('latin1');
}

test('statements that differ in their number of rows share their figures', () => {
  const digests = new StatementDigests(clock);
  const row = `(1, '${'x'.repeat(997)}')`;
  const of = (rows: number) => digests.of('d', `INSERT INTO t VALUES ${Array(rows).fill(row).join(', ')}`, 0);
  assert.equal(of(2), of(3));
  assert.equal(of(2), of(5000));
  assert.notEqual(of(2), of(1));
});

test('the figures of a statement do not keep its text in memory', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const digests = new StatementDigests(clock);
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let table = 0; table < 64; table++) digests.of('d', longStatement(table), 0);
  collect();
  assert.equal(digests.all().length, 64);
  const kept = process.memoryUsage().heapUsed - before;
  assert.ok(kept < 8 * LONG, `${kept} bytes are kept`);
});
