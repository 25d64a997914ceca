// The parts of one primary's engine, built once and shared by its sessions and background jobs.

import {FencedError} from '../base/errors.ts';
import type {Clock} from '../env/clock.ts';
import {type Fusion, PLockMode, type TransactionFusion} from '../fusion/api.ts';
import type {PageReader, RedoStream} from '../storage/api.ts';
import {Shrinker} from './btree/shrink.ts';
import {Splitter} from './btree/split.ts';
import {MiniTransaction} from './log/mini-transaction.ts';
import {RedoLog, type RedoLogOptions} from './log/redo-log.ts';
import {ReadViews} from './mvcc/read-view.ts';
import {PagePool, type PoolOptions} from './pool/page-pool.ts';
import {ViewPoints} from './replica/view-points.ts';
import {Scheduler} from './schedule/task.ts';
import {WaitList} from './schedule/wait-list.ts';
import {ObjectLocks} from './session/object-locks.ts';
import {Extents} from './space/extents.ts';
import {Ids} from './space/ids.ts';
import {History} from './txn/history.ts';
import {SlotShortage} from './txn/slot-shortage.ts';
import type {Transaction} from './txn/transaction.ts';
import {UndoLog} from './txn/undo-log.ts';
import {Waits} from './txn/waits.ts';

export interface EngineOptions {
  readonly pageSize: number;
  /** Frames of the local buffer pool. */
  readonly frames: number;
  readonly log: RedoLogOptions;
  /** A checkpoint record is written each time this much redo has gathered. */
  readonly checkpointBytes: number;
  /** Read replicas may follow this node's redo, which then says up to where they can read (K18). Answers how often a replica that has begun anew asked for that. */
  readonly viewPointsAsked?: () => number;
}

/** What a pool is made of. */
export interface PoolParts {
  readonly options: PoolOptions;
  readonly reader: PageReader;
  readonly log: RedoLog;
  readonly clock: Clock;
}

/** The time of read views. */
export type ViewClock = Pick<
  TransactionFusion,
  'readTso' | 'startHorizon' | 'viewHorizon' | 'publishViewFloor' | 'publishOldestStart'
>;

/** Told of each commit, with the transaction's slot and version. */
export type Committed = (cts: number, slot: number, version: number) => void;

/** Nodes that take no page locks (src/engine/optimistic): the engine's parts that are others there. */
export interface OptimisticParts {
  readonly newPool: (parts: PoolParts) => PagePool;
  readonly views: ViewClock;
  /** A transaction has been committed. */
  readonly committed: Committed;
  /** What was committed before now can be read. Where no reference to page bytes is held. */
  readonly catchUp: () => void;
}

export interface EngineWorld {
  readonly clock: Clock;
  readonly fusion: Fusion;
  readonly stream: RedoStream;
  readonly reader: PageReader;
  /** Stops the primary: its redo cannot be written, or it has been fenced. */
  readonly fail: (reason: string) => void;
  /** Asks for a turn of the event loop in which `Primary.turn` is called. */
  readonly requestTurn: () => void;
  /** Called each time views and stamps were published, every 20 to 100 ms: for what the host does from time to time. */
  readonly refreshed?: () => void;
  /** Undefined where page locks keep pages coherent. */
  readonly optimistic?: OptimisticParts | undefined;
}

export class EngineCore {
  readonly options: EngineOptions;
  readonly clock: Clock;
  readonly fusion: Fusion;
  readonly stream: RedoStream;
  readonly reader: PageReader;
  readonly scheduler: Scheduler;
  readonly log: RedoLog;
  readonly pool: PagePool;
  readonly mtr: MiniTransaction;
  readonly extents: Extents;
  readonly ids: Ids;
  readonly splitter: Splitter;
  readonly shrinker: Shrinker;
  readonly undo: UndoLog;
  readonly views: ReadViews;
  readonly slots: SlotShortage;
  readonly waits: Waits;
  readonly history: History;
  /** Undefined where there are no read replicas. */
  readonly viewPoints: ViewPoints | undefined;
  /** Told of each commit; undefined where nobody wants to know. */
  readonly committed: Committed | undefined;
  /** Makes what was committed before now readable; undefined where it always is. */
  readonly catchUp: (() => void) | undefined;
  /** In which a page is fixed whose newest version must be seen, though it is not changed: checks of unique and foreign keys (K12). */
  readonly currentMode: PLockMode;
  /** Tasks that wait until a dead incarnation has been read. */
  readonly unrecovered = new WaitList();
  readonly fail: (reason: string) => void;
  readonly refreshed: () => void;
  readonly objects: ObjectLocks;
  /** Transactions with a slot: what a checkpoint has to name. */
  readonly writing = new Set<Transaction>();
  readonly counters = {transactions: 0};
  #flushAsked = false;
  #overflowValues = 0;

  constructor(world: EngineWorld, options: EngineOptions) {
    this.options = options;
    this.clock = world.clock;
    this.fusion = world.fusion;
    this.stream = world.stream;
    this.reader = world.reader;
    this.fail = world.fail;
    this.refreshed = world.refreshed ?? ((): void => {});
    this.scheduler = new Scheduler(world.requestTurn);
    this.log = new RedoLog(world.stream, options.log, world.clock, world.fail);
    const {optimistic} = world;
    const pool = {pageSize: options.pageSize, frames: options.frames, incarnation: world.fusion.incarnation};
    this.pool =
      optimistic === undefined
        ? new PagePool(pool, world.fusion.pages, world.reader, this.log, world.clock)
        : optimistic.newPool({options: pool, reader: world.reader, log: this.log, clock: world.clock});
    this.currentMode = optimistic === undefined ? PLockMode.shared : PLockMode.exclusive;
    this.catchUp = optimistic?.catchUp;
    this.mtr = new MiniTransaction(this.log, this.pool, world.fusion.incarnation);
    this.extents = new Extents(this.pool, this.log, this.mtr, world.fusion.node);
    this.ids = new Ids(this.pool, this.log, this.mtr, this.extents, this.currentMode);
    this.splitter = new Splitter(this.pool, this.log, this.mtr, this.extents);
    this.shrinker = new Shrinker(this);
    this.undo = new UndoLog(this.pool, this.log, this.mtr, this.extents, world.fusion.incarnation);
    this.views = new ReadViews(optimistic?.views ?? world.fusion.transactions, world.clock);
    this.slots = new SlotShortage(this.views, world.fusion.pages, world.clock);
    this.waits = new Waits(world.fusion.locks, world.clock);
    this.history = new History();
    this.viewPoints = options.viewPointsAsked === undefined ? undefined : new ViewPoints(this, options.viewPointsAsked);
    const {viewPoints} = this;
    this.committed = optimistic?.committed ?? viewPoints?.committed;
    this.objects = new ObjectLocks(world.fusion, this.waits, world.clock);
    this.scheduler.observe(this.pool);
    this.log.onDurable = () => {
      try {
        this.pool.logAdvanced();
        // The next sync is begun at the end of this turn: what the packets that have come meanwhile commit is in it too.
        this.requestFlush();
      } catch (error) {
        this.failOn(error);
      }
    };
  }

  /** A number for a new overflow value: with the incarnation it names the value's pages (u32; it repeats after four thousand million values). */
  nextOverflowValue(): number {
    this.#overflowValues = (this.#overflowValues + 1) >>> 0;
    return this.#overflowValues;
  }

  /** The log is written at the end of this turn of the event loop: all commits of the turn share the flush. */
  requestFlush(): void {
    if (this.#flushAsked) return;
    this.#flushAsked = true;
    this.clock.soon(this.#flush);
  }

  readonly #flush = (): void => {
    this.#flushAsked = false;
    try {
      // Written even while a sync is under way: the pages of these commits may go to other nodes then.
      if (this.pool.isGivingUp) this.log.write();
      this.log.kick();
      this.pool.giveUp();
    } catch (error) {
      this.failOn(error);
    }
  };

  /** A primary that has been declared dead stops at once (K7). Anything else that comes here is a bug, and the host's. */
  failOn(error: unknown): void {
    if (!(error instanceof FencedError)) throw error;
    this.fail('this primary was declared dead by the cluster');
  }
}
