// What the registry knows of a function: enough to check a call, to bind it, and to write the table of functions in the docs.

import type {SqlType} from '../../format/value/types.ts';
import {Kind} from '../../format/value/types.ts';
import {asNumber, decimalOf} from '../bind/arithmetic-bind.ts';
import {aggregateCollations} from '../bind/collation-rules.ts';
import {convertTo} from '../bind/convert.ts';
import type {Expression} from '../bind/expression.ts';
import type {Scope} from '../bind/scope.ts';
import {
  BIGINT,
  bytesType,
  DOUBLE,
  datetimeType,
  displayLength,
  domainOf,
  hasDate,
  textType,
  timeType,
} from '../bind/type-classes.ts';
import type {SessionState} from '../exec/contract.ts';

export type Category =
  | 'string'
  | 'numeric'
  | 'temporal'
  | 'control'
  | 'comparison'
  | 'json'
  | 'hash'
  | 'information'
  | 'network'
  | 'locking'
  | 'regexp'
  | 'cast';

/** A call being bound. */
export interface CallSite {
  /** As in the registry: capital letters. */
  readonly name: string;
  readonly scope: Scope;
  readonly session: SessionState;
  /** Id of collation_connection. */
  readonly connection: number;
}

export interface FunctionDefinition {
  readonly name: string;
  readonly category: Category;
  readonly minArgs: number;
  /** Infinity: any number. */
  readonly maxArgs: number;
  /** One line for the docs. */
  readonly summary: string;
  bind(args: readonly Expression[], site: CallSite): Expression;
}

/** Builds a definition. `args`: the number of arguments, or the least and the most. */
export function define(
  name: string,
  category: Category,
  args: number | readonly [min: number, max: number],
  summary: string,
  bind: FunctionDefinition['bind'],
): FunctionDefinition {
  const [minArgs, maxArgs] = typeof args === 'number' ? [args, args] : args;
  return {name, category, minArgs, maxArgs, summary, bind};
}

/** The same function under another name. */
export function alias(name: string, of: FunctionDefinition): FunctionDefinition {
  return {...of, name, summary: `Same as ${of.name}`};
}

export const MANY: number = Number.POSITIVE_INFINITY;

// --- Arguments in the domain a function wants ------------------------------------------------------------------------

/** A character string; binary strings are read in the connection's character set. */
export function textArg(e: Expression, {connection}: CallSite): Expression {
  return convertTo(e, textType(displayLength(e.type), connection));
}

/** A string as it is: text or bytes; everything else as text. */
export function stringArg(e: Expression, site: CallSite): Expression {
  return domainOf(e.type) === 'bytes' ? e : textArg(e, site);
}

export function bytesArg(e: Expression): Expression {
  return convertTo(e, bytesType(displayLength(e.type) * 4));
}

export function integerArg(e: Expression): Expression {
  return convertTo(e, BIGINT);
}

export function doubleArg(e: Expression): Expression {
  return convertTo(e, DOUBLE);
}

export function decimalArg(e: Expression): Expression {
  const number = asNumber(e);
  return convertTo(number, decimalOf(number.type));
}

/** A DATE or DATETIME, whichever it is; texts with up to six fraction digits. */
export function dateTimeArg(e: Expression): Expression {
  return hasDate(e.type) ? e : convertTo(e, datetimeType(fspOf(e)));
}

export function dateArg(e: Expression): Expression {
  return convertTo(e, DATE_ONLY);
}

const DATE_ONLY: SqlType = {kind: Kind.date, unsigned: false, length: 10, decimals: 0, collation: 63, members: []};

export function timeArg(e: Expression): Expression {
  return convertTo(e, timeType(fspOf(e)));
}

/** Fraction digits that an expression's value may have as a time. */
export function fspOf(e: Expression): number {
  switch (domainOf(e.type)) {
    case 'datetime':
    case 'time':
      return e.type.decimals;
    case 'decimal':
      return Math.min(e.type.decimals, 6);
    case 'integer':
    case 'null':
      return 0;
    default:
      return 6;
  }
}

/** The collation of a text result made of several arguments. */
export function resultCollation(args: readonly Expression[], {connection, name}: CallSite): number {
  return aggregateCollations(args, connection, name.toLowerCase()).collation;
}

/** A text result, or bytes when the collation is binary. */
export function stringResult(length: number, args: readonly Expression[], site: CallSite): SqlType {
  return textType(length, resultCollation(args, site));
}
