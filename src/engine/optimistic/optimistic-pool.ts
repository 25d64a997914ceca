// The buffer pool of the optimistic mode: a page that is to be changed is proposed to the adjudicator first (K17).
//
//   fix in X    propose (page, version here)
//     ACCEPTED  the page is this node's until the running poll ends; the mini-transaction that follows may change it
//     STALE     another version is the newest: its maker is asked to make it durable, the task waits until it has been applied here, and does its step again: what it meant to do is
//               *rebased*. If the same row was changed the step itself finds out, by the row's header
//     BUSY      another node's poll has the page, or it is kept for a node that was refused: the task tries again soon
//   commit of a mini-transaction    each changed page gets its new version in the adjudicator, before its redo can be written
//   end of the poll                 claims are given back
//
// A refused step has changed nothing: a mini-transaction begins only when all its pages are held (S14). A transaction that is refused again and again loses: 1213. With the granularity `page` it loses at once, as
// in the original. What must not fail, such as a rollback or purge, waits and tries again for ever; a page is kept for who was refused, so it comes to pass.

import type {Clock} from '../../env/clock.ts';
import {pageIncarnation, pageLlsn, pageNo as pageNoAt} from '../../format/page/page.ts';
import {ACCEPTED, type PageAdjudicator, type PageFusion, PLockMode, STALE} from '../../fusion/api.ts';
import type {PageReader} from '../../storage/api.ts';
import {BLOCKED, DEADLOCK} from '../api.ts';
import type {RedoLog} from '../log/redo-log.ts';
import {PagePool, type PoolOptions} from '../pool/page-pool.ts';
import type {Task} from '../schedule/task.ts';
import {WaitList} from '../schedule/wait-list.ts';

/** What decides that two nodes have changed the same thing. */
export type Granularity = 'row' | 'page';

/** A transaction that was refused this often, without having got on in between, loses. */
const REFUSALS_MAX = 400;
/** Who was refused looks again after this long, if nothing has woken him. Milliseconds. */
const RETRY_MS = 1;

export interface OptimisticPoolWorld {
  readonly adjudicator: PageAdjudicator;
  readonly granularity: Granularity;
  readonly clock: Clock;
  /** Rings another node. */
  readonly ring: (node: number) => void;
}

export class OptimisticPool extends PagePool {
  readonly #adjudicator: PageAdjudicator;
  readonly #granularity: Granularity;
  readonly #clock: Clock;
  readonly #ring: (node: number) => void;
  readonly #claimed: Uint8Array;
  readonly #claims: number[] = [];
  readonly #waiting = new Map<number, WaitList>();
  readonly #refusals = new Map<Task, number>();
  #retryPlanned = false;
  readonly #bits: number;
  /** Metrics. */
  proposals = 0;
  stale = 0;
  busy = 0;
  rebases = 0;
  conflicts = 0;

  constructor(
    world: OptimisticPoolWorld,
    options: PoolOptions,
    pages: PageFusion,
    reader: PageReader,
    log: RedoLog,
    clock: Clock,
  ) {
    super(options, pages, reader, log, clock);
    this.#adjudicator = world.adjudicator;
    this.#granularity = world.granularity;
    this.#clock = world.clock;
    this.#ring = world.ring;
    this.#claimed = new Uint8Array(options.frames);
    this.#bits = 31 - Math.clz32(options.pageSize);
  }

  override fix(pageNo: number, mode: PLockMode, task: Task): number {
    const base = super.fix(pageNo, mode, task);
    return mode === PLockMode.exclusive && base >= 0 ? this.#propose(pageNo, base, task) : base;
  }

  override fixFresh(pageNo: number, task: Task): number {
    const base = super.fixFresh(pageNo, task);
    if (base < 0 || this.#isClaimed(base)) return base;
    this.proposals++;
    const verdict = this.#adjudicator.proposeFresh(pageNo);
    if (verdict === STALE) return this.fix(pageNo, PLockMode.exclusive, task);
    return verdict === ACCEPTED ? this.#accepted(pageNo, base, task) : this.#refused(pageNo, verdict, task);
  }

  override peek(pageNo: number, mode: PLockMode): number {
    const base = super.peek(pageNo, mode);
    if (mode !== PLockMode.exclusive || base < 0 || this.#isClaimed(base)) return base;
    this.proposals++;
    const {memory} = this;
    const verdict = this.#adjudicator.propose(pageNo, pageLlsn(memory, base), pageIncarnation(memory, base));
    return verdict === ACCEPTED ? this.#claim(pageNo, base) : -1;
  }

  override isExclusive(base: number): boolean {
    return this.#isClaimed(base);
  }

  override markDirty(base: number, cplLsn: number): void {
    super.markDirty(base, cplLsn);
    this.#adjudicator.advance(pageNoAt(this.memory, base), pageLlsn(this.memory, base), cplLsn);
  }

  override pollStarts(task: Task): boolean {
    const starts = super.pollStarts(task);
    if (!starts) this.#releaseClaims();
    return starts;
  }

  override pollEnded(task: Task): void {
    super.pollEnded(task);
    this.#releaseClaims();
  }

  #isClaimed(base: number): boolean {
    return this.#claimed[base >>> this.#bits] !== 0;
  }

  #claim(pageNo: number, base: number): number {
    this.#claimed[base >>> this.#bits] = 1;
    this.#claims.push(pageNo);
    return base;
  }

  #releaseClaims(): void {
    if (this.#claims.length === 0) return;
    this.#claimed.fill(0);
    this.#adjudicator.release(this.#claims);
    this.#claims.length = 0;
  }

  #propose(pageNo: number, base: number, task: Task): number {
    if (this.#isClaimed(base)) return base;
    this.proposals++;
    const {memory} = this;
    const verdict = this.#adjudicator.propose(pageNo, pageLlsn(memory, base), pageIncarnation(memory, base));
    return verdict === ACCEPTED ? this.#accepted(pageNo, base, task) : this.#refused(pageNo, verdict, task);
  }

  #accepted(pageNo: number, base: number, task: Task): number {
    if (this.#refusals.size > 0 && this.#refusals.delete(task)) this.rebases++;
    return this.#claim(pageNo, base);
  }

  #refused(pageNo: number, verdict: number, task: Task): number {
    const refusals = (this.#refusals.get(task) ?? 0) + 1;
    if (verdict === STALE) this.stale++;
    else this.busy++;
    const isConflict = verdict === STALE && this.#granularity === 'page';
    if (task.mayLose && (isConflict || refusals > REFUSALS_MAX)) return this.#loses(pageNo, task);
    this.#refusals.set(task, refusals);
    if (verdict === STALE) {
      const maker = this.#adjudicator.want(pageNo);
      if (maker >= 0) this.#ring(maker);
    }
    this.#wait(pageNo, task);
    return BLOCKED;
  }

  #loses(pageNo: number, task: Task): number {
    this.#adjudicator.giveUp(pageNo);
    this.#refusals.delete(task);
    this.conflicts++;
    return DEADLOCK;
  }

  #wait(pageNo: number, task: Task): void {
    let list = this.#waiting.get(pageNo);
    if (list === undefined) {
      list = new WaitList();
      this.#waiting.set(pageNo, list);
    }
    list.add(task);
    if (this.#retryPlanned) return;
    this.#retryPlanned = true;
    this.#clock.after(RETRY_MS, () => {
      this.#retryPlanned = false;
      for (const waiters of this.#waiting.values()) waiters.wakeAll();
      this.#waiting.clear();
    });
  }

  /** A peer's redo has changed the page: who was refused tries again. */
  pageChanged(pageNo: number): void {
    this.#waiting.get(pageNo)?.wakeAll();
  }
}
