// AUTO_INCREMENT values and hidden row ids, handed out in ranges (protocols S17).
//
// A range is taken from the table's counter page by a logged mini-transaction, so it precedes the rows that use it in the same stream and is
// never given out twice. A primary that has the table to itself takes just what it needs, and values have no gaps; as soon as it sees that
// somebody else has taken values in between, it doubles what it takes, so that primaries do not fight for the counter's page.

import {BLOCKED, type EngineSession, ROW} from '../../engine/api.ts';

/** The largest range one primary takes at a time. */
const RANGE_MAX = 1024;
/** Counters are u48; the last value says "used up". */
export const COUNTER_MAX: number = 2 ** 48 - 2;

interface Range {
  readonly page: number;
  /** The next value, and the first that is not ours. */
  next: number;
  limit: number;
  /** How many to take next time. */
  size: number;
}

export class AutoIncrement {
  readonly #ranges: Map<string, Range> = new Map();
  /** First of the values that the last `take` got. */
  value = 0;

  /** Takes `count` consecutive values of a table's counter. ROW: the first is in `value`. BLOCKED, NO_SPACE: call again. */
  take(engine: EngineSession, tableId: number, page: number, count: number): number {
    const range = this.#range(tableId, page);
    if (range.limit - range.next < count) {
      const result = this.#refill(engine, range, count);
      if (result !== ROW) return result;
    }
    this.value = range.next;
    range.next += count;
    return ROW;
  }

  #refill(engine: EngineSession, range: Range, count: number): number {
    const left = range.limit - range.next;
    const wanted = Math.max(range.size, count - left);
    const result = engine.takeCounter(range.page, wanted);
    if (result !== ROW) return result;
    const first = engine.counterValue;
    const isAlone = first === range.limit || range.limit === 0;
    if (!isAlone) range.next = first;
    else if (left === 0) range.next = first;
    range.size = isAlone ? Math.max(1, range.size >> 1) : Math.min(RANGE_MAX, range.size * 2);
    range.limit = first + wanted;
    // Ours were too few and do not touch the new ones: they are given up, a statement's values are consecutive.
    return range.limit - range.next >= count ? ROW : this.#refill(engine, range, count);
  }

  /** The last values that were taken, from `first` on, were not needed: they can be had again if nobody has taken others since. */
  giveBack(tableId: number, page: number, first: number, end: number): void {
    const range = this.#range(tableId, page);
    if (range.next === end && first < end) range.next = first;
  }

  /** An explicit value is about to be stored: the counter must be above it first. ROW or BLOCKED. */
  raise(engine: EngineSession, tableId: number, page: number, value: number): number {
    const range = this.#range(tableId, page);
    if (value < range.next) return ROW;
    if (value < range.limit) {
      range.next = value + 1;
      return ROW;
    }
    const result = engine.raiseCounter(page, Math.min(value, COUNTER_MAX));
    if (result === BLOCKED) return result;
    range.next = 0;
    range.limit = 0;
    return result;
  }

  #range(tableId: number, page: number): Range {
    const key = `${tableId}:${page}`;
    let range = this.#ranges.get(key);
    if (range === undefined) {
      range = {page, next: 0, limit: 0, size: 1};
      this.#ranges.set(key, range);
    }
    return range;
  }

  /** The table is gone, or has a new counter. */
  forget(tableId: number, page: number): void {
    this.#ranges.delete(`${tableId}:${page}`);
  }
}
