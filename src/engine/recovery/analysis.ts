// Reads the sealed stream of a dead incarnation, from its last checkpoint to its end, and says what became of its transactions (design 9, K8).
//
//   winner   its commit record is below the sealed end: it is published, and its undo is left to purge
//   loser    it has undo and neither a commit nor a rollback-end record: it is rolled back
//   ended    rolled back already
//
// A loser's undo is followed from the last record it appended. Some of it may have been undone before the death (a statement, a savepoint): applying an undo
// record again does nothing (K13).

import type {Memory} from '../../format/memory.ts';
import {BytesAt, RedoAt, RedoType, TrxAt} from '../../format/redo/layout.ts';
import {UndoType} from '../../format/undo/layout.ts';
import {undoEntryCount, undoSlot, undoType, undoVersion} from '../../format/undo/read.ts';
import type {StreamReader} from '../../storage/api.ts';
import type {EndedTransaction} from '../txn/history.ts';
import {CheckpointGatherer, type WritingTransaction} from './checkpoint.ts';
import {endedTransaction, onlyPages} from './ended.ts';

/** Plain data: it travels between threads. */
export interface Analysis {
  readonly incarnation: number;
  /** Committed in the log; published if they are not yet. */
  readonly winners: readonly {readonly slot: number; readonly version: number}[];
  readonly losers: readonly WritingTransaction[];
  /** Undo to be purged when every view has passed it. */
  readonly ended: readonly EndedTransaction[];
  /** Redo records read. */
  readonly records: number;
}

interface Known extends WritingTransaction {
  needsPurge: boolean;
}

/** Analyses a sealed stream. Throws CorruptionError when redo below the end is damaged. */
export function analyseStream(reader: StreamReader): Analysis {
  const state = new AnalysisState(reader.incarnation);
  reader.scan(reader.checkpointLsn, (memory, at) => state.visit(memory, at));
  return state.result();
}

class AnalysisState {
  readonly #incarnation: number;
  readonly #open = new Map<string, Known>();
  readonly #gatherer = new CheckpointGatherer();
  readonly #winners: {slot: number; version: number}[] = [];
  #ended: EndedTransaction[] = [];
  /** Undo pages of ended transactions that left purge nothing else to do. */
  readonly #idlePages = new Set<number>();
  #hasCheckpoint = false;
  #records = 0;

  constructor(incarnation: number) {
    this.#incarnation = incarnation;
  }

  visit(memory: Memory, at: number): void {
    this.#records++;
    const {view} = memory;
    switch (memory.bytes[at + RedoAt.type]) {
      case RedoType.undoAppend:
        this.#undo(memory, at + BytesAt.bytes, view.getUint32(at + RedoAt.pageNo, true), view.getUint16(at + BytesAt.at, true));
        break;
      case RedoType.commit:
        this.#end(view.getUint32(at + TrxAt.slot, true), view.getUint32(at + TrxAt.version, true), true);
        break;
      case RedoType.rollbackEnd:
        this.#end(view.getUint32(at + TrxAt.slot, true), view.getUint32(at + TrxAt.version, true), false);
        break;
      case RedoType.checkpoint:
        this.#checkpoint(memory, at);
        break;
      default:
    }
  }

  /** Only the first one counts: the scan begins at it, and what follows has been seen record by record. */
  #checkpoint(memory: Memory, at: number): void {
    if (this.#hasCheckpoint) return;
    const state = this.#gatherer.add(memory, at);
    if (state === undefined) return;
    this.#hasCheckpoint = true;
    this.#ended = [...state.ended];
    for (const trx of state.writing) {
      this.#open.set(`${trx.slot}.${trx.version}`, {...trx, needsPurge: true});
      if (trx.committed) this.#end(trx.slot, trx.version, true);
    }
  }

  #undo(memory: Memory, undo: number, page: number, offset: number): void {
    const slot = undoSlot(memory, undo);
    const version = undoVersion(memory, undo);
    const key = `${slot}.${version}`;
    let trx = this.#open.get(key);
    if (trx === undefined) {
      trx = {slot, version, committed: false, undoPage: 0, undoAt: 0, undoPages: [], tails: [], needsPurge: false};
      this.#open.set(key, trx);
    }
    trx.undoPage = page;
    trx.undoAt = offset;
    if (trx.undoPages.at(-1) !== page) trx.undoPages.push(page);
    if (leavesWork(undoType(memory, undo), undoEntryCount(memory, undo))) trx.needsPurge = true;
  }

  #end(slot: number, version: number, committed: boolean): void {
    const key = `${slot}.${version}`;
    const trx = this.#open.get(key);
    if (committed) this.#winners.push({slot, version});
    if (trx === undefined) return;
    this.#open.delete(key);
    if (trx.needsPurge) this.#ended.push(endedTransaction(this.#incarnation, trx, !committed));
    else for (const page of trx.undoPages) this.#idlePages.add(page);
  }

  result(): Analysis {
    if (this.#idlePages.size > 0) this.#ended.push(onlyPages(this.#incarnation, [...this.#idlePages]));
    return {
      incarnation: this.#incarnation,
      winners: this.#winners,
      losers: [...this.#open.values()].filter(trx => trx.undoPage !== 0),
      ended: this.#ended,
      records: this.#records,
    };
  }
}

/** Does an undo record give purge something to do beside freeing its page? */
function leavesWork(type: UndoType, entries: number): boolean {
  return type !== UndoType.insert && type !== UndoType.lock && (type !== UndoType.update || entries > 0);
}
