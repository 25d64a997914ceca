// What a SERIALIZABLE transaction has read: key ranges of indexes, to be looked at again when it commits (validation.ts).
//
// A row read by its key is the range of that key, whether it was there or not. A walk is the range from where it began to where it stopped. The set is bounded: when an
// index has too many ranges they become one, the whole index.

import type {TableHandle} from '../api.ts';

/** Ranges of one index before they are replaced by the whole of it. */
const RANGES_MAX = 4096;

/** A range of keys of one index; undefined = open end. Ends are inclusive or not as the walk had them. */
export interface ReadRange {
  readonly table: TableHandle;
  /** 0 = the clustered tree. */
  readonly index: number;
  low: Uint8Array | undefined;
  lowInclusive: boolean;
  high: Uint8Array | undefined;
  highInclusive: boolean;
}

export class ReadSet {
  readonly #ranges: ReadRange[] = [];
  /** By table and index: how many ranges there are. */
  readonly #counts = new Map<string, number>();
  /** Indexes that have been read as a whole. */
  readonly #whole = new Set<string>();

  get ranges(): readonly ReadRange[] {
    return this.#ranges;
  }

  /** A row was looked up by its primary key, and found or not. */
  addPoint(table: TableHandle, key: Uint8Array, keyLength: number): void {
    const at = key.slice(0, keyLength);
    this.add({table, index: 0, low: at, lowInclusive: true, high: at, highInclusive: true});
  }

  /** Takes a range in; its walk may still narrow it. */
  add(range: ReadRange): void {
    const name = nameOf(range);
    if (this.#whole.has(name)) return;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    this.#ranges.push(range);
    if (count > RANGES_MAX) this.#widen(range, name);
  }

  #widen({table, index}: ReadRange, name: string): void {
    this.#whole.add(name);
    const others = this.#ranges.filter(range => nameOf(range) !== name);
    this.#ranges.length = 0;
    this.#ranges.push(...others);
    this.#ranges.push({table, index, low: undefined, lowInclusive: false, high: undefined, highInclusive: false});
  }

  clear(): void {
    this.#ranges.length = 0;
    this.#counts.clear();
    this.#whole.clear();
  }
}

function nameOf({table, index}: ReadRange): string {
  return `${table.tableId}.${index}`;
}
