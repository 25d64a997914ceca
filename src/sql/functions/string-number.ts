// Numbers as strings of digits in some base, and back.

import {SqlError} from '../../base/sql-error.ts';
import {decodeText, findCharset, UTF8MB4} from '../../format/value/charset.ts';
import {defaultCollation} from '../../format/value/collation.ts';
import {shown, warn} from '../../format/value/conversion-context.ts';
import {toBytes} from '../../format/value/domain.ts';
import {asUnsigned64, type Integer} from '../../format/value/integer.ts';
import {Kind, type Value} from '../../format/value/types.ts';
import {convertTo} from '../bind/convert.ts';
import type {Expression} from '../bind/expression.ts';
import {
  BIGINT,
  BIGINT_UNSIGNED,
  bytesType,
  displayLength,
  domainOf,
  isNumericType,
  textType,
} from '../bind/type-classes.ts';
import {call1, call3, callLoose} from './call.ts';
import {type CallSite, define, type FunctionDefinition, integerArg, stringArg, textArg} from './definition.ts';

function hex([value]: readonly Expression[], site: CallSite): Expression {
  const type = textType(displayLength(value.type) * 8, site.connection);
  if (isNumericType(value.type)) {
    return call1({name: 'hex', type}, convertTo(value, BIGINT_UNSIGNED), n =>
      asUnsigned64(n as Integer)
        .toString(16)
        .toUpperCase(),
    );
  }
  const arg = stringArg(value, site);
  const from = arg.type;
  return call1({name: 'hex', type}, arg, text => Buffer.from(toBytes(text, from)).toString('hex').toUpperCase());
}

function unhex([value]: readonly Expression[], site: CallSite): Expression {
  return call1(
    {name: 'unhex', type: bytesType(displayLength(value.type)), canBeNull: true},
    textArg(value, site),
    (text, {session}) => {
      const digits = text as string;
      if (!/^[0-9A-Fa-f]*$/.test(digits)) {
        warn(session, 'ER_WRONG_VALUE_FOR_TYPE', 'string', `'${shown(digits)}'`, 'unhex');
        return null;
      }
      return Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, 'hex');
    },
  );
}

/** BIT values are bytes as a text: here they are numbers. */
function digitsOf(value: Expression): Expression {
  return value.type.kind === Kind.bit ? call1({name: 'number', type: BIGINT_UNSIGNED}, value, bits => bits) : value;
}

function inBase(name: string, base: number, summary: string): FunctionDefinition {
  return define(name, 'string', 1, summary, ([value], site) =>
    call1(
      {name: name.toLowerCase(), type: textType(64, site.connection), canBeNull: true},
      textArg(digitsOf(value), site),
      text => convertBase(text as string, 10, base),
    ),
  );
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';
const U64_MAX = 2n ** 64n - 1n;

/** The number that a text begins with, in a base; cut to 64 bits. */
function parseInBase(text: string, base: number): bigint {
  const trimmed = text.trim().toLowerCase();
  const isNegative = trimmed.startsWith('-');
  let result = 0n;
  for (const character of trimmed.replace(/^[+-]/, '')) {
    const digit = DIGITS.indexOf(character);
    if (digit < 0 || digit >= base) break;
    result = result * BigInt(base) + BigInt(digit);
    if (result > U64_MAX) result = U64_MAX;
  }
  return isNegative ? BigInt.asUintN(64, -result) : result;
}

function convertBase(text: string, from: number, to: number): Value {
  if (text === '') return null;
  const source = Math.abs(from);
  const target = Math.abs(to);
  if (source < 2 || source > 36 || target < 2 || target > 36) return null;
  const value = parseInBase(text, source);
  if (to < 0) return BigInt.asIntN(64, value).toString(target).toUpperCase();
  return value.toString(target).toUpperCase();
}

function conv([value, from, to]: readonly Expression[], site: CallSite): Expression {
  const type = textType(64, site.connection);
  return call3(
    {name: 'conv', type, canBeNull: true},
    textArg(digitsOf(value), site),
    integerArg(from),
    integerArg(to),
    (text, f, t) => convertBase(text as string, Number(f), Number(t)),
  );
}

/** CHAR(codes [USING charset]): the bytes of the codes, one after the other. */
export function bindChar(codes: readonly Expression[], charset: string | null): Expression {
  const found = charset === null ? undefined : findCharset(charset);
  if (charset !== null && found === undefined) throw new SqlError('ER_UNKNOWN_CHARACTER_SET', charset);
  const isBinary = found === undefined || found.name === 'binary';
  const type = isBinary ? bytesType(codes.length * 4) : textType(codes.length * 4, defaultCollation(found).id);
  return callLoose(
    {name: 'char', type, canBeNull: !isBinary},
    codes.map(c => convertTo(c, BIGINT)),
    values => {
      const bytes = values.flatMap(v => (v === null ? [] : bytesOfCode(v as Integer)));
      const all = Uint8Array.from(bytes);
      return isBinary ? all : decodeText(all, found ?? UTF8MB4);
    },
  );
}

function bytesOfCode(code: Integer): number[] {
  const value = Number(BigInt.asUintN(32, BigInt(code)));
  const bytes = [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  const first = bytes.findIndex(b => b !== 0);
  return first < 0 ? [0] : bytes.slice(first);
}

/** BIT_COUNT: of a number's 64 bits, or of all bytes of a binary string. */
function bitCount([value]: readonly Expression[]): Expression {
  const count = (bits: bigint): number => bits.toString(2).replaceAll('0', '').length;
  if (domainOf(value.type) === 'bytes') {
    return call1({name: 'bit_count', type: BIGINT}, value, bytes => {
      return (bytes as Uint8Array).reduce((n, byte) => n + count(BigInt(byte)), 0);
    });
  }
  return call1({name: 'bit_count', type: BIGINT}, convertTo(value, BIGINT_UNSIGNED), n =>
    count(asUnsigned64(n as Integer)),
  );
}

export const stringNumberFunctions: readonly FunctionDefinition[] = [
  define('HEX', 'string', 1, 'Hexadecimal digits of a number or of the bytes of a string', hex),
  define('UNHEX', 'string', 1, 'The bytes that hexadecimal digits stand for', unhex),
  inBase('BIN', 2, 'The number in base 2'),
  inBase('OCT', 8, 'The number in base 8'),
  define('CONV', 'numeric', 3, 'Digits of one base in another base; signed when that is negative', conv),
  define('BIT_COUNT', 'numeric', 1, 'Number of bits that are 1', bitCount),
];
