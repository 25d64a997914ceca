// Virtual time. Events run one at a time, in the order of their time; events of the same moment in an order drawn from the seed. Nothing here depends on the
// real clock: the same seed is the same run.
//
// An owner can be held: what it has planned, and what others plan for it, waits until it goes on, as for a thread that is not scheduled.

import type {Prng} from '../base/prng.ts';
import type {Clock, Timer} from '../env/clock.ts';

interface Event extends Timer {
  at: number;
  readonly order: number;
  readonly owner: number;
  run: (() => void) | undefined;
}

/** Wall clock at virtual time zero: 2026-01-01 00:00:00 UTC. */
const EPOCH_MICROS = 1_767_225_600_000_000;

/** The event queue of the whole simulated world. */
export class SimTime {
  readonly #prng: Prng;
  readonly #heap: Event[] = [];
  /** Owners that stand still, and what has come due for them meanwhile. */
  readonly #held = new Map<number, Event[]>();
  #now = 0;
  /** Owner of the event that runs now; 0 outside of one. Who plans something without a clock of his own plans it in this name. */
  current = 0;
  /** Events run so far. */
  steps = 0;
  /** Microseconds by which the wall clock is off; only what is shown to people may depend on it. */
  wallError = 0;
  /** True: what this owner has planned does not happen, for the machine that it was to run on is down. */
  isDown: (owner: number) => boolean = () => false;
  /** Told what an event throws; true: it has been dealt with. */
  caught: (error: unknown) => boolean = () => false;

  constructor(prng: Prng) {
    this.#prng = prng;
  }

  /** Milliseconds since the run began. */
  get now(): number {
    return this.#now;
  }

  /** Runs `run` after `ms`, unless its owner dies before. Owner 0 is the world itself. */
  schedule(ms: number, owner: number, run: () => void): Timer {
    const event: Event = {
      at: this.#now + Math.max(0, ms),
      order: this.#prng.u32(),
      owner,
      run,
      cancel() {
        event.run = undefined;
      },
    };
    this.#push(event);
    return event;
  }

  /** Drops everything that a dead owner had planned. */
  forget(owner: number): void {
    for (const event of this.#heap) if (event.owner === owner) event.run = undefined;
    this.#held.delete(owner);
  }

  /** From now on nothing of this owner runs. */
  hold(owner: number): void {
    if (!this.#held.has(owner)) this.#held.set(owner, []);
  }

  isHeld(owner: number): boolean {
    return this.#held.has(owner);
  }

  /** The owner goes on, with all that has come due meanwhile. */
  resume(owner: number): void {
    const events = this.#held.get(owner);
    this.#held.delete(owner);
    for (const event of events ?? []) {
      event.at = this.#now;
      this.#push(event);
    }
  }

  /** Takes out what an owner had planned, in the order of its time. */
  take(owner: number): (() => void)[] {
    const all = [...this.#heap, ...(this.#held.get(owner) ?? [])];
    const taken = all.filter(event => event.owner === owner && event.run !== undefined);
    taken.sort((a, b) => (this.#before(a, b) ? -1 : 1));
    return taken.map(event => {
      const {run} = event;
      event.run = undefined;
      return run as () => void;
    });
  }

  /** Runs `run` in the name of an owner: what it plans without a clock belongs to him. */
  runAs(owner: number, run: () => void): void {
    const before = this.current;
    this.current = owner;
    try {
      run();
    } finally {
      this.current = before;
    }
  }

  #run(owner: number, run: () => void): void {
    try {
      this.runAs(owner, run);
    } catch (error) {
      if (!this.caught(error)) throw error;
    }
  }

  /** Runs one event; false when there is none before `until`. */
  step(until: number): boolean {
    while (this.#heap.length > 0 && this.#heap[0].at <= until) {
      const event = this.#pop();
      const {run} = event;
      if (run === undefined || this.isDown(event.owner)) continue;
      this.#now = event.at;
      const held = this.#held.get(event.owner);
      if (held !== undefined) {
        held.push(event);
        continue;
      }
      this.steps++;
      this.#run(event.owner, run);
      return true;
    }
    return false;
  }

  /** Runs events until `done` says so or the virtual deadline has come. True when done. */
  runUntil(done: () => boolean, deadlineMs: number): boolean {
    const end = this.#now + deadlineMs;
    while (!done()) {
      if (!this.step(end)) {
        this.#now = end;
        return done();
      }
    }
    return true;
  }

  /** Lets this much virtual time pass. */
  run(ms: number): void {
    this.runUntil(() => false, ms);
  }

  #before(a: Event, b: Event): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let i = heap.push(event) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#before(heap[i], heap[parent])) return;
      [heap[i], heap[parent]] = [heap[parent], heap[i]];
      i = parent;
    }
  }

  #pop(): Event {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop() as Event;
    if (heap.length > 0) {
      heap[0] = last;
      this.#sink();
    }
    return top;
  }

  #sink(): void {
    const heap = this.#heap;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      const right = left + 1;
      let least = i;
      if (left < heap.length && this.#before(heap[left], heap[least])) least = left;
      if (right < heap.length && this.#before(heap[right], heap[least])) least = right;
      if (least === i) return;
      [heap[i], heap[least]] = [heap[least], heap[i]];
      i = least;
    }
  }
}

/** The clock that one simulated node is given; what it plans dies with it. */
export class SimClock implements Clock {
  readonly #time: SimTime;
  readonly #owner: number;

  constructor(time: SimTime, owner: number) {
    this.#time = time;
    this.#owner = owner;
  }

  now(): number {
    return this.#time.now;
  }

  wallMicros(): number {
    return EPOCH_MICROS + Math.floor(this.#time.now * 1000) + this.#time.wallError;
  }

  after(ms: number, fn: () => void): Timer {
    return this.#time.schedule(ms, this.#owner, fn);
  }

  soon(fn: () => void): void {
    this.#time.schedule(0.001, this.#owner, fn);
  }
}
