// Byte layout of redo. Version 1.
//
// A redo record changes one page (or none: control records) and is applied by the one function applyRedo, which the
// engine, the log applicator, recovery and `pando dump` share: the engine itself changes pages only by writing a record
// and applying it. A mini-transaction is a run of records whose last one carries the flag CPL.
//
//   0 u16 length           whole record, padded to a multiple of 4
//   2 u8  type             RedoType
//   3 u8  flags            RedoFlag
//   4 u32 pageNo           0xFFFFFFFF for control records
//   8 u48 llsn             the page gets this LLSN
//  14 u48 backLlsn         LLSN of the page version this was applied to; 0 for chain roots (format, image)
//  20 u32 backIncarnation  its writer
//  24 payload
//
// The writer's incarnation is the stream's, so it is not repeated in each record.
//
// Log frame: what one flush writes. The payload of frames is the stream; LSNs count payload bytes only.
//   0 u32 magic 0x4f444e50 · 4 u32 crc32 of bytes 8..32+payload · 8 u32 incarnation · 12 u32 payloadLength
//  16 u48 startLsn · 22 u16 version · 24 u48 cplLsn (last mini-transaction end at or before this frame's end; 0 none) · 30 u16 reserved
//  32 payload, zero padded to a multiple of 8
// A frame is never rewritten. A frame belongs to the stream only if incarnation and startLsn fit (K6): recycled files are full of old frames.

export const REDO_HEADER = 24;
export const FRAME_HEADER = 32;
export const FRAME_MAGIC = 0x4f44_4e50;
export const REDO_VERSION = 1;
export const CONTROL_PAGE = 0xffff_ffff;

export const RedoAt = {length: 0, type: 2, flags: 3, pageNo: 4, llsn: 8, backLlsn: 14, backIncarnation: 20} as const;

export const RedoFlag = {
  /** Consistency point: the mini-transaction ends here. */
  cpl: 1,
} as const;

export const RedoType = {
  /** Makes an empty page: u8 type, u8 0, u16 level, u32 treeId, u32 right, u16 lowLen, low, u16 highLen (0xFFFF = infinite; lowLen likewise), high. Chain root. */
  format: 1,
  /** The whole page, compacted: u16 headLength (header+slots), u16 heapLength, bytes. Chain root (right half of a split, root growth). */
  image: 2,
  /** u16 slot, u16 keySuffixLength, u48 startStamp, record bytes with the CTS field zero. */
  insert: 3,
  /** u16 slot. The record goes for good. */
  remove: 4,
  /** Clustered row replaced: u16 slot, u48 startStamp, u8 flags, u8 0, u32 incarnation, u32 slot, u32 version, u32 undoPage, u16 undoAt,
   *  u16 newPayloadLength, u16 samePrefix, u16 sameSuffix, middle bytes. CTS becomes CSN_INIT. */
  update: 5,
  /** Clustered header only (lock, delete mark, rollback of these): u16 slot, u48 startStamp, u8 flags, u8 0, 3 x u32 trx, u32 undoPage, u16 undoAt. */
  header: 6,
  /** Secondary entry's flags: u16 slot, u48 startStamp, u8 flags. */
  mark: 7,
  /** Left half of a split: u16 keepSlots, u32 right, u16 highLength, high key. Sets incompleteSplit, shortens the page, recomputes the prefix. */
  splitLeft: 8,
  /** u16 flags, u32 right: page flags and right link. */
  links: 9,
  /** Undo page: u16 at, bytes. Appends at the fill mark. */
  undoAppend: 10,
  /** u16 at, bytes: plain bytes behind the header (extent maps, counters, overflow data, space header). */
  bytes: 11,
  /** Replaces the child of an internal record: u16 slot, u32 child. */
  child: 12,
  /** The page is free: its type becomes `free`. */
  free: 13,
  // Control records.
  /** u32 slot, u32 version, u48 startStamp: the transaction is committed once this is durable. */
  commit: 32,
  /** u32 slot, u32 version: rolled back completely. */
  rollbackEnd: 33,
  /** Checkpoint of the stream's state; payload: engine/recovery. */
  checkpoint: 34,
  /** u32 slot, u32 version, u48 cts: unforced, for replicas and log readers (K18). */
  cts: 35,
} as const;
export type RedoType = (typeof RedoType)[keyof typeof RedoType];
