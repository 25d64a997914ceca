// Cuts a statement into tokens, one at a time, without creating an object or a string per token.
//
// `next()` moves to the next token and sets the public fields; nothing else is kept. A word of the grammar or a symbol
// shows in `word` ('' for anything else), so the parser asks `scanner.word === 'SELECT'`: both sides are internal
// strings, and the comparison is one of pointers. Literals stay where they are: literal.ts decodes [start, end) when
// somebody wants the value.
//
// Rules of MySQL that are easily missed:
//   - directly behind a dot, and in front of one, a word is an identifier even if it is reserved: `t.order`, `order.id`;
//   - an identifier may begin with a digit (`1a`), and after a dot may be digits only (`t.1`);
//   - `--` begins a comment only before a blank or the end; `a--1` is a - (-1);
//   - `/*! ... */` and `/*!80400 ... */` are run when the version is ours or older. MariaDB's `/*M! ... */` are run by
//     the version of MariaDB whose dumps we load. What is not run may contain comments of its own, one level deep;
//   - `/*+ ... */` is a comment here; its place is kept in hintStart/hintEnd for whom it concerns.
//
// A thing that is no token (an open quote, a stray byte) is a token of kind `bad`, which no rule of the grammar takes:
// the syntax error then quotes it from its first byte, as MySQL does.

import {CLASSES, Class, isDigit, isWordCode, SYMBOLS} from './byte-class.ts';
import {findKeyword, hashStep, WORD_BYTES, WORDS, type Word, wordIndex} from './keywords.ts';
import {Mode, type Modes} from './modes.ts';
import type {Source} from './source.ts';

/** Statements in `/*!nnnnn` comments are run up to this version. */
export const MYSQL_VERSION = 80_499;
/** Statements in `/*M!nnnnnn` comments are run up to this version: the last whose dumps hold nothing that is foreign to us. */
export const MARIADB_VERSION = 100_600;

export const Token = {
  end: 0,
  /** An unquoted identifier or a keyword. */
  word: 1,
  /** A quoted identifier. */
  quoted: 2,
  string: 3,
  /** N'...': a string of the national character set. */
  nationalString: 4,
  integer: 5,
  decimal: 6,
  double: 7,
  /** 0x1f or x'1f'. */
  hex: 8,
  /** 0b11 or b'11'. */
  bit: 9,
  /** `?` */
  placeholder: 10,
  /** `@name`, `@'name'`, or the `@host` of an account. */
  variable: 11,
  symbol: 12,
  bad: 13,
} as const;
export type Token = (typeof Token)[keyof typeof Token];

/** A place to come back to; see `Scanner.mark`. */
export interface Mark {
  readonly start: number;
  readonly previousEnd: number;
  readonly previousIndex: number;
  readonly inVersionComment: boolean;
  readonly afterDot: boolean;
}

const LONG_SYMBOLS: readonly Word[] = ['<=>', '->>', '<=', '<>', '<<', '>=', '>>', '!=', '||', '&&', ':=', '->'];
const CONCAT = wordIndex('|concat|');
const AT_AT = wordIndex('@@');

const BLANK = 32;
const BANG = 33;
const HASH = 35;
const QUOTE = 39;
const STAR = 42;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const SLASH = 47;
const ZERO = 48;
const AT = 64;
const CAPITAL_M = 77;
const BACKSLASH = 92;
const BACKTICK = 96;
const DOUBLE_QUOTE = 34;

export class Scanner {
  readonly text: Source;
  readonly modes: Modes;
  /** Kind of the current token. */
  kind: Token = Token.end;
  /** Index of the word or symbol in keywords.ts, 0 when the token is neither. */
  index = 0;
  /** The word of the grammar or the symbol, '' when the token is neither. */
  word: Word | '' = '';
  /** The token is text[start, end). */
  start = 0;
  end = 0;
  /** Whether the token holds a byte from 0x80 on, a doubled quote or a backslash, so that its value is not its text. */
  encoded = false;
  /** End of the token before, and the index of its word or symbol. */
  previousEnd = 0;
  previousIndex = 0;
  /** The body of the `/*+ ... *\/` comment between this token and the one before; start is -1 when there is none. */
  hintStart = -1;
  hintEnd = -1;

  #position = 0;
  readonly #length: number;
  #inVersionComment = false;
  #afterDot = false;

  /** Reads `text` from `position` on. Call `next()` for the first token. */
  constructor(text: Source, modes: Modes, position = 0) {
    this.text = text;
    this.modes = modes;
    this.#length = text.length;
    this.#position = position;
    this.end = position;
  }

  /** Moves to the next token. At the end of the text the token is `end`, for ever. */
  next(): void {
    this.previousEnd = this.end;
    this.previousIndex = this.index;
    this.hintStart = -1;
    const start = this.#skipBlanks();
    this.start = start;
    this.encoded = false;
    if (start >= this.#length) {
      this.#take(this.#inVersionComment ? Token.bad : Token.end, 0, start);
      return;
    }
    const code = this.text.charCodeAt(start);
    const identifierOnly = this.#afterDot;
    this.#afterDot = false;
    switch (CLASSES[code]) {
      case Class.word:
        this.#scanWord(start, identifierOnly);
        break;
      case Class.prefix:
        if (this.text.charCodeAt(start + 1) === QUOTE && !identifierOnly) this.#scanPrefixed(start, code);
        else this.#scanWord(start, identifierOnly);
        break;
      case Class.digit:
        if (identifierOnly) this.#scanWord(start, true);
        else this.#scanNumber(start);
        break;
      case Class.singleQuote:
        this.#scanQuoted(start, code, Token.string);
        break;
      case Class.doubleQuote:
        this.#scanQuoted(start, code, this.modes & Mode.ansiQuotes ? Token.quoted : Token.string);
        break;
      case Class.backtick:
        this.#scanQuoted(start, code, Token.quoted);
        break;
      case Class.dot:
        this.#scanDot(start);
        break;
      case Class.at:
        this.#scanAt(start);
        break;
      case Class.question:
        this.#take(Token.placeholder, 0, start + 1);
        break;
      case Class.symbol:
        this.#take(Token.symbol, SYMBOLS[code], start + 1);
        break;
      case Class.longSymbol:
        this.#scanLongSymbol(start, code);
        break;
      default:
        this.#take(Token.bad, 0, start + 1);
        break;
    }
  }

  /** The current place, for `reset`. */
  mark(): Mark {
    return {
      start: this.start,
      previousEnd: this.previousEnd,
      previousIndex: this.previousIndex,
      inVersionComment: this.#inVersionComment,
      afterDot: this.#afterDot,
    };
  }

  /** Goes back to the token that was current when `mark` was taken. The token must not be a dot. */
  reset(mark: Mark): void {
    this.#position = mark.start;
    this.#inVersionComment = mark.inVersionComment;
    this.#afterDot = false;
    this.kind = Token.end;
    this.next();
    this.#afterDot = mark.afterDot;
    this.previousEnd = mark.previousEnd;
    this.previousIndex = mark.previousIndex;
  }

  /** Whether the token after this one begins with `char` (a comment between the two hides it). */
  isFollowedBy(char: string): boolean {
    let at = this.end;
    while (CLASSES[this.text.charCodeAt(at)] === Class.blank) at++;
    return this.text.charCodeAt(at) === char.charCodeAt(0);
  }

  /** The word or symbol of the token after this one, '' when it is neither. */
  peek(): Word | '' {
    const mark = this.mark();
    this.next();
    const word = this.word;
    this.reset(mark);
    return word;
  }

  #take(kind: Token, index: number, end: number): void {
    this.kind = kind;
    this.index = index;
    this.word = WORDS[index];
    this.end = end;
    this.#position = end;
  }

  #scanWord(start: number, identifierOnly: boolean): void {
    const text = this.text;
    const length = this.#length;
    let at = start;
    let hash = 0;
    let bits = 0;
    for (; at < length; at++) {
      const code = text.charCodeAt(at);
      const byte = WORD_BYTES[code];
      if (byte === 0) break;
      bits |= code;
      hash = hashStep(hash, byte);
    }
    this.encoded = bits >= 0x80;
    let index = identifierOnly ? 0 : findKeyword(hash, text, start, at);
    if (index !== 0 && text.charCodeAt(at) === DOT && isWordCode(text.charCodeAt(at + 1))) index = 0;
    this.#take(Token.word, index, at);
  }

  #scanPrefixed(start: number, code: number): void {
    const letter = code | 0x20;
    if (letter === 0x6e) {
      this.#scanQuoted(start + 1, QUOTE, Token.nationalString);
      return;
    }
    const end = this.text.indexOf("'", start + 2);
    if (end < 0) {
      this.#take(Token.bad, 0, this.#length);
      return;
    }
    const isHex = letter === 0x78;
    const digits = this.text.slice(start + 2, end);
    // No group in the pattern: repeating one takes stack for every digit, and a literal may have millions.
    const isWhole = isHex ? digits.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(digits) : /^[01]*$/.test(digits);
    this.#take(isWhole ? (isHex ? Token.hex : Token.bit) : Token.bad, 0, end + 1);
  }

  #scanNumber(start: number): void {
    const text = this.text;
    let at = start + 1;
    while (isDigit(text.charCodeAt(at))) at++;
    const code = text.charCodeAt(at);
    if (!isWordCode(code) && code !== DOT) {
      this.#take(Token.integer, 0, at);
      return;
    }
    if (code === DOT) {
      this.#scanFraction(at + 1);
      return;
    }
    const exponentEnd = this.#exponentEnd(at);
    if (exponentEnd > 0) {
      this.#take(Token.double, 0, exponentEnd);
      return;
    }
    if (at === start + 1 && text.charCodeAt(start) === ZERO && this.#scanRadix(start, code)) return;
    this.#scanWord(start, true);
  }

  /** 0x1f and 0b11: only in small letters, and only if the whole word has that form. */
  #scanRadix(start: number, letter: number): boolean {
    let end = start + 2;
    while (isWordCode(this.text.charCodeAt(end))) end++;
    const digits = this.text.slice(start + 2, end);
    if (letter === 0x78 && /^[0-9a-fA-F]+$/.test(digits)) {
      this.#take(Token.hex, 0, end);
      return true;
    }
    if (letter === 0x62 && /^[01]+$/.test(digits)) {
      this.#take(Token.bit, 0, end);
      return true;
    }
    return false;
  }

  /** The rest of a number after its decimal point. */
  #scanFraction(from: number): void {
    let at = from;
    while (isDigit(this.text.charCodeAt(at))) at++;
    const exponentEnd = this.#exponentEnd(at);
    if (exponentEnd > 0) this.#take(Token.double, 0, exponentEnd);
    else this.#take(Token.decimal, 0, at);
  }

  /** Where the exponent that begins at `at` ends, or 0 if none begins there. */
  #exponentEnd(at: number): number {
    if ((this.text.charCodeAt(at) | 0x20) !== 0x65) return 0;
    let end = at + 1;
    const sign = this.text.charCodeAt(end);
    if (sign === PLUS || sign === MINUS) end++;
    if (!isDigit(this.text.charCodeAt(end))) return 0;
    while (isDigit(this.text.charCodeAt(end))) end++;
    return end;
  }

  /** A string or quoted identifier whose opening quote is at `open`. */
  #scanQuoted(open: number, quote: number, kind: Token): void {
    const text = this.text;
    const length = this.#length;
    const escapes = this.#hasEscapes(quote);
    let at = open + 1;
    let bits = 0;
    for (; at < length; at++) {
      const code = text.charCodeAt(at);
      bits |= code;
      if (code === quote) {
        if (text.charCodeAt(at + 1) !== quote) {
          if (bits >= 0x80) this.encoded = true;
          this.#take(kind, 0, at + 1);
          return;
        }
        this.encoded = true;
        at++;
      } else if (code === BACKSLASH && escapes) {
        this.encoded = true;
        at++;
      }
    }
    this.#take(Token.bad, 0, length);
  }

  #hasEscapes(quote: number): boolean {
    if (quote === BACKTICK || (this.modes & Mode.noBackslashEscapes) !== 0) return false;
    return quote !== DOUBLE_QUOTE || (this.modes & Mode.ansiQuotes) === 0;
  }

  #scanDot(start: number): void {
    const followsName = (this.kind === Token.word || this.kind === Token.quoted) && this.end === start;
    if (!followsName && isDigit(this.text.charCodeAt(start + 1))) {
      this.#scanFraction(start + 1);
      return;
    }
    this.#take(Token.symbol, SYMBOLS[DOT], start + 1);
    this.#afterDot = isWordCode(this.text.charCodeAt(start + 1));
  }

  #scanAt(start: number): void {
    const text = this.text;
    const code = text.charCodeAt(start + 1);
    if (code === AT) {
      const isNamed = isWordCode(text.charCodeAt(start + 2)) || text.charCodeAt(start + 2) === BACKTICK;
      this.#take(isNamed ? Token.symbol : Token.bad, isNamed ? AT_AT : 0, start + 2);
      return;
    }
    const kind = CLASSES[code];
    if (kind === Class.singleQuote || kind === Class.doubleQuote || kind === Class.backtick) {
      this.#scanQuoted(start + 1, code, Token.variable);
      return;
    }
    let end = start + 1;
    let bits = 0;
    while (isWordCode(text.charCodeAt(end)) || text.charCodeAt(end) === DOT) bits |= text.charCodeAt(end++);
    this.encoded = bits >= 0x80;
    if (end > start + 1) this.#take(Token.variable, 0, end);
    else this.#take(Token.symbol, SYMBOLS[AT], end);
  }

  #scanLongSymbol(start: number, code: number): void {
    if (code === SLASH && this.text.charCodeAt(start + 1) === STAR) {
      this.#take(Token.bad, 0, this.#length);
      return;
    }
    for (const symbol of LONG_SYMBOLS) {
      if (symbol.charCodeAt(0) !== code || !this.text.startsWith(symbol, start)) continue;
      const isConcat = symbol === '||' && (this.modes & Mode.pipesAsConcat) !== 0;
      this.#take(Token.symbol, isConcat ? CONCAT : wordIndex(symbol), start + symbol.length);
      return;
    }
    this.#take(Token.symbol, SYMBOLS[code], start + 1);
  }

  /** Passes blanks and comments; returns where the next token begins. */
  #skipBlanks(): number {
    const text = this.text;
    let at = this.#position;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === BLANK || CLASSES[code] === Class.blank) at++;
      else if (code === SLASH || code === MINUS || code === HASH || code === STAR) {
        const end = this.#skipComment(at, code);
        if (end === at) return at;
        at = end;
      } else return at;
    }
  }

  /** The place after the comment that begins at `at`, or `at` itself when none begins there. */
  #skipComment(at: number, code: number): number {
    const next = this.text.charCodeAt(at + 1);
    if (code === HASH) return this.#lineEnd(at);
    if (code === MINUS) return next === MINUS && this.#endsDashes(at + 2) ? this.#lineEnd(at) : at;
    if (code === STAR) {
      if (next !== SLASH || !this.#inVersionComment) return at;
      this.#inVersionComment = false;
      return at + 2;
    }
    return next === STAR ? this.#skipBlockComment(at) : at;
  }

  #endsDashes(at: number): boolean {
    return at >= this.#length || this.text.charCodeAt(at) <= BLANK;
  }

  #lineEnd(at: number): number {
    const end = this.text.indexOf('\n', at);
    return end < 0 ? this.#length : end + 1;
  }

  /** An unclosed comment is not passed: it becomes a bad token. */
  #skipBlockComment(at: number): number {
    const code = this.text.charCodeAt(at + 2);
    if (code === BANG) return this.#enterVersionComment(at, at + 3, MYSQL_VERSION);
    if (code === CAPITAL_M && this.text.charCodeAt(at + 3) === BANG) {
      return this.#enterVersionComment(at, at + 4, MARIADB_VERSION);
    }
    const close = this.text.indexOf('*/', at + 2);
    if (close < 0) return at;
    if (code === PLUS) {
      this.hintStart = at + 3;
      this.hintEnd = close;
    }
    return close + 2;
  }

  #enterVersionComment(at: number, digitsAt: number, versionMax: number): number {
    let end = digitsAt;
    while (end < digitsAt + 6 && isDigit(this.text.charCodeAt(end))) end++;
    const count = end - digitsAt;
    // Fewer than five digits are no version, but part of what is to be run.
    const isVersion = count >= 5;
    if (!isVersion || Number(this.text.slice(digitsAt, end)) <= versionMax) {
      this.#inVersionComment = true;
      return isVersion ? end : digitsAt;
    }
    return this.#skipUnrun(at);
  }

  /** Passes a version comment that is not for us, with the plain comments in it. */
  #skipUnrun(at: number): number {
    const text = this.text;
    let from = at + 2;
    for (;;) {
      const close = text.indexOf('*/', from);
      if (close < 0) return at;
      const open = text.indexOf('/*', from);
      if (open < 0 || open > close) return close + 2;
      const innerClose = text.indexOf('*/', open + 2);
      if (innerClose < 0) return at;
      from = innerClose + 2;
    }
  }
}
