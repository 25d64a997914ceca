// The primary's end of its redo stream in a quorum volume.
//
//   write -> dealt out by PG into batches -> to all members at once
//   SCLs come back -> PGCL, the fourth highest in every set -> VCL: every batch below is at PGCL -> VDL: the last CPL below VCL -> done
//
// No replica is waited for: the two slowest of six may be dead, frozen or far behind. What was not acknowledged is sent again when the connection comes back;
// what is durable is forgotten here, and whoever lacks it gets it by gossip.
//
// Back-pressure: no more than LSN_LIMIT bytes of the stream lie beyond VDL (LAL): `room` counts down to it, so reservations block before the memory is full.

import {assert} from '../../../base/assert.ts';
import type {Clock, Timer} from '../../../env/clock.ts';
import type {Checksum} from '../../../env/crypto.ts';
import type {Memory} from '../../../format/memory.ts';
import {FRAME_HEADER} from '../../../format/redo/layout.ts';
import {isControl, redoLength, redoPageNo} from '../../../format/redo/read.ts';
import type {RedoStream} from '../../api.ts';
import {StreamFlag} from '../../segment/stream-words.ts';
import {type Membership, type MessageOf, STREAM_START, type VolumeView} from '../api.ts';
import {encodeBatch, type Run} from '../batch.ts';
import {membersOf, quorumPoint} from '../membership.ts';
import type {Dispatcher} from './dispatcher.ts';
import type {QuorumWords} from './quorum-words.ts';

/** LAL: bytes of redo that may be given LSNs beyond VDL. */
export const LSN_LIMIT = 32 << 20;
const PAYLOAD_MAX = 1 << 20;
/** A batch that has not been acknowledged for so long is sent again, if nothing is queued for the node. Milliseconds. */
const RESEND_MS = 250;
const TICK_MS = 20;
/** First epoch of every stream; recovery raises it. */
export const FIRST_EPOCH = 1;

/** Everything a thread needs to write a stream; plain data. */
export interface QuorumStreamDescription {
  readonly incarnation: number;
  /** Slot in the words. */
  readonly node: number;
  readonly startLsn: number;
  readonly view: VolumeView;
}

interface SentBatch {
  readonly pg: number;
  readonly end: number;
  readonly bytes: Uint8Array;
  sentAt: number;
}

interface OpenFrame {
  readonly cplLsn: number;
  readonly batches: readonly SentBatch[];
}

export interface RedoStreamEnv {
  readonly clock: Clock;
  readonly crc32: Checksum;
}

export class QuorumRedoStream implements RedoStream {
  readonly incarnation: number;
  readonly startLsn: number;
  readonly maxPayload = PAYLOAD_MAX;
  onAdvance: (error?: string) => void = () => {};
  readonly #env: RedoStreamEnv;
  readonly #port: Dispatcher;
  readonly #words: QuorumWords;
  readonly #node: number;
  readonly #pagesPerGroup: number;
  #membership: Membership;
  readonly #open: OpenFrame[] = [];
  /** By PG: end of the last batch. */
  readonly #tails = new Map<number, number>();
  /** By PG, then node: the highest SCL told. */
  readonly #reached = new Map<number, Map<number, number>>();
  #nextLsn: number;
  #durableLsn: number;
  #toldLsn: number;
  #cplLsn: number;
  #checkpoint = 0;
  /** Told by those who know of readers behind; Infinity: there are none. */
  #readPoint = Number.POSITIVE_INFINITY;
  #lastGroup = 0;
  #failure: string | undefined;
  #timer: Timer | undefined;
  /** Batches sent, bytes of them (once, not six times), batches sent again. */
  batches = 0;
  bytes = 0;
  resent = 0;

  constructor(env: RedoStreamEnv, port: Dispatcher, words: QuorumWords, description: QuorumStreamDescription) {
    this.#env = env;
    this.#port = port;
    this.#words = words;
    this.incarnation = description.incarnation;
    this.startLsn = description.startLsn;
    this.#node = description.node;
    this.#pagesPerGroup = description.view.pagesPerGroup;
    this.#membership = description.view.membership;
    this.#nextLsn = this.#durableLsn = this.#cplLsn = this.#toldLsn = description.startLsn;
    port.place(description.view.nodes);
    port.on('ack', (node, message) => this.#acked(node, message));
    port.on('refused', (node, message) => this.#refused(node, message));
    port.onUp(node => this.#resend(node, 0));
    this.#tick();
  }

  get durableLsn(): number {
    return this.#durableLsn;
  }

  /** Only a quorum keeps what this primary's death must not lose: written is durable, and nothing rests on what is not (K5). */
  get writtenLsn(): number {
    return this.#durableLsn;
  }

  /** What has been written is on its way. */
  sync(): boolean {
    return this.#open.length > 0;
  }

  /** PGMRPL: the log above it stays in the nodes. */
  #readableFrom(vdl: number): number {
    return Math.min(vdl, this.#readPoint);
  }

  /** Storage nodes do not say why they are slow: a shortage that lasts is an error. */
  isOutOfSpace(): boolean {
    return true;
  }

  setReadPoint(lsn: number): void {
    this.#readPoint = lsn;
  }

  restOn(): void {}

  encodeRests(): number {
    return 0;
  }

  look(): void {}

  /** Nodes have come or gone, or may. */
  setView(view: VolumeView): void {
    this.#port.place(view.nodes);
    this.#setMembership(view.membership);
  }

  #setMembership(membership: Membership): void {
    if (membership.epoch <= this.#membership.epoch) return;
    this.#membership = membership;
    for (const node of membersOf(membership)) this.#resend(node, 0);
    this.#advance();
  }

  write(memory: Memory, at: number, payloadLength: number, startLsn: number, cplLsn: number): void {
    assert(startLsn === this.#nextLsn, () => `redo write at LSN ${startLsn}, the stream is at ${this.#nextLsn}`);
    assert(payloadLength > 0 && payloadLength <= PAYLOAD_MAX, () => `redo frame of ${payloadLength} bytes`);
    assert(cplLsn <= startLsn + payloadLength, () => `CPL ${cplLsn} beyond the frame's end`);
    if (this.#failure !== undefined) return;
    this.#nextLsn = startLsn + payloadLength;
    this.#cplLsn = Math.max(this.#cplLsn, cplLsn);
    const batches: SentBatch[] = [];
    for (const [pg, runs] of this.#deal(memory, at + FRAME_HEADER, payloadLength, startLsn)) {
      batches.push(this.#makeBatch(pg, runs, memory.bytes));
    }
    this.#open.push({cplLsn: this.#cplLsn, batches});
    for (const batch of batches) this.#send(membersOf(this.#membership), batch);
  }

  /** The records by PG, as runs; a control record goes with the one before it. */
  #deal(memory: Memory, from: number, length: number, startLsn: number): Map<number, Run[]> {
    const dealt = new Map<number, Run[]>();
    let begin = from;
    let group = this.#lastGroup;
    const cut = (to: number): void => {
      if (to === begin) return;
      const runs = dealt.get(group) ?? [];
      runs.push({lsn: startLsn + begin - from, at: begin, length: to - begin});
      dealt.set(group, runs);
      begin = to;
    };
    for (let at = from; at < from + length; at += redoLength(memory, at)) {
      if (isControl(memory, at)) continue;
      const next = Math.floor(redoPageNo(memory, at) / this.#pagesPerGroup);
      if (next === group) continue;
      cut(at);
      group = next;
    }
    cut(from + length);
    this.#lastGroup = group;
    return dealt;
  }

  #makeBatch(pg: number, runs: readonly Run[], source: Uint8Array): SentBatch {
    const last = runs[runs.length - 1];
    const end = last.lsn + last.length;
    const prev = this.#tails.get(pg) ?? STREAM_START;
    const head = {incarnation: this.incarnation, pg, prev, end, checkpoint: this.#checkpoint, vdl: this.#durableLsn};
    const bytes = encodeBatch(head, runs, source, this.#env.crc32);
    this.#tails.set(pg, end);
    this.#words.setTail(this.#node, pg, end);
    this.batches++;
    this.bytes += bytes.length;
    return {pg, end, bytes, sentAt: this.#env.clock.now()};
  }

  /** One message for all: the transport encodes it once. */
  #send(nodes: readonly number[], {bytes}: SentBatch): void {
    const vdl = this.#durableLsn;
    this.#toldLsn = vdl;
    const membership = this.#membership.epoch;
    const message = {
      kind: 'append',
      membership,
      epoch: FIRST_EPOCH,
      vdl,
      readPoint: this.#readableFrom(vdl),
      bytes,
    } as const;
    for (const node of nodes) this.#port.send(node, message);
  }

  #acked(node: number, {pg, incarnation, scl}: MessageOf<'ack'>): void {
    if (incarnation !== this.incarnation) return;
    const reached = this.#reachedIn(pg);
    if (scl <= (reached.get(node) ?? 0)) return;
    reached.set(node, scl);
    this.#advance();
  }

  #reachedIn(pg: number): Map<number, number> {
    let reached = this.#reached.get(pg);
    if (reached === undefined) {
      reached = new Map();
      this.#reached.set(pg, reached);
    }
    return reached;
  }

  /** PGCL of one group. */
  #pgcl(pg: number): number {
    const reached = this.#reachedIn(pg);
    return quorumPoint(this.#membership, node => reached.get(node) ?? 0);
  }

  /** Answers for all frames that have become durable, in order. */
  #advance(): void {
    while (this.#open.length > 0 && this.#failure === undefined) {
      const frame = this.#open[0];
      if (!frame.batches.every(batch => this.#pgcl(batch.pg) >= batch.end)) return;
      this.#open.shift();
      this.#durableLsn = frame.cplLsn;
      this.#words.streams.raiseDurable(this.#node, this.incarnation, frame.cplLsn);
      this.onAdvance();
    }
  }

  #refused(node: number, {incarnation, epoch, membership}: MessageOf<'refused'>): void {
    if (incarnation !== this.incarnation) return;
    if (epoch > FIRST_EPOCH) this.#end(`the stream has been sealed (storage node ${node} is at epoch ${epoch})`);
    else this.#setMembership(membership);
  }

  #end(reason: string): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#words.streams.setFlag(this.#node, StreamFlag.failed);
    this.#open.length = 0;
    this.onAdvance(reason);
  }

  /** Sends again what a node has not acknowledged and was sent more than `age` ago. */
  #resend(node: number, age: number): void {
    const before = this.#env.clock.now() - age;
    for (const {batches} of this.#open) {
      for (const batch of batches) {
        if (batch.sentAt > before || (this.#reached.get(batch.pg)?.get(node) ?? 0) >= batch.end) continue;
        this.resent++;
        this.#send([node], batch);
      }
    }
  }

  /** Repeats what was lost, and tells an idle stream's VDL. */
  #tick(): void {
    if (this.#failure !== undefined) return;
    const now = this.#env.clock.now();
    const oldest = this.#open[0]?.batches[0];
    if (oldest !== undefined && now - oldest.sentAt >= RESEND_MS) {
      for (const node of membersOf(this.#membership)) if (this.#port.queued(node) === 0) this.#resend(node, RESEND_MS);
      for (const {batches} of this.#open)
        for (const batch of batches) if (now - batch.sentAt >= RESEND_MS) batch.sentAt = now;
    }
    if (this.#open.length === 0 && this.#toldLsn < this.#durableLsn) this.#tellPoint();
    this.#timer = this.#env.clock.after(TICK_MS, () => this.#tick());
  }

  #tellPoint(): void {
    const vdl = this.#durableLsn;
    this.#toldLsn = vdl;
    for (const node of membersOf(this.#membership)) {
      this.#port.send(node, {kind: 'point', incarnation: this.incarnation, vdl, readPoint: this.#readableFrom(vdl)});
    }
  }

  room(): number {
    return this.#failure === undefined ? Math.max(0, LSN_LIMIT - (this.#nextLsn - this.#durableLsn)) : 0;
  }

  setCheckpoint(lsn: number): void {
    assert(lsn <= this.#durableLsn, () => `checkpoint at ${lsn} is not durable yet (${this.#durableLsn})`);
    this.#checkpoint = lsn;
    this.#words.streams.setCheckpoint(this.#node, lsn);
  }

  close(): void {
    assert(this.#open.length === 0, () => 'the stream is closed while a write is under way');
    this.#tellPoint();
    this.#failure ??= 'the stream is closed';
    this.#timer?.cancel();
    this.#words.streams.setFlag(this.#node, StreamFlag.closed);
  }

  counters(): ReadonlyMap<string, number> {
    return new Map([
      ['redo_batches', this.batches],
      ['redo_batch_bytes', this.bytes],
      ['redo_batches_resent', this.resent],
    ]);
  }
}
