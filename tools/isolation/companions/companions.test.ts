// Each companion checker: a good history passes, each kind of violation planted is found.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {EventType, HistoryEvent} from '../history/types.ts';
import {checkAgreement} from './agreement.ts';
import {checkBank} from './bank.ts';
import {checkCausalReverse} from './causal-reverse.ts';
import {checkClaims} from './claims.ts';
import {checkLongFork} from './long-fork.ts';
import {checkMonotonic} from './monotonic.ts';
import {checkMutex} from './mutex.ts';
import type {CompanionReport} from './operations.ts';
import {checkOrphans} from './orphans.ts';
import {checkQueue} from './queue.ts';
import {checkSequential} from './sequential.ts';
import {checkSet} from './set.ts';
import {checkUniqueIds} from './unique-ids.ts';
import {checkWriteSkew} from './write-skew.ts';

/** Invocation and completion of one operation. */
function op(
  process: number,
  f: string,
  asked: unknown,
  value: unknown = asked,
  type: EventType = 'ok',
  final = false,
): HistoryEvent[] {
  const mark = final ? {final} : {};
  return [
    {type: 'invoke', process, f, value: asked, ...mark},
    {type, process, f, value, ...mark},
  ];
}

function good(report: CompanionReport): void {
  assert.deepEqual(report.violations, []);
  assert.equal(report.valid, true);
}

function bad(report: CompanionReport, words: RegExp): void {
  assert.equal(report.valid, false);
  assert.match(report.violations.join('\n'), words);
}

test('bank', () => {
  const transfer = op(0, 'transfer', {from: 0, to: 1, amount: 5});
  good(checkBank([...transfer, ...op(1, 'read', null, {0: 5, 1: 15})], {total: 20}));
  bad(checkBank(op(1, 'read', null, {0: 5, 1: 10}), {total: 20}), /sums to 15/);
  bad(checkBank(op(1, 'read', null, {0: -5, 1: 25}), {total: 20}), /account 0 at -5/);
  good(checkBank(op(1, 'read', null, {0: -5, 1: 25}), {total: 20, negativeAllowed: true}));
});

test('set', () => {
  const adds = [...op(0, 'add', 1), ...op(0, 'add', 2, 2, 'info'), ...op(1, 'add', 3, 3, 'fail')];
  good(checkSet([...adds, ...op(5, 'read', null, [1], 'ok', true)]));
  good(checkSet([...adds, ...op(5, 'read', null, [1, 2])]));
  bad(checkSet([...adds, ...op(5, 'read', null, [2])]), /1 was acknowledged/);
  bad(checkSet([...adds, ...op(5, 'read', null, [1, 3])]), /shows 3/);
  bad(checkSet([...adds, ...op(5, 'read', null, [1, 1])]), /twice/);
  bad(checkSet(adds), /no read/);
});

test('monotonic', () => {
  good(checkMonotonic([...op(0, 'increment', null, 1), ...op(1, 'read', null, 1), ...op(0, 'increment', null, 2)]));
  bad(checkMonotonic([...op(0, 'read', null, 2), ...op(0, 'read', null, 1)]), /process 0 saw 2/);
  const stale = [...op(0, 'increment', null, 2), ...op(1, 'read', null, 1)];
  bad(checkMonotonic(stale), /2 was seen/);
  good(checkMonotonic(stale, {realtime: false}));
  bad(checkMonotonic([...op(0, 'increment', null, 1), ...op(1, 'increment', null, 1)]), /both made/);
});

test('monotonic: overlapping reads may differ', () => {
  const [invoke, ok] = op(1, 'read', null, 1);
  good(checkMonotonic([invoke, ...op(0, 'increment', null, 2), ok]));
});

test('long fork', () => {
  const read = (process: number, x: number | null, y: number | null): HistoryEvent[] =>
    op(process, 'txn', null, [
      ['r', 'x', x],
      ['r', 'y', y],
    ]);
  good(checkLongFork([...read(0, null, null), ...read(1, 1, null), ...read(2, 1, 1)]));
  bad(checkLongFork([...read(0, null, 1), ...read(1, 1, null), ...read(2, 1, 1)]), /each missed/);
});

test('unique ids', () => {
  good(checkUniqueIds([...op(0, 'generate', null, 1), ...op(1, 'generate', null, 3), ...op(0, 'generate', null, 2)]));
  bad(checkUniqueIds([...op(0, 'generate', null, 1), ...op(1, 'generate', null, 1)]), /id 1 was given/);
  bad(checkUniqueIds([...op(0, 'generate', null, 2), ...op(0, 'generate', null, 1)]), /got id 2 and then 1/);
});

test('sequential', () => {
  good(checkSequential([...op(0, 'read', null, [7, [1, 1, 0]]), ...op(0, 'read', null, [8, [0, 0, 0]])]));
  bad(checkSequential(op(0, 'read', null, [7, [1, 0, 1]])), /saw part 2 but not part 1/);
});

test('causal reverse', () => {
  const adds = [...op(0, 'add', 1), ...op(1, 'add', 2)];
  good(checkCausalReverse([...adds, ...op(2, 'read', null, [1])]));
  bad(checkCausalReverse([...adds, ...op(2, 'read', null, [2])]), /shows 2 but not 1/);
});

test('mutex', () => {
  const turn = (process: number): HistoryEvent[] => [...op(process, 'acquire', 'm'), ...op(process, 'release', 'm')];
  good(checkMutex([...turn(0), ...turn(1), ...op(2, 'acquire', 'm', 'm', 'fail')]));
  const [a, b] = [op(0, 'acquire', 'm'), op(1, 'acquire', 'm')];
  bad(checkMutex([...a, ...b, ...op(0, 'release', 'm'), ...op(1, 'release', 'm')]), /held by process 0/);
  good(checkMutex([...a, ...op(0, 'release', 'm', 'm', 'info'), ...b]));
});

test('queue', () => {
  const put = [...op(0, 'enqueue', 1), ...op(0, 'enqueue', 2)];
  good(
    checkQueue([
      ...put,
      ...op(1, 'dequeue', null, 1),
      ...op(2, 'dequeue', null, null),
      ...op(3, 'read', null, [2], 'ok', true),
    ]),
  );
  bad(checkQueue([...put, ...op(1, 'dequeue', null, 1), ...op(2, 'dequeue', null, 1)]), /again/);
  bad(checkQueue([...put, ...op(1, 'dequeue', null, 9)]), /never put in/);
  bad(checkQueue([...put, ...op(3, 'read', null, [2], 'ok', true)]), /1 jobs are lost/);
  good(checkQueue([...put, ...op(1, 'dequeue', null, null, 'info'), ...op(3, 'read', null, [2], 'ok', true)]));
  bad(
    checkQueue([...put, ...op(1, 'dequeue', null, 1), ...op(3, 'read', null, [1, 2], 'ok', true)]),
    /still in the queue/,
  );
});

test('unique keys', () => {
  const claims = [...op(0, 'claim', [5, 0]), ...op(1, 'claim', [5, 1], [5, 1], 'fail')];
  good(checkClaims([...claims, ...op(2, 'read', null, [[5, 0]], 'ok', true)]));
  bad(checkClaims([...op(0, 'claim', [5, 0]), ...op(1, 'claim', [5, 1])]), /given to owner 0 and to owner 1/);
  bad(checkClaims([...claims, ...op(2, 'read', null, [[5, 1]], 'ok', true)]), /shows 1/);
  bad(checkClaims([...claims, ...op(2, 'read', null, [], 'ok', true)]), /nobody/);
});

test('index against table', () => {
  const same = [[1, 10]];
  good(checkAgreement(op(0, 'compare', null, [same, same])));
  bad(checkAgreement(op(0, 'compare', null, [same, []])), /misses/);
  bad(checkAgreement(op(0, 'compare', null, [[], same])), /not in the table/);
});

test('write skew', () => {
  good(checkWriteSkew([...op(0, 'withdraw', [0, 10]), ...op(1, 'read', null, [0, -10, 20])]));
  bad(checkWriteSkew(op(1, 'read', null, [0, -10, 5])), /pair 0/);
});

test('foreign keys: an orphan, a lost child and a child that failed are found', () => {
  const history = [...op(1, 'bear', 3), ...op(1, 'add', [10, 3]), ...op(2, 'add', [11, 3], [11, 3], 'fail')];
  good(checkOrphans([...history, ...op(3, 'read', null, [[10], []], 'ok', true)]));
  good(checkOrphans([...history, ...op(2, 'leave', 3), ...op(3, 'read', null, [[], []], 'ok', true)]));
  bad(checkOrphans([...history, ...op(3, 'read', null, [[10], [10]])]), /without a parent: 10/);
  bad(checkOrphans([...history, ...op(3, 'read', null, [[], []], 'ok', true)]), /child 10 was acknowledged/);
  bad(checkOrphans([...history, ...op(3, 'read', null, [[10, 11], []], 'ok', true)]), /child 11, which failed/);
});
