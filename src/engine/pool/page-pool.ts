// The local buffer pool (LBP) of one primary: page frames, the page locks held on them, and their hand-over to other nodes.
//
// `fix(page, mode)` is the one way to a page. It answers with the page's byte offset in the pool, valid until the running poll ends, or with
// BLOCKED after queueing the task. Inside a poll nothing is taken away: recalls are acted on between polls, and a frame touched in
// this poll is not evicted. So there are no pins and no latches in ordinary code (D3).
//
// A frame's states:
//   free      no page
//   waiting   page lock asked for (WAITING), bytes maybe stale
//   loading   lock held, bytes on their way from storage
//   ready     lock held in `held` mode, bytes are the newest version
//   idle      no lock held; the bytes are kept, and used again iff the next grant names the same identity (K10)
//
// Giving a page up (recall or eviction), in this order, each step safe to be the last one before a death:
//   1. tasks that waited for the grant have been polled with it once (S3)
//   2. the log is durable to the end of the last mini-transaction on the page (K5)
//   3. the page goes to a fresh DBP frame, or at least its identity to the directory (K4, G8)
//   4. the lock is released; the next waiter is granted
// A death before 4 leaves the lock retained; recovery takes the page from storage.

import {assert} from '../../base/assert.ts';
import {CorruptionError} from '../../base/errors.ts';
import {Memory} from '../../format/memory.ts';
import {At} from '../../format/page/layout.ts';
import {getU48} from '../../base/bytes.ts';
import {DIRECTORY_FULL, GRANTED, type PageFusion, PLockMode} from '../../fusion/api.ts';
import {PAGE_ABSENT, PAGE_FOUND, type PageReader} from '../../storage/api.ts';
import {BLOCKED} from '../api.ts';
import type {RedoLog} from '../log/redo-log.ts';
import type {PollObserver, Task} from '../schedule/task.ts';
import {WaitList} from '../schedule/wait-list.ts';
import {FrameTable} from './frame-table.ts';

const FrameState = {free: 0, waiting: 1, loading: 2, ready: 3, idle: 4, damaged: 5} as const;

/** Tasks served by one grant before a recall takes effect (S3). */
const SERVED_PER_GRANT = 64;

export interface PoolOptions {
  readonly pageSize: number;
  readonly frames: number;
}

export class PagePool implements PollObserver {
  readonly memory: Memory;
  readonly pageSize: number;
  readonly frames: number;
  readonly #shift: number;
  readonly #table: FrameTable;
  readonly #pages: PageFusion;
  readonly #reader: PageReader;
  readonly #log: RedoLog;
  readonly #pageNo: Uint32Array;
  readonly #state: Uint8Array;
  readonly #held: Uint8Array;
  readonly #wanted: Uint8Array;
  readonly #entry: Int32Array;
  readonly #usedInPoll: Uint32Array;
  readonly #referenced: Uint8Array;
  readonly #pins: Uint16Array;
  /** LSN of the end of the last mini-transaction that changed the page here since it was last pushed; 0 = clean. */
  readonly #dirtyLsn: Float64Array;
  /** Tasks woken by the present grant and not polled yet. */
  readonly #unserved: Uint16Array;
  readonly #recalled: Uint8Array;
  readonly #waiters: (WaitList | undefined)[];
  readonly #free: number[] = [];
  readonly #frameWaiters = new WaitList();
  /** Frames that are to be given up as soon as nothing stands against it. */
  readonly #giving: number[] = [];
  readonly #toRead: number[] = [];
  #poll = 1;
  #hand = 0;
  /** Metrics. */
  hits = 0;
  misses = 0;
  storageReads = 0;
  dbpReads = 0;
  transfers = 0;
  evictions = 0;

  constructor(options: PoolOptions, pages: PageFusion, reader: PageReader, log: RedoLog) {
    this.pageSize = options.pageSize;
    this.frames = options.frames;
    this.#shift = 31 - Math.clz32(options.pageSize);
    this.memory = new Memory(new ArrayBuffer(options.frames * options.pageSize));
    this.#table = new FrameTable(options.frames);
    this.#pages = pages;
    this.#reader = reader;
    this.#log = log;
    const n = options.frames;
    this.#pageNo = new Uint32Array(n);
    this.#state = new Uint8Array(n);
    this.#held = new Uint8Array(n);
    this.#wanted = new Uint8Array(n);
    this.#entry = new Int32Array(n).fill(-1);
    this.#usedInPoll = new Uint32Array(n);
    this.#referenced = new Uint8Array(n);
    this.#pins = new Uint16Array(n);
    this.#dirtyLsn = new Float64Array(n);
    this.#unserved = new Uint16Array(n);
    this.#recalled = new Uint8Array(n);
    this.#waiters = new Array(n).fill(undefined);
    for (let f = n - 1; f >= 0; f--) this.#free.push(f);
    reader.onPage = (pageNo, status, memory, at) => this.#pageArrived(pageNo, status, memory, at);
  }

  pollStarts(): void {
    this.#poll = (this.#poll + 1) >>> 0;
  }

  pollEnded(task: Task): void {
    const frame = task.servingFrame;
    if (frame < 0) return;
    task.servingFrame = -1;
    if (this.#unserved[frame] > 0 && --this.#unserved[frame] === 0 && this.#recalled[frame] !== 0) this.#startGiving(frame);
  }

  /**
   * The page's offset in `memory`, with the page lock held in `mode` (or stronger) and its newest bytes; or BLOCKED.
   * Throws CorruptionError for a damaged page and for a page that no redo ever made.
   */
  fix(pageNo: number, mode: PLockMode, task: Task): number {
    const frame = this.#table.find(pageNo);
    if (frame >= 0 && this.#state[frame] === FrameState.ready && this.#held[frame] >= mode && this.#mayUse(frame, task)) {
      this.#usedInPoll[frame] = this.#poll;
      this.#referenced[frame] = 1;
      this.hits++;
      return frame << this.#shift;
    }
    return this.#fixSlow(pageNo, frame, mode, task, false);
  }

  /** Like fix in X, for a page just taken from an extent: its old bytes do not matter and are not read. The caller formats it. */
  fixFresh(pageNo: number, task: Task): number {
    const frame = this.#table.find(pageNo);
    if (frame >= 0 && this.#state[frame] === FrameState.ready && this.#held[frame] === PLockMode.exclusive && this.#mayUse(frame, task)) {
      this.#usedInPoll[frame] = this.#poll;
      return frame << this.#shift;
    }
    return this.#fixSlow(pageNo, frame, PLockMode.exclusive, task, true);
  }

  /** Offset of the page if it can be used in this mode at once, else -1; queues nothing and asks for nothing. */
  peek(pageNo: number, mode: PLockMode): number {
    const frame = this.#table.find(pageNo);
    if (frame < 0 || this.#state[frame] !== FrameState.ready || this.#held[frame] < mode || this.#recalled[frame] !== 0) return -1;
    this.#usedInPoll[frame] = this.#poll;
    return frame << this.#shift;
  }

  /** Keeps the page from being given up or evicted across polls: only for the ordered acquisition of S4. */
  pin(base: number): void {
    this.#pins[base >>> this.#shift]++;
  }

  unpin(base: number): void {
    const frame = base >>> this.#shift;
    assert(this.#pins[frame] > 0, () => `page ${this.#pageNo[frame]} is not pinned`);
    if (--this.#pins[frame] === 0 && this.#recalled[frame] !== 0) this.#startGiving(frame);
  }

  /** The mini-transaction that ends at `cplLsn` changed this page. */
  markDirty(base: number, cplLsn: number): void {
    this.#dirtyLsn[base >>> this.#shift] = cplLsn;
  }

  /** True when this node holds the page in X. For assertions: a page is changed only then. */
  isExclusive(base: number): boolean {
    return this.#held[base >>> this.#shift] === PLockMode.exclusive;
  }

  /** Another node asked for this page while we hold it: a hint to do less here (undo pages, S8). */
  isWanted(base: number): boolean {
    return this.#recalled[base >>> this.#shift] !== 0;
  }

  /** A recall may not be used against tasks that the grant has woken and that have not been polled with it. */
  #mayUse(frame: number, task: Task): boolean {
    return this.#recalled[frame] === 0 || task.servingFrame === frame || this.#pins[frame] > 0;
  }

  #fixSlow(pageNo: number, known: number, mode: PLockMode, task: Task, fresh: boolean): number {
    let frame = known;
    if (frame >= 0) {
      const state = this.#state[frame];
      if (state === FrameState.damaged) throw this.#damaged(frame);
      const busy = state === FrameState.loading || this.#recalled[frame] !== 0 || (state === FrameState.waiting && this.#wanted[frame] >= mode);
      if (busy) return this.#queue(frame, task);
    } else {
      frame = this.#takeFrame(task);
      if (frame < 0) return BLOCKED;
      this.#pageNo[frame] = pageNo;
      this.#state[frame] = FrameState.idle;
      this.#table.add(pageNo, frame);
      this.memory.bytes.fill(0, frame << this.#shift, (frame << this.#shift) + 64);
    }
    const got = this.#pages.acquire(pageNo, mode);
    if (got === DIRECTORY_FULL) {
      if (this.#state[frame] === FrameState.idle) this.#forget(frame);
      this.#evictSome(8);
      this.#frameWaiters.add(task);
      return BLOCKED;
    }
    if (got !== GRANTED) {
      // An upgrade keeps its S while it waits, but bytes may go with a recall meanwhile: state says so.
      if (this.#state[frame] === FrameState.idle) this.#state[frame] = FrameState.waiting;
      this.#wanted[frame] = mode;
      return this.#queue(frame, task);
    }
    this.#holds(frame, this.#pages.entry, mode);
    if (!this.#validate(frame, fresh)) return this.#queue(frame, task);
    this.#usedInPoll[frame] = this.#poll;
    this.#referenced[frame] = 1;
    return frame << this.#shift;
  }

  #holds(frame: number, entry: number, mode: PLockMode): void {
    this.#entry[frame] = entry;
    this.#held[frame] = mode;
    this.#wanted[frame] = PLockMode.none;
    if (this.#pages.isWanted(entry)) {
      this.#recalled[frame] = 1;
      this.#startGiving(frame);
    }
  }

  #queue(frame: number, task: Task): number {
    let list = this.#waiters[frame];
    if (list === undefined) {
      list = new WaitList();
      this.#waiters[frame] = list;
    }
    list.add(task);
    return BLOCKED;
  }

  /** Lock held: are the bytes the newest version? True: ready. False: a read is under way. */
  #validate(frame: number, fresh: boolean): boolean {
    const entry = this.#entry[frame];
    const base = frame << this.#shift;
    if (fresh || this.#isNewest(frame)) {
      this.#state[frame] = FrameState.ready;
      return true;
    }
    this.misses++;
    if (this.#pages.copyFromDbp(entry, this.memory, base)) {
      this.dbpReads++;
      this.#state[frame] = FrameState.ready;
      return true;
    }
    this.#state[frame] = FrameState.loading;
    this.#read(frame);
    return this.#isReady(frame);
  }

  /** A reader may answer before `read` returns. */
  #isReady(frame: number): boolean {
    if (this.#state[frame] === FrameState.damaged) throw this.#damaged(frame);
    return this.#state[frame] === FrameState.ready;
  }

  #damaged(frame: number): CorruptionError {
    return new CorruptionError(`page ${this.#pageNo[frame]}`, 'storage could not build it');
  }

  #isNewest(frame: number): boolean {
    const entry = this.#entry[frame];
    const base = frame << this.#shift;
    const incarnation = this.#pages.newestIncarnation(entry);
    if (incarnation === 0) return false;
    const view = this.memory.view;
    return view.getUint32(base + At.incarnation, true) === incarnation && getU48(view, base + At.llsn) === this.#pages.newestLlsn(entry);
  }

  #read(frame: number): void {
    if (!this.#reader.canRead()) {
      this.#toRead.push(frame);
      return;
    }
    this.storageReads++;
    const entry = this.#entry[frame];
    this.#reader.read(this.#pageNo[frame], this.#pages.needStream(entry), this.#pages.needLsn(entry));
  }

  #pageArrived(pageNo: number, status: number, memory: Memory, at: number): void {
    const frame = this.#table.find(pageNo);
    if (frame < 0 || this.#state[frame] !== FrameState.loading) return;
    const base = frame << this.#shift;
    if (status === PAGE_FOUND) {
      memory.buffer.copy(this.memory.buffer, base, at, at + this.pageSize);
      this.#checkIdentity(frame);
      this.#state[frame] = FrameState.ready;
      this.#pages.offer(this.#entry[frame], this.memory, base);
    } else if (status === PAGE_ABSENT) {
      this.memory.bytes.fill(0, base, base + this.pageSize);
      this.#state[frame] = FrameState.ready;
    } else {
      this.#state[frame] = FrameState.damaged;
    }
    this.#serve(frame);
    this.#readNext();
  }

  /** Storage must not answer with an older version than the directory knows (K3). */
  #checkIdentity(frame: number): void {
    const entry = this.#entry[frame];
    const base = frame << this.#shift;
    const view = this.memory.view;
    const llsn = getU48(view, base + At.llsn);
    const incarnation = view.getUint32(base + At.incarnation, true);
    if (this.#pages.newestIncarnation(entry) === 0) return;
    assert(this.#isNewest(frame), () => {
      const want = `${this.#pages.newestLlsn(entry)} of ${this.#pages.newestIncarnation(entry)}`;
      return `storage served page ${this.#pageNo[frame]} at LLSN ${llsn} of ${incarnation}, the directory knows ${want}`;
    });
  }

  #readNext(): void {
    while (this.#toRead.length > 0 && this.#reader.canRead()) {
      const frame = this.#toRead.shift() as number;
      if (this.#state[frame] === FrameState.loading) this.#read(frame);
    }
  }

  /** Wakes the tasks that wait for this frame; the grant must serve each of them once (S3). */
  #serve(frame: number): void {
    const list = this.#waiters[frame];
    if (list === undefined || list.length === 0) {
      if (this.#recalled[frame] !== 0) this.#startGiving(frame);
      return;
    }
    list.wake(SERVED_PER_GRANT, task => {
      if (task.servingFrame >= 0) this.#unserve(task);
      task.servingFrame = frame;
      this.#unserved[frame]++;
    });
  }

  #unserve(task: Task): void {
    const frame = task.servingFrame;
    task.servingFrame = -1;
    if (this.#unserved[frame] > 0 && --this.#unserved[frame] === 0 && this.#recalled[frame] !== 0) this.#startGiving(frame);
  }

  /** Event: a page lock asked for has been granted. */
  granted(pageNo: number): void {
    const frame = this.#table.find(pageNo);
    if (frame < 0) {
      this.#pages.cancel(pageNo);
      return;
    }
    const wanted = this.#wanted[frame] as PLockMode;
    if (wanted === PLockMode.none) return;
    const got = this.#pages.acquire(pageNo, wanted);
    if (got !== GRANTED) return;
    this.#holds(frame, this.#pages.entry, wanted);
    if (this.#validate(frame, false)) this.#serve(frame);
  }

  /** Event: another node wants the page that we hold under `grant`. */
  recalled(pageNo: number, grant: number): void {
    const frame = this.#table.find(pageNo);
    if (frame < 0 || this.#held[frame] === PLockMode.none) return;
    if (this.#pages.grantOf(this.#entry[frame]) !== grant) return;
    this.#recalled[frame] = 1;
    this.#startGiving(frame);
  }

  #startGiving(frame: number): void {
    if (!this.#giving.includes(frame)) this.#giving.push(frame);
  }

  /** Acts on recalls: gives up every frame that can be given up now. Called between polls, and when the log has become durable. */
  giveUp(): void {
    let kept = 0;
    const giving = this.#giving;
    for (let i = 0; i < giving.length; i++) {
      const frame = giving[i];
      if (this.#recalled[frame] === 0 || this.#held[frame] === PLockMode.none) continue;
      if (!this.#tryGiveUp(frame)) giving[kept++] = frame;
    }
    giving.length = kept;
  }

  /** True when recalls wait for polls or for the log. */
  get hasRecalls(): boolean {
    return this.#giving.length > 0;
  }

  #tryGiveUp(frame: number): boolean {
    if (this.#unserved[frame] > 0 || this.#pins[frame] > 0) return false;
    const state = this.#state[frame];
    if (state === FrameState.loading) return false;
    if (this.#dirtyLsn[frame] > this.#log.durableLsn) {
      this.#log.kick();
      return false;
    }
    this.#letGo(frame);
    this.transfers++;
    this.#requeue(frame);
    return true;
  }

  /** Publishes the page if it changed here, then releases its lock. The bytes stay, idle. */
  #letGo(frame: number): void {
    const entry = this.#entry[frame];
    const base = frame << this.#shift;
    const dirty = this.#dirtyLsn[frame];
    if (dirty > 0) {
      this.#pages.push(entry, this.memory, base, dirty);
      this.#dirtyLsn[frame] = 0;
    }
    this.#pages.release(entry, PLockMode.none);
    this.#held[frame] = PLockMode.none;
    this.#entry[frame] = -1;
    this.#recalled[frame] = 0;
    this.#state[frame] = FrameState.idle;
  }

  /** Tasks of this node that still want the page ask again, behind the others. */
  #requeue(frame: number): void {
    const list = this.#waiters[frame];
    if (list !== undefined && list.length > 0) list.wakeAll();
  }

  #takeFrame(task: Task): number {
    if (this.#free.length === 0) this.#evictSome(1);
    const frame = this.#free.pop();
    if (frame !== undefined) return frame;
    // Frames used in this poll are free for the next one; frames whose redo is not durable are after the flush.
    if (this.#log.durableLsn === this.#log.endLsn) task.wake();
    else {
      this.#log.kick();
      this.#frameWaiters.add(task);
    }
    return -1;
  }

  /** Second-chance clock over frames that nothing in this poll uses. */
  #evictSome(count: number): void {
    let left = count;
    for (let steps = 0; steps < this.frames * 2 && left > 0; steps++) {
      const frame = this.#hand;
      this.#hand = frame + 1 === this.frames ? 0 : frame + 1;
      if (!this.#isEvictable(frame)) continue;
      if (this.#referenced[frame] !== 0) {
        this.#referenced[frame] = 0;
        continue;
      }
      if (this.#dirtyLsn[frame] > this.#log.durableLsn) {
        this.#log.kick();
        continue;
      }
      this.#evict(frame);
      left--;
    }
  }

  #isEvictable(frame: number): boolean {
    const state = this.#state[frame];
    if (state !== FrameState.ready && state !== FrameState.idle) return false;
    const list = this.#waiters[frame];
    return (
      this.#usedInPoll[frame] !== this.#poll &&
      this.#pins[frame] === 0 &&
      this.#unserved[frame] === 0 &&
      (list === undefined || list.length === 0)
    );
  }

  #evict(frame: number): void {
    if (this.#held[frame] !== PLockMode.none) this.#letGo(frame);
    this.#forget(frame);
    this.evictions++;
  }

  #forget(frame: number): void {
    this.#table.remove(this.#pageNo[frame]);
    this.#state[frame] = FrameState.free;
    this.#referenced[frame] = 0;
    this.#free.push(frame);
  }

  /** The log has become durable further: pages that waited for it can go, frames can be freed. */
  logAdvanced(): void {
    this.giveUp();
    if (this.#frameWaiters.length > 0) this.#frameWaiters.wakeAll();
  }

  /** Visits the pages that are held and valid: for checkers. */
  forEachPage(visit: (pageNo: number, memory: Memory, base: number, held: PLockMode) => void): void {
    for (let frame = 0; frame < this.frames; frame++) {
      if (this.#state[frame] !== FrameState.ready) continue;
      visit(this.#pageNo[frame], this.memory, frame << this.#shift, this.#held[frame] as PLockMode);
    }
  }

  /** Clean stop: publishes and releases everything. The log must be durable. False: something is still in use. */
  releaseAll(): boolean {
    for (let frame = 0; frame < this.frames; frame++) {
      if (this.#held[frame] === PLockMode.none) continue;
      if (this.#dirtyLsn[frame] > this.#log.durableLsn) return false;
      this.#letGo(frame);
    }
    return true;
  }
}
