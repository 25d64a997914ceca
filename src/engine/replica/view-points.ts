// View points (K18): a record in the writer's redo that says "all commits with a CTS at or below this one have their commit record below here". A replica that has applied the redo
// up to it reads at that CTS. It has the form of a CTS record that belongs to no transaction.
//
// It holds because only the writer's transactions commit, and it is written outside of any commit: a transaction either has its CTS already, and its commit record below, or will draw one above.

import {TRX_REDO_MAX} from '../../format/redo/bounds.ts';
import {ROW} from '../api.ts';
import type {Committed, EngineCore} from '../core.ts';
import {writeCts} from '../log/cts-record.ts';
import {Task} from '../schedule/task.ts';

/** Commits of this time share a view point: it needs a sync of its own when nothing else is written. Milliseconds. */
const DELAY_MS = 1;

/** A CTS record that names no transaction. */
export function isViewPoint(slot: number, version: number): boolean {
  return slot === 0 && version === 0;
}

export class ViewPoints {
  readonly #core: EngineCore;
  readonly #task: Task;
  #planned = false;
  /** This node is the writer. */
  isOn = false;
  /** CTS of the last view point. */
  #last = 0;
  readonly #asked: () => number;
  #answered = 0;
  written = 0;

  constructor(core: EngineCore, asked: () => number) {
    this.#core = core;
    this.#asked = asked;
    this.#task = new Task(core.scheduler, () => this.#write());
  }

  readonly committed: Committed = (cts, slot, version) => {
    if (this.isOn) writeCts(this.#core, this.#task, cts, slot, version);
    this.due();
  };

  /** Something has been committed, or a while has passed: replicas should see it soon. */
  due(): void {
    if (!this.isOn || this.#planned) return;
    if (this.#core.fusion.transactions.readTso() === this.#last && this.#asked() === this.#answered) return;
    this.#planned = true;
    this.#core.clock.after(DELAY_MS, () => this.#task.wake());
  }

  #write(): void {
    const {log, mtr, fusion} = this.#core;
    if (!this.#planned || log.reserve(TRX_REDO_MAX, this.#task, true) !== ROW) return;
    this.#planned = false;
    this.#answered = this.#asked();
    this.#last = fusion.transactions.readTso();
    mtr.begin();
    mtr.ctsRecord(0, 0, this.#last);
    mtr.commit();
    this.#core.requestFlush();
    this.written++;
  }
}
