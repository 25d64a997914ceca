// Writes a checkpoint record every few megabytes of redo, and tells storage when it is durable. A long history makes long checkpoints; the pause grows with them.

import {BLOCKED, ROW} from '../api.ts';
import type {EngineCore} from '../core.ts';
import {Task} from '../schedule/task.ts';
import {WaitList} from '../schedule/wait-list.ts';
import {CheckpointWriter} from './checkpoint.ts';

/** At least this many times a checkpoint's own length of redo lies between it and the next one. */
const SHARE = 4;
/** Pause before trying again when there is no room for redo. Milliseconds. */
const RETRY_MS = 20;

export class Checkpointer {
  readonly #core: EngineCore;
  readonly #everyBytes: number;
  readonly #writer: CheckpointWriter;
  readonly #task: Task;
  readonly #waiters = new WaitList();
  /** Where the last checkpoint in the log begins and ends, and where the last durable one begins. */
  #endLsn: number;
  #durableFrom = -1;
  #running = false;
  #inLog = false;
  /** Metrics. */
  written = 0;

  constructor(core: EngineCore, everyBytes: number) {
    this.#core = core;
    this.#everyBytes = everyBytes;
    this.#writer = new CheckpointWriter(core);
    this.#task = new Task(core.scheduler, () => this.#poll());
    this.#endLsn = core.log.endLsn;
  }

  /** To be called now and then: starts a checkpoint when it is time. */
  tick(): void {
    const grown = this.#core.log.endLsn - this.#endLsn;
    if (grown >= Math.max(this.#everyBytes, SHARE * this.#writer.bytes)) this.#start();
  }

  /** True when a checkpoint taken at `lsn` or later is durable; else one is on its way and the task will be woken. */
  covers(lsn: number, task: Task): boolean {
    if (this.#durableFrom >= lsn) return true;
    this.#waiters.add(task);
    this.#start();
    return false;
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#inLog = false;
    this.#task.wake();
  }

  #poll(): void {
    if (!this.#running) return;
    if (!this.#inLog) {
      const result = this.#writer.write(this.#task);
      // A checkpoint is what makes room, so it is tried again when there is none.
      if (result !== ROW && result !== BLOCKED) this.#core.clock.after(RETRY_MS, () => this.#task.wake());
      if (result !== ROW) return;
      this.#inLog = true;
      this.#endLsn = this.#writer.end;
    }
    if (!this.#core.log.isDurable(this.#writer.end, this.#task)) return;
    this.#running = false;
    this.written++;
    this.#durableFrom = this.#writer.lsn;
    this.#core.stream.setCheckpoint(this.#writer.lsn);
    this.#waiters.wakeAll();
  }
}
