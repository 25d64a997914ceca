// Makes a node whole again that may lack what it once acknowledged: a wiped disk, a damaged log, a new member.
//
//   asking     until a read quorum of whole peers has told what exists: per PG and stream the highest end, the target
//   copying    PGs whose log cannot be had any more: the pages of one peer, while its log from that peer's bases on comes by gossip
//   catching   until every chain has reached its target
//   done       the node counts again in recovery, and serves pages
//
// While this goes on the node accepts and acknowledges new redo like any other. A crash at any point leaves `whole: false`, and it begins anew; pages
// that have come stay.

import {type MessageOf, STREAM_START, type StreamPoint} from '../api.ts';
import type {Replica} from './replica.ts';

const RETRY_MS = 300;
/** A source that leaves so many questions unanswered is given up for another one. */
const PATIENCE = 5;

/** What the rebuild works on. */
export interface RebuildHost {
  readonly self: number;
  now(): number;
  peers(): number[];
  isReadQuorum(has: (node: number) => boolean): boolean;
  send(node: number, message: MessageOf<'describe'> | MessageOf<'copy'>): void;
  /** Made when missing. */
  replica(pg: number): Replica;
  groups(): Replica[];
  isRetired(incarnation: number): boolean;
  becomeWhole(): void;
}

export class Rebuild {
  readonly #host: RebuildHost;
  readonly #described = new Map<number, readonly StreamPoint[]>();
  readonly #targets = new Map<string, {pg: number; incarnation: number; highest: number; base: number}>();
  phase: 'asking' | 'copying' | 'catching' | 'done' = 'asking';
  #toCopy: number[] = [];
  #source = 0;
  #attempt = 0;
  #unanswered = 0;
  #after = -1;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** Ids of what was asked last: older answers are ignored. */
  #id = 0;
  /** Pages copied, for status. */
  pages = 0;

  constructor(host: RebuildHost) {
    this.#host = host;
  }

  tick(): void {
    if (this.phase === 'asking') this.#ask();
    else if (this.phase === 'copying') this.#copy(false);
    else if (this.phase === 'catching') this.#checkTargets();
  }

  #isDue(): boolean {
    const now = this.#host.now();
    if (now - this.#askedAt < RETRY_MS) return false;
    this.#askedAt = now;
    return true;
  }

  #ask(): void {
    if (!this.#isDue()) return;
    for (const peer of this.#host.peers()) this.#host.send(peer, {kind: 'describe', id: this.#id});
  }

  described(message: MessageOf<'described'>): void {
    if (this.phase !== 'asking' || message.id !== this.#id || !message.whole) return;
    this.#described.set(message.node, message.points);
    if (this.#host.isReadQuorum(node => node !== this.#host.self && this.#described.has(node))) this.#plan();
  }

  #plan(): void {
    for (const points of this.#described.values()) {
      for (const [pg, incarnation, base, , highest] of points) {
        const key = `${pg}:${incarnation}`;
        const known = this.#targets.get(key);
        const lowest = Math.min(known?.base ?? base, base);
        this.#targets.set(key, {pg, incarnation, highest: Math.max(known?.highest ?? 0, highest), base: lowest});
      }
    }
    const copies = new Set<number>();
    for (const replica of this.#host.groups()) {
      const holes = [...replica.chains.values()].some(
        chain => chain.waiting.size > 0 && this.#host.isRetired(chain.incarnation),
      );
      if (replica.copying || holes) copies.add(replica.pg);
    }
    for (const {pg, incarnation, base} of this.#targets.values()) {
      const reached = this.#host.replica(pg).chains.get(incarnation)?.scl ?? STREAM_START;
      if (base > reached || this.#host.replica(pg).copying) copies.add(pg);
    }
    this.#toCopy = [...copies];
    this.phase = 'copying';
    this.#beginCopy();
  }

  /** Chooses a peer for the next PG and asks for its first pages. */
  #beginCopy(): void {
    const pg = this.#toCopy[0];
    if (pg === undefined) {
      this.phase = 'catching';
      return;
    }
    const sources = [...this.#described].filter(([, points]) => points.some(point => point[0] === pg));
    if (sources.length === 0) {
      // Nobody has anything of it: there is nothing to copy.
      this.#endCopy(pg);
      return;
    }
    const [source, points] = sources[this.#attempt++ % sources.length];
    this.#source = source;
    this.#after = -1;
    this.#unanswered = 0;
    const bases = points.filter(point => point[0] === pg).map(point => [point[1], point[2]] as const);
    this.#host.replica(pg).beginCopy(bases);
    this.#copy(true);
  }

  #endCopy(pg: number): void {
    const replica = this.#host.replica(pg);
    if (replica.copying) replica.endCopy(incarnation => this.#host.isRetired(incarnation));
    this.#toCopy.shift();
    this.#beginCopy();
  }

  #copy(now: boolean): void {
    if (now) this.#askedAt = Number.NEGATIVE_INFINITY;
    if (!this.#isDue()) return;
    if (++this.#unanswered > PATIENCE) {
      this.#beginCopy();
      return;
    }
    this.#host.send(this.#source, {kind: 'copy', id: ++this.#id, pg: this.#toCopy[0], after: this.#after});
  }

  /** Pages have come; they are adopted already. */
  copied(message: MessageOf<'pages'>): void {
    if (this.phase !== 'copying' || message.id !== this.#id || message.pg !== this.#toCopy[0]) return;
    if (!message.ok) return;
    this.#unanswered = 0;
    this.pages += message.pageNos.length;
    this.#after = message.pageNos.at(-1) ?? this.#after;
    if (message.more) this.#copy(true);
    else this.#endCopy(message.pg);
  }

  #checkTargets(): void {
    for (const {pg, incarnation, highest} of this.#targets.values()) {
      if (this.#host.isRetired(incarnation)) continue;
      const chain = this.#host.replica(pg).chains.get(incarnation);
      if (chain === undefined || !(chain.isWhole || chain.scl >= highest)) return;
    }
    this.phase = 'done';
    this.#host.becomeWhole();
  }
}
