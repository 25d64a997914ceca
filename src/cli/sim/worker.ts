// One thread of `pando sim`: runs a seed after the other as they are posted to it.

import {parentPort} from 'node:worker_threads';
import {WORKLOADS} from '../../sim/workloads.ts';
import type {SeedResult, SeedTask} from './jobs.ts';

parentPort?.on('message', (task: SeedTask) => parentPort?.postMessage(runSeed(task)));

function runSeed(task: SeedTask): SeedResult {
  const run = WORKLOADS[task.workload](task);
  let digest: string | undefined;
  let failure: string | undefined;
  try {
    digest = run.run();
  } catch (error) {
    failure = error instanceof Error ? `${error.stack ?? error.message}` : String(error);
  }
  const {time} = run.world;
  const probes = [...run.world.allProbes()];
  return {...task, digest, failure, virtualMs: time.now, steps: time.steps, faults: {...run.faults}, probes};
}
