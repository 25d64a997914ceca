// JSON documents: the tree that functions work on, its text as MySQL prints it, its order.
//
// In the value domain a JSON value is its normalised text, so that rows, keys and packets need to know nothing of JSON; functions
// parse (json.ts), work, and print. Normalised means: members sorted by the length of their name in bytes and then
// by bytes, the last of several members of one name, `", "` and `": "` between things, numbers in one form.
//
// Objects are Maps: a member may be called `__proto__`. A fraction or exponent makes a number a double, which stays apart from
// the integers: 1.0 prints as 1.0.

import {compareBytes} from '../../base/bytes.ts';
import {compareCodePoints} from './byte-collation.ts';
import type {Integer} from './integer.ts';
import {formatDouble} from './number-text.ts';

/** A JSON number that is not an integer by its form. Finite. */
export class JsonDouble {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export type JsonObject = Map<string, Json>;
/** A document or a part of one. Integers are in the value domain's form. */
export type Json = null | boolean | Integer | JsonDouble | string | Json[] | JsonObject;

/** Deepest nesting of arrays and objects that is accepted. */
export const JSON_DEPTH_MAX = 100;

/** MySQL's order of member names: shorter first, then by bytes. */
export function compareNames(a: string, b: string): number {
  const x = Buffer.from(a, 'utf8');
  const y = Buffer.from(b, 'utf8');
  return x.length - y.length || compareBytes(x, 0, x.length, y, 0, y.length);
}

/** The members of an object in MySQL's order. */
export function sortedMembers(object: JsonObject): [string, Json][] {
  return [...object].sort((a, b) => compareNames(a[0], b[0]));
}

/** Nesting depth: 1 for scalars and empty containers, as JSON_DEPTH counts. */
export function jsonDepth(value: Json): number {
  let deepest = 0;
  if (Array.isArray(value)) for (const element of value) deepest = Math.max(deepest, jsonDepth(element));
  else if (value instanceof Map) for (const member of value.values()) deepest = Math.max(deepest, jsonDepth(member));
  return deepest + 1;
}

/** The normalised text. */
export function printJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(printJson).join(', ')}]`;
  if (value instanceof Map) {
    return `{${sortedMembers(value)
      .map(([name, member]) => `${quoteJson(name)}: ${printJson(member)}`)
      .join(', ')}}`;
  }
  return printScalar(value);
}

function printScalar(value: null | boolean | Integer | JsonDouble | string): string {
  if (typeof value === 'string') return quoteJson(value);
  return value instanceof JsonDouble ? formatJsonDouble(value.value) : String(value);
}

/** A double as JSON: like SQL's, with `.0` where it would look like an integer. */
export function formatJsonDouble(value: number): string {
  const text = formatDouble(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** A string with its quotes and escapes. */
export function quoteJson(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON must escape
  const escaped = text.replace(/["\\\u0000-\u001f]/g, c => {
    return ESCAPES.get(c) ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}

/** What JSON_TYPE answers. */
export function jsonTypeName(value: Json): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return 'BOOLEAN';
  if (typeof value === 'string') return 'STRING';
  if (typeof value === 'number') return 'INTEGER';
  if (typeof value === 'bigint') return value > 0x7fff_ffff_ffff_ffffn ? 'UNSIGNED INTEGER' : 'INTEGER';
  if (value instanceof JsonDouble) return 'DOUBLE';
  return Array.isArray(value) ? 'ARRAY' : 'OBJECT';
}

/** Rank of a value's type when values of different types are compared. */
function precedence(value: Json): number {
  if (value === null) return 0;
  if (typeof value === 'boolean') return 5;
  if (typeof value === 'string') return 2;
  if (Array.isArray(value)) return 4;
  return value instanceof Map ? 3 : 1;
}

/** MySQL's order of JSON values. Negative, zero or positive. */
export function compareJson(a: Json, b: Json): number {
  const rank = precedence(a) - precedence(b);
  if (rank !== 0 || a === null) return rank;
  if (typeof a === 'boolean') return Number(a) - Number(b);
  if (typeof a === 'string') return compareCodePoints(a, b as string);
  if (Array.isArray(a)) return compareArrays(a, b as Json[]);
  if (a instanceof Map) return compareObjects(a, b as JsonObject);
  const x = a instanceof JsonDouble ? a.value : a;
  const y = b instanceof JsonDouble ? b.value : (b as Integer);
  return x < y ? -1 : x > y ? 1 : 0;
}

function compareArrays(a: readonly Json[], b: readonly Json[]): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = compareJson(a[i], b[i]);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** By size, then by names, then by values: an order of no meaning, but equality is right. */
function compareObjects(a: JsonObject, b: JsonObject): number {
  if (a.size !== b.size) return a.size - b.size;
  const x = sortedMembers(a);
  const y = sortedMembers(b);
  for (let i = 0; i < x.length; i++) {
    const difference = compareNames(x[i][0], y[i][0]) || compareJson(x[i][1], y[i][1]);
    if (difference !== 0) return difference;
  }
  return 0;
}
