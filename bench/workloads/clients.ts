// What the project's own workloads share: closed loops of clients for some seconds, with latencies and refusals counted.

import {ConnectionLost, ServerError} from '../client/connection.ts';
import {Latencies} from '../report/statistics.ts';
import type {Sample} from './workload.ts';

export class Tally {
  readonly latencies = new Latencies();
  readonly #errors = new Map<string, number>();
  /** Units done. */
  done = 0;
  reconnects = 0;

  /** Counts a refusal by its number. */
  refuse(errno: number): void {
    const code = String(errno);
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
  }

  /** Counts what a client may survive, a refusal or a lost connection; throws everything else. */
  survive(error: unknown): void {
    if (error instanceof ServerError) this.refuse(error.errno);
    else if (error instanceof ConnectionLost) this.reconnects++;
    else throw error;
  }

  /** The sample of a run that took this long; `more` are figures of the workload. */
  sample(seconds: number, more?: Readonly<Record<string, number>>): Sample {
    const errorsByCode = Object.fromEntries(this.#errors);
    return {
      rate: this.done / seconds,
      p95Ms: this.latencies.quantile(0.95),
      done: this.done,
      errors: [...this.#errors.values()].reduce((sum, count) => sum + count, 0),
      errorsByCode,
      reconnects: this.reconnects,
      ...(more === undefined ? {} : {more}),
    };
  }
}

/** Clients that have no answer this long after the end of a run never get one. */
const PATIENCE_MS = 20_000;

/**
 * Runs `count` loops until the time is up; `step` is called again and again with the loop's number. Returns the seconds that passed. Throws when some loops
 * do not come to their end: their server has hung.
 */
export async function loops(count: number, seconds: number, step: (loop: number) => Promise<void>): Promise<number> {
  const started = performance.now();
  const end = started + seconds * 1000;
  let left = count;
  const all = Array.from({length: count}, async (_, loop) => {
    while (performance.now() < end) await step(loop);
    left--;
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(
      () => fail(new Error(`hung: ${left} of ${count} clients got no answer`)),
      seconds * 1000 + PATIENCE_MS,
    );
  });
  try {
    await Promise.race([Promise.all(all), late]);
  } finally {
    clearTimeout(timer);
  }
  return (performance.now() - started) / 1000;
}
