import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import type {WireParameter} from './api.ts';
import {ColumnType} from './constants.ts';
import {decodeParameters} from './parameters.ts';
import {PayloadReader} from './payload-reader.ts';
import {PreparedStatements, StatementParameters} from './prepared-statements.ts';
import {bytes, int} from './testing/wire-client.ts';

const UNSIGNED = 0x8000;

function readerOf(payload: Buffer): PayloadReader {
  const reader = new PayloadReader();
  reader.reset(Buffer.concat([payload, Buffer.from('beyond')]), 0, payload.length);
  return reader;
}

/** Decodes one parameter of a type from its bytes; 'malformed' when it is refused. */
function decodeOne(type: number, ...value: (Uint8Array | string | number)[]): WireParameter | 'malformed' {
  const statement = new StatementParameters(1);
  const payload = bytes(0, 1, int(type, 2), ...value);
  return decodeParameters(readerOf(payload), statement, 1, false) ? statement.values[0] : 'malformed';
}

test('integers come as numbers with the sign they were sent with', () => {
  assert.equal(decodeOne(ColumnType.tiny, 0xff), -1);
  assert.equal(decodeOne(ColumnType.tiny | UNSIGNED, 0xff), 255);
  assert.equal(decodeOne(ColumnType.bool, 1), 1);
  assert.equal(decodeOne(ColumnType.short, int(-300, 2)), -300);
  assert.equal(decodeOne(ColumnType.short | UNSIGNED, int(0xfffe, 2)), 0xfffe);
  assert.equal(decodeOne(ColumnType.year, int(2026, 2)), 2026);
  assert.equal(decodeOne(ColumnType.long, int(-5, 4)), -5);
  assert.equal(decodeOne(ColumnType.long | UNSIGNED, int(0xfffffff0, 4)), 0xfffffff0);
  assert.equal(decodeOne(ColumnType.int24, int(-70000, 4)), -70000);
  assert.equal(decodeOne(ColumnType.longlong, Buffer.alloc(8, 0xff)), -1);
  assert.equal(decodeOne(ColumnType.longlong | UNSIGNED, Buffer.alloc(8, 0xff)), 2n ** 64n - 1n);
  assert.equal(decodeOne(ColumnType.longlong, int(2 ** 52, 8)), 2 ** 52);
});

test('floats, doubles and decimals', () => {
  const double = Buffer.alloc(8);
  double.writeDoubleLE(-1.5e300);
  assert.equal(decodeOne(ColumnType.double, double), -1.5e300);
  const float = Buffer.alloc(4);
  float.writeFloatLE(0.25);
  assert.equal(decodeOne(ColumnType.float, float), 0.25);
  assert.deepEqual(decodeOne(ColumnType.newdecimal, 4, '1.50'), {kind: 'decimal', text: '1.50'});
});

test('character types come as text, and as bytes when they are no UTF-8', () => {
  assert.equal(decodeOne(ColumnType.varString, 6, 'grün!'), 'grün!');
  assert.equal(decodeOne(ColumnType.string, 0), '');
  assert.equal(decodeOne(ColumnType.varString, 3, '\ufffd'), '\ufffd');
  assert.deepEqual(decodeOne(ColumnType.varString, 2, Buffer.of(0xff, 0xfe)), new Uint8Array([0xff, 0xfe]));
  assert.deepEqual(decodeOne(ColumnType.blob, 2, 'ab'), new Uint8Array([97, 98]));
});

test('dates and times come in all the lengths of the protocol', () => {
  const nothing = {hour: 0, minute: 0, second: 0, micros: 0};
  assert.deepEqual(decodeOne(ColumnType.datetime, 0), {
    kind: 'datetime',
    year: 0,
    month: 0,
    day: 0,
    ...nothing,
  });
  const day = {kind: 'date', year: 2024, month: 2, day: 29};
  assert.deepEqual(decodeOne(ColumnType.date, 4, int(2024, 2), 2, 29), {...day, ...nothing});
  const full = {...day, kind: 'datetime', hour: 23, minute: 59, second: 58, micros: 999_999};
  assert.deepEqual(decodeOne(ColumnType.timestamp, 11, int(2024, 2), 2, 29, 23, 59, 58, int(999_999, 4)), full);
  const time = {kind: 'time', negative: true, days: 34, hours: 22, minutes: 59, seconds: 59, micros: 1};
  assert.deepEqual(decodeOne(ColumnType.time, 12, 1, int(34, 4), 22, 59, 59, int(1, 4)), time);
  assert.equal(decodeOne(ColumnType.datetime, 4, int(2024, 2), 13, 1), 'malformed');
  assert.equal(decodeOne(ColumnType.datetime, 5, int(2024, 2), 1, 1, 1), 'malformed');
  assert.equal(decodeOne(ColumnType.time, 8, 0, int(70_000, 4), 1, 1, 1), 'malformed');
});

test('a value that ends early, or of no known type, is malformed', () => {
  assert.equal(decodeOne(ColumnType.long, 1, 2, 3), 'malformed');
  assert.equal(decodeOne(ColumnType.varString, 9, 'too short'.slice(1)), 'malformed');
  assert.equal(decodeOne(ColumnType.varString, 0xff, 'x'), 'malformed');
  assert.equal(decodeOne(ColumnType.blob, 0xfe, Buffer.alloc(8, 0xff)), 'malformed');
  assert.equal(decodeOne(200, 1, 'x'), 'malformed');
});

test('NULLs are in the bitmap and take no bytes', () => {
  const statement = new StatementParameters(9);
  const types = Buffer.concat(Array.from({length: 9}, () => int(ColumnType.tiny, 2)));
  const payload = bytes(0b1111_1110, 0, 1, types, 5, 6);
  assert.ok(decodeParameters(readerOf(payload), statement, 9, false));
  assert.deepEqual(statement.values, [5, null, null, null, null, null, null, null, 6]);
});

test('types that are not sent again hold on, and without any the packet is malformed', () => {
  const statement = new StatementParameters(1);
  const untyped = bytes(0, 0, 7);
  assert.equal(decodeParameters(readerOf(untyped), statement, 1, false), false);
  assert.ok(decodeParameters(readerOf(bytes(0, 1, int(ColumnType.tiny, 2), 8)), statement, 1, false));
  assert.ok(decodeParameters(readerOf(untyped), statement, 1, false));
  assert.deepEqual(statement.values, [7]);
});

test('attributes stand behind the parameters with names, and are read over', () => {
  const statement = new StatementParameters(1);
  const types = bytes(int(ColumnType.tiny, 2), 0, int(ColumnType.varString, 2), 4, 'name');
  assert.ok(decodeParameters(readerOf(bytes(0, 1, types, 9, 5, 'value')), statement, 2, true));
  assert.deepEqual(statement.values, [9]);
  assert.equal(decodeParameters(readerOf(bytes(0, 1, types, 9, 5, 'value')), statement, 0, true), false);
});

test('a parameter sent as long data has no value in the packet', () => {
  const statements = new PreparedStatements(1000);
  statements.open(4, 2);
  statements.addLongData(4, 0, Buffer.from('long '));
  statements.addLongData(4, 0, Buffer.from('text'));
  statements.addLongData(5, 0, Buffer.from('no such statement'));
  const statement = statements.find(4) ?? assert.fail();
  const types = bytes(int(ColumnType.blob, 2), int(ColumnType.tiny, 2));
  assert.ok(decodeParameters(readerOf(bytes(0, 1, types, 9)), statement, 2, false));
  assert.deepEqual(statement.values, [new Uint8Array(Buffer.from('long text')), 9]);
});

test('long data beyond the limit or for a parameter that is not there is a fault of the next execution', () => {
  const statements = new PreparedStatements(1000);
  statements.open(1, 1);
  statements.open(2, 1);
  statements.addLongData(1, 0, Buffer.alloc(600));
  statements.addLongData(2, 0, Buffer.alloc(600));
  assert.equal(statements.find(1)?.longFault, undefined);
  assert.equal(statements.find(2)?.longFault?.errno, 1105);
  statements.close(1);
  statements.open(1, 1);
  statements.addLongData(1, 1, Buffer.alloc(1));
  assert.equal(statements.find(1)?.longFault?.errno, 1210);
  const second = statements.find(2) ?? assert.fail();
  statements.dropLongData(second);
  statements.addLongData(2, 0, Buffer.alloc(600));
  assert.equal(second.longFault, undefined);
});

test('tiny pieces of long data are not free', () => {
  const statements = new PreparedStatements(10_000);
  statements.open(1, 1);
  for (let i = 0; i < 100; i++) statements.addLongData(1, 0, Buffer.alloc(0));
  assert.equal(statements.find(1)?.longFault?.errno, 1105);
});

test('whatever the bytes, decoding ends with a yes or a no and stays inside the packet', () => {
  const input = fc.tuple(fc.uint8Array({maxLength: 60}), fc.nat(6), fc.nat(8), fc.boolean());
  fc.assert(
    fc.property(input, ([payload, count, total, named]) => {
      const reader = readerOf(Buffer.from(payload));
      const statement = new StatementParameters(count);
      const right = decodeParameters(reader, statement, total, named);
      assert.ok(reader.at <= payload.length);
      assert.equal(statement.values.length, count);
      if (right) assert.ok(!reader.failed && total >= count);
    }),
    {numRuns: 2000},
  );
});
