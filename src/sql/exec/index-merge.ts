// Reads a table by several of its indexes at once: the primary keys that each of them finds, united or intersected, then the rows in the order of their
// keys. Nothing is locked: each index is read by the same snapshot, so that a key means the same row in all of them.

import {DONE, type EngineSession, LockMode, LockWait, type PointRead, ROW, type TableHandle} from '../../engine/api.ts';
import {KEY_BYTES_MAX} from '../../format/key/key-layout.ts';
import type {ExecContext, RowSource} from './contract.ts';
import type {MemoryBudget} from './memory-budget.ts';
import type {PollClock} from './poll-clock.ts';
import {RangeCursor, type ScanParts} from './range-cursor.ts';
import type {RowReader} from './row-reader.ts';

export interface IndexMergeParts {
  readonly table: TableHandle;
  /** Walks that need nothing of a row but its primary key. */
  readonly scans: readonly ScanParts[];
  /** True: rows that all of them find; else those that any does. */
  readonly intersects: boolean;
  readonly reader: RowReader;
  readonly clock: PollClock;
}

/** Estimated heap bytes of a key besides its characters. */
const KEY_BYTES = 64;

export class IndexMergeSource implements RowSource {
  readonly #parts: IndexMergeParts;
  readonly #cursors: readonly RangeCursor[];
  readonly #budget: MemoryBudget;
  /** Primary keys, a character per byte; in an intersection with the number of walks that have found each. */
  readonly #found: Map<string, number> = new Map();
  readonly #key: Uint8Array = new Uint8Array(KEY_BYTES_MAX + 16);
  #engine: EngineSession | undefined;
  #read!: PointRead;
  #keys: readonly string[] | undefined;
  #scan = 0;
  #next = 0;
  #bytes = 0;

  constructor(parts: IndexMergeParts, budget: MemoryBudget) {
    this.#parts = parts;
    this.#cursors = parts.scans.map(scan => new RangeCursor(scan));
    this.#budget = budget;
  }

  open(context: ExecContext): void {
    if (this.#engine !== context.engine) {
      this.#engine = context.engine;
      this.#read = context.engine.newPointRead();
    }
    this.#clear();
    this.#parts.reader.reset();
    for (const cursor of this.#cursors) cursor.open(context);
  }

  next(context: ExecContext): number {
    if (this.#keys === undefined) {
      const result = this.#gather(context);
      if (result !== DONE) return result;
      this.#keys = this.#sorted();
    }
    const {reader, table, clock} = this.#parts;
    if (reader.isPending) return reader.resume(context);
    const pause = clock.tick(context);
    if (pause !== ROW) return pause;
    for (; this.#next < this.#keys.length; ) {
      const length = this.#write(this.#keys[this.#next]);
      const result = this.#read.get(table, this.#key, length, LockMode.none, LockWait.wait);
      if (result !== ROW && result !== DONE) return result;
      this.#next++;
      if (result === ROW) return reader.read(this.#read, context);
    }
    return DONE;
  }

  close(): void {
    for (const cursor of this.#cursors) cursor.close();
    this.#clear();
  }

  #gather(context: ExecContext): number {
    for (; this.#scan < this.#cursors.length; this.#scan++) {
      const cursor = this.#cursors[this.#scan];
      for (;;) {
        const result = cursor.next(context);
        if (result === DONE) break;
        if (result !== ROW) return result;
        this.#note(cursor);
      }
    }
    return DONE;
  }

  #note({primaryKey, primaryKeyLength}: RangeCursor): void {
    const bytes = Buffer.from(primaryKey.buffer, primaryKey.byteOffset, primaryKeyLength);
    const key = bytes.toString('latin1');
    const times = this.#found.get(key);
    if (this.#parts.intersects) {
      // Of those that an earlier walk has not found nothing is kept.
      if ((times ?? 0) < this.#scan) return;
      this.#found.set(key, this.#scan + 1);
    } else if (times === undefined) this.#found.set(key, 1);
    if (times !== undefined) return;
    this.#bytes += KEY_BYTES + key.length;
    this.#budget.take(KEY_BYTES + key.length);
  }

  #sorted(): readonly string[] {
    const wanted = this.#parts.intersects ? this.#cursors.length : 1;
    const keys: string[] = [];
    for (const [key, times] of this.#found) if (times === wanted) keys.push(key);
    return keys.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  #write(key: string): number {
    for (let i = 0; i < key.length; i++) this.#key[i] = key.charCodeAt(i);
    return key.length;
  }

  #clear(): void {
    this.#found.clear();
    this.#keys = undefined;
    this.#scan = 0;
    this.#next = 0;
    this.#budget.give(this.#bytes);
    this.#bytes = 0;
  }
}
