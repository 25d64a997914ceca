// Storing values into CHAR, VARCHAR, TEXT, BINARY, VARBINARY, BLOB, ENUM, SET and JSON columns (see convert.ts).

import {SqlError} from '../../base/sql-error.ts';
import {
  BINARY,
  type Charset,
  characterCount,
  decodeText,
  encodeText,
  firstInvalidUtf8,
  firstUnencodable,
  offsetOfCharacter,
  prefixCharacters,
  UTF8MB3,
  UTF8MB4,
} from './charset.ts';
import {collationOf, equals} from './collation.ts';
import {type ColumnContext, complain, complainOfColumn, noteTruncated, refuses} from './conversion-context.ts';
import {Decimal} from './decimal.ts';
import {isDouble, type NonNull, toBytes, toJsonText, toText} from './domain.ts';
import {type Integer, integerFromDouble} from './integer.ts';
import {normalizeJson} from './json.ts';
import {Kind, type SqlType} from './types.ts';

// --- Character strings.

export function coerceText(value: NonNull, from: SqlType, to: SqlType, context: ColumnContext): string {
  const {charset} = collationOf(to.collation);
  const text = value instanceof Uint8Array ? textOfBytes(value, charset, context) : toText(value, from);
  const legal = withLegalCharacters(text, charset, context);
  if (to.kind === Kind.text) return withinBytes(legal, to.length, charset, context);
  return withinCharacters(legal, to, context);
}

/** A binary string as text: its bytes must be characters of the column's set. */
function textOfBytes(bytes: Uint8Array, charset: Charset, context: ColumnContext): string {
  const isUtf8 = charset === UTF8MB4 || charset === UTF8MB3;
  const bad = isUtf8 ? firstInvalidUtf8(bytes, 0, bytes.length) : bytes.length;
  if (bad === bytes.length) return decodeText(bytes, charset);
  complainOfString(bytes.subarray(bad), context);
  return decodeText(bytes, charset).replaceAll('\ufffd', '?');
}

function withLegalCharacters(text: string, charset: Charset, context: ColumnContext): string {
  const bad = firstUnencodable(text, charset);
  if (bad < 0) return text;
  complainOfString(encodeText(text.slice(bad, bad + BYTES_SHOWN), UTF8MB4), context);
  return decodeText(encodeText(text, charset), charset);
}

const BYTES_SHOWN = 6;

/** 1366 with the first bytes in MySQL's form: `\xF0\x9F\x98...`; printable ASCII as it is. */
function complainOfString(bytes: Uint8Array, context: ColumnContext): void {
  const escaped = Array.from(bytes.subarray(0, BYTES_SHOWN), byte =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
  const shown = bytes.length > BYTES_SHOWN ? `${escaped}...` : escaped;
  complain(context, 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD', 'string', shown, context.column, context.row);
}

/** CHAR and VARCHAR. CHAR has no trailing spaces; too many of them in a VARCHAR are only worth a note. */
function withinCharacters(text: string, to: SqlType, context: ColumnContext): string {
  const kept = to.kind === Kind.char ? withoutTrailingSpaces(text) : text;
  if (kept.length <= to.length || characterCount(kept) <= to.length) return kept;
  const cut = offsetOfCharacter(kept, to.length);
  if (/[^ ]/.test(kept.slice(cut))) complainTooLong(context);
  else noteTruncated(context);
  return to.kind === Kind.char ? withoutTrailingSpaces(kept.slice(0, cut)) : kept.slice(0, cut);
}

/** Too long is 1406 in strict mode; else the value is cut, and the warning is 1265. */
function complainTooLong(context: ColumnContext): void {
  complainOfColumn(context, refuses(context) ? 'ER_DATA_TOO_LONG' : 'ER_DATA_TRUNCATED');
}

function withoutTrailingSpaces(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** TEXT: `limit` is in bytes. */
function withinBytes(text: string, limit: number, charset: Charset, context: ColumnContext): string {
  // No character set here has more than three bytes per UTF-16 unit.
  if (text.length * 3 <= limit) return text;
  const bytes = encodeText(text, charset);
  if (bytes.length <= limit) return text;
  complainTooLong(context);
  if (charset.maxBytes === 1) return prefixCharacters(text, limit);
  let end = limit;
  while (end > 0 && (bytes[end] & 0xc0) === 0x80) end--;
  return decodeText(bytes.subarray(0, end), charset);
}

// --- Binary strings.

export function coerceBytes(value: NonNull, from: SqlType, to: SqlType, context: ColumnContext): Uint8Array {
  const bytes = toBytes(value, from);
  if (bytes.length > to.length) {
    complainTooLong(context);
    return bytes.subarray(0, to.length);
  }
  if (to.kind !== Kind.binary || bytes.length === to.length) return bytes;
  const padded = new Uint8Array(to.length);
  padded.set(bytes);
  return padded;
}

// --- ENUM and SET.

/** The number in a value that ENUM and SET take as a member number or as bits; undefined for strings. */
function memberNumberOf(value: NonNull, from: SqlType): Integer | undefined {
  if (typeof value === 'number') return isDouble(from) ? integerFromDouble(Math.trunc(value)) : value;
  if (typeof value === 'bigint') return value;
  return value instanceof Decimal ? value.truncate(0).toInteger() : undefined;
}

export function coerceEnum(value: NonNull, from: SqlType, to: SqlType, context: ColumnContext): string {
  const number = memberNumberOf(value, from);
  if (number !== undefined) return enumByNumber(number, to) ?? wrongMember(context);
  const text = withoutTrailingSpaces(toText(value, from));
  const member = findMember(text, to);
  if (member >= 0) return to.members[member];
  const byNumber = /^\d{1,5}$/.test(text) ? enumByNumber(Number(text), to) : undefined;
  return byNumber ?? wrongMember(context);
}

function enumByNumber(number: Integer, to: SqlType): string | undefined {
  return number >= 1 && number <= to.members.length ? to.members[Number(number) - 1] : undefined;
}

function wrongMember(context: ColumnContext): string {
  complainOfColumn(context, 'ER_DATA_TRUNCATED');
  return '';
}

/** Position of a member under the column's collation, or -1. */
function findMember(text: string, to: SqlType): number {
  const exact = to.members.indexOf(text);
  if (exact >= 0) return exact;
  const collation = collationOf(to.collation);
  return to.members.findIndex(member => equals(collation, member, text));
}

export function coerceSet(value: NonNull, from: SqlType, to: SqlType, context: ColumnContext): string {
  const number = memberNumberOf(value, from);
  if (number !== undefined) return setByBits(BigInt(number), to, context);
  const text = withoutTrailingSpaces(toText(value, from));
  if (text === '') return '';
  const members = text.split(',').map(name => findMember(withoutTrailingSpaces(name), to));
  if (members.includes(-1)) {
    if (/^\d{1,20}$/.test(text)) return setByBits(BigInt(text), to, context);
    complainOfColumn(context, 'ER_DATA_TRUNCATED');
  }
  return to.members.filter((_, bit) => members.includes(bit)).join(',');
}

function setByBits(bits: bigint, to: SqlType, context: ColumnContext): string {
  if (bits < 0n || bits >= 1n << BigInt(to.members.length)) complainOfColumn(context, 'ER_DATA_TRUNCATED');
  return to.members.filter((_, bit) => ((bits >> BigInt(bit)) & 1n) === 1n).join(',');
}

// --- JSON.

/** Text must be a document; numbers, dates and the like become scalars. Wrong JSON is an error in every mode. */
export function coerceJson(value: NonNull, from: SqlType, context: ColumnContext): string {
  if (from.kind === Kind.json) return toText(value, from);
  if (value instanceof Uint8Array) throw new SqlError('ER_INVALID_JSON_CHARSET', BINARY.name);
  if (typeof value !== 'string') return toJsonText(value, from);
  const normalized = normalizeJson(value);
  if (typeof normalized === 'string') return normalized;
  if (normalized.message === '') throw new SqlError('ER_JSON_DOCUMENT_TOO_DEEP');
  throw new SqlError('ER_INVALID_JSON_TEXT', normalized.message, normalized.position, context.column);
}
