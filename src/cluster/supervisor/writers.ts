// Single-writer mode: which primary writes, seen from the supervisor.
//
//   nobody -> born as the writer -> dies -> a read replica is told to be it (promoting) -> it says that it is
//                                        -> or nobody serves: whoever is born next is the writer
//
// A replica is born only while a writer serves: before that there may be no catalog to read. The dead writer's stream is sealed, and its end told to the replicas, before anybody takes its place; so the
// new one goes on exactly where it ended.

import type {SharedRedoFeed} from '../../storage/feed/redo-feed.ts';
import type {SharedState} from './shared-state.ts';

export class Writers {
  readonly #shared: Pick<SharedState, 'volume' | 'recovery'>;
  readonly #feed: SharedRedoFeed;
  /** Ordinal of the primary that writes, or is to; 0 = none. */
  #writer = 0;
  #state: 'starting' | 'promoting' | 'serving' = 'starting';

  constructor(shared: Pick<SharedState, 'volume' | 'recovery'>, feed: SharedRedoFeed) {
    this.#shared = shared;
    this.#feed = feed;
  }

  /** False: it has to wait for the writer. */
  mayBeBorn(ordinal: number): boolean {
    return this.#writer === 0 || this.#writer === ordinal || this.#state === 'serving';
  }

  /** True when it is born as the writer. */
  born(ordinal: number): boolean {
    if (this.#writer !== 0) return false;
    this.#writer = ordinal;
    this.#state = 'starting';
    return true;
  }

  isWriter(ordinal: number): boolean {
    return ordinal === this.#writer && this.#state === 'serving';
  }

  /** What a primary is, for people. */
  roleOf(ordinal: number): 'writer' | 'replica' {
    return ordinal === this.#writer && this.#state !== 'promoting' ? 'writer' : 'replica';
  }

  /** It serves clients. */
  ready(ordinal: number): void {
    if (ordinal === this.#writer && this.#state === 'starting') this.#state = 'serving';
  }

  /** A primary's thread has ended. If it was the writer its stream ends here, and replicas are told where. */
  died(ordinal: number, node: number, incarnation: number): void {
    this.#feed.setCut(node, 0, 0);
    if (ordinal !== this.#writer) return;
    this.#writer = 0;
    this.#shared.recovery.fence(incarnation);
    const end = this.#shared.volume.sealStream(incarnation);
    if (this.#feed.writer === node && this.#feed.incarnation(node) === incarnation) this.#feed.end(node, end);
  }

  /** True when there is no writer: this primary, which serves as a replica, is to be it. */
  promote(ordinal: number): boolean {
    if (this.#writer !== 0) return false;
    this.#writer = ordinal;
    this.#state = 'promoting';
    return true;
  }

  get isPromoting(): boolean {
    return this.#writer !== 0 && this.#state === 'promoting';
  }

  promoted(ordinal: number): void {
    if (ordinal === this.#writer) this.#state = 'serving';
  }
}
