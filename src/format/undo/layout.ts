// Byte layout of an undo record inside an undo page. Version 1.
//
// Undo is self-describing: it names trees and whole keys, so that rollback, purge and recovery need no catalog (K19), and the writer,
// so that a reader can verify that the pointer it followed still leads to what it meant (K14).
//
//   0 u16 length
//   2 u8  type              UndoType
//   3 u8  oldFlags          flags of the row version before
//   4 u32 incarnation, 8 u32 slot, 12 u32 version     the transaction that wrote this undo record
//  16 u32 previousPage, 20 u16 previousAt             undo record before this one of the same transaction; 0 = first
//  22 u32 treeId            clustered tree
//  26 u32 rootPage          of that tree
//  30 u32 oldIncarnation, 34 u32 oldSlot, 38 u32 oldVersion   writer of the row version before
//  42 u32 oldUndoPage, 46 u16 oldUndoAt                       its roll pointer
//  48 u48 oldCts            its CTS if known, else 0
//  54 u32 tableId
//  58 u16 keyLength
//  60 u16 entryCount        secondary entries this change added or removed
//  62 u16 oldPayloadLength, 64 u16 samePrefix, 66 u16 sameSuffix    old payload as a difference against the newer version's payload
//  68 key bytes (whole key) · entries · old middle bytes
//     entry: u8 op (1 added, 2 removed, 3 removed from an index that is being built) · u8 0 · u32 treeId · u32 rootPage · u16 keyLength · u16 primaryKeyLength · key bytes
//
// UndoType.pages instead lists pages (overflow) that the transaction allocated: no key, at 68 entryCount page numbers (u32).

export const UNDO_HEADER = 68;
export const UndoAt = {
  length: 0,
  type: 2,
  oldFlags: 3,
  incarnation: 4,
  slot: 8,
  version: 12,
  previousPage: 16,
  previousAt: 20,
  treeId: 22,
  rootPage: 26,
  oldIncarnation: 30,
  oldSlot: 34,
  oldVersion: 38,
  oldUndoPage: 42,
  oldUndoAt: 46,
  oldCts: 48,
  tableId: 54,
  keyLength: 58,
  entryCount: 60,
  oldPayloadLength: 62,
  samePrefix: 64,
  sameSuffix: 66,
} as const;

export const UndoType = {
  /** The row did not exist: rollback removes it. */
  insert: 1,
  /** The row had other bytes. */
  update: 2,
  /** The row was live and has been delete-marked. */
  deleteMark: 3,
  /** Only the header changed (S10). */
  lock: 4,
  /** A delete-marked row was overwritten by an insert. */
  revive: 5,
  /** More secondary entries of the change that follows it (too many for one record). */
  moreEntries: 6,
  /** Overflow pages allocated before the row that names them. */
  pages: 7,
  /** A tree was made (treeId, rootPage): rollback frees its pages. */
  createTree: 8,
  /** A tree was dropped (treeId, rootPage): purge frees its pages. */
  dropTree: 9,
  /** A long value was dropped (rootPage is its first overflow page): purge frees its pages. */
  dropPages: 10,
} as const;
export type UndoType = (typeof UndoType)[keyof typeof UndoType];

export const EntryOp = {
  added: 1,
  removed: 2,
  /** Removed from an index that is being built: it may not have been there yet (ADR 0009). */
  removedUnbuilt: 3,
} as const;
/** Offsets inside an entry. */
export const EntryAt = {op: 0, treeId: 2, rootPage: 6, keyLength: 10, primaryKeyLength: 12} as const;
export const ENTRY_HEADER = 14;
