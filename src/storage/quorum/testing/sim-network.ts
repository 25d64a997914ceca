// Time and messages of the quorum tests, from one seed: a clock of events, and a network that delays, loses, repeats and reorders.

import {Prng} from '../../../base/prng.ts';
import type {Clock, Timer} from '../../../env/clock.ts';
import type {Message, NodePlace, Transport} from '../api.ts';
import {encodeMessage, MessageSplitter} from '../codec.ts';

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** Virtual time: events run in order of time; those of one moment in order of asking. */
export class SimTime implements Clock {
  #now = 0;
  #order = 0;
  readonly #heap: Event[] = [];

  now(): number {
    return this.#now;
  }

  wallMicros(): number {
    return this.#now * 1000;
  }

  soon(fn: () => void): void {
    this.after(0, fn);
  }

  after(ms: number, fn: () => void): Timer {
    const event: Event = {at: this.#now + Math.max(0, ms), order: this.#order++, run: fn, cancelled: false};
    this.#push(event);
    return {
      cancel: () => {
        event.cancelled = true;
      },
    };
  }

  /** When the next event is due; Infinity when there is none. */
  get nextAt(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Runs the next event; false when there is none before `until`. */
  step(until = Number.POSITIVE_INFINITY): boolean {
    const next = this.#heap[0];
    if (next === undefined || next.at > until) return false;
    this.#pop();
    this.#now = Math.max(this.#now, next.at);
    if (!next.cancelled) next.run();
    return true;
  }

  /** Runs everything of the next `ms`. */
  run(ms: number): void {
    const until = this.#now + ms;
    while (this.step(until));
    this.#now = until;
  }

  #less(a: Event, b: Event): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let i = heap.push(event) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.#less(heap[parent], event)) break;
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Event;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#less(heap[child + 1], heap[child])) child++;
      if (this.#less(last, heap[child])) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = last;
  }
}

export interface NetworkFaults {
  /** Probability that a message is lost, or comes twice. */
  lost: number;
  twice: number;
  /** Mean delay in milliseconds; each message draws its own, so they overtake each other. */
  delay: number;
}

/** Who receives what is sent to a storage node. */
export type Receiver = (message: Message, reply: (message: Message) => void) => void;

export class SimNetwork {
  readonly time: Clock;
  readonly prng: Prng;
  readonly faults: NetworkFaults = {lost: 0, twice: 0, delay: 0.3};
  readonly receivers = new Map<number, Receiver>();
  /** Nodes that are stopped: what comes waits. */
  readonly frozen = new Set<number>();
  readonly #held = new Map<number, (() => void)[]>();
  /** Nodes that nobody can reach, and that reach nobody. */
  readonly cut = new Set<number>();
  /** Messages by kind, for tests that strike at every step. */
  readonly sent = new Map<string, number>();
  /** Told of every message that is sent. */
  onSend: (kind: string) => void = () => {};

  constructor(time: Clock, seed: number) {
    this.time = time;
    this.prng = new Prng(seed);
  }

  /** `self` is the number of a storage node, or 0 for a client. */
  transport(self: number): SimTransport {
    return new SimTransport(this, self);
  }

  #deliver(message: Message, to: (message: Message) => void): void {
    this.sent.set(message.kind, (this.sent.get(message.kind) ?? 0) + 1);
    this.onSend(message.kind);
    const {lost, twice, delay} = this.faults;
    if (this.prng.chance(lost)) return;
    const frame = encodeMessage(message);
    const copies = this.prng.chance(twice) ? 2 : 1;
    for (let k = 0; k < copies; k++) {
      const wait = 0.02 - Math.log(1 - this.prng.float()) * delay;
      this.time.after(wait, () => new MessageSplitter().push(frame, to));
    }
  }

  /** From anywhere to a node; `answer` gets its replies. */
  send(from: SimTransport, node: number, message: Message): void {
    if (this.cut.has(node) || this.cut.has(from.self)) return;
    this.#deliver(message, copy => {
      if (this.cut.has(node) || this.cut.has(from.self)) return;
      this.#arrive(node, () => this.#receive(from, node, copy));
    });
  }

  #arrive(node: number, run: () => void): void {
    if (!this.frozen.has(node)) run();
    else this.#held.set(node, [...(this.#held.get(node) ?? []), run]);
  }

  thaw(node: number): void {
    this.frozen.delete(node);
    const held = this.#held.get(node) ?? [];
    this.#held.delete(node);
    for (const run of held) run();
  }

  #receive(from: SimTransport, node: number, message: Message): void {
    this.receivers.get(node)?.(message, answer => {
      if (this.cut.has(node) || this.cut.has(from.self)) return;
      this.#deliver(answer, copy => {
        if (!from.closed && !this.cut.has(node)) this.#arrive(from.self, () => from.onMessage(node, copy));
      });
    });
  }
}

export class SimTransport implements Transport {
  onMessage: (node: number, message: Message) => void = () => {};
  onUp: (node: number) => void = () => {};
  /** Nodes whose place is not known. */
  readonly #unknown = new Set<number>();
  readonly self: number;
  readonly #network: SimNetwork;
  closed = false;

  constructor(network: SimNetwork, self: number) {
    this.#network = network;
    this.self = self;
  }

  send(node: number, message: Message): void {
    if (!this.closed && !this.#unknown.has(node)) this.#network.send(this, node, message);
  }

  queued(): number {
    return 0;
  }

  place(node: number, {address}: NodePlace): void {
    if (address === '') this.#unknown.add(node);
    else this.#unknown.delete(node);
  }

  close(): void {
    this.closed = true;
  }
}
