// A busy event loop: turns of a fixed length, as a primary under load has them. The page transfers are measured between two of these.

/** Length of a turn's own work. Milliseconds. */
const WORK_MS = 0.012;

/** Runs turns until the stop word is set; `turn` comes first in each. Calls `done` behind the last. */
export function runBusy(stop: Int32Array, turn: () => void, done: () => void): void {
  const next = (): void => {
    turn();
    const end = performance.now() + WORK_MS;
    while (performance.now() < end);
    if (Atomics.load(stop, 0) === 0) setImmediate(next);
    else done();
  };
  setImmediate(next);
}
