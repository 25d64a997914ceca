// Sets of characters in regular expressions: `a`, `.`, `\d`, `[^a-z]`.
//
// What a set holds is asked of the platform, one character at a time: a class of JavaScript's RegExp that is made of code points and checked
// property names only. Answers for ASCII are kept in a table.

import {SqlError} from '../../base/sql-error.ts';

const ASCII = 128;
const UNKNOWN = 0;
const OUTSIDE = 1;
const INSIDE = 2;

/** Characters by code point. */
export class CharacterSet {
  /** As a class in JavaScript's `v` syntax, brackets included. */
  readonly source: string;
  readonly ignoreCase: boolean;
  readonly #class: RegExp;
  readonly #ascii: Uint8Array = new Uint8Array(ASCII);

  constructor(source: string, ignoreCase: boolean) {
    this.source = source;
    this.ignoreCase = ignoreCase;
    try {
      this.#class = new RegExp(source, ignoreCase ? 'vi' : 'v');
    } catch (error) {
      if (error instanceof SyntaxError) throw new SqlError('ER_REGEXP_ERROR');
      throw error;
    }
  }

  has(code: number): boolean {
    if (code >= ASCII) return this.#class.test(String.fromCodePoint(code));
    const known = this.#ascii[code];
    if (known !== UNKNOWN) return known === INSIDE;
    const isInside = this.#class.test(String.fromCharCode(code));
    this.#ascii[code] = isInside ? INSIDE : OUTSIDE;
    return isInside;
  }
}

/** A character as it may stand in a class. */
export function codeSource(code: number): string {
  return `\\u{${code.toString(16)}}`;
}

/** Classes by letter, as ICU defines them. Capital letters are the opposites. */
const LETTERS: ReadonlyMap<string, string> = new Map([
  ['d', '\\p{Nd}'],
  ['h', '\\t\\p{Zs}'],
  ['s', '\\t\\n\\f\\r\\p{Z}'],
  ['v', '\\n\\v\\f\\r\\x85\\u2028\\u2029'],
  ['w', '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200c\\u200d'],
]);

/** The class of `\d`, `\D` and their kin; undefined for a letter that names none. */
export function letterClass(letter: string): string | undefined {
  const small = LETTERS.get(letter);
  if (small !== undefined) return `[${small}]`;
  const opposite = LETTERS.get(letter.toLowerCase());
  return opposite === undefined ? undefined : `[^${opposite}]`;
}

const POSIX: ReadonlyMap<string, string> = new Map([
  ['alnum', '\\p{Alphabetic}\\p{Nd}'],
  ['alpha', '\\p{Alphabetic}'],
  ['ascii', '\\x00-\\x7f'],
  ['blank', '\\t\\p{Zs}'],
  ['cntrl', '\\p{Cc}'],
  ['digit', '\\p{Nd}'],
  ['graph', '\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}'],
  ['lower', '\\p{Lowercase}'],
  ['print', '\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Zs}'],
  ['punct', '\\p{P}'],
  ['space', '\\t\\n\\v\\f\\r\\x85\\p{Z}'],
  ['upper', '\\p{Uppercase}'],
  ['word', '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}'],
  ['xdigit', '0-9A-Fa-f'],
]);

/** The class of `[:name:]`; undefined for an unknown name. */
export function posixClass(name: string): string | undefined {
  const found = POSIX.get(name.toLowerCase());
  return found === undefined ? undefined : `[${found}]`;
}

const PROPERTY = /^(?:(script|sc|gc|general_category)=)?([A-Za-z][A-Za-z_]{0,40})$/i;

/** The class of `\p{name}`, `\p{script=name}`; undefined when the name cannot be one. */
export function propertyClass(name: string, negated: boolean): string | undefined {
  const match = PROPERTY.exec(name);
  if (match === null) return undefined;
  const key = match[1] === undefined ? '' : match[1].toLowerCase().startsWith('s') ? 'Script=' : 'gc=';
  return `[\\${negated ? 'P' : 'p'}{${key}${match[2]}}]`;
}

/** Every character but the ends of lines, or every character. */
export function dotClass(all: boolean, unixLines: boolean): string {
  if (all) return '[\\u{0}-\\u{10ffff}]';
  return unixLines ? '[^\\n]' : '[^\\n\\v\\f\\r\\x85\\u2028\\u2029]';
}

/** True for the characters that end a line. */
export function isLineEnd(code: number, unixLines: boolean): boolean {
  if (unixLines) return code === 10;
  return (code >= 10 && code <= 13) || code === 0x85 || code === 0x2028 || code === 0x2029;
}

/** Letters, digits and what else belongs to words: for `\b`. */
export const WORD: CharacterSet = new CharacterSet(letterClass('w') ?? '', false);
