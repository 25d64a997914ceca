// Scans an index range by range, or all of it, and delivers the needed columns of each row.
//
// A covering scan takes the columns out of the index key and never looks at the clustered row, unless the engine has to for visibility.

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
import type {ExecContext, RowSource} from './contract.ts';
import type {ByteRange, IndexRanges} from './index-ranges.ts';
import type {RowReader} from './row-reader.ts';

export interface IndexScanParts {
  readonly table: TableHandle;
  /** 0 = clustered. */
  readonly index: number;
  /** Undefined: the whole index. */
  readonly ranges: IndexRanges | undefined;
  readonly descending: boolean;
  readonly lock: LockMode;
  readonly wait: LockWait;
  readonly reader: RowReader;
  /** Set for a covering scan: `reader` then reads rows of this layout's `valueLayout`. */
  readonly covering: KeyLayout | undefined;
}

const EVERYTHING: readonly ByteRange[] = [{low: undefined, high: undefined}];
const KEY_ROW_BYTES = 8192;

export class IndexScanSource implements RowSource {
  readonly #parts: IndexScanParts;
  #engine: EngineSession | undefined;
  #cursor!: Cursor;
  #ranges: readonly ByteRange[] = EVERYTHING;
  #range = 0;
  #isOpen = false;
  /** Where a covering scan puts the row it makes of a key. */
  readonly #keyRow: RowPlace;

  constructor(parts: IndexScanParts) {
    this.#parts = parts;
    const bytes = parts.covering === undefined ? 8 : KEY_ROW_BYTES;
    this.#keyRow = {memory: new Memory(new ArrayBuffer(bytes)), payloadAt: 0, payloadLength: 0};
  }

  /** The scan's cursor: its keys name the current row. */
  get cursor(): Cursor {
    return this.#cursor;
  }

  open(context: ExecContext): void {
    this.close();
    this.#parts.reader.reset();
    if (this.#engine !== context.engine) {
      this.#engine = context.engine;
      this.#cursor = context.engine.newCursor();
    }
    const {ranges, descending} = this.#parts;
    this.#ranges = ranges === undefined ? EVERYTHING : ranges.make(context);
    this.#range = descending ? this.#ranges.length - 1 : 0;
  }

  next(context: ExecContext): number {
    const {reader} = this.#parts;
    if (reader.isPending) return reader.resume(context);
    for (;;) {
      if (!this.#isOpen && !this.#openRange()) return DONE;
      const result = this.#cursor.next();
      if (result === ROW) return this.#read(context);
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
    this.#cursor.open(
      table,
      index,
      range.low,
      true,
      range.high,
      false,
      descending,
      lock,
      wait,
      covering !== undefined,
    );
    this.#isOpen = true;
    return true;
  }

  #read(context: ExecContext): number {
    const {covering, reader} = this.#parts;
    if (covering === undefined) return reader.read(this.#cursor, context);
    const place = this.#keyRow;
    rowFromKey(covering, this.#cursor.key, 0, this.#cursor.keyLength, place.memory, 0);
    return reader.read(place, context);
  }
}
