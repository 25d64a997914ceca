// Who lives: the node table, and what is rare about it. Executed by the supervisor, or by a node for itself.
//
//   join      a new incarnation takes a node id whose last occupant has been recovered completely
//   adopt     an incarnation that died in an earlier life of PMFS gets a region, so that its rows wait until it is recovered (K8)
//   limits    the durable TSO limit (K9), and how far storage has got with each stream (K3)
//
// Death is recovery.ts.

import type {Attachment} from './attachment.ts';
import {Header, NODE_WORDS, NodeField, NodeState} from './memory/layout.ts';
import {RegionState} from './transaction/regions.ts';

export class Members {
  readonly #parts: Attachment;
  readonly #words: Int32Array;

  constructor(parts: Attachment) {
    this.#parts = parts;
    this.#words = parts.memory.words;
  }

  /**
   * Makes `incarnation` (durable, never used before) live on `node`. False when the node's last incarnation is not recovered yet, or when
   * every region is still needed: try again later. Call it before the primary opens its Fusion.
   */
  join(node: number, incarnation: number): boolean {
    if (this.#nodeState(node) !== NodeState.empty) return false;
    this.#lock();
    const region = this.#parts.regions.claim(incarnation, node, RegionState.open);
    this.#unlock();
    if (region < 0) return false;
    Atomics.store(this.#words, this.#nodeAt(node) + NodeField.incarnation, incarnation | 0);
    Atomics.store(this.#words, this.#nodeAt(node) + NodeField.state, NodeState.live);
    return true;
  }

  /**
   * After the death of everything: registers an incarnation that the durable table calls open or sealed, before anybody joins. Its rows
   * are SLOT_UNRECOVERED until the recovery verbs have decided them. False when there is no region: recover some first.
   */
  adopt(incarnation: number): boolean {
    if (this.#parts.regions.find(incarnation) >= 0) return true;
    this.#lock();
    const region = this.#parts.regions.claim(incarnation, -1, RegionState.dead);
    this.#unlock();
    return region >= 0;
  }

  /** Counts one heartbeat of a node. */
  beat(node: number): void {
    Atomics.add(this.#words, this.#nodeAt(node) + NodeField.heartbeat, 1);
  }

  /** Heartbeats of a node; who judges its life compares two readings. */
  heartbeats(node: number): number {
    return Atomics.load(this.#words, this.#nodeAt(node) + NodeField.heartbeat) >>> 0;
  }

  /** Incarnation that lives on the node, 0 when none does. */
  incarnationOn(node: number): number {
    if (this.#nodeState(node) !== NodeState.live) return 0;
    return this.lastOn(node);
  }

  /** Incarnation that lives on the node, or lived there last; 0 when none ever did. */
  lastOn(node: number): number {
    return Atomics.load(this.#words, this.#nodeAt(node) + NodeField.incarnation) >>> 0;
  }

  /** Lowest node id that lives, -1 when none does: it runs the periodic work of the cluster. */
  lowestLive(): number {
    for (let node = 0; node < this.#parts.memory.options.nodes; node++) {
      if (this.#nodeState(node) === NodeState.live) return node;
    }
    return -1;
  }

  /** Marks the node dead: its latches may be taken over. Nothing more is sent to it. */
  markDead(node: number): void {
    Atomics.store(this.#words, this.#nodeAt(node) + NodeField.state, NodeState.dead);
  }

  /** Makes the node id free again, if this incarnation was the last on it. */
  vacate(node: number, incarnation: number): void {
    if (this.lastOn(node) !== incarnation) return;
    Atomics.store(this.#words, this.#nodeAt(node) + NodeField.state, NodeState.empty);
  }

  /** Takes over the members latch from a dead node. The region that was being claimed is still free. */
  repairAfter(deadNode: number): void {
    if (this.#parts.latch.takeOverFrom(Header.membersLatch, deadNode)) this.#unlock();
  }

  /** Allows commits up to `limit`, which is durable by now, and wakes whoever waits for it (K9). */
  raiseTsoLimit(limit: number): void {
    this.#parts.tso.raiseLimit(limit);
  }

  /** First start after the death of everything: the oracle goes on at the durable limit. */
  resumeTso(limit: number): void {
    this.#parts.tso.resumeAt(limit);
  }

  /** Storage serves the stream of `incarnation` up to `lsn` to whoever asks (local volume: its durable LSN; K3). Monotonic. */
  confirm(incarnation: number, lsn: number): void {
    this.#parts.regions.confirm(incarnation, lsn);
  }

  #nodeState(node: number): number {
    return Atomics.load(this.#words, this.#nodeAt(node) + NodeField.state);
  }

  #nodeAt(node: number): number {
    return this.#parts.memory.layout.nodes + node * NODE_WORDS;
  }

  #lock(): void {
    this.#parts.latch.acquire(Header.membersLatch);
  }

  #unlock(): void {
    this.#parts.latch.release(Header.membersLatch);
  }
}
