import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {Memory} from '../memory.ts';
import {Decimal} from '../value/decimal.ts';
import {formatDouble, formatFloat} from '../value/number-text.ts';
import {DateTime, Duration} from '../value/temporal.ts';
import {findTimeZone, fromUtcSeconds, toUtcSeconds, UTC} from '../value/time-zone.ts';
import type {SqlType, Value} from '../value/types.ts';
import {Kind, sqlType} from '../value/types.ts';
import {anyType, rowsOf} from './arbitraries.test.ts';
import {encodeRow} from './encode.ts';
import {Overflow} from './overflow.ts';
import {firstLayout, RowLayout, rowColumn} from './row-layout.ts';
import {binaryColumn, RowWirePlan, textColumn} from './wire.ts';

const mem = new Memory(new SharedArrayBuffer(1 << 17));
const out = new Memory(new ArrayBuffer(1 << 20));
const AT = 5;

/** Reads length-encoded strings and fixed fields, in a way of its own. */
class Packet {
  at: number;
  constructor(at: number) {
    this.at = at;
  }

  bytes(): Buffer | null {
    const first = out.bytes[this.at++];
    if (first === 0xfb) return null;
    const wide = first < 251 ? 0 : first === 0xfc ? 2 : first === 0xfd ? 3 : 8;
    const length = wide === 0 ? first : out.buffer.readUIntLE(this.at, Math.min(wide, 6));
    this.at += wide;
    this.at += length;
    return Buffer.from(out.bytes.slice(this.at - length, this.at));
  }

  uint(width: number): number {
    this.at += width;
    return out.buffer.readUIntLE(this.at - width, width);
  }
}

/** What MySQL shows of a value as text, by the rules of the value domain. */
function expectedText(type: SqlType, value: Value): string | null {
  if (value === null) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (value instanceof DateTime || value instanceof Duration) return value.toText(type.decimals);
  if (type.kind === Kind.float) return formatFloat(value as number);
  if (type.kind === Kind.double) return formatDouble(value as number);
  if (type.kind === Kind.year) return String(value).padStart(4, '0');
  if (type.kind === Kind.bit) {
    const width = (type.length + 7) >> 3;
    return Buffer.from(
      BigInt(value as number)
        .toString(16)
        .padStart(2 * width, '0'),
      'hex',
    ).toString('latin1');
  }
  return Buffer.from(String(value), 'utf8').toString('latin1');
}

test('text of a column is the printed value', () => {
  fc.assert(
    fc.property(rowsOf(anyType, 6, 1), ({types, nullable, rows: [values]}) => {
      const layout = firstLayout(types, nullable);
      encodeRow(layout, values, mem, AT);
      for (const [c, type] of types.entries()) {
        const packet = new Packet(3);
        const end = textColumn(layout, c, mem, AT, out.bytes, out.view, 3);
        const text = packet.bytes()?.toString('latin1') ?? null;
        assert.equal(packet.at, end);
        assert.equal(text, expectedText(type, values[c]));
      }
    }),
    {numRuns: 300},
  );
});

/** Decodes one binary column into something that can be compared with `comparable`. */
function readBinary(type: SqlType, packet: Packet): unknown {
  const {view} = out;
  const at = packet.at;
  switch (type.kind) {
    case Kind.tinyint:
      packet.at += 1;
      return type.unsigned ? view.getUint8(at) : view.getInt8(at);
    case Kind.smallint:
    case Kind.year:
      packet.at += 2;
      return type.unsigned || type.kind === Kind.year ? view.getUint16(at, true) : view.getInt16(at, true);
    case Kind.mediumint:
    case Kind.int:
      packet.at += 4;
      return type.unsigned ? view.getUint32(at, true) : view.getInt32(at, true);
    case Kind.bigint:
      packet.at += 8;
      return type.unsigned ? view.getBigUint64(at, true) : view.getBigInt64(at, true);
    case Kind.float:
      packet.at += 4;
      return view.getFloat32(at, true);
    case Kind.double:
      packet.at += 8;
      return view.getFloat64(at, true);
    case Kind.date:
    case Kind.datetime:
    case Kind.timestamp: {
      const length = packet.uint(1);
      const date = length >= 4 ? [packet.uint(2), packet.uint(1), packet.uint(1)] : [0, 0, 0];
      const clock = length >= 7 ? [packet.uint(1), packet.uint(1), packet.uint(1)] : [0, 0, 0];
      return [...date, ...clock, length === 11 ? packet.uint(4) : 0];
    }
    case Kind.time: {
      const length = packet.uint(1);
      if (length === 0) return 0;
      const sign = packet.uint(1) === 1 ? -1 : 1;
      const [days, hours, minutes, seconds] = [packet.uint(4), packet.uint(1), packet.uint(1), packet.uint(1)];
      const micros = length === 12 ? packet.uint(4) : 0;
      return sign * ((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000000 + micros);
    }
    default:
      return packet.bytes()?.toString('latin1');
  }
}

function comparable(type: SqlType, value: Value): unknown {
  if (value instanceof DateTime)
    return [value.year, value.month, value.day, value.hour, value.minute, value.second, value.micros];
  if (value instanceof Duration) return value.micros;
  if (type.kind === Kind.bigint) return BigInt(value as number);
  if (typeof value === 'number' && type.kind !== Kind.bit) return value;
  return expectedText(type, value);
}

test('a binary row carries the values', () => {
  fc.assert(
    fc.property(rowsOf(anyType, 12, 1), ({types, nullable, rows: [values]}) => {
      const layout = firstLayout(types, nullable);
      encodeRow(layout, values, mem, AT);
      const columns = types.map((_, c) => c).reverse();
      const end = new RowWirePlan(layout, columns, true).write(mem, AT, out.bytes, out.view, 9);
      assert.equal(out.bytes[9], 0);
      const packet = new Packet(10 + ((columns.length + 9) >> 3));
      for (const [i, c] of columns.entries()) {
        const nullBit = out.bytes[10 + ((i + 2) >> 3)] & (1 << ((i + 2) & 7));
        assert.equal(nullBit !== 0, values[c] === null);
        if (values[c] !== null) assert.deepEqual(readBinary(types[c], packet), comparable(types[c], values[c]));
      }
      assert.equal(packet.at, end);
    }),
    {numRuns: 300},
  );
});

test('a plan writes what its columns write one by one, within its bound', () => {
  const picks = fc.array(fc.nat(1000), {maxLength: 12});
  fc.assert(
    fc.property(rowsOf(anyType, 8, 1), picks, fc.boolean(), ({types, nullable, rows: [values]}, chosen, binary) => {
      const layout = firstLayout(types, nullable);
      const length = encodeRow(layout, values, mem, AT);
      const columns = chosen.map(n => n % types.length);
      const plan = new RowWirePlan(layout, columns, binary);
      const end = plan.write(mem, AT, out.bytes, out.view, 0);
      assert(end <= plan.maxBytes(length), `${end} > ${plan.maxBytes(length)}`);
      let at = 500000;
      if (binary) at += 1 + ((columns.length + 9) >> 3);
      for (const c of columns) {
        if (!binary) at = textColumn(layout, c, mem, AT, out.bytes, out.view, at);
        else if (values[c] !== null) at = binaryColumn(layout, c, mem, AT, out.bytes, out.view, at);
      }
      assert.equal(at - 500000, end);
      const skipped = binary ? 1 + ((columns.length + 9) >> 3) : 0;
      const one = out.buffer.subarray(skipped, end);
      assert(one.equals(out.buffer.subarray(500000 + skipped, at)));
    }),
    {numRuns: 300},
  );
});

const int = sqlType(Kind.int);
const text = sqlType(Kind.text, {length: 65535, collation: 255});

test('old rows go out with the initial values of columns they lack', () => {
  const v1 = new RowLayout(1, [rowColumn(1, int, false), rowColumn(2, text, true)]);
  const v2 = new RowLayout(
    2,
    [rowColumn(2, text, true), rowColumn(3, text, false, {initial: 'n'.repeat(200)}), rowColumn(1, int, false)],
    [v1],
  );
  const length = encodeRow(v1, [42, 'old'], mem, AT);
  const plan = new RowWirePlan(v2, [0, 1, 2], false);
  const end = plan.write(mem, AT, out.bytes, out.view, 0);
  assert.equal(out.buffer.toString('latin1', 0, end), `\x03old\xc8${'n'.repeat(200)}\x0242`);
  assert(end <= plan.maxBytes(length));
  assert.equal(textColumn(v2, 1, mem, AT, out.bytes, out.view, 0), 201);
  assert.equal(binaryColumn(v2, 2, mem, AT, out.bytes, out.view, 0), 4);
});

test('values from overflow pages are put in their place', () => {
  const layout = firstLayout([int, text, text], [false, true, true]);
  const big = new Uint8Array(70000).fill(120);
  const length = encodeRow(layout, [1, 'here', new Overflow(7, big.length, new Uint8Array(0))], mem, AT);
  for (const binary of [false, true]) {
    const plan = new RowWirePlan(layout, [2, 1, 2], binary);
    const end = plan.write(mem, AT, out.bytes, out.view, 0, UTC, [undefined, undefined, big]);
    assert(end <= plan.maxBytes(length, big.length));
    assert.deepEqual(plan.movedColumns(mem, AT), [2]);
    const packet = new Packet(binary ? 2 : 0);
    assert(packet.bytes()?.equals(big));
    assert.equal(String(packet.bytes()), 'here');
    assert(packet.bytes()?.equals(big));
    assert.equal(packet.at, end);
    assert.throws(() => plan.write(mem, AT, out.bytes, out.view, 0), /overflow pages/);
  }
});

test('TIMESTAMPs go out in the session zone', () => {
  const layout = firstLayout([sqlType(Kind.timestamp), sqlType(Kind.timestamp, {decimals: 2})], [false, false]);
  const zones = [UTC, findTimeZone('-11:30') ?? UTC, findTimeZone('America/New_York') ?? UTC];
  fc.assert(
    fc.property(
      fc.integer({min: 1, max: 2147483647}),
      fc.nat(99),
      fc.constantFrom(...zones),
      (seconds, hundredths, zone) => {
        const value = fromUtcSeconds(seconds, hundredths * 10000, UTC);
        encodeRow(layout, [value.toDateTime(), value], mem, AT);
        const local = fromUtcSeconds(seconds, hundredths * 10000, zone);
        const end = new RowWirePlan(layout, [0, 1], false).write(mem, AT, out.bytes, out.view, 0, zone);
        assert.equal(out.buffer.toString('latin1', 0, end), `\x13${local.toText(0)}\x16${local.toText(2)}`);
        assert.equal(toUtcSeconds(value, UTC), seconds);
      },
    ),
  );
  encodeRow(layout, [DateTime.of(0, 0, 0), DateTime.of(0, 0, 0)], mem, AT);
  const end = new RowWirePlan(layout, [0, 1], true).write(mem, AT, out.bytes, out.view, 0, zones[1]);
  assert.deepEqual([...out.bytes.slice(0, end)], [0, 0, 0, 0]);
});

test('a DECIMAL goes out as it was stored', () => {
  const layout = firstLayout([sqlType(Kind.decimal, {length: 65, decimals: 30})], [false]);
  const value = Decimal.parse('-12345678901234567890123456789012345.000000000000000000000000000001') ?? Decimal.zero;
  encodeRow(layout, [value], mem, AT);
  const end = textColumn(layout, 0, mem, AT, out.bytes, out.view, 0);
  assert.equal(out.buffer.toString('latin1', 1, end), String(value));
});
