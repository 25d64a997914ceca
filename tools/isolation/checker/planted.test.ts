// Every anomaly planted by hand in the smallest history that shows it, and found under its own name, and no other.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {HistoryEvent} from '../history/types.ts';
import {complete, concurrent, invoke, txn} from '../testing/history.ts';
import type {AnomalyName} from './anomaly.ts';
import {type CheckOptions, checkHistory, verdictOf} from './check.ts';
import {explain, explanationLines} from './explain.ts';
import type {LevelName} from './levels.ts';

function names(history: readonly HistoryEvent[], options?: CheckOptions): AnomalyName[] {
  return [...checkHistory(history, options).counts.keys()].sort();
}

/** The planted name is found; level `holds` is not refuted by the history, `breaks` is. */
function plant(name: AnomalyName, history: readonly HistoryEvent[], breaks: LevelName, holds?: LevelName): void {
  const report = checkHistory(history);
  assert.ok(report.counts.has(name), `${name} not among ${[...report.counts.keys()]}`);
  assert.equal(verdictOf(report, breaks).valid, false, `${breaks} should be refuted`);
  if (holds !== undefined) assert.equal(verdictOf(report, holds).valid, true, `${holds} should hold`);
  for (const explanation of explain(report)) assert.ok(explanationLines(explanation).length >= 3);
}

test('G0: dirty writes in a circle', () => {
  const history = [...concurrent('a x 1, a y 1', 'a x 2, a y 2'), ...txn(9, 'ok', 'r x 1 2, r y 2 1')];
  plant('G0', history, 'read-uncommitted');
});

test('G1a: a read of what was rolled back', () => {
  const history = concurrent('fail: a x 1', 'r x 1');
  plant('G1a', history, 'read-committed', 'read-uncommitted');
  assert.deepEqual(names(history), ['G1a']);
});

test('an unknown outcome may be read', () => {
  assert.deepEqual(names(concurrent('info: a x 1', 'r x 1')), []);
});

test('G1b: a read in the middle of a transaction', () => {
  plant('G1b', concurrent('a x 1, a x 2', 'r x 1'), 'read-committed', 'read-uncommitted');
});

test('G1c: information flows in a circle', () => {
  const history = concurrent('a x 1, r y 1', 'a y 1, r x 1');
  plant('G1c', history, 'read-committed', 'read-uncommitted');
  assert.deepEqual(names(history), ['G1c']);
});

test('G-single: read skew', () => {
  const history = concurrent('a x 1, a y 1', 'r x 1, r y', 'r y 1');
  plant('G-single', history, 'snapshot-isolation', 'monotonic-atomic-view');
  assert.deepEqual(names(history), ['G-single', 'fractured-snapshot']);
});

test('G-single by a writer is not held against innodb-repeatable-read', () => {
  const history = concurrent('a x 1, a y 1', 'r x 1, r y, a z 1', 'r y 1, r z 1');
  assert.ok(names(history).includes('G-single'));
  assert.equal(verdictOf(checkHistory(history), 'innodb-repeatable-read').valid, true);
});

test('G-nonadjacent: long fork', () => {
  const history = concurrent('a x 1', 'a y 1', 'r x 1, r y', 'r x, r y 1');
  plant('G-nonadjacent', history, 'snapshot-isolation', 'read-committed');
  assert.deepEqual(names(history), ['G-nonadjacent', 'fractured-snapshot']);
});

test('G2-item: write skew', () => {
  const history = concurrent('r x, r y, a x 1', 'r x, r y, a y 1');
  plant('G2-item', history, 'serializable', 'snapshot-isolation');
  assert.deepEqual(names(history), ['G2-item']);
  assert.equal(verdictOf(checkHistory(history), 'repeatable-read').valid, false);
});

test('lost update, even when nobody reads the result', () => {
  const history = [...txn(9, 'ok', 'a x 1'), ...concurrent('r x 1, a x 2', 'r x 1, a x 3')];
  plant('lost-update', history, 'snapshot-isolation', 'monotonic-atomic-view');
  assert.deepEqual(names(history), ['lost-update']);
});

test('duplicate elements', () => {
  plant('duplicate-elements', concurrent('a x 1', 'r x 1 1'), 'read-uncommitted');
});

test('incompatible orders', () => {
  const history = concurrent('a x 1', 'a x 2', 'r x 1 2', 'r x 2');
  plant('incompatible-order', history, 'read-committed');
});

test('dirty update', () => {
  plant('dirty-update', concurrent('fail: a x 1', 'a x 2', 'r x 1 2'), 'read-committed', 'read-uncommitted');
});

test('internal: own reads and appends', () => {
  plant('internal', concurrent('r x, a x 1, r x'), 'monotonic-atomic-view', 'read-committed');
  plant('internal', concurrent('a x 1, r x 1 2', 'a x 2'), 'monotonic-atomic-view');
  assert.deepEqual(names(concurrent('a x 2, r x 1 2, a x 3, r x 1 2 3', 'a x 1')), []);
});

test('internal in a transaction that only reads', () => {
  const history = concurrent('a x 1', 'r x, r x 1');
  plant('internal-read-only', history, 'innodb-repeatable-read', 'read-committed');
});

test('future read', () => {
  plant('future-read', concurrent('r x 1, a x 1'), 'monotonic-atomic-view', 'read-committed');
});

test('a value nobody wrote', () => {
  plant('unwritten-read', concurrent('r x 7'), 'read-uncommitted');
});

test('process variants: a session goes back in time', () => {
  const history = [...txn(0, 'ok', 'a x 1'), ...txn(1, 'ok', 'r x 1'), ...txn(1, 'ok', 'r x')];
  plant('G-single-process', history, 'strong-session-snapshot-isolation', 'snapshot-isolation');
});

test('realtime variants: a stale read', () => {
  const history = [...txn(0, 'ok', 'a x 1'), ...txn(1, 'ok', 'r x')];
  plant('G-single-realtime', history, 'strong-snapshot-isolation', 'strong-session-serializable');
  plant('fractured-snapshot-realtime', history, 'strong-innodb-repeatable-read', 'innodb-repeatable-read');
});

test('G0-realtime and G1c-realtime', () => {
  const overwritten = [...txn(0, 'ok', 'a x 1'), ...txn(1, 'ok', 'a x 2'), ...txn(2, 'ok', 'r x 2 1')];
  plant('G0-realtime', overwritten, 'strict-serializable', 'serializable');
  const future = [...txn(0, 'ok', 'r x 1'), ...txn(1, 'ok', 'a x 1')];
  plant('G1c-realtime', future, 'strict-serializable', 'serializable');
});

test('G0-process and G1c-process', () => {
  const overwritten = [...txn(0, 'ok', 'a x 1'), ...txn(0, 'ok', 'a x 2'), ...txn(2, 'ok', 'r x 2 1')];
  plant('G0-process', overwritten, 'strong-session-snapshot-isolation', 'serializable');
  const future = [...txn(0, 'ok', 'r x 1'), ...txn(0, 'ok', 'a x 1')];
  plant('G1c-process', future, 'strong-session-snapshot-isolation', 'serializable');
});

/** Process 2 sees x but not y; y is over before a read of x that does not see it. `last` runs that read. */
function forkInTime(last: number): HistoryEvent[] {
  return [
    invoke(0, 'a x 1'),
    invoke(2, 'r x 1, r y'),
    ...txn(1, 'ok', 'a y 1'),
    ...txn(last, 'ok', 'r x'),
    complete(2, 'ok', 'r x 1, r y'),
    complete(0, 'ok', 'a x 1'),
  ];
}

/** Process 0 misses x and is missed by a read that begins when x is over. `last` runs that read. */
function skewInTime(last: number): HistoryEvent[] {
  return [
    invoke(0, 'r x, a y 1'),
    ...txn(1, 'ok', 'a x 1'),
    ...txn(last, 'ok', 'r y'),
    complete(0, 'ok', 'r x, a y 1'),
  ];
}

test('G-nonadjacent through a process and through real time', () => {
  plant('G-nonadjacent-realtime', forkInTime(3), 'strong-snapshot-isolation', 'strong-session-serializable');
  assert.deepEqual(names(forkInTime(3)), ['G-nonadjacent-realtime', 'fractured-snapshot-realtime']);
  plant('G-nonadjacent-process', forkInTime(1), 'strong-session-snapshot-isolation', 'serializable');
});

test('G2-item through a process and through real time', () => {
  plant('G2-item-realtime', skewInTime(3), 'strict-serializable', 'strong-snapshot-isolation');
  assert.deepEqual(names(skewInTime(3)), ['G2-item-realtime']);
  plant('G2-item-process', skewInTime(1), 'strong-session-serializable', 'strong-snapshot-isolation');
});

test('lost write and diverging final reads', () => {
  const final = (process: number, text: string): HistoryEvent[] =>
    txn(process, 'ok', text).map(e => ({...e, final: true}));
  const history = [...txn(0, 'ok', 'a x 1'), ...txn(0, 'ok', 'a x 2'), ...final(1, 'r x 1 2'), ...final(2, 'r x 1')];
  plant('lost-write', history, 'read-uncommitted');
  assert.ok(names(history).includes('divergent-final-read'));
});

test('a lost append that is never read again is found by a final read', () => {
  const final = txn(1, 'ok', 'r x').map(e => ({...e, final: true}));
  assert.ok(names([...txn(0, 'ok', 'a x 1'), ...final]).includes('lost-write'));
});

test('registers: G1a, G1b, G1c, internal, lost update', () => {
  assert.deepEqual(names(concurrent('fail: w x 1', 'g x 1')), ['G1a']);
  assert.ok(names(concurrent('w x 1, w x 2', 'g x 1')).includes('G1b'));
  assert.deepEqual(names(concurrent('w x 1, g y 1', 'w y 1, g x 1')), ['G1c']);
  assert.deepEqual(names(concurrent('w x 1, g x 2', 'w x 2')), ['internal']);
  assert.deepEqual(names(concurrent('g x, g x 2', 'w x 2')).includes('internal-read-only'), true);
  assert.ok(names([...txn(9, 'ok', 'w x 1'), ...concurrent('g x 1, w x 2', 'g x 1, w x 3')]).includes('lost-update'));
});

test('registers: read skew, long fork, write skew', () => {
  assert.deepEqual(names(concurrent('w x 1, w y 1', 'g x 1, g y')), ['G-single', 'fractured-snapshot']);
  assert.deepEqual(names(concurrent('w x 1', 'w y 1', 'g x 1, g y', 'g x, g y 1')), [
    'G-nonadjacent',
    'fractured-snapshot',
  ]);
  assert.deepEqual(names(concurrent('g x, g y, w x 1', 'g x, g y, w y 1')), ['G2-item']);
});

test('registers: versions in a circle', () => {
  const history = concurrent('g x 2, w x 1', 'g x 1, w x 2');
  assert.ok(names(history).includes('cyclic-versions'));
});

test('registers: a stale read is seen once real time orders the writes of a key', () => {
  const history = [...txn(0, 'ok', 'w x 1'), ...txn(0, 'ok', 'w x 2'), ...txn(1, 'ok', 'g x 1')];
  assert.deepEqual(names(history), []);
  assert.ok(names(history, {realtimeKeys: true}).includes('G-single-realtime'));
});

test('real time is not used when invocations are missing', () => {
  const history = [complete(0, 'ok', 'a x 1'), complete(1, 'ok', 'r x')];
  assert.deepEqual(names(history), []);
});

test('names of keys cannot reach the prototype of anything', () => {
  const history = concurrent('a __proto__ 1, a constructor 1', 'r __proto__ 1, r constructor 1');
  assert.deepEqual(names(history), []);
});
