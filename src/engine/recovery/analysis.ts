// Reads the sealed stream of a dead incarnation, from its last checkpoint to its end, and says what became of its transactions (design 9, K8).
//
//   winner   its commit record is below the sealed end: it is published, and its undo is left to purge
//   loser    it has undo and neither a commit nor a rollback-end record: it is rolled back
//   ended    committed or rolled back: what purge has to look at
//
// A loser's undo is followed from the last record it appended. Some of it may have been undone before the death (a statement, a savepoint): applying an undo
// record again does nothing (K13). Where a transaction's record does not follow the one before it, what lies between was rolled back.
//
// Besides, everything that was the incarnation's to give back: its undo pages, and the extents that it took pages from (G1, K11).

import type {Memory} from '../../format/memory.ts';
import {PageType, RecordFlag} from '../../format/page/layout.ts';
import {BytesAt, FormatAt, RedoAt, RedoType, TrxAt} from '../../format/redo/layout.ts';
import {UndoType} from '../../format/undo/layout.ts';
import {
  oldFlags,
  previousAt,
  previousPage,
  undoSlot,
  undoTableId,
  undoType,
  undoVersion,
} from '../../format/undo/read.ts';
import type {StreamReader} from '../../storage/api.ts';
import {extentOf} from '../space/space-layout.ts';
import type {UndoTail} from '../txn/transaction.ts';
import type {UndoPage} from '../txn/undo-log.ts';
import {CheckpointGatherer, type CheckpointState, type PurgeWork} from './checkpoint.ts';

/** A transaction to be rolled back. */
export interface Loser {
  readonly slot: number;
  readonly version: number;
  /** Its last undo record. */
  readonly undoPage: number;
  readonly undoAt: number;
  /** Runs that it had undone itself, and the rest. */
  readonly tails: readonly UndoTail[];
}

/** Plain data: it travels between threads. */
export interface Analysis {
  readonly incarnation: number;
  /** Committed in the log; published if they are not yet. */
  readonly winners: readonly {readonly slot: number; readonly version: number}[];
  readonly losers: readonly Loser[];
  /** Tables whose rows losers have changed (K19), as far as the log since the checkpoint tells. */
  readonly tables: readonly number[];
  /** Undo to be purged when every view has passed it; that of losers is not in it. */
  readonly ended: readonly PurgeWork[];
  /** Undo pages to be freed after all that. */
  readonly undoPages: readonly UndoPage[];
  /** Extents to be adopted. */
  readonly extents: readonly number[];
  /** Redo records read. */
  readonly records: number;
}

interface Known {
  readonly slot: number;
  readonly version: number;
  undoPage: number;
  undoAt: number;
  committed: boolean;
  readonly tails: UndoTail[];
  needsPurge: boolean;
  readonly tables: Set<number>;
}

/** Analyses a sealed stream. Throws CorruptionError when redo below the end is damaged. */
export function analyseStream(reader: StreamReader): Analysis {
  const {incarnation, checkpointLsn} = reader;
  const gatherer = new CheckpointGatherer();
  reader.scan(checkpointLsn, (memory, at) => {
    if (memory.bytes[at + RedoAt.type] === RedoType.checkpoint) gatherer.add(memory, at);
  });
  const state = new AnalysisState(incarnation, gatherer.state);
  reader.scan(gatherer.state === undefined ? checkpointLsn : gatherer.lsn, (memory, at) => state.visit(memory, at));
  return state.result();
}

class AnalysisState {
  readonly #incarnation: number;
  readonly #open = new Map<string, Known>();
  readonly #winners: {slot: number; version: number}[] = [];
  readonly #ended: PurgeWork[] = [];
  readonly #undoPages = new Map<string, UndoPage>();
  readonly #extents = new Set<number>();
  #records = 0;

  /** `state` is that of the checkpoint at which the scan begins; undefined when it begins at the beginning. */
  constructor(incarnation: number, state: CheckpointState | undefined) {
    this.#incarnation = incarnation;
    if (state === undefined) return;
    for (const trx of state.writing) this.#addWriting(trx);
    this.#ended.push(...state.ended);
    for (const page of state.undoPages) this.#addUndoPage(page);
    for (const extent of state.extents) this.#extents.add(extent);
  }

  #addWriting(trx: CheckpointState['writing'][number]): void {
    const known = {...trx, tails: [...trx.tails], needsPurge: true, tables: new Set<number>()};
    this.#open.set(`${trx.slot}.${trx.version}`, known);
    if (trx.committed) this.#end(trx.slot, trx.version, true);
  }

  #addUndoPage(page: UndoPage): void {
    this.#undoPages.set(`${page.page}.${page.incarnation}`, page);
  }

  visit(memory: Memory, at: number): void {
    this.#records++;
    const {view} = memory;
    const pageNo = view.getUint32(at + RedoAt.pageNo, true);
    switch (memory.bytes[at + RedoAt.type]) {
      case RedoType.undoAppend:
        this.#undo(memory, at + BytesAt.bytes, pageNo, view.getUint16(at + BytesAt.at, true));
        break;
      case RedoType.format:
        this.#format(pageNo, memory.bytes[at + FormatAt.type]);
        break;
      case RedoType.commit:
        this.#end(view.getUint32(at + TrxAt.slot, true), view.getUint32(at + TrxAt.version, true), true);
        break;
      case RedoType.rollbackEnd:
        this.#end(view.getUint32(at + TrxAt.slot, true), view.getUint32(at + TrxAt.version, true), false);
        break;
      default:
    }
  }

  #format(pageNo: number, type: number): void {
    if (type === PageType.undo) this.#addUndoPage({page: pageNo, incarnation: this.#incarnation});
    if (type === PageType.extentMap) this.#extents.add(extentOf(pageNo));
  }

  #undo(memory: Memory, undo: number, page: number, at: number): void {
    const slot = undoSlot(memory, undo);
    const version = undoVersion(memory, undo);
    const key = `${slot}.${version}`;
    let trx = this.#open.get(key);
    if (trx === undefined) {
      trx = {slot, version, undoPage: 0, undoAt: 0, committed: false, tails: [], needsPurge: false, tables: new Set()};
      this.#open.set(key, trx);
    }
    const stopPage = previousPage(memory, undo);
    const stopAt = previousAt(memory, undo);
    if (trx.undoPage !== 0 && (trx.undoPage !== stopPage || trx.undoAt !== stopAt)) {
      trx.tails.push({page: trx.undoPage, at: trx.undoAt, stopPage, stopAt, rolledBack: true});
    }
    trx.undoPage = page;
    trx.undoAt = at;
    trx.needsPurge ||=
      !NEEDS_NO_PURGE.has(undoType(memory, undo)) || (oldFlags(memory, undo) & RecordFlag.deleted) !== 0;
    if (!IS_CHANGE.has(undoType(memory, undo))) return;
    // The trees of the system are nobody's table: nobody drops them, and they have no metadata lock.
    const table = undoTableId(memory, undo);
    if (table !== 0) trx.tables.add(table);
  }

  #end(slot: number, version: number, committed: boolean): void {
    const key = `${slot}.${version}`;
    const trx = this.#open.get(key);
    if (committed) this.#winners.push({slot, version});
    if (trx === undefined) return;
    this.#open.delete(key);
    const tails = allTails(trx, !committed);
    if (tails.length > 0) this.#ended.push({incarnation: this.#incarnation, slot, version, tails});
  }

  result(): Analysis {
    const losers = [...this.#open.values()].filter(trx => trx.undoPage !== 0);
    return {
      incarnation: this.#incarnation,
      winners: this.#winners,
      losers: losers.map(trx => ({
        slot: trx.slot,
        version: trx.version,
        undoPage: trx.undoPage,
        undoAt: trx.undoAt,
        tails: allTails(trx, true),
      })),
      tables: [...new Set(losers.flatMap(trx => [...trx.tables]))],
      ended: this.#ended,
      undoPages: [...this.#undoPages.values()],
      extents: [...this.#extents],
      records: this.#records,
    };
  }
}

const NEEDS_NO_PURGE: ReadonlySet<number> = new Set([UndoType.insert, UndoType.lock, UndoType.createTree]);
const IS_CHANGE: ReadonlySet<number> = new Set([
  UndoType.insert,
  UndoType.update,
  UndoType.deleteMark,
  UndoType.lock,
  UndoType.revive,
]);

/** The runs that were rolled back on the way, and what is left at the end. */
function allTails(trx: Known, rolledBack: boolean): UndoTail[] {
  if (!trx.needsPurge || trx.undoPage === 0) return [...trx.tails];
  return [...trx.tails, {page: trx.undoPage, at: trx.undoAt, stopPage: 0, stopAt: 0, rolledBack}];
}
