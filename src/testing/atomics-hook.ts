// Steps into code that works on shared memory, between any two of its atomic operations, without the code knowing.
//
// All shared memory is touched through `Atomics`. While a hook is set, each operation of the global object first calls it. So a test
// can end a thread after its k-th store (`crashAfter`), or let another node act in the middle of an operation (`before`).
// For tests only, and only in the thread that calls it.

const NAMES = ['load', 'store', 'add', 'sub', 'and', 'or', 'exchange', 'compareExchange'] as const;
type Operation = (typeof NAMES)[number];

/** Thrown in the middle of an operation: the thread has died there. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** Runs `body` with `hook` called before each atomic operation. The hook's own operations do not call it. */
export function withAtomicsHook<T>(hook: (operation: Operation) => void, body: () => T): T {
  const real = NAMES.map(name => Atomics[name] as (...args: unknown[]) => unknown);
  const target = Atomics as unknown as Record<string, unknown>;
  let isInside = false;
  NAMES.forEach((name, i) => {
    target[name] = (...args: unknown[]) => {
      if (!isInside) {
        isInside = true;
        try {
          hook(name);
        } finally {
          isInside = false;
        }
      }
      return real[i](...args);
    };
  });
  try {
    return body();
  } finally {
    NAMES.forEach((name, i) => {
      target[name] = real[i];
    });
  }
}

/** Runs `body` and ends it after `stores` changes of shared memory. True: it crashed; false: it came to its end before. */
export function crashAfter(stores: number, body: () => void): boolean {
  let left = stores;
  const hook = (operation: Operation): void => {
    if (operation === 'load') return;
    if (left === 0) throw new Crash();
    left--;
  };
  try {
    withAtomicsHook(hook, body);
    return false;
  } catch (error) {
    if (error instanceof Crash) return true;
    throw error;
  }
}

/** Runs `body`, and `other` just before its k-th atomic operation (counted from 0). False: there were fewer. */
export function interleave(k: number, body: () => void, other: () => void): boolean {
  let count = 0;
  withAtomicsHook(() => {
    if (count++ === k) other();
  }, body);
  return count > k;
}
