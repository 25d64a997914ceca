// The runner and the append workload against a server in memory, with time that only counts questions.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {HistoryEvent} from '../history/types.ts';
import {type Faults, MemoryDatabase} from '../testing/memory-server.ts';
import {createWorkload} from '../workloads/catalog.ts';
import type {Workload} from '../workloads/workload.ts';
import {runWorkload} from './run.ts';

async function run(faults: Faults, atOnce = false): Promise<{events: readonly HistoryEvent[]; workload: Workload}> {
  const db = new MemoryDatabase(1, faults);
  const workload = createWorkload('append', {seed: 2, pause: 0, keys: 6, atOnce}) as Workload;
  let ticks = 0;
  const time = {now: () => ticks++, sleep: () => new Promise<void>(resolve => setImmediate(resolve))};
  const servers = [db.server('a'), db.server('b')];
  const events = await runWorkload(workload, servers, time, {
    clients: 6,
    duration: 3000,
    hop: 0.1,
    seed: 3,
    patience: 100,
  });
  return {events, workload};
}

function count(events: readonly HistoryEvent[], type: string): number {
  return events.filter(event => event.type === type).length;
}

test('a serializable server passes, through lost sessions with unknown outcomes', async () => {
  const {events, workload} = await run({lostCommits: 0.05});
  assert.ok(count(events, 'ok') > 200 && count(events, 'fail') > 20 && count(events, 'info') > 10);
  const verdict = workload.check(events, 'strict-serializable');
  assert.equal(verdict.valid, true, verdict.lines.join('\n'));
});

test('transactions whose statements do not wait for each other give the same kind of history', async () => {
  const {events, workload} = await run({lostCommits: 0.05}, true);
  assert.ok(count(events, 'ok') > 200 && count(events, 'info') > 10);
  assert.ok(events.some(({type, value}) => type === 'ok' && (value as unknown[]).length > 1));
  const verdict = workload.check(events, 'strict-serializable');
  assert.equal(verdict.valid, true, verdict.lines.join('\n'));
});

test('a process is retired after an unknown outcome, and both servers are used and read at the end', async () => {
  const {events} = await run({lostCommits: 0.05});
  const retired = new Set<unknown>();
  for (const event of events) {
    assert.ok(!retired.has(event.process), `process ${event.process} goes on after an info`);
    if (event.type === 'info') retired.add(event.process);
  }
  assert.ok(retired.size > 10);
  for (const node of ['a', 'b'])
    assert.ok(events.some(event => event.node === node && event.final === true && event.type === 'ok'));
});

test('one forgotten commit is found', async () => {
  const {events, workload} = await run({lostCommits: 0, forgottenCommit: 40});
  const verdict = workload.check(events, 'read-uncommitted');
  assert.equal(verdict.valid, false);
  assert.match(verdict.lines.join('\n'), /lost-write/);
});
