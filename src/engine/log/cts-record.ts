// CTS records (K18): after a commit, the writer notes in its redo which CTS it got. Nobody waits for the record, and a crash may lose the last ones: such a commit then counts in the order of the log. It is what a
// restore to a point in time, and a stream of changes, go by.

import {TRX_REDO_MAX} from '../../format/redo/bounds.ts';
import {ROW} from '../api.ts';
import type {EngineCore} from '../core.ts';
import type {Task} from '../schedule/task.ts';

/** Outside a mini-transaction. Without room in the log the record is left out; `task` is woken when there is room again, and need not care. */
export function writeCts(core: EngineCore, task: Task, cts: number, slot: number, version: number): void {
  if (core.log.reserve(TRX_REDO_MAX, task, true) !== ROW) return;
  core.mtr.begin();
  core.mtr.ctsRecord(slot, version, cts);
  core.mtr.commit();
}
