// Finds a cycle of waits.
//
// Nodes are the waits that are WAITING. Edges of a wait:
//   row       to the wait of the row's holder, while the holder still runs;
//   object    to the waits of all transactions registered as users of the object;
//   both      to the wait just before it in the queue of the same resource: first in, first out means that it must be served first
//             (so a queued X counts for every later S, S12).
// Edges are read from the tables at the moment of the search, under the latch: an edge whose holder has ended is none.

import {WaitKind} from '../api.ts';
import {WaitField} from '../memory/layout.ts';
import type {Slots} from '../transaction/slots.ts';
import {WaitState, type WaitTable} from './wait-table.ts';

export class WaitGraph {
  readonly #table: WaitTable;
  readonly #slots: Slots;
  /** For each wait, the wait from which the search reached it, plus one; 0 = not reached. */
  readonly #parent: Int32Array;
  readonly #frontier: Int32Array;
  #frontierEnd = 0;

  constructor(table: WaitTable, slots: Slots) {
    this.#table = table;
    this.#slots = slots;
    this.#parent = new Int32Array(table.capacity);
    this.#frontier = new Int32Array(table.capacity);
  }

  /** The lightest wait of a cycle through `start`, -1 when there is none. Among equals: `start`. */
  findVictim(start: number): number {
    this.#parent.fill(0);
    this.#frontierEnd = 0;
    let from = start;
    for (let next = 0; ; next++) {
      this.#expand(from);
      if (this.#parent[start] !== 0) return this.#lightestOnPath(start);
      if (next === this.#frontierEnd) return -1;
      from = this.#frontier[next];
    }
  }

  /** The wait of a transaction, if it is waiting. */
  waitOf(incarnation: number, slot: number): number {
    const table = this.#table;
    for (let index = 0; index < table.high; index++) {
      if (table.state(index) !== WaitState.waiting) continue;
      if (table.get(index, WaitField.slot) === slot && table.get(index, WaitField.incarnation) === incarnation)
        return index;
    }
    return -1;
  }

  #expand(from: number): void {
    if (this.#table.get(from, WaitField.kind) === WaitKind.row) this.#reach(from, this.#holderOf(from));
    else this.#reachUsers(from);
    this.#reach(from, this.#predecessorOf(from));
  }

  #reach(from: number, to: number): void {
    if (to < 0 || this.#parent[to] !== 0) return;
    this.#parent[to] = from + 1;
    this.#frontier[this.#frontierEnd++] = to;
  }

  #holderOf(index: number): number {
    const table = this.#table;
    const incarnation = table.get(index, WaitField.holderIncarnation);
    const slot = table.get(index, WaitField.holderSlot);
    if (!this.#slots.isRunning(incarnation, slot, table.get(index, WaitField.holderVersion))) return -1;
    return this.waitOf(incarnation, slot);
  }

  #reachUsers(index: number): void {
    const table = this.#table;
    const page = table.get(index, WaitField.resource);
    for (let use = 0; use < table.useCount; use++) {
      const incarnation = table.useIncarnation(use);
      if (incarnation === 0 || table.usePage(use) !== page) continue;
      const to = this.waitOf(incarnation, table.useSlot(use));
      if (to !== index) this.#reach(index, to);
    }
  }

  /** The last wait before this one in the queue of its resource. */
  #predecessorOf(index: number): number {
    const table = this.#table;
    let best = -1;
    for (let other = 0; other < table.high; other++) {
      if (other === index || table.state(other) !== WaitState.waiting) continue;
      if (table.get(other, WaitField.resource) !== table.get(index, WaitField.resource)) continue;
      if (!this.#isSameKind(other, index) || !table.isBefore(other, index)) continue;
      if (best < 0 || table.isBefore(best, other)) best = other;
    }
    return best;
  }

  #isSameKind(a: number, b: number): boolean {
    return this.#table.get(a, WaitField.kind) === this.#table.get(b, WaitField.kind);
  }

  #lightestOnPath(start: number): number {
    const table = this.#table;
    let best = start;
    for (let at = this.#parent[start] - 1; at !== start; at = this.#parent[at] - 1) {
      if (table.get(at, WaitField.weight) < table.get(best, WaitField.weight)) best = at;
    }
    return best;
  }
}
