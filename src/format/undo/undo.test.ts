// Undo records: the older version comes back, byte for byte, and what is not the record meant is not taken for it.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {CorruptionError} from '../../base/errors.ts';
import {Prng} from '../../base/prng.ts';
import {Memory} from '../memory.ts';
import {PAGE_HEADER, PageFlag, PageType} from '../page/layout.ts';
import {heapTop, INFINITE, pageLlsn} from '../page/page.ts';
import {payloadAt, payloadLength, RowStamp, recordAt, setRecordCts} from '../page/records.ts';
import {applyRedo} from '../redo/apply.ts';
import {encodeFormat, encodeInsertRow, encodeLinks, encodeUndoAppend, encodeUpdate} from '../redo/encode.ts';
import {
  addUndoEntry,
  beginUndo,
  endUndo,
  endUndoWithRow,
  setOldRow,
  UndoHead,
  undoEntryLength,
  undoFits,
  undoLengthMax,
  undoRecordMax,
  writeUndoPages,
} from './encode.ts';
import {EntryOp, UndoType} from './layout.ts';
import {checkUndoPage, printUndo, printUndoPage} from './print.ts';
import {EntryCursor, NO_UNDO, oldFlags, reconstructPayload, undoAt, undoFault, undoKeyIs, undoLength} from './read.ts';

const SIZE = 4096;
const NONE = new Uint8Array(0);
const redo = new Memory(new ArrayBuffer(4 * SIZE));
const scratch = new Memory(new ArrayBuffer(4 * SIZE));
const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));

const head = Object.assign(new UndoHead(), {incarnation: 3, slot: 40, version: 5});
Object.assign(head, {previousPage: 61, previousAt: 200, treeId: 11, rootPage: 12, tableId: 13});

function memoryOf(bytes: Uint8Array): Memory {
  const memory = new Memory(new ArrayBuffer((bytes.length + 7) & ~7));
  memory.bytes.set(bytes);
  return memory;
}

function emptyPage(type: PageType, number: number): Memory {
  const page = new Memory(new ArrayBuffer(SIZE));
  encodeFormat(redo, 0, number, 1, 0, 0, type, 0, 0, 0, NONE, INFINITE, NONE, INFINITE);
  applyRedo(page, 0, SIZE, redo, 0, 3);
  return page;
}

function append(page: Memory, length: number): number {
  const at = heapTop(page, 0);
  encodeUndoAppend(redo, 0, page, 0, pageLlsn(page, 0) + 1, scratch, 0, length);
  applyRedo(page, 0, SIZE, redo, 0, 3);
  return at;
}

/** Row bytes that change a little from version to version. */
function nextVersion(random: Prng, old: Uint8Array): Uint8Array {
  const cut = random.below(old.length + 1);
  const middle = Uint8Array.from({length: random.below(20)}, () => random.below(3));
  const rest = old.subarray(Math.min(old.length, cut + random.below(12)));
  return Uint8Array.from([...old.subarray(0, cut), ...middle, ...rest]).subarray(0, 400);
}

test('a chain of undo records leads back through every version of a row', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({min: 1, max: 12}), (seed, changes) => {
      const random = new Prng(seed);
      const leaf = emptyPage(PageType.clusteredLeaf, 1);
      const undo = emptyPage(PageType.undo, 2);
      const versions: Uint8Array[] = [Uint8Array.from({length: random.below(100)}, () => random.below(256))];
      const stamp = Object.assign(new RowStamp(), {incarnation: 3, slot: 40, version: 5});
      encodeInsertRow(redo, 0, leaf, 0, 2, 0, stamp, text('key'), 3, memoryOf(versions[0]), 0, versions[0].length);
      applyRedo(leaf, 0, SIZE, redo, 0, 3);
      const pointers: number[] = [];
      for (let i = 0; i < changes; i++) {
        const newer = nextVersion(random, versions[i]);
        const record = recordAt(leaf, 0, 0);
        const end = beginUndo(scratch, 0, UndoType.update, head, text('key'), 3);
        setOldRow(scratch, 0, leaf, record);
        const from = payloadAt(leaf, record);
        const length = endUndoWithRow(
          scratch,
          0,
          end,
          leaf,
          from,
          payloadLength(leaf, record),
          memoryOf(newer),
          0,
          newer.length,
        );
        assert.ok(length <= undoLengthMax(3, 0, versions[i].length));
        pointers.push(append(undo, length));
        encodeUpdate(redo, 0, leaf, 0, pageLlsn(leaf, 0) + 1, 0, stamp, memoryOf(newer), 0, newer.length);
        applyRedo(leaf, 0, SIZE, redo, 0, 3);
        versions.push(newer);
      }
      assert.deepEqual(checkUndoPage(undo, 0), []);
      let current = memoryOf(versions[changes]);
      let currentLength = versions[changes].length;
      for (let i = changes - 1; i >= 0; i--) {
        const at = undoAt(undo, 0, pointers[i], 3, 40, 5);
        assert.equal(at, pointers[i]);
        const older = new Memory(new ArrayBuffer(512));
        const length = reconstructPayload(undo, at, current, 0, currentLength, older, 8);
        assert.equal(Buffer.compare(older.bytes.subarray(8, 8 + length), versions[i]), 0);
        current = memoryOf(older.bytes.slice(8, 8 + length));
        currentLength = length;
      }
    }),
    {numRuns: 100},
  );
});

/** Writes a record with entries into `scratch`; returns its length. */
function richRecord(): number {
  const leaf = emptyPage(PageType.clusteredLeaf, 1);
  const stamp = Object.assign(new RowStamp(), {
    incarnation: 1,
    slot: 2,
    version: 4294967295,
    undoPage: 60,
    undoAt: 4000,
  });
  stamp.flags = 1;
  encodeInsertRow(redo, 0, leaf, 0, 2, 0, stamp, text('pk'), 2, memoryOf(text('old payload')), 0, 11);
  applyRedo(leaf, 0, SIZE, redo, 0, 3);
  setRecordCts(leaf, recordAt(leaf, 0, 0), 281474976710655);
  let end = beginUndo(scratch, 0, UndoType.revive, head, text('pk'), 2);
  setOldRow(scratch, 0, leaf, recordAt(leaf, 0, 0));
  end = addUndoEntry(scratch, 0, end, EntryOp.removed, 21, 22, text('before+pk'), 9, 3);
  end = addUndoEntry(scratch, 0, end, EntryOp.added, 31, 32, text('after+pk'), 8, 3);
  const newer = memoryOf(text('old fine payload'));
  const at = payloadAt(leaf, recordAt(leaf, 0, 0));
  const length = endUndoWithRow(scratch, 0, end, leaf, at, 11, newer, 0, 16);
  assert.ok(length <= undoLengthMax(2, undoEntryLength(9) + undoEntryLength(8), 11));
  return length;
}

test('a record prints with its entries', () => {
  richRecord();
  assert.equal(
    printUndo(scratch, 0),
    [
      'revive trx=3.40.5 previous=61:200 table=13 tree=11 key=706b' +
        ' old=1.2.4294967295 cts=281474976710655 roll=60:4000 flags=deleted payload=11 same=4+7',
      '  removed tree=21 root=22 key=6265666f72652b706b primaryKey=3',
      '  added tree=31 root=32 key=61667465722b706b primaryKey=3',
    ].join('\n'),
  );
});

test('entries are walked in order, each with its key', () => {
  richRecord();
  const entry = new EntryCursor();
  const seen: string[] = [];
  for (entry.open(scratch, 0); entry.next(); ) {
    const key = scratch.buffer.toString('latin1', entry.keyAt, entry.keyAt + entry.keyLength);
    seen.push(`${entry.op} ${entry.treeId} ${entry.rootPage} ${key} ${entry.primaryKeyLength}`);
  }
  assert.deepEqual(seen, ['2 21 22 before+pk 3', '1 31 32 after+pk 3']);
  assert.equal(oldFlags(scratch, 0), 1);
  assert.ok(undoKeyIs(scratch, 0, text('pk'), 2));
  assert.ok(!undoKeyIs(scratch, 0, text('pl'), 2));
  assert.ok(!undoKeyIs(scratch, 0, text('p'), 1));
});

test('insert, lock and page lists need no payload bytes', () => {
  const length = endUndo(scratch, 0, beginUndo(scratch, 0, UndoType.insert, head, text('pk'), 2));
  assert.equal(length, undoLengthMax(2, 0, 0));
  const row = memoryOf(new Uint8Array(300).fill(7));
  const end = beginUndo(scratch, 0, UndoType.lock, head, text('pk'), 2);
  assert.equal(endUndoWithRow(scratch, 0, end, row, 0, 300, row, 0, 300), undoLengthMax(2, 0, 0));
  const target = new Memory(new ArrayBuffer(304));
  assert.equal(reconstructPayload(scratch, 0, row, 0, 300, target, 0), 300);
  assert.deepEqual(target.bytes.subarray(0, 300), row.bytes.subarray(0, 300));
  const pages = writeUndoPages(scratch, 0, head, [7, 4294967295, 9]);
  assert.equal(undoFault(scratch, 0, pages), undefined);
  assert.equal(printUndo(scratch, 0), 'pages trx=3.40.5 previous=61:200 pages=7,4294967295,9');
  const entry = new EntryCursor();
  entry.open(scratch, 0);
  assert.equal(entry.next(), false);
});

test('undoAt accepts the record of its writer alone', () => {
  const page = emptyPage(PageType.undo, 2);
  const at = append(page, richRecord());
  assert.equal(at, PAGE_HEADER);
  assert.equal(undoAt(page, 0, at, 3, 40, 5), at);
  for (const [incarnation, slot, version] of [
    [4, 40, 5],
    [3, 41, 5],
    [3, 40, 6],
  ]) {
    assert.equal(undoAt(page, 0, at, incarnation, slot, version), NO_UNDO);
  }
  assert.equal(undoAt(page, 0, heapTop(page, 0), 3, 40, 5), NO_UNDO);
  assert.equal(undoAt(page, 0, at + 1, 3, 40, 5), NO_UNDO);
  assert.equal(undoAt(page, 0, 8, 3, 40, 5), NO_UNDO);
  assert.equal(undoAt(emptyPage(PageType.undo, 2), 0, at, 3, 40, 5), NO_UNDO);
  assert.equal(undoAt(emptyPage(PageType.clusteredLeaf, 2), 0, at, 3, 40, 5), NO_UNDO);
});

test('whatever bytes stand in an undo page, reading stays inside it', () => {
  fc.assert(
    fc.property(fc.integer(), seed => {
      const random = new Prng(seed);
      const page = emptyPage(PageType.undo, 2);
      for (let i = 0; i < 3; i++) append(page, richRecord());
      for (let i = 0; i < 3; i++) page.bytes[PAGE_HEADER + random.below(350)] = random.below(256);
      const lines = printUndoPage(page, 0);
      assert.equal(lines.includes('undo record at'), checkUndoPage(page, 0).length > 0);
      const at = undoAt(page, 0, PAGE_HEADER, 3, 40, 5);
      if (at === NO_UNDO) return;
      assert.ok(at + undoLength(page, at) <= heapTop(page, 0));
      const entry = new EntryCursor();
      for (entry.open(page, at); entry.next(); ) assert.ok(entry.keyAt + entry.keyLength <= heapTop(page, 0));
    }),
    {numRuns: 400},
  );
});

test('a payload that cannot be the newer version is damaged data', () => {
  richRecord();
  const target = new Memory(new ArrayBuffer(64));
  const rebuild = (): number => reconstructPayload(scratch, 0, memoryOf(text('short')), 0, 5, target, 0);
  assert.throws(rebuild, CorruptionError);
});

test('an undo page takes records up to its end, and none when it is sealed', () => {
  const page = emptyPage(PageType.undo, 2);
  assert.ok(undoFits(page, 0, SIZE, undoRecordMax(SIZE)));
  assert.ok(!undoFits(page, 0, SIZE, undoRecordMax(SIZE) + 1));
  const end = beginUndo(scratch, 0, UndoType.update, head, text('pk'), 2);
  const size = undoRecordMax(SIZE) - undoLengthMax(2, 0, 0);
  const old = memoryOf(new Uint8Array(size).fill(1));
  append(page, endUndoWithRow(scratch, 0, end, old, 0, size, memoryOf(NONE), 0, 0));
  assert.equal(heapTop(page, 0), SIZE - 8);
  assert.deepEqual(checkUndoPage(page, 0), []);
  assert.ok(!undoFits(page, 0, SIZE, 1));
  const sealed = emptyPage(PageType.undo, 3);
  encodeLinks(redo, 0, sealed, 0, 2, PageFlag.sealed, 0);
  applyRedo(sealed, 0, SIZE, redo, 0, 3);
  assert.ok(!undoFits(sealed, 0, SIZE, 1));
});
