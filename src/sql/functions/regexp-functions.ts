// REGEXP_LIKE, REGEXP_INSTR, REGEXP_SUBSTR, REGEXP_REPLACE.

import {SqlError} from '../../base/sql-error.ts';
import {characterCount, offsetOfCharacter} from '../../format/value/charset.ts';
import {collationOf} from '../../format/value/collation.ts';
import type {Value} from '../../format/value/types.ts';
import {aggregateCollations} from '../bind/collation-rules.ts';
import {BOOLEAN, type Expression} from '../bind/expression.ts';
import {characters} from '../bind/like.ts';
import {displayLength, INT, textType} from '../bind/type-classes.ts';
import type {ExecContext} from '../exec/contract.ts';
import {callN} from './call.ts';
import {type CallSite, define, type FunctionDefinition, integerArg, stringArg, textArg} from './definition.ts';
import {RegexpCache} from './regexp.ts';
import type {RegexpMatch} from './regexp-machine.ts';
import type {RegexpPattern} from './regexp-pattern.ts';
import {RESULT_BYTES_MAX, tooLong} from './text-value.ts';

/** What all four share: the text from a position on, and the compiled pattern. */
interface Subject {
  readonly text: string;
  /** Offset in UTF-16 units where matching starts. */
  readonly from: number;
  readonly regexp: RegexpPattern;
}

type Work = (subject: Subject, rest: readonly Value[], context: ExecContext) => Value;

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
    const collation = collationOf(
      aggregateCollations([text, pattern], site.connection, site.name.toLowerCase()).collation,
    );
    const rest = list.slice(2).map((arg, i) => (kinds[i] === 'n' ? integerArg(arg) : textArg(arg, site)));
    const cache = new RegexpCache(collation);
    const traits = {name: site.name.toLowerCase(), type: type(list, site), canBeNull: true};
    return callN(traits, [text, pattern, ...rest], (values, context) => {
      const extra = values.slice(2);
      const subject = characters(values[0]);
      const regexp = cache.get(characters(values[1]), String(extra[places.matchType] ?? ''));
      const position = places.position === undefined ? 1 : Number(extra[places.position] ?? 1);
      if (position < 1 || position > characterCount(subject) + 1)
        throw new SqlError('ER_REGEXP_INDEX_OUTOFBOUNDS_ERROR');
      return work({text: subject, from: offsetOfCharacter(subject, position - 1), regexp}, extra, context);
    });
  };
}

/** The n-th match from the start on. An empty match does not find itself again. */
function nthMatch({text, from, regexp}: Subject, n: number): RegexpMatch | undefined {
  let at = from;
  for (let i = 1; at <= text.length; i++) {
    const match = regexp.find(text, at);
    if (match === undefined || i >= n) return match;
    at = behind(text, match);
  }
  return undefined;
}

/** Where the next match may begin. */
function behind(text: string, {start, end}: RegexpMatch): number {
  return end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
}

function like({text, from, regexp}: Subject): Value {
  return regexp.test(text, from) ? 1 : 0;
}

function instr(subject: Subject, [, occurrence, option]: readonly Value[]): Value {
  const match = nthMatch(subject, Math.max(Number(occurrence ?? 1), 1));
  if (match === undefined) return 0;
  return characterCount(subject.text.slice(0, Number(option ?? 0) === 1 ? match.end : match.start)) + 1;
}

function substr(subject: Subject, [, occurrence]: readonly Value[]): Value {
  const match = nthMatch(subject, Math.max(Number(occurrence ?? 1), 1));
  return match === undefined ? null : subject.text.slice(match.start, match.end);
}

/** `$1` names a group, `$0` the match, and a backslash takes the next character as it is, as in ICU. */
function expand(replacement: string, text: string, match: RegexpMatch): string {
  return replacement.replace(/\\(.)|\$(\d+)/gs, (_, literal: string | undefined, group: string | undefined) => {
    if (literal !== undefined) return literal;
    const number = Number(group);
    if (number === 0) return text.slice(match.start, match.end);
    if (2 * number > match.groups.length) throw new SqlError('ER_REGEXP_INDEX_OUTOFBOUNDS_ERROR');
    const [start, end] = match.groups.subarray(2 * number - 2, 2 * number);
    return start < 0 ? '' : text.slice(start, end);
  });
}

function replace(subject: Subject, [replacement, , occurrence]: readonly Value[], context: ExecContext): Value {
  const {text, from, regexp} = subject;
  const wanted = Number(occurrence ?? 0);
  let result = text.slice(0, from);
  let copied = from;
  for (let at = from, i = 1; at <= text.length; i++) {
    const match = regexp.find(text, at);
    if (match === undefined) break;
    if (wanted <= 0 || i === wanted) {
      result += text.slice(copied, match.start) + expand(String(replacement), text, match);
      copied = match.end;
      if (result.length > RESULT_BYTES_MAX) return tooLong('regexp_replace', context);
    }
    if (i === wanted) break;
    at = behind(text, match);
  }
  return result + text.slice(copied);
}

const asText = (args: readonly Expression[], {connection}: CallSite): ReturnType<typeof textType> =>
  textType(Math.max(displayLength(args[0].type) * 2, 1024), connection);

export const regexpFunctions: readonly FunctionDefinition[] = [
  define(
    'REGEXP_LIKE',
    'regexp',
    [2, 3],
    'Whether the text has a match of the pattern',
    bindFamily('t', {position: undefined, matchType: 0}, () => BOOLEAN, like),
  ),
  define(
    'REGEXP_INSTR',
    'regexp',
    [2, 6],
    'Where a match begins, or ends',
    bindFamily('nnnt', {position: 0, matchType: 3}, () => INT, instr),
  ),
  define(
    'REGEXP_SUBSTR',
    'regexp',
    [2, 5],
    'The matching part',
    bindFamily('nnt', {position: 0, matchType: 2}, asText, substr),
  ),
  define(
    'REGEXP_REPLACE',
    'regexp',
    [3, 6],
    'The text with matches replaced; $1 stands for a group',
    bindFamily('tnnt', {position: 1, matchType: 3}, asText, replace),
  ),
];
