// Ordered acquisition of several contended pages (S4), see page-misses.ts.
//
// Pins are taken in ascending page number, over all nodes, and kept while the next page is waited for; nobody else waits for a page while it pins one. So no
// cycle of waits can form. One task of a node at a time: two that share the frames of a small pool could starve each other.

import {CorruptionError} from '../../base/errors.ts';
import type {PLockMode} from '../../fusion/api.ts';
import type {Task} from '../schedule/task.ts';
import {WaitList} from '../schedule/wait-list.ts';
import type {Frames} from './frames.ts';

export class PinOrder {
  readonly #frames: Frames;
  /** Frame of a page in a mode, or below 0 with the task queued. */
  readonly #fix: (pageNo: number, mode: PLockMode, task: Task) => number;
  /** A frame that was recalled meanwhile can go. */
  readonly #freed: (frame: number) => void;
  /** The task that holds pins or is acquiring them. */
  #pinner: Task | undefined;
  readonly #pinned: number[] = [];
  readonly #waiters = new WaitList();
  /** Metrics. */
  acquisitions = 0;

  constructor(
    frames: Frames,
    fix: (pageNo: number, mode: PLockMode, task: Task) => number,
    freed: (frame: number) => void,
  ) {
    this.#frames = frames;
    this.#fix = fix;
    this.#freed = freed;
  }

  /** Pins all pages that the task missed, lowest first. False: it waits for one of them, keeping the pins that it has, or for its turn. */
  acquire(task: Task): boolean {
    if (this.#pinner !== undefined && this.#pinner !== task) {
      this.#waiters.add(task);
      return false;
    }
    if (this.#pinner === undefined) this.acquisitions++;
    this.#pinner = task;
    const {pages, modes} = task.misses;
    while (this.#pinned.length < pages.length) {
      const i = this.#pinned.length;
      const frame = this.#tryFix(pages[i], modes[i], task);
      if (frame === DAMAGED) return true;
      if (frame < 0) return false;
      this.#frames.pins[frame]++;
      this.#pinned.push(frame);
    }
    return true;
  }

  /** A damaged page is met again, and reported, by the step that needs it. */
  #tryFix(pageNo: number, mode: PLockMode, task: Task): number {
    try {
      return this.#fix(pageNo, mode, task);
    } catch (error) {
      if (error instanceof CorruptionError) return DAMAGED;
      throw error;
    }
  }

  /** The poll is over: the task's pins are given back. Pages that it did not use after all are not acquired again. */
  release(task: Task, poll: number): void {
    if (this.#pinner !== task) return;
    for (const frame of this.#pinned) {
      if (this.#frames.usedInPoll[frame] !== poll) task.misses.drop(this.#frames.pageNo[frame]);
      if (--this.#frames.pins[frame] === 0 && this.#frames.recalled[frame] !== 0) this.#freed(frame);
    }
    this.#pinned.length = 0;
    this.#pinner = undefined;
    this.#waiters.wakeAll();
  }
}

const DAMAGED = -2;
