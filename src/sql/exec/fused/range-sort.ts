// SELECT [DISTINCT] columns FROM t WHERE range [AND conditions] ORDER BY columns [LIMIT]: rows are kept as bytes, sorted by key bytes
// and sent as bytes.
//
// The sort key of a row is what an index on the ORDER BY columns would have (format/key): collation weights, inverted for DESC. Its first
// five bytes and the row's number make one double, so that a native sort of doubles does most of the work (hot-path 10); ties are
// settled by the whole keys. More rows than the number has room for are sorted by a comparison instead. Under DISTINCT the ORDER BY
// columns are the projected ones, so rows with equal keys are the same row.
//
// A row whose sort columns are in overflow pages has no key bytes, and a very long text no key that fits: the generic plan then runs
// in place of this one. Nothing has been sent by then.

import {compareBytes} from '../../../base/bytes.ts';
import {SqlError} from '../../../base/sql-error.ts';
import {DONE, ROW, type RowPlace} from '../../../engine/api.ts';
import {keyFromRow} from '../../../format/key/encode-key.ts';
import {KEY_BYTES_MAX, type KeyLayout} from '../../../format/key/key-layout.ts';
import {Memory} from '../../../format/memory.ts';
import {copyOut} from '../../../format/row/copy.ts';
import {isOverflow} from '../../../format/row/overflow.ts';
import type {RowLayout} from '../../../format/row/row-layout.ts';
import type {Expression} from '../../bind/expression.ts';
import type {ExecContext} from '../contract.ts';
import {allTrue} from '../filter.ts';
import {limitValue} from '../limit.ts';
import {STATEMENT_MEMORY_MAX} from '../memory-budget.ts';
import {RangeCursor, type ScanParts} from '../range-cursor.ts';
import type {ResultSink} from '../result-sink.ts';
import type {RowReader} from '../row-reader.ts';
import type {ReusableExecution} from '../select-execution.ts';
import {FusedExecution, type FusedParts, PAUSE} from './fused-execution.ts';
import {type RowSender, Sent} from './row-sender.ts';

export interface RangeSortParts extends FusedParts {
  readonly scan: ScanParts;
  readonly layout: RowLayout;
  /** The ORDER BY columns as a key. */
  readonly key: KeyLayout;
  readonly isDistinct: boolean;
  readonly filterReader: RowReader | undefined;
  readonly filter: readonly Expression[];
  /** Sends rows that have passed the filter. */
  readonly sender: RowSender;
  readonly limit: Expression | undefined;
  /** Makes the generic plan, for rows that this one cannot sort. */
  readonly generic: () => ReusableExecution;
}

/** Rows that a packed double can number. */
const PACKED_ROWS_MAX = 8192;
const START_BYTES = 64 * 1024;
/** Entry of a row: payload offset, payload length, key offset, key length. */
const ENTRY = 4;

/** Kept rows: payloads and keys in one growing memory. */
class RowStore {
  memory: Memory = new Memory(new ArrayBuffer(START_BYTES));
  entries: Int32Array = new Int32Array(1024 * ENTRY);
  count = 0;
  #end = 0;

  clear(): void {
    this.count = 0;
    this.#end = 0;
    if (this.memory.size > 64 * START_BYTES) this.memory = new Memory(new ArrayBuffer(START_BYTES));
  }

  /** Makes room for a row and returns where it begins; 8-byte aligned. */
  reserve(payloadLength: number): number {
    const needed = this.#end + payloadLength + KEY_BYTES_MAX + 64;
    if (needed > this.memory.size) this.#grow(needed);
    if ((this.count + 1) * ENTRY > this.entries.length) {
      const wider = new Int32Array(this.entries.length * 2);
      wider.set(this.entries);
      this.entries = wider;
    }
    return this.#end;
  }

  keep(payloadAt: number, payloadLength: number, keyAt: number, keyEnd: number): void {
    const at = this.count++ * ENTRY;
    this.entries[at] = payloadAt;
    this.entries[at + 1] = payloadLength;
    this.entries[at + 2] = keyAt;
    this.entries[at + 3] = keyEnd - keyAt;
    this.#end = (keyEnd + 7) & ~7;
  }

  #grow(needed: number): void {
    if (needed > STATEMENT_MEMORY_MAX) throw new SqlError('ER_OUT_OF_SORTMEMORY');
    const size = Math.min(Math.max(this.memory.size * 2, (needed + 7) & ~7), STATEMENT_MEMORY_MAX);
    const wider = new Memory(new ArrayBuffer(size));
    wider.bytes.set(this.memory.bytes.subarray(0, this.#end));
    this.memory = wider;
  }
}

export class RangeSort extends FusedExecution {
  readonly #parts: RangeSortParts;
  readonly #cursor: RangeCursor;
  readonly #rows: RowStore = new RowStore();
  readonly #place: RowPlace = {memory: this.#rows.memory, payloadAt: 0, payloadLength: 0};
  readonly #packed: Float64Array = new Float64Array(PACKED_ROWS_MAX);
  /** Row numbers in order, once sorted. */
  #order: Uint32Array | undefined;
  #next = 0;
  #left = 0;
  #last = -1;
  #fallback: ReusableExecution | undefined;
  #isFallenBack = false;

  constructor(parts: RangeSortParts) {
    super(parts);
    this.#parts = parts;
    this.#cursor = new RangeCursor(parts.scan);
  }

  override poll(context: ExecContext, sink: ResultSink): number {
    return this.#isFallenBack && this.#fallback !== undefined
      ? this.#fallback.poll(context, sink)
      : super.poll(context, sink);
  }

  override finish(context: ExecContext): void {
    if (this.#isFallenBack) this.#fallback?.finish(context);
    this.#isFallenBack = false;
    this.#parts.sender.reset();
    this.#rows.clear();
    this.#cursor.close();
  }

  protected override open(context: ExecContext): void {
    this.#rows.clear();
    this.#order = undefined;
    this.#next = 0;
    this.#last = -1;
    this.#isFallenBack = false;
    this.#left = limitValue(this.#parts.limit, context, Number.POSITIVE_INFINITY);
    this.#parts.sender.reset();
    this.#cursor.open(context);
  }

  protected override run(context: ExecContext, sink: ResultSink): number {
    if (this.#order === undefined) {
      const result = this.#collect(context);
      if (this.#isFallenBack) return this.#fallBack(context, sink);
      if (result !== DONE) return result;
      this.#order = this.#sort();
    }
    return this.#emit(context, sink);
  }

  /** The generic plan begins from the start; nothing has been announced or sent. */
  #fallBack(context: ExecContext, sink: ResultSink): number {
    this.#cursor.close();
    this.#fallback ??= this.#parts.generic();
    this.#fallback.start(context);
    return this.#fallback.poll(context, sink);
  }

  // --- Collecting --------------------------------------------------------------------------------------------------

  #collect(context: ExecContext): number {
    const {filterReader, filter} = this.#parts;
    for (;;) {
      const result = this.#cursor.next(context);
      if (result !== ROW) return result;
      const {place} = this.#cursor;
      if (this.#isUnfit(place)) {
        this.#isFallenBack = true;
        return DONE;
      }
      if (filterReader !== undefined) {
        filterReader.read(place, context);
        if (!allTrue(filter, context)) continue;
      }
      if (this.#keep(place)) continue;
      this.#isFallenBack = true;
      return DONE;
    }
  }

  /** True when columns that are looked at here are in overflow pages. */
  #isUnfit({memory, payloadAt}: RowPlace): boolean {
    const {layout, key, filterReader} = this.#parts;
    for (let i = 0; i < key.columns.length; i++) {
      if (isOverflow(layout, memory, payloadAt, key.columns[i])) return true;
    }
    return filterReader?.needsOverflow(memory, payloadAt) === true;
  }

  /** False: the row's key is too long. */
  #keep({memory, payloadAt, payloadLength}: RowPlace): boolean {
    const rows = this.#rows;
    const at = rows.reserve(payloadLength);
    const target = rows.memory;
    const keyAt = copyOut(memory, payloadAt, payloadLength, target.bytes, target.view, at);
    const {key, layout} = this.#parts;
    const keyEnd = keyFromRow(key, layout, memory, payloadAt, target.bytes, keyAt);
    if (keyEnd < 0) return false;
    rows.keep(at, payloadLength, keyAt, keyEnd);
    return true;
  }

  // --- Sorting -----------------------------------------------------------------------------------------------------

  #sort(): Uint32Array {
    const {count} = this.#rows;
    if (count <= PACKED_ROWS_MAX) return this.#sortPacked(count);
    const order = new Uint32Array(count);
    for (let i = 0; i < count; i++) order[i] = i;
    return order.sort((a, b) => this.#compare(a, b) || a - b);
  }

  /** The first five key bytes as a number. */
  #head(row: number): number {
    const {memory, entries} = this.#rows;
    const at = entries[row * ENTRY + 2];
    const length = entries[row * ENTRY + 3];
    let head = 0;
    for (let i = 0; i < 5; i++) head = head * 256 + (i < length ? memory.bytes[at + i] : 0);
    return head;
  }

  #sortPacked(count: number): Uint32Array {
    const packed = this.#packed;
    for (let row = 0; row < count; row++) packed[row] = this.#head(row) * PACKED_ROWS_MAX + row;
    packed.subarray(0, count).sort();
    const order = new Uint32Array(count);
    for (let i = 0; i < count; i++) order[i] = packed[i] % PACKED_ROWS_MAX;
    this.#settleTies(order, packed, count);
    return order;
  }

  /** Stretches with equal heads are few and short: insertion sort by whole keys. */
  #settleTies(order: Uint32Array, packed: Float64Array, count: number): void {
    for (let i = 1; i < count; i++) {
      const head = Math.floor(packed[i] / PACKED_ROWS_MAX);
      if (head !== Math.floor(packed[i - 1] / PACKED_ROWS_MAX)) continue;
      let start = i - 1;
      while (start > 0 && Math.floor(packed[start - 1] / PACKED_ROWS_MAX) === head) start--;
      let end = i + 1;
      while (end < count && Math.floor(packed[end] / PACKED_ROWS_MAX) === head) end++;
      order.subarray(start, end).sort((a, b) => this.#compare(a, b) || a - b);
      i = end;
    }
  }

  #compare(a: number, b: number): number {
    const {entries, memory} = this.#rows;
    const {bytes} = memory;
    const x = a * ENTRY;
    const y = b * ENTRY;
    return compareBytes(bytes, entries[x + 2], entries[x + 3], bytes, entries[y + 2], entries[y + 3]);
  }

  // --- Sending -----------------------------------------------------------------------------------------------------

  #emit(context: ExecContext, sink: ResultSink): number {
    const {sender, isDistinct} = this.#parts;
    const order = this.#order as Uint32Array;
    this.announce(sink);
    while (this.#left > 0) {
      let sent: Sent;
      if (sender.isPending) sent = sender.resume(context, sink);
      else {
        if (this.#next === order.length) return DONE;
        const row = order[this.#next++];
        if (isDistinct && this.#last >= 0 && this.#compare(row, this.#last) === 0) continue;
        this.#last = row;
        sent = sender.send(this.#placeOf(row), context, sink);
      }
      if (sent === Sent.wait) return sender.result;
      this.rows++;
      this.#left--;
      if (sent === Sent.pause) return PAUSE;
    }
    return DONE;
  }

  #placeOf(row: number): RowPlace {
    const place = this.#place;
    place.memory = this.#rows.memory;
    place.payloadAt = this.#rows.entries[row * ENTRY];
    place.payloadLength = this.#rows.entries[row * ENTRY + 1];
    return place;
  }
}
