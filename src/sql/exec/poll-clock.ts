// Keeps polls short (D1): a loop that reads rows asks here before each of them whether it may go on. Every 64 rows the clock is read;
// after a millisecond the statement gives way to the others of its primary, and is queued again at once.

import {BLOCKED, INTERRUPTED, ROW} from '../../engine/api.ts';
import type {ExecContext} from './contract.ts';

const ROWS_BETWEEN_LOOKS = 64;
const POLL_MICROS_MAX = 1000;

export class PollClock {
  #rows = 0;
  #startMicros = 0;
  /** The next look begins a new poll. */
  #isFresh = true;

  /** ROW: go on. BLOCKED: return it. INTERRUPTED: KILL came. */
  tick(context: ExecContext): number {
    return ++this.#rows % ROWS_BETWEEN_LOOKS === 0 ? this.#look(context) : ROW;
  }

  #look({session, engine}: ExecContext): number {
    const now = session.nowMicros();
    if (this.#isFresh || now < this.#startMicros) {
      this.#startMicros = now;
      this.#isFresh = false;
    }
    if (now - this.#startMicros < POLL_MICROS_MAX) return ROW;
    if (session.sleepUntil(0) === INTERRUPTED) return INTERRUPTED;
    this.#isFresh = true;
    engine.waiter.wake();
    return BLOCKED;
  }
}
