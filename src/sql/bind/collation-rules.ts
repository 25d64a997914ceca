// Which collation a string operation works under: MySQL's coercibility. The operand with the lower number wins; between equal ones
// `binary` wins, then a _bin collation of the same character set, then Unicode over other character sets; else it is error 1267.

import {SqlError} from '../../base/sql-error.ts';
import {type Collation, collationOf} from '../../format/value/collation.ts';
import {Kind} from '../../format/value/types.ts';
import {Coercibility, type Expression} from './expression.ts';
import {BINARY_COLLATION, isStringType} from './type-classes.ts';

/** A collation and how strongly it is meant. */
export interface CollationChoice {
  readonly collation: number;
  readonly coercibility: Coercibility;
}

const NAMES: readonly string[] = ['EXPLICIT', 'NONE', 'IMPLICIT', 'SYSCONST', 'COERCIBLE', 'NUMERIC', 'IGNORABLE'];

/** The collation an expression has as a string. Numbers and dates turn into strings of the connection's collation. */
export function collationChoice(e: Expression, connection: number): CollationChoice {
  if (isStringType(e.type)) return {collation: e.type.collation, coercibility: e.coercibility};
  // JSON is utf8mb4_bin, and gives way as a column does.
  if (e.type.kind === Kind.json) return {collation: 46, coercibility: Coercibility.implicit};
  const coercibility = e.type.kind === Kind.null ? Coercibility.ignorable : Coercibility.numeric;
  return {collation: connection, coercibility};
}

/** The collation of an operation over several operands; throws 1267 naming `operation`. */
export function aggregateCollations(
  operands: readonly Expression[],
  connection: number,
  operation: string,
): CollationChoice {
  let best: CollationChoice = {collation: connection, coercibility: Coercibility.ignorable};
  for (const [i, operand] of operands.entries()) {
    const next = collationChoice(operand, connection);
    const merged = i === 0 ? next : merge(best, next);
    if (merged === undefined) throw illegalMix(operands, connection, operation, best, next);
    best = merged;
  }
  return best;
}

function merge(a: CollationChoice, b: CollationChoice): CollationChoice | undefined {
  if (a.coercibility !== b.coercibility) return a.coercibility < b.coercibility ? a : b;
  if (a.collation === b.collation) return a;
  if (a.collation === BINARY_COLLATION) return a;
  if (b.collation === BINARY_COLLATION) return b;
  if (a.coercibility === Coercibility.explicit) return undefined;
  return stronger(a, b) ?? (a.coercibility >= Coercibility.literal ? a : undefined);
}

function stronger(a: CollationChoice, b: CollationChoice): CollationChoice | undefined {
  const left = collationOf(a.collation);
  const right = collationOf(b.collation);
  if (left.charset === right.charset) {
    if (left.isBinary === right.isBinary) return undefined;
    return left.isBinary ? a : b;
  }
  const leftUnicode = isUnicode(left);
  if (leftUnicode === isUnicode(right)) return left.charset.maxBytes >= right.charset.maxBytes ? a : b;
  return leftUnicode ? a : b;
}

function isUnicode(collation: Collation): boolean {
  return collation.charset.name.startsWith('utf8');
}

function illegalMix(
  operands: readonly Expression[],
  connection: number,
  operation: string,
  a: CollationChoice,
  b: CollationChoice,
): SqlError {
  const show = (c: CollationChoice): [string, string] => [collationOf(c.collation).name, NAMES[c.coercibility]];
  if (operands.length === 2) return new SqlError('ER_CANT_AGGREGATE_2COLLATIONS', ...show(a), ...show(b), operation);
  if (operands.length === 3) {
    const all = operands.flatMap(o => show(collationChoice(o, connection)));
    return new SqlError('ER_CANT_AGGREGATE_3COLLATIONS', ...all, operation);
  }
  return new SqlError('ER_CANT_AGGREGATE_NCOLLATIONS', operation);
}
