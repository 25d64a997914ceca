// How many different values the leading parts of an index have, from a sample of its pages (engine: newTreeSample).
//
// Keys stand in order, so a tree has one value more than it has places where neighbours differ. How often the neighbours in the sample do is taken for the
// whole. Of values that are many pages long each, few leaves show a change: there the keys above the leaves, one per page, know more.

import type {EntryVisitor, LevelSample} from '../../engine/api.ts';
import {KEY_BYTES_MAX} from '../../engine/api.ts';
import {cutPartEnd} from '../../format/key/decode-key.ts';
import type {KeyLayout} from '../../format/key/key-layout.ts';

class LevelPairs {
  readonly before: Uint8Array = new Uint8Array(KEY_BYTES_MAX + 16);
  beforeLength = 0;
  /** Neighbours compared, and by part how many of them differ in it or in a part before it. */
  pairs = 0;
  readonly differ: Float64Array;

  constructor(parts: number) {
    this.differ = new Float64Array(parts);
  }
}

export class DistinctValues implements EntryVisitor {
  readonly #layout: KeyLayout;
  readonly #levels: LevelPairs[] = [];

  /** `layout`: of the index's own parts. */
  constructor(layout: KeyLayout) {
    this.#layout = layout;
  }

  entry(level: number, key: Uint8Array, length: number, indexed: number, follows: boolean): void {
    while (this.#levels.length <= level) this.#levels.push(new LevelPairs(this.#layout.partCount));
    const pairs = this.#levels[level];
    if (follows) {
      const same = sameBytes(pairs.before, pairs.beforeLength, key, length);
      pairs.pairs++;
      for (let part = this.#sameParts(key, length, same, indexed); part < this.#layout.partCount; part++)
        pairs.differ[part]++;
    }
    pairs.before.set(key.subarray(0, length));
    pairs.beforeLength = length;
  }

  /** Leading parts that lie within the first `same` bytes. */
  #sameParts(key: Uint8Array, length: number, same: number, indexed: number): number {
    const {partCount} = this.#layout;
    if (same >= indexed) return partCount;
    let at = 0;
    for (let part = 0; part < partCount; part++) {
      at = cutPartEnd(this.#layout, part, key, at, length);
      if (at > same) return part;
    }
    return partCount;
  }

  /** By number of leading parts, less one: different values among `rows` rows. */
  estimate(levels: readonly LevelSample[], rows: number): readonly number[] {
    const counts: number[] = [];
    for (let part = 0; part < this.#layout.partCount; part++) {
      let most = part === 0 ? 1 : counts[part - 1];
      for (const [level, {pairs, differ}] of this.#levels.entries()) {
        const {seen, pages, entries} = levels[level];
        if (pairs > 0) most = Math.max(most, 1 + ((pages * entries) / seen - 1) * (differ[part] / pairs));
      }
      counts.push(Math.min(rows, Math.round(most)));
    }
    return counts;
  }
}

/** How many bytes two keys have in common at their beginning. */
function sameBytes(a: Uint8Array, aLength: number, b: Uint8Array, bLength: number): number {
  const length = Math.min(aLength, bLength);
  let at = 0;
  while (at < length && a[at] === b[at]) at++;
  return at;
}
