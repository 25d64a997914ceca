// What happens when no transaction slot is free (G2).
//
// A slot is reused once every view in the cluster lies above its transaction's end (K2), so one old snapshot anywhere can use up all slots of everybody. Who
// finds none publishes his floor, waits, and looks again. When that has lasted for a while, the snapshot that holds the horizon is cancelled: its
// transaction is told INTERRUPTED and can only be rolled back.
//
// The snapshot may be another primary's, and each acts for itself. The call goes round as a page lock on a virtual page that every primary holds in S: who is
// short of slots asks for X, so everybody is recalled - which is all that is meant. The lock is given back at once by both sides.

import type {Clock} from '../../env/clock.ts';
import {VIRTUAL_PAGE_FIRST} from '../../format/ids.ts';
import {GRANTED, type PageFusion, PLockMode} from '../../fusion/api.ts';
import type {ReadViews} from '../mvcc/read-view.ts';
import type {Task} from '../schedule/task.ts';
import {WaitList} from '../schedule/wait-list.ts';

/** The virtual page of the call; object ids begin at 1. */
export const SHORTAGE_PAGE = VIRTUAL_PAGE_FIRST;
/** Pause between two looks for a free slot. Milliseconds. */
const RETRY_MS = 5;
/** A snapshot that has used up the slots for this long is cancelled. Milliseconds. */
export const SNAPSHOT_GRACE_MS = 1000;

export class SlotShortage {
  readonly #views: ReadViews;
  readonly #pages: PageFusion;
  readonly #clock: Clock;
  readonly #waiters = new WaitList();
  /** When the present shortage began, milliseconds; -1 = there is none. */
  #since = -1;
  #looking = false;
  /** Metrics. */
  cancelledSnapshots = 0;

  constructor(views: ReadViews, pages: PageFusion, clock: Clock) {
    this.#views = views;
    this.#pages = pages;
    this.#clock = clock;
    pages.acquire(SHORTAGE_PAGE, PLockMode.shared);
  }

  /** The task found no free slot; it is woken when it is worth looking again. */
  wait(task: Task): void {
    this.#waiters.add(task);
    if (this.#since < 0) this.#since = this.#clock.now();
    if (this.#looking) return;
    this.#looking = true;
    this.#clock.after(RETRY_MS, () => this.#look());
  }

  #look(): void {
    this.#looking = false;
    if (this.#waiters.length === 0) {
      this.#since = -1;
      return;
    }
    this.#views.refresh();
    if (this.#clock.now() - this.#since >= SNAPSHOT_GRACE_MS) {
      this.#since = this.#clock.now();
      this.#cancelOldest();
      if (this.#pages.acquire(SHORTAGE_PAGE, PLockMode.exclusive) === GRANTED) this.#giveBack();
    }
    this.#waiters.wakeAll();
    // Who still finds none comes back at once and keeps the shortage going; else it ends here.
    this.#looking = true;
    this.#clock.after(RETRY_MS, () => this.#look());
  }

  /** Event: another primary is short of slots. */
  recalled(): void {
    this.#views.refresh();
    this.#cancelOldest();
    this.#giveBack();
  }

  /** Event: the call has gone round. */
  granted(): void {
    this.#giveBack();
  }

  /** Back to S, which others can share; or to nothing, asking for S again, while somebody wants X. */
  #giveBack(): void {
    if (this.#pages.acquire(SHORTAGE_PAGE, PLockMode.shared) !== GRANTED) return;
    const {entry} = this.#pages;
    if (!this.#pages.isWanted(entry)) {
      if (this.#pages.heldMode(entry) === PLockMode.exclusive) this.#pages.release(entry, PLockMode.shared);
      return;
    }
    this.#pages.release(entry, PLockMode.none);
    this.#pages.acquire(SHORTAGE_PAGE, PLockMode.shared);
  }

  /** Cancels this primary's old snapshots if it is they that hold the horizon. */
  #cancelOldest(): void {
    this.cancelledSnapshots += this.#views.cancel(this.#views.horizon, SNAPSHOT_GRACE_MS);
  }
}
