// How the micro-benchmarks are timed, and the form of their figures. A figure is the best of several repeats: noise on a shared machine only
// ever adds time. Differences below 20 % mean nothing.

/** One figure beside its limit: what the machine, or the barest program for the same end, would do. */
export type Micro = {
  readonly what: string;
  readonly figure: number;
  readonly limit: number;
  readonly unit: string;
  /** 1 = at the limit, whichever way the unit counts. */
  readonly 'share of limit': number;
  readonly 'the limit is': string;
};

const REPEATS = 9;
/** Of each repeat, at least. */
const MILLISECONDS = 20;

/** Nanoseconds of one operation; `run` does `count` of them and returns something made of them, so that they cannot be left out. */
export function nanoseconds(run: (count: number) => number): number {
  let count = 64;
  for (;;) {
    const took = timed(run, count);
    if (took >= MILLISECONDS) break;
    count = took < 1 ? count * 8 : Math.ceil((count * MILLISECONDS * 1.2) / took);
  }
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPEATS; i++) best = Math.min(best, timed(run, count));
  return (best * 1e6) / count;
}

/** Takes the results in, so that no compiler leaves the work out. */
const sink = {value: 0};

function timed(run: (count: number) => number, count: number): number {
  const started = performance.now();
  sink.value ^= run(count);
  return performance.now() - started;
}

/** A figure in units of time: less is better. */
export function time(what: string, unit: string, figure: number, limit: number, limitIs: string): Micro {
  return {what, figure, limit, unit, 'share of limit': limit / figure, 'the limit is': limitIs};
}

/** A figure in things per second: more is better. */
export function rate(what: string, unit: string, figure: number, limit: number, limitIs: string): Micro {
  return {what, figure, limit, unit, 'share of limit': figure / limit, 'the limit is': limitIs};
}
