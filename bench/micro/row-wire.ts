// Row to packet: a row of sysbench's table in the binary protocol, as a range of rows sends it. The limit is one copy of the same number
// of bytes.

import {Memory} from '../../src/format/memory.ts';
import {encodeRow} from '../../src/format/row/encode.ts';
import {firstLayout} from '../../src/format/row/row-layout.ts';
import {RowWirePlan} from '../../src/format/row/wire.ts';
import {Kind, sqlType} from '../../src/format/value/types.ts';
import {type Micro, nanoseconds, time} from './measure.ts';

const ROWS = 1024;
const ROOM = 256;
const UTF8MB4 = 255;

export function rowWireMicros(): Micro[] {
  const types = [
    sqlType(Kind.int),
    sqlType(Kind.int),
    sqlType(Kind.char, {length: 120, collation: UTF8MB4}),
    sqlType(Kind.char, {length: 60, collation: UTF8MB4}),
  ];
  const layout = firstLayout(types, [false, false, false, false]);
  const rows = new Memory(new SharedArrayBuffer(ROWS * ROOM));
  for (let i = 0; i < ROWS; i++) encodeRow(layout, [i, i * 3, 'c'.repeat(119), 'p'.repeat(59)], rows, i * ROOM);
  return [
    wire('row to packet, binary: c of sysbench', new RowWirePlan(layout, [2], true), rows),
    wire('row to packet, binary: all four columns', new RowWirePlan(layout, [0, 1, 2, 3], true), rows),
    wire('row to packet, text: all four columns', new RowWirePlan(layout, [0, 1, 2, 3], false), rows),
  ];
}

function wire(what: string, plan: RowWirePlan, rows: Memory): Micro {
  const out = new Memory(new ArrayBuffer(1 << 16));
  const length = plan.write(rows, 0, out.bytes, out.view, 0);
  const perPacket = 100;
  const written = nanoseconds(count => {
    let at = 0;
    for (let i = 0; i < count; i++) {
      if (i % perPacket === 0) at = 0;
      at = plan.write(rows, (i & (ROWS - 1)) * ROOM, out.bytes, out.view, at);
    }
    return at;
  });
  const copied = nanoseconds(count => {
    let at = 0;
    for (let i = 0; i < count; i++) {
      if (i % perPacket === 0) at = 0;
      const from = (i & (ROWS - 1)) * ROOM;
      rows.buffer.copy(out.buffer, at, from, from + length);
      at += length;
    }
    return at;
  });
  return time(what, 'ns', written, copied, `Buffer.copy of ${length} bytes`);
}
