// Runs a cached plan without steps: from the packet to the answer in one poll, when nothing has to be waited for.
//
//   begin > metadata locks, versions > body > end of statement > commit > answer
//
// Only what goes well happens here. A definition that has changed, and every error, is handed back to the session, which goes on with
// steps: undoes, plans anew, tries again.

import {BLOCKED, DONE, type EngineSession, ROW} from '../../engine/api.ts';
import type {SessionTransaction} from '../session/transaction.ts';
import type {StatementContext} from '../statement/statement-context.ts';
import type {CachedPlan} from './plan-cache.ts';

/** Answers of `poll`, beside BLOCKED. */
export const FAST_DONE: number = ROW;
/** The plan is out of date, and nothing has been done yet. */
export const FAST_STALE = 2;
/** Failed: `failure` is what was thrown, or `failureResult` what the engine answered. */
export const FAST_FAILED = 3;
/** The commit failed: `failureResult`. */
export const FAST_COMMIT_FAILED = 4;

const Phase = {lock: 0, run: 1, commit: 2} as const;

export class FastRun {
  readonly #engine: EngineSession;
  readonly #transaction: SessionTransaction;
  #plan!: CachedPlan;
  #context!: StatementContext;
  #phase: number = Phase.lock;
  failure: unknown;
  failureResult = 0;

  constructor(engine: EngineSession, transaction: SessionTransaction) {
    this.#engine = engine;
    this.#transaction = transaction;
  }

  start(plan: CachedPlan, context: StatementContext): void {
    this.#plan = plan;
    this.#context = context;
    this.#phase = Phase.lock;
    this.failure = undefined;
    this.failureResult = 0;
    this.#transaction.ensure();
    this.#engine.beginStatement();
  }

  poll(): number {
    if (this.#phase === Phase.lock) {
      const locked = this.#lock();
      if (locked !== ROW) return locked;
      this.#phase = Phase.run;
    }
    if (this.#phase === Phase.run) {
      const ran = this.#run();
      if (ran !== ROW) return ran;
      if (!this.#transaction.commitsEach) return FAST_DONE;
      this.#phase = Phase.commit;
    }
    const ended = this.#engine.commit();
    if (ended === BLOCKED) return BLOCKED;
    if (ended !== ROW) return this.#failedWith(ended, FAST_COMMIT_FAILED);
    this.#transaction.noteEnd();
    return FAST_DONE;
  }

  #lock(): number {
    const {objects, statistics} = this.#plan;
    const engine = this.#engine;
    for (let i = 0; i < statistics.length; i++) if (statistics[i].isOld) return FAST_STALE;
    for (let i = 0; i < objects.length; i++) {
      const {id, epoch} = objects[i];
      const locked = engine.lockMetadata(id, false);
      if (locked === BLOCKED) return BLOCKED;
      if (locked !== ROW) return this.#failedWith(locked, FAST_FAILED);
      if (engine.metadataVersion(id) !== epoch) return FAST_STALE;
    }
    try {
      this.#plan.body.start(this.#context);
    } catch (error) {
      this.failure = error;
      return FAST_FAILED;
    }
    return ROW;
  }

  #run(): number {
    const {body} = this.#plan;
    let result: number;
    try {
      result = body.poll();
    } catch (error) {
      body.finish();
      this.failure = error;
      return FAST_FAILED;
    }
    if (result === BLOCKED) return BLOCKED;
    body.finish();
    if (result !== DONE) return this.#failedWith(result, FAST_FAILED);
    this.#engine.endStatement();
    return ROW;
  }

  #failedWith(result: number, answer: number): number {
    this.failureResult = result;
    return answer;
  }

  /** The client is gone in the middle of it. */
  abandon(): void {
    if (this.#phase === Phase.run) this.#plan.body.finish();
  }
}
