// Waits of this node's transactions for others: row locks, metadata locks, named locks. The graph is cluster-wide (fusion/wait); here is who sleeps.
//
// A wait has an id. Wakes, victims and time-outs name it, and are ignored when the task no longer waits on it (S12). A task that is polled
// again looks for itself whether what it wanted is there; a wake-up is only a hint.

import type {Clock, Timer} from '../../env/clock.ts';
import {type LockFusion, WAIT_DEADLOCK, WAIT_ENDED, WAIT_FULL, type WaitKind} from '../../fusion/api.ts';
import {BLOCKED, DEADLOCK, INTERRUPTED, LOCK_TIMEOUT, ROW} from '../api.ts';
import type {Task} from '../schedule/task.ts';

/** Looks again after this long although nobody woke it: bells may be lost when a node dies. Milliseconds. */
const RECHECK_MS = 1000;

export class Waits {
  readonly #fusion: LockFusion;
  readonly #clock: Clock;
  readonly #tasks = new Map<number, Task>();
  readonly #timers = new Map<Task, Timer>();
  /** When the present lock request of a task began to wait, milliseconds. */
  readonly #since = new Map<Task, number>();
  /** Metrics. */
  waits = 0;
  deadlocks = 0;
  timeouts = 0;

  constructor(fusion: LockFusion, clock: Clock) {
    this.#fusion = fusion;
    this.#clock = clock;
  }

  /**
   * Transaction `slot` waits for the row owner. ROW: the owner has ended, look again. BLOCKED: registered. Else the lock result that ends the statement.
   * `timeoutMs` counts from the first wait of this request; `settle` must be called when the request is over.
   */
  forRow(
    task: Task,
    slot: number,
    incarnation: number,
    holderSlot: number,
    version: number,
    resource: number,
    weight: number,
    timeoutMs: number,
  ): number {
    const ended = this.#mayNotWait(task, timeoutMs);
    if (ended !== 0) return ended;
    const id = this.#fusion.registerWait(slot, incarnation, holderSlot, version, resource, weight);
    return this.#registered(task, id, timeoutMs);
  }

  /** The same for a metadata or named lock (a virtual page) that other transactions use. */
  forObject(task: Task, slot: number, kind: WaitKind, pageNo: number, weight: number, timeoutMs: number): number {
    const ended = this.#mayNotWait(task, timeoutMs);
    if (ended !== 0) return ended;
    return this.#registered(task, this.#fusion.registerObjectWait(slot, kind, pageNo, weight), timeoutMs);
  }

  #mayNotWait(task: Task, timeoutMs: number): number {
    this.#leave(task);
    if (task.interrupted) return INTERRUPTED;
    if (task.isVictim) {
      task.isVictim = false;
      this.deadlocks++;
      return DEADLOCK;
    }
    const since = this.#since.get(task);
    if (since !== undefined && this.#clock.now() - since >= timeoutMs) {
      this.timeouts++;
      return LOCK_TIMEOUT;
    }
    return 0;
  }

  #registered(task: Task, id: number, timeoutMs: number): number {
    if (id === WAIT_ENDED) return ROW;
    if (id === WAIT_DEADLOCK) {
      this.deadlocks++;
      return DEADLOCK;
    }
    if (!this.#since.has(task)) this.#since.set(task, this.#clock.now());
    this.waits++;
    if (id !== WAIT_FULL) {
      task.waitId = id;
      this.#tasks.set(id, task);
    }
    const left = timeoutMs - (this.#clock.now() - (this.#since.get(task) as number));
    const pause = Math.max(1, Math.min(left, id === WAIT_FULL ? 1 : RECHECK_MS));
    this.#timers.set(task, this.#clock.after(pause, () => task.wake()));
    return BLOCKED;
  }

  #leave(task: Task): void {
    this.#timers.get(task)?.cancel();
    this.#timers.delete(task);
    if (task.waitId === 0) return;
    this.#fusion.cancelWait(task.waitId);
    this.#tasks.delete(task.waitId);
    task.waitId = 0;
  }

  /** The lock request is over, however it ended: the next one starts its own time-out. */
  settle(task: Task): void {
    if (task.waitId !== 0 || this.#timers.has(task)) this.#leave(task);
    this.#since.delete(task);
    task.isVictim = false;
  }

  /** Event: the holder has ended. */
  woken(waitId: number): void {
    this.#tasks.get(waitId)?.wake();
  }

  /** Event: chosen as the victim of a cycle, if it still waits on this. */
  victim(waitId: number): void {
    const task = this.#tasks.get(waitId);
    if (task === undefined) return;
    task.isVictim = true;
    task.wake();
  }

  /** Event: a death or a recovery may have changed anything. */
  wakeAll(): void {
    for (const task of this.#tasks.values()) task.wake();
  }

  get count(): number {
    return this.#tasks.size;
  }
}
