// Read views and the two words a primary publishes about them (K1, K2).
//
//   viewFloor    never above a view this node holds or will ever take: min(oldest open view, last TSO value read)
//   oldestStart  never above a start stamp this node uses or will use: min(active start stamps, last TSO value read)
//
// A view taken later reads TSO again and is therefore at or above both. So the words may lag behind: they are published on a timer and when slots run
// short, never per statement. An idle node refreshes them by the same timer: idle is not infinity.

import type {Clock} from '../../env/clock.ts';
import type {ViewClock} from '../core.ts';
import type {Task} from '../schedule/task.ts';

/** A snapshot: everything committed at or below `cts`, and what the reader itself has written. */
export class ReadView {
  /** 0 = closed. */
  cts = 0;
  /** A page whose maxStart is below this is visible as a whole (K1). */
  low = 0;
  /** It was taken away because it held up the whole cluster (G2): its transaction can only be rolled back. */
  cancelled = false;
  /** When `refresh` first saw it open, milliseconds; 0 = not yet. */
  seenAt = 0;
  /** Who reads with it. */
  task: Task | undefined;

  get isOpen(): boolean {
    return this.cts !== 0;
  }
}

export class ReadViews {
  readonly #fusion: ViewClock;
  readonly #clock: Clock;
  readonly #open: ReadView[] = [];
  readonly #starts: number[] = [];
  /** Newest TSO value this node has read. */
  #lastTso: number;
  /** Cached minimum of all nodes' oldestStart; a value too low only costs per-row checks. */
  #low: number;
  #horizon: number;

  constructor(fusion: ViewClock, clock: Clock) {
    this.#fusion = fusion;
    this.#clock = clock;
    this.#lastTso = fusion.readTso();
    this.#low = 0;
    this.#horizon = 0;
  }

  /** Opens the view on everything committed before now, on any node. */
  open(view: ReadView): void {
    view.low = this.#low;
    this.#lastTso = this.#fusion.readTso();
    view.cts = this.#lastTso;
    view.seenAt = 0;
    this.#open.push(view);
  }

  close(view: ReadView): void {
    if (view.cts === 0) return;
    view.cts = 0;
    const last = this.#open.pop() as ReadView;
    if (last === view) return;
    this.#open[this.#open.indexOf(view)] = last;
  }

  /** A start stamp for a transaction that is about to write its first row; give it back with `endStart`. */
  start(): number {
    this.#lastTso = this.#fusion.readTso();
    this.#starts.push(this.#lastTso);
    return this.#lastTso;
  }

  endStart(stamp: number): void {
    const i = this.#starts.indexOf(stamp);
    if (i >= 0) this.#starts[i] = this.#starts[this.#starts.length - 1];
    this.#starts.length -= i >= 0 ? 1 : 0;
  }

  /** What every view that exists or will exist can see. */
  get horizon(): number {
    return this.#horizon;
  }

  get openCount(): number {
    return this.#open.length;
  }

  /** CTS of the oldest open view, or the newest value read. */
  get oldest(): number {
    let floor = this.#lastTso;
    for (const view of this.#open) if (view.cts < floor) floor = view.cts;
    return floor;
  }

  /**
   * Takes snapshots at or below `cts` away that have been open for at least `ageMs`: their transactions are told INTERRUPTED at their next call (G2). Between polls
   * only: nobody reads with them any more. Returns how many.
   */
  cancel(cts: number, ageMs: number): number {
    const now = this.#clock.now();
    const old = this.#open.filter(view => view.cts <= cts && view.seenAt !== 0 && now - view.seenAt >= ageMs);
    for (const view of old) {
      this.close(view);
      view.cancelled = true;
      if (view.task === undefined) continue;
      view.task.interrupted = true;
      view.task.wake();
    }
    return old.length;
  }

  /** Publishes both words and reads those of the others. Called every 10-50 ms, and when slots run short. */
  refresh(): void {
    this.#low = this.#fusion.startHorizon();
    this.#horizon = this.#fusion.viewHorizon();
    this.#lastTso = this.#fusion.readTso();
    let start = this.#lastTso;
    for (const stamp of this.#starts) if (stamp < start) start = stamp;
    const now = this.#clock.now();
    for (const view of this.#open) if (view.seenAt === 0) view.seenAt = now;
    this.#fusion.publishViewFloor(this.oldest);
    this.#fusion.publishOldestStart(start);
  }
}
