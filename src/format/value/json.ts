// Reads JSON text. The platform's parser cannot be used: it loses integers beyond 2^53, makes 1.0 an integer, knows no
// depth bound, gives no position, and its objects have prototypes.

import {BIGINT_MIN, BIGINT_UNSIGNED_MAX, type Integer, integerFromBigInt} from './integer.ts';
import {compareJson, JSON_DEPTH_MAX, type Json, JsonDouble, type JsonObject, printJson} from './json-tree.ts';

/** Why a text is not JSON. */
export interface JsonFault {
  /** In the words clients know from MySQL; '' when the document is nested too deeply (error 3157). */
  readonly message: string;
  /** Offset in the text. */
  readonly position: number;
}

/** The document, or why there is none. */
export type JsonResult =
  | {readonly value: Json; readonly fault: undefined}
  | {readonly value: undefined; readonly fault: JsonFault};

/** Parses a whole text. */
export function parseJson(text: string): JsonResult {
  const parser = new Parser(text);
  try {
    return {value: parser.document(), fault: undefined};
  } catch (error) {
    if (error instanceof Failure) return {value: undefined, fault: error};
    throw error;
  }
}

/** The document of a text that is known to be JSON: a value of a JSON column. */
export function parseStoredJson(text: string): Json {
  return new Parser(text).document();
}

/** The normalised text, or why there is none. */
export function normalizeJson(text: string): string | JsonFault {
  const {value, fault} = parseJson(text);
  return fault === undefined ? printJson(value) : fault;
}

/** MySQL's order of two values of the JSON domain, which are normalised texts. */
export function compareJsonTexts(a: string, b: string): number {
  return a === b ? 0 : compareJson(parseStoredJson(a), parseStoredJson(b));
}

/** Unwinds the parser; never leaves this file, but for stored text that is damaged. */
class Failure extends Error implements JsonFault {
  readonly position: number;
  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these may not stand in a JSON string
const PLAIN = /[^"\\\u0000-\u001f]*/y;

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Json {
    this.#blanks();
    if (this.#at === this.#text.length) this.#fail('The document is empty.');
    const value = this.#value();
    this.#blanks();
    if (this.#at < this.#text.length) this.#fail('The document root must not be followed by other values.');
    return value;
  }

  #fail(message: string, position: number = this.#at): never {
    throw new Failure(message, position);
  }

  #blanks(): void {
    for (;;) {
      const c = this.#text.charCodeAt(this.#at);
      if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return;
      this.#at++;
    }
  }

  /** Consumes `expected` if it comes next, blanks before it included. */
  #accept(expected: string): boolean {
    this.#blanks();
    if (this.#text[this.#at] !== expected) return false;
    this.#at++;
    return true;
  }

  #value(): Json {
    this.#blanks();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #word(word: string, value: boolean | null): boolean | null {
    if (!this.#text.startsWith(word, this.#at)) this.#fail('Invalid value.');
    this.#at += word.length;
    return value;
  }

  #nested<T>(parse: () => T): T {
    if (++this.#depth > JSON_DEPTH_MAX) this.#fail('');
    this.#at++;
    const value = parse();
    this.#depth--;
    return value;
  }

  #array(): Json[] {
    const elements: Json[] = [];
    if (this.#accept(']')) return elements;
    for (;;) {
      elements.push(this.#value());
      if (this.#accept(']')) return elements;
      if (!this.#accept(',')) this.#fail('Missing a comma or ] after an array element.');
    }
  }

  #object(): JsonObject {
    const members: JsonObject = new Map();
    if (this.#accept('}')) return members;
    for (;;) {
      this.#blanks();
      if (this.#text[this.#at] !== '"') this.#fail('Missing a name for object member.');
      const name = this.#string();
      if (!this.#accept(':')) this.#fail('Missing a colon after a name of object member.');
      members.set(name, this.#value());
      if (this.#accept('}')) return members;
      if (!this.#accept(',')) this.#fail('Missing a comma or } after an object member.');
    }
  }

  #string(): string {
    const start = this.#at++;
    let value = '';
    for (;;) {
      PLAIN.lastIndex = this.#at;
      const run = PLAIN.exec(this.#text)?.[0] ?? '';
      value += run;
      this.#at += run.length;
      const c = this.#text[this.#at];
      if (c === '"') {
        this.#at++;
        return value;
      }
      if (c === undefined) this.#fail('Missing a closing quotation mark in string.', start);
      if (c !== '\\') this.#fail('Invalid encoding in string.');
      value += this.#escape();
    }
  }

  #escape(): string {
    const c = this.#text[this.#at + 1] ?? '';
    const simple = SIMPLE_ESCAPES.get(c);
    if (simple !== undefined) {
      this.#at += 2;
      return simple;
    }
    if (c !== 'u') this.#fail('Invalid escape character in string.');
    const unit = this.#hexUnit();
    if ((unit & 0xf800) !== 0xd800) return String.fromCharCode(unit);
    const low = unit < 0xdc00 && this.#text.startsWith('\\u', this.#at) ? this.#hexUnit() : 0;
    if ((low & 0xfc00) !== 0xdc00) this.#fail('The surrogate pair in string is invalid.');
    return String.fromCharCode(unit, low);
  }

  /** At `\u`: reads it and its four digits. */
  #hexUnit(): number {
    const digits = this.#text.slice(this.#at + 2, this.#at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail('Incorrect hex digit after \\u escape in string.');
    this.#at += 6;
    return Number.parseInt(digits, 16);
  }

  #number(): Json {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) this.#fail('Invalid value.');
    const start = this.#at;
    this.#at += match[0].length;
    const next = this.#text[this.#at];
    if (next === '.') this.#fail('Miss fraction part in number.', this.#at + 1);
    if (next === 'e' || next === 'E') this.#fail('Miss exponent in number.', this.#at + 1);
    if (match[1] === undefined && match[2] === undefined) {
      const integer = integerOf(match[0]);
      if (integer !== undefined) return integer;
    }
    const value = Number(match[0]);
    if (!Number.isFinite(value)) this.#fail('Number too big to be stored in double.', start);
    return new JsonDouble(value);
  }
}

/** The integer of these digits, if it fits 64 bits. */
function integerOf(digits: string): Integer | undefined {
  if (digits.length <= 15) return Number(digits) + 0;
  if (digits.length > 21) return undefined;
  const value = BigInt(digits);
  return value >= BIGINT_MIN && value <= BIGINT_UNSIGNED_MAX ? integerFromBigInt(value) : undefined;
}
