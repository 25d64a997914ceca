// One transaction of this primary: its identity, where its undo ends, and what it has to give back. Plain state; the steps that change it are in
// session/session.ts, rollback.ts and row/. A session has one and uses it again and again.

import {ReadView} from '../mvcc/read-view.ts';

export const TrxState = {idle: 0, active: 1, committing: 2, rollingBack: 3} as const;
export type TrxState = (typeof TrxState)[keyof typeof TrxState];

/** A position in the transaction's undo: everything after it can be undone alone. */
export interface UndoMark {
  page: number;
  at: number;
  rows: number;
}

/** A run of undo records that purge has to look at: from (page, at) back to, not including, (stopPage, stopAt). */
export interface UndoTail {
  readonly page: number;
  readonly at: number;
  readonly stopPage: number;
  readonly stopAt: number;
  /** The run was undone: what it dropped stays, what it allocated goes. */
  readonly rolledBack: boolean;
}

export class Transaction {
  state: TrxState = TrxState.idle;
  readOnly = false;
  /** TIT slot, or -1 before the first write or lock. With incarnation and version it is the g_trx_id. */
  slot = -1;
  version = 0;
  /** TSO value read before the first write (K1). */
  startStamp = 0;
  /** Last undo record that is not undone; page 0 = none. */
  undoPage = 0;
  undoAt = 0;
  /** Rows changed so far; the weight in choosing deadlock victims. */
  rowsChanged = 0;
  /** Something must be durable before the commit is answered: anything but locks (G14). */
  mustForce = false;
  /** Some undo record needs purge: delete marks, changed secondary entries, dropped trees, overflow pages. */
  needsPurge = false;
  /** Undo pages that hold records of this transaction, in order. */
  readonly undoPages: number[] = [];
  /** Runs that were rolled back while the transaction went on, and at its end the rest. */
  readonly tails: UndoTail[] = [];
  readonly view = new ReadView();
  /** A consistent read has used the view: a later conflict cannot be cured by a fresh one (S9). */
  viewUsed = false;
  /** Position at the start of the running statement. */
  readonly statement: UndoMark = {page: 0, at: 0, rows: 0};
  readonly savepoints: UndoMark[] = [];
  /** LSN behind the commit record; 0 until it is in the log. */
  commitLsn = 0;
  /** LSN behind the redo that undid everything. */
  undoneLsn = 0;
  /** CTS once published. */
  cts = 0;
  /** Step of the running commit or rollback. */
  step = 0;

  get isOpen(): boolean {
    return this.state !== TrxState.idle;
  }

  /** True when an undo record was ever appended, be it undone since. */
  get hasUndo(): boolean {
    return this.undoPages.length > 0;
  }

  /** Forgets everything; slot, view and start stamp have been given back. */
  reset(): void {
    this.state = TrxState.idle;
    this.readOnly = false;
    this.slot = -1;
    this.version = 0;
    this.startStamp = 0;
    this.undoPage = 0;
    this.undoAt = 0;
    this.rowsChanged = 0;
    this.mustForce = false;
    this.needsPurge = false;
    this.undoPages.length = 0;
    this.tails.length = 0;
    this.view.cancelled = false;
    this.viewUsed = false;
    this.savepoints.length = 0;
    this.commitLsn = 0;
    this.undoneLsn = 0;
    this.cts = 0;
    this.step = 0;
    this.markStatement();
  }

  /** Notes the records from the end of the undo back to a position for purge, if purge has anything to do with them. */
  addTail(stopPage: number, stopAt: number, rolledBack: boolean): void {
    if (!this.needsPurge || this.undoPage === 0) return;
    if (this.undoPage === stopPage && this.undoAt === stopAt) return;
    this.tails.push({page: this.undoPage, at: this.undoAt, stopPage, stopAt, rolledBack});
  }

  markStatement(): void {
    this.statement.page = this.undoPage;
    this.statement.at = this.undoAt;
    this.statement.rows = this.rowsChanged;
  }
}
