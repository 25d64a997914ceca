// Where pages are split, and with which separator. That no row is lost is the business of redo/apply-model.test.ts.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {Memory} from '../memory.ts';
import {applyRedo} from '../redo/apply.ts';
import {
  encodeFormat,
  encodeImage,
  encodeInsertChild,
  encodeInsertEntry,
  encodeLinks,
  encodeSplitLeft,
} from '../redo/encode.ts';
import {checkPage} from './check.ts';
import {buildImage, buildRightImage} from './image.ts';
import {PageFlag, PageType} from './layout.ts';
import {freeAfterCompaction, INFINITE, pageFlags, pageLlsn, pageRight, prefixLength, slotCount} from './page.ts';
import {childPage, copyKey, recordAt, recordLength, secondaryLength} from './records.ts';
import {planSplit, SplitPlan, separatorLength} from './split.ts';

const SIZE = 1024;
const redo = new Memory(new ArrayBuffer(4 * SIZE));
const NONE = new Uint8Array(0);
const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));

function page(type: PageType, low = ''): Memory {
  const memory = new Memory(new ArrayBuffer(SIZE));
  const level = type === PageType.internal ? 1 : 0;
  const lowLength = low === '' ? INFINITE : low.length;
  encodeFormat(redo, 0, 5, 1, 0, 0, type, level, 9, 40, text(low), lowLength, NONE, INFINITE);
  applyRedo(memory, 0, SIZE, redo, 0, 1);
  return memory;
}

function addEntry(memory: Memory, key: Uint8Array): boolean {
  if (freeAfterCompaction(memory, 0) < secondaryLength(prefixLength(memory, 0), key.length) + 8) return false;
  encodeInsertEntry(redo, 0, memory, 0, pageLlsn(memory, 0) + 1, slotCount(memory, 0), 1, 0, key, key.length, 0);
  applyRedo(memory, 0, SIZE, redo, 0, 1);
  return true;
}

function fullLeaf(low = 'customer-1'): {memory: Memory; next: Uint8Array} {
  const memory = page(PageType.secondaryLeaf, low);
  for (let i = 100; ; i++) if (!addEntry(memory, text(`customer-${i}`))) return {memory, next: text(`customer-${i}`)};
}

const compare = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b);

test('the separator is the shortest key that separates', () => {
  const key = fc.uint8Array({maxLength: 8, max: 3});
  fc.assert(
    fc.property(key, key, (a, b) => {
      fc.pre(compare(a, b) !== 0);
      const [left, right] = compare(a, b) < 0 ? [a, b] : [b, a];
      const separator = right.subarray(0, separatorLength(left, left.length, right, right.length));
      assert.ok(compare(left, separator) < 0 && compare(separator, right) <= 0);
      if (separator.length > 1) assert.ok(compare(separator.subarray(0, -1), left) <= 0);
    }),
  );
});

test('an ascending insert leaves the full page as it is and opens an empty right page', () => {
  const {memory, next} = fullLeaf();
  const count = slotCount(memory, 0);
  const plan = new SplitPlan();
  assert.ok(planSplit(plan, memory, 0, SIZE, count, next, next.length, secondaryLength(0, next.length), true));
  assert.equal(plan.slot, count);
  assert.equal(plan.incomingRight, true);
  const separator = Buffer.from(plan.separator.subarray(0, plan.separatorLength)).toString();
  assert.ok(separator.length < next.length + 1 && Buffer.from(next).toString().startsWith(separator));
});

test('when the full page has no room for its new high key, the last record moves too', () => {
  const {memory, next} = fullLeaf('');
  const count = slotCount(memory, 0);
  const plan = new SplitPlan();
  assert.ok(planSplit(plan, memory, 0, SIZE, count, next, next.length, secondaryLength(0, next.length), true));
  assert.equal(plan.slot, count - 1);
  assert.equal(plan.incomingRight, true);
  const llsn = pageLlsn(memory, 0) + 1;
  encodeSplitLeft(redo, 0, memory, 0, llsn, plan.slot, 77, plan.separator, plan.separatorLength);
  applyRedo(memory, 0, SIZE, redo, 0, 1);
  assert.deepEqual(checkPage(memory, 0, SIZE), []);
});

test('a split in the middle balances bytes, not slots', () => {
  const memory = page(PageType.secondaryLeaf);
  for (let i = 0; i < 10; i++) addEntry(memory, text(`a${i}${'x'.repeat(i < 5 ? 1 : 120)}`));
  const plan = new SplitPlan();
  const key = text('a5');
  assert.ok(planSplit(plan, memory, 0, SIZE, 5, key, 2, secondaryLength(0, 2), false));
  const bytes = (from: number, to: number): number => {
    let sum = 0;
    for (let slot = from; slot < to; slot++) sum += recordLength(memory, recordAt(memory, 0, slot));
    return sum;
  };
  const left = bytes(0, plan.slot);
  const right = bytes(plan.slot, 10);
  assert.ok(Math.abs(left - right) <= 140, `${left} against ${right}`);
});

test('splitting sets the links, hands an unfinished split on to the right page, and strips the longer prefix', () => {
  const {memory, next} = fullLeaf();
  encodeLinks(redo, 0, memory, 0, pageLlsn(memory, 0) + 1, PageFlag.incompleteSplit, 41);
  applyRedo(memory, 0, SIZE, redo, 0, 1);
  const plan = new SplitPlan();
  assert.ok(planSplit(plan, memory, 0, SIZE, 3, next, next.length, 40, false));
  const right = new Memory(new ArrayBuffer(SIZE));
  assert.ok(buildRightImage(right, 0, memory, 0, SIZE, plan.slot, plan.separator, plan.separatorLength));
  encodeSplitLeft(redo, 0, memory, 0, pageLlsn(memory, 0) + 1, plan.slot, 77, plan.separator, plan.separatorLength);
  applyRedo(memory, 0, SIZE, redo, 0, 1);
  assert.equal(pageRight(memory, 0), 77);
  assert.equal(pageRight(right, 0), 41);
  assert.equal(pageFlags(memory, 0), PageFlag.incompleteSplit);
  assert.equal(pageFlags(right, 0), PageFlag.incompleteSplit);
  assert.deepEqual(checkPage(memory, 0, SIZE), []);
  assert.deepEqual(checkPage(right, 0, SIZE), []);

  const count = slotCount(right, 0);
  assert.ok(planSplit(plan, right, 0, SIZE, 0, next, next.length, 40, false));
  encodeImage(redo, 0, 77, 9, 0, 0, right, 0, SIZE);
  applyRedo(right, 0, SIZE, redo, 0, 1);
  encodeSplitLeft(redo, 0, right, 0, 10, plan.slot, 78, plan.separator, plan.separatorLength);
  applyRedo(right, 0, SIZE, redo, 0, 1);
  assert.ok(prefixLength(right, 0) >= 'customer-1'.length - 1);
  assert.ok(slotCount(right, 0) < count);
  assert.deepEqual(checkPage(right, 0, SIZE), []);
});

test('an internal page is split at a key that it has, wherever the new one goes, and both halves keep a child', () => {
  const memory = page(PageType.internal);
  const count = 24;
  for (let slot = 0; slot < count; slot++) {
    const key = slot === 0 ? NONE : text(`k${100 + 2 * slot}`);
    encodeInsertChild(redo, 0, memory, 0, pageLlsn(memory, 0) + 1, slot, key, key.length, 1000 + slot);
    applyRedo(memory, 0, SIZE, redo, 0, 1);
  }
  const plan = new SplitPlan();
  for (let slot = 1; slot <= count; slot++) {
    const key = text(`k${99 + 2 * slot}`);
    for (const ascending of [true, false]) {
      assert.ok(planSplit(plan, memory, 0, SIZE, slot, key, key.length, 14, ascending));
      assert.ok(plan.slot > 0 && plan.slot < count);
      if (ascending && slot === count) assert.equal(plan.slot, count - 1);
      else assert.ok(Math.abs(plan.slot - count / 2) <= 1);
      const own = new Uint8Array(SIZE);
      assert.equal(copyKey(memory, 0, plan.slot, own, 0), plan.separatorLength);
      assert.equal(compare(own.subarray(0, plan.separatorLength), plan.separator.subarray(0, plan.separatorLength)), 0);
      assert.equal(plan.incomingRight, compare(key, plan.separator.subarray(0, plan.separatorLength)) > 0);
      const right = new Memory(new ArrayBuffer(SIZE));
      assert.ok(buildRightImage(right, 0, memory, 0, SIZE, plan.slot, plan.separator, plan.separatorLength));
      assert.deepEqual(checkPage(right, 0, SIZE), []);
      assert.equal(childPage(right, recordAt(right, 0, 0)), 1000 + plan.slot);
    }
  }
});

test('an image may widen the range of a page: the prefix shrinks and the keys stay', () => {
  const memory = new Memory(new ArrayBuffer(SIZE));
  const low = text('tenant/2/c');
  const high = text('tenant/2/x');
  encodeFormat(redo, 0, 5, 1, 0, 0, PageType.secondaryLeaf, 0, 9, 0, low, low.length, high, high.length);
  applyRedo(memory, 0, SIZE, redo, 0, 1);
  const keys = ['tenant/2/c', 'tenant/2/dd', 'tenant/2/e'];
  for (const key of keys) addEntry(memory, text(key));
  const wide = new Memory(new ArrayBuffer(SIZE));
  const lower = text('tenant/1');
  assert.ok(buildImage(wide, 0, memory, 0, SIZE, 0, 3, lower, lower.length, high, high.length));
  assert.equal(prefixLength(wide, 0), 7);
  assert.deepEqual(checkPage(wide, 0, SIZE), []);
  const key = new Uint8Array(SIZE);
  const found = keys.map((_, slot) => Buffer.from(key.subarray(0, copyKey(wide, 0, slot, key, 0))).toString());
  assert.deepEqual(found, keys);
});

test('a record that no split makes room for is refused', () => {
  const memory = page(PageType.secondaryLeaf);
  addEntry(memory, text('a'));
  const plan = new SplitPlan();
  const key = new Uint8Array(SIZE - 60).fill(0x62);
  assert.equal(planSplit(plan, memory, 0, SIZE, 1, key, key.length, secondaryLength(0, key.length), true), false);
});
