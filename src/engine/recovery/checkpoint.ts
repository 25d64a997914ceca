// Checkpoint records: what recovery must know of a stream's past, so that it can begin there (K8).
//
// A checkpoint names the transactions that are writing, with the end of their undo; the runs of undo that purge has still to look at; all undo pages that are this
// primary's to free; and the extents that it takes pages from. It is a run of numbers, taken at one moment (`lsn`) and written in as many mini-transactions
// as it needs; others may write between them. Recovery looks for the last one that is there whole, and then reads everything from its `lsn` on, on top of
// it. Once the last part is durable, storage may forget the stream below `lsn` (as far as pages allow).
//
//   record payload: f64 id (the checkpoint's lsn), f64 part, f64 parts, f64 numbers in this part, the numbers (f64 each)
//   numbers: writing, ended, undo pages, extents; each a count and that many of
//     writing  slot, version, undoPage, undoAt, committed (1 or 0), rolled-back runs
//     ended    incarnation, slot, version, runs
//     pages    page, incarnation
//     extents  number
//     runs     count, [page, at, stopPage, stopAt, rolledBack]*

import {CorruptionError} from '../../base/errors.ts';
import type {Memory} from '../../format/memory.ts';
import {CHECKPOINT_PAYLOAD} from '../../format/redo/control.ts';
import {ROW} from '../api.ts';
import type {EngineCore} from '../core.ts';
import type {Task} from '../schedule/task.ts';
import type {UndoTail} from '../txn/transaction.ts';
import type {UndoPage} from '../txn/undo-log.ts';

/** A transaction that was writing. */
export interface WritingTransaction {
  readonly slot: number;
  readonly version: number;
  readonly undoPage: number;
  readonly undoAt: number;
  /** Its commit record is in the log below the checkpoint. */
  readonly committed: boolean;
  readonly tails: readonly UndoTail[];
}

/** A transaction that had ended and was not purged. */
export interface PurgeWork {
  readonly incarnation: number;
  readonly slot: number;
  readonly version: number;
  readonly tails: readonly UndoTail[];
}

export interface CheckpointState {
  readonly writing: readonly WritingTransaction[];
  readonly ended: readonly PurgeWork[];
  readonly undoPages: readonly UndoPage[];
  readonly extents: readonly number[];
}

const HEAD = 4;
/** Numbers in one record: a record is at most 64 KiB long. */
const PART_NUMBERS = 4000;

/** Writes checkpoints, one at a time. */
export class CheckpointWriter {
  readonly #core: EngineCore;
  #numbers: number[] | undefined;
  #part = 0;
  /** Where the checkpoint begins, and the LSN behind its last part. */
  lsn = 0;
  end = 0;

  constructor(core: EngineCore) {
    this.#core = core;
  }

  /** Takes the state and writes it. ROW: it is in the log, to `end`. BLOCKED or NO_SPACE: call again, it goes on. */
  write(task: Task): number {
    const {log} = this.#core;
    if (this.#numbers === undefined) {
      this.lsn = log.endLsn;
      this.#numbers = encodeState(this.#core);
      this.#part = 0;
    }
    const perPart = Math.min(PART_NUMBERS, Math.floor(log.maxReserve / 8) - HEAD - 8);
    const parts = Math.max(1, Math.ceil(this.#numbers.length / perPart));
    for (; this.#part < parts; this.#part++) {
      const numbers = this.#numbers.slice(this.#part * perPart, (this.#part + 1) * perPart);
      const space = log.reserve((numbers.length + HEAD + 8) * 8, task, true);
      if (space !== ROW) return space;
      this.#writePart(numbers, parts);
    }
    this.#numbers = undefined;
    this.#core.requestFlush();
    return ROW;
  }

  /** Bytes that the state took. */
  get bytes(): number {
    return this.end - this.lsn;
  }

  #writePart(numbers: readonly number[], parts: number): void {
    const {log, mtr} = this.#core;
    let at = log.fill + CHECKPOINT_PAYLOAD;
    for (const number of [this.lsn, this.#part, parts, numbers.length, ...numbers]) {
      log.memory.view.setFloat64(at, number, true);
      at += 8;
    }
    mtr.begin();
    mtr.checkpointRecord((HEAD + numbers.length) * 8);
    this.end = mtr.commit();
  }
}

function encodeState(core: EngineCore): number[] {
  const out: number[] = [core.writing.size];
  for (const trx of core.writing) {
    out.push(trx.slot, trx.version, trx.undoPage, trx.undoAt, trx.commitLsn === 0 ? 0 : 1);
    putTails(out, trx.tails);
  }
  const ended = [...core.history.entries()].filter(work => work.tails.length > 0);
  out.push(ended.length);
  for (const {incarnation, slot, version, tails} of ended) {
    out.push(incarnation, slot, version);
    putTails(out, tails);
  }
  const pages = [...core.undo.pagesToFree()];
  out.push(pages.length);
  for (const {page, incarnation} of pages) out.push(page, incarnation);
  out.push(core.extents.own.length, ...core.extents.own);
  return out;
}

function putTails(out: number[], tails: readonly UndoTail[]): void {
  out.push(tails.length);
  for (const tail of tails) out.push(tail.page, tail.at, tail.stopPage, tail.stopAt, tail.rolledBack ? 1 : 0);
}

/** Gathers checkpoints as their parts are met in the log. */
export class CheckpointGatherer {
  #id = -1;
  #numbers: number[] = [];
  /** The last checkpoint that is there whole, and where it begins. */
  state: CheckpointState | undefined;
  lsn = -1;

  add(memory: Memory, record: number): void {
    let at = record + CHECKPOINT_PAYLOAD;
    const take = (): number => {
      const value = memory.view.getFloat64(at, true);
      at += 8;
      return value;
    };
    const id = take();
    const part = take();
    const parts = take();
    const count = take();
    if (part === 0) {
      this.#id = id;
      this.#numbers = [];
    }
    if (id !== this.#id) return;
    for (let i = 0; i < count; i++) this.#numbers.push(take());
    if (part < parts - 1) return;
    this.state = decodeState(this.#numbers);
    this.lsn = id;
  }
}

function decodeState(numbers: readonly number[]): CheckpointState {
  let at = 0;
  const take = (): number => {
    if (at >= numbers.length) throw new CorruptionError('checkpoint record', 'ends too early');
    return numbers[at++];
  };
  const list = <T>(one: () => T): T[] => Array.from({length: take()}, one);
  const tails = (): UndoTail[] =>
    list(() => ({page: take(), at: take(), stopPage: take(), stopAt: take(), rolledBack: take() === 1}));
  return {
    writing: list(() => ({
      slot: take(),
      version: take(),
      undoPage: take(),
      undoAt: take(),
      committed: take() === 1,
      tails: tails(),
    })),
    ended: list(() => ({incarnation: take(), slot: take(), version: take(), tails: tails()})),
    undoPages: list(() => ({page: take(), incarnation: take()})),
    extents: list(take),
  };
}
