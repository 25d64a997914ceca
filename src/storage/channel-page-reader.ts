// The node's end of the page channel.

import {assert} from '../base/assert.ts';
import type {Doorbells} from '../env/memory.ts';
import type {Memory} from '../format/memory.ts';
import type {PageReader} from './api.ts';
import {type PageChannel, REQUEST_SLOTS, SlotState} from './page-channel.ts';

export class ChannelPageReader implements PageReader {
  onPage: (pageNo: number, status: number, memory: Memory, at: number) => void = () => {};
  readonly #channel: PageChannel;
  readonly #node: number;
  readonly #bells: Doorbells;
  readonly #storageBell: number;
  /** Slots that this reader may use; a stack. */
  readonly #free: number[] = [];
  /** Slots whose answer is awaited. */
  readonly #waiting: number[] = [];
  /** Slots that an earlier reader of this node left behind unanswered. */
  #abandoned: number[] = [];
  #doneSeen: number;

  /** A node that was reborn makes a new reader; what its earlier life still awaits is ignored when it comes. */
  constructor(channel: PageChannel, node: number, bells: Doorbells, storageBell: number) {
    this.#channel = channel;
    this.#node = node;
    this.#bells = bells;
    this.#storageBell = storageBell;
    this.#doneSeen = channel.doneCount(node) - 1;
    for (let slot = REQUEST_SLOTS - 1; slot >= 0; slot--) this.#abandoned.push(slot);
    this.#reclaim();
  }

  /** Abandoned slots become free once storage is done with them. */
  #reclaim(): void {
    const {requested, done} = SlotState;
    const left: number[] = [];
    for (const slot of this.#abandoned) {
      const state = this.#channel.state(this.#node, slot);
      if (state === requested) {
        left.push(slot);
        continue;
      }
      if (state === done) this.#channel.free(this.#node, slot);
      this.#free.push(slot);
    }
    this.#abandoned = left;
  }

  canRead(): boolean {
    return this.#free.length > 0;
  }

  read(pageNo: number, needStream: number, needLsn: number): void {
    const slot = this.#free.pop();
    assert(slot !== undefined, () => 'more page reads than slots: ask canRead first');
    this.#waiting.push(slot);
    this.#channel.request(this.#node, slot, pageNo, needStream, needLsn);
    this.#bells.ring(this.#storageBell);
  }

  poll(): number {
    const done = this.#channel.doneCount(this.#node);
    if (done === this.#doneSeen) return 0;
    this.#doneSeen = done;
    if (this.#abandoned.length > 0) this.#reclaim();
    let delivered = 0;
    for (let i = 0; i < this.#waiting.length; ) {
      const slot = this.#waiting[i];
      if (this.#channel.state(this.#node, slot) !== SlotState.done) {
        i++;
        continue;
      }
      this.#waiting[i] = this.#waiting[this.#waiting.length - 1];
      this.#waiting.pop();
      this.#deliver(slot);
      delivered++;
    }
    return delivered;
  }

  /** The slot becomes free only after the callback: its frame is what the callback reads. */
  #deliver(slot: number): void {
    const channel = this.#channel;
    this.onPage(
      channel.pageNo(this.#node, slot),
      channel.status(this.#node, slot),
      channel.memory,
      channel.frame(this.#node, slot),
    );
    channel.free(this.#node, slot);
    this.#free.push(slot);
  }
}
