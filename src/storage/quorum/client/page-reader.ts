// Page reads of a quorum volume: one replica that is complete enough, the fastest first; a second one is asked too when the first is slow (hedge), and
// the next one when it is behind or damaged. Quorum reads exist only in recovery.
//
// A read asks for everything that was durable when it began (QuorumWords.needs; K3).

import {assert} from '../../../base/assert.ts';
import type {Clock, Timer} from '../../../env/clock.ts';
import {Memory} from '../../../format/memory.ts';
import {PAGE_ABSENT, PAGE_DAMAGED, PAGE_FOUND, type PageReader} from '../../api.ts';
import type {Membership, MessageOf, VolumeView} from '../api.ts';
import {membersOf} from '../membership.ts';
import type {Dispatcher} from './dispatcher.ts';
import type {QuorumWords} from './quorum-words.ts';

const READS_MAX = 64;
/** A replica that needs longer than this, or three times its usual time, is given a rival. Milliseconds. */
const HEDGE_MIN_MS = 2;
const HEDGE_FACTOR = 3;
const HEDGE_GROWTH = 4;
/** When no replica could answer. */
const RETRY_MS = 2;
/** Unanswered for so long: the question was lost. */
const LOST_MS = 500;
/** How fast the measured latency follows. */
const WEIGHT = 0.1;
const PENALTY_MS = 50;

interface Read {
  readonly id: number;
  readonly pageNo: number;
  readonly pg: number;
  readonly tried: Set<number>;
  readonly askedAt: Map<number, number>;
  damaged: number;
  timer: Timer | undefined;
}

interface Answer {
  readonly pageNo: number;
  readonly status: number;
  readonly bytes: Uint8Array;
}

export interface PageReaderOptions {
  readonly view: VolumeView;
  /** There are answers to `poll` for. */
  readonly wake: () => void;
}

export class QuorumPageReader implements PageReader {
  onPage: (pageNo: number, status: number, memory: Memory, at: number) => void = () => {};
  readonly #clock: Clock;
  readonly #port: Dispatcher;
  readonly #words: QuorumWords;
  readonly #wake: () => void;
  readonly #pagesPerGroup: number;
  #membership: Membership;
  readonly #reads = new Map<number, Read>();
  readonly #latency = new Map<number, number>();
  readonly #answers: Answer[] = [];
  readonly #staging: Memory;
  #nextId = 1;
  /** Reads answered, second questions asked, answers that a replica was behind. */
  reads = 0;
  hedges = 0;
  behind = 0;

  constructor(clock: Clock, port: Dispatcher, words: QuorumWords, options: PageReaderOptions) {
    this.#clock = clock;
    this.#port = port;
    this.#words = words;
    this.#wake = options.wake;
    this.#pagesPerGroup = options.view.pagesPerGroup;
    this.#membership = options.view.membership;
    this.#staging = new Memory(new ArrayBuffer(options.view.pageSize));
    port.on('page', (node, message) => this.#answered(node, message));
  }

  setView(view: VolumeView): void {
    this.#membership = view.membership;
  }

  canRead(): boolean {
    return this.#reads.size + this.#answers.length < READS_MAX;
  }

  /** What the caller needs was durable when it learned of it (causality rule), so the words cover it. */
  read(pageNo: number, _needStream: number, _needLsn: number): void {
    assert(this.canRead(), () => 'more page reads than allowed: ask canRead first');
    const read: Read = {
      id: this.#nextId++,
      pageNo,
      pg: Math.floor(pageNo / this.#pagesPerGroup),
      tried: new Set(),
      askedAt: new Map(),
      damaged: 0,
      timer: undefined,
    };
    this.#reads.set(read.id, read);
    this.#ask(read);
  }

  /** Asks the fastest replica that has not been asked. */
  #ask(read: Read): void {
    read.timer?.cancel();
    let best = 0;
    let bestLatency = Number.POSITIVE_INFINITY;
    for (const node of membersOf(this.#membership)) {
      const latency = this.#latency.get(node) ?? 0;
      if (read.tried.has(node) || latency >= bestLatency) continue;
      best = node;
      bestLatency = latency;
    }
    if (best === 0) {
      this.#waitForAnswers(read);
      return;
    }
    read.tried.add(best);
    read.askedAt.set(best, this.#clock.now());
    this.#port.send(best, {
      kind: 'read',
      id: read.id,
      pg: read.pg,
      pageNo: read.pageNo,
      needs: this.#words.needs(read.pg),
    });
    // Each rival gets more time than the one before: a slow machine must not be asked more because it is slow.
    const patience = Math.max(HEDGE_MIN_MS, bestLatency * HEDGE_FACTOR) * HEDGE_GROWTH ** (read.askedAt.size - 1);
    read.timer = this.#clock.after(patience, () => {
      this.hedges++;
      this.#latency.set(best, Math.min(1000, (this.#latency.get(best) ?? 0) * 2 + 1));
      this.#ask(read);
    });
  }

  /** Everybody has been asked: those that are open get some time, then it starts over. */
  #waitForAnswers(read: Read): void {
    const wait = read.askedAt.size > 0 ? LOST_MS : RETRY_MS;
    read.timer = this.#clock.after(wait, () => {
      read.tried.clear();
      read.askedAt.clear();
      read.damaged = 0;
      this.#ask(read);
    });
  }

  #answered(node: number, message: MessageOf<'page'>): void {
    const read = this.#reads.get(message.id);
    if (read === undefined) return;
    const askedAt = read.askedAt.get(node);
    if (askedAt === undefined) return;
    read.askedAt.delete(node);
    this.#measure(node, this.#clock.now() - askedAt);
    if (message.status === 'found' || message.status === 'absent') {
      this.#deliver(read, message.status === 'found' ? PAGE_FOUND : PAGE_ABSENT, message.bytes);
      return;
    }
    if (message.status === 'behind') {
      this.behind++;
      this.#measure(node, PENALTY_MS);
    } else if (++read.damaged >= membersOf(this.#membership).length) {
      this.#deliver(read, PAGE_DAMAGED, message.bytes);
      return;
    }
    this.#ask(read);
  }

  #measure(node: number, ms: number): void {
    const old = this.#latency.get(node) ?? ms;
    this.#latency.set(node, old + (ms - old) * WEIGHT);
  }

  #deliver(read: Read, status: number, bytes: Uint8Array): void {
    read.timer?.cancel();
    this.#reads.delete(read.id);
    this.#answers.push({pageNo: read.pageNo, status, bytes});
    this.reads++;
    this.#wake();
  }

  poll(): number {
    const count = this.#answers.length;
    for (let k = 0; k < count; k++) {
      const {pageNo, status, bytes} = this.#answers.shift() as Answer;
      this.#staging.bytes.set(bytes);
      this.onPage(pageNo, status, this.#staging, 0);
    }
    return count;
  }

  counters(): ReadonlyMap<string, number> {
    return new Map([
      ['storage_reads', this.reads],
      ['storage_read_hedges', this.hedges],
      ['storage_reads_behind', this.behind],
    ]);
  }
}
