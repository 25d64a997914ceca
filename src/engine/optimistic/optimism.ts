// What an engine is built with in the optimistic mode, in place of the cluster's page locks: a pool that proposes, peers whose redo is applied, views at the time up to which they have been.
//
// The time of views stands still between rounds (peers.ts). A round is made in each turn; before a view is opened that must see this node's own last commit; and when somebody asks for it: a session that wants to see
// everything committed before now (REGIONAL_RAW), or whose snapshot turned out to be too old for the row that it wants to change (S9).

import type {Clock} from '../../env/clock.ts';
import type {
  Fusion,
  FusionEvents,
  LockFusion,
  PageAdjudicator,
  PageFusion,
  TransactionFusion,
} from '../../fusion/api.ts';
import type {PageReader, RedoFeed} from '../../storage/api.ts';
import type {Committed, OptimisticParts, PoolParts, ViewClock} from '../core.ts';
import type {PrimaryEngine} from '../engine.ts';
import {writeCts} from '../log/cts-record.ts';
import {Task} from '../schedule/task.ts';
import {OptimisticLocks} from './optimistic-locks.ts';
import {OptimisticPages} from './optimistic-pages.ts';
import {type Granularity, OptimisticPool} from './optimistic-pool.ts';
import {PageRequests} from './page-requests.ts';
import {Peers} from './peers.ts';

export interface OptimismOptions {
  readonly granularity: Granularity;
  readonly pageSize: number;
  readonly clock: Clock;
  /** Rings another node. */
  readonly ring: (node: number) => void;
  /** Every snapshot sees everything committed before it, anywhere; else only sessions that ask for it. */
  readonly isRegional?: boolean;
}

export class Optimism implements ViewClock, OptimisticParts {
  /** What the engine is built with. */
  readonly fusion: Fusion;
  readonly reader: PageReader;
  /** Itself: the time of views is its affair. */
  readonly views: ViewClock = this;
  readonly #cluster: Fusion;
  readonly #adjudicator: PageAdjudicator;
  readonly #options: OptimismOptions;
  readonly #requests: PageRequests;
  readonly #peers: Peers;
  readonly #locks: OptimisticLocks;
  #engine: PrimaryEngine | undefined;
  /** Whom the log wakes that had no room for a CTS record: nobody cares. */
  #ctsTask: Task | undefined;
  #pool: OptimisticPool | undefined;
  /** CTS of this node's last commit. */
  #ownCts = 0;
  /** A start horizon, the time at which it was read, and the last one whose time views have come to (K1). */
  #nextLow = 0;
  #nextLowAt = 0;
  #low = 0;

  constructor(
    fusion: Fusion,
    reader: PageReader,
    feed: RedoFeed,
    adjudicator: PageAdjudicator,
    options: OptimismOptions,
  ) {
    this.#cluster = fusion;
    this.#adjudicator = adjudicator;
    this.#options = options;
    this.#requests = new PageRequests(reader, options.pageSize, feed.nodes);
    this.reader = this.#requests;
    this.#locks = new OptimisticLocks(fusion.locks, fusion.transactions, fusion.incarnation);
    this.fusion = new OptimisticFusion(fusion, this.#locks, () => this.#flushWanted());
    this.#peers = new Peers(feed, fusion.node, options.pageSize, {
      now: () => fusion.transactions.readTso(),
      isFenced: () => fusion.isFenced(),
      missed: (pageNo, redo, at, incarnation) => this.#requests.missed(pageNo, redo, at, incarnation),
      changed: pageNo => this.#pool?.pageChanged(pageNo),
      reached: (node, incarnation, lsn) => adjudicator.publishCut(node, incarnation, lsn),
      forget: () => {
        this.#requests.forget();
        this.#pool?.forgetAll();
      },
    });
    this.#requests.attach(this.#peers);
    adjudicator.join();
    this.#peers.start();
  }

  /** For the engine: its pool. */
  readonly newPool = ({options, reader, log, clock}: PoolParts): OptimisticPool => {
    const {incarnation} = this.#cluster;
    const pages = new OptimisticPages(this.#adjudicator, incarnation, () => this.#engine?.core.requestFlush());
    const {granularity, ring} = this.#options;
    const world = {adjudicator: this.#adjudicator, granularity, clock, ring};
    const pool = new OptimisticPool(world, options, pages, reader, log, clock);
    this.#pool = pool;
    this.#peers.follow([{find: pageNo => pool.cached(pageNo), memory: pool.memory}, this.#requests]);
    return pool;
  };

  /** The engine has been built, and nothing has been written. */
  attach(engine: PrimaryEngine): void {
    this.#engine = engine;
    engine.core.objects.onTaken = () => this.catchUp();
  }

  /** For the engine: a transaction of this node has been committed. */
  readonly committed: Committed = (cts, slot, version) => {
    if (cts > this.#ownCts) this.#ownCts = cts;
    const {core} = this.#engine as PrimaryEngine;
    this.#ctsTask ??= new Task(core.scheduler, () => {});
    writeCts(core, this.#ctsTask, cts, slot, version);
  };

  /** Everything committed before now can be read. Where no reference to page bytes is held. */
  readonly catchUp = (): void => {
    this.#peers.run();
  };

  /** From time to time, between polls: also a node that nobody rings goes with the time. */
  tick(): void {
    this.#peers.run();
  }

  /** What other nodes wait for is made durable. */
  #flushWanted(): void {
    const log = this.#engine?.core.log;
    if (log !== undefined && this.#adjudicator.wanted > log.durableLsn) log.kick();
  }

  readTso(): number {
    if (this.#ownCts > this.#peers.viewPoint || this.#options.isRegional === true) this.#peers.run();
    return this.#peers.viewPoint;
  }

  /** Only what had begun and ended before the time of views counts. */
  startHorizon(): number {
    const {transactions} = this.#cluster;
    if (this.#peers.viewPoint >= this.#nextLowAt) {
      this.#low = this.#nextLow;
      this.#nextLow = transactions.startHorizon();
      this.#nextLowAt = transactions.readTso();
    }
    return this.#low;
  }

  viewHorizon(): number {
    return this.#cluster.transactions.viewHorizon();
  }

  publishViewFloor(cts: number): void {
    this.#cluster.transactions.publishViewFloor(cts);
  }

  publishOldestStart(cts: number): void {
    this.#cluster.transactions.publishOldestStart(cts);
  }

  counters(): [string, number][] {
    const {applied, passedOver, restarts, rounds} = this.#peers;
    const {proposals = 0, stale = 0, busy = 0, rebases = 0, conflicts = 0} = this.#pool ?? {};
    return [
      ['proposals', proposals],
      ['proposals_stale', stale],
      ['proposals_busy', busy],
      ['rebases', rebases],
      ['page_conflicts', conflicts],
      ['row_conflicts', this.#locks.conflicts],
      ['peer_records_applied', applied],
      ['peer_records_passed_over', passedOver],
      ['peer_restarts', restarts],
      ['peer_rounds', rounds],
      ['peer_pages_asked_again', this.#requests.repeats],
    ];
  }
}

class OptimisticFusion implements Fusion {
  readonly #real: Fusion;
  readonly #beforePoll: () => void;
  readonly locks: LockFusion;

  constructor(real: Fusion, locks: LockFusion, beforePoll: () => void) {
    this.#real = real;
    this.locks = locks;
    this.#beforePoll = beforePoll;
  }

  get node(): number {
    return this.#real.node;
  }

  get incarnation(): number {
    return this.#real.incarnation;
  }

  get transactions(): TransactionFusion {
    return this.#real.transactions;
  }

  /** For metadata and named locks: pages are the pool's own affair. */
  get pages(): PageFusion {
    return this.#real.pages;
  }

  hasMail(): boolean {
    return this.#real.hasMail();
  }

  poll(events: FusionEvents): number {
    this.#beforePoll();
    return this.#real.poll(events);
  }

  isFenced(): boolean {
    return this.#real.isFenced();
  }

  counters(): ReadonlyMap<string, number> {
    return this.#real.counters();
  }
}
