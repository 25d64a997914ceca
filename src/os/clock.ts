// The production clock: monotonic time, wall clock, timers of the event loop.

import type {Clock, Timer} from '../env/clock.ts';

export class SystemClock implements Clock {
  now(): number {
    return performance.now();
  }

  wallMicros(): number {
    return Math.floor((performance.timeOrigin + performance.now()) * 1000);
  }

  after(ms: number, fn: () => void): Timer {
    const timer = setTimeout(fn, ms);
    return {cancel: () => clearTimeout(timer)};
  }

  soon(fn: () => void): void {
    setImmediate(fn);
  }
}
