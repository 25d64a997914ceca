// Tasks that wait for one thing. Small arrays, kept and reused: waiting allocates nothing in the steady state.

import type {Task} from './task.ts';

export class WaitList {
  readonly #tasks: Task[] = [];

  get length(): number {
    return this.#tasks.length;
  }

  add(task: Task): void {
    if (!this.#tasks.includes(task)) this.#tasks.push(task);
  }

  remove(task: Task): void {
    const i = this.#tasks.indexOf(task);
    if (i >= 0) this.#tasks.splice(i, 1);
  }

  /** Wakes up to `limit` tasks in order of arrival and takes them out; returns how many. `onWake` sees each before its wake. */
  wake(limit: number, onWake?: (task: Task) => void): number {
    const tasks = this.#tasks;
    const count = Math.min(limit, tasks.length);
    for (let i = 0; i < count; i++) {
      onWake?.(tasks[i]);
      tasks[i].wake();
    }
    for (let i = count; i < tasks.length; i++) tasks[i - count] = tasks[i];
    tasks.length -= count;
    return count;
  }

  wakeAll(): void {
    if (this.#tasks.length > 0) this.wake(this.#tasks.length);
  }
}
