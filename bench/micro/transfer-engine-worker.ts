// One primary of the page-transfer benchmark: takes the next value of a counter that both primaries use, once in each turn of its loop. The
// counter's page is changed under its X lock, with redo; the log counts as durable at once.

import {workerData} from 'node:worker_threads';
import {BLOCKED, ROW} from '../../src/engine/api.ts';
import type {Session} from '../../src/engine/session/session.ts';
import {bootstrapSpace} from '../../src/engine/space/bootstrap.ts';
import {type PmfsDescriptor, PmfsMemory} from '../../src/fusion/memory/pmfs-memory.ts';
import {AtomicBells} from '../../src/os/bells.ts';
import {runBusy} from './busy.ts';
import {EngineWorld} from './engine-world.ts';

export interface EngineData {
  readonly node: number;
  readonly pmfs: PmfsDescriptor;
  readonly bells: SharedArrayBuffer;
  /** Page of the counter, 0 until the first primary has made it. */
  readonly counterPage: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  readonly stop: SharedArrayBuffer;
}

const {node, pmfs, bells, counterPage, counters, stop} = workerData as EngineData;
const world = new EngineWorld(PmfsMemory.attach(pmfs), node, new AtomicBells(bells));
const {engine, fusion} = world;
const {ids, log, pool} = engine.core;
const pageWord = new Int32Array(counterPage);
const count = new Int32Array(counters);

/** The first primary makes the counter; the other waits for its page number. */
function findCounter(): number {
  if (node !== 0) {
    while (Atomics.load(pageWord, 0) === 0) Atomics.wait(pageWord, 0, 0, 10);
    return Atomics.load(pageWord, 0);
  }
  const caller = world.newSession();
  const {session} = caller;
  caller.must(() => bootstrapSpace(engine.core, (session as Session).task));
  caller.transaction(() => caller.must(() => session.createCounter(1)));
  Atomics.store(pageWord, 0, session.newCounter);
  Atomics.notify(pageWord, 0);
  return session.newCounter;
}

const page = findCounter();
let isWaiting = false;
const task = engine.newTask(() => {
  const result = ids.takeCounter(page, 1, task);
  isWaiting = result === BLOCKED;
  if (!isWaiting && result !== ROW) throw new Error(`takeCounter answered ${result}`);
});

function turn(): void {
  if (engine.hasMail()) engine.turn();
  if (!isWaiting) engine.core.scheduler.runNow(task);
  log.kick();
  if (pool.isGivingUp) pool.giveUp();
  Atomics.store(count, node, pool.reads.dbpReads);
}

const ticker = setInterval(() => fusion.tick(), 20);
runBusy(new Int32Array(stop), turn, () => {
  clearInterval(ticker);
  process.exit(0);
});
