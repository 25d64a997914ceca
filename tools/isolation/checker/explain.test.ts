// The words and drawings, whole.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {concurrent, txn} from '../testing/history.ts';
import {checkHistory} from './check.ts';
import {drawLists} from './draw.ts';
import {explain, explanationLines, summaryLines} from './explain.ts';
import {judge, levelOf, weakestRefuted} from './levels.ts';

test('a cycle: cast, reasons, drawing, times', () => {
  const report = checkHistory(concurrent('a x 1, a y 1', 'r x 1, r y, a z 1'));
  const [explanation] = explain(report);
  assert.deepEqual(explanationLines(explanation), [
    'G-single: a transaction saw one effect of another and missed one that came with it or before it (read skew).',
    '  T1 = process 1, events 1..3, ok: r(x [1]) r(y []) append(z 1)',
    '  T2 = process 0, events 0..2, ok: append(x 1) append(y 1)',
    '  - T1 comes before T2, because T1 read key y and did not see the 1 that T2 appended there.',
    '  - but T2 comes before T1, because T2 appended 1 to key x, and T1 saw it: a contradiction.',
    '',
    '  .-> T1  r(x [1]) r(y []) append(z 1)',
    '  |    | rw: T1 did not see 1 in key y',
    '  |    v',
    '  |   T2  append(x 1) append(y 1)',
    '  |    | wr: T1 saw 1 in key x',
    "  '----'",
    '',
    '  T1 p1                  |------------------------------|',
    '  T2 p0  |------------------------------|',
  ]);
});

test('a finding: sentence and lists with the mark', () => {
  const [explanation] = explain(checkHistory(concurrent('fail: a x 2', 'a x 1', 'r x 1 2')));
  assert.deepEqual(explanationLines(explanation), [
    'G1a: a committed transaction read a value of a transaction that was rolled back (aborted read).',
    '  T1 = process 2, events 2..5, ok: r(x [1 2])',
    '  T2 = process 0, events 0..3, fail: append(x 2)',
    '  - T1 read 2 from key x, but T2, which wrote it, was rolled back.',
    '',
    '  read by T1  [1 2]',
    '                 ^',
  ]);
});

test('long lists are shortened around the mark', () => {
  const items = Array.from({length: 40}, (_, i) => String(i));
  assert.deepEqual(drawLists([{label: 'l', items, mark: 20}]), [
    '  l  [0 1 .. 18 19 20 21 22 .. 38 39]',
    '                   ^^',
  ]);
});

test('the summary names the weakest levels refuted', () => {
  const skew = checkHistory(concurrent('r x, r y, a x 1', 'r x, r y, a y 1'));
  assert.equal(summaryLines(skew).at(-1), 'refuted: repeatable-read and everything stronger');
  const stale = checkHistory([...txn(0, 'ok', 'a x 1'), ...txn(1, 'ok', 'r x')]);
  assert.equal(summaryLines(stale).at(-1), 'refuted: strong-innodb-repeatable-read and everything stronger');
  assert.equal(summaryLines(checkHistory(concurrent('a x 1'))).at(-1), 'no anomaly found');
});

test('levels: a refuted level refutes every stronger one', () => {
  assert.deepEqual(weakestRefuted(judge(['G0'])), ['read-uncommitted']);
  assert.deepEqual(weakestRefuted(judge(['lost-update'])), ['repeatable-read', 'snapshot-isolation']);
  assert.equal(levelOf('Snapshot Isolation'), 'snapshot-isolation');
  assert.equal(levelOf('eventual'), undefined);
});
