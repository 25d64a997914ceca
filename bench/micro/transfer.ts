// The same page wanted by two busy primaries: transfers per second through the real engine, the log force left out; against the bare hand-over of a
// lock word and 16 KiB between two busy threads. Both sides run turns of 12 us of other work. Both need a core of their own: whatever else
// runs on a machine of two cores spoils the figure, so the best of a few rounds counts.

import {setTimeout as pause} from 'node:timers/promises';
import {Worker} from 'node:worker_threads';
import {BELL_COUNT} from '../../src/cluster/supervisor/options.ts';
import {bellBytes} from '../../src/os/bells.ts';
import {makePmfs} from './engine-world.ts';
import {type Micro, rate} from './measure.ts';
import type {BareData} from './transfer-bare-worker.ts';
import type {EngineData} from './transfer-engine-worker.ts';

const ROUNDS = 3;
const WARMUP_MS = 500;
const MEASURE_MS = 1000;

export async function transferMicros(): Promise<Micro[]> {
  let bare = 0;
  let engine = 0;
  for (let round = 0; round < ROUNDS; round++) {
    bare = Math.max(bare, await measureBare());
    engine = Math.max(engine, await measureEngine());
  }
  return [
    rate('page transfer, two busy threads', 'transfers/s', engine, bare, 'lock word and 16 KiB handed over, no engine'),
  ];
}

/** Words of the counters: transfers of each side. */
export const SIDES = 2;

async function measureBare(): Promise<number> {
  const shared = new SharedArrayBuffer(64);
  const page = new SharedArrayBuffer(16384);
  const counters = new SharedArrayBuffer(SIDES * 4);
  const stop = new SharedArrayBuffer(4);
  const workers = [0, 1].map(side => {
    const workerData: BareData = {side, lock: shared, page, counters, stop};
    return new Worker(new URL('./transfer-bare-worker.ts', import.meta.url), {workerData});
  });
  return measure(workers, counters, stop);
}

async function measureEngine(): Promise<number> {
  const pmfs = makePmfs().descriptor();
  const bells = new SharedArrayBuffer(bellBytes(BELL_COUNT));
  const counters = new SharedArrayBuffer(SIDES * 4);
  const stop = new SharedArrayBuffer(4);
  const counterPage = new SharedArrayBuffer(4);
  const workers = [0, 1].map(node => {
    const workerData: EngineData = {node, pmfs, bells, counterPage, counters, stop};
    return new Worker(new URL('./transfer-engine-worker.ts', import.meta.url), {workerData});
  });
  return measure(workers, counters, stop);
}

/** Transfers per second of both sides together; ends the workers. */
async function measure(
  workers: readonly Worker[],
  counters: SharedArrayBuffer,
  stop: SharedArrayBuffer,
): Promise<number> {
  const ended = Promise.all(
    workers.map(
      worker =>
        new Promise<void>((done, fail) => {
          worker.once('error', fail);
          worker.once('exit', () => done());
        }),
    ),
  );
  const words = new Int32Array(counters);
  await Promise.race([pause(WARMUP_MS), ended]);
  const before = Atomics.load(words, 0) + Atomics.load(words, 1);
  const started = performance.now();
  await Promise.race([pause(MEASURE_MS), ended]);
  const transfers = Atomics.load(words, 0) + Atomics.load(words, 1) - before;
  const seconds = (performance.now() - started) / 1000;
  Atomics.store(new Int32Array(stop), 0, 1);
  await ended;
  return transfers / seconds;
}
