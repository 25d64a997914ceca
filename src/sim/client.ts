// A client of the simulated cluster: a script of engine calls, run poll by poll as production drives a statement.
//
// Nothing that a primary found out after it was declared dead reaches a client: as the server does, the client asks before it takes an answer (K7).
//
// A script is a generator. It yields a call that may be BLOCKED; the client makes the call again whenever the engine polls the session, and gives
// the script the result that is not BLOCKED.

import {FencedError} from '../base/errors.ts';
import {BLOCKED, type EngineSession} from '../engine/api.ts';
import {SimCrash} from './sim-disk.ts';
import type {SimPrimary, SimWorld} from './world.ts';

export type Step = () => number;
export type Script<T> = Generator<Step, T, number>;

export class SimClient {
  readonly world: SimWorld;
  readonly primary: SimPrimary;
  readonly session: EngineSession;
  #script: Script<void> | undefined;
  #step: Step | undefined;
  #polling = false;
  /** What ended the script badly. */
  failure: Error | undefined;

  constructor(world: SimWorld, primary: SimPrimary) {
    this.world = world;
    this.primary = primary;
    this.session = primary.engine.newSession(() => this.#poll());
  }

  /** The call that it is blocked in, for messages. */
  get blockedIn(): string {
    return this.#step === undefined ? 'nothing' : String(this.#step);
  }

  get idle(): boolean {
    return this.#script === undefined;
  }

  /** Starts a script; it runs until it is BLOCKED for the first time. */
  start(script: Script<void>): void {
    this.#script = script;
    this.#step = undefined;
    this.world.time.runAs(this.primary.node + 1, () => this.primary.engine.run(this.session));
  }

  #poll(): void {
    if (this.#script === undefined || this.#polling) return;
    this.#polling = true;
    try {
      this.#advance(this.#script);
    } catch (error) {
      if (error instanceof FencedError || error instanceof SimCrash) throw error;
      this.failure = error as Error;
      this.#script = undefined;
    } finally {
      this.#polling = false;
    }
  }

  #advance(script: Script<void>): void {
    let result = 0;
    if (this.#step !== undefined) {
      result = this.#step();
      if (result === BLOCKED) return;
    }
    for (;;) {
      if (!this.primary.engine.mayAnswer()) return;
      const next = script.next(result);
      if (next.done) {
        this.#script = undefined;
        return;
      }
      this.#step = next.value;
      result = this.#step();
      if (result === BLOCKED) return;
    }
  }
}
