// Strings as functions see them: text and binary strings alike as JavaScript strings, a binary one with one character per byte. A
// function is written once; `stringCall` brings arguments in and results out.

import {errors, fillTemplate, SqlError} from '../../base/sql-error.ts';
import {characterCount, offsetOfCharacter} from '../../format/value/charset.ts';
import type {NonNull} from '../../format/value/domain.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import {characters} from '../bind/like.ts';
import {domainOf} from '../bind/type-classes.ts';
import type {ExecContext} from '../exec/contract.ts';
import {callN} from './call.ts';

/** Longest result of a string function in bytes; beyond it the result is NULL with warning 1301 (max_allowed_packet). */
export const RESULT_BYTES_MAX = 64 * 1024 * 1024;

/** NULL with the warning that a result would be too long. */
export function tooLong(name: string, {session}: ExecContext): null {
  const {errno, template} = errors.ER_WARN_ALLOWED_PACKET_OVERFLOWED;
  session.warning('Warning', errno, fillTemplate(template, [name, RESULT_BYTES_MAX]));
  return null;
}

/** A result in the form of its type: bytes for a binary one. */
export function toResult(text: string, type: SqlType): Value {
  return domainOf(type) === 'bytes' ? Buffer.from(text, 'latin1') : text;
}

export type StringFunction = (texts: readonly string[], context: ExecContext) => string | null;

/** A strict call on strings. Mixed arguments have been brought to the type's domain. */
export function stringCall(
  name: string,
  type: SqlType,
  args: readonly Expression[],
  f: StringFunction,
  canBeNull = true,
): Expression {
  return callN({name, type, canBeNull}, args, (values, context) => {
    const result = f(values.map(asCharacters), context);
    return result === null ? null : toResult(result, type);
  });
}

function asCharacters(value: NonNull): string {
  return typeof value === 'string' || value instanceof Uint8Array ? characters(value) : String(value);
}

/** Number of characters (bytes of a binary string). */
export function lengthOf(value: Value): number {
  return value instanceof Uint8Array ? value.length : characterCount(value as string);
}

/** Characters [from, from + count) of a text. */
export function slice(text: string, from: number, count: number): string {
  const start = offsetOfCharacter(text, from);
  if (count === Number.POSITIVE_INFINITY) return text.slice(start);
  const rest = text.slice(start);
  return rest.slice(0, offsetOfCharacter(rest, count));
}

/** A count argument: negative is 0, and nothing is longer than a result may be. */
export function countOf(value: NonNull): number {
  const n = Number(value);
  return n <= 0 ? 0 : Math.min(n, Number.MAX_SAFE_INTEGER);
}

/** Refuses a pattern or format that is not usable. */
export function wrongArguments(name: string): never {
  throw new SqlError('ER_WRONG_ARGUMENTS', name);
}
