// What the threads of one process share about the streams of a quorum volume, in shared memory, so that a read asks for everything that was durable before it:
//
//   stream words   as in the local volume: incarnation, VDL, checkpoint, flags, per node
//   tails          per node and PG: end of the last batch that the stream has sent there; 0 = none
//   ended          sealed streams that not every replica is known to have whole: incarnation and end D
//
// A writer sets the tail before it sends the batch and the VDL when it is durable; a reader reads the VDL first. So the tail that it sees covers every
// batch below that VDL. The volume master alone changes `ended`: it adds a stream before anybody may use what recovery found in it.

import {assert} from '../../../base/assert.ts';
import {StreamWords, streamWordsBytes} from '../../segment/stream-words.ts';
import type {Need} from '../api.ts';

/** PGs of a volume at most; 64 TiB in groups of 10 GB. */
export const GROUPS_MAX = 8192;
/** Sealed streams that may be waiting for a replica that is away. */
const ENDED_MAX = 1024;

export function quorumWordsBytes(nodes: number): number {
  return streamWordsBytes(nodes) + (nodes * GROUPS_MAX + 1 + ENDED_MAX * 2) * 8;
}

export class QuorumWords {
  readonly streams: StreamWords;
  readonly #nodes: number;
  readonly #tails: BigUint64Array;
  readonly #ended: BigUint64Array;

  /** `memory` must be zero at first. */
  constructor(memory: ArrayBufferLike, nodes: number) {
    this.#nodes = nodes;
    this.streams = new StreamWords(memory, 0, nodes);
    const tails = streamWordsBytes(nodes);
    this.#tails = new BigUint64Array(memory, tails, nodes * GROUPS_MAX);
    this.#ended = new BigUint64Array(memory, tails + nodes * GROUPS_MAX * 8, 1 + ENDED_MAX * 2);
  }

  /** A stream begins. */
  begin(node: number, incarnation: number, startLsn: number): void {
    this.streams.begin(node, 0, startLsn);
    for (let pg = 0; pg < GROUPS_MAX; pg++) Atomics.store(this.#tails, node * GROUPS_MAX + pg, 0n);
    this.streams.begin(node, incarnation, startLsn);
  }

  /** The node's stream is over; what it held is in `ended` by now. */
  clear(node: number): void {
    this.streams.begin(node, 0, 0);
  }

  setTail(node: number, pg: number, lsn: number): void {
    assert(pg < GROUPS_MAX, () => `protection group ${pg} is beyond what a volume can have`);
    Atomics.store(this.#tails, node * GROUPS_MAX + pg, BigInt(lsn));
  }

  addEnded(incarnation: number, end: number): void {
    for (let i = 0; i < ENDED_MAX; i++) {
      const at = 1 + i * 2;
      if (Atomics.load(this.#ended, at) !== 0n) continue;
      Atomics.store(this.#ended, at + 1, BigInt(end));
      Atomics.store(this.#ended, at, BigInt(incarnation));
      if (i >= Number(Atomics.load(this.#ended, 0))) Atomics.store(this.#ended, 0, BigInt(i + 1));
      return;
    }
    assert(false, () => 'too many sealed streams wait for a replica');
  }

  /** Sealed streams that may still be added. */
  get endedRoom(): number {
    let room = 0;
    for (let i = 0; i < ENDED_MAX; i++) if (Atomics.load(this.#ended, 1 + i * 2) === 0n) room++;
    return room;
  }

  removeEnded(incarnation: number): void {
    for (let i = 0; i < ENDED_MAX; i++) {
      if (Atomics.load(this.#ended, 1 + i * 2) === BigInt(incarnation)) Atomics.store(this.#ended, 1 + i * 2, 0n);
    }
  }

  /** What a replica of `pg` must have for a read that begins now. */
  needs(pg: number): Need[] {
    const needs: Need[] = [];
    for (let node = 0; node < this.#nodes; node++) {
      const incarnation = this.streams.incarnation(node);
      if (incarnation === 0) continue;
      const vdl = this.streams.durable(node);
      const tail = Number(Atomics.load(this.#tails, node * GROUPS_MAX + pg));
      if (tail > 0 && this.streams.incarnation(node) === incarnation) needs.push([incarnation, Math.min(vdl, tail)]);
    }
    const count = Number(Atomics.load(this.#ended, 0));
    for (let i = 0; i < count; i++) {
      const incarnation = Number(Atomics.load(this.#ended, 1 + i * 2));
      if (incarnation !== 0) needs.push([incarnation, Number(Atomics.load(this.#ended, 2 + i * 2))]);
    }
    return needs;
  }
}
