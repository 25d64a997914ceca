// The frames of the local buffer pool: what is known of each, as arrays (one element per frame), and the choice of a victim.

import {assert} from '../../base/assert.ts';
import {PLockMode} from '../../fusion/api.ts';
import type {Task} from '../schedule/task.ts';
import {WaitList} from '../schedule/wait-list.ts';
import {FrameTable} from './frame-table.ts';

/** See page-pool.ts. */
export const FrameState = {free: 0, waiting: 1, loading: 2, ready: 3, idle: 4, damaged: 5, fresh: 6} as const;
export type FrameState = (typeof FrameState)[keyof typeof FrameState];

/** A page that another node has changed, or has asked back, is given back after each of the next so many uses (page-handover.ts). */
export const CONTENDED_USES = 8;

export class Frames {
  readonly count: number;
  readonly table: FrameTable;
  readonly pageNo: Uint32Array;
  readonly state: Uint8Array;
  /** PLockMode held for the page. */
  readonly held: Uint8Array;
  /** PLockMode asked for and not granted yet; none = nothing is under way. */
  readonly wanted: Uint8Array;
  /** Mode in which any task may use the frame at once: held, ready and not recalled. What `fix` looks at first. */
  readonly usable: Uint8Array;
  /** Directory entry while a lock is held. */
  readonly entry: Int32Array;
  /** Number of the last poll that used the frame. */
  readonly usedInPoll: Uint32Array;
  /** Second chance of the eviction clock. */
  readonly referenced: Uint8Array;
  readonly pins: Uint16Array;
  /** LSN of the end of the last mini-transaction that changed the page here since it was last pushed; 0 = clean. */
  readonly dirtyLsn: Float64Array;
  /** Tasks woken by the present grant and not polled yet. */
  readonly unserved: Uint16Array;
  readonly recalled: Uint8Array;
  /** Above 0: the page is used by several nodes in turn, and is given back after each use; this many more uses in a row without a change elsewhere, and it is kept. */
  readonly contended: Uint8Array;
  readonly #waiters: (WaitList | undefined)[];
  readonly #free: number[] = [];
  #hand = 0;

  constructor(count: number) {
    this.count = count;
    this.table = new FrameTable(count);
    this.pageNo = new Uint32Array(count);
    this.state = new Uint8Array(count);
    this.held = new Uint8Array(count);
    this.wanted = new Uint8Array(count);
    this.usable = new Uint8Array(count);
    this.entry = new Int32Array(count).fill(-1);
    this.usedInPoll = new Uint32Array(count);
    this.referenced = new Uint8Array(count);
    this.pins = new Uint16Array(count);
    this.dirtyLsn = new Float64Array(count);
    this.unserved = new Uint16Array(count);
    this.recalled = new Uint8Array(count);
    this.contended = new Uint8Array(count);
    this.#waiters = new Array(count).fill(undefined);
    for (let frame = count - 1; frame >= 0; frame--) this.#free.push(frame);
  }

  setState(frame: number, state: FrameState): void {
    this.state[frame] = state;
    this.usable[frame] = state === FrameState.ready && this.recalled[frame] === 0 ? this.held[frame] : PLockMode.none;
  }

  /** After a change of held or recalled. */
  refresh(frame: number): void {
    this.setState(frame, this.state[frame] as FrameState);
  }

  /** The task waits for something to happen to this frame. */
  queue(frame: number, task: Task): void {
    let list = this.#waiters[frame];
    if (list === undefined) {
      list = new WaitList();
      this.#waiters[frame] = list;
    }
    list.add(task);
  }

  /** Tasks that wait for the frame, undefined when none ever did. */
  waiters(frame: number): WaitList | undefined {
    return this.#waiters[frame];
  }

  hasWaiters(frame: number): boolean {
    const list = this.#waiters[frame];
    return list !== undefined && list.length > 0;
  }

  /** A free frame, now of this page and idle; -1 when none is free. */
  take(pageNo: number): number {
    const frame = this.#free.pop();
    if (frame === undefined) return -1;
    assert(
      this.held[frame] === PLockMode.none && this.wanted[frame] === PLockMode.none && this.pins[frame] === 0,
      () => `frame ${frame} is taken for page ${pageNo} with a lock of page ${this.pageNo[frame]}`,
    );
    this.pageNo[frame] = pageNo;
    this.contended[frame] = 0;
    this.setState(frame, FrameState.idle);
    this.table.add(pageNo, frame);
    return frame;
  }

  get hasFree(): boolean {
    return this.#free.length > 0;
  }

  /** The frame holds no page any more; no lock is held and nothing is wanted. */
  forget(frame: number): void {
    this.table.remove(this.pageNo[frame]);
    this.setState(frame, FrameState.free);
    this.referenced[frame] = 0;
    this.usedInPoll[frame] = 0;
    this.#free.push(frame);
  }

  /** Nothing but time stands against taking the frame away: nobody waits for it, and no lock or read is under way. */
  isIdle(frame: number): boolean {
    const state = this.state[frame];
    const settled =
      state === FrameState.ready ||
      state === FrameState.idle ||
      state === FrameState.damaged ||
      state === FrameState.fresh;
    return settled && this.pins[frame] === 0 && this.unserved[frame] === 0 && !this.hasWaiters(frame);
  }

  /** The next frame under the hand of the clock. */
  nextByClock(): number {
    const frame = this.#hand;
    this.#hand = frame + 1 === this.count ? 0 : frame + 1;
    return frame;
  }
}
