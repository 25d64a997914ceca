// A session's transactions: when they begin, what a failed statement undoes, savepoints, and how they end.
//
//   autocommit on    each statement is a transaction, unless START TRANSACTION has begun one
//   autocommit off   the first statement begins one; COMMIT or ROLLBACK ends it
//
// A failed statement undoes itself. A deadlock or a lost race (first updater wins) undoes the whole transaction, for the engine can go
// on with nothing else. A statement that lost the race before anything of the transaction was read runs again with a new view
// (protocols S9): nobody has seen the old one.

import {SqlError} from '../../base/sql-error.ts';
import {type EngineSession, ROW} from '../../engine/api.ts';
import {EngineFailure, engineError} from '../catalog/engine-error.ts';
import {type Steps, until} from '../catalog/steps.ts';
import type {SqlSessionState} from './session-state.ts';

/** How often a statement may run again before the client hears of the conflict. */
export const RENEWALS_MAX = 1000;

interface Savepoint {
  readonly name: string;
  readonly handle: number;
}

export class SessionTransaction {
  readonly #engine: EngineSession;
  readonly #state: SqlSessionState;
  #savepoints: Savepoint[] = [];
  /** The open transaction may not write. */
  isReadOnly = false;
  /** Begun by START TRANSACTION, or autocommit is off: statements do not commit it. */
  #isExplicit = false;

  constructor(engine: EngineSession, state: SqlSessionState) {
    this.#engine = engine;
    this.#state = state;
  }

  /** Open across statements: what clients see as "in a transaction". */
  get isOpen(): boolean {
    return this.#isExplicit && this.#engine.inTransaction;
  }

  /** True when a transaction begun now ends with its statement. */
  get commitsEach(): boolean {
    return !this.#isExplicit;
  }

  /** Makes sure that a transaction is open for a statement. */
  ensure(): void {
    if (this.#engine.inTransaction) return;
    this.#begin(false, undefined);
    this.#isExplicit = !this.#state.autocommit;
  }

  /** START TRANSACTION; the one before must have ended. */
  start(snapshot: boolean, readOnly: boolean | undefined): void {
    this.#begin(snapshot, readOnly);
    this.#isExplicit = true;
  }

  #begin(snapshot: boolean, readOnly: boolean | undefined): void {
    const state = this.#state;
    this.isReadOnly = readOnly ?? state.nextReadOnly ?? state.isReadOnly;
    this.#engine.isolation = state.nextIsolation ?? state.isolation;
    state.nextIsolation = undefined;
    state.nextReadOnly = undefined;
    this.#engine.begin(this.isReadOnly, snapshot);
  }

  *commit(): Steps<void> {
    if (!this.#engine.inTransaction) return;
    const result = yield* until(() => this.#engine.commit());
    if (result !== ROW) {
      yield* this.rollback();
      throw engineError(result);
    }
    this.#ended();
  }

  *rollback(): Steps<void> {
    if (!this.#engine.inTransaction) return;
    yield* until(() => this.#engine.rollback());
    this.#ended();
  }

  /** The engine's transaction has ended. */
  #ended(): void {
    this.#savepoints = [];
    this.#isExplicit = false;
    this.isReadOnly = false;
  }

  /** For those who commit by hand, poll by poll. */
  noteEnd(): void {
    this.#ended();
  }

  // --- Statements ----------------------------------------------------------------------------------------------------

  /**
   * Runs the body of a statement in a transaction. `mayRepeat` says whether nothing has been sent yet, so that it can run again. Commits
   * where autocommit says so.
   */
  *statement<T>(body: () => Steps<T>, mayRepeat: () => boolean): Steps<T> {
    this.ensure();
    for (let renewals = 0; ; renewals++) {
      this.#engine.beginStatement();
      try {
        const result = yield* body();
        this.#engine.endStatement();
        if (this.commitsEach) yield* this.commit();
        return result;
      } catch (error) {
        if (!this.#engine.inTransaction) throw error;
        const canRenew = mayRepeat() && renewals < RENEWALS_MAX;
        if (yield* this.undoFailed(error, canRenew)) continue;
        throw error;
      }
    }
  }

  /** Undoes what a failed statement did. True: it may run again with a new view. */
  *undoFailed(error: unknown, canRenew: boolean): Steps<boolean> {
    const failure = error instanceof EngineFailure ? error : undefined;
    if (failure?.isConflict === true && canRenew) {
      yield* until(() => this.#engine.rollbackStatement());
      if (this.#engine.renewView()) return true;
    }
    if (failure?.endsTransaction === true) {
      yield* this.rollback();
      return false;
    }
    yield* until(() => this.#engine.rollbackStatement());
    this.#engine.endStatement();
    if (this.commitsEach) yield* this.rollback();
    return false;
  }

  // --- Savepoints ----------------------------------------------------------------------------------------------------

  savepoint(name: string): void {
    // Without a transaction that goes on there is nothing to mark.
    if (!this.isOpen && this.#state.autocommit) return;
    this.ensure();
    this.#forget(name);
    this.#savepoints.push({name: name.toLowerCase(), handle: this.#engine.savepoint()});
  }

  *rollbackTo(name: string): Steps<void> {
    const at = this.#find(name);
    const result = yield* until(() => this.#engine.rollbackTo(this.#savepoints[at].handle));
    if (result !== ROW) throw engineError(result);
    this.#savepoints.length = at + 1;
  }

  release(name: string): void {
    this.#savepoints.length = this.#find(name);
  }

  #find(name: string): number {
    const lower = name.toLowerCase();
    const at = this.#savepoints.findLastIndex(savepoint => savepoint.name === lower);
    if (at < 0) throw new SqlError('ER_NO_SAVEPOINT', name);
    return at;
  }

  #forget(name: string): void {
    const lower = name.toLowerCase();
    this.#savepoints = this.#savepoints.filter(savepoint => savepoint.name !== lower);
  }
}
