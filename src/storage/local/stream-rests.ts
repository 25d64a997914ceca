// What the stream of one node rests on: the other half of rule K5.
//
// A page may leave its node as soon as its redo has been written, that is handed to the system: the death of the primary loses nothing of it. The death of
// the machine may lose it. So what the next node writes about the page counts only when the first one's redo is on disk too:
//
//   B gets page P, last changed by A below LSN x  ->  everything that B appends from now on rests on (A, x)
//   B's frame is on disk                          ->  B is synced up to its end
//   A is synced up to x as well                   ->  B is durable: commits are answered, storage takes the frame in
//
// B also takes over what A itself rests on (its row of the matrix), so that nobody has to follow chains: B is durable up to an LSN when every stream that
// it rests on below it is *synced* far enough. Streams are synced independently of each other, so nobody waits in a circle.
//
// The frame says so too (redo record `rests`): after the death of everything, recovery cuts each stream where it rests on something that is gone.
// A stream that has been sealed is on disk up to its end, with all it rests on.

import type {Memory} from '../../format/memory.ts';
import {encodeRests} from '../../format/redo/control.ts';
import type {StreamWords} from '../segment/stream-words.ts';

/** What is appended from `fromLsn` on rests on these, by node; LSN 0 = nothing of it. */
interface Rests {
  fromLsn: number;
  readonly incarnations: Uint32Array;
  readonly lsns: Float64Array;
}

export class StreamRests {
  readonly #words: StreamWords;
  readonly #node: number;
  readonly #now: Rests;
  /** Ascending by fromLsn; each contains the ones before. */
  readonly #pending: Rests[] = [];
  readonly #idle: Rests[] = [];
  readonly #nodeOf = new Map<number, number>();
  readonly #foundIncarnations: Uint32Array;
  readonly #foundLsns: Float64Array;

  constructor(words: StreamWords, node: number) {
    this.#words = words;
    this.#node = node;
    this.#now = newRests(words.nodes);
    this.#foundIncarnations = new Uint32Array(words.nodes);
    this.#foundLsns = new Float64Array(words.nodes);
  }

  /** What is appended from `fromLsn` on rests on the stream of `incarnation` up to `lsn`. `fromLsn` never falls. */
  add(incarnation: number, lsn: number, fromLsn: number): void {
    const node = this.#find(incarnation);
    if (node < 0 || node === this.#node) return;
    const {lsns, incarnations} = this.#now;
    if ((incarnations[node] === incarnation && lsns[node] >= lsn) || this.#words.durable(node) >= lsn) return;
    for (let other = 0; other < this.#words.nodes; other++) {
      const below = this.#words.restOf(node, other);
      if (below > 0) this.#raise(other, this.#words.incarnation(other), below, fromLsn);
    }
    this.#raise(node, incarnation, lsn, fromLsn);
  }

  /** Node on which the incarnation lives; -1: it has been sealed, so nothing of it can be lost. */
  #find(incarnation: number): number {
    const known = this.#nodeOf.get(incarnation);
    if (known !== undefined) return this.#words.incarnation(known) === incarnation ? known : -1;
    for (let node = 0; node < this.#words.nodes; node++) {
      if (this.#words.incarnation(node) !== incarnation) continue;
      this.#nodeOf.set(incarnation, node);
      return node;
    }
    return -1;
  }

  #raise(node: number, incarnation: number, lsn: number, fromLsn: number): void {
    if (node === this.#node || this.#words.durable(node) >= lsn) return;
    const {lsns, incarnations} = this.#now;
    if (incarnations[node] === incarnation && lsns[node] >= lsn) return;
    incarnations[node] = incarnation;
    lsns[node] = lsn;
    this.#words.setRest(this.#node, node, incarnation, lsn);
    let last = this.#pending.at(-1);
    if (last === undefined || last.fromLsn < fromLsn) {
      last = this.#idle.pop() ?? newRests(this.#words.nodes);
      last.fromLsn = fromLsn;
      last.incarnations.set(incarnations);
      last.lsns.set(lsns);
      this.#pending.push(last);
      return;
    }
    last.incarnations[node] = incarnation;
    last.lsns[node] = lsn;
  }

  /** Encodes the `rests` record of the frame that begins at `frameLsn`; 0 when it rests on nothing new. */
  encode(memory: Memory, at: number, frameLsn: number): number {
    const last = this.#pending.at(-1);
    if (last === undefined || last.fromLsn < frameLsn) return 0;
    let count = 0;
    for (let node = 0; node < this.#words.nodes; node++) {
      if (last.lsns[node] === 0 || this.#isDurable(last, node)) continue;
      this.#foundIncarnations[count] = last.incarnations[node];
      this.#foundLsns[count++] = last.lsns[node];
    }
    return count === 0 ? 0 : encodeRests(memory, at, this.#foundIncarnations, this.#foundLsns, count);
  }

  /** How much of what is synced up to `syncedLsn` is durable. Where it ends early, this node is rung when that may have changed. */
  durable(syncedLsn: number): number {
    const pending = this.#pending;
    // Not earlier: what others rest on may be this stream itself, below `fromLsn`.
    while (pending.length > 0 && pending[0].fromLsn < syncedLsn && this.#holds(pending[0])) {
      this.#tell(pending[0]);
      this.#idle.push(pending.shift() as Rests);
    }
    return pending.length === 0 ? syncedLsn : Math.min(syncedLsn, pending[0].fromLsn);
  }

  #holds(rests: Rests): boolean {
    for (let node = 0; node < this.#words.nodes; node++) {
      if (rests.lsns[node] === 0 || this.#isSynced(rests, node)) continue;
      this.#words.addWaiter(node, this.#node);
      if (!this.#isSynced(rests, node)) return false;
    }
    return true;
  }

  /** What these rest on is in them too, so the streams they name are durable as far as they are named: storage must know before it takes in what rests on it. */
  #tell({incarnations, lsns}: Rests): void {
    for (let node = 0; node < lsns.length; node++)
      if (lsns[node] > 0) this.#words.raiseDurable(node, incarnations[node], lsns[node]);
  }

  #isDurable({incarnations, lsns}: Rests, node: number): boolean {
    return this.#words.incarnation(node) !== incarnations[node] || this.#words.durable(node) >= lsns[node];
  }

  #isSynced({incarnations, lsns}: Rests, node: number): boolean {
    return this.#words.incarnation(node) !== incarnations[node] || this.#words.synced(node) >= lsns[node];
  }
}

function newRests(nodes: number): Rests {
  return {fromLsn: 0, incarnations: new Uint32Array(nodes), lsns: new Float64Array(nodes)};
}
