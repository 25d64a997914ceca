// The primitive changes by themselves: where bytes go. That they are right for any sequence is tested in redo/apply-model.test.ts.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {BugError} from '../../base/assert.ts';
import {Memory} from '../memory.ts';
import {checkPage} from './check.ts';
import {
  bytesAfterRebuild,
  compactPage,
  fitsInsert,
  fitsReplace,
  insertRecord,
  removeRecord,
  replacePayload,
} from './edit.ts';
import {Clustered, PAGE_HEADER, PageType, SLOT_SIZE} from './layout.ts';
import {formatPage, freeSpace, heapTop, INFINITE, pageGarbage, slotCount, usableBytes} from './page.ts';
import {payloadAt, payloadLength, recordAt} from './records.ts';

const SIZE = 512;
const NONE = new Uint8Array(0);

/** A record with a key of one byte and `length` bytes of that key as payload, at 0 of a memory of its own. */
function record(key: number, length: number): Memory {
  const memory = new Memory(new ArrayBuffer(512));
  memory.bytes.fill(key, Clustered.header, Clustered.header + 1 + length);
  memory.view.setUint16(0, Clustered.header + 1 + length, true);
  memory.view.setUint16(Clustered.keySuffixLength, 1, true);
  return memory;
}

function add(page: Memory, slot: number, key: number, length: number): void {
  insertRecord(page, 0, SIZE, slot, record(key, length), 0, Clustered.header + 1 + length, 1);
}

function leaf(): Memory {
  const page = new Memory(new ArrayBuffer(SIZE));
  formatPage(page, 0, SIZE, 1, PageType.clusteredLeaf, 0, 1, 0, NONE, 0, INFINITE, NONE, 0, INFINITE);
  return page;
}

test('the record at the top of the heap gives its bytes back, others become garbage', () => {
  const page = leaf();
  add(page, 0, 1, 20);
  add(page, 1, 2, 30);
  const top = heapTop(page, 0);
  add(page, 2, 3, 40);
  removeRecord(page, 0, 2);
  assert.equal(heapTop(page, 0), top);
  assert.equal(pageGarbage(page, 0), 0);
  removeRecord(page, 0, 0);
  assert.equal(heapTop(page, 0), top);
  assert.equal(pageGarbage(page, 0), 53);
  assert.deepEqual(checkPage(page, 0, SIZE), []);
});

test('a page is compacted when, and only when, garbage is needed', () => {
  const page = leaf();
  for (let i = 0; i < 4; i++) add(page, i, i + 1, 50);
  removeRecord(page, 0, 1);
  assert.equal(pageGarbage(page, 0), 83);
  const free = freeSpace(page, 0);
  const fits = free - SLOT_SIZE - Clustered.header - 1;
  add(page, 3, 9, fits);
  assert.equal(freeSpace(page, 0), 0);
  assert.equal(pageGarbage(page, 0), 83);
  assert.ok(fitsInsert(page, 0, 83 - SLOT_SIZE));
  assert.ok(!fitsInsert(page, 0, 83 - SLOT_SIZE + 1));
  add(page, 4, 10, 83 - SLOT_SIZE - Clustered.header - 1);
  assert.equal(pageGarbage(page, 0), 0);
  assert.equal(freeSpace(page, 0), 0);
  assert.deepEqual(checkPage(page, 0, SIZE), []);
});

test('compaction puts records in slot order and leaves no old bytes in free space', () => {
  const page = leaf();
  add(page, 0, 5, 40);
  add(page, 0, 4, 40);
  add(page, 0, 3, 40);
  removeRecord(page, 0, 1);
  compactPage(page, 0, SIZE);
  assert.ok(recordAt(page, 0, 0) > recordAt(page, 0, 1));
  const free = page.bytes.subarray(PAGE_HEADER + 2 * SLOT_SIZE, heapTop(page, 0));
  assert.ok(free.every(byte => byte === 0));
  assert.equal(bytesAfterRebuild(page, 0, 0, 2, NONE, 0, INFINITE, NONE, 0, INFINITE), 2 * (73 + SLOT_SIZE));
});

test('a payload that grows moves, one that does not stays where it is', () => {
  const page = leaf();
  add(page, 0, 7, 60);
  add(page, 1, 8, 60);
  const place = recordAt(page, 0, 0);
  const middle = new Memory(new ArrayBuffer(512));
  middle.bytes.fill(0xee);
  replacePayload(page, 0, SIZE, 0, 50, 10, 10, middle, 0);
  assert.equal(recordAt(page, 0, 0), place);
  assert.equal(pageGarbage(page, 0), 10);
  replacePayload(page, 0, SIZE, 0, 90, 10, 5, middle, 0);
  assert.notEqual(recordAt(page, 0, 0), place);
  const at = payloadAt(page, recordAt(page, 0, 0));
  const expected = [...new Array(10).fill(7), ...new Array(75).fill(0xee), ...new Array(5).fill(7)];
  assert.deepEqual([...page.bytes.subarray(at, at + payloadLength(page, recordAt(page, 0, 0)))], expected);
  assert.deepEqual(checkPage(page, 0, SIZE), []);
});

test('a growing payload may use the whole page but its own old bytes too', () => {
  const page = leaf();
  add(page, 0, 7, 150);
  const most = usableBytes(SIZE) - SLOT_SIZE - Clustered.header - 1;
  const middle = new Memory(new ArrayBuffer(512));
  assert.ok(fitsReplace(page, 0, 0, most));
  assert.ok(!fitsReplace(page, 0, 0, most + 1));
  replacePayload(page, 0, SIZE, 0, most, 70, 60, middle, 0);
  assert.equal(freeSpace(page, 0), 0);
  const at = payloadAt(page, recordAt(page, 0, 0));
  assert.ok(page.bytes.subarray(at, at + 70).every(byte => byte === 7));
  assert.ok(page.bytes.subarray(at + 70, at + most - 60).every(byte => byte === 0));
  assert.ok(page.bytes.subarray(at + most - 60, at + most).every(byte => byte === 7));
  assert.deepEqual(checkPage(page, 0, SIZE), []);
});

test('what does not fit is a bug of the caller, and changes nothing', () => {
  const page = leaf();
  add(page, 0, 7, 300);
  const before = page.bytes.slice();
  assert.throws(() => add(page, 1, 8, 100), BugError);
  assert.throws(() => replacePayload(page, 0, SIZE, 0, 450, 0, 0, record(1, 0), 0), BugError);
  assert.throws(() => removeRecord(page, 0, 1), BugError);
  assert.equal(Buffer.compare(page.bytes, before), 0);
  assert.equal(slotCount(page, 0), 1);
});
