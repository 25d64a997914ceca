// What all parts of the grammar share: the scanner with the small questions a recursive-descent parser asks, syntax
// errors in MySQL's words, the bounds on nesting, and the numbering of parameters.
//
// The grammar itself is functions over a Parser, one file per family of statements. They throw SqlError and nothing
// else; after a throw the parser is not used again.

import {SqlError} from '../../base/sql-error.ts';
import type {IntoClause} from './ast.ts';
import type {AccountName, ColumnName, Parameter, ParameterLiteral, TableName, UserVariable} from './ast-expression.ts';
import {isReserved, type Word} from './keywords.ts';
import {HEIGHT_MAX, NEAR_CHARACTERS_MAX, NESTING_MAX, PLACEHOLDERS_MAX} from './limits.ts';
import {integerValue, nameOf, stringText} from './literal.ts';
import {barredAfter, cachedVerbs} from './literal-zones.ts';
import {DEFAULT_MODES, type Modes} from './modes.ts';
import {Scanner, Token} from './scanner.ts';
import {type Source, textOf} from './source.ts';

export interface ParseOptions {
  /** Default: none of the modes that change how text is read. */
  readonly modes?: Modes;
  /** Whether `?` is allowed: in prepared statements only. Default: false. */
  readonly placeholders?: boolean;
  /** Whether the literals of literal-zones.ts become parameters. Default: false. Not together with `placeholders`. */
  readonly literalsAsParameters?: boolean;
}

export class Parser extends Scanner {
  /** How many parameters have been numbered. */
  parameterCount = 0;
  /** Height of the tallest expression finished so far inside the construct that is being parsed; see expression.ts. */
  tallest = 0;
  /** Whether the clause being parsed is one whose literals are taken; see literal-zones.ts. */
  inLiteralZone = false;
  /** How many surrounding constructs forbid that. */
  frozen = 0;
  /** The INTO clause of a SELECT that wrote it before its FROM, until the query around it takes it. */
  earlyInto: IntoClause | null = null;
  /** How many bodies of stored programs surround the current token. */
  programDepth = 0;

  readonly #statementStart: number;
  readonly #placeholders: boolean;
  readonly #takesLiterals: boolean;
  #depth = 0;

  /** Reads the statement that begins at `position`; its first token is current. */
  constructor(text: Source, options: ParseOptions, position = 0) {
    super(text, options.modes ?? DEFAULT_MODES, position);
    this.#statementStart = position;
    this.#placeholders = options.placeholders ?? false;
    this.next();
    this.#takesLiterals = (options.literalsAsParameters ?? false) && cachedVerbs[this.index] === 1;
  }

  // --- Words -------------------------------------------------------------------------------------------------------

  /** Whether the current token is `word`. (Unlike a comparison with `word`, this does not narrow its type for good.) */
  is(word: Word): boolean {
    return this.word === word;
  }

  /** Passes the current token if it is `word`, and says whether it did. */
  accept(word: Word): boolean {
    if (this.word !== word) return false;
    this.next();
    return true;
  }

  /** Passes `first rest...` if `first` is there; then the rest must be there too. */
  acceptAll(first: Word, ...rest: readonly Word[]): boolean {
    if (!this.accept(first)) return false;
    this.expectAll(...rest);
    return true;
  }

  /** Passes the current token, which must be `word`. */
  expect(word: Word): void {
    if (this.word !== word) this.fail();
    this.next();
  }

  /** Passes `first second` if both are there; does not move if only the first is, which may mean something else. */
  acceptBoth(first: Word, second: Word): boolean {
    if (this.word !== first || this.peek() !== second) return false;
    this.next();
    this.next();
    return true;
  }

  /** Passes the current token if it is one of `words`, and returns it; else null. */
  acceptOneOf<W extends Word>(words: readonly W[]): W | null {
    const word = this.word;
    if (word === '' || !(words as readonly Word[]).includes(word)) return null;
    this.next();
    return word as W;
  }

  /** Passes the current token, which must be one of `words`, and returns it. */
  expectOneOf<W extends Word>(words: readonly W[]): W {
    return this.acceptOneOf(words) ?? this.fail();
  }

  /** Passes words that must stand here one after the other. */
  expectAll(...words: readonly Word[]): void {
    for (const word of words) this.expect(word);
  }

  /** IF EXISTS */
  acceptIfExists(): boolean {
    if (!this.accept('IF')) return false;
    this.expect('EXISTS');
    return true;
  }

  /** IF NOT EXISTS */
  acceptIfNotExists(): boolean {
    if (!this.accept('IF')) return false;
    this.expectAll('NOT', 'EXISTS');
    return true;
  }

  // --- Names -------------------------------------------------------------------------------------------------------

  /** Whether the current token can be an identifier. */
  isIdentifier(): boolean {
    return this.kind === Token.quoted || (this.kind === Token.word && !isReserved(this.index));
  }

  /** Whether the current token is an unreserved word spelled `name` (in capitals) that is no keyword of ours. */
  isNamed(name: string): boolean {
    return this.kind === Token.word && this.end - this.start === name.length && nameOf(this).toUpperCase() === name;
  }

  identifier(): string {
    if (!this.isIdentifier()) this.fail();
    const name = nameOf(this);
    this.next();
    return name;
  }

  /** An identifier or, where MySQL takes one, a string. */
  identifierOrString(): string {
    return this.kind === Token.string ? this.string() : this.identifier();
  }

  /** `[AS] alias`; with `strings`, the alias may be a string. */
  optionalAlias(strings = false): string | null {
    if (this.accept('AS')) return strings ? this.identifierOrString() : this.identifier();
    if (this.isIdentifier() || (strings && this.kind === Token.string)) return this.identifierOrString();
    return null;
  }

  tableName(): TableName {
    const at = this.start;
    const first = this.identifier();
    if (!this.accept('.')) return {at, schema: null, name: first};
    return {at, schema: first, name: this.identifier()};
  }

  columnName(): ColumnName {
    const at = this.start;
    return this.columnNameAfter(at, this.identifier());
  }

  /** The rest of a column name whose first part has been passed. */
  columnNameAfter(at: number, first: string): ColumnName {
    if (!this.accept('.')) return {kind: 'column', at, schema: null, table: null, name: first};
    const second = this.identifier();
    if (!this.accept('.')) return {kind: 'column', at, schema: null, table: first, name: second};
    return {kind: 'column', at, schema: first, table: second, name: this.identifier()};
  }

  /** `(name, ...)`, at least one. */
  nameList(): string[] {
    this.expect('(');
    const names = this.list(() => this.identifier());
    this.expect(')');
    return names;
  }

  /** The name of a character set, in small letters. What cannot be one is 1115. */
  charsetName(): string {
    return this.#plainName('ER_UNKNOWN_CHARACTER_SET');
  }

  /** The name of a collation, in small letters. What cannot be one is 1273. */
  collationName(): string {
    return this.#plainName('ER_UNKNOWN_COLLATION');
  }

  #plainName(wrong: 'ER_UNKNOWN_CHARACTER_SET' | 'ER_UNKNOWN_COLLATION'): string {
    if (this.accept('BINARY')) return 'binary';
    const name = this.identifierOrString();
    if (!/^\w+$/.test(name)) throw new SqlError(wrong, name);
    return name.toLowerCase();
  }

  /** `user@host`, `'user'@'host'`, CURRENT_USER[()]. */
  accountName(): AccountName {
    const at = this.start;
    if (this.accept('CURRENT_USER')) {
      if (this.accept('(')) this.expect(')');
      return {at, user: null, host: '%'};
    }
    const user = this.identifierOrString();
    if (this.kind === Token.variable) {
      const host = nameOf(this);
      this.next();
      return {at, user, host};
    }
    return {at, user, host: this.accept('@') ? this.identifierOrString() : '%'};
  }

  userVariable(): UserVariable {
    if (this.kind !== Token.variable) this.fail();
    const variable: UserVariable = {kind: 'userVariable', at: this.start, name: nameOf(this)};
    this.next();
    return variable;
  }

  // --- Values ------------------------------------------------------------------------------------------------------

  /** A string token, as text. */
  string(): string {
    if (this.kind !== Token.string) this.fail();
    const value = stringText(this);
    this.next();
    return value;
  }

  /** An integer token that fits a safe number; anything larger is a syntax error. */
  integer(): number {
    if (this.kind !== Token.integer) this.fail();
    const value = integerValue(this.tokenText());
    if (typeof value !== 'number') this.fail();
    this.next();
    return value;
  }

  /** The current token as written. */
  tokenText(): string {
    return this.text.slice(this.start, this.end);
  }

  /** What stands between a byte offset and the end of the token before the current one. */
  textSince(at: number): string {
    return textOf(this.text.slice(at, this.previousEnd));
  }

  /** Every literal of the statement stays what it is. */
  get keepsLiterals(): boolean {
    return !this.#takesLiterals;
  }

  /** A literal as it is, or the parameter that stands for it. The literal's first token must be current. */
  literalOrParameter<L extends ParameterLiteral>(literal: L): L | Parameter {
    if (!this.#takesLiterals || !this.inLiteralZone || this.frozen > 0 || barredAfter[this.previousIndex] === 1) {
      return literal;
    }
    return {kind: 'parameter', at: literal.at, index: this.parameterCount++, literal};
  }

  /** A `?`. */
  placeholder(): Parameter {
    if (!this.#placeholders) this.fail();
    if (this.parameterCount === PLACEHOLDERS_MAX) throw new SqlError('ER_PS_MANY_PARAM');
    const parameter: Parameter = {
      kind: 'parameter',
      at: this.start,
      index: this.parameterCount++,
      literal: null,
    };
    this.next();
    return parameter;
  }

  /** Items separated by commas, at least one. */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.accept(',')) items.push(item());
    return items;
  }

  // --- Bounds and errors -------------------------------------------------------------------------------------------

  /** Notes one more level of recursion; `cost` levels for constructs with many calls between their parts. */
  enter(cost = 1): void {
    this.#depth += cost;
    if (this.#depth > NESTING_MAX) throw new SqlError('ER_TOO_HIGH_LEVEL_OF_NESTING_FOR_SELECT');
  }

  leave(cost = 1): void {
    this.#depth -= cost;
  }

  /** Notes that a tree of this height has been built. */
  grow(height: number): void {
    if (height > HEIGHT_MAX) throw new SqlError('ER_TOO_HIGH_LEVEL_OF_NESTING_FOR_SELECT');
    if (height > this.tallest) this.tallest = height;
  }

  /** Throws the syntax error that quotes the statement from the current token on. */
  fail(): never {
    // A character has at most four bytes.
    const rest = textOf(this.text.slice(this.start, this.start + 4 * NEAR_CHARACTERS_MAX));
    const near = Array.from(rest).slice(0, NEAR_CHARACTERS_MAX).join('');
    throw new SqlError('ER_PARSE_ERROR', near, this.#line());
  }

  #line(): number {
    let line = 1;
    for (let at = this.#statementStart; at < this.start; at++) if (this.text.charCodeAt(at) === 10) line++;
    return line;
  }
}
