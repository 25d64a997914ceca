// What a storage node keeps durably beside its replicas: who it is, its copy of the ledger, and the fences of streams.

import type {Ledger, StreamFence} from '../api.ts';
import {StateFile, type StateFileEnv} from './state-file.ts';

interface Kept {
  readonly node: number;
  /** False: it may lack what it once acknowledged, and is being rebuilt from its peers. */
  readonly whole: boolean;
  readonly ledger: Ledger;
  readonly fences: readonly StreamFence[];
}

/** True when `a` is the newer ledger: of a later master, or a later version of the same one. */
export function isNewer(a: {generation: number; version: number}, b: {generation: number; version: number}): boolean {
  return a.generation > b.generation || (a.generation === b.generation && a.version > b.version);
}

export class NodeState {
  readonly #file: StateFile<Kept>;
  readonly #fences = new Map<number, StreamFence>();
  node = 0;
  whole = true;
  ledger: Ledger | undefined;

  constructor(env: StateFileEnv, directory: string) {
    this.#file = new StateFile(env, `${directory}/node`);
    const kept = this.#file.read(() => {});
    if (kept === undefined) return;
    this.node = kept.node;
    this.whole = kept.whole;
    this.ledger = kept.ledger;
    for (const fence of kept.fences) this.#fences.set(fence.incarnation, fence);
  }

  #save(): void {
    if (this.ledger === undefined) return;
    this.#file.write({node: this.node, whole: this.whole, ledger: this.ledger, fences: this.fences()});
  }

  /** Becomes a member. Durable. */
  adopt(node: number, whole: boolean, ledger: Ledger): void {
    this.node = node;
    this.whole = whole;
    this.ledger = ledger;
    this.#fences.clear();
    this.#save();
  }

  /** Keeps a ledger if it is newer and of no older master. Durable when it returns true. */
  keepLedger(ledger: Ledger): boolean {
    const own = this.ledger;
    if (own === undefined || own.uuid !== ledger.uuid) return false;
    const same = ledger.generation === own.generation && ledger.master === own.master;
    if (same && ledger.version === own.version) return true;
    if (!isNewer(ledger, own) || (ledger.generation === own.generation && !same)) return false;
    this.ledger = ledger;
    this.#save();
    return true;
  }

  setWhole(whole: boolean): void {
    if (this.whole === whole) return;
    this.whole = whole;
    this.#save();
  }

  fences(): StreamFence[] {
    return [...this.#fences.values()];
  }

  fenceOf(incarnation: number): StreamFence | undefined {
    return this.#fences.get(incarnation);
  }

  /** Epoch that writes to the stream must name at least. */
  epochOf(incarnation: number): number {
    return this.#fences.get(incarnation)?.epoch ?? 1;
  }

  /** Keeps what is newer: a higher epoch, or the end that belongs to it. True when something changed; durable then. */
  keepFence(fence: StreamFence): boolean {
    const own = this.#fences.get(fence.incarnation);
    if (own !== undefined && (fence.epoch < own.epoch || (fence.epoch === own.epoch && own.end >= fence.end)))
      return false;
    // A fence without an end does not take away one that is known: it is what a repeated recovery begins with.
    const known = fence.end === 0 && own !== undefined ? {...fence, end: own.end, tails: own.tails} : fence;
    this.#fences.set(fence.incarnation, known);
    this.#save();
    return true;
  }

  dropFence(incarnation: number): void {
    if (this.#fences.delete(incarnation)) this.#save();
  }

  /** The incarnation has been given out and is in the ledger no more. */
  isRetired(incarnation: number): boolean {
    const {ledger} = this;
    if (ledger === undefined || incarnation >= ledger.next) return false;
    return !ledger.incarnations.some(one => one.incarnation === incarnation);
  }
}
