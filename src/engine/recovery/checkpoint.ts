// Checkpoint records: what recovery must know of a stream's past, so that it can begin there (K8).
//
// A checkpoint names the transactions that are writing, with the end of their undo and its pages, and the ended ones whose undo is not purged yet. It is a run
// of numbers; a long one takes several records of one mini-transaction. Once it is durable, storage may forget the stream below it (as far as pages allow).
//
//   record payload: f64 part, f64 parts, f64 numbers in this part, the numbers (f64 each)
//   numbers: writing count, [slot, version, committed, undoPage, undoAt, pages.., tails..]*, ended count, [stamp, incarnation, slot, version, pages.., tails..]*
//   pages: count, page*     tails: count, [page, at, stopPage, stopAt, rolledBack]*

import {CorruptionError} from '../../base/errors.ts';
import type {Memory} from '../../format/memory.ts';
import {CHECKPOINT_PAYLOAD} from '../../format/redo/control.ts';
import {ROW} from '../api.ts';
import type {EngineCore} from '../core.ts';
import type {Task} from '../schedule/task.ts';
import type {EndedTransaction} from '../txn/history.ts';
import {TrxState, type UndoTail} from '../txn/transaction.ts';
import {onlyPages} from './ended.ts';

/** A transaction that was writing. */
export interface WritingTransaction {
  readonly slot: number;
  readonly version: number;
  /** Its commit record stands before the checkpoint, though it was not published yet. */
  readonly committed: boolean;
  undoPage: number;
  undoAt: number;
  readonly undoPages: number[];
  readonly tails: UndoTail[];
}

export interface CheckpointState {
  readonly writing: WritingTransaction[];
  readonly ended: EndedTransaction[];
}

const HEAD = 3;
/** Numbers in one record. */
const PART_NUMBERS = 4000;

/** Writes a checkpoint of the primary's state. ROW: `lsn` is where it begins, `end` the LSN behind it. BLOCKED or NO_SPACE: try again. */
export class CheckpointWriter {
  readonly #core: EngineCore;
  lsn = 0;
  end = 0;

  constructor(core: EngineCore) {
    this.#core = core;
  }

  write(task: Task): number {
    const {log, mtr} = this.#core;
    const numbers = encodeState(this.#core);
    const parts = Math.max(1, Math.ceil(numbers.length / PART_NUMBERS));
    const space = log.reserve((numbers.length + parts * (HEAD + 8)) * 8, task, true);
    if (space !== ROW) return space;
    this.lsn = log.endLsn;
    mtr.begin();
    for (let part = 0; part < parts; part++) {
      const from = part * PART_NUMBERS;
      const count = Math.min(PART_NUMBERS, numbers.length - from);
      let at = log.fill + CHECKPOINT_PAYLOAD;
      const put = (value: number): void => {
        log.memory.view.setFloat64(at, value, true);
        at += 8;
      };
      put(part);
      put(parts);
      put(count);
      for (let i = 0; i < count; i++) put(numbers[from + i]);
      mtr.checkpointRecord((HEAD + count) * 8);
    }
    this.end = mtr.commit();
    this.#core.requestFlush();
    return ROW;
  }
}

function encodeState(core: EngineCore): number[] {
  const out: number[] = [core.writing.size];
  for (const trx of core.writing) {
    out.push(trx.slot, trx.version, trx.state === TrxState.committing && trx.step > 0 ? 1 : 0, trx.undoPage, trx.undoAt);
    putPages(out, trx.undoPages);
    putTails(out, trx.tails);
  }
  const ended = worthNaming(core);
  out.push(ended.length);
  for (const {stamp, incarnation, slot, version, undoPages, tails} of ended) {
    out.push(stamp, incarnation, slot, version);
    putPages(out, undoPages);
    putTails(out, tails);
  }
  return out;
}

/** The ended transactions; those that only hold undo pages are named as one. */
function worthNaming(core: EngineCore): EndedTransaction[] {
  const ended: EndedTransaction[] = [];
  const pages = new Set<number>();
  for (const entry of core.history.entries()) {
    if (entry.tails.length > 0) ended.push(entry);
    else for (const page of entry.undoPages) pages.add(page);
  }
  if (pages.size > 0) ended.push(onlyPages(core.fusion.incarnation, [...pages]));
  return ended;
}

function putPages(out: number[], pages: readonly number[]): void {
  out.push(pages.length, ...pages);
}

function putTails(out: number[], tails: readonly UndoTail[]): void {
  out.push(tails.length);
  for (const tail of tails) out.push(tail.page, tail.at, tail.stopPage, tail.stopAt, tail.rolledBack ? 1 : 0);
}

/** Gathers the parts of a checkpoint as they are met in the log. */
export class CheckpointGatherer {
  #numbers: number[] = [];

  /** The state, once its last part has been seen. */
  add(memory: Memory, record: number): CheckpointState | undefined {
    let at = record + CHECKPOINT_PAYLOAD;
    const take = (): number => {
      const value = memory.view.getFloat64(at, true);
      at += 8;
      return value;
    };
    const part = take();
    const parts = take();
    const count = take();
    if (part === 0) this.#numbers = [];
    for (let i = 0; i < count; i++) this.#numbers.push(take());
    return part === parts - 1 ? decodeState(this.#numbers) : undefined;
  }
}

function decodeState(numbers: readonly number[]): CheckpointState {
  let at = 0;
  const take = (): number => {
    if (at >= numbers.length) throw new CorruptionError('checkpoint record', 'ends too early');
    return numbers[at++];
  };
  const pages = (): number[] => Array.from({length: take()}, take);
  const tails = (): UndoTail[] =>
    Array.from({length: take()}, () => ({page: take(), at: take(), stopPage: take(), stopAt: take(), rolledBack: take() === 1}));
  const writing = Array.from({length: take()}, () => ({
    slot: take(),
    version: take(),
    committed: take() === 1,
    undoPage: take(),
    undoAt: take(),
    undoPages: pages(),
    tails: tails(),
  }));
  const ended = Array.from({length: take()}, () => ({
    stamp: take(),
    incarnation: take(),
    slot: take(),
    version: take(),
    undoPages: pages(),
    tails: tails(),
  }));
  return {writing, ended};
}
