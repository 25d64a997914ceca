// A read replica's parts in one: what stands between an engine and the cluster while another node is the writer (`--mode single-writer`), and steps aside when this node becomes it.

import type {Clock} from '../../env/clock.ts';
import type {Fusion} from '../../fusion/api.ts';
import type {PageReader, RedoFeed} from '../../storage/api.ts';
import type {Waiter} from '../api.ts';
import type {PagePool} from '../pool/page-pool.ts';
import type {Task} from '../schedule/task.ts';
import {WaitList} from '../schedule/wait-list.ts';
import {Follower} from './follower.ts';
import {ReplicaFusion} from './replica-fusion.ts';
import {ReplicaPageReader} from './replica-reader.ts';

/** How often a replica looks without being rung. Milliseconds. */
const WATCH_MS = 50;

export interface ReplicaOptions {
  readonly pageSize: number;
  readonly clock: Clock;
  /** Asks for a turn: there is more to follow, or something waits for the cut. */
  readonly requestTurn: () => void;
}

export class Replica {
  /** What the engine is built with. */
  readonly fusion: ReplicaFusion;
  readonly reader: PageReader;
  readonly #follower: Follower;
  readonly #pages: ReplicaPageReader;
  readonly #cluster: Fusion;
  readonly #requestTurn: () => void;
  readonly #clock: Clock;
  /** Since when something committed could not be read here, milliseconds; -1 = everything can. */
  #behindSince = -1;
  #pool: PagePool | undefined;
  #promoted = false;
  /** Who waits for the view point to move. */
  readonly #moved = new WaitList();

  constructor(fusion: Fusion, reader: PageReader, feed: RedoFeed, {pageSize, clock, requestTurn}: ReplicaOptions) {
    this.#clock = clock;
    this.#cluster = fusion;
    this.#requestTurn = requestTurn;
    this.#follower = new Follower(feed, fusion.node, pageSize, {
      moved: () => {
        this.#moved.wakeAll();
        this.#lag();
        if (this.fusion.pages.hasPending) requestTurn();
      },
      forget: () => {
        this.#pages.forget();
        this.#pool?.forgetAll();
      },
      more: requestTurn,
    });
    this.#pages = new ReplicaPageReader(reader, feed, this.#follower, pageSize);
    this.reader = this.#pages;
    this.fusion = new ReplicaFusion(fusion, () => this.#follower.viewPoint);
  }

  /** The engine has been built: its pool is what the redo is applied to. */
  attach(pool: PagePool): void {
    this.#pool = pool;
    this.#follower.follow([{find: pageNo => pool.cached(pageNo), memory: pool.memory}, this.#pages]);
    this.#requestTurn();
    this.#watch();
  }

  /** Bells may be lost: what they announce is looked at all the same. */
  #watch(): void {
    if (this.#promoted) return;
    if (this.#follower.behind > 0 || this.fusion.pages.hasPending) this.#requestTurn();
    this.#clock.after(WATCH_MS, () => this.#watch());
  }

  /** False once this node is the writer. */
  get isReplica(): boolean {
    return !this.#promoted;
  }

  /** True when the cut has come to the time of birth: from now on there is something to read. */
  get isReady(): boolean {
    return this.#follower.viewPoint >= this.fusion.transactions.birth;
  }

  /** Wakes the waiter, a task, once: when the cut has moved, or this node is the writer. */
  whenMoved(waiter: Waiter): void {
    this.#moved.add(waiter as Task);
  }

  /** CTS that views read at, and the newest one of the cluster: for who must wait until his own writes are there. */
  get viewPoint(): number {
    return this.#follower.viewPoint;
  }

  get newest(): number {
    return this.#cluster.transactions.readTso();
  }

  /** Between polls, when the stream of the dead writer has ended: applies the rest, and this node is an ordinary primary. False: not all has been applied yet. */
  promote(): boolean {
    if (this.#promoted) return true;
    this.reader.poll();
    if (!this.#follower.isAtEnd) return false;
    this.#promoted = true;
    this.#pool?.forgetAll();
    this.#pages.promote();
    this.fusion.promote();
    this.#moved.wakeAll();
    return true;
  }

  /** For how long something committed has not been readable here. Milliseconds; measured when asked and when the cut moves. */
  #lag(): number {
    const now = this.#clock.now();
    if (this.#promoted || this.viewPoint >= this.newest) this.#behindSince = -1;
    else if (this.#behindSince < 0) this.#behindSince = now;
    return this.#behindSince < 0 ? 0 : now - this.#behindSince;
  }

  counters(): [string, number][] {
    const {applied, passedOver, restarts, behind} = this.#follower;
    return [
      ['replica_lag_ms', this.#lag()],
      ['replica_lag_bytes', this.#promoted ? 0 : behind],
      ['replica_records_applied', applied],
      ['replica_records_passed_over', passedOver],
      ['replica_restarts', restarts],
      ['replica_pages_asked_again', this.#pages.repeats],
    ];
  }
}
