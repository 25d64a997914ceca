// Sealing, verifying and checking: damage must be seen.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {crc32} from 'node:zlib';
import fc from 'fast-check';
import {Prng} from '../../base/prng.ts';
import {Memory} from '../memory.ts';
import {applyRedo} from '../redo/apply.ts';
import {encodeFormat, encodeInsertRow, encodeRemove} from '../redo/encode.ts';
import {checkPage} from './check.ts';
import {At, PAGE_HEADER, PageType} from './layout.ts';
import {
  copyHighKey,
  copyLowKey,
  freeAfterCompaction,
  freeSpace,
  INFINITE,
  pageGarbage,
  pageLlsn,
  pageMaxStart,
  pageNo,
  pageRight,
  pageTreeId,
  prefixLength,
  sealChecksum,
  slotCount,
  usableBytes,
  verifyPage,
} from './page.ts';
import {printPage} from './print.ts';
import {RowStamp, recordAt} from './records.ts';

const SIZE = 1024;
const BASE = SIZE;
const redo = new Memory(new ArrayBuffer(4 * SIZE));
const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));

/** A leaf for keys from tree/b to tree/f with a few rows, one of them removed. */
function leaf(): Memory {
  const page = new Memory(new ArrayBuffer(3 * SIZE));
  encodeFormat(redo, 0, 12, 1, 0, 0, PageType.clusteredLeaf, 0, 4, 13, text('tree/b'), 6, text('tree/f'), 6);
  applyRedo(page, BASE, SIZE, redo, 0, 2);
  const stamp = new RowStamp();
  stamp.incarnation = 2;
  stamp.slot = 17;
  stamp.version = 3;
  stamp.undoPage = 90;
  stamp.undoAt = 64;
  stamp.startStamp = 555;
  const payload = new Memory(new ArrayBuffer(64));
  payload.bytes.fill(0xcd);
  ['tree/b', 'tree/c', 'tree/cc', 'tree/e'].forEach((key, slot) => {
    stamp.flags = slot;
    const llsn = pageLlsn(page, BASE) + 1;
    encodeInsertRow(redo, 0, page, BASE, llsn, slot, stamp, text(key), key.length, payload, 0, 10 * slot);
    applyRedo(page, BASE, SIZE, redo, 0, 2);
  });
  encodeRemove(redo, 0, page, BASE, pageLlsn(page, BASE) + 1, 1);
  applyRedo(page, BASE, SIZE, redo, 0, 2);
  return page;
}

test('a formatted page carries what it was given', () => {
  const page = leaf();
  const key = new Uint8Array(SIZE);
  assert.equal(pageNo(page, BASE), 12);
  assert.equal(pageTreeId(page, BASE), 4);
  assert.equal(pageRight(page, BASE), 13);
  assert.equal(pageMaxStart(page, BASE), 555);
  assert.equal(prefixLength(page, BASE), 5);
  assert.equal(Buffer.from(key.subarray(0, copyLowKey(page, BASE, key, 0))).toString(), 'tree/b');
  assert.equal(Buffer.from(key.subarray(0, copyHighKey(page, BASE, key, 0))).toString(), 'tree/f');
  assert.deepEqual(checkPage(page, BASE, SIZE), []);
});

test('free space, garbage and live bytes add up', () => {
  const page = leaf();
  const live = 12 + (33 + 0) + (34 + 20) + (33 + 30); // keys, three records with their suffixes
  assert.equal(pageGarbage(page, BASE), 33 + 10);
  assert.equal(freeAfterCompaction(page, BASE), usableBytes(SIZE) - live - 3 * 8);
  assert.equal(freeSpace(page, BASE), freeAfterCompaction(page, BASE) - 43);
});

test('a page prints as one line per record', () => {
  assert.equal(
    printPage(leaf(), BASE, SIZE),
    [
      'page 12 clusteredLeaf tree=4 level=0 llsn=6@2 right=13 flags=- checksum=0',
      '  keys [747265652f62, 747265652f66) prefix=5 slots=3 free=723 garbage=43 maxStart=555',
      '  0 747265652f62 trx=2.17.3 cts=0 roll=90:64 flags=- payload=0',
      '  1 747265652f6363 trx=2.17.3 cts=0 roll=90:64 flags=lockOnly payload=20',
      '  2 747265652f65 trx=2.17.3 cts=0 roll=90:64 flags=deleted+lockOnly payload=30',
    ].join('\n'),
  );
});

test('a sealed page is whole; any changed byte is seen', () => {
  const page = leaf();
  sealChecksum(page, BASE, SIZE, crc32);
  assert.equal(verifyPage(page, BASE, SIZE, 12, crc32), undefined);
  for (let at = 0; at < SIZE; at++) {
    page.bytes[BASE + at] ^= 1 << (at % 8);
    assert.notEqual(verifyPage(page, BASE, SIZE, 12, crc32), undefined, `byte ${at}`);
    page.bytes[BASE + at] ^= 1 << (at % 8);
  }
  assert.equal(verifyPage(page, BASE, SIZE, 12, crc32), undefined);
});

test('verify tells torn copies, other pages, other versions and empty bytes apart', () => {
  const page = leaf();
  sealChecksum(page, BASE, SIZE, crc32);
  assert.match(verifyPage(page, BASE, SIZE, 13, crc32) ?? '', /is page 12, not 13/);
  assert.match(verifyPage(new Memory(new ArrayBuffer(SIZE)), 0, SIZE, 12, crc32) ?? '', /magic/);
  const torn = leaf();
  torn.bytes[BASE + SIZE - 8] ^= 1;
  assert.match(verifyPage(torn, BASE, SIZE, 12, crc32) ?? '', /torn/);
  const future = leaf();
  future.bytes[BASE + At.version] = 2;
  assert.match(verifyPage(future, BASE, SIZE, 12, crc32) ?? '', /version 2/);
});

test('checkPage sees damage that a checksum would bless', () => {
  const damage: [string, (page: Memory) => void, RegExp][] = [
    ['head', page => page.bytes[BASE + PAGE_HEADER]++, /head of slot 0/],
    ['order', page => swapSlots(page, 0, 2), /not above the one before/],
    ['garbage', page => page.bytes[BASE + At.garbage]++, /garbage/],
    [
      'overlap',
      page => page.view.setUint16(BASE + PAGE_HEADER + 4, recordAt(page, BASE, 1) - BASE, true),
      /overlap|suffix/,
    ],
    ['slot count', page => page.bytes[BASE + At.slotCount]++, /record of slot 3/],
    ['prefix', page => page.bytes[BASE + At.prefixLength]--, /share 5/],
    ['suffix', page => page.bytes[BASE + PAGE_HEADER + 6]++, /key suffix/],
    ['trailer', page => page.bytes[BASE + SIZE - 8]++, /in the trailer/],
    ['record length', page => page.bytes[recordAt(page, BASE, 0) + 1]++, /outside the heap/],
    ['heap top', page => page.bytes[BASE + At.heapTop]--, /heap of/],
    ['low key', page => page.view.setUint16(BASE + At.lowKeyAt, 0, true), /prefix/],
  ];
  for (const [name, harm, words] of damage) {
    const page = leaf();
    harm(page);
    assert.match(checkPage(page, BASE, SIZE).join('; '), words, name);
  }
});

function swapSlots(page: Memory, a: number, b: number): void {
  const at = (slot: number): number => BASE + PAGE_HEADER + 8 * slot;
  const first = page.bytes.slice(at(a), at(a) + 8);
  page.bytes.copyWithin(at(a), at(b), at(b) + 8);
  page.bytes.set(first, at(b));
}

test('checkPage survives any bytes', () => {
  fc.assert(
    fc.property(fc.integer(), seed => {
      const random = new Prng(seed);
      const page = leaf();
      const whole = page.bytes.slice();
      const header = random.chance(0.7);
      for (let i = 0; i < 1 + random.below(6); i++) {
        page.bytes[BASE + random.below(header ? PAGE_HEADER + 24 : SIZE)] = random.below(256);
      }
      const faults = checkPage(page, BASE, SIZE);
      assert.ok(Array.isArray(faults));
      if (faults.length === 0) assert.equal(slotCount(page, BASE), whole[BASE + At.slotCount]);
    }),
    {numRuns: 800},
  );
});

test('boundary keys may be infinite or empty', () => {
  const page = new Memory(new ArrayBuffer(SIZE));
  const none = new Uint8Array(0);
  encodeFormat(redo, 0, 1, 1, 0, 0, PageType.secondaryLeaf, 0, 4, 0, none, INFINITE, text('q'), 1);
  applyRedo(page, 0, SIZE, redo, 0, 2);
  const key = new Uint8Array(4);
  assert.equal(copyLowKey(page, 0, key, 0), INFINITE);
  assert.equal(copyHighKey(page, 0, key, 0), 1);
  encodeFormat(redo, 0, 1, 2, 0, 0, PageType.secondaryLeaf, 0, 4, 0, none, 0, none, INFINITE);
  applyRedo(page, 0, SIZE, redo, 0, 2);
  assert.equal(copyLowKey(page, 0, key, 0), 0);
  assert.equal(copyHighKey(page, 0, key, 0), INFINITE);
  assert.deepEqual(checkPage(page, 0, SIZE), []);
});
