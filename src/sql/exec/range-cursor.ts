// Walks the byte ranges of an index scan, one cursor for all of them, and shows where the current row lies.

import {
  type Cursor,
  DONE,
  type EngineSession,
  type LockMode,
  type LockWait,
  ROW,
  type RowPlace,
  SKIPPED,
  type TableHandle,
} from '../../engine/api.ts';
import {rowFromKey} from '../../format/key/decode-key.ts';
import type {KeyLayout} from '../../format/key/key-layout.ts';
import {Memory} from '../../format/memory.ts';
import type {ExecContext} from './contract.ts';
import {type EntryCondition, KEY_ROW_BYTES} from './entry-condition.ts';
import type {ByteRange, IndexRanges} from './index-ranges.ts';
import type {PollClock} from './poll-clock.ts';

export interface ScanParts {
  readonly table: TableHandle;
  /** 0 = clustered. */
  readonly index: number;
  /** Undefined: the whole index. */
  readonly ranges: IndexRanges | undefined;
  readonly descending: boolean;
  readonly lock: LockMode;
  readonly wait: LockWait;
  /** Rows are made of index keys, as rows of this layout's `valueLayout`; undefined: clustered rows are read. */
  readonly covering: KeyLayout | undefined;
  /** False: nobody reads a column, rows are only counted. */
  readonly isRowNeeded: boolean;
  /** Tested on index entries before their rows are looked up. */
  readonly filter: EntryCondition | undefined;
  readonly clock: PollClock;
}

const EVERYTHING: readonly ByteRange[] = [{low: undefined, high: undefined}];

export class RangeCursor {
  readonly #parts: ScanParts;
  readonly #keyRow: RowPlace;
  #engine: EngineSession | undefined;
  #cursor!: Cursor;
  #ranges: readonly ByteRange[] = EVERYTHING;
  #range = 0;
  #isOpen = false;
  /** Where the current row lies, after ROW; valid until the poll ends. */
  place!: RowPlace;

  constructor(parts: ScanParts) {
    this.#parts = parts;
    const bytes = parts.covering === undefined ? 8 : KEY_ROW_BYTES;
    this.#keyRow = {memory: new Memory(new ArrayBuffer(bytes)), payloadAt: 0, payloadLength: 0};
  }

  open(context: ExecContext): void {
    this.close();
    const {ranges, descending, covering, filter} = this.#parts;
    if (this.#engine !== context.engine) {
      this.#engine = context.engine;
      this.#cursor = context.engine.newCursor();
      this.#cursor.filter = filter;
      this.place = covering === undefined ? this.#cursor : this.#keyRow;
    }
    filter?.open(context);
    this.#ranges = ranges === undefined ? EVERYTHING : ranges.make(context);
    this.#range = descending ? this.#ranges.length - 1 : 0;
  }

  /** Primary key of the current row, after ROW; valid until the next call. */
  get primaryKey(): Uint8Array {
    return this.#cursor.primaryKey;
  }

  get primaryKeyLength(): number {
    return this.#cursor.primaryKeyLength;
  }

  /** ROW, DONE, BLOCKED or an engine result code. */
  next(context: ExecContext): number {
    for (;;) {
      const pause = this.#parts.clock.tick(context);
      if (pause !== ROW) return pause;
      if (!this.#isOpen && !this.#openRange()) return DONE;
      const result = this.#cursor.next();
      if (result === ROW) {
        this.#makeRow();
        return ROW;
      }
      if (result === SKIPPED) continue;
      if (result !== DONE) return result;
      this.close();
      this.#range += this.#parts.descending ? -1 : 1;
    }
  }

  close(): void {
    if (this.#isOpen) this.#cursor.close();
    this.#isOpen = false;
  }

  #openRange(): boolean {
    const range = this.#ranges[this.#range];
    if (range === undefined) return false;
    const {table, index, descending, lock, wait, covering} = this.#parts;
    const isCovering = covering !== undefined;
    this.#cursor.open(table, index, range.low, true, range.high, false, descending, lock, wait, isCovering);
    this.#isOpen = true;
    return true;
  }

  #makeRow(): void {
    const {covering, isRowNeeded} = this.#parts;
    if (covering === undefined || !isRowNeeded) return;
    const {key, keyLength} = this.#cursor;
    this.#keyRow.payloadLength = rowFromKey(covering, key, 0, keyLength, this.#keyRow.memory, 0);
  }
}
