// Undo records for human eyes, and the checker of an undo page.

import type {Memory} from '../memory.ts';
import {PAGE_HEADER, RecordFlag} from '../page/layout.ts';
import {heapTop} from '../page/page.ts';
import {printFlags, printKey} from '../page/print.ts';
import {EntryOp, UndoType} from './layout.ts';
import {
  EntryCursor,
  oldCts,
  oldFlags,
  oldIncarnation,
  oldPayloadLength,
  oldRollAt,
  oldRollPage,
  oldSlot,
  oldVersion,
  previousAt,
  previousPage,
  samePrefix,
  sameSuffix,
  undoEntryCount,
  undoFault,
  undoIncarnation,
  undoKeyAt,
  undoKeyLength,
  undoLength,
  undoPageNumber,
  undoSlot,
  undoTableId,
  undoTreeId,
  undoType,
  undoVersion,
} from './read.ts';

/** One line for the sound undo record at `at`, and one more, indented, per secondary entry. */
export function printUndo(mem: Memory, at: number): string {
  const type = undoType(mem, at);
  const name = Object.keys(UndoType).find(key => UndoType[key as keyof typeof UndoType] === type);
  const writer = `trx=${undoIncarnation(mem, at)}.${undoSlot(mem, at)}.${undoVersion(mem, at)}`;
  const previous = `previous=${previousPage(mem, at)}:${previousAt(mem, at)}`;
  if (type === UndoType.pages) return `${name} ${writer} ${previous} pages=${pageNumbers(mem, at).join(',')}`;
  const row = `table=${undoTableId(mem, at)} tree=${undoTreeId(mem, at)} key=${printKey(mem.bytes, undoKeyAt(at), undoKeyLength(mem, at))}`;
  const old =
    `old=${oldIncarnation(mem, at)}.${oldSlot(mem, at)}.${oldVersion(mem, at)} cts=${oldCts(mem, at)}` +
    ` roll=${oldRollPage(mem, at)}:${oldRollAt(mem, at)} flags=${printFlags(oldFlags(mem, at), RecordFlag)}`;
  const payload = `payload=${oldPayloadLength(mem, at)} same=${samePrefix(mem, at)}+${sameSuffix(mem, at)}`;
  return [`${name} ${writer} ${previous} ${row} ${old} ${payload}`, ...printEntries(mem, at)].join('\n');
}

function pageNumbers(mem: Memory, at: number): number[] {
  return Array.from({length: undoEntryCount(mem, at)}, (_, index) => undoPageNumber(mem, at, index));
}

function printEntries(mem: Memory, at: number): string[] {
  const lines: string[] = [];
  const entry = new EntryCursor();
  for (entry.open(mem, at); entry.next(); ) {
    const op = entry.op === EntryOp.added ? 'added' : 'removed';
    const key = printKey(mem.bytes, entry.keyAt, entry.keyLength);
    lines.push(`  ${op} tree=${entry.treeId} root=${entry.rootPage} key=${key} primaryKey=${entry.primaryKeyLength}`);
  }
  return lines;
}

/** All records of the undo page at `base`, each after its offset. Stops at the first that is not sound and says so. */
export function printUndoPage(mem: Memory, base: number): string {
  const lines: string[] = [];
  const fault = walkUndoPage(mem, base, at => lines.push(`${at - base} ${printUndo(mem, at)}`));
  if (fault !== undefined) lines.push(fault);
  return lines.join('\n');
}

/** Violations in the records of an undo page; to be used after checkPage has found the page itself sound. */
export function checkUndoPage(mem: Memory, base: number): string[] {
  const fault = walkUndoPage(mem, base, () => {});
  return fault === undefined ? [] : [fault];
}

/** Visits the records up to the fill mark; returns what stopped the walk early, if anything did. */
function walkUndoPage(mem: Memory, base: number, visit: (at: number) => void): string | undefined {
  const end = base + heapTop(mem, base);
  for (let at = base + PAGE_HEADER; at < end; at += undoLength(mem, at)) {
    const fault = undoFault(mem, at, end);
    if (fault !== undefined) return `undo record at ${at - base}: ${fault}`;
    visit(at);
  }
  return undefined;
}
