// The coherence modes: one engine, run as four published systems (docs/modes.md). A mode is chosen at each start; a volume knows nothing of it.
//
// Two things differ, and each has one place (ADR 0008): how a page that was changed elsewhere reaches a node, behind PageFusion of the fusion room, and what happens when two
// nodes write the same thing. Here is only what a name stands for.

import {OperatingError} from '../../base/errors.ts';
import type {Granularity} from '../../engine/optimistic/optimistic-pool.ts';

export const MODES = ['fusion', 'log-replay', 'single-writer', 'optimistic'] as const;
export type Mode = (typeof MODES)[number];

/** Throws OperatingError when there is no such mode. */
export function parseMode(name: string): Mode {
  const mode = MODES.find(known => known === name);
  if (mode !== undefined) return mode;
  throw new OperatingError(`there is no mode ${name}`, `choose from ${MODES.join(', ')}`);
}

/** What two primaries must not both change in the optimistic mode. Throws OperatingError when there is no such thing. */
export function parseGranularity(name: string): Granularity {
  if (name === 'row' || name === 'page') return name;
  throw new OperatingError(`--optimistic-granularity ${name}`, 'choose row or page');
}

/** Frames of the distributed buffer pool that `bytes` hold. Only fusion has some; without them every page that was changed elsewhere comes from storage. */
export function dbpFramesOf(mode: Mode, bytes: number, pageSize: number): number {
  return mode === 'fusion' ? Math.max(64, Math.floor(bytes / pageSize)) : 0;
}

/** True when one primary writes, and the others follow its redo. */
export function hasReplicas(mode: Mode | undefined): boolean {
  return mode === 'single-writer';
}

/** True when nobody takes page locks, and all follow each other's redo. */
export function isOptimistic(mode: Mode | undefined): boolean {
  return mode === 'optimistic';
}
