// What a task missed: the pages it had to wait for since the last poll that got through without waiting, or got something done (S4).
//
// Nearly every step needs one contended page and is served by S3. A step that needs several of them can be served with each in turn and never with all:
// while it waits for the second the first is recalled. A page missed again and again, by polls that were served with another one, betrays that. From then on the
// pool acquires all pages of the list in ascending order, keeping pins, before it polls the task. Polls that nothing was granted to prove nothing: a task that only
// waits long for one page must not come to pinning, which one task of a node does at a time.

import type {PLockMode} from '../../fusion/api.ts';

/** The same page missed this often by served polls, without a poll in between that missed nothing. */
const MISSES_MAX = 3;
/** Pages remembered; the oldest is forgotten. */
const PAGES_MAX = 12;

export class PageMisses {
  /** Pages missed, ascending. */
  readonly pages: number[] = [];
  readonly modes: PLockMode[] = [];
  readonly #counts: number[] = [];
  /** The pages are to be acquired in order, with pins, before the next poll. */
  isOrdered = false;
  /** Something was missed in the running poll. */
  missed = false;

  /** `wasServed`: the running poll was woken by the grant of a page. */
  note(pageNo: number, mode: PLockMode, wasServed: boolean): void {
    this.missed = true;
    let i = this.pages.indexOf(pageNo);
    if (i < 0) {
      if (this.pages.length === PAGES_MAX) this.#forgetFirst();
      i = this.#insertAt(pageNo);
      this.pages.splice(i, 0, pageNo);
      this.modes.splice(i, 0, mode);
      this.#counts.splice(i, 0, 0);
    }
    if (mode > this.modes[i]) this.modes[i] = mode;
    if (wasServed && ++this.#counts[i] >= MISSES_MAX) this.isOrdered = true;
  }

  /** The page was not needed. */
  drop(pageNo: number): void {
    const i = this.pages.indexOf(pageNo);
    if (i >= 0) this.#remove(i);
  }

  #remove(i: number): void {
    this.pages.splice(i, 1);
    this.modes.splice(i, 1);
    this.#counts.splice(i, 1);
  }

  #insertAt(pageNo: number): number {
    let i = this.pages.length;
    while (i > 0 && this.pages[i - 1] > pageNo) i--;
    return i;
  }

  /** The page missed least often goes. */
  #forgetFirst(): void {
    let least = 0;
    for (let i = 1; i < this.#counts.length; i++) if (this.#counts[i] < this.#counts[least]) least = i;
    this.#remove(least);
  }

  clear(): void {
    this.pages.length = 0;
    this.modes.length = 0;
    this.#counts.length = 0;
    this.isOrdered = false;
    this.missed = false;
  }
}
