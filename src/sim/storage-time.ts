// The time of the storage nodes. It runs with that of the cluster, but for questions that the supervisor waits for: then the nodes go on, and primaries stand still, as they would in a turn that
// takes long. From there on the nodes are ahead by that much.

import {assert} from '../base/assert.ts';
import type {Clock, Timer} from '../env/clock.ts';
import {SimTime as QuorumTime} from '../storage/quorum/testing/sim-network.ts';
import type {SimTime} from './sim-clock.ts';

/** The owner of the event that lets the nodes go on: never forgotten, never held. */
const STORAGE = 2000;
/** The supervisor is answered within this. Milliseconds. */
const PATIENCE_MS = 60_000;

export class StorageTime implements Clock {
  readonly #world: SimTime;
  readonly #own = new QuorumTime();
  #ahead = 0;
  #isRunning = false;
  #next: Timer | undefined;
  #nextAt = Number.POSITIVE_INFINITY;

  constructor(world: SimTime) {
    this.#world = world;
  }

  now(): number {
    return this.#own.now();
  }

  wallMicros(): number {
    return this.#own.wallMicros();
  }

  soon(fn: () => void): void {
    this.after(0, fn);
  }

  after(ms: number, fn: () => void): Timer {
    this.#catchUp();
    const timer = this.#own.after(ms, fn);
    this.#plan();
    return timer;
  }

  /** Runs what has come due; all up to `atLeast`, which a sum of times may miss by a bit. */
  #catchUp(atLeast = 0): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const until = Math.max(this.#world.now + this.#ahead, atLeast);
    while (this.#own.step(until));
    this.#own.run(Math.max(0, until - this.#own.now()));
    this.#isRunning = false;
  }

  /** Asks the cluster's time for the moment of the next event. */
  #plan(): void {
    if (this.#isRunning) return;
    const due = this.#own.nextAt;
    const at = due - this.#ahead;
    if (this.#next !== undefined && this.#nextAt <= at) return;
    this.#next?.cancel();
    this.#nextAt = at;
    this.#next = this.#world.schedule(at - this.#world.now, STORAGE, () => {
      this.#next = undefined;
      this.#catchUp(due);
      this.#plan();
    });
  }

  /** Lets only the nodes go on until something is so. @throws AssertionError when that takes a minute of theirs */
  wait(isSo: () => boolean, what: string): void {
    this.#catchUp();
    assert(!this.#isRunning, () => `storage waits for itself: ${what}`);
    this.#isRunning = true;
    const end = this.#own.now() + PATIENCE_MS;
    while (!isSo()) assert(this.#own.step(end), () => `${what}: not within ${PATIENCE_MS} ms`);
    this.#isRunning = false;
    this.#ahead = this.#own.now() - this.#world.now;
    this.#plan();
  }
}
