// The parts of one primary's engine, built once and shared by its sessions and background jobs.

import type {Clock} from '../env/clock.ts';
import type {Fusion} from '../fusion/api.ts';
import type {PageReader, RedoStream} from '../storage/api.ts';
import {Shrinker} from './btree/shrink.ts';
import {Splitter} from './btree/split.ts';
import {MiniTransaction} from './log/mini-transaction.ts';
import {RedoLog, type RedoLogOptions} from './log/redo-log.ts';
import {ReadViews} from './mvcc/read-view.ts';
import {PagePool} from './pool/page-pool.ts';
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
    this.pool = new PagePool(
      {pageSize: options.pageSize, frames: options.frames},
      world.fusion.pages,
      world.reader,
      this.log,
      world.clock,
    );
    this.mtr = new MiniTransaction(this.log, this.pool, world.fusion.incarnation);
    this.extents = new Extents(this.pool, this.log, this.mtr, world.fusion.node);
    this.ids = new Ids(this.pool, this.log, this.mtr, this.extents);
    this.splitter = new Splitter(this.pool, this.log, this.mtr, this.extents);
    this.shrinker = new Shrinker(this);
    this.undo = new UndoLog(this.pool, this.log, this.mtr, this.extents, world.fusion.incarnation);
    this.views = new ReadViews(world.fusion.transactions, world.clock);
    this.slots = new SlotShortage(this.views, world.fusion.pages, world.clock);
    this.waits = new Waits(world.fusion.locks, world.clock);
    this.history = new History();
    this.viewPoints = options.viewPointsAsked === undefined ? undefined : new ViewPoints(this, options.viewPointsAsked);
    this.objects = new ObjectLocks(world.fusion, this.waits, world.clock);
    this.scheduler.observe(this.pool);
    this.log.onDurable = () => this.pool.logAdvanced();
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
    this.log.kick();
  };
}
