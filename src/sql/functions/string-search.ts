// Functions that look for strings in strings. Searching follows the collation, character by character; REPLACE and SUBSTRING_INDEX
// compare exactly, as MySQL does.

import {collationOf, equals} from '../../format/value/collation.ts';
import {asUnsigned64, type Integer} from '../../format/value/integer.ts';
import type {Value} from '../../format/value/types.ts';
import {CharacterClasses} from '../bind/character-classes.ts';
import {aggregateCollations} from '../bind/collation-rules.ts';
import {convertTo} from '../bind/convert.ts';
import type {Expression} from '../bind/expression.ts';
import {characters} from '../bind/like.ts';
import {BIGINT_UNSIGNED, DOUBLE, displayLength, INT, isStringType, textType} from '../bind/type-classes.ts';
import {unifyTypes} from '../bind/unify.ts';
import {compareValues} from '../exec/value-order.ts';
import {call2, call3, callLoose} from './call.ts';
import {
  type CallSite,
  define,
  type FunctionDefinition,
  integerArg,
  MANY,
  stringArg,
  stringResult,
  textArg,
} from './definition.ts';
import {format} from './number-format.ts';
import {RESULT_BYTES_MAX, stringCall, tooLong} from './text-value.ts';

function classesFor(args: readonly Expression[], {name, connection}: CallSite): CharacterClasses {
  return CharacterClasses.for(collationOf(aggregateCollations(args, connection, name.toLowerCase()).collation));
}

/** Index of the first occurrence from `from` on, in characters; -1 when there is none. Knuth, Morris and Pratt: never goes back in the text. */
function indexOf(text: readonly number[], part: readonly number[], from: number): number {
  if (part.length === 0) return from <= text.length ? from : -1;
  const borders = bordersOf(part);
  let matched = 0;
  for (let at = from; at < text.length; at++) {
    while (matched > 0 && text[at] !== part[matched]) matched = borders[matched - 1];
    if (text[at] === part[matched]) matched++;
    if (matched === part.length) return at - matched + 1;
  }
  return -1;
}

/** For each prefix of `part`, the length of its longest proper prefix that it also ends with. */
function bordersOf(part: readonly number[]): Int32Array {
  const borders = new Int32Array(part.length);
  let length = 0;
  for (let i = 1; i < part.length; i++) {
    while (length > 0 && part[i] !== part[length]) length = borders[length - 1];
    if (part[i] === part[length]) length++;
    borders[i] = length;
  }
  return borders;
}

function locate([part, text, from]: readonly Expression[], site: CallSite): Expression {
  const needle = stringArg(part, site);
  const hay = stringArg(text, site);
  const classes = classesFor([needle, hay], site);
  const find = (p: Value, t: Value, start: number): number => {
    const all = classes.of(characters(t));
    if (start < 1 || start > all.length + 1) return 0;
    return indexOf(all, classes.of(characters(p)), start - 1) + 1;
  };
  if (from === undefined) return call2({name: 'locate', type: INT}, needle, hay, (p, t) => find(p, t, 1));
  return call3({name: 'locate', type: INT}, needle, hay, integerArg(from), (p, t, n) => find(p, t, Number(n)));
}

function substringIndex([text, delimiter, count]: readonly Expression[], site: CallSite): Expression {
  const args = [stringArg(text, site), stringArg(delimiter, site)];
  const type = stringResult(displayLength(text.type), args, site);
  const all = [...args.map(a => convertTo(a, type)), convertTo(integerArg(count), textType(21, site.connection))];
  return stringCall(
    'substring_index',
    type,
    all,
    ([value, separator, n]) => cutAtIndex(value, separator, Number(n)),
    false,
  );
}

function cutAtIndex(text: string, separator: string, count: number): string {
  if (separator === '' || count === 0) return '';
  const parts = text.split(separator);
  return count > 0 ? parts.slice(0, count).join(separator) : parts.slice(count).join(separator);
}

function replace(list: readonly Expression[], site: CallSite): Expression {
  const args = list.map(a => stringArg(a, site));
  const type = stringResult(displayLength(list[0].type) * Math.max(1, displayLength(list[2].type)), args, site);
  const converted = args.map(a => convertTo(a, type));
  return stringCall('replace', type, converted, ([text, from, to], context) => {
    if (from === '') return text;
    const times = text.split(from).length - 1;
    if (text.length + times * (to.length - from.length) > RESULT_BYTES_MAX) return tooLong('replace', context);
    return text.replaceAll(from, () => to);
  });
}

/** FIELD: strings are compared as strings, numbers as numbers, a mixture as doubles. */
function field(list: readonly Expression[], {connection}: CallSite): Expression {
  const isText = list.map(e => isStringType(e.type));
  const unified = isText.includes(true) && isText.includes(false) ? DOUBLE : unifyTypes(list, connection, 'field');
  const args = list.map(a => convertTo(a, unified));
  return callLoose({name: 'field', type: INT, canBeNull: false}, args, ([wanted, ...rest]) => {
    if (wanted === null) return 0;
    return rest.findIndex(v => v !== null && compareValues(v, wanted, unified) === 0) + 1;
  });
}

function elt([n, ...rest]: readonly Expression[], site: CallSite): Expression {
  const texts = rest.map(a => stringArg(a, site));
  const type = stringResult(Math.max(...rest.map(a => displayLength(a.type))), texts, site);
  const args = [integerArg(n), ...texts.map(a => convertTo(a, type))];
  return callLoose({name: 'elt', type}, args, ([index, ...values]) => {
    return index === null ? null : (values[Number(index) - 1] ?? null);
  });
}

function findInSet(list: readonly Expression[], site: CallSite): Expression {
  const args = list.map(a => textArg(a, site));
  const collation = collationOf(aggregateCollations(args, site.connection, 'find_in_set').collation);
  return call2({name: 'find_in_set', type: INT}, args[0], args[1], (wanted, set) => {
    if (set === '' || (wanted as string).includes(',')) return 0;
    return (set as string).split(',').findIndex(item => equals(collation, item, wanted as string)) + 1;
  });
}

function makeSet([bits, ...rest]: readonly Expression[], site: CallSite): Expression {
  const texts = rest.map(a => textArg(a, site));
  const type = stringResult(
    rest.reduce((n, a) => n + displayLength(a.type) + 1, 0),
    texts,
    site,
  );
  return callLoose({name: 'make_set', type}, [integerArg(bits), ...texts], ([mask, ...values]) => {
    if (mask === null) return null;
    const set = asUnsigned64(mask as Integer);
    return values.filter((v, i) => v !== null && ((set >> BigInt(i)) & 1n) === 1n).join(',');
  });
}

/** EXPORT_SET(bits, on, off [, separator [, number]]). */
function exportSet([bits, ...rest]: readonly Expression[], site: CallSite): Expression {
  const texts = rest.slice(0, 3).map(a => textArg(a, site));
  const args = [convertTo(bits, BIGINT_UNSIGNED), ...texts, ...rest.slice(3).map(integerArg)];
  return callLoose({name: 'export_set', type: textType(1024, site.connection)}, args, values => {
    if (values.some(v => v === null)) return null;
    const [mask, on, off, separator, number] = values;
    const count = number === undefined ? 64 : Math.min(Math.max(Number(number), 0), 64);
    const set = asUnsigned64(mask as Integer);
    const parts = Array.from({length: count}, (_, i) => (((set >> BigInt(i)) & 1n) === 1n ? on : off));
    return parts.join(String(separator ?? ','));
  });
}

/** FORMAT(number, decimals [, locale]): thousands apart by commas. */
export const stringSearchFunctions: readonly FunctionDefinition[] = [
  define('LOCATE', 'string', [2, 3], 'Position of the first string in the second, from a position on', locate),
  define('INSTR', 'string', 2, 'Position of the second string in the first', ([text, part], site) =>
    locate([part, text], site),
  ),
  define(
    'SUBSTRING_INDEX',
    'string',
    3,
    'The string up to the n-th delimiter; from the end when n is negative',
    substringIndex,
  ),
  define('REPLACE', 'string', 3, 'The string with all occurrences of a part replaced', replace),
  define(
    'FIELD',
    'string',
    [2, MANY],
    'Position of the first argument among the others; 0 when it is not there',
    field,
  ),
  define('ELT', 'string', [2, MANY], 'The n-th of the arguments behind the first', elt),
  define('FIND_IN_SET', 'string', 2, 'Position of a string in a list separated by commas', findInSet),
  define('MAKE_SET', 'string', [2, MANY], 'The arguments whose bits are set in the first, as a list', makeSet),
  define('EXPORT_SET', 'string', [3, 5], 'Bits as words: one for 1, another for 0', exportSet),
  define('FORMAT', 'string', [2, 3], 'The number with commas between thousands and so many decimals', format),
];
