// Optimistic mode: the end of a primary, seen by those who follow its redo. Its stream ends where it is sealed, and what it had changed beyond never was; both are told before anybody is told what became of
// its transactions.

import type {Adjudicator} from '../../fusion/adjudicator/adjudicator.ts';
import type {SharedRedoFeed} from '../../storage/feed/redo-feed.ts';
import type {SharedState} from './shared-state.ts';

export class Peers {
  readonly #shared: Pick<SharedState, 'volume' | 'recovery'>;
  readonly #feed: SharedRedoFeed;
  readonly #adjudicator: Adjudicator;

  constructor(shared: Pick<SharedState, 'volume' | 'recovery'>, feed: SharedRedoFeed, adjudicator: Adjudicator) {
    this.#shared = shared;
    this.#feed = feed;
    this.#adjudicator = adjudicator;
  }

  /** A primary's thread has ended. */
  died(node: number, incarnation: number): void {
    this.#shared.recovery.fence(incarnation);
    const end = this.#shared.volume.sealStream(incarnation);
    if (this.#feed.incarnation(node) === incarnation) this.#feed.end(node, end);
    this.#adjudicator.orphan(node, incarnation, end);
  }
}
