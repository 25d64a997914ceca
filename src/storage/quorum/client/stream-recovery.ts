// Recovery of one stream whose writer is gone (S18, K6): finds D, makes everything below durable, fixes D, has it told.
//
//   fencing    a higher epoch at a read quorum, three of six: the old writer cannot get four any more. Their answers say what they hold.
//   fetching   from the best replica of every PG what lies behind the checkpoint, from the others what that one lacks
//   rewriting  VCL: how far the runs of all PGs follow each other. D: the last CPL below. What a replica lacks below D is sent to it, until four have all
//   fixing     D in the ledger: from here on it stands
//   sealing    D and the tails to every node; a write quorum keeps them
//
// A crash before `fixing` leaves higher epochs and more copies: the next recoverer fences again with an epoch above, and may find another D; nobody has seen the
// first one. A crash after it: the next one tells the same D.

import type {Clock, Timer} from '../../../env/clock.ts';
import type {Checksum} from '../../../env/crypto.ts';
import type {Trace} from '../../../env/trace.ts';
import {type Ledger, type MessageOf, STREAM_START, type StreamFence} from '../api.ts';
import {type Batch, readBatches, runsOf} from '../batch.ts';
import {isReadQuorum, isWriteQuorum, membersOf, quorumPoint} from '../membership.ts';
import {StreamBytes} from './stream-bytes.ts';

const RETRY_MS = 60;
/** A read quorum has answered; the others get so long to add what they know. */
const GRACE_MS = 120;
const FETCH_BYTES = 4 << 20;
/** A node that does not answer what it was asked for so long is passed over. */
const SILENCE_MS = 1000;

export interface RecoveryHost {
  readonly clock: Clock;
  readonly crc32: Checksum;
  readonly trace: Trace;
  readonly ledger: Ledger;
  /** D when an earlier recovery has fixed it, else 0. */
  readonly fixedEnd: number;
  send(node: number, message: MessageOf<'fence'> | MessageOf<'fetch'> | MessageOf<'append'> | MessageOf<'seal'>): void;
  /** Makes D durable in the ledger. */
  fix(end: number, done: () => void): void;
}

interface FetchJob {
  readonly pg: number;
  readonly node: number;
  after: number;
  askedAt: number;
}

interface Group {
  readonly batches: Map<number, Batch>;
  /** By node: its SCL. */
  readonly reached: Map<number, number>;
  tail: number;
}

export class StreamRecovery {
  readonly incarnation: number;
  readonly #host: RecoveryHost;
  readonly #done: (bytes: StreamBytes) => void;
  phase: 'fencing' | 'fetching' | 'rewriting' | 'fixing' | 'sealing' | 'done' = 'fencing';
  #epoch = 2;
  #id = 1;
  readonly #fenced = new Map<number, MessageOf<'fenced'>>();
  #quorumAt = -1;
  readonly #groups = new Map<number, Group>();
  #jobs: FetchJob[] = [];
  #checkpoint = STREAM_START;
  #fence: StreamFence | undefined;
  #bytes: StreamBytes | undefined;
  #complained = false;
  readonly #sealed = new Set<number>();
  #timer: Timer | undefined;

  constructor(host: RecoveryHost, incarnation: number, done: (bytes: StreamBytes) => void) {
    this.#host = host;
    this.incarnation = incarnation;
    this.#done = done;
  }

  start(): void {
    this.#tick();
  }

  stop(): void {
    this.phase = 'done';
    this.#timer?.cancel();
  }

  #members(): number[] {
    return membersOf(this.#host.ledger.membership);
  }

  /** Repeats what has not been answered. */
  #tick(): void {
    this.#timer?.cancel();
    if (this.phase === 'done') return;
    if (this.phase === 'fencing') this.#sendFences();
    else if (this.phase === 'fetching') this.#checkSilence();
    else if (this.phase === 'rewriting') {
      this.#sendFences();
      this.#rewrite();
    } else if (this.phase === 'sealing') this.#sendSeals();
    this.#timer = this.#host.clock.after(RETRY_MS, () => this.#tick());
  }

  #sendFences(): void {
    const {incarnation} = this;
    const {generation} = this.#host.ledger;
    for (const node of this.#members()) {
      if (this.#fenced.has(node)) continue;
      this.#host.send(node, {kind: 'fence', id: this.#id, incarnation, epoch: this.#epoch, generation});
    }
    if (this.phase === 'fencing' && this.#isDue()) this.#fetch();
  }

  onFenced(node: number, message: MessageOf<'fenced'>): void {
    if (message.id !== this.#id) return;
    if (message.epoch > this.#epoch) {
      // An earlier recoverer got further: above it.
      if (this.phase === 'fencing') this.#restart(message.epoch + 1);
      return;
    }
    this.#fenced.set(node, message);
    for (const [pg, , , scl] of message.points) this.#noteReached(node, pg, scl);
    if (this.phase === 'fencing' && this.#isDue()) this.#fetch();
  }

  #restart(epoch: number): void {
    this.#epoch = epoch;
    this.#id++;
    this.#fenced.clear();
    this.#groups.clear();
    this.#jobs = [];
    this.#quorumAt = -1;
    this.phase = 'fencing';
    this.#tick();
  }

  #noteReached(node: number, pg: number, scl: number): void {
    const {reached} = this.#group(pg);
    reached.set(node, Math.max(reached.get(node) ?? 0, scl));
  }

  #group(pg: number): Group {
    let group = this.#groups.get(pg);
    if (group === undefined) {
      group = {batches: new Map(), reached: new Map(), tail: STREAM_START};
      this.#groups.set(pg, group);
    }
    return group;
  }

  /** A node counts when it has everything that it ever acknowledged. */
  #isDue(): boolean {
    const {membership} = this.#host.ledger;
    if (!isReadQuorum(membership, node => this.#fenced.get(node)?.whole === true)) return false;
    const now = this.#host.clock.now();
    if (this.#quorumAt < 0) this.#quorumAt = now;
    return this.#fenced.size === this.#members().length || now - this.#quorumAt >= GRACE_MS;
  }

  #fetch(): void {
    this.phase = 'fetching';
    const answers = [...this.#fenced.values()];
    this.#checkpoint = Math.max(STREAM_START, ...answers.map(answer => answer.checkpoint));
    for (const [pg, group] of this.#groups) {
      const nodes = [...group.reached].sort((a, b) => b[1] - a[1]);
      for (const [i, [node, scl]] of nodes.entries()) {
        const highest = this.#fenced.get(node)?.points.find(point => point[0] === pg)?.[4] ?? scl;
        // The best one brings everything; from the others only what may lie beyond it.
        const after = i === 0 ? this.#checkpoint : Math.max(this.#checkpoint, nodes[0][1]);
        if (highest > after) this.#jobs.push({pg, node, after, askedAt: -1});
      }
    }
    this.#nextFetch();
  }

  #nextFetch(): void {
    const job = this.#jobs[0];
    if (job === undefined) {
      this.#decide();
      return;
    }
    job.askedAt = this.#host.clock.now();
    const {incarnation} = this;
    this.#host.send(job.node, {
      kind: 'fetch',
      id: ++this.#id,
      pg: job.pg,
      incarnation,
      after: job.after,
      limit: FETCH_BYTES,
    });
  }

  #checkSilence(): void {
    const job = this.#jobs[0];
    if (job === undefined || this.#host.clock.now() - job.askedAt < SILENCE_MS) return;
    // The node may be gone: begin anew with those that answer now.
    this.#restart(this.#epoch);
  }

  onBatches(node: number, message: MessageOf<'batches'>): void {
    const job = this.#jobs[0];
    if (this.phase !== 'fetching' || job === undefined || message.id !== this.#id || node !== job.node) return;
    const {batches} = this.#group(job.pg);
    const found = readBatches(message.bytes, this.#host.crc32);
    for (const batch of found) {
      batches.set(batch.prev, batch);
      job.after = Math.max(job.after, batch.end);
    }
    if (!message.more || found.length === 0) this.#jobs.shift();
    this.#nextFetch();
  }

  /** Finds D and the tails. */
  #decide(): void {
    const bytes = new StreamBytes(this.incarnation, this.#checkpoint);
    const runs: {lsn: number; batch: Batch; at: number; length: number}[] = [];
    for (const {batches} of this.#groups.values()) {
      for (const batch of batches.values()) for (const run of runsOf(batch.bytes)) runs.push({...run, batch});
    }
    runs.sort((a, b) => a.lsn - b.lsn);
    for (const {lsn, batch, at, length} of runs) if (!bytes.add(lsn, batch.bytes.subarray(at, at + length))) break;
    const {fixedEnd} = this.#host;
    const end = bytes.cut(fixedEnd);
    const known = Math.max(this.#checkpoint, ...[...this.#fenced.values()].map(answer => answer.vdl));
    if (end < Math.max(known, fixedEnd)) {
      this.#lacks(end, Math.max(known, fixedEnd));
      return;
    }
    this.#bytes = bytes;
    for (const group of this.#groups.values()) this.#setTail(group, end);
    const tails = Object.fromEntries([...this.#groups].map(([pg, group]) => [String(pg), group.tail]));
    this.#fence = {incarnation: this.incarnation, epoch: this.#epoch, end, tails};
    this.phase = 'rewriting';
    this.#rewrite();
  }

  /** What answers is not enough: more nodes may come. */
  #lacks(found: number, known: number): void {
    if (!this.#complained) {
      const fields = {incarnation: this.incarnation, found, known, nodes: [...this.#fenced.keys()]};
      this.#host.trace.error(
        'recovery waits for more storage nodes: those that answer lack redo that was durable',
        fields,
      );
      this.#complained = true;
    }
    this.phase = 'fencing';
    this.#id++;
    this.#fenced.clear();
    this.#groups.clear();
    this.#jobs = [];
    this.#quorumAt = -1;
  }

  #setTail(group: Group, end: number): void {
    const inOrder = [...group.batches.values()].sort((a, b) => a.prev - b.prev);
    const below = inOrder.filter(batch => batch.first < end);
    if (below.length > 0) group.tail = below[below.length - 1].end;
    else if (inOrder.length > 0) group.tail = inOrder[0].prev;
    else group.tail = Math.max(STREAM_START, ...group.reached.values());
  }

  /** Sends what is below D to those that lack it; goes on when a write quorum has everything in every PG. */
  #rewrite(): void {
    for (const group of this.#groups.values()) {
      const inOrder = [...group.batches.values()]
        .filter(batch => batch.end <= group.tail)
        .sort((a, b) => a.prev - b.prev);
      for (const node of this.#fenced.keys()) {
        const reached = group.reached.get(node) ?? STREAM_START;
        if (reached >= group.tail) continue;
        for (const batch of inOrder) if (batch.end > reached) this.#append(node, batch);
      }
    }
    this.#checkRewritten();
  }

  #append(node: number, batch: Batch): void {
    const membership = this.#host.ledger.membership.epoch;
    this.#host.send(node, {kind: 'append', membership, epoch: this.#epoch, vdl: 0, readPoint: 0, bytes: batch.bytes});
  }

  onAck(node: number, message: MessageOf<'ack'>): void {
    if (message.incarnation !== this.incarnation || this.phase !== 'rewriting') return;
    this.#noteReached(node, message.pg, message.scl);
    this.#checkRewritten();
  }

  #checkRewritten(): void {
    const {membership} = this.#host.ledger;
    for (const group of this.#groups.values()) {
      if (quorumPoint(membership, node => group.reached.get(node) ?? 0) < group.tail) return;
    }
    this.#fix();
  }

  #fix(): void {
    if (this.phase !== 'rewriting' || this.#fence === undefined) return;
    this.phase = 'fixing';
    if (this.#host.fixedEnd > 0) {
      this.phase = 'sealing';
      this.#sendSeals();
      return;
    }
    this.#host.fix(this.#fence.end, () => {
      if (this.phase !== 'fixing') return;
      this.phase = 'sealing';
      this.#sendSeals();
    });
  }

  #sendSeals(): void {
    const fence = this.#fence;
    if (fence === undefined) return;
    const {generation} = this.#host.ledger;
    for (const node of this.#members()) {
      if (!this.#sealed.has(node)) this.#host.send(node, {kind: 'seal', id: this.#id, generation, fence});
    }
  }

  onSealed(node: number, message: MessageOf<'sealed'>): void {
    if (this.phase !== 'sealing' || message.incarnation !== this.incarnation) return;
    this.#sealed.add(node);
    if (!isWriteQuorum(this.#host.ledger.membership, one => this.#sealed.has(one))) return;
    this.stop();
    this.#done(this.#bytes as StreamBytes);
  }
}
