// What a primary is in the optimistic mode: it proposes what it changes, feeds its redo to all others and follows theirs.

import type {PrimaryEngine} from '../../engine/engine.ts';
import {Optimism} from '../../engine/optimistic/optimism.ts';
import type {Env} from '../../env/env.ts';
import {Adjudicator} from '../../fusion/adjudicator/adjudicator.ts';
import {type AdjudicatorDescriptor, AdjudicatorMemory} from '../../fusion/adjudicator/layout.ts';
import type {Fusion} from '../../fusion/api.ts';
import type {PageReader, RedoStream} from '../../storage/api.ts';
import {FedRedoStream} from '../../storage/feed/fed-redo-stream.ts';
import {SharedRedoFeed} from '../../storage/feed/redo-feed.ts';
import {FEED_RING_BYTES} from '../supervisor/options.ts';
import type {PrimaryInit} from './init.ts';

export class Optimist {
  readonly #init: PrimaryInit;
  readonly #feed: SharedRedoFeed;
  readonly stream: RedoStream;
  readonly optimism: Optimism;
  /** Rings of other primaries, for metrics. */
  bells = 0;

  constructor(
    env: Env,
    init: PrimaryInit,
    memory: {feed: SharedArrayBuffer; adjudicator: AdjudicatorDescriptor},
    parts: {stream: RedoStream; reader: PageReader; fusion: Fusion},
  ) {
    const {nodes} = init.memory.pmfs.options;
    const {node, incarnation, pageSize, granularity} = init;
    const {clock, bells} = env;
    this.#init = init;
    this.#feed = new SharedRedoFeed(memory.feed, nodes, FEED_RING_BYTES);
    const ring = (other: number): void => {
      this.bells++;
      bells.ring(other);
    };
    this.stream = new FedRedoStream(parts.stream, this.#feed, node, () => {
      for (let other = 0; other < nodes; other++) if (other !== node && this.#feed.isFollowing(other)) ring(other);
    });
    const adjudicator = new Adjudicator(AdjudicatorMemory.attach(memory.adjudicator), node, incarnation);
    this.optimism = new Optimism(parts.fusion, parts.reader, this.#feed, adjudicator, {
      granularity,
      pageSize,
      clock,
      ring,
    });
  }

  counters(): [string, number][] {
    return [...this.optimism.counters(), ['peer_bells', this.bells]];
  }

  /** The engine has been built, and nothing has been written. */
  attach(engine: PrimaryEngine): void {
    this.optimism.attach(engine);
    this.#feed.begin(this.#init.node, this.#init.incarnation, this.stream.startLsn);
  }
}
