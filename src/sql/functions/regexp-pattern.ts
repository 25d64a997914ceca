// A compiled regular expression: on the platform's engine where that is known to be quick, on the machine otherwise.

import {RegexpMachine, type RegexpMatch} from './regexp-machine.ts';
import {NativeRegexp} from './regexp-native.ts';
import {type ParsedPattern, type PatternFlags, parsePattern} from './regexp-syntax.ts';

export class RegexpPattern {
  readonly #parsed: ParsedPattern;
  readonly #native: NativeRegexp | undefined;
  #machine: RegexpMachine | undefined;

  /** Throws SqlError 3685 to 3700. */
  constructor(pattern: string, flags: PatternFlags) {
    this.#parsed = parsePattern(pattern, flags);
    this.#native = NativeRegexp.of(this.#parsed);
    if (this.#native === undefined) this.#machine = new RegexpMachine(this.#parsed);
  }

  /** Number of groups that capture. */
  get groups(): number {
    return this.#parsed.groups;
  }

  /** True when the text has a match at the offset `from` or behind it. */
  test(text: string, from: number = 0): boolean {
    return this.#engineFor(text).test(text, from);
  }

  /** The leftmost match at `from` or behind it. */
  find(text: string, from: number = 0): RegexpMatch | undefined {
    return this.#engineFor(text).find(text, from);
  }

  #engineFor(text: string): NativeRegexp | RegexpMachine {
    if (this.#native?.suits(text.length)) return this.#native;
    return (this.#machine ??= new RegexpMachine(this.#parsed));
  }
}
