// What a primary is in the single-writer mode: the writer, or a read replica that follows it and may be promoted. In the other modes every primary writes, and there is none of this.

import type {PrimaryEngine} from '../../engine/engine.ts';
import {Replica} from '../../engine/replica/replica.ts';
import type {Env} from '../../env/env.ts';
import type {Fusion} from '../../fusion/api.ts';
import type {PageReader, RedoStream} from '../../storage/api.ts';
import {FedRedoStream} from '../../storage/feed/fed-redo-stream.ts';
import {SharedRedoFeed} from '../../storage/feed/redo-feed.ts';
import {FEED_RING_BYTES} from '../supervisor/options.ts';
import type {PrimaryInit} from './init.ts';

/** While the redo that a replica needs is on its way. Milliseconds. */
const LOOK_MS = 2;

export class Role {
  readonly #env: Env;
  readonly #init: PrimaryInit;
  readonly #feed: SharedRedoFeed;
  readonly #requestTurn: () => void;
  #engine: PrimaryEngine | undefined;
  readonly stream: RedoStream;
  readonly reader: PageReader;
  readonly fusion: Fusion;
  /** Undefined on who was born as the writer. */
  readonly replica: Replica | undefined;
  #isWriter = false;

  constructor(
    env: Env,
    init: PrimaryInit,
    feed: SharedArrayBuffer,
    parts: {stream: RedoStream; reader: PageReader; fusion: Fusion},
    requestTurn: () => void,
  ) {
    this.#env = env;
    this.#init = init;
    this.#feed = new SharedRedoFeed(feed, init.memory.pmfs.options.nodes, FEED_RING_BYTES);
    this.#requestTurn = requestTurn;
    this.stream = new FedRedoStream(parts.stream, this.#feed, init.node, () => this.#ringAll());
    const {pageSize} = init;
    if (init.isReplica)
      this.replica = new Replica(parts.fusion, parts.reader, this.#feed, {pageSize, clock: env.clock, requestTurn});
    this.reader = this.replica?.reader ?? parts.reader;
    this.fusion = this.replica?.fusion ?? parts.fusion;
  }

  /** For the engine's options: see EngineOptions. */
  readonly viewPointsAsked = (): number => this.#feed.asked;

  /** The engine has been built, and nothing has been written. */
  attach(engine: PrimaryEngine): void {
    this.#engine = engine;
    if (this.replica === undefined) this.#write();
    else this.replica.attach(engine.core.pool);
  }

  /** This primary may write. */
  get isWriter(): boolean {
    return this.#isWriter;
  }

  #write(): void {
    this.#feed.begin(this.#init.node, this.#init.incarnation, this.stream.startLsn);
    this.#isWriter = true;
    const points = this.#engine?.core.viewPoints;
    if (points !== undefined) points.isOn = true;
    this.#ringAll();
  }

  #ringAll(): void {
    const {bells} = this.#env;
    for (let node = 0; node < this.#feed.nodes; node++) if (node !== this.#init.node) bells.ring(node);
  }

  /** Calls `done` when there is something to read: at once on the writer. */
  whenReady(done: () => void): void {
    if (this.replica?.isReady !== false) done();
    else this.#lookAgain(() => this.whenReady(done));
  }

  /** The writer is dead and its stream sealed: applies the rest of it, then writes. */
  promote(done: () => void): void {
    if (this.#isWriter) return;
    if (this.replica?.promote() === false) {
      this.#lookAgain(() => this.promote(done));
      return;
    }
    this.#write();
    done();
  }

  #lookAgain(look: () => void): void {
    this.#requestTurn();
    this.#env.clock.after(LOOK_MS, look);
  }

  counters(): [string, number][] {
    return [['is_writer', this.#isWriter ? 1 : 0], ...(this.replica?.counters() ?? [])];
  }
}
