// Histories of simulated stores: a store that keeps its level is never accused of breaking it, a weaker one is convicted of what it allows.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {runModelStore, type StoreLevel, type StoreOptions} from '../testing/model-store.ts';
import type {AnomalyName} from './anomaly.ts';
import {checkHistory, verdictOf} from './check.ts';
import type {LevelName} from './levels.ts';

const models = ['list-append', 'rw-register'] as const;

/** All anomalies found over a number of seeds; none of them may refute `keeps`. */
function runs(level: StoreLevel, keeps: LevelName, more: Partial<StoreOptions> = {}): Set<AnomalyName> {
  const found = new Set<AnomalyName>();
  for (let seed = 1; seed <= 40; seed++) {
    const options = {seed, level, transactions: 150, clients: 2 + (seed % 7), keys: 2 + (seed % 5), ...more};
    const report = checkHistory(runModelStore(options), {
      realtimeKeys: seed % 2 === 0,
    });
    const verdict = verdictOf(report, keeps);
    assert.ok(verdict.valid, `${JSON.stringify(options)} is accused of ${verdict.because}`);
    for (const name of report.counts.keys()) found.add(name);
  }
  return found;
}

for (const model of models) {
  test(`${model}: a serializable store shows nothing`, () => {
    assert.deepEqual([...runs('serializable', 'strict-serializable', {model})], []);
  });

  test(`${model}: snapshot isolation shows write skew and nothing else`, () => {
    const found = [...runs('snapshot-isolation', 'strong-snapshot-isolation', {model})];
    assert.ok(found.includes('G2-item'));
    assert.ok(
      found.every(name => name.startsWith('G2-item')),
      found.join(),
    );
  });

  test(`${model}: old snapshots break only the strong levels`, () => {
    const found = runs('stale-snapshot-isolation', 'snapshot-isolation', {model});
    assert.ok(found.has('G-single-realtime') && found.has('G-single-process'), [...found].join());
  });
}

test('parallel snapshot isolation shows long forks but no read skew', () => {
  const found = runs('parallel-snapshot-isolation', 'monotonic-atomic-view', {transactions: 400});
  assert.ok(found.has('G-nonadjacent'));
  assert.ok(!found.has('G-single') && !found.has('lost-update'), [...found].join());
});

test('read committed shows skew, lost updates and changing reads', () => {
  const found = runs('read-committed', 'read-committed');
  for (const name of ['G-single', 'lost-update', 'internal-read-only'] as const) assert.ok(found.has(name), name);
});

test('repeatable read as InnoDB has it: lost updates, but read-only transactions see one snapshot', () => {
  const found = runs('innodb-repeatable-read', 'strong-innodb-repeatable-read');
  for (const name of ['G-single', 'lost-update', 'internal'] as const) assert.ok(found.has(name), name);
  assert.ok(!found.has('fractured-snapshot') && !found.has('internal-read-only'));
});

test('read uncommitted shows aborted and intermediate reads and circles of information', () => {
  const found = new Set<AnomalyName>();
  for (let seed = 1; seed <= 20; seed++) {
    for (const name of checkHistory(runModelStore({seed, level: 'read-uncommitted', abortRate: 0.2})).counts.keys())
      found.add(name);
  }
  for (const name of ['G0', 'G1a', 'G1b', 'G1c'] as const) assert.ok(found.has(name), name);
});

test('size: a history of 100,000 transactions is checked whole', t => {
  const history = runModelStore({
    seed: 5,
    level: 'serializable',
    transactions: 100_000,
    clients: 20,
    keys: 100,
    writesPerKey: 256,
  });
  const started = performance.now();
  const report = checkHistory(history);
  t.diagnostic(`checked in ${Math.round(performance.now() - started)} ms (the goal is 5000)`);
  assert.equal(report.transactions.count, 100_000);
  assert.ok(report.dependencies > 500_000);
  assert.deepEqual([...report.counts.keys()], []);
});
