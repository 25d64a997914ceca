// The common type of several expressions: CASE, IF, COALESCE, GREATEST, the columns of a UNION.

import {Kind, type SqlType, sqlType} from '../../format/value/types.ts';
import {aggregateCollations, collationChoice} from './collation-rules.ts';
import type {Expression} from './expression.ts';
import {
  BINARY_COLLATION,
  bytesType,
  DOUBLE,
  decimalType,
  displayLength,
  domainOf,
  integerDigits,
  JSON_TYPE,
  NULL_TYPE,
  scaleOf,
  textType,
} from './type-classes.ts';

/** The type that all of them can be converted to without loss. `operation` names the place in error 1267. */
export function unifyTypes(operands: readonly Expression[], connection: number, operation: string): SqlType {
  const typed = operands.filter(o => o.type.kind !== Kind.null);
  if (typed.length === 0) return NULL_TYPE;
  const first = typed[0].type;
  if (typed.every(o => o.type === first)) return first;
  // A copy: BOOLEAN itself is the mark of conditions, which the others need not be.
  if (typed.every(o => sameType(o.type, first))) return {...first};
  const domains = new Set(typed.map(o => domainOf(o.type)));
  if (domains.size === 1 && domains.has('json')) return JSON_TYPE;
  if ([...domains].every(d => d === 'integer' || d === 'decimal' || d === 'double')) return unifyNumbers(typed);
  if (domains.size === 1 && domains.has('datetime')) return unifyDateTimes(typed);
  if (domains.size === 1 && domains.has('time')) {
    return sqlType(Kind.time, {decimals: Math.max(...typed.map(o => o.type.decimals))});
  }
  if ([...domains].every(d => d === 'datetime' || d === 'time')) {
    return sqlType(Kind.datetime, {decimals: Math.max(...typed.map(o => o.type.decimals))});
  }
  return unifyStrings(typed, connection, operation);
}

function sameType(a: SqlType, b: SqlType): boolean {
  return (
    a.kind === b.kind &&
    a.unsigned === b.unsigned &&
    a.length === b.length &&
    a.decimals === b.decimals &&
    a.collation === b.collation &&
    a.members === b.members
  );
}

function unifyNumbers(operands: readonly Expression[]): SqlType {
  const types = operands.map(o => o.type);
  if (types.some(t => domainOf(t) === 'double')) return DOUBLE;
  if (types.every(t => domainOf(t) === 'integer')) return unifyIntegers(types);
  const scale = Math.max(...types.map(scaleOf));
  const digits = Math.max(...types.map(integerDigits));
  return decimalType(
    digits + scale,
    scale,
    types.every(t => t.unsigned),
  );
}

function unifyIntegers(types: readonly SqlType[]): SqlType {
  const plain = types.map(t => (t.kind === Kind.bit || t.kind === Kind.year ? {...t, kind: Kind.bigint} : t));
  const kind = Math.max(...plain.map(t => t.kind)) as Kind;
  const length = Math.max(...plain.map(t => t.length));
  const unsigned = plain.every(t => t.unsigned);
  if (unsigned || plain.every(t => !t.unsigned)) return sqlType(kind, {length, unsigned});
  // A signed type that also holds the unsigned ones.
  const widest = Math.max(...plain.filter(t => t.unsigned).map(t => t.kind)) as Kind;
  if (widest === Kind.bigint) return decimalType(20, 0);
  return sqlType(Math.max(kind, widest + 1) as Kind, {length});
}

function unifyDateTimes(operands: readonly Expression[]): SqlType {
  const decimals = Math.max(...operands.map(o => o.type.decimals));
  const kinds = new Set(operands.map(o => o.type.kind));
  return kinds.size === 1 ? {...operands[0].type, decimals} : sqlType(Kind.datetime, {decimals});
}

function unifyStrings(operands: readonly Expression[], connection: number, operation: string): SqlType {
  const length = Math.max(...operands.map(o => displayLength(o.type)));
  const isBytes = operands.some(o => domainOf(o.type) === 'bytes');
  if (isBytes) return bytesType(Math.max(...operands.map(o => byteLength(o.type, connection, o))));
  return textType(length, aggregateCollations(operands, connection, operation).collation);
}

function byteLength(type: SqlType, connection: number, e: Expression): number {
  const isBytes = domainOf(type) === 'bytes' || collationChoice(e, connection).collation === BINARY_COLLATION;
  return displayLength(type) * (isBytes ? 1 : 4);
}
