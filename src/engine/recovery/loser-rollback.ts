// The part of a dead primary's recovery that a living one does in the background: rolling back its losers, and taking over its undo for purge (G1, K13).
//
// The supervisor has fenced and sealed the dead one, published its winners and marked its losers ABORTING. Here each loser is undone, newest change first, and
// ended, so that its waiters run one by one. At the end a checkpoint of this primary names the adopted undo; only then may the dead stream be forgotten.
// All of it may be done again by another primary, from the beginning.

import {FIXED_REDO_MAX} from '../../format/redo/bounds.ts';
import {BLOCKED, NO_SPACE, ROW} from '../api.ts';
import type {EngineCore} from '../core.ts';
import {Task} from '../schedule/task.ts';
import {Rollback} from '../txn/rollback.ts';
import type {EndedTransaction} from '../txn/history.ts';
import type {Analysis} from './analysis.ts';
import {CheckpointWriter} from './checkpoint.ts';
import {endedTransaction} from './ended.ts';

export interface LoserRollbackEvents {
  /** All rows of this loser are restored: its slot can be ended and its waiters woken. */
  loserEnded(incarnation: number, slot: number, version: number): void;
  /** Everything is done and durable: the incarnation can be finished. */
  finished(incarnation: number): void;
}

/** Waits this long before trying again when there is no room for redo. Milliseconds. */
const RETRY_MS = 20;

export class LoserRollback {
  readonly #core: EngineCore;
  readonly #analysis: Analysis;
  readonly #events: LoserRollbackEvents;
  readonly #rollback: Rollback;
  readonly #task: Task;
  readonly #checkpoint: CheckpointWriter;
  readonly #stamp: number;
  #next = 0;
  #started = false;
  #adopted = false;
  #written = false;

  constructor(core: EngineCore, analysis: Analysis, events: LoserRollbackEvents) {
    this.#core = core;
    this.#analysis = analysis;
    this.#events = events;
    this.#rollback = new Rollback(core);
    this.#checkpoint = new CheckpointWriter(core);
    this.#task = new Task(core.scheduler, () => this.#poll());
    this.#stamp = core.views.start();
  }

  start(): void {
    this.#task.wake();
  }

  #poll(): void {
    const result = this.#step();
    if (result === NO_SPACE) this.#core.clock.after(RETRY_MS, () => this.#task.wake());
    else if (result === ROW) this.#task.wake();
  }

  /** ROW: go on soon. BLOCKED: will be woken, or all is done. */
  #step(): number {
    const loser = this.#analysis.losers[this.#next];
    if (loser !== undefined) return this.#undoOne();
    if (!this.#adopted) this.#adopt();
    if (!this.#written) {
      const written = this.#checkpoint.write(this.#task);
      if (written !== ROW) return written;
      this.#written = true;
    }
    if (!this.#core.log.isDurable(this.#checkpoint.end, this.#task)) return BLOCKED;
    this.#core.views.endStart(this.#stamp);
    this.#events.finished(this.#analysis.incarnation);
    return BLOCKED;
  }

  #undoOne(): number {
    const {incarnation, losers} = this.#analysis;
    const {slot, version, undoPage, undoAt} = losers[this.#next];
    if (!this.#started) {
      this.#started = true;
      this.#rollback.start(incarnation, slot, version, this.#stamp, undoPage, undoAt, 0, 0);
    }
    const undone = this.#rollback.poll(this.#task);
    if (undone !== ROW) return undone;
    const space = this.#core.log.reserve(FIXED_REDO_MAX, this.#task, true);
    if (space !== ROW) return space;
    this.#events.loserEnded(incarnation, slot, version);
    this.#started = false;
    this.#next++;
    return ROW;
  }

  #adopt(): void {
    this.#adopted = true;
    const stamp = this.#core.fusion.transactions.readTso() + 1;
    const add = (ended: EndedTransaction): void => {
      this.#core.undo.adopt(ended.undoPages);
      this.#core.history.add({...ended, stamp});
    };
    for (const ended of this.#analysis.ended) add(ended);
    for (const loser of this.#analysis.losers) add(endedTransaction(this.#analysis.incarnation, loser, true));
  }
}
