// Picks the function that brings values of one type into the domain, and shape, of another: once, when an expression is
// bound. What the functions do is in format/value/domain.ts.

import {decodeText} from '../../format/value/charset.ts';
import {collationOf} from '../../format/value/collation.ts';
import {
  type NonNull,
  toBytes,
  toDateTime,
  toDecimal,
  toDuration,
  toInteger,
  toJsonText,
  toNumber,
  toText,
} from '../../format/value/domain.ts';
import {Kind, type SqlType, type Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import {BOOLEAN} from './expression.ts';
import {BINARY_COLLATION, domainOf} from './type-classes.ts';

/** Turns a value that is not NULL into another domain; may answer NULL. */
export type Converter = (value: NonNull, context: ExecContext) => Value;

/** The conversion between two types; undefined when the values are the same. */
export function converter(from: SqlType, to: SqlType): Converter | undefined {
  const source = domainOf(from);
  switch (domainOf(to)) {
    case 'integer':
      return source === 'integer' ? undefined : (value, {session}) => toInteger(value, from, session);
    case 'decimal':
      return source === 'decimal' ? undefined : (value, {session}) => toDecimal(value, from, session);
    case 'double':
      return source === 'double' ? undefined : (value, {session}) => toNumber(value, from, session);
    case 'text':
      return source === 'text' || source === 'json' ? undefined : textConverter(from, to);
    case 'bytes':
      return source === 'bytes' ? undefined : value => toBytes(value, from);
    case 'datetime':
      return hasShape(from, to) ? undefined : dateTimeConverter(from, to);
    case 'time':
      if (source === 'time' && from.decimals <= to.decimals) return undefined;
      return (value, {session}) => toDuration(value, from, to.decimals, session);
    case 'json':
      return jsonConverter(from);
    default:
      return undefined;
  }
}

/** Bytes become text of the target's character set; everything else its SQL text. */
function textConverter(from: SqlType, to: SqlType): Converter {
  if (domainOf(from) !== 'bytes' || to.collation === BINARY_COLLATION) return value => toText(value, from);
  const {charset} = collationOf(to.collation);
  return value => decodeText(value as Uint8Array, charset);
}

function jsonConverter(from: SqlType): Converter | undefined {
  if (domainOf(from) === 'json') return undefined;
  if (from === BOOLEAN) return value => (value === 0 ? 'false' : 'true');
  return value => toJsonText(value, from);
}

/** A DATE has no time and keeps none; DATETIMEs differ in fraction digits. */
function hasShape(from: SqlType, to: SqlType): boolean {
  if (domainOf(from) !== 'datetime') return false;
  if (from.kind === Kind.date || to.kind === Kind.date) return from.kind === to.kind;
  return from.decimals <= to.decimals;
}

function dateTimeConverter(from: SqlType, to: SqlType): Converter {
  if (to.kind === Kind.date) return (value, {session}) => toDateTime(value, from, 6, session)?.toDate() ?? null;
  return (value, {session}) => toDateTime(value, from, to.decimals, session)?.toDateTime() ?? null;
}
