// What each byte of a statement may begin: the tables behind the scanner.

import {WORD_BYTES, type Word, wordIndex} from './keywords.ts';

export const Class = {
  bad: 0,
  blank: 1,
  word: 2,
  /** A letter that may begin a literal: b, n, x. */
  prefix: 3,
  digit: 4,
  singleQuote: 5,
  doubleQuote: 6,
  backtick: 7,
  dot: 8,
  at: 9,
  question: 10,
  /** A symbol that no longer symbol begins with. */
  symbol: 11,
  /** A symbol that may be the beginning of a longer one. */
  longSymbol: 12,
} as const;

/** By byte: its class. */
export const CLASSES = new Uint8Array(256);
/** By byte: the index of the symbol of this one character. */
export const SYMBOLS = new Uint16Array(128);

function setClass(chars: string, value: number): void {
  for (const char of chars) CLASSES[char.charCodeAt(0)] = value;
}

for (let byte = 0; byte < 256; byte++) if (WORD_BYTES[byte] !== 0) CLASSES[byte] = Class.word;
setClass(' \t\n\r\v\f', Class.blank);
setClass('bBnNxX', Class.prefix);
setClass('0123456789', Class.digit);
setClass("'", Class.singleQuote);
setClass('"', Class.doubleQuote);
setClass('`', Class.backtick);
setClass('.', Class.dot);
setClass('@', Class.at);
setClass('?', Class.question);
setClass('(),;+*%^~={}', Class.symbol);
setClass('-!<>|&:/', Class.longSymbol);
for (const char of '(),;.+-*/%^~!=<>|&:{}@') SYMBOLS[char.charCodeAt(0)] = wordIndex(char as Word);

/** Whether a character code is a decimal digit. */
export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Whether a character code can be part of an unquoted identifier; NaN cannot. */
export function isWordCode(code: number): boolean {
  return code < 256 && WORD_BYTES[code] !== 0;
}
