// Seeds that once failed, and what they found. They are run by every `npm test`. A seed may come to mean another run when the simulator changes; so what was found has a
// test of its own beside, wherever it could be said in a few lines.

import type {WorkloadName} from './workloads.ts';

export interface Regression {
  readonly workload: WorkloadName;
  readonly seed: number;
  /** As asked for on the command line; undefined: drawn from the seed. */
  readonly faultMs?: number | undefined;
  readonly found: string;
}

export const REGRESSIONS: readonly Regression[] = [
  {workload: 'random', seed: 1, found: 'metadata locks passed from node to node for ever, unused'},
  {workload: 'random', seed: 17, found: 'a lock on a deleted row brought the row back to life'},
  {
    workload: 'random',
    seed: 112,
    found: 'an undo page freed by an earlier recoverer was kept for ever when its number came again',
  },
  {
    workload: 'random',
    seed: 1113,
    found: 'a page held by a dead primary was read without the redo, not yet on disk, of the one that changed it last',
  },
  {
    workload: 'bank',
    seed: 10_005,
    found: 'a primary that learned of its own death while it gave pages back took that for a bug',
  },
];
