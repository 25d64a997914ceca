// The order and the identity of values in sorts, groups and hash tables, by their type.
//
// A value is prepared once and compared often: text becomes its collation key as a string of one character per byte, so that
// JavaScript's own comparison of strings gives the collation's order, and equal texts have equal strings. ENUM and SET are
// ordered by number.

import {type Collation, collationOf, maxWeightBytes, writeWeights} from '../../format/value/collation.ts';
import {Decimal} from '../../format/value/decimal.ts';
import {memberNumber} from '../../format/value/domain.ts';
import {compareJsonTexts} from '../../format/value/json.ts';
import {DateTime, Duration} from '../../format/value/temporal.ts';
import {Kind, type SqlType, type Value} from '../../format/value/types.ts';
import {domainOf} from '../bind/type-classes.ts';

const PLAIN = /^[ -~]*$/;

let source: Buffer = Buffer.allocUnsafeSlow(1024);
let weights: Buffer = Buffer.allocUnsafeSlow(4096);

/** The collation key of a text, one character per byte. */
export function weightText(text: string, collation: Collation): string {
  const bytesMax = PLAIN.test(text) ? text.length : text.length * 3;
  if (source.length < bytesMax) source = Buffer.allocUnsafeSlow(bytesMax * 2);
  const weightsMax = maxWeightBytes(collation, text.length);
  if (weights.length < weightsMax) weights = Buffer.allocUnsafeSlow(weightsMax * 2);
  const end = source.write(text, 'utf8');
  return weights.toString('latin1', 0, writeWeights(collation, source, 0, end, weights, 0));
}

/** A value in the form in which it is compared and hashed. NULL stays NULL. */
export function prepareValue(value: Value, type: SqlType): Value {
  if (typeof value === 'string') {
    if (type.kind === Kind.enum || type.kind === Kind.set) return memberNumber(value, type);
    return type.kind === Kind.json ? value : weightText(value, collationOf(type.collation));
  }
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1');
  return value;
}

/** Compares two prepared values of a type that are not NULL. */
export type PreparedOrder = (a: Value, b: Value) => number;

function compareNative(a: Value, b: Value): number {
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

/** The order of prepared values of a type. */
export function orderOf(type: SqlType): PreparedOrder {
  switch (domainOf(type)) {
    case 'decimal':
      return (a, b) => (a as Decimal).compare(b as Decimal);
    case 'datetime':
      return (a, b) => (a as DateTime).compare(b as DateTime);
    case 'time':
      return (a, b) => (a as Duration).micros - (b as Duration).micros;
    case 'json':
      return (a, b) => compareJsonTexts(a as string, b as string);
    default:
      return compareNative;
  }
}

/** Compares two values of a type that are not NULL and not prepared. */
export function compareValues(a: Value, b: Value, type: SqlType): number {
  return orderOf(type)(prepareValue(a, type), prepareValue(b, type));
}

/** A prepared value as text: equal exactly for equal values of one type. */
export function keyText(prepared: Value): string {
  if (typeof prepared === 'string') return prepared;
  if (prepared instanceof Decimal) return prepared.normalize().toString();
  if (prepared instanceof DateTime) return `${prepared.packed()}.${prepared.micros}`;
  if (prepared instanceof Duration) return String(prepared.micros);
  return String(prepared);
}
