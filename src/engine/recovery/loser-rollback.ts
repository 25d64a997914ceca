// The part of a dead primary's recovery that a living one does in the background: rolling back its losers, and taking over what was its own to give back - undo
// to be purged, undo pages, extents (G1, K11, K13).
//
// The supervisor has fenced and sealed the dead one, published its winners and marked its losers ABORTING. Here each loser is undone, newest change first, and
// ended, so that its waiters run one by one. At the end a checkpoint of this primary names what was taken over; only when that is durable may the dead
// stream be forgotten. All of it may be done again by another primary, from the beginning.
//
// While losers are left, shared metadata locks are held on their tables: nobody alters or drops them under the rollback (K19). If a change of the definition got
// in before, it does no harm: the horizon stands still until the dead one is finished, so no page that the rollback could need is freed.

import {BLOCKED, NO_SPACE, ROW} from '../api.ts';
import type {EngineCore} from '../core.ts';
import {Task} from '../schedule/task.ts';
import {metadataPage} from '../session/object-locks.ts';
import {Rollback} from '../txn/rollback.ts';
import type {UndoTail} from '../txn/transaction.ts';
import type {Analysis} from './analysis.ts';
import type {Checkpointer} from './checkpointer.ts';

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
  readonly #checkpointer: Checkpointer;
  readonly #stamp: number;
  /** In whose name the metadata locks are held. */
  readonly #user = {};
  #next = 0;
  #started = false;
  /** End of the redo of the rollback that has just ended; 0 = none. */
  #undoneLsn = 0;
  /** LSN at which what was taken over had been; -1 = not yet. */
  #adoptedAt = -1;
  #finished = false;

  constructor(core: EngineCore, checkpointer: Checkpointer, analysis: Analysis, events: LoserRollbackEvents) {
    this.#core = core;
    this.#analysis = analysis;
    this.#events = events;
    this.#rollback = new Rollback(core);
    this.#checkpointer = checkpointer;
    this.#task = new Task(core.scheduler, () => this.#poll());
    this.#stamp = core.views.start();
  }

  start(): void {
    for (const table of this.#analysis.tables) this.#core.objects.hold(metadataPage(table), this.#user);
    this.#task.wake();
  }

  #poll(): void {
    if (this.#finished) return;
    const result = this.#step();
    if (result === NO_SPACE) this.#core.clock.after(RETRY_MS, () => this.#task.wake());
    else if (result === ROW) this.#task.wake();
  }

  /** ROW: go on soon. BLOCKED: will be woken, or all is done. */
  #step(): number {
    if (this.#next < this.#analysis.losers.length) return this.#undoOne();
    if (this.#adoptedAt < 0) this.#adopt();
    if (this.#checkpointer.covers(this.#adoptedAt, this.#task)) this.#finish();
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
    if (!this.#isSeen()) return BLOCKED;
    this.#events.loserEnded(incarnation, slot, version);
    this.#started = false;
    this.#next++;
    return ROW;
  }

  /** Other nodes that have no page locks to wait for see the rows restored once that is durable. */
  #isSeen(): boolean {
    const {catchUp, log} = this.#core;
    if (catchUp === undefined) return true;
    if (this.#undoneLsn === 0) this.#undoneLsn = log.endLsn;
    if (!log.isDurable(this.#undoneLsn, this.#task)) {
      this.#core.requestFlush();
      return false;
    }
    this.#undoneLsn = 0;
    return true;
  }

  /** What is to be purged comes first, the pages it is in last: the history is worked off in order. */
  #adopt(): void {
    const core = this.#core;
    const {incarnation, losers, ended, undoPages, extents} = this.#analysis;
    const stamp = core.fusion.transactions.readTso() + 1;
    const add = (writer: number, slot: number, version: number, tails: readonly UndoTail[]): void =>
      core.history.add({stamp, incarnation: writer, slot, version, undoPages: [], tails});
    for (const work of ended) add(work.incarnation, work.slot, work.version, work.tails);
    for (const loser of losers) add(incarnation, loser.slot, loser.version, loser.tails);
    const pages = new Map<number, number[]>();
    for (const {page, incarnation: writer} of undoPages) {
      const list = pages.get(writer);
      if (list === undefined) pages.set(writer, [page]);
      else list.push(page);
    }
    for (const [writer, list] of pages) {
      core.undo.adopt(writer, list);
      core.history.add({stamp, incarnation: writer, slot: 0, version: 0, undoPages: list, tails: []});
    }
    core.extents.adopt(extents);
    this.#adoptedAt = core.log.endLsn;
  }

  #finish(): void {
    this.#finished = true;
    this.#core.views.endStart(this.#stamp);
    for (const table of this.#analysis.tables) this.#core.objects.unlock(this.#user, metadataPage(table));
    this.#events.finished(this.#analysis.incarnation);
  }
}
