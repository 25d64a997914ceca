// applyRedo applies a record to exactly the page version it was made for, as a whole or not at all.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {CorruptionError} from '../../base/errors.ts';
import {Prng} from '../../base/prng.ts';
import {Memory} from '../memory.ts';
import {checkPage} from '../page/check.ts';
import {PageType, RecordFlag} from '../page/layout.ts';
import {heapTop, INFINITE, pageIncarnation, pageLlsn, pageMaxStart, pageType, slotCount} from '../page/page.ts';
import {childPage, RowStamp, recordAt, recordCts, recordFlags, setRecordCts, writtenBy} from '../page/records.ts';
import {applyRedo} from './apply.ts';
import * as encode from './encode.ts';
import {InsertAt, RedoAt} from './layout.ts';
import {applies, redoLength} from './read.ts';

const SIZE = 1024;
const NONE = new Uint8Array(0);
const redo = new Memory(new ArrayBuffer(4 * SIZE));
const stamp = new RowStamp();
stamp.incarnation = 3;
stamp.slot = 4;
stamp.version = 5;
stamp.startStamp = 600;
const bytes = new Memory(new ArrayBuffer(256));
bytes.bytes.forEach((_, i) => {
  bytes.bytes[i] = i;
});
const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));

function apply(page: Memory, incarnation = 3): void {
  applyRedo(page, 0, SIZE, redo, 0, incarnation);
}

const next = (page: Memory): number => pageLlsn(page, 0) + 1;

function format(type: PageType): Memory {
  const page = new Memory(new ArrayBuffer(SIZE));
  encode.encodeFormat(redo, 0, 8, 1, 0, 0, type, 0, 2, 0, NONE, INFINITE, NONE, INFINITE);
  apply(page);
  return page;
}

function leafWithRows(): Memory {
  const page = format(PageType.clusteredLeaf);
  ['b', 'd', 'f'].forEach((key, slot) => {
    encode.encodeInsertRow(redo, 0, page, 0, next(page), slot, stamp, text(key), 1, bytes, 0, 100);
    apply(page);
  });
  return page;
}

/** A fresh page of a kind, and the record of a change that fits it, at 0 of `redo`. */
const CHANGES: Record<string, () => Memory> = {
  insert: () => {
    const page = leafWithRows();
    encode.encodeInsertRow(redo, 0, page, 0, next(page), 1, stamp, text('c'), 1, bytes, 0, 30);
    return page;
  },
  insertEntry: () => {
    const page = format(PageType.secondaryLeaf);
    encode.encodeInsertEntry(redo, 0, page, 0, next(page), 0, 700, 0, text('key+pk'), 6, 2);
    return page;
  },
  update: () => {
    const page = leafWithRows();
    encode.encodeUpdate(redo, 0, page, 0, next(page), 1, stamp, bytes, 50, 120);
    return page;
  },
  header: () => {
    const page = leafWithRows();
    encode.encodeHeader(redo, 0, page, 0, next(page), 1, stamp);
    return page;
  },
  remove: () => {
    const page = leafWithRows();
    encode.encodeRemove(redo, 0, page, 0, next(page), 1);
    return page;
  },
  splitLeft: () => {
    const page = leafWithRows();
    encode.encodeSplitLeft(redo, 0, page, 0, next(page), 2, 9, text('e'), 1);
    return page;
  },
  links: () => {
    const page = leafWithRows();
    encode.encodeLinks(redo, 0, page, 0, next(page), 3, 99);
    return page;
  },
  mark: () => {
    const page = format(PageType.secondaryLeaf);
    encode.encodeInsertEntry(redo, 0, page, 0, next(page), 0, 700, 0, text('key+pk'), 6, 2);
    apply(page);
    encode.encodeMark(redo, 0, page, 0, next(page), 0, 800, RecordFlag.deleted);
    return page;
  },
  child: () => {
    const page = format(PageType.internal);
    encode.encodeInsertChild(redo, 0, page, 0, next(page), 0, NONE, 0, 33);
    apply(page);
    encode.encodeChild(redo, 0, page, 0, next(page), 0, 44);
    return page;
  },
  undoAppend: () => {
    const page = format(PageType.undo);
    encode.encodeUndoAppend(redo, 0, page, 0, next(page), bytes, 0, 70);
    return page;
  },
  bytes: () => {
    const page = format(PageType.counter);
    encode.encodeBytes(redo, 0, page, 0, next(page), 64, bytes, 1, 21);
    return page;
  },
  image: () => {
    const page = leafWithRows();
    encode.encodeImage(redo, 0, 8, next(page), 0, 0, page, 0, SIZE);
    return page;
  },
  format: () => {
    const page = leafWithRows();
    encode.encodeFormat(redo, 0, 8, next(page), 0, 0, PageType.internal, 1, 2, 0, text('a'), 1, text('z'), 1);
    return page;
  },
  free: () => {
    const page = leafWithRows();
    encode.encodeFree(redo, 0, page, 0, next(page));
    return page;
  },
};

for (const [name, make] of Object.entries(CHANGES)) {
  test(`${name} gives the page the record's LLSN and the writer's incarnation, and keeps it sound`, () => {
    const page = make();
    const llsn = next(page);
    assert.equal(applies(page, 0, redo, 0), true);
    apply(page, 12);
    assert.equal(pageLlsn(page, 0), llsn);
    assert.equal(pageIncarnation(page, 0), 12);
    assert.deepEqual(checkPage(page, 0, SIZE), []);
    assert.equal(applies(page, 0, redo, 0), false);
  });

  test(`${name} is not applied twice, nor to another version or page, and then nothing changes`, () => {
    const root = name === 'image' || name === 'format';
    for (const [at, change] of [
      [RedoAt.backLlsn, 1],
      [RedoAt.backIncarnation, 1],
      [RedoAt.pageNo, 1],
      [RedoAt.llsn, -1],
    ] as const) {
      if (root && at !== RedoAt.llsn) continue;
      const page = make();
      redo.bytes[at] += change;
      refused(page);
    }
    const page = make();
    apply(page);
    refused(page);
  });

  test(`${name} with damaged bytes is refused as a whole or leaves a page that can be checked`, () => {
    fc.assert(
      fc.property(fc.integer(), seed => {
        const random = new Prng(seed);
        const page = make();
        const length = redoLength(redo, 0);
        for (let i = 0; i < 1 + random.below(3); i++) {
          const at = random.chance(0.8) ? 24 + random.below(Math.min(length, 80) - 24 || 1) : random.below(length);
          redo.bytes[at] = random.chance(0.5) ? random.below(256) : redo.bytes[at] ^ (1 << random.below(8));
        }
        const before = page.bytes.slice();
        try {
          apply(page);
        } catch (error) {
          assert.ok(error instanceof CorruptionError, String(error));
          assert.equal(Buffer.compare(page.bytes, before), 0);
        }
        checkPage(page, 0, SIZE);
      }),
      {numRuns: 120},
    );
  });
}

function refused(page: Memory): void {
  const before = page.bytes.slice();
  assert.throws(() => apply(page), CorruptionError);
  assert.equal(Buffer.compare(page.bytes, before), 0);
}

test('a refused link names page, versions and writers', () => {
  const page = CHANGES.remove();
  redo.bytes[RedoAt.backIncarnation] = 77;
  assert.throws(() => apply(page), /page 8 at LLSN 4 of 3.*from LLSN 4 of 77 to LLSN 5/);
});

test('a record without room is refused before a byte changes', () => {
  const page = leafWithRows();
  encode.encodeInsertRow(redo, 0, page, 0, next(page), 3, stamp, text('g'), 1, bytes, 0, 256);
  apply(page);
  encode.encodeInsertRow(redo, 0, page, 0, next(page), 4, stamp, text('h'), 1, bytes, 0, 250);
  refused(page);
  encode.encodeUpdate(redo, 0, page, 0, next(page), 0, stamp, new Memory(new ArrayBuffer(512)), 0, 400);
  refused(page);
});

test('records are refused by pages of other types', () => {
  const types = [PageType.clusteredLeaf, PageType.secondaryLeaf, PageType.internal, PageType.undo, PageType.counter];
  const fits: Record<string, readonly number[]> = {
    insert: [PageType.clusteredLeaf],
    update: [PageType.clusteredLeaf],
    header: [PageType.clusteredLeaf],
    mark: [PageType.secondaryLeaf],
    child: [PageType.internal],
    undoAppend: [PageType.undo],
    bytes: [PageType.undo, PageType.counter],
    splitLeft: [PageType.clusteredLeaf, PageType.secondaryLeaf, PageType.internal],
    remove: [PageType.clusteredLeaf, PageType.secondaryLeaf, PageType.internal],
  };
  for (const [name, own] of Object.entries(fits)) {
    for (const type of types.filter(other => !own.includes(other))) {
      const page = CHANGES[name]();
      page.bytes[7] = type;
      refused(page);
    }
  }
});

test('insert, update and header leave the CTS unknown; other changes keep it', () => {
  const page = leafWithRows();
  for (let slot = 0; slot < 3; slot++) setRecordCts(page, recordAt(page, 0, slot), 90 + slot);
  const hints = (): number[] => [0, 1, 2].map(slot => recordCts(page, recordAt(page, 0, slot)));
  encode.encodeUpdate(redo, 0, page, 0, next(page), 0, stamp, bytes, 7, 100);
  apply(page);
  assert.deepEqual(hints(), [0, 91, 92]);
  encode.encodeHeader(redo, 0, page, 0, next(page), 1, stamp);
  apply(page);
  assert.deepEqual(hints(), [0, 0, 92]);
  encode.encodeLinks(redo, 0, page, 0, next(page), 0, 5);
  apply(page);
  assert.deepEqual(hints(), [0, 0, 92]);
});

test('an image carries no CTS', () => {
  const page = leafWithRows();
  for (let slot = 0; slot < 3; slot++) setRecordCts(page, recordAt(page, 0, slot), 90 + slot);
  encode.encodeImage(redo, 0, 8, next(page), 0, 0, page, 0, SIZE);
  apply(page);
  for (let slot = 0; slot < 3; slot++) assert.equal(recordCts(page, recordAt(page, 0, slot)), 0);
});

test('an insert that carries a CTS leaves it behind', () => {
  const page = CHANGES.insert();
  setRecordCts(redo, InsertAt.record, 4711);
  apply(page);
  assert.equal(recordCts(page, recordAt(page, 0, 1)), 0);
});

test('a key is refused where it is out of order', () => {
  for (const slot of [0, 2, 3]) {
    const page = CHANGES.insert();
    redo.view.setUint16(InsertAt.slot, slot, true);
    refused(page);
  }
});

test('a left half is refused that would keep keys from its new high key on', () => {
  for (const high of ['d', 'c', 'a', '']) {
    const page = leafWithRows();
    encode.encodeSplitLeft(redo, 0, page, 0, next(page), 2, 9, text(high), high.length);
    refused(page);
  }
});

test('header changes the stamp and leaves the payload; maxStart only rises', () => {
  const page = leafWithRows();
  const other = Object.assign(new RowStamp(), {
    incarnation: 9,
    slot: 8,
    version: 0xffff_ffff,
    startStamp: 100,
  });
  other.flags = RecordFlag.deleted;
  encode.encodeHeader(redo, 0, page, 0, next(page), 2, other);
  apply(page);
  const record = recordAt(page, 0, 2);
  assert.ok(writtenBy(page, record, 9, 8, 0xffff_ffff));
  assert.equal(recordFlags(page, record), RecordFlag.deleted);
  assert.equal(pageMaxStart(page, 0), 600);
  other.startStamp = 601;
  encode.encodeHeader(redo, 0, page, 0, next(page), 2, other);
  apply(page);
  assert.equal(pageMaxStart(page, 0), 601);
});

test('child, mark, bytes and free do what they say', () => {
  const internal = CHANGES.child();
  apply(internal);
  assert.equal(childPage(internal, recordAt(internal, 0, 0)), 44);
  const leaf = CHANGES.mark();
  apply(leaf);
  assert.equal(recordFlags(leaf, recordAt(leaf, 0, 0)), RecordFlag.deleted);
  assert.equal(pageMaxStart(leaf, 0), 800);
  const counter = CHANGES.bytes();
  apply(counter);
  assert.deepEqual([...counter.bytes.subarray(64, 86)], [...Array.from({length: 21}, (_, i) => i + 1), 0]);
  assert.equal(heapTop(counter, 0), 85);
  const freed = CHANGES.free();
  apply(freed);
  assert.equal(pageType(freed, 0), PageType.free);
  assert.equal(slotCount(freed, 0), 0);
});

test('undo is appended at the fill mark and nowhere else', () => {
  const page = CHANGES.undoAppend();
  apply(page);
  assert.equal(heapTop(page, 0), 134);
  encode.encodeUndoAppend(redo, 0, page, 0, next(page), bytes, 9, 30);
  redo.bytes[24]--;
  refused(page);
  redo.bytes[24]++;
  apply(page);
  assert.equal(heapTop(page, 0), 164);
  assert.equal(page.bytes[134], 9);
});

test('a record that is cut off by the end of its memory is refused', () => {
  const page = CHANGES.insert();
  const short = new Memory(redo.buffer.buffer.slice(0, 48));
  const before = page.bytes.slice();
  assert.throws(() => applyRedo(page, 0, SIZE, short, 0, 3), CorruptionError);
  assert.equal(Buffer.compare(page.bytes, before), 0);
});
