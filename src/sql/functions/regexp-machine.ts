// Matches regular expressions without ever going back: all ways through the pattern are followed at once, one character at a time
// (Thompson's construction, with Pike's registers for groups).
//
// The time is bounded by the length of the text times the size of the pattern, whatever the pattern is: `(a+)+$` costs what `a+$` costs.
//
// A pattern becomes a program:
//
//   set s             the character is in sets[s]; go on with the next instruction
//   split x, y        go on at x and at y, x being preferred
//   jump x
//   save n            the current offset goes into register n; group g has registers 2g and 2g + 1
//   assert a          go on if the assertion holds here
//   match
//
// Threads are kept in order of preference, at most one for each instruction, so that the leftmost match is found, and of those
// the one that a backtracking engine would find first.

import {SqlError} from '../../base/sql-error.ts';
import {type CharacterSet, isLineEnd, WORD} from './regexp-set.ts';
import {type Assertion, type ParsedPattern, type PatternNode, startsAtText} from './regexp-syntax.ts';

const Op = {set: 0, split: 1, jump: 2, save: 3, assertion: 4, match: 5} as const;
type Op = (typeof Op)[keyof typeof Op];

/** Most instructions of a program: counted repetitions multiply them. */
const PROGRAM_MAX = 20_000;
/** Most registers of all threads together. */
const REGISTERS_MAX = 1_000_000;
/** Most steps of one match; a few seconds' worth. Beyond it error 3699. */
const STEPS_MAX = 200_000_000;

/** Offsets in UTF-16 units. */
export interface RegexpMatch {
  readonly start: number;
  readonly end: number;
  /** Start and end of each group from 1 on, at 2(g - 1) and 2(g - 1) + 1; -1 where a group took no part. */
  readonly groups: Int32Array;
}

/** A program and what it needs to run. Matches one text at a time. */
export class RegexpMachine {
  readonly #ops: Op[] = [];
  readonly #x: number[] = [];
  readonly #y: number[] = [];
  readonly #sets: CharacterSet[] = [];
  readonly #assertions: {readonly test: Assertion; readonly unixLines: boolean}[] = [];
  /** Number of capturing groups. */
  readonly groups: number;
  readonly #isAnchored: boolean;
  #current: ThreadList;
  #next: ThreadList;

  /** Throws SqlError 3700 for a pattern whose program would be too long. */
  constructor({root, groups}: ParsedPattern) {
    this.groups = groups;
    this.#compile(root);
    this.#emit(Op.match);
    this.#isAnchored = startsAtText(root);
    const registers = 2 * (this.groups + 1);
    if (this.#ops.length * registers > REGISTERS_MAX) throw new SqlError('ER_REGEXP_PATTERN_TOO_BIG');
    this.#current = new ThreadList(this.#ops.length, registers);
    this.#next = new ThreadList(this.#ops.length, registers);
  }

  /** True when the text has a match at `from` or behind it. */
  test(text: string, from: number): boolean {
    return this.#run(text, from, 0) !== undefined;
  }

  /** The leftmost match at `from` or behind it. */
  find(text: string, from: number): RegexpMatch | undefined {
    const registers = this.#run(text, from, 2 * (this.groups + 1));
    if (registers === undefined) return undefined;
    return {start: registers[0], end: registers[1], groups: registers.slice(2)};
  }

  // --- Compiling -----------------------------------------------------------------------------------------------------

  #emit(op: Op, x: number = 0, y: number = 0): number {
    if (this.#ops.length >= PROGRAM_MAX) throw new SqlError('ER_REGEXP_PATTERN_TOO_BIG');
    this.#ops.push(op);
    this.#x.push(x);
    this.#y.push(y);
    return this.#ops.length - 1;
  }

  #compile(node: PatternNode): void {
    switch (node.kind) {
      case 'set':
        this.#emit(Op.set, this.#sets.push(node.set) - 1);
        return;
      case 'assertion':
        this.#emit(Op.assertion, this.#assertions.push(node) - 1);
        return;
      case 'sequence':
        for (const item of node.items) this.#compile(item);
        return;
      case 'choice':
        this.#compileChoice(node.options);
        return;
      case 'group':
        this.#emit(Op.save, 2 * node.index);
        this.#compile(node.body);
        this.#emit(Op.save, 2 * node.index + 1);
        return;
      case 'repeat':
        this.#compileRepeat(node.body, node.min, node.max, node.greedy);
    }
  }

  #compileChoice(options: readonly PatternNode[]): void {
    const jumps: number[] = [];
    for (const [i, option] of options.entries()) {
      if (i === options.length - 1) this.#compile(option);
      else {
        const split = this.#emit(Op.split);
        this.#x[split] = split + 1;
        this.#compile(option);
        jumps.push(this.#emit(Op.jump));
        this.#y[split] = this.#ops.length;
      }
    }
    for (const jump of jumps) this.#x[jump] = this.#ops.length;
  }

  /** `min` copies, then either a loop or optional copies. */
  #compileRepeat(body: PatternNode, min: number, max: number, greedy: boolean): void {
    for (let i = 0; i < min; i++) this.#compile(body);
    if (max === Number.POSITIVE_INFINITY) {
      const split = this.#emit(Op.split);
      this.#compile(body);
      this.#emit(Op.jump, split);
      this.#aim(split, split + 1, this.#ops.length, greedy);
      return;
    }
    const splits: number[] = [];
    for (let i = min; i < max; i++) {
      splits.push(this.#emit(Op.split));
      this.#compile(body);
    }
    for (const split of splits) this.#aim(split, split + 1, this.#ops.length, greedy);
  }

  /** Sets where a split goes; a greedy one prefers to go in. */
  #aim(split: number, into: number, past: number, greedy: boolean): void {
    this.#x[split] = greedy ? into : past;
    this.#y[split] = greedy ? past : into;
  }

  // --- Running -------------------------------------------------------------------------------------------------------

  /** The registers of the best match, `registers` of them; undefined when there is none. With 0 registers the first match of any kind will do. */
  #run(text: string, from: number, registers: number): Int32Array | undefined {
    let best: Int32Array | undefined;
    let steps = 0;
    this.#current.clear();
    for (let at = from; ; ) {
      if (best === undefined && (at === from || !this.#isAnchored)) this.#start(text, at, registers);
      const {count} = this.#current;
      if (count === 0 && (best !== undefined || this.#isAnchored)) break;
      if ((steps += count + 1) > STEPS_MAX) throw new SqlError('ER_REGEXP_TIME_OUT');
      const code = at < text.length ? (text.codePointAt(at) as number) : -1;
      const after = at + (code > 0xffff ? 2 : 1);
      best = this.#step(text, code, after, registers) ?? best;
      if (best !== undefined && registers === 0) break;
      if (code < 0) break;
      [this.#current, this.#next] = [this.#next, this.#current];
      this.#next.clear();
      at = after;
    }
    this.#next.clear();
    return best;
  }

  /** Adds a thread that starts here, after all that have started before. */
  #start(text: string, at: number, registers: number): void {
    const fresh = this.#current.scratch;
    fresh.fill(-1);
    if (registers > 0) fresh[0] = at;
    this.#add(this.#current, 0, text, at, registers);
  }

  /** Moves all threads over one character. Answers the registers of a thread that has matched; those after it are worse and dropped. */
  #step(text: string, code: number, after: number, registers: number): Int32Array | undefined {
    const {pcs, count} = this.#current;
    for (let i = 0; i < count; i++) {
      const pc = pcs[i];
      if (this.#ops[pc] === Op.match) return this.#current.registersOf(i, registers);
      if (code >= 0 && this.#sets[this.#x[pc]].has(code)) {
        this.#current.load(i, registers, this.#next.scratch);
        this.#add(this.#next, pc + 1, text, after, registers);
      }
    }
    return undefined;
  }

  /**
   * Follows jumps, splits, saves and assertions from `start` on, and adds threads where a character or the end is wanted. The registers are
   * `list.scratch`, which is as before when this returns.
   */
  #add(list: ThreadList, start: number, text: string, at: number, registers: number): void {
    const {stack, scratch} = list;
    stack.length = 0;
    stack.push(start);
    while (stack.length > 0) {
      const pc = stack.pop() as number;
      if (pc < 0) {
        // An entry that undoes a save: the old value lies below it.
        scratch[-pc - 1] = stack.pop() as number;
        continue;
      }
      if (!list.mark(pc)) continue;
      switch (this.#ops[pc]) {
        case Op.jump:
          stack.push(this.#x[pc]);
          break;
        case Op.split:
          stack.push(this.#y[pc], this.#x[pc]);
          break;
        case Op.save:
          this.#save(list, pc, at, registers);
          stack.push(pc + 1);
          break;
        case Op.assertion:
          if (this.#holds(this.#x[pc], text, at)) stack.push(pc + 1);
          break;
        default: {
          if (registers > 0 && this.#ops[pc] === Op.match) scratch[1] = at;
          list.push(pc, registers);
        }
      }
    }
  }

  #save(list: ThreadList, pc: number, at: number, registers: number): void {
    if (registers === 0) return;
    const register = this.#x[pc];
    list.stack.push(list.scratch[register], -register - 1);
    list.scratch[register] = at;
  }

  #holds(assertion: number, text: string, at: number): boolean {
    const {test, unixLines} = this.#assertions[assertion];
    switch (test) {
      case 'textStart':
        return at === 0;
      case 'textEnd':
        return at === text.length;
      case 'finalEnd':
        return (
          at === text.length || (endsLine(text, at, unixLines) && lineBreakEnd(text, at, unixLines) === text.length)
        );
      case 'lineStart':
        return at === 0 || (at < text.length && startsLine(text, at, unixLines));
      case 'lineEnd':
        return at === text.length || endsLine(text, at, unixLines);
      default:
        return (isWordAt(text, at) !== isWordBefore(text, at)) === (test === 'word');
    }
  }
}

/** \r\n is one line break. */
function isInsidePair(text: string, at: number, unixLines: boolean): boolean {
  return !unixLines && text.charCodeAt(at) === 10 && text.charCodeAt(at - 1) === 13;
}

function endsLine(text: string, at: number, unixLines: boolean): boolean {
  return isLineEnd(text.charCodeAt(at), unixLines) && !isInsidePair(text, at, unixLines);
}

function startsLine(text: string, at: number, unixLines: boolean): boolean {
  return isLineEnd(text.charCodeAt(at - 1), unixLines) && !isInsidePair(text, at, unixLines);
}

/** Offset behind the line break at `at`. */
function lineBreakEnd(text: string, at: number, unixLines: boolean): number {
  return at + (isInsidePair(text, at + 1, unixLines) ? 2 : 1);
}

function isWordAt(text: string, at: number): boolean {
  return at < text.length && WORD.has(text.codePointAt(at) as number);
}

function isWordBefore(text: string, at: number): boolean {
  if (at === 0) return false;
  const isPair =
    at > 1 && (text.charCodeAt(at - 1) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 2) & 0xfc00) === 0xd800;
  return WORD.has(text.codePointAt(isPair ? at - 2 : at - 1) as number);
}

/** Threads in order of preference, and which instructions have been visited since the last clear. */
class ThreadList {
  readonly pcs: Int32Array;
  count = 0;
  /** Registers of the thread being added. */
  readonly scratch: Int32Array;
  /** Work of `#add`. */
  readonly stack: number[] = [];
  readonly #registers: Int32Array;
  readonly #width: number;
  readonly #visited: Uint32Array;
  #round = 1;

  constructor(instructions: number, registers: number) {
    this.pcs = new Int32Array(instructions);
    this.scratch = new Int32Array(registers).fill(-1);
    this.#registers = new Int32Array(instructions * registers);
    this.#width = registers;
    this.#visited = new Uint32Array(instructions);
  }

  clear(): void {
    this.count = 0;
    if (++this.#round <= 0xffff_ffff) return;
    this.#visited.fill(0);
    this.#round = 1;
  }

  /** True the first time that an instruction is visited in a round. */
  mark(pc: number): boolean {
    if (this.#visited[pc] === this.#round) return false;
    this.#visited[pc] = this.#round;
    return true;
  }

  /** Adds a thread with the registers in `scratch`. */
  push(pc: number, registers: number): void {
    if (registers > 0) this.#registers.set(this.scratch, this.count * this.#width);
    this.pcs[this.count++] = pc;
  }

  /** Copies the registers of a thread. */
  load(thread: number, registers: number, into: Int32Array): void {
    if (registers === 0) return;
    const from = thread * this.#width;
    for (let i = 0; i < registers; i++) into[i] = this.#registers[from + i];
  }

  registersOf(thread: number, registers: number): Int32Array {
    const from = thread * this.#width;
    return this.#registers.slice(from, from + registers);
  }
}
