// What the storage thread knows of one redo stream and of its files.

import type {FrameScanner} from './frame-scanner.ts';

/** LSN at which every stream begins. Not 0, which means "none" in many places. */
export const FIRST_LSN = 8;

/**
 *   live    being written by an incarnation that this process opened: taken in up to its published durable LSN
 *   orphan  left open by a process that died: nothing may be taken in before it is sealed (K6)
 *   ended   sealed: taken in up to D
 */
export type StreamPhase = 'live' | 'orphan' | 'ended';

/** One redo file of a stream. */
export interface RedoFileEntry {
  /** Small integer by which records name it. */
  readonly id: number;
  readonly incarnation: number;
  readonly sequence: number;
  /** Records of it that are not in durable images. */
  waiting: number;
  /** End of what has been taken in from it. */
  endLsn: number;
  /** The checkpoint batch in which the last of its records so far became durable: it may go only after the next one. */
  settledBatch: number;
}

export interface StreamState {
  readonly incarnation: number;
  readonly node: number;
  phase: StreamPhase;
  /** Everything below has been taken in. */
  ingestedLsn: number;
  /** D; 0 while open. */
  endLsn: number;
  /** Durable checkpoint: recovery reads from here. */
  checkpointLsn: number;
  finished: boolean;
  readonly scanner: FrameScanner;
  /** Ascending. */
  files: RedoFileEntry[];
  /** Highest file that is ready. */
  preparedSequence: number;
}

/** All redo files that belong to streams, by id. */
export class RedoFileTable {
  readonly #entries: (RedoFileEntry | undefined)[] = [];
  readonly #free: number[] = [];

  add(incarnation: number, sequence: number, lsn: number, batch: number): RedoFileEntry {
    const id = this.#free.pop() ?? this.#entries.length;
    const entry = {id, incarnation, sequence, waiting: 0, endLsn: lsn, settledBatch: batch};
    this.#entries[id] = entry;
    return entry;
  }

  get(id: number): RedoFileEntry {
    return this.#entries[id] as RedoFileEntry;
  }

  remove(entry: RedoFileEntry): void {
    this.#entries[entry.id] = undefined;
    this.#free.push(entry.id);
  }
}
