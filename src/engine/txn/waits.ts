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
   * Transaction `slot` waits for the row owner. ROW: the owner has ended and nobody comes first. BLOCKED: registered. Else the lock result that ends the statement.
   * `timeoutMs` counts from the first wait of this request; `settle` must be called when the request is over. Registering again keeps the place in the
   * queue (S8).
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
    if (ended !== ROW) return ended;
    const id = this.#fusion.registerWait(slot, incarnation, holderSlot, version, resource, weight);
    return this.#registered(task, id, timeoutMs);
  }

  /** True when the row is free, but others wait for it and this task is not the one whose turn it is (S8). One atomic load when nobody waits. */
  mustQueue(task: Task, resource: number): boolean {
    if (!this.#fusion.hasWaiters(resource)) return false;
    return !(task.waitId !== 0 && task.isWoken);
  }

  /** The same for a metadata or named lock (a virtual page) that other transactions use. */
  forObject(task: Task, slot: number, kind: WaitKind, pageNo: number, weight: number, timeoutMs: number): number {
    const ended = this.#mayNotWait(task, timeoutMs);
    if (ended !== ROW) return ended;
    return this.#registered(task, this.#fusion.registerObjectWait(slot, kind, pageNo, weight), timeoutMs);
  }

  #mayNotWait(task: Task, timeoutMs: number): number {
    let result: number = ROW;
    const since = this.#since.get(task);
    if (task.interrupted) result = INTERRUPTED;
    else if (task.isVictim) {
      result = DEADLOCK;
      this.deadlocks++;
    } else if (since !== undefined && this.#clock.now() - since >= timeoutMs) {
      result = LOCK_TIMEOUT;
      this.timeouts++;
    }
    if (result !== ROW) this.settle(task);
    return result;
  }

  #registered(task: Task, id: number, timeoutMs: number): number {
    this.#forget(task);
    if (id === WAIT_ENDED) return ROW;
    if (id === WAIT_DEADLOCK) {
      this.deadlocks++;
      this.#since.delete(task);
      return DEADLOCK;
    }
    if (!this.#since.has(task)) {
      this.#since.set(task, this.#clock.now());
      this.waits++;
    }
    if (id !== WAIT_FULL) {
      task.waitId = id;
      this.#tasks.set(id, task);
    }
    const left = timeoutMs - (this.#clock.now() - (this.#since.get(task) as number));
    const pause = Math.max(1, Math.min(left, id === WAIT_FULL ? 1 : RECHECK_MS));
    this.#timers.set(
      task,
      this.#clock.after(pause, () => task.wake()),
    );
    return BLOCKED;
  }

  /** The task's wait is over or has another id now. */
  #forget(task: Task): void {
    this.#timers.get(task)?.cancel();
    this.#timers.delete(task);
    task.isWoken = false;
    if (task.waitId === 0) return;
    this.#tasks.delete(task.waitId);
    task.waitId = 0;
  }

  /** The lock request is over, however it ended: the next one starts its own time-out, and the row's next waiter has his turn. */
  settle(task: Task): void {
    const id = task.waitId;
    if (id !== 0 || this.#timers.has(task)) this.#forget(task);
    if (id !== 0) this.#fusion.cancelWait(id);
    this.#since.delete(task);
    task.isVictim = false;
  }

  /** Event: the holder has ended, and the row is kept for this task. */
  woken(waitId: number): void {
    const task = this.#tasks.get(waitId);
    if (task === undefined) return;
    task.isWoken = true;
    task.wake();
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
