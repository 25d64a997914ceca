// The master's hold on the ledger: one change at a time, whole, to a write quorum. A ledger that reached fewer may be found by the next master or not; it
// was not acknowledged, so both are right. What the next master finds it writes again under its own generation before it acts on it.
//
// A change of the membership is written to the quorums of the membership before and of the one after.

import type {Clock} from '../../../env/clock.ts';
import type {Ledger, MessageOf} from '../api.ts';
import {isWriteQuorum, membersOf} from '../membership.ts';
import type {Dispatcher} from './dispatcher.ts';

const RETRY_MS = 100;

interface Change {
  readonly make: (ledger: Ledger) => Ledger;
  readonly done: (ledger: Ledger) => void;
}

export class LedgerKeeper {
  readonly #clock: Clock;
  readonly #port: Dispatcher;
  readonly #deposed: (reason: string) => void;
  #ledger: Ledger;
  #writing: Ledger | undefined;
  readonly #kept = new Set<number>();
  #queue: Change[] = [];
  #current: Change[] = [];
  #closed = false;

  /** `ledger` is what the quorum has. `deposed` is told that a later master has opened the volume. */
  constructor(clock: Clock, port: Dispatcher, ledger: Ledger, deposed: (reason: string) => void) {
    this.#clock = clock;
    this.#port = port;
    this.#ledger = ledger;
    this.#deposed = deposed;
    port.on('ledgerKept', (node, message) => this.#answered(node, message));
  }

  /** What is durable. */
  get ledger(): Ledger {
    return this.#ledger;
  }

  /** `done` when the change is durable. Changes that come while one is written are made together. */
  change(make: (ledger: Ledger) => Ledger, done: (ledger: Ledger) => void): void {
    this.#queue.push({make, done});
    if (this.#writing === undefined) this.#write();
  }

  #write(): void {
    if (this.#queue.length === 0 || this.#closed) return;
    this.#current = this.#queue;
    this.#queue = [];
    let next = this.#ledger;
    for (const {make} of this.#current) next = make(next);
    this.#writing = {...next, version: this.#ledger.version + 1};
    this.#kept.clear();
    this.#send();
  }

  #send(): void {
    const ledger = this.#writing;
    if (ledger === undefined || this.#closed) return;
    const nodes = new Set([...membersOf(this.#ledger.membership), ...membersOf(ledger.membership)]);
    for (const node of nodes)
      if (!this.#kept.has(node)) this.#port.send(node, {kind: 'ledger', id: ledger.version, ledger});
    this.#clock.after(RETRY_MS, () => {
      if (this.#writing === ledger) this.#send();
    });
  }

  #answered(node: number, message: MessageOf<'ledgerKept'>): void {
    const writing = this.#writing;
    if (this.#closed) return;
    if (!message.ok && message.generation > this.#ledger.generation) {
      this.#closed = true;
      this.#deposed(`the volume has been opened by another master (generation ${message.generation})`);
      return;
    }
    if (writing === undefined || !message.ok || message.id !== writing.version) return;
    this.#kept.add(node);
    const has = (one: number): boolean => this.#kept.has(one);
    if (!isWriteQuorum(this.#ledger.membership, has) || !isWriteQuorum(writing.membership, has)) return;
    this.#ledger = writing;
    this.#writing = undefined;
    const done = this.#current;
    this.#current = [];
    for (const change of done) change.done(writing);
    if (this.#writing === undefined) this.#write();
  }

  close(): void {
    this.#closed = true;
  }
}
