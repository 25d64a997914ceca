// Values of the value domain as JSON: defaults and initial values of columns in the catalog. Part of the catalog's format.
//
//   null, number        as they are                 {"s": text}    string
//   {"i": digits}       bigint                      {"d": text}    DECIMAL
//   {"x": hex}          bytes                       {"u": micros}  TIME
//   {"t": [kind, year, month, day, hour, minute, second, micros]}  DATE (kind 0), DATETIME and TIMESTAMP (kind 1)

import {CorruptionError} from '../../base/errors.ts';
import {Decimal} from '../../format/value/decimal.ts';
import {DateTime, Duration} from '../../format/value/temporal.ts';
import type {Value} from '../../format/value/types.ts';

export type StoredValue =
  | null
  | number
  | {readonly s: string}
  | {readonly i: string}
  | {readonly d: string}
  | {readonly x: string}
  | {readonly u: number}
  | {readonly t: readonly number[]};

export function storeValue(value: Value): StoredValue {
  if (value === null || typeof value === 'number') return value;
  if (typeof value === 'string') return {s: value};
  if (typeof value === 'bigint') return {i: String(value)};
  if (value instanceof Decimal) return {d: value.toString()};
  if (value instanceof Uint8Array) return {x: Buffer.from(value).toString('hex')};
  if (value instanceof Duration) return {u: value.micros};
  const {year, month, day, hour, minute, second, micros} = value;
  return {t: [value.kind === 'date' ? 0 : 1, year, month, day, hour, minute, second, micros]};
}

export function loadValue(stored: StoredValue): Value {
  if (stored === null || typeof stored === 'number') return stored;
  if ('s' in stored) return stored.s;
  if ('i' in stored) return BigInt(stored.i);
  if ('d' in stored) return loadDecimal(stored.d);
  if ('x' in stored) return new Uint8Array(Buffer.from(stored.x, 'hex'));
  if ('u' in stored) return new Duration(stored.u);
  const [kind, year, month, day, hour, minute, second, micros] = stored.t;
  return kind === 0 ? DateTime.date(year, month, day) : DateTime.of(year, month, day, hour, minute, second, micros);
}

function loadDecimal(text: string): Decimal {
  const value = Decimal.parse(text);
  if (value === undefined) throw new CorruptionError('the catalog', `"${text}" is no decimal`);
  return value;
}
