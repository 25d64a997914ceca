// Every record type as the line that people will read. The lines are written down here; a change of format shows as a change of this file.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Memory} from '../memory.ts';
import {PageFlag, PageType, RecordFlag} from '../page/layout.ts';
import {INFINITE, pageLlsn} from '../page/page.ts';
import {RowStamp} from '../page/records.ts';
import {applyRedo} from './apply.ts';
import {
  bytesMax,
  FIXED_REDO_MAX,
  formatMax,
  imageMax,
  insertChildMax,
  insertEntryMax,
  insertRowMax,
  splitLeftMax,
  TRX_REDO_MAX,
  updateMax,
} from './bounds.ts';
import {CHECKPOINT_PAYLOAD, encodeCheckpoint, encodeCommit, encodeCts, encodeRollbackEnd} from './control.ts';
import * as encode from './encode.ts';
import {REDO_HEADER} from './layout.ts';
import {printRedo} from './print.ts';
import {redoLength} from './read.ts';

const SIZE = 1024;
const NONE = new Uint8Array(0);
const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));
const stamp = Object.assign(new RowStamp(), {incarnation: 3, slot: 40, version: 5, undoPage: 9, undoAt: 64});
stamp.startStamp = 281474976710655;
const bytes = new Memory(new ArrayBuffer(256));

/** Runs records through a page one after the other, and collects their lines. */
class Script {
  readonly page = new Memory(new ArrayBuffer(SIZE));
  readonly redo = new Memory(new ArrayBuffer(4 * SIZE));
  readonly lines: string[] = [];

  get llsn(): number {
    return pageLlsn(this.page, 0) + 1;
  }

  /** Takes a record of `length` bytes, which must be within `bound`, and applies it. */
  change(length: number, bound: number): void {
    this.show(length, bound);
    applyRedo(this.page, 0, SIZE, this.redo, 0, 3);
    this.redo.bytes.fill(0xee);
  }

  show(length: number, bound: number): void {
    assert.equal(length, redoLength(this.redo, 0));
    assert.equal(length % 4, 0);
    assert.ok(length <= bound, `${length} bytes, bound ${bound}`);
    this.lines.push(printRedo(this.redo, 0));
  }
}

test('the life of a leaf', () => {
  const s = new Script();
  const {page, redo} = s;
  const low = text('a');
  s.change(
    encode.encodeFormat(redo, 0, 8, s.llsn, 0, 0, PageType.clusteredLeaf, 0, 2, 9, low, 1, NONE, INFINITE),
    formatMax(1, INFINITE),
  );
  s.change(
    encode.encodeInsertRow(redo, 0, page, 0, s.llsn, 0, stamp, text('bb'), 2, bytes, 0, 33),
    insertRowMax(2, 33),
  );
  bytes.bytes[7] = 1;
  s.change(encode.encodeUpdate(redo, 0, page, 0, s.llsn, 0, stamp, bytes, 0, 40), updateMax(40));
  stamp.flags = RecordFlag.deleted + RecordFlag.overflow;
  s.change(encode.encodeHeader(redo, 0, page, 0, s.llsn, 0, stamp), FIXED_REDO_MAX);
  stamp.flags = 0;
  s.change(encode.encodeSplitLeft(redo, 0, page, 0, s.llsn, 1, 77, text('c'), 1), splitLeftMax(1));
  s.change(encode.encodeLinks(redo, 0, page, 0, s.llsn, PageFlag.halfDead, 78), FIXED_REDO_MAX);
  s.change(encode.encodeRemove(redo, 0, page, 0, s.llsn, 0), FIXED_REDO_MAX);
  s.change(encode.encodeImage(redo, 0, 8, s.llsn, 7, 3, page, 0, SIZE), imageMax(SIZE));
  s.change(encode.encodeFree(redo, 0, page, 0, s.llsn), FIXED_REDO_MAX);
  assert.deepEqual(s.lines, [
    'page=8 llsn=1 back=0@0 format clusteredLeaf level=0 tree=2 right=9 keys=[61, +inf)',
    'page=8 llsn=2 back=1@3 insert slot=0 key=2 record=67 start=281474976710655',
    'page=8 llsn=3 back=2@3 update slot=0 trx=3.40.5 roll=9:64 flags=- start=281474976710655 payload=40 same=7+26',
    'page=8 llsn=4 back=3@3 header slot=0 trx=3.40.5 roll=9:64 flags=deleted+overflow start=281474976710655',
    'page=8 llsn=5 back=4@3 splitLeft keep=1 right=77 high=63',
    'page=8 llsn=6 back=5@3 links flags=halfDead right=78',
    'page=8 llsn=7 back=6@3 remove slot=0',
    'page=8 llsn=8 back=7@3 image head=64 heap=2',
    'page=8 llsn=9 back=8@3 free',
  ]);
});

test('entries, children, undo and plain bytes', () => {
  const s = new Script();
  const {page, redo} = s;
  const format = (type: PageType): number =>
    encode.encodeFormat(redo, 0, 8, s.llsn, 0, 0, type, 1, 2, 0, NONE, INFINITE, NONE, INFINITE);
  s.change(format(PageType.secondaryLeaf), formatMax(INFINITE, INFINITE));
  s.change(encode.encodeInsertEntry(redo, 0, page, 0, s.llsn, 0, 6, 0, text('kk+p'), 4, 1), insertEntryMax(4));
  s.change(encode.encodeMark(redo, 0, page, 0, s.llsn, 0, 7, RecordFlag.deleted), FIXED_REDO_MAX);
  s.change(format(PageType.internal), formatMax(INFINITE, INFINITE));
  s.change(encode.encodeInsertChild(redo, 0, page, 0, s.llsn, 0, NONE, 0, 4294967295), insertChildMax(0));
  s.change(encode.encodeChild(redo, 0, page, 0, s.llsn, 0, 12), FIXED_REDO_MAX);
  s.change(format(PageType.undo), formatMax(INFINITE, INFINITE));
  s.change(encode.encodeUndoAppend(redo, 0, page, 0, s.llsn, bytes, 0, 99), bytesMax(99));
  s.change(format(PageType.extentMap), formatMax(INFINITE, INFINITE));
  s.change(encode.encodeBytes(redo, 0, page, 0, s.llsn, 64, bytes, 0, 8), bytesMax(8));
  assert.deepEqual(s.lines, [
    'page=8 llsn=1 back=0@0 format secondaryLeaf level=1 tree=2 right=0 keys=[-inf, +inf)',
    'page=8 llsn=2 back=1@3 insert slot=0 key=4 record=12 start=6',
    'page=8 llsn=3 back=2@3 mark slot=0 flags=deleted start=7',
    'page=8 llsn=4 back=0@0 format internal level=1 tree=2 right=0 keys=[-inf, +inf)',
    'page=8 llsn=5 back=4@3 insert slot=0 key=0 record=10 start=0',
    'page=8 llsn=6 back=5@3 child slot=0 child=12',
    'page=8 llsn=7 back=0@0 format undo level=1 tree=2 right=0 keys=[-inf, +inf)',
    'page=8 llsn=8 back=7@3 undoAppend at=64 bytes=99',
    'page=8 llsn=9 back=0@0 format extentMap level=1 tree=2 right=0 keys=[-inf, +inf)',
    'page=8 llsn=10 back=9@3 bytes at=64 bytes=8',
  ]);
});

test('control records', () => {
  const s = new Script();
  const {redo} = s;
  const commit = encodeCommit(redo, 0, 4, 4294967295, 600);
  encode.markCpl(redo, 0);
  s.show(commit, TRX_REDO_MAX);
  s.show(encodeRollbackEnd(redo, 0, 4, 5), TRX_REDO_MAX);
  s.show(encodeCts(redo, 0, 4, 5, 700), TRX_REDO_MAX);
  s.show(encodeCheckpoint(redo, 0, 10), REDO_HEADER + 12);
  assert.equal(CHECKPOINT_PAYLOAD, REDO_HEADER);
  assert.deepEqual(s.lines, [
    'commit slot=4 version=4294967295 start=600 CPL',
    'rollbackEnd slot=4 version=5',
    'cts slot=4 version=5 cts=700',
    'checkpoint bytes=12',
  ]);
});

test('what is no record says so', () => {
  const redo = new Memory(new ArrayBuffer(64));
  assert.equal(printRedo(redo, 0), '? redo record of impossible length 0');
  assert.equal(printRedo(redo, 48), '? 16 bytes are too few for a redo record');
});
