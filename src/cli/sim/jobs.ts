// Runs seeds of the simulator on several threads, and gathers what they say.

import {Worker} from 'node:worker_threads';
import type {Mode} from '../../cluster/supervisor/modes.ts';
import {ROOT} from '../../host/places.ts';
import type {VolumeKind} from '../../sim/run.ts';
import type {WorkloadName} from '../../sim/workloads.ts';

/** What to run; the same for all seeds. */
export interface SimJob {
  readonly workload: WorkloadName;
  readonly primaries: number | undefined;
  readonly faultMs: number | undefined;
  readonly mode: Mode;
  readonly volume: VolumeKind;
}

export interface SeedTask extends SimJob {
  readonly seed: number;
}

export interface SeedResult extends SeedTask {
  /** Digest of the end state; undefined when the run failed. */
  readonly digest: string | undefined;
  readonly failure: string | undefined;
  readonly virtualMs: number;
  readonly steps: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly probes: readonly (readonly [string, number])[];
}

/** Runs all tasks on `threads` threads; `done` is told each result as it comes, and may stop the rest by answering false. */
export async function runSeeds(
  tasks: readonly SeedTask[],
  threads: number,
  done: (result: SeedResult) => boolean,
): Promise<void> {
  let next = 0;
  let goesOn = true;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('src/cli/sim/worker.ts', ROOT));
      const give = (): void => {
        if (goesOn && next < tasks.length) worker.postMessage(tasks[next++]);
        else void worker.terminate().then(() => resolve());
      };
      worker.on('error', reject);
      worker.on('message', (result: SeedResult) => {
        goesOn = done(result) && goesOn;
        give();
      });
      give();
    });
  await Promise.all(Array.from({length: Math.min(threads, tasks.length)}, one));
}
