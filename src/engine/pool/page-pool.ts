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
//   fresh     X held for a page that is about to be formatted; its bytes mean nothing until a mini-transaction has made them
//   idle      no lock held; the bytes are kept, and used again iff the next grant names the same identity (K10)
//   damaged   lock held, storage could not build the page
//
// How a page is given up: page-handover.ts.
//
// Several contended pages (S4): a task that missed one page three times has all that it missed acquired in ascending order, with pins, before it is
// polled again. One task of a node at a time does so. Pins are given back after that one poll.

import {assert} from '../../base/assert.ts';
import type {Clock} from '../../env/clock.ts';
import {Memory} from '../../format/memory.ts';
import {PAGE_HEADER} from '../../format/page/layout.ts';
import {DIRECTORY_FULL, GRANTED, type PageFusion, PLockMode} from '../../fusion/api.ts';
import type {PageReader} from '../../storage/api.ts';
import {BLOCKED} from '../api.ts';
import type {RedoLog} from '../log/redo-log.ts';
import type {PollObserver, Task} from '../schedule/task.ts';
import {WaitList} from '../schedule/wait-list.ts';
import {FrameState, Frames} from './frames.ts';
import {PageHandover} from './page-handover.ts';
import {PageLoader} from './page-loader.ts';
import {PinOrder} from './pin-order.ts';

/** Tasks served by one grant before a recall takes effect (S3). */
const SERVED_PER_GRANT = 64;
/** Who found no frame, or no room in the directory, looks again after this long. Milliseconds. */
const RETRY_MS = 1;
/** Frames given up when the directory is full. */
const DIRECTORY_RELIEF = 8;

export interface PoolOptions {
  readonly pageSize: number;
  readonly frames: number;
  /** Of this node: what its own redo has changed is not contended. */
  readonly incarnation: number;
}

export class PagePool implements PollObserver {
  readonly memory: Memory;
  readonly pageSize: number;
  readonly #frames: Frames;
  readonly #shift: number;
  readonly #pages: PageFusion;
  readonly #log: RedoLog;
  readonly #clock: Clock;
  readonly #loader: PageLoader;
  readonly #order: PinOrder;
  readonly #frameWaiters = new WaitList();
  readonly #handover: PageHandover;
  #poll = 1;
  /** The last poll that changed a page. */
  #changingPoll = 0;
  #retryPlanned = false;
  /** Metrics. */
  hits = 0;
  evictions = 0;

  constructor(options: PoolOptions, pages: PageFusion, reader: PageReader, log: RedoLog, clock: Clock) {
    const {pageSize, frames} = options;
    assert(frames * pageSize < 2 ** 31, () => `a pool of ${frames} frames of ${pageSize} bytes is too large`);
    this.pageSize = pageSize;
    this.#shift = 31 - Math.clz32(pageSize);
    this.memory = new Memory(new ArrayBuffer(frames * pageSize));
    this.#frames = new Frames(frames);
    this.#pages = pages;
    this.#log = log;
    this.#clock = clock;
    this.#loader = new PageLoader(this.#frames, this.memory, pageSize, pages, reader, options.incarnation, frame =>
      this.#serve(frame),
    );
    this.#handover = new PageHandover(this.#frames, this.memory, pageSize, pages, log, pageNo => this.granted(pageNo));
    this.#order = new PinOrder(
      this.#frames,
      (pageNo, mode, task) => this.#pinPage(pageNo, mode, task),
      frame => this.#handover.start(frame),
    );
  }

  /** What is read into frames: for metrics. */
  get reads(): PageLoader {
    return this.#loader;
  }

  /** How often pages had to be acquired in order (S4). */
  get orderedAcquisitions(): number {
    return this.#order.acquisitions;
  }

  /** A poll of the task begins. False: it needs several contended pages that are not here together yet; it will be woken (S4). */
  pollStarts(task: Task): boolean {
    this.#nextPoll();
    task.misses.missed = false;
    if (!task.misses.isOrdered || task.interrupted) return true;
    if (this.#order.acquire(task)) {
      this.#nextPoll();
      return true;
    }
    this.#served(task);
    return false;
  }

  #nextPoll(): void {
    this.#poll = this.#poll === 0xffff_ffff ? 1 : this.#poll + 1;
  }

  /** Frame of the page, held in this mode, or BLOCKED. */
  #pinPage(pageNo: number, mode: PLockMode, task: Task): number {
    const base = this.fix(pageNo, mode, task);
    return base < 0 ? BLOCKED : base >>> this.#shift;
  }

  pollEnded(task: Task): void {
    if (task.servingFrame >= 0) this.#served(task);
    const {misses} = task;
    if (misses.pages.length === 0 && !misses.isOrdered) return;
    this.#order.release(task, this.#poll);
    if (!misses.missed || this.#changingPoll === this.#poll) misses.clear();
  }

  /** The grant that the task was woken for has served it. */
  #served(task: Task): void {
    const frame = task.servingFrame;
    task.servingFrame = -1;
    if (frame >= 0 && --this.#frames.unserved[frame] === 0 && this.#frames.recalled[frame] !== 0)
      this.#handover.start(frame);
  }

  /**
   * The page's offset in `memory`, with the page lock held in `mode` (or stronger) and its newest bytes; or BLOCKED.
   * Throws CorruptionError for a page that storage cannot build. A page that no redo ever made is all zero.
   */
  fix(pageNo: number, mode: PLockMode, task: Task): number {
    const frames = this.#frames;
    const frame = frames.table.find(pageNo);
    if (frame >= 0 && frames.usable[frame] >= mode) return this.#use(frame);
    return this.#fixSlow(pageNo, frame, mode, task, false);
  }

  /** Like fix in X, for a page just taken from an extent: its old bytes do not matter and are not read. The caller formats it in this poll. */
  fixFresh(pageNo: number, task: Task): number {
    const frames = this.#frames;
    const frame = frames.table.find(pageNo);
    if (frame >= 0 && frames.usable[frame] === PLockMode.exclusive) return this.#use(frame);
    return this.#fixSlow(pageNo, frame, PLockMode.exclusive, task, true);
  }

  /** Offset of the page if the running poll can use it in this mode, else -1; queues nothing and asks for nothing. */
  peek(pageNo: number, mode: PLockMode): number {
    const frames = this.#frames;
    const frame = frames.table.find(pageNo);
    if (frame < 0) return -1;
    if (frames.usable[frame] >= mode) return this.#use(frame);
    const usedAlready = frames.usedInPoll[frame] === this.#poll && frames.state[frame] === FrameState.ready;
    return usedAlready && frames.held[frame] >= mode ? frame << this.#shift : -1;
  }

  /** Offset of a page that is here and valid, -1 when it is not. For whoever changes pages between polls: it counts as no use. */
  cached(pageNo: number): number {
    const frame = this.#frames.table.find(pageNo);
    return frame >= 0 && this.#frames.state[frame] === FrameState.ready ? frame << this.#shift : -1;
  }

  /** Between polls: every page that is here is given back, and its bytes are not used again unless the directory names their version. */
  forgetAll(): void {
    const frames = this.#frames;
    for (let frame = 0; frame < frames.count; frame++)
      if (frames.state[frame] === FrameState.ready) this.#handover.letGo(frame);
  }

  #use(frame: number): number {
    const frames = this.#frames;
    frames.usedInPoll[frame] = this.#poll;
    frames.referenced[frame] = 1;
    this.hits++;
    return frame << this.#shift;
  }

  /** The mini-transaction that ends at `cplLsn` changed this page. */
  markDirty(base: number, cplLsn: number): void {
    const frame = base >>> this.#shift;
    this.#frames.dirtyLsn[frame] = cplLsn;
    this.#changingPoll = this.#poll;
    if (this.#frames.state[frame] === FrameState.fresh) this.#frames.setState(frame, FrameState.ready);
  }

  /** True when this node holds the page in X. For assertions: a page is changed only then. */
  isExclusive(base: number): boolean {
    return this.#frames.held[base >>> this.#shift] === PLockMode.exclusive;
  }

  /**
   * A recalled page may still be used by a task that the grant has woken and that has not been polled with it (S3), by the poll that uses it
   * already, and by whoever meets it pinned.
   */
  #mayUse(frame: number, task: Task): boolean {
    const frames = this.#frames;
    return (
      frames.recalled[frame] === 0 ||
      task.servingFrame === frame ||
      frames.usedInPoll[frame] === this.#poll ||
      frames.pins[frame] > 0
    );
  }

  #fixSlow(pageNo: number, known: number, mode: PLockMode, task: Task, fresh: boolean): number {
    const frames = this.#frames;
    let frame = known;
    if (frame < 0) {
      frame = this.#takeFrame(pageNo, task);
      if (frame < 0) return BLOCKED;
    } else if (this.#isUsable(frame, mode, fresh) && this.#mayUse(frame, task)) {
      return this.#use(frame);
    }
    const state = frames.state[frame];
    if (state === FrameState.damaged) throw this.#loader.damaged(frame);
    const holds = frames.held[frame] >= mode;
    const mustWait =
      state === FrameState.loading ||
      (frames.recalled[frame] !== 0 && !this.#mayUse(frame, task)) ||
      (!holds && frames.wanted[frame] >= mode);
    if (mustWait) return this.#queue(frame, mode, task);
    if (!holds) {
      const asked = this.#ask(frame, mode, task);
      if (asked !== GRANTED) return asked;
    }
    const isValid = this.#loader.validate(frame, fresh);
    this.#handover.taken(frame);
    if (!isValid) return this.#queue(frame, mode, task);
    // Others may have queued for the page before it came this way, without a bell of its own.
    if (frames.hasWaiters(frame)) this.#serve(frame);
    return this.#use(frame);
  }

  #isUsable(frame: number, mode: PLockMode, fresh: boolean): boolean {
    const state = this.#frames.state[frame];
    return this.#frames.held[frame] >= mode && (state === FrameState.ready || (fresh && state === FrameState.fresh));
  }

  #queue(frame: number, mode: PLockMode, task: Task): number {
    task.misses.note(this.#frames.pageNo[frame], mode, task.servingFrame >= 0);
    this.#frames.queue(frame, task);
    return BLOCKED;
  }

  /** Asks for the page lock. GRANTED, or BLOCKED with the task queued. */
  #ask(frame: number, mode: PLockMode, task: Task): number {
    const frames = this.#frames;
    const got = this.#pages.acquire(frames.pageNo[frame], mode);
    if (got === GRANTED) {
      this.#holds(frame, this.#pages.entry);
      return GRANTED;
    }
    if (got === DIRECTORY_FULL) {
      if (frames.state[frame] === FrameState.idle && frames.isIdle(frame)) frames.forget(frame);
      this.#evictSome(DIRECTORY_RELIEF);
      return this.#retryLater(task);
    }
    // An upgrade keeps its S, and may lose it to a recall while it waits (S6).
    if (frames.state[frame] === FrameState.idle) frames.setState(frame, FrameState.waiting);
    frames.wanted[frame] = mode;
    return this.#queue(frame, mode, task);
  }

  /** The directory says that this node holds the page. */
  #holds(frame: number, entry: number): void {
    const frames = this.#frames;
    frames.entry[frame] = entry;
    frames.held[frame] = this.#pages.heldMode(entry);
    const newestLsn = this.#pages.needLsn(entry);
    if (newestLsn > 0) this.#log.restOn(this.#pages.needStream(entry), newestLsn);
    if (frames.held[frame] >= frames.wanted[frame]) frames.wanted[frame] = PLockMode.none;
    if (this.#pages.isWanted(entry)) {
      frames.recalled[frame] = 1;
      this.#handover.start(frame);
    }
    frames.refresh(frame);
  }

  /** Wakes the tasks that wait for this frame; the grant must serve each of them once, up to a bound (S3). */
  #serve(frame: number): void {
    const frames = this.#frames;
    const list = frames.waiters(frame);
    if (list === undefined || list.length === 0) {
      if (frames.recalled[frame] !== 0) this.#handover.start(frame);
      return;
    }
    list.wake(SERVED_PER_GRANT, task => {
      if (task.servingFrame >= 0) this.#served(task);
      task.servingFrame = frame;
      frames.unserved[frame]++;
    });
    list.wakeAll();
  }

  /** Event: a page lock asked for has been granted. */
  granted(pageNo: number): void {
    const frames = this.#frames;
    const frame = frames.table.find(pageNo);
    if (frame < 0) {
      this.#giveBack(pageNo);
      return;
    }
    const wanted = frames.wanted[frame] as PLockMode;
    if (wanted === PLockMode.none) return;
    // Another task may have asked for more meanwhile; those who asked for less are served with what has come.
    if (this.#pages.acquire(pageNo, wanted) !== GRANTED && this.#pages.acquire(pageNo, PLockMode.shared) !== GRANTED)
      return;
    this.#holds(frame, this.#pages.entry);
    const isValid = frames.state[frame] === FrameState.ready || this.#loader.validate(frame, false);
    this.#handover.taken(frame);
    if (isValid) this.#serve(frame);
  }

  /** The page has no frame here any more: whatever this node holds or asked for is given back. */
  #giveBack(pageNo: number): void {
    this.#pages.cancel(pageNo);
    const held = this.#pages.acquire(pageNo, PLockMode.shared);
    if (held === GRANTED) this.#pages.release(this.#pages.entry, PLockMode.none);
    else if (held !== DIRECTORY_FULL) this.#pages.cancel(pageNo);
  }

  /** Event: another node wants the page that we hold under `grant`. */
  recalled(pageNo: number, grant: number): void {
    const frames = this.#frames;
    const frame = frames.table.find(pageNo);
    if (frame < 0) {
      this.#giveBack(pageNo);
      return;
    }
    // A grant whose bell has not come yet, because more was asked for meanwhile: it counts all the same.
    if (frames.held[frame] === PLockMode.none) this.granted(pageNo);
    if (frames.held[frame] === PLockMode.none || this.#pages.grantOf(frames.entry[frame]) !== grant) return;
    frames.recalled[frame] = 1;
    frames.refresh(frame);
    this.#handover.start(frame);
  }

  /** Acts on recalls: gives up every frame that can be given up now. Called between polls, and when the log has become durable. */
  giveUp(): void {
    this.#handover.run();
  }

  /** True when pages wait to be given up: for polls, or for the log. */
  get isGivingUp(): boolean {
    return this.#handover.isPending;
  }

  /** Pages given to other nodes since birth, because they asked. */
  get transfers(): number {
    return this.#handover.transfers;
  }

  /** Pages given back unasked since birth, because other nodes use them too. */
  get returns(): number {
    return this.#handover.returns;
  }

  #takeFrame(pageNo: number, task: Task): number {
    const frames = this.#frames;
    if (!frames.hasFree) this.#evictSome(1);
    const frame = frames.take(pageNo);
    if (frame >= 0) {
      const base = frame << this.#shift;
      this.memory.bytes.fill(0, base, base + PAGE_HEADER);
      return frame;
    }
    return this.#retryLater(task);
  }

  /** What stands against it now may be gone in the next poll, after the next flush, or a little later. */
  #retryLater(task: Task): number {
    if (this.#isPollFull()) {
      task.wake();
      return BLOCKED;
    }
    this.#frameWaiters.add(task);
    if (this.#retryPlanned) return BLOCKED;
    this.#retryPlanned = true;
    this.#clock.after(RETRY_MS, () => {
      this.#retryPlanned = false;
      this.#frameWaiters.wakeAll();
    });
    return BLOCKED;
  }

  /** True when frames that the running poll has used can be taken as soon as it ends. */
  #isPollFull(): boolean {
    const frames = this.#frames;
    for (let frame = 0; frame < frames.count; frame++) {
      if (frames.usedInPoll[frame] === this.#poll && frames.isIdle(frame)) return true;
    }
    return false;
  }

  /** Second-chance clock over frames that nothing in this poll uses. */
  #evictSome(count: number): void {
    const frames = this.#frames;
    let left = count;
    for (let steps = 0; steps < frames.count * 2 && left > 0; steps++) {
      const frame = frames.nextByClock();
      if (frames.usedInPoll[frame] === this.#poll || !frames.isIdle(frame)) continue;
      if (frames.referenced[frame] !== 0) {
        frames.referenced[frame] = 0;
        continue;
      }
      if (!this.#log.mayLeave(frames.dirtyLsn[frame])) continue;
      this.#evict(frame);
      left--;
    }
  }

  #evict(frame: number): void {
    const frames = this.#frames;
    if (frames.held[frame] !== PLockMode.none) this.#handover.letGo(frame);
    if (frames.wanted[frame] !== PLockMode.none) {
      frames.wanted[frame] = PLockMode.none;
      this.#giveBack(frames.pageNo[frame]);
    }
    frames.forget(frame);
    this.evictions++;
  }

  /** The log has become durable further: pages that waited for it can go, frames can be freed. */
  logAdvanced(): void {
    this.giveUp();
    this.#frameWaiters.wakeAll();
  }

  /** What is under way, one line per page: for people who look at a primary that hangs. */
  describe(): string[] {
    const frames = this.#frames;
    const lines: string[] = [];
    for (let frame = 0; frame < frames.count; frame++) {
      const isQuiet = frames.wanted[frame] === 0 && frames.recalled[frame] === 0 && frames.unserved[frame] === 0;
      if (
        isQuiet &&
        frames.pins[frame] === 0 &&
        !frames.hasWaiters(frame) &&
        frames.state[frame] !== FrameState.loading
      )
        continue;
      const {state, held, wanted, recalled, unserved, pins} = frames;
      const [s, h, w, r, u, p] = [state, held, wanted, recalled, unserved, pins].map(array => array[frame]);
      const dirty = frames.dirtyLsn[frame] > this.#log.writtenLsn ? ' not written' : '';
      lines.push(
        `page ${frames.pageNo[frame]}: state ${s} held ${h} wanted ${w} recalled ${r} unserved ${u} pins ${p} waiters ${frames.waiters(frame)?.length ?? 0}${dirty}`,
      );
    }
    return lines;
  }

  /** Visits the pages that are held and valid: for checkers. */
  forEachPage(visit: (pageNo: number, memory: Memory, base: number, held: PLockMode) => void): void {
    const frames = this.#frames;
    for (let frame = 0; frame < frames.count; frame++) {
      if (frames.state[frame] !== FrameState.ready) continue;
      visit(frames.pageNo[frame], this.memory, frame << this.#shift, frames.held[frame] as PLockMode);
    }
  }

  /** Clean stop: publishes and releases everything. The log must be durable. False: something is still in use. */
  releaseAll(): boolean {
    const frames = this.#frames;
    for (let frame = 0; frame < frames.count; frame++) {
      if (frames.held[frame] === PLockMode.none) continue;
      if (!this.#log.mayLeave(frames.dirtyLsn[frame])) return false;
      this.#handover.letGo(frame);
    }
    return true;
  }
}
