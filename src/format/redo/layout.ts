// Byte layout of redo. Version 2.
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
//   0 u32 magic 0x4f444e50 · 4 u32 crc32 of bytes 8..40+payload · 8 u32 incarnation · 12 u32 payloadLength
//  16 u48 startLsn · 22 u16 version · 24 u48 cplLsn (last mini-transaction end at or before this frame's end; 0 none)
//  30 u16 restsLength (length of the record `rests` that ends the payload; 0 none)
//  32 u48 syncedLsn (everything below was on disk for certain when the frame was written) · 38 u16 reserved
//  40 payload, zero padded to a multiple of 8
// A frame is never rewritten. A frame belongs to the stream only if incarnation and startLsn fit (K6): recycled files are full of old frames.

export const REDO_HEADER = 24;
export const FRAME_HEADER = 40;
export const FRAME_MAGIC = 0x4f44_4e50;
export const REDO_VERSION = 2;
export const CONTROL_PAGE = 0xffff_ffff;

export const RedoAt = {
  length: 0,
  type: 2,
  flags: 3,
  pageNo: 4,
  llsn: 8,
  backLlsn: 14,
  backIncarnation: 20,
} as const;

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
  /** Undo page: u16 at, u16 length, bytes. Appends at the fill mark. */
  undoAppend: 10,
  /** u16 at, u16 length, bytes: plain bytes behind the header (extent maps, counters, overflow data, space header). Raises the fill mark. */
  bytes: 11,
  /** Replaces the child of an internal record: u16 slot, u32 child. */
  child: 12,
  /** The page is free: its type becomes `free`, it is empty, and it keeps its identity for the chain. No payload. */
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
  /** The last record of a frame: u16 count, then count x (u32 incarnation, u48 LSN). The frame counts only if those streams reach so far (K5). */
  rests: 36,
} as const;
export type RedoType = (typeof RedoType)[keyof typeof RedoType];

// Payload offsets, from the beginning of the record.

/** Behind `keys`: u16 length and bytes of the low key, then of the high key; length 0xFFFF = infinite, no bytes. */
export const FormatAt = {type: 24, level: 26, treeId: 28, right: 32, keys: 36} as const;
export const KEY_INFINITE = 0xffff;
export const ImageAt = {headLength: 24, heapLength: 26, bytes: 28} as const;
export const InsertAt = {slot: 24, keySuffixLength: 26, startStamp: 28, record: 34} as const;
export const RemoveAt = {slot: 24, end: 26} as const;
/** What update and header records have in common: the clustered record's new header. */
export const StampAt = {
  slot: 24,
  startStamp: 26,
  flags: 32,
  incarnation: 34,
  trxSlot: 38,
  version: 42,
  undoPage: 46,
  undoAt: 50,
  end: 52,
} as const;
export const UpdateAt = {newPayloadLength: 52, samePrefix: 54, sameSuffix: 56, middle: 58} as const;
export const MarkAt = {slot: 24, startStamp: 26, flags: 32, end: 33} as const;
export const SplitLeftAt = {keepSlots: 24, right: 26, highLength: 30, high: 32} as const;
export const LinksAt = {flags: 24, right: 26, end: 30} as const;
/** undoAppend and bytes. */
export const BytesAt = {at: 24, length: 26, bytes: 28} as const;
export const ChildAt = {slot: 24, child: 26, end: 30} as const;
/** Payload of a `rests` record. */
export const RestsAt = {count: 24, first: 26, incarnation: 0, lsn: 4, step: 10} as const;
/** commit, rollbackEnd and cts; `stamp` is the start stamp, absent, the CTS. */
export const TrxAt = {slot: 24, version: 28, stamp: 32, end: 38} as const;

export const FrameAt = {
  magic: 0,
  checksum: 4,
  incarnation: 8,
  payloadLength: 12,
  startLsn: 16,
  version: 22,
  cplLsn: 24,
  restsLength: 30,
  syncedLsn: 32,
} as const;
