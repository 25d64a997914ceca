// Bytes of commands, and values of rows, against the protocol's own examples of them.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {ColumnType} from '../constants.ts';
import {CommandWriter} from './command-writer.ts';
import {RowReader, type Value} from './row-reader.ts';

function reader(...bytes: number[]): RowReader {
  const one = new RowReader();
  one.reset(Buffer.from(bytes), 0, bytes.length);
  return one;
}

test('a command has its length and sequence in front', () => {
  const writer = new CommandWriter();
  writer.begin();
  writer.u8(0x03);
  writer.text('DO 1');
  assert.deepEqual([...writer.finish(0)], [5, 0, 0, 0, 0x03, ...Buffer.from('DO 1')]);
});

test('parameters carry a NULL bitmap, their types, and the values that are not NULL', () => {
  const writer = new CommandWriter();
  writer.begin();
  writer.u8(0x17);
  writer.parameters([-2, null, 'ab', 0.5]);
  const half = Buffer.alloc(8);
  half.writeDoubleLE(0.5);
  assert.deepEqual(
    [...writer.finish(0).subarray(5)],
    [0b0010, 1, 8, 0, 253, 0, 253, 0, 5, 0, 254, 255, 255, 255, 255, 255, 255, 255, 2, 97, 98, ...half],
  );
});

test('integers come back as they went, whatever their size', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), value => {
      const writer = new CommandWriter();
      writer.begin();
      writer.u8(0);
      writer.parameters([value]);
      const packet = Buffer.from(writer.finish(0));
      const one = new RowReader();
      one.reset(packet, packet.length - 8, packet.length);
      assert.equal(one.binaryValue(ColumnType.longlong), value);
    }),
  );
});

test('a binary row: NULL by its bitmap, numbers signed, dates as text', () => {
  const types = [ColumnType.tiny, ColumnType.long, ColumnType.varString, ColumnType.datetime];
  const row: Value[] = reader(0, 0b0001_0000, 0xff, 0xfe, 0xff, 0xff, 0xff, 7, 0xea, 7, 5, 4, 3, 2, 1).binaryRow(types);
  assert.deepEqual(row, [-1, -2, null, '2026-05-04 03:02:01']);
});

test('a text row: length-encoded strings, 0xFB for NULL', () => {
  const long = 'x'.repeat(300);
  const bytes = [2, 52, 50, 0xfb, 0xfc, 300 & 0xff, 300 >> 8, ...Buffer.from(long)];
  assert.deepEqual(reader(...bytes).textRow(3), ['42', null, long]);
});
