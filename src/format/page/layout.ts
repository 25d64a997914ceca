// Byte layout of a page. Version 1. All integers little-endian (slot heads are native int32, so images are little-endian).
//
//   0  u32 checksum      CRC-32 of bytes 4..pageSize, made when the page leaves a primary or is written by storage
//   4  u16 magic         0x6450
//   6  u8  version       1
//   7  u8  type          PageType
//   8  u32 pageNo
//  12  u32 incarnation   of the last writer: with llsn the identity of this page version
//  16  u48 llsn          of the last redo record applied
//  22  u16 flags         PageFlag
//  24  u32 treeId        0 when the page belongs to no tree
//  28  u16 level         0 = leaf
//  30  u16 slotCount
//  32  u16 heapTop       lowest byte used by the heap (records grow down from the trailer); undo and overflow: fill mark
//  34  u16 garbage       bytes inside the heap that no slot, low or high key names
//  36  u32 right         right sibling, 0 = none; overflow: next page of the value
//  40  u16 lowKeyAt      offset of the low key, 0 = minus infinity
//  42  u16 lowKeyLength
//  44  u16 highKeyAt     offset of the high key, 0 = plus infinity
//  46  u16 highKeyLength
//  48  u16 prefixLength  length of the common prefix of low and high key: stripped from every key of the page
//  50  u16 reserved
//  52  u48 maxStart      highest start stamp that ever changed a row here (K1)
//  58  6 bytes reserved
//  64  slots: { i32 head, u16 recordAt, u16 keySuffixLength } x slotCount, in key order
//  ..  free
//  heapTop .. pageSize-8   heap: records, low key, high key
//  pageSize-8  u48 llsn again, u16 0x6450: tells a torn copy
//
// A slot's head is the first four bytes of the key after the prefix, big-endian, zero padded, with the sign bit flipped, so
// that comparing heads as int32 compares the bytes. Equal heads are settled by the key bytes. (hot-path.md 1)

export const PAGE_VERSION = 1;
export const PAGE_MAGIC = 0x6450;
export const PAGE_HEADER = 64;
export const PAGE_TRAILER = 8;
export const SLOT_SIZE = 8;
export const PAGE_SIZE_DEFAULT = 16384;
/** Tests and the simulator use small pages so that splits happen all the time. */
export const PAGE_SIZE_MIN = 512;
export const PAGE_SIZE_MAX = 32768;

export const At = {
  checksum: 0,
  magic: 4,
  version: 6,
  type: 7,
  pageNo: 8,
  incarnation: 12,
  llsn: 16,
  flags: 22,
  treeId: 24,
  level: 28,
  slotCount: 30,
  heapTop: 32,
  garbage: 34,
  right: 36,
  lowKeyAt: 40,
  lowKeyLength: 42,
  highKeyAt: 44,
  highKeyLength: 46,
  prefixLength: 48,
  maxStart: 52,
} as const;

export const PageType = {
  free: 0,
  clusteredLeaf: 1,
  secondaryLeaf: 2,
  internal: 3,
  undo: 4,
  overflow: 5,
  extentMap: 6,
  spaceHeader: 7,
  counter: 8,
} as const;
export type PageType = (typeof PageType)[keyof typeof PageType];

export const PageFlag = {
  /** The right sibling has no downlink yet; whoever changes the parent finishes the split. */
  incompleteSplit: 1,
  /** Empty and on its way out: its range belongs to its right sibling (S5). */
  halfDead: 2,
  /** Undo page that takes no more records. */
  sealed: 4,
} as const;

// Clustered leaf record, at `recordAt`:
//   0  u16 length          whole record
//   2  u8  flags           RecordFlag
//   3  u8  reserved
//   4  u32 incarnation  }
//   8  u32 slot         }  g_trx_id of the last writer
//  12  u32 version      }
//  16  f64 cts             hint: CSN_INIT until filled in; never logged (S11)
//  24  u32 undoPage     }  roll pointer: the undo record that made this version; 0 = none
//  28  u16 undoAt       }
//  30  u16 keySuffixLength
//  32  key suffix, then the row payload (format/row)
export const Clustered = {
  length: 0,
  flags: 2,
  incarnation: 4,
  slot: 8,
  version: 12,
  cts: 16,
  undoPage: 24,
  undoAt: 28,
  keySuffixLength: 30,
  header: 32,
} as const;

// Secondary leaf record:
//   0 u16 length · 2 u8 flags · 3 u8 reserved · 4 u16 primaryKeyLength (tail of the full key) · 6 u16 keySuffixLength · 8 key suffix
export const Secondary = {length: 0, flags: 2, primaryKeyLength: 4, keySuffixLength: 6, header: 8} as const;

// Internal record: covers keys >= its key, below the next one's. The first key of a page equals its low key.
//   0 u16 length · 2 u8 flags · 3 u8 reserved · 4 u32 child · 8 u16 keySuffixLength · 10 key suffix
export const Internal = {length: 0, flags: 2, child: 4, keySuffixLength: 8, header: 10} as const;

export const RecordFlag = {
  /** Delete-marked: gone for those who see this version. */
  deleted: 1,
  /** The last writer only locked: bytes are those of the version before (S10). */
  lockOnly: 2,
  /** The payload names overflow pages. */
  overflow: 4,
  /** Shared lock table has entries for this row (reserved). */
  sharedLock: 8,
} as const;
