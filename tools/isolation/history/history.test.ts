import assert from 'node:assert/strict';
import {test} from 'node:test';
import {complete, concurrent, invoke, txn} from '../testing/history.ts';
import {runModelStore} from '../testing/model-store.ts';
import {parseEdn, writeEdn} from './edn.ts';
import {JsonLinesReader, parseJson, writeJson} from './json.ts';
import {Status, transactionsOf, writerOf} from './transactions.ts';
import {HistoryError, type HistoryEvent} from './types.ts';

const events = runModelStore({seed: 3, level: 'snapshot-isolation', transactions: 50});

test('JSON lines and JSON arrays come back as they were written', () => {
  const lines = events.map(writeJson);
  assert.deepEqual(parseJson(lines.join('\n')), events);
  assert.deepEqual(parseJson(`[${lines.join(',')}]`), events);
});

test('JSON lines may arrive in pieces of any size', () => {
  const text = events.map(e => `${writeJson(e)}\n`).join('');
  for (const size of [1, 7, 1000]) {
    const read: HistoryEvent[] = [];
    const reader = new JsonLinesReader(event => read.push(event));
    for (let at = 0; at < text.length; at += size) reader.feed(text.slice(at, at + size));
    reader.end();
    assert.deepEqual(read, events);
  }
});

test('EDN comes back as it was written, as lines and as one vector', () => {
  const lines = events.map(writeEdn);
  assert.deepEqual(parseEdn(lines.join('\n')), events);
  assert.deepEqual(parseEdn(`[${lines.join(' ')}]`), events);
});

test('EDN as other tools write it', () => {
  const text = `; a comment
    [{:index 0 :type :invoke, :process 0, :f :txn, :value [[:append "x" 1] [:r :y nil]]}
     #jepsen.history.Op{:index 1, :type :ok, :process 0, :f :txn, :value [[:append "x" 1] [:r :y [1 2]]], :time 12N} #_ ignored]`;
  assert.deepEqual(parseEdn(text), [
    {
      index: 0,
      type: 'invoke',
      process: 0,
      f: 'txn',
      value: [
        ['append', 'x', 1],
        ['r', 'y', null],
      ],
    },
    {
      index: 1,
      time: 12,
      type: 'ok',
      process: 0,
      f: 'txn',
      value: [
        ['append', 'x', 1],
        ['r', 'y', [1, 2]],
      ],
    },
  ]);
});

test('broken texts are refused with the place', () => {
  assert.throws(() => parseJson('{"type":"ok","process":0}\n{"type":'), /line 2/);
  assert.throws(() => parseJson('{"type":"maybe","process":0}'), HistoryError);
  assert.throws(() => parseJson('{"type":"ok"}'), /process/);
  for (const text of ['{:type', '[1 2', '{:a}', '"x', ']', '('.repeat(100)])
    assert.throws(() => parseEdn(text), HistoryError, text);
});

test('columns: status, operations, versions, places', () => {
  const txns = transactionsOf([
    ...concurrent('a x 1, r y', 'fail: a y 1', 'info: a y 2'),
    ...txn(7, 'ok', 'r y 2, a y 3'),
  ]);
  assert.equal(txns.count, 4);
  assert.deepEqual([...txns.status], [Status.ok, Status.fail, Status.info, Status.ok]);
  assert.deepEqual([...txns.opStart], [0, 2, 3, 4, 6]);
  assert.deepEqual(txns.keys, ['x', 'y']);
  const version = txns.elements[txns.readStart[4]];
  assert.equal(txns.versionValue[version], 2);
  assert.equal(writerOf(txns, version), 2);
  assert.equal(txns.opBefore[5], 4);
});

test('operations that never completed are unknown, and their reads are not known', () => {
  const txns = transactionsOf([invoke(0, 'a x 1, r x')]);
  assert.deepEqual([...txns.status], [Status.info]);
  assert.equal(txns.readStart[1], -1);
});

test('the rules of histories are enforced', () => {
  const broken: HistoryEvent[][] = [
    [invoke(0, 'a x 1'), invoke(0, 'a x 2')],
    [...txn(0, 'info', 'a x 1'), invoke(0, 'a x 2')],
    concurrent('a x 1', 'fail: a x 1'),
    concurrent('a x 1', 'w y 1'),
    [{type: 'ok', process: 0, f: 'txn', value: null}],
    [{type: 'ok', process: 0, f: 'txn', value: [['append', 'x']]}],
    [{type: 'ok', process: 0, f: 'txn', value: [['append', {}, 1]]}],
    [{type: 'ok', process: 0.5, f: 'txn', value: []}],
  ];
  for (const history of broken) assert.throws(() => transactionsOf(history), HistoryError, JSON.stringify(history));
});

test('events of the nemesis and other operations are passed over', () => {
  const history: HistoryEvent[] = [
    {type: 'info', process: 'nemesis', f: 'kill', value: null},
    complete(0, 'ok', 'a x 1'),
    {type: 'ok', process: 1, f: 'read', value: 3},
  ];
  assert.equal(transactionsOf(history).count, 1);
});
