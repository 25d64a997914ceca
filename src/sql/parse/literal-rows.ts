// Rows of VALUES that hold nothing but literals, left as text. An import is statements of a megabyte and more, thousands of rows each: parsed all at once
// they would take many times the memory of their text. So their form is looked at when the statement is parsed, and each row becomes a tree when it is its turn.

import type {Expression} from './ast-expression.ts';
import type {Modes} from './modes.ts';
import {Parser} from './parser.ts';
import {parseValue} from './query.ts';
import {Token} from './scanner.ts';
import type {Source} from './source.ts';

/** Rows behind the first ones of an INSERT, all of the same number of values. */
export class LiteralRows {
  readonly count: number;
  readonly #text: Source;
  readonly #modes: Modes;
  readonly #start: number;

  /** The first row's `(` stands at `start`. */
  constructor(text: Source, modes: Modes, start: number, count: number) {
    this.count = count;
    this.#text = text;
    this.#modes = modes;
    this.#start = start;
  }

  /** The rows from the first one on, each made when it is asked for. */
  *[Symbol.iterator](): Generator<readonly Expression[], void> {
    const parser = new Parser(this.#text, {modes: this.#modes}, this.#start);
    for (let row = 0; row < this.count; row++) {
      if (row > 0) parser.expect(',');
      yield parseRow(parser);
    }
  }
}

/** `(value, ...)` or `()`. */
export function parseRow(parser: Parser): Expression[] {
  parser.expect('(');
  const values: Expression[] = [];
  if (parser.word !== ')') {
    do values.push(parseValue(parser));
    while (parser.accept(','));
  }
  parser.expect(')');
  return values;
}

/**
 * Passes rows of `width` literals up to the end of the list; the `(` of the first one is current. Undefined when one of them holds anything else: the parser stands
 * where it stood then.
 */
export function passLiteralRows(parser: Parser, width: number): LiteralRows | undefined {
  const mark = parser.mark();
  if (mark.inVersionComment || !parser.keepsLiterals) return undefined;
  const {start} = parser;
  let count = 0;
  do {
    if (!passRow(parser, width)) {
      parser.reset(mark);
      return undefined;
    }
    count++;
  } while (parser.accept(','));
  return new LiteralRows(parser.text, parser.modes, start, count);
}

function passRow(parser: Parser, width: number): boolean {
  if (!parser.accept('(')) return false;
  for (let value = 0; value < width; value++) {
    if (value > 0 && !parser.accept(',')) return false;
    if (!passLiteral(parser)) return false;
  }
  return parser.accept(')');
}

/** Passes one literal with its sign or introducer. False: it is something else, or more than one token. */
function passLiteral(parser: Parser): boolean {
  switch (parser.kind) {
    case Token.string:
    case Token.integer:
    case Token.decimal:
    case Token.double:
    case Token.hex:
    case Token.bit:
      break;
    case Token.symbol:
      if (!parser.accept('-') || !isNumber(parser)) return false;
      break;
    case Token.word:
      if (parser.isNamed('_BINARY')) {
        parser.next();
        if (!isBytes(parser)) return false;
      } else if (parser.word !== 'NULL') return false;
      break;
    default:
      return false;
  }
  parser.next();
  return true;
}

function isBytes({kind}: Parser): boolean {
  return kind === Token.string || kind === Token.hex;
}

function isNumber({kind}: Parser): boolean {
  return kind === Token.integer || kind === Token.decimal || kind === Token.double;
}
