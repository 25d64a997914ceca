// REGEXP_LIKE, REGEXP_INSTR, REGEXP_SUBSTR, REGEXP_REPLACE.

import {collationOf} from '../../format/value/collation.ts';
import {characterCount, offsetOfCharacter} from '../../format/value/charset.ts';
import type {Value} from '../../format/value/types.ts';
import {SqlError} from '../../base/sql-error.ts';
import {aggregateCollations} from '../bind/collation-rules.ts';
import {BOOLEAN, type Expression} from '../bind/expression.ts';
import {characters} from '../bind/like.ts';
import {displayLength, INT, textType} from '../bind/type-classes.ts';
import {callN} from './call.ts';
import {type CallSite, define, type FunctionDefinition, integerArg, stringArg, textArg} from './definition.ts';
import {flagsOf, RegexpCache} from './regexp.ts';

/** What all four share: the text from a position on, and the compiled pattern. */
interface Subject {
  readonly text: string;
  /** Offset in UTF-16 units where matching starts. */
  readonly from: number;
  readonly regexp: RegExp;
}

type Work = (subject: Subject, rest: readonly Value[]) => Value;

/**
 * Binds a function (text, pattern, [extra...], position, occurrence, ..., match type). `kinds`: t text, n number, in the order of the
 * arguments behind the pattern; `position` and `matchType`: where these stand among them.
 */
function bindFamily(
  kinds: string,
  places: {readonly position: number | undefined; readonly matchType: number},
  type: (args: readonly Expression[], site: CallSite) => Parameters<typeof callN>[0]['type'],
  work: Work,
) {
  return (list: readonly Expression[], site: CallSite): Expression => {
    const [text, pattern] = [stringArg(list[0], site), stringArg(list[1], site)];
    const collation = collationOf(aggregateCollations([text, pattern], site.connection, site.name.toLowerCase()).collation);
    const rest = list.slice(2).map((arg, i) => (kinds[i] === 'n' ? integerArg(arg) : textArg(arg, site)));
    const cache = new RegexpCache();
    const traits = {name: site.name.toLowerCase(), type: type(list, site), canBeNull: true};
    return callN(traits, [text, pattern, ...rest], values => {
      const extra = values.slice(2);
      const subject = characters(values[0]);
      const flags = flagsOf(String(extra[places.matchType] ?? ''), collation);
      const regexp = cache.get(characters(values[1]), `${flags}g`);
      const position = places.position === undefined ? 1 : Number(extra[places.position] ?? 1);
      if (position < 1 || position > characterCount(subject) + 1) throw new SqlError('ER_REGEXP_INDEX_OUTOFBOUNDS_ERROR');
      return work({text: subject, from: offsetOfCharacter(subject, position - 1), regexp}, extra);
    });
  };
}

/** The n-th match from the start on. */
function nthMatch({text, from, regexp}: Subject, n: number): RegExpExecArray | null {
  regexp.lastIndex = from;
  for (let i = 1; ; i++) {
    const match = regexp.exec(text);
    if (match === null || i >= n) return match;
    if (match[0] === '') regexp.lastIndex++;
  }
}

function instr(subject: Subject, [, occurrence, option]: readonly Value[]): Value {
  const match = nthMatch(subject, Math.max(Number(occurrence ?? 1), 1));
  if (match === null) return 0;
  const end = Number(option ?? 0) === 1 ? match[0].length : 0;
  return characterCount(subject.text.slice(0, match.index + end)) + 1;
}

function substr(subject: Subject, [, occurrence]: readonly Value[]): Value {
  return nthMatch(subject, Math.max(Number(occurrence ?? 1), 1))?.[0] ?? null;
}

/** `$1` names a group and `\` escapes, as in ICU. */
function expand(replacement: string, match: RegExpExecArray): string {
  return replacement.replace(/\\(.)|\$(\d+)/gs, (_, literal: string | undefined, group: string | undefined) => {
    if (literal !== undefined) return literal;
    const number = Number(group);
    if (number >= match.length) throw new SqlError('ER_REGEXP_INDEX_OUTOFBOUNDS_ERROR');
    return match[number] ?? '';
  });
}

function replace(subject: Subject, [replacement, , occurrence]: readonly Value[]): Value {
  const {text, from, regexp} = subject;
  const wanted = Number(occurrence ?? 0);
  regexp.lastIndex = from;
  let result = text.slice(0, from);
  let at = from;
  for (let i = 1; ; i++) {
    const match = regexp.exec(text);
    if (match === null) break;
    const isChosen = wanted <= 0 || i === wanted;
    result += text.slice(at, match.index) + (isChosen ? expand(String(replacement), match) : match[0]);
    at = match.index + match[0].length;
    if (match[0] === '') regexp.lastIndex++;
    if (wanted > 0 && i === wanted) break;
  }
  return result + text.slice(at);
}

const asText = (args: readonly Expression[], {connection}: CallSite): ReturnType<typeof textType> =>
  textType(Math.max(displayLength(args[0].type) * 2, 1024), connection);

export const regexpFunctions: readonly FunctionDefinition[] = [
  define(
    'REGEXP_LIKE',
    'regexp',
    [2, 3],
    'Whether the text has a match of the pattern',
    bindFamily('t', {position: undefined, matchType: 0}, () => BOOLEAN, subject => (nthMatch(subject, 1) === null ? 0 : 1)),
  ),
  define(
    'REGEXP_INSTR',
    'regexp',
    [2, 6],
    'Where a match begins, or ends',
    bindFamily('nnnt', {position: 0, matchType: 3}, () => INT, instr),
  ),
  define('REGEXP_SUBSTR', 'regexp', [2, 5], 'The matching part', bindFamily('nnt', {position: 0, matchType: 2}, asText, substr)),
  define(
    'REGEXP_REPLACE',
    'regexp',
    [3, 6],
    'The text with matches replaced; $1 stands for a group',
    bindFamily('tnnt', {position: 1, matchType: 3}, asText, replace),
  ),
];
