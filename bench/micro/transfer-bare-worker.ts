// One side of the bare hand-over: takes the lock word by compare-and-swap, copies the page out, changes it, and hands it to the other side when that
// waits, page first.

import {workerData} from 'node:worker_threads';
import {runBusy} from './busy.ts';

export interface BareData {
  readonly side: number;
  readonly lock: SharedArrayBuffer;
  readonly page: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  readonly stop: SharedArrayBuffer;
}

const {side, lock, page, counters, stop} = workerData as BareData;
const word = new Int32Array(lock);
const shared = new Uint8Array(page);
const own = new Uint8Array(new ArrayBuffer(page.byteLength));
const count = new Int32Array(counters);
const me = side + 1;
const WAITED = 16;
let holds = false;

/** Takes the page when it is handed over, changes it, and hands it on at once when the other side waits: it nearly always does. */
function turn(): void {
  if (!holds && !take()) return;
  own[0]++;
  if ((Atomics.load(word, 0) & WAITED) === 0) return;
  shared.set(own);
  holds = false;
  Atomics.store(word, 0, 3 - me);
  wait();
}

function take(): boolean {
  const holder = Atomics.load(word, 0) & ~WAITED;
  if (holder === 0 && Atomics.compareExchange(word, 0, 0, me) !== 0) return false;
  if (holder === 3 - me) {
    wait();
    return false;
  }
  own.set(shared);
  holds = true;
  Atomics.add(count, side, 1);
  return true;
}

/** Says that this side wants the page. */
function wait(): void {
  const seen = Atomics.load(word, 0);
  if (seen === 3 - me) Atomics.compareExchange(word, 0, seen, seen | WAITED);
}

runBusy(new Int32Array(stop), turn, () => {});
