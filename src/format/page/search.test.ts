// Search in leaves and internal pages against a plain sorted array.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {Prng} from '../../base/prng.ts';
import {Memory} from '../memory.ts';
import {applyRedo} from '../redo/apply.ts';
import {encodeFormat, encodeInsertChild, encodeInsertEntry} from '../redo/encode.ts';
import {checkPage} from './check.ts';
import {PageType} from './layout.ts';
import {INFINITE, pageLlsn, prefixLength} from './page.ts';
import {childPage, recordAt} from './records.ts';
import {compareSlotKey, findChildSlot, findSlot, keyAtOrAboveHigh, keyBelowLow} from './search.ts';

const PAGE = 16384;
const redo = new Memory(new ArrayBuffer(2 * PAGE));
const NONE = new Uint8Array(0);

function emptyPage(type: PageType, low?: Uint8Array, high?: Uint8Array): Memory {
  const page = new Memory(new SharedArrayBuffer(PAGE));
  const lowLength = low ? low.length : INFINITE;
  const highLength = high ? high.length : INFINITE;
  encodeFormat(redo, 0, 3, 1, 0, 0, type, 1, 9, 0, low ?? NONE, lowLength, high ?? NONE, highLength);
  applyRedo(page, 0, PAGE, redo, 0, 1);
  return page;
}

/** Distinct sorted keys out of few letters, zero bytes among them, so that heads and prefixes often agree. */
function someKeys(seed: number, count: number, begin: readonly number[]): Uint8Array[] {
  const random = new Prng(seed);
  const letters = [0, 0, 1, 0x7f, 0x80, 0xff];
  const keys = new Map<string, Uint8Array>();
  for (let i = 0; i < count; i++) {
    const tail = Array.from({length: random.below(11)}, () => letters[random.below(letters.length)]);
    const key = Uint8Array.from([...begin, ...tail]);
    keys.set(Buffer.from(key).toString('hex'), key);
  }
  return [...keys.values()].sort(Buffer.compare);
}

function expectedSlot(keys: readonly Uint8Array[], key: Uint8Array): number {
  const slot = keys.findIndex(other => Buffer.compare(other, key) >= 0);
  if (slot === -1) return ~keys.length;
  return Buffer.compare(keys[slot], key) === 0 ? slot : ~slot;
}

function fillEntries(page: Memory, keys: readonly Uint8Array[]): void {
  keys.forEach((key, slot) => {
    encodeInsertEntry(redo, 0, page, 0, pageLlsn(page, 0) + 1, slot, 5, 0, key, key.length, 0);
    applyRedo(page, 0, PAGE, redo, 0, 1);
  });
  assert.deepEqual(checkPage(page, 0, PAGE), []);
}

test('findSlot finds what is there and where the rest belongs', () => {
  const low = Uint8Array.from([7, 7, 7, 7, 7]);
  const high = Uint8Array.from([7, 7, 7, 7, 8]);
  fc.assert(
    fc.property(fc.integer(), fc.boolean(), (seed, bounded) => {
      const begin = bounded ? [7, 7, 7, 7, 7] : [];
      const page = emptyPage(PageType.secondaryLeaf, bounded ? low : undefined, bounded ? high : undefined);
      assert.equal(prefixLength(page, 0), bounded ? 4 : 0);
      const keys = someKeys(seed, 100, begin);
      fillEntries(page, keys);
      for (const key of [...keys, ...someKeys(seed + 1, 100, begin)]) {
        const slot = expectedSlot(keys, key);
        assert.equal(findSlot(page, 0, key, key.length), slot);
        if (slot < 0) continue;
        assert.equal(compareSlotKey(page, 0, slot, key, key.length), 0);
        if (slot > 0) assert.ok(compareSlotKey(page, 0, slot - 1, key, key.length) < 0);
      }
    }),
    {numRuns: 60},
  );
});

test('a key outside the page goes before the first or behind the last slot', () => {
  const page = emptyPage(PageType.secondaryLeaf, Uint8Array.from([5, 5, 5]), Uint8Array.from([5, 5, 9]));
  const keys = someKeys(1, 20, [5, 5, 6]);
  fillEntries(page, keys);
  const find = (...bytes: number[]): number => findSlot(page, 0, Uint8Array.from(bytes), bytes.length);
  assert.equal(find(), ~0);
  assert.equal(find(5), ~0);
  assert.equal(find(4, 255, 255, 255), ~0);
  assert.equal(find(5, 6), ~keys.length);
  assert.equal(find(255), ~keys.length);
});

test('only bytes below keyLength count', () => {
  const page = emptyPage(PageType.secondaryLeaf);
  fillEntries(page, [Uint8Array.from([1]), Uint8Array.from([1, 2])]);
  const buffer = Uint8Array.from([1, 2, 3, 4, 5]);
  assert.equal(findSlot(page, 0, buffer, 0), ~0);
  assert.equal(findSlot(page, 0, buffer, 1), 0);
  assert.equal(findSlot(page, 0, buffer, 2), 1);
  assert.equal(findSlot(page, 0, buffer, 5), ~2);
});

test('the child of a key is the last whose key is not above it, the first for all that is below', () => {
  fc.assert(
    fc.property(fc.integer(), seed => {
      const page = emptyPage(PageType.internal);
      const keys = [NONE, ...someKeys(seed, 60, [3])];
      keys.forEach((key, slot) => {
        encodeInsertChild(redo, 0, page, 0, pageLlsn(page, 0) + 1, slot, key, key.length, 100 + slot);
        applyRedo(page, 0, PAGE, redo, 0, 1);
      });
      assert.deepEqual(checkPage(page, 0, PAGE), []);
      for (const key of [...keys, ...someKeys(seed + 1, 60, [3]), Uint8Array.from([2, 255])]) {
        const slot = findChildSlot(page, 0, key, key.length);
        const expected = keys.findLastIndex(other => Buffer.compare(other, key) <= 0);
        assert.equal(slot, Math.max(expected, 0));
        assert.equal(childPage(page, recordAt(page, 0, slot)), 100 + slot);
      }
    }),
    {numRuns: 40},
  );
});

test('low and high key bound the page: inclusive below, exclusive above', () => {
  const page = emptyPage(PageType.secondaryLeaf, Uint8Array.from([5, 1]), Uint8Array.from([5, 3]));
  const below = (...bytes: number[]): boolean => keyBelowLow(page, 0, Uint8Array.from(bytes), bytes.length);
  const above = (...bytes: number[]): boolean => keyAtOrAboveHigh(page, 0, Uint8Array.from(bytes), bytes.length);
  assert.deepEqual([below(5), below(5, 1), below(5, 1, 0), below(6)], [true, false, false, false]);
  assert.deepEqual([above(5, 2, 255), above(5, 3), above(5, 3, 0), above(4)], [false, true, true, false]);
  const open = emptyPage(PageType.secondaryLeaf);
  assert.equal(keyBelowLow(open, 0, NONE, 0), false);
  assert.equal(keyAtOrAboveHigh(open, 0, Uint8Array.from([255, 255]), 2), false);
});
