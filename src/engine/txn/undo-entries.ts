// Walks all secondary entries of one row change: those in its undo record, and those in the moreEntries records before it.
//
//   ... <- moreEntries <- moreEntries <- change     previous: the transaction's chain
//              ^--- older ---'                      the change has HAS_MORE; `older` (the roll pointer's place) ends with 0
//
// The change's record owns them all: it is the one that a row's roll pointer names, so rollback and purge look at the moreEntries records only through it (K13).

import {UndoType} from '../../format/undo/layout.ts';
import {
  EntryCursor,
  NO_UNDO,
  oldFlags,
  oldRollAt,
  oldRollPage,
  previousAt,
  previousPage,
  undoAt,
  undoIncarnation,
  undoSlot,
  undoType,
  undoVersion,
} from '../../format/undo/read.ts';
import {PLockMode} from '../../fusion/api.ts';
import {BLOCKED, DONE, ROW} from '../api.ts';
import type {PagePool} from '../pool/page-pool.ts';
import type {Task} from '../schedule/task.ts';

/** In the old flags of an undo record: entries of the change stand in the records before it. Not a flag of the row. */
export const HAS_MORE = 0x80;

/** Flags of the row version before the change. */
export function oldRowFlags(flags: number): number {
  return flags & ~HAS_MORE;
}

export class UndoEntries {
  readonly #pool: PagePool;
  readonly #cursor = new EntryCursor();
  #task: Task | undefined;
  #record = 0;
  #isChange = false;
  #incarnation = 0;
  #slot = 0;
  #version = 0;

  constructor(pool: PagePool) {
    this.#pool = pool;
  }

  /** Starts at the change's own record. Its page, and those that `next` fixes, stay in place until the poll ends. */
  open(undo: number, task: Task): void {
    const mem = this.#pool.memory;
    this.#task = task;
    this.#record = undo;
    this.#isChange = true;
    this.#incarnation = undoIncarnation(mem, undo);
    this.#slot = undoSlot(mem, undo);
    this.#version = undoVersion(mem, undo);
    this.#cursor.open(mem, undo);
  }

  /** ROW: `entry` is the next one. DONE: there is none. BLOCKED: open again in a later poll. */
  next(): number {
    while (!this.#cursor.next()) {
      const mem = this.#pool.memory;
      const {page, at} = this.#older();
      if (page === 0) return DONE;
      const base = this.#pool.fix(page, PLockMode.shared, this.#task as Task);
      if (base < 0) return BLOCKED;
      const undo = undoAt(mem, base, at, this.#incarnation, this.#slot, this.#version);
      // Whoever has freed it, another recoverer, had done with the change.
      if (undo === NO_UNDO || undoType(mem, undo) !== UndoType.moreEntries) return DONE;
      this.#record = undo;
      this.#isChange = false;
      this.#cursor.open(mem, undo);
    }
    return ROW;
  }

  #older(): {page: number; at: number} {
    const mem = this.#pool.memory;
    const undo = this.#record;
    if (!this.#isChange) return {page: oldRollPage(mem, undo), at: oldRollAt(mem, undo)};
    if ((oldFlags(mem, undo) & HAS_MORE) === 0) return {page: 0, at: 0};
    return {page: previousPage(mem, undo), at: previousAt(mem, undo)};
  }

  get entry(): EntryCursor {
    return this.#cursor;
  }
}
