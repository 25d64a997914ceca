// Reads regular expressions in ICU's syntax, as MySQL 8 takes them, into a tree.
//
// What a machine that never backtracks cannot do is refused with error 3690: back references, looking ahead and behind, atomic groups,
// possessive quantifiers. So is what hardly anybody writes: \X, \G, \N{name}, comments under the flag x.

import {SqlError} from '../../base/sql-error.ts';
import {CharacterSet, codeSource, dotClass, letterClass, posixClass, propertyClass} from './regexp-set.ts';

/** How a pattern is read. `(?im)` inside of it changes a copy. */
export interface PatternFlags {
  readonly ignoreCase: boolean;
  /** ^ and $ match at every line. */
  readonly multiLine: boolean;
  /** The dot matches ends of lines. */
  readonly dotAll: boolean;
  /** Only \n ends a line. */
  readonly unixLines: boolean;
}

export type Assertion = 'textStart' | 'textEnd' | 'finalEnd' | 'lineStart' | 'lineEnd' | 'word' | 'notWord';

export type PatternNode =
  | {readonly kind: 'set'; readonly set: CharacterSet}
  | {readonly kind: 'assertion'; readonly test: Assertion; readonly unixLines: boolean}
  | {readonly kind: 'sequence'; readonly items: readonly PatternNode[]}
  | {readonly kind: 'choice'; readonly options: readonly PatternNode[]}
  | {
      readonly kind: 'repeat';
      readonly body: PatternNode;
      readonly min: number;
      readonly max: number;
      readonly greedy: boolean;
    }
  | {readonly kind: 'group'; readonly body: PatternNode; readonly index: number};

export interface ParsedPattern {
  readonly root: PatternNode;
  /** Number of groups that capture. */
  readonly groups: number;
}

/** Longest pattern in characters, and deepest nesting of groups. */
export const PATTERN_MAX = 10_000;
const DEPTH_MAX = 100;
const REPEAT_MAX = 1000;

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['e', 27],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
]);

/** Parses a pattern. Throws SqlError 3685 to 3700. */
export function parsePattern(pattern: string, flags: PatternFlags): ParsedPattern {
  if (pattern === '') throw new SqlError('ER_REGEXP_ERROR');
  if (pattern.length > PATTERN_MAX) throw new SqlError('ER_REGEXP_PATTERN_TOO_BIG');
  return new PatternParser(pattern, flags).parse();
}

/** True when a match can only begin at the start of the text. */
export function startsAtText(node: PatternNode): boolean {
  if (node.kind === 'assertion') return node.test === 'textStart';
  if (node.kind === 'group') return startsAtText(node.body);
  if (node.kind === 'choice') return node.options.every(startsAtText);
  return node.kind === 'sequence' && node.items.length > 0 && startsAtText(node.items[0]);
}

class PatternParser {
  readonly #pattern: string;
  #flags: PatternFlags;
  #at = 0;
  #groups = 0;
  #depth = 0;
  /** Where the text between \Q and \E ends; -1 outside of one. */
  #quotedTo = -1;

  constructor(pattern: string, flags: PatternFlags) {
    this.#pattern = pattern;
    this.#flags = flags;
  }

  parse(): ParsedPattern {
    const root = this.#choice();
    if (this.#at < this.#pattern.length) throw new SqlError('ER_REGEXP_MISMATCHED_PAREN');
    return {root, groups: this.#groups};
  }

  #accept(text: string): boolean {
    if (!this.#pattern.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** What matches at the current position, which is passed; undefined when nothing does. */
  #take(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.#at;
    const match = sticky.exec(this.#pattern) ?? undefined;
    if (match !== undefined) this.#at += match[0].length;
    return match;
  }

  #nextCode(): number {
    const code = this.#pattern.codePointAt(this.#at) as number;
    this.#at += code > 0xffff ? 2 : 1;
    return code;
  }

  #syntaxError(): never {
    throw new SqlError('ER_REGEXP_RULE_SYNTAX', 1, this.#at);
  }

  #setOf(source: string): PatternNode {
    return {kind: 'set', set: new CharacterSet(source, this.#flags.ignoreCase)};
  }

  #literal(code: number): PatternNode {
    return this.#setOf(`[${codeSource(code)}]`);
  }

  // --- Alternatives, sequences, quantifiers --------------------------------------------------------------------------

  #choice(): PatternNode {
    if (++this.#depth > DEPTH_MAX) throw new SqlError('ER_REGEXP_PATTERN_TOO_BIG');
    const options = [this.#sequence()];
    while (this.#accept('|')) options.push(this.#sequence());
    this.#depth--;
    return options.length === 1 ? options[0] : {kind: 'choice', options};
  }

  #sequence(): PatternNode {
    const items: PatternNode[] = [];
    while (this.#at < this.#pattern.length && (this.#isQuoted() || !/[|)]/.test(this.#pattern[this.#at]))) {
      const atom = this.#isQuoted() ? this.#literal(this.#nextCode()) : this.#atom();
      if (atom !== undefined) items.push(this.#quantified(atom));
    }
    return items.length === 1 ? items[0] : {kind: 'sequence', items};
  }

  #quantified(atom: PatternNode): PatternNode {
    let node = atom;
    for (;;) {
      if (this.#isQuoted()) return node;
      const bounds = this.#bounds();
      if (bounds === undefined) return node;
      if (this.#accept('+')) throw new SqlError('ER_REGEXP_UNIMPLEMENTED');
      const [min, max] = bounds;
      node = {kind: 'repeat', body: node, min, max, greedy: !this.#accept('?')};
    }
  }

  /** A quantifier's least and greatest number, if there is a quantifier. */
  #bounds(): readonly [number, number] | undefined {
    if (this.#accept('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#accept('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#accept('?')) return [0, 1];
    if (this.#pattern[this.#at] !== '{') return undefined;
    const match = this.#take(/\{\s*(\d{1,9})\s*(,\s*(\d{1,9})?)?\s*\}/y);
    if (match === undefined) throw new SqlError('ER_REGEXP_BAD_INTERVAL');
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === undefined ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (max < min) throw new SqlError('ER_REGEXP_MAX_LT_MIN');
    if (min > REPEAT_MAX || (max > REPEAT_MAX && max !== Number.POSITIVE_INFINITY)) {
      throw new SqlError('ER_REGEXP_PATTERN_TOO_BIG');
    }
    return [min, max];
  }

  // --- Atoms ---------------------------------------------------------------------------------------------------------

  /** One thing that can be repeated; undefined for what matches nothing by itself: flags, comments, an empty quotation. */
  #atom(): PatternNode | undefined {
    const code = this.#nextCode();
    const {multiLine, dotAll, unixLines} = this.#flags;
    switch (String.fromCodePoint(code)) {
      case '(':
        return this.#group();
      case '[':
        return this.#setOf(this.#class());
      case '.':
        return this.#setOf(dotClass(dotAll, unixLines));
      case '^':
        return {kind: 'assertion', test: multiLine ? 'lineStart' : 'textStart', unixLines};
      case '$':
        return {kind: 'assertion', test: multiLine ? 'lineEnd' : 'finalEnd', unixLines};
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
      case '{':
        return this.#syntaxError();
      default:
        return this.#literal(code);
    }
  }

  #group(): PatternNode | undefined {
    if (!this.#accept('?')) return this.#capture();
    if (this.#accept('#')) {
      if (this.#take(/[^)]*\)/y) === undefined) throw new SqlError('ER_REGEXP_MISMATCHED_PAREN');
      return undefined;
    }
    if (this.#take(/<[A-Za-z][A-Za-z0-9]*>/y) !== undefined) return this.#capture();
    const flags = this.#take(/([imsdw]*)(?:-([imsdw]+))?([:)])/y);
    if (flags === undefined) throw new SqlError('ER_REGEXP_UNIMPLEMENTED');
    return this.#flagged(flags[1], flags[2] ?? '', flags[3] === ')');
  }

  /** `(?i)` holds up to the end of the group around it, `(?i:...)` inside of its own. */
  #flagged(on: string, off: string, toTheEnd: boolean): PatternNode | undefined {
    const before = this.#flags;
    const is = (letter: string, was: boolean): boolean => (on.includes(letter) || was) && !off.includes(letter);
    this.#flags = {
      ignoreCase: is('i', before.ignoreCase),
      multiLine: is('m', before.multiLine),
      dotAll: is('s', before.dotAll),
      unixLines: is('d', before.unixLines),
    };
    if (toTheEnd) return undefined;
    const body = this.#choice();
    this.#close(before);
    return body;
  }

  #capture(): PatternNode {
    const index = ++this.#groups;
    const before = this.#flags;
    const body = this.#choice();
    this.#close(before);
    return {kind: 'group', body, index};
  }

  #close(flags: PatternFlags): void {
    if (!this.#accept(')')) throw new SqlError('ER_REGEXP_MISMATCHED_PAREN');
    this.#flags = flags;
  }

  #escape(): PatternNode | undefined {
    const letter = this.#pattern[this.#at];
    if (letter === undefined) throw new SqlError('ER_REGEXP_BAD_ESCAPE_SEQUENCE');
    const {unixLines} = this.#flags;
    switch (letter) {
      case 'A':
        return this.#assertion('textStart', unixLines);
      case 'z':
        return this.#assertion('textEnd', unixLines);
      case 'Z':
        return this.#assertion('finalEnd', unixLines);
      case 'b':
        return this.#assertion('word', unixLines);
      case 'B':
        return this.#assertion('notWord', unixLines);
      case 'Q':
        return this.#quotation();
      case 'R':
        this.#at++;
        return this.#lineBreak();
      case 'G':
      case 'X':
      case 'N':
      case 'k':
        throw new SqlError('ER_REGEXP_UNIMPLEMENTED');
      default:
        if (/[1-9]/.test(letter)) throw new SqlError('ER_REGEXP_UNIMPLEMENTED');
        return this.#setOf(this.#escapedClass());
    }
  }

  #assertion(test: Assertion, unixLines: boolean): PatternNode {
    this.#at++;
    return {kind: 'assertion', test, unixLines};
  }

  /** `\Q`: what follows is meant as it is, up to `\E` or the end. */
  #quotation(): undefined {
    this.#at++;
    const end = this.#pattern.indexOf('\\E', this.#at);
    this.#quotedTo = end < 0 ? this.#pattern.length : end;
  }

  /** True between `\Q` and `\E`; passes the `\E`. */
  #isQuoted(): boolean {
    if (this.#at < this.#quotedTo) return true;
    if (this.#quotedTo >= 0) this.#accept('\\E');
    this.#quotedTo = -1;
    return false;
  }

  #lineBreak(): PatternNode {
    const pair: PatternNode = {kind: 'sequence', items: [this.#literal(13), this.#literal(10)]};
    return {kind: 'choice', options: [pair, this.#setOf(letterClass('v') as string)]};
  }

  // --- Classes -------------------------------------------------------------------------------------------------------

  /** The class that an escape stands for; the backslash has been passed. */
  #escapedClass(): string {
    const property = this.#take(/([pP])\{\s*(\^?)([^}]*?)\s*\}/y);
    if (property !== undefined) {
      const negated = (property[1] === 'P') !== (property[2] === '^');
      return propertyClass(property[3], negated) ?? this.#badEscape();
    }
    const known = letterClass(this.#pattern[this.#at]);
    if (known === undefined) return `[${codeSource(this.#escapedCode())}]`;
    this.#at++;
    return known;
  }

  /** The character that an escape stands for. */
  #escapedCode(): number {
    const hex = this.#take(/x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})/y);
    if (hex !== undefined) return this.#validCode(Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? hex[4], 16));
    const octal = this.#take(/0([0-7]{1,3})/y);
    if (octal !== undefined) return Number.parseInt(octal[1], 8);
    const control = this.#take(/c([@-_a-z])/y);
    if (control !== undefined) return control[1].toUpperCase().charCodeAt(0) & 31;
    if (this.#at >= this.#pattern.length) return this.#badEscape();
    const code = this.#nextCode();
    const character = String.fromCodePoint(code);
    const named = CONTROLS.get(character);
    if (named !== undefined) return named;
    return /[A-Za-z0-9]/.test(character) ? this.#badEscape() : code;
  }

  #validCode(code: number): number {
    return code <= 0x10ffff ? code : this.#badEscape();
  }

  #badEscape(): never {
    throw new SqlError('ER_REGEXP_BAD_ESCAPE_SEQUENCE');
  }

  /** The rest of a class whose `[` has been passed, as a class of JavaScript's `v` syntax. */
  #class(): string {
    if (++this.#depth > DEPTH_MAX) throw new SqlError('ER_REGEXP_PATTERN_TOO_BIG');
    const negated = this.#accept('^');
    let left: string | undefined;
    let operator = '';
    let items = this.#accept(']') ? codeSource(93) : '';
    for (;;) {
      if (this.#at >= this.#pattern.length) throw new SqlError('ER_REGEXP_MISSING_CLOSE_BRACKET');
      const operation = this.#take(/&&|--/y);
      const isEnd = operation === undefined && this.#accept(']');
      if (operation === undefined && !isEnd) items += this.#classItem();
      else {
        left = left === undefined ? `[${items}]` : `[${left}${operator}[${items}]]`;
        if (isEnd) break;
        operator = (operation as RegExpExecArray)[0];
        items = '';
      }
    }
    this.#depth--;
    return negated ? `[^${left}]` : left;
  }

  #classItem(): string {
    const posix = this.#take(/\[:(\^?)(\w+):\]/y);
    if (posix !== undefined) {
      const known = posixClass(posix[2]) ?? this.#syntaxError();
      return posix[1] === '^' ? `[^${known}]` : known;
    }
    if (this.#accept('[')) return this.#class();
    if (/\\[dDhHsSvVwWpP]/y.test(this.#pattern.slice(this.#at, this.#at + 2))) {
      this.#at++;
      return this.#escapedClass();
    }
    const from = this.#classCode();
    if (this.#take(/-(?![\]-])/y) === undefined) return codeSource(from);
    if (/\[|\\[dDhHsSvVwWpP]/y.test(this.#pattern.slice(this.#at, this.#at + 2)))
      return `${codeSource(from)}${codeSource(45)}`;
    const to = this.#classCode();
    if (to < from) throw new SqlError('ER_REGEXP_INVALID_RANGE');
    return `${codeSource(from)}-${codeSource(to)}`;
  }

  #classCode(): number {
    if (this.#at >= this.#pattern.length) throw new SqlError('ER_REGEXP_MISSING_CLOSE_BRACKET');
    if (!this.#accept('\\')) return this.#nextCode();
    return this.#accept('b') ? 8 : this.#escapedCode();
  }
}
