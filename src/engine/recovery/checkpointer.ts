// Writes a checkpoint record every few megabytes of redo, and tells storage when it is durable.

import {BLOCKED, ROW} from '../api.ts';
import type {EngineCore} from '../core.ts';
import {Task} from '../schedule/task.ts';
import {CheckpointWriter} from './checkpoint.ts';

export class Checkpointer {
  readonly #core: EngineCore;
  readonly #everyBytes: number;
  readonly #writer: CheckpointWriter;
  readonly #task: Task;
  #lastLsn: number;
  #pending = false;
  /** Metrics. */
  written = 0;

  constructor(core: EngineCore, everyBytes: number) {
    this.#core = core;
    this.#everyBytes = everyBytes;
    this.#writer = new CheckpointWriter(core);
    this.#task = new Task(core.scheduler, () => void this.#poll());
    this.#lastLsn = core.log.endLsn;
  }

  /** To be called now and then: starts a checkpoint when it is time, or at once when `force` is set. */
  tick(force: boolean): void {
    if (this.#pending) return;
    const grown = this.#core.log.endLsn - this.#lastLsn;
    if (grown >= this.#everyBytes || (force && grown > 0)) this.#task.wake();
  }

  #poll(): number {
    if (!this.#pending) {
      const result = this.#writer.write(this.#task);
      if (result !== ROW) return result;
      this.#pending = true;
      this.#lastLsn = this.#writer.end;
    }
    if (!this.#core.log.isDurable(this.#writer.end, this.#task)) return BLOCKED;
    this.#pending = false;
    this.written++;
    this.#core.stream.setCheckpoint(this.#writer.lsn);
    return ROW;
  }
}
