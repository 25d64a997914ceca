// Who waits, and who runs next (D1).
//
// A Task is anything that polls the engine: a session's statement, background purge, the rollback of a dead node's
// transactions. Exactly one task runs at a time and it runs until it is finished or BLOCKED. What it waits for calls `wake`, and the scheduler
// polls it in its turn. There is no promise and no queue per wait: a task is in at most one waiting list at a time, and waking it when
// nothing has come only costs a poll.

import type {Waiter} from '../api.ts';
import {PageMisses} from '../pool/page-misses.ts';

export class Task implements Waiter {
  readonly #scheduler: Scheduler;
  #run: () => void;
  /** Queued to be polled. */
  queued = false;
  /** Frame whose page grant this task was woken for and has not been polled with yet (S3); -1 = none. */
  servingFrame = -1;
  /** Pages it had to wait for lately (S4). */
  readonly misses = new PageMisses();
  /** Wait id of the row or metadata lock it is blocked on; 0 = none (victims name it, S12). */
  waitId = 0;
  /** The current wait is over, and what was waited for is kept for this task for a moment (S8). */
  isWoken = false;
  /** End of the redo whose durability it waits for; 0 = none. */
  durableAt = 0;
  /** Set by a victim message for the current wait. */
  isVictim = false;
  /** It runs a statement of a transaction, which may be told that it has lost against another one. False while it undoes something. */
  mayLose = false;
  /** KILL, or the snapshot was cancelled. */
  interrupted = false;

  /** `run` polls whatever the task does; it must return when that is BLOCKED or finished. */
  constructor(scheduler: Scheduler, run: () => void) {
    this.#scheduler = scheduler;
    this.#run = run;
  }

  wake(): void {
    this.#scheduler.ready(this);
  }

  /** From now on this task polls something else (a closed session rolls back). */
  become(run: () => void): void {
    this.#run = run;
  }

  /** One poll; only the scheduler calls this. */
  run(): void {
    this.#run();
  }
}

/** Told before and after each poll: the page pool counts polls and serves grants. */
export interface PollObserver {
  /** False: the task cannot be polled now; it will be woken. */
  pollStarts(task: Task): boolean;
  /** After each poll that has begun. */
  pollEnded(task: Task): void;
}

export class Scheduler {
  #queue: Task[] = [];
  #next: Task[] = [];
  #observer: PollObserver | undefined;
  #running = false;
  #requestTurn: () => void;

  /** `requestTurn` asks for a later turn of the event loop in which `runReady` is called. */
  constructor(requestTurn: () => void) {
    this.#requestTurn = requestTurn;
  }

  observe(observer: PollObserver): void {
    this.#observer = observer;
  }

  /** Queues a task for a poll. Outside a run it also asks for a turn. */
  ready(task: Task): void {
    if (task.queued) return;
    task.queued = true;
    this.#queue.push(task);
    if (!this.#running && this.#queue.length === 1) this.#requestTurn();
  }

  get hasReady(): boolean {
    return this.#queue.length > 0;
  }

  /** Polls one task now, outside the queue: the path from a packet to its answer. */
  runNow(task: Task): void {
    const observer = this.#observer as PollObserver;
    if (!observer.pollStarts(task)) return;
    try {
      task.run();
    } finally {
      observer.pollEnded(task);
    }
  }

  /**
   * Polls ready tasks, each once, until none is left or `shouldYield` says so (mail has come, or the turn has been long enough).
   * Returns true when tasks are left over; a turn has then been asked for. What a task throws passes through; the others stay queued.
   */
  runReady(shouldYield: () => boolean): boolean {
    if (this.#running) return this.hasReady;
    this.#running = true;
    const batch = this.#queue;
    this.#queue = this.#next;
    let done = 0;
    try {
      while (done < batch.length) {
        const task = batch[done++];
        task.queued = false;
        this.runNow(task);
        if (shouldYield()) break;
      }
    } finally {
      this.#running = false;
      if (done < batch.length) this.#queue = batch.slice(done).concat(this.#queue);
      batch.length = 0;
      this.#next = batch;
      if (this.#queue.length > 0) this.#requestTurn();
    }
    return this.#queue.length > 0;
  }
}
