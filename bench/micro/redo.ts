// Redo: encode the record of a one-column update of a 200-byte row, and apply it to a page. The limit is two copies of its bytes, into
// the log and into the page.

import {Memory} from '../../src/format/memory.ts';
import {PageType} from '../../src/format/page/layout.ts';
import {INFINITE, pageLlsn} from '../../src/format/page/page.ts';
import {RowStamp} from '../../src/format/page/records.ts';
import {applyRedo} from '../../src/format/redo/apply.ts';
import {encodeFormat, encodeInsertRow, encodeUpdate} from '../../src/format/redo/encode.ts';
import {type Micro, nanoseconds, time} from './measure.ts';
import {keyBytes, PAYLOAD_BYTES} from './table.ts';

const PAGE = 16384;
const ROWS = 60;
const INCARNATION = 1;
/** Where the changed column lies in the payload, and its length. */
const COLUMN_AT = 12;
const COLUMN_BYTES = 119;
const VARIANTS = 16;
const ROOM = 256;

export function redoMicros(): Micro[] {
  const page = filledPage();
  const redo = new Memory(new ArrayBuffer(1 << 16));
  const payload = payloads();
  const stamp = new RowStamp();
  stamp.incarnation = INCARNATION;
  let length = 0;
  const encoded = nanoseconds(count => {
    for (let i = 0; i < count; i++) length = change(redo, page, payload, stamp, i);
    return length;
  });
  const applied = nanoseconds(count => {
    for (let i = 0; i < count; i++) {
      change(redo, page, payload, stamp, i);
      applyRedo(page, 0, PAGE, redo, 0, INCARNATION);
    }
    return pageLlsn(page, 0);
  });
  const copied = nanoseconds(count => {
    for (let i = 0; i < count; i++) redo.buffer.copy(payload.buffer, 0, 0, length);
    return payload.bytes[0];
  });
  const limit = `copy of ${length} bytes`;
  return [
    time('redo of an update: encode', 'ns', encoded, copied, limit),
    time('redo of an update: encode and apply', 'ns', applied, 2 * copied, `${limit}, twice`),
  ];
}

/** Writes the record of an update of the whole text column of some row; returns its length. */
function change(redo: Memory, page: Memory, payload: Memory, stamp: RowStamp, i: number): number {
  const from = (Math.floor(i / ROWS) & (VARIANTS - 1)) * ROOM;
  return encodeUpdate(redo, 0, page, 0, pageLlsn(page, 0) + 1, i % ROWS, stamp, payload, from, PAYLOAD_BYTES);
}

/** Writes the record of an update of some row at `at`; returns its length. */
export function writeChange(redo: Memory, at: number, page: Memory, i: number): number {
  const stamp = new RowStamp();
  stamp.incarnation = INCARNATION;
  return encodeUpdate(redo, at, page, 0, pageLlsn(page, 0) + 1, i % ROWS, stamp, payloads(), 0, PAYLOAD_BYTES);
}

/** Payloads that differ in one column. A row gets another one each time. */
function payloads(): Memory {
  const memory = new Memory(new ArrayBuffer(VARIANTS * ROOM));
  for (let i = 0; i < VARIANTS; i++) {
    memory.bytes.fill(97 + i, i * ROOM + COLUMN_AT, i * ROOM + COLUMN_AT + COLUMN_BYTES);
  }
  return memory;
}

/** A page of rows. */
export function filledPage(): Memory {
  const page = new Memory(new SharedArrayBuffer(PAGE));
  const redo = new Memory(new ArrayBuffer(1 << 16));
  const none = new Uint8Array(0);
  encodeFormat(redo, 0, 3, 1, 0, 0, PageType.clusteredLeaf, 0, 9, 0, none, INFINITE, none, INFINITE);
  applyRedo(page, 0, PAGE, redo, 0, INCARNATION);
  const payload = new Memory(new ArrayBuffer(256));
  const stamp = new RowStamp();
  stamp.incarnation = INCARNATION;
  for (let slot = 0; slot < ROWS; slot++) {
    const key = keyBytes(slot + 1);
    encodeInsertRow(redo, 0, page, 0, pageLlsn(page, 0) + 1, slot, stamp, key, key.length, payload, 0, PAYLOAD_BYTES);
    applyRedo(page, 0, PAGE, redo, 0, INCARNATION);
  }
  return page;
}
