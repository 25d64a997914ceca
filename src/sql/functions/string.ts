// Functions that make strings of strings.

import {toBytes} from '../../format/value/domain.ts';
import type {Value} from '../../format/value/types.ts';
import {convertTo} from '../bind/convert.ts';
import type {Expression} from '../bind/expression.ts';
import {characters} from '../bind/like.ts';
import {BIGINT, bytesType, displayLength, domainOf, INT, textType} from '../bind/type-classes.ts';
import {call1, call2, call3, callLoose} from './call.ts';
import {
  alias,
  type CallSite,
  define,
  type FunctionDefinition,
  integerArg,
  MANY,
  stringArg,
  stringResult,
} from './definition.ts';
import {countOf, lengthOf, RESULT_BYTES_MAX, slice, stringCall, tooLong, toResult} from './text-value.ts';

/** Arguments as strings of one domain: bytes when the result is binary. */
function strings(args: readonly Expression[], length: number, site: CallSite) {
  const texts = args.map(a => stringArg(a, site));
  const type = stringResult(length, texts, site);
  return {type, args: texts.map(a => convertTo(a, type))};
}

function totalLength(args: readonly Expression[]): number {
  return args.reduce((n, a) => n + displayLength(a.type), 0);
}

function concat(list: readonly Expression[], site: CallSite): Expression {
  const {type, args} = strings(list, totalLength(list), site);
  return stringCall('concat', type, args, (texts, context) => {
    const result = texts.join('');
    return result.length > RESULT_BYTES_MAX ? tooLong('concat', context) : result;
  });
}

/** The first argument between the others that are not NULL. */
function concatWs(list: readonly Expression[], site: CallSite): Expression {
  const length = totalLength(list) + displayLength(list[0].type) * list.length;
  const {type, args} = strings(list, length, site);
  return callLoose({name: 'concat_ws', type}, args, ([separator, ...rest]) => {
    if (separator === null) return null;
    const parts = rest.filter((v): v is Exclude<Value, null> => v !== null).map(characters);
    return toResult(parts.join(characters(separator)), type);
  });
}

/** SUBSTRING: positions count from 1, negative ones from the end; 0 gives nothing. */
function substring(list: readonly Expression[], site: CallSite): Expression {
  const [text, from, count] = list;
  const {type, args} = strings([text], displayLength(text.type), site);
  const traits = {name: 'substr', type};
  const cut = (value: Value, start: Value, length: number): Value => {
    const source = characters(value);
    const total = lengthOf(value);
    const position = Number(start);
    const at = position > 0 ? position - 1 : total + position;
    if (position === 0 || at < 0 || length <= 0) return toResult('', type);
    return toResult(slice(source, at, length), type);
  };
  if (count === undefined) {
    return call2(traits, args[0], integerArg(from), (value, start) => cut(value, start, Number.POSITIVE_INFINITY));
  }
  return call3(traits, args[0], integerArg(from), integerArg(count), (value, start, length) =>
    cut(value, start, Number(length)),
  );
}

function side(fromLeft: boolean) {
  return ([text, count]: readonly Expression[], site: CallSite): Expression => {
    const {type, args} = strings([text], displayLength(text.type), site);
    return call2({name: site.name.toLowerCase(), type}, args[0], integerArg(count), (value, n) => {
      const wanted = countOf(n);
      const source = characters(value);
      if (fromLeft) return toResult(slice(source, 0, wanted), type);
      return toResult(slice(source, Math.max(lengthOf(value) - wanted, 0), Number.POSITIVE_INFINITY), type);
    });
  };
}

function pad(atLeft: boolean) {
  return ([text, count, fill]: readonly Expression[], site: CallSite): Expression => {
    const name = site.name.toLowerCase();
    const texts = fill === undefined ? [text] : [text, fill];
    const {type, args} = strings(texts, 65535, site);
    const padded = (value: Value, n: Value, filler: string, context: Parameters<typeof tooLong>[1]): Value => {
      const length = Number(n);
      if (length < 0) return null;
      if (length > RESULT_BYTES_MAX) return tooLong(name, context);
      const source = characters(value);
      const missing = length - lengthOf(value);
      if (missing <= 0) return toResult(slice(source, 0, length), type);
      if (filler === '') return toResult('', type);
      const added = slice(filler.repeat(Math.ceil(missing / lengthOf(filler))), 0, missing);
      return toResult(atLeft ? added + source : source + added, type);
    };
    const traits = {name, type, canBeNull: true};
    if (fill === undefined)
      return call2(traits, args[0], integerArg(count), (value, n, context) => padded(value, n, ' ', context));
    return call3(traits, args[0], integerArg(count), args[1], (value, n, f, context) =>
      padded(value, n, characters(f), context),
    );
  };
}

function repeat([text, count]: readonly Expression[], site: CallSite): Expression {
  const {type, args} = strings([text], 16777215, site);
  return call2({name: 'repeat', type, canBeNull: true}, args[0], integerArg(count), (value, n, context) => {
    const source = characters(value);
    const times = countOf(n);
    if (source.length * times > RESULT_BYTES_MAX) return tooLong('repeat', context);
    return toResult(source.repeat(times), type);
  });
}

/** INSERT(text, position, length, new). */
function insert([text, position, length, added]: readonly Expression[], site: CallSite): Expression {
  const {type, args} = strings([text, added], totalLength([text, added]), site);
  const all = [args[0], integerArg(position), integerArg(length), args[1]];
  return callLoose({name: 'insert', type}, all, values => {
    const [value, at, count, replacement] = values;
    if (value === null || at === null || count === null || replacement === null) return null;
    const total = lengthOf(value);
    const from = Number(at) - 1;
    const source = characters(value);
    if (from < 0 || from >= total) return toResult(source, type);
    const cut = Number(count) < 0 || from + Number(count) > total ? total - from : Number(count);
    const tail = slice(source, from + cut, Number.POSITIVE_INFINITY);
    return toResult(slice(source, 0, from) + characters(replacement) + tail, type);
  });
}

function mapped(name: string, summary: string, f: (text: string) => string): FunctionDefinition {
  return define(name, 'string', 1, summary, ([text], site) => {
    const {type, args} = strings([text], displayLength(text.type), site);
    return stringCall(name.toLowerCase(), type, args, ([value]) => f(value), false);
  });
}

/** Letters change case; binary strings have none. */
function changeCase(name: string, summary: string, f: (text: string) => string): FunctionDefinition {
  return define(name, 'string', 1, summary, ([text], site) => {
    const {type, args} = strings([text], displayLength(text.type), site);
    if (domainOf(type) === 'bytes') return args[0];
    return stringCall(name.toLowerCase(), type, args, ([value]) => f(value), false);
  });
}

function trimSide(text: string, removed: string, side: 'both' | 'leading' | 'trailing'): string {
  let result = text;
  if (removed === '') return text;
  if (side !== 'trailing') while (result.startsWith(removed)) result = result.slice(removed.length);
  if (side !== 'leading') while (result.endsWith(removed)) result = result.slice(0, -removed.length);
  return result;
}

/** TRIM([side] [removed] FROM text). */
export function bindTrim(
  text: Expression,
  removed: Expression | undefined,
  side: 'both' | 'leading' | 'trailing',
  site: CallSite,
): Expression {
  const texts = removed === undefined ? [text] : [text, removed];
  const {type, args} = strings(texts, displayLength(text.type), site);
  return stringCall('trim', type, args, ([value, cut]) => trimSide(value, cut ?? ' ', side), false);
}

/** Byte length of a value as it is stored. */
function byteLength(e: Expression, bits: number): Expression {
  const {type} = e;
  return call1({name: bits === 8 ? 'bit_length' : 'length', type: INT}, e, value => toBytes(value, type).length * bits);
}

function soundexCode(letter: string): string {
  const codes = 'BFPV1CGJKQSXZ2DT3L4MN5R6';
  const at = codes.indexOf(letter);
  if (at < 0) return '0';
  return /\d/.exec(codes.slice(at))?.[0] ?? '0';
}

/** MySQL's SOUNDEX, the original one: vowels are left out first, repeated codes second. As long as it takes, at least four characters. */
export function soundex(text: string): string {
  const letters = text.toUpperCase().replace(/[^A-Z\u0080-\uffff]/g, '');
  if (letters === '') return '';
  let result = letters[0];
  let last = soundexCode(letters[0]);
  for (const letter of letters.slice(1)) {
    const code = soundexCode(letter);
    if (code === '0' || code === last) continue;
    result += code;
    last = code;
  }
  return result.padEnd(4, '0');
}

function quote(value: Value): string {
  if (value === null) return 'NULL';
  const escaped = characters(value)
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\0', '\\0')
    .replaceAll('\x1a', '\\Z');
  return `'${escaped}'`;
}

const substr = define('SUBSTRING', 'string', [2, 3], 'Part of a string from a position on', substring);
/** Letters that have one capital letter; sharp s and its like have none in MySQL. */
function capitals(text: string): string {
  const upper = text.toUpperCase();
  if (upper.length === text.length) return upper;
  return Array.from(text, letter =>
    letter.toUpperCase().length === letter.length ? letter.toUpperCase() : letter,
  ).join('');
}

const lower = changeCase('LOWER', 'The text in small letters', text => text.toLowerCase());
const upper = changeCase('UPPER', 'The text in capital letters', capitals);
const charLength = define('CHAR_LENGTH', 'string', 1, 'Number of characters', ([text], site) =>
  call1({name: 'char_length', type: INT}, stringArg(text, site), value => lengthOf(value)),
);
const length = define('LENGTH', 'string', 1, 'Number of bytes', ([text], site) => byteLength(stringArg(text, site), 1));

export const stringFunctions: readonly FunctionDefinition[] = [
  define('CONCAT', 'string', [1, MANY], 'All arguments in one string; NULL if one is NULL', concat),
  define(
    'CONCAT_WS',
    'string',
    [2, MANY],
    'The arguments that are not NULL, with the first one between them',
    concatWs,
  ),
  substr,
  alias('SUBSTR', substr),
  alias('MID', substr),
  define('LEFT', 'string', 2, 'The first characters', side(true)),
  define('RIGHT', 'string', 2, 'The last characters', side(false)),
  define('LPAD', 'string', [2, 3], 'The string filled up on the left to a length', pad(true)),
  define('RPAD', 'string', [2, 3], 'The string filled up on the right to a length', pad(false)),
  define('REPEAT', 'string', 2, 'The string so many times', repeat),
  define('SPACE', 'string', 1, 'So many blanks', ([n], {connection}) =>
    call1({name: 'space', type: textType(16777215, connection), canBeNull: true}, integerArg(n), (count, context) =>
      countOf(count) > RESULT_BYTES_MAX ? tooLong('space', context) : ' '.repeat(countOf(count)),
    ),
  ),
  define('INSERT', 'string', 4, 'The string with a part replaced, by position and length', insert),
  lower,
  alias('LCASE', lower),
  upper,
  alias('UCASE', upper),
  mapped('LTRIM', 'The string without blanks at its beginning', text => text.replace(/^ +/, '')),
  mapped('RTRIM', 'The string without blanks at its end', text => text.replace(/ +$/, '')),
  mapped('REVERSE', 'The characters in reverse order', text => [...text].reverse().join('')),
  mapped('SOUNDEX', 'How an English word sounds, as a code', soundex),
  charLength,
  alias('CHARACTER_LENGTH', charLength),
  length,
  alias('OCTET_LENGTH', length),
  define('BIT_LENGTH', 'string', 1, 'Number of bits', ([text], site) => byteLength(stringArg(text, site), 8)),
  define('QUOTE', 'string', 1, 'The string as a literal of SQL', ([text], site) => {
    const arg = stringArg(text, site);
    const type = stringResult(displayLength(text.type) * 2 + 2, [arg], site);
    return callLoose({name: 'quote', type, canBeNull: false}, [arg], ([value]) => toResult(quote(value), type));
  }),
  define('ASCII', 'string', 1, 'Code of the first byte', ([text], site) => {
    const arg = stringArg(text, site);
    const {type} = arg;
    return call1({name: 'ascii', type: INT}, arg, value => toBytes(value, type)[0] ?? 0);
  }),
  define('ORD', 'string', 1, 'The bytes of the first character as a number', ([text], site) => {
    const arg = stringArg(text, site);
    const {type} = arg;
    return call1({name: 'ord', type: BIGINT}, arg, value => {
      const first = value instanceof Uint8Array ? value.subarray(0, 1) : toBytes([...(value as string)][0] ?? '', type);
      return first.reduce((n, byte) => n * 256 + byte, 0);
    });
  }),
  define(
    'TO_BASE64',
    'string',
    1,
    'The string in base 64, with a line end after each 76 characters',
    ([text], {connection}) =>
      call1(
        {name: 'to_base64', type: textType(displayLength(text.type) * 2, connection)},
        convertTo(text, bytesType(65535)),
        value =>
          Buffer.from(value as Uint8Array)
            .toString('base64')
            .replace(/(.{76})(?=.)/g, '$1\n'),
      ),
  ),
  define(
    'FROM_BASE64',
    'string',
    1,
    'The bytes that a text in base 64 stands for; NULL when it is none',
    ([text], site) =>
      call1(
        {name: 'from_base64', type: bytesType(displayLength(text.type)), canBeNull: true},
        stringArg(text, site),
        value => {
          const compact = characters(value).replace(/[\s]/g, '');
          const isValid = compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact);
          return isValid ? Buffer.from(compact, 'base64') : null;
        },
      ),
  ),
];
