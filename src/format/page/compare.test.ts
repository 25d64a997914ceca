// Two images of one version are the same whatever their hints, checksums and dead bytes are, and only then.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Memory} from '../memory.ts';
import {applyRedo} from '../redo/apply.ts';
import {encodeBytes, encodeFormat, encodeInsertRow, encodeRemove} from '../redo/encode.ts';
import {samePageExceptHints} from './compare.ts';
import {At, Clustered, PAGE_HEADER, PageType} from './layout.ts';
import {heapTop, highKeyAt, lowKeyAt, pageLlsn, slotCount} from './page.ts';
import {RowStamp, recordAt, recordLength, setRecordCts} from './records.ts';

const SIZE = 512;
const redo = new Memory(new ArrayBuffer(2 * SIZE));
const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));

function leaf(): Memory {
  const page = new Memory(new ArrayBuffer(SIZE));
  encodeFormat(redo, 0, 12, 1, 0, 0, PageType.clusteredLeaf, 0, 4, 13, text('aa'), 2, text('ac'), 2);
  applyRedo(page, 0, SIZE, redo, 0, 2);
  ['aa1', 'aa2', 'ab'].forEach((key, slot) => {
    const row = new Memory(new ArrayBuffer(16));
    encodeInsertRow(redo, 0, page, 0, pageLlsn(page, 0) + 1, slot, new RowStamp(), text(key), key.length, row, 0, 9);
    applyRedo(page, 0, SIZE, redo, 0, 2);
  });
  encodeRemove(redo, 0, page, 0, pageLlsn(page, 0) + 1, 0);
  applyRedo(page, 0, SIZE, redo, 0, 2);
  return page;
}

/** Which bytes of the page the comparison must not look at. */
function unseen(page: Memory): Set<number> {
  const free = new Set<number>();
  for (let at = At.checksum; at < 4; at++) free.add(at);
  for (let at = PAGE_HEADER + 8 * slotCount(page, 0); at < SIZE - 8; at++) free.add(at);
  const live = (at: number, length: number): void => {
    for (let i = 0; i < length; i++) free.delete(at + i);
  };
  live(lowKeyAt(page, 0), 2);
  live(highKeyAt(page, 0), 2);
  for (let slot = 0; slot < slotCount(page, 0); slot++) {
    const record = recordAt(page, 0, slot);
    live(record, recordLength(page, record));
    for (let i = 0; i < 8; i++) free.add(record + Clustered.cts + i);
  }
  return free;
}

test('every live byte counts; checksum, hints, garbage and free space do not', () => {
  const free = unseen(leaf());
  for (let at = 0; at < SIZE; at++) {
    const other = leaf();
    other.bytes[at] ^= 0x10;
    assert.equal(samePageExceptHints(leaf(), 0, other, 0, SIZE) === undefined, free.has(at), `byte ${at}`);
  }
});

test('a filled hint makes no other version', () => {
  const page = leaf();
  setRecordCts(page, recordAt(page, 0, 0), 4711);
  assert.equal(samePageExceptHints(leaf(), 0, page, 0, SIZE), undefined);
});

test('pages without records are compared up to their fill mark', () => {
  const page = (): Memory => {
    const memory = new Memory(new ArrayBuffer(SIZE));
    const none = new Uint8Array(0);
    encodeFormat(redo, 0, 12, 1, 0, 0, PageType.overflow, 0, 4, 13, none, -1, none, -1);
    applyRedo(memory, 0, SIZE, redo, 0, 2);
    encodeBytes(redo, 0, memory, 0, 2, PAGE_HEADER, new Memory(new ArrayBuffer(64)), 0, 40);
    applyRedo(memory, 0, SIZE, redo, 0, 2);
    return memory;
  };
  const other = page();
  other.bytes[heapTop(other, 0)] = 1;
  assert.equal(samePageExceptHints(page(), 0, other, 0, SIZE), undefined);
  other.bytes[heapTop(other, 0) - 1] = 1;
  assert.match(samePageExceptHints(page(), 0, other, 0, SIZE) ?? '', /contents differ at byte 103/);
});
