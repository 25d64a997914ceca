// Whether another statement follows in a text: the reply to a statement must say so before the next one is parsed.

import {DEFAULT_MODES} from '../parse/modes.ts';
import {Scanner, Token} from '../parse/scanner.ts';
import type {Source} from '../parse/source.ts';

/** True when something other than blanks and comments stands behind the semicolon at or after `end`. */
export function hasMore(text: Source, end: number): boolean {
  // A statement may end inside a version comment, whose end is no token of any statement.
  const closed = /^\s*\*\//.exec(text.slice(end, end + 64));
  const scanner = new Scanner(text, DEFAULT_MODES, closed === null ? end : end + closed[0].length);
  scanner.next();
  if (scanner.word === ';') scanner.next();
  return scanner.kind !== Token.end;
}
