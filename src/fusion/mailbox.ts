// Bells between nodes: what one tells another when it has changed shared memory that the other waits for.
//
// A message is only a bell: (kind, subject, number). What it speaks of is read from the shared memory when it is delivered, so a late,
// repeated or lost bell does no harm (S6); after a death everybody is told to look at everything.
// A full ring never blocks the sender (S7): the bell stays in a pending set, at most one per (receiver, kind, subject), and
// `flush` tries again. There is one ring per ordered pair of nodes, and one row of rings for the supervisor.

import {Ring} from '../base/ring.ts';
import type {Doorbells} from '../env/memory.ts';
import {SUPERVISOR_BELL} from './api.ts';
import {NODE_WORDS, NodeField, NodeState} from './memory/layout.ts';
import type {PmfsMemory} from './memory/pmfs-memory.ts';

/** Kinds of message; subject and number in brackets. */
export const Message = {
  /** [page, grant] Another node wants the page. */
  recall: 1,
  /** [page, grant] The page lock has been granted. */
  grant: 2,
  /** [wait index, generation] The wait is over. */
  wake: 3,
  /** [wait index, generation] The wait was chosen as deadlock victim. */
  victim: 4,
  /** Somebody died: bells may be lost, look at everything. */
  look: 5,
  /** Rows that could not be judged can be judged now. */
  judge: 6,
} as const;
export type Message = (typeof Message)[keyof typeof Message];

const KIND_UNIT = 4294967296;

export class Mailbox {
  readonly #words: Int32Array;
  readonly #nodes: number;
  readonly #actor: number;
  readonly #bells: Doorbells;
  readonly #outgoing: Ring[] = [];
  readonly #incoming: Ring[] = [];
  readonly #pending: Map<number, number>[] = [];
  readonly #buffer = new Int32Array(8);
  #seen = 0;
  #pendingCount = 0;
  /** The message that `receive` delivered last. */
  kind = 0;
  subject = 0;
  number = 0;
  /** Bells sent, and bells that found a ring full. */
  sent = 0;
  delayed = 0;

  /** `actor` is a node id or SUPERVISOR_BELL; the supervisor only sends. */
  constructor(memory: PmfsMemory, actor: number, bells: Doorbells) {
    this.#words = memory.words;
    this.#nodes = memory.layout.nodes;
    this.#actor = actor;
    this.#bells = bells;
    const {nodes, ringCapacity} = memory.options;
    const ring = (from: number, to: number): Ring => {
      const at = memory.layout.rings + (from * nodes + to) * memory.layout.ringWords;
      return new Ring(memory.control, at * 4, ringCapacity);
    };
    const row = actor === SUPERVISOR_BELL ? nodes : actor;
    for (let node = 0; node < nodes; node++) {
      this.#outgoing.push(ring(row, node));
      this.#pending.push(new Map());
    }
    if (actor === SUPERVISOR_BELL) return;
    for (let from = 0; from <= nodes; from++) this.#incoming.push(ring(from, actor));
  }

  /** Rings `node`. Never blocks; nothing is sent to a node that is not alive. */
  send(node: number, kind: Message, subject: number, number: number): void {
    if (!this.#isLive(node)) return;
    if (this.#push(node, kind, subject, number)) return;
    this.#pending[node].set(kind * KIND_UNIT + (subject >>> 0), number);
    this.#pendingCount = this.#countPending();
    this.delayed++;
  }

  /** Rings every live node, this one included. */
  sendToAll(kind: Message): void {
    for (let node = 0; node < this.#outgoing.length; node++) this.send(node, kind, 0, 0);
  }

  /** Rings a bell that is not a node's (storage, supervisor). */
  ringOutside(bell: number): void {
    this.#bells.ring(bell);
  }

  /** Tries again what found a ring full. Returns how many bells still wait. */
  flush(): number {
    if (this.#pendingCount === 0) return 0;
    for (let node = 0; node < this.#pending.length; node++) this.#flushNode(node);
    this.#pendingCount = this.#countPending();
    return this.#pendingCount;
  }

  /** True when a message has come since the last `receive`, or a bell waits to be sent. One atomic load. */
  hasMail(): boolean {
    return Atomics.load(this.#words, this.#mailAt(this.#actor)) !== this.#seen || this.#pendingCount > 0;
  }

  /** Begins a round of `receive`: what comes after this call will be seen by the next `hasMail`. */
  beginRound(): void {
    this.#seen = Atomics.load(this.#words, this.#mailAt(this.#actor));
  }

  /** Takes the next message into kind, subject and number. False when all rings are empty. */
  receive(): boolean {
    for (const ring of this.#incoming) {
      if (!ring.pop(this.#buffer)) continue;
      this.kind = this.#buffer[0];
      this.subject = this.#buffer[1];
      this.number = this.#buffer[2];
      return true;
    }
    return false;
  }

  #push(node: number, kind: number, subject: number, number: number): boolean {
    if (!this.#outgoing[node].push(kind, subject, number, 0, 0, 0)) return false;
    Atomics.add(this.#words, this.#mailAt(node), 1);
    this.#bells.ring(node);
    this.sent++;
    return true;
  }

  #flushNode(node: number): void {
    const pending = this.#pending[node];
    for (const [key, number] of pending) {
      const kind = Math.floor(key / KIND_UNIT);
      const gone = !this.#isLive(node) || this.#push(node, kind, (key - kind * KIND_UNIT) | 0, number);
      if (!gone) return;
      pending.delete(key);
    }
  }

  #countPending(): number {
    let count = 0;
    for (const pending of this.#pending) count += pending.size;
    return count;
  }

  #isLive(node: number): boolean {
    return Atomics.load(this.#words, this.#nodes + node * NODE_WORDS + NodeField.state) === NodeState.live;
  }

  #mailAt(node: number): number {
    return this.#nodes + node * NODE_WORDS + NodeField.mail;
  }
}
