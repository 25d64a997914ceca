// Latches: words that guard more than one field for nanoseconds.
//
//   word = 0                 free
//        = actor + 1         held by that actor (a node id, or the supervisor)
//        | SLEEPERS          somebody sleeps on the word; the releaser wakes him
//
// A thread can be descheduled or die while it holds one. The first is met by a bounded spin and then `Atomics.wait` with a timeout; the
// second by the name in the word: once the owner's node is marked dead (`fence`), the next who comes takes the latch over and is told to
// repair what it guards. Repairs are idempotent: if the repairer dies, his name is in the word. A thread holds at most one latch
// that it waits for; while holding one it may only *try* another, so that no cycle can form.

import {assert} from '../../base/assert.ts';
import {NODE_WORDS, NodeField, NodeState} from './layout.ts';

const SLEEPERS = 256;
const OWNER = 255;
/** Looks before going to sleep: about two microseconds, longer than any transition takes. */
const SPINS = 200;
const SLEEP_MS = 1;
/** Sleeps after which a live owner must be a bug: half a minute, longer than any pause of a thread. */
const SLEEPS_MAX = 30_000;

/** Where latches are, and the node table that tells who is dead. */
export interface LatchMemory {
  readonly words: Int32Array;
  readonly layout: {readonly nodes: number};
  readonly options: {readonly nodes: number};
}

export class Latch {
  readonly #words: Int32Array;
  readonly #nodes: number;
  readonly #nodeCount: number;
  readonly #me: number;

  /** `actor` is a node id or SUPERVISOR_BELL; one thread per actor. */
  constructor(memory: LatchMemory, actor: number) {
    this.#words = memory.words;
    this.#nodes = memory.layout.nodes;
    this.#nodeCount = memory.options.nodes;
    this.#me = actor + 1;
  }

  /** Takes the latch at word `at`. True: its owner died holding it, and the caller must repair what it guards. */
  acquire(at: number): boolean {
    if (Atomics.compareExchange(this.#words, at, 0, this.#me) === 0) return false;
    return this.#acquireSlowly(at);
  }

  /** Takes the latch if it is free. */
  tryAcquire(at: number): boolean {
    return Atomics.compareExchange(this.#words, at, 0, this.#me) === 0;
  }

  release(at: number): void {
    const before = Atomics.exchange(this.#words, at, 0);
    assert((before & OWNER) === this.#me, () => `latch ${at} released by ${this.#me}, held by ${before & OWNER}`);
    if ((before & SLEEPERS) !== 0) Atomics.notify(this.#words, at, 1);
  }

  /** Takes the latch over if this dead node holds it. True: the caller must repair and release. */
  takeOverFrom(at: number, deadNode: number): boolean {
    const word = Atomics.load(this.#words, at);
    if ((word & OWNER) !== deadNode + 1) return false;
    return Atomics.compareExchange(this.#words, at, word, this.#me | SLEEPERS) === word;
  }

  #acquireSlowly(at: number): boolean {
    const words = this.#words;
    for (let i = 0; i < SPINS; i++) {
      if (Atomics.load(words, at) === 0 && Atomics.compareExchange(words, at, 0, this.#me) === 0) return false;
    }
    for (let i = 0; i < SLEEPS_MAX; i++) {
      const word = Atomics.load(words, at);
      const owner = word & OWNER;
      assert(owner !== this.#me, () => `latch ${at} taken twice by ${owner}`);
      if (word === 0) {
        if (Atomics.compareExchange(words, at, 0, this.#me | SLEEPERS) === 0) return false;
      } else if (this.#isDead(owner - 1)) {
        if (this.takeOverFrom(at, owner - 1)) return true;
      } else if (Atomics.compareExchange(words, at, word, word | SLEEPERS) === word) {
        Atomics.wait(words, at, word | SLEEPERS, SLEEP_MS);
      }
    }
    assert(false, () => `latch ${at} is held by ${Atomics.load(words, at) & OWNER}, which is not declared dead`);
  }

  #isDead(actor: number): boolean {
    if (actor >= this.#nodeCount) return false;
    return Atomics.load(this.#words, this.#nodes + actor * NODE_WORDS + NodeField.state) === NodeState.dead;
  }
}
