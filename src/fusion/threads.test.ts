import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Worker} from 'node:worker_threads';
import type {HammerData} from './testing/hammer-worker.ts';
import {S, SMALL, World, X} from './testing/world.ts';

interface Report {
  node: number;
  done?: number;
  longestWaitMs?: number;
  transfers?: number;
}

const PAGES = 50;
const STOP = 32;

test('three threads share fifty pages, one is killed, the others go on and no increment is lost', async () => {
  const world = new World({nodes: 3, dbpFrames: 32, directoryEntries: 64, pageSize: SMALL.pageSize});
  const storage = new SharedArrayBuffer(PAGES * 8);
  const bells = new SharedArrayBuffer(64 * 4);
  const control = new Int32Array(bells);
  const failures: unknown[] = [];
  const last: Report[] = [];
  const exits: Promise<unknown>[] = [];
  let heard = (_: Report): void => {};

  const start = (node: number): Worker => {
    const incarnation = node + 1;
    assert.ok(world.members.join(node, incarnation));
    const data: HammerData = {
      pmfs: world.memory.descriptor(),
      node,
      incarnation,
      pages: PAGES,
      storage,
      bells,
      reportAt: 1000,
    };
    const worker = new Worker(new URL('./testing/hammer-worker.ts', import.meta.url), {workerData: data});
    worker.on('error', error => {
      failures.push(error);
      Atomics.store(control, STOP, 1);
      heard({node});
    });
    exits.push(new Promise(resolve => worker.on('exit', resolve)));
    worker.on('message', (report: Report) => {
      if (report.longestWaitMs !== undefined) last[node] = report;
      heard(report);
    });
    return worker;
  };
  /** Waits until each of these nodes has done so many operations more. */
  const progress = (nodes: number[], operations: number): Promise<void> => {
    const goal = nodes.map(node => Atomics.load(control, 16 + node) + operations);
    return new Promise(resolve => {
      heard = () => {
        const isDone = nodes.every((node, i) => Atomics.load(control, 16 + node) >= goal[i]);
        if (isDone || failures.length > 0) resolve();
      };
    });
  };

  const workers = [0, 1, 2].map(start);
  await progress([0, 1, 2], 3000);
  await workers[2].terminate();
  world.recover({fusion: {incarnation: 3}} as never);
  for (const node of [0, 1]) Atomics.add(control, node, 1);
  await progress([0, 1], 3000);
  Atomics.store(control, STOP, 1);
  await Promise.all(exits);

  assert.deepEqual(failures, []);
  for (const report of [last[0], last[1]]) {
    assert.ok((report.transfers ?? 0) > 100, 'pages moved between the threads');
    assert.ok((report.longestWaitMs ?? 1e9) < 2000, `waited ${report.longestWaitMs} ms`);
  }
  world.recover({fusion: {incarnation: 1}} as never);
  world.recover({fusion: {incarnation: 2}} as never);
  world.check();
  const after = world.join(0);
  for (let page = 0; page < PAGES; page++) after.hold(page, page % 2 === 0 ? S : X);
});
