// Which literals are taken out of a statement for the plan cache: the one definition that normalize.ts (tokens only)
// and the parser (option `literalsAsParameters`) share, so that both number the same literals.
//
// A plan may be reused for another value only if nothing but that value changes. So literals are taken out where they
// are compared, assigned or counted, and left where they give a column its name, its type or its place:
//
//   taken        WHERE, ON, SET, VALUES (...), ON DUPLICATE KEY UPDATE, LIMIT
//   left         the select list (names, types, metadata), GROUP BY, HAVING, ORDER BY, WINDOW (positions; matching with
//                the select list), with all that is nested in their parentheses
//                the parentheses behind the words of `frozenCalls`, behind OVER, and ODBC braces
//                a literal directly behind a word of `barredAfter`: DATE '...', ESCAPE '...', -> '...'
//                strings with an introducer, N'...', and everything in statements other than those of `cachedVerbs`
//   never        NULL, TRUE, FALSE: they are words
//
// A sign is no part of a literal. Adjacent strings are one literal. Integers, decimals, doubles, strings and hexadecimal
// or bit strings are different in the key, for they have different types.

import {WORDS, type Word, wordIndex} from './keywords.ts';

function wordSet(words: readonly Word[]): Uint8Array {
  const set = new Uint8Array(WORDS.length);
  for (const word of words) set[wordIndex(word)] = 1;
  return set;
}

/** By word index: 1 when the parentheses directly behind this word hold no literals to take. */
export const frozenCalls = wordSet([
  'CAST',
  'CHAR',
  'CONVERT',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
  'CURTIME',
  'GET_FORMAT',
  'GROUP_CONCAT',
  'JSON_TABLE',
  'JSON_VALUE',
  'LOCALTIME',
  'LOCALTIMESTAMP',
  'NAME_CONST',
  'NOW',
  'OVER',
  'ROW',
  'SYSDATE',
  'UTC_TIME',
  'UTC_TIMESTAMP',
  'WEIGHT_STRING',
]);

/** By word index: 1 when a literal directly behind this word or symbol is not taken. */
export const barredAfter = wordSet(['DATE', 'TIME', 'TIMESTAMP', 'ESCAPE', 'COLLATE', '->', '->>']);

/** By word index: 1 when a statement that begins so is worth a place in the plan cache. */
export const cachedVerbs = wordSet(['SELECT', 'INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'WITH', '(']);
