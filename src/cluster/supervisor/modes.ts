// The coherence modes: one engine, run as four published systems (docs/modes.md). A mode is chosen at each start; a volume knows nothing of it.
//
// Two things differ, and each has one place (ADR 0007): how a page that was changed elsewhere reaches a node, behind PageFusion of the fusion room, and what happens when two
// nodes write the same thing. Here is only what a name stands for.

import {OperatingError} from '../../base/errors.ts';

/** Modes that can be started. */
export const MODES = ['fusion', 'log-replay', 'single-writer'] as const;
export type Mode = (typeof MODES)[number];

/** Modes of the design that are not built: refused by name. */
const NOT_BUILT = ['optimistic'];

/** Throws OperatingError when there is no such mode, or not yet. */
export function parseMode(name: string): Mode {
  const mode = MODES.find(known => known === name);
  if (mode !== undefined) return mode;
  const what = NOT_BUILT.includes(name) ? `--mode ${name} is not built yet` : `there is no mode ${name}`;
  throw new OperatingError(what, `choose from ${MODES.join(', ')}`);
}

/** Frames of the distributed buffer pool that `bytes` hold. Only fusion has some; without them every page that was changed elsewhere comes from storage. */
export function dbpFramesOf(mode: Mode, bytes: number, pageSize: number): number {
  return mode === 'fusion' ? Math.max(64, Math.floor(bytes / pageSize)) : 0;
}

/** True when one primary writes, and the others follow its redo. */
export function hasReplicas(mode: Mode | undefined): boolean {
  return mode === 'single-writer';
}
