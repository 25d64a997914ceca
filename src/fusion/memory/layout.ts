// Where everything lies in PMFS memory.
//
// PMFS is one control buffer (words) and one buffer of page frames. Nothing in it is a pointer: records are arrays of fixed size,
// named by index, so that the same memory means the same thing in every thread that attaches it. The layout is a pure function of the
// options; the descriptor that travels to a worker is therefore the options and the two buffers. Offsets are in int32 words unless
// the name says otherwise. The README draws the tables.

import {assert} from '../../base/assert.ts';
import {ringBytes} from '../../base/ring.ts';
import {MAX_NODES} from '../api.ts';

/** Sizes of a PMFS memory. All are fixed for its life; unused parts are zero pages, which cost nothing. */
export interface PmfsOptions {
  /** Node ids 0 .. nodes-1 may join; 1 .. MAX_NODES. */
  readonly nodes: number;
  /** Page frames of the distributed buffer pool. */
  readonly dbpFrames: number;
  /** Bytes per page, a multiple of 8. */
  readonly pageSize: number;
  /** Pages that can be locked or remembered at once; virtual pages (metadata locks) included. */
  readonly directoryEntries: number;
  /** Transaction slots of each incarnation. */
  readonly titSlots: number;
  /** Transactions that can wait at once, in the whole cluster. */
  readonly waitEntries: number;
  /** Messages that fit the ring between two nodes; a power of two. */
  readonly ringCapacity: number;
}

/** Words of the header. */
export const Header = {
  magic: 0,
  version: 1,
  membersLatch: 2,
  entryCursor: 4,
  objectVersionFloor: 5,
  limitWaiters: 6,
  waitLatch: 16,
  waitTicket: 17,
  waitHigh: 18,
  frameHand: 32,
  /** 64-bit words, as indexes into words64: each alone in its cache line. */
  tso64: 32,
  tsoLimit64: 40,
} as const;
export const HEADER_WORDS = 96;
export const PMFS_MAGIC = 0x504d_4653;
export const PMFS_VERSION = 1;

/** One record per node id. `mail` counts messages sent to it and has a cache line of its own. */
export const NodeField = {incarnation: 0, state: 1, heartbeat: 2, mail: 16} as const;
export const NODE_WORDS = 32;
export const NodeState = {empty: 0, live: 1, dead: 2} as const;

/** One record per incarnation in memory. The last four are offsets in 64-bit words from the record's start. */
export const RegionField = {
  incarnation: 0,
  node: 1,
  state: 2,
  fenced: 3,
  viewFloor64: 8,
  oldestStart64: 9,
  finishedAt64: 10,
  confirmedLsn64: 11,
} as const;
export const REGION_WORDS = 32;

/** A transaction slot; `word64` is the offset in 64-bit words from the slot's start. */
export const SlotField = {version: 0, ref: 1, word64: 1} as const;
export const SLOT_WORDS = 4;

/** A hash bucket of the page directory: the latch that guards it and its entries, and the first entry plus one. */
export const BucketField = {latch: 0, head: 1} as const;
export const BUCKET_WORDS = 2;

/** A page's directory entry. */
export const EntryField = {
  home: 0,
  next: 1,
  page: 2,
  lock: 3,
  waiters: 4,
  grantCounter: 5,
  ticketCounter: 6,
  objectVersion: 7,
  copyset: 8,
  /** Two copies of the identity record; a bit of the lock word says which one holds. */
  records: 16,
  /** One word per node: what it waits for. */
  queue: 32,
  /** One word per node: the number of its grant. */
  grants: 48,
} as const;
export const ENTRY_WORDS = 64;

/** The identity record of an entry. */
export const RecordField = {
  llsnLow: 0,
  llsnHigh: 1,
  incarnation: 2,
  stream: 3,
  lsnLow: 4,
  lsnHigh: 5,
  frame: 6,
} as const;
export const RECORD_WORDS = 8;

/** Head of a DBP frame; its bytes lie in the other buffer. */
export const FrameField = {sequence: 0, owner: 1, used: 2, page: 3} as const;
export const FRAME_WORDS = 4;

/** A wait of one transaction. */
export const WaitField = {
  state: 0,
  generation: 1,
  incarnation: 2,
  slot: 3,
  node: 4,
  kind: 5,
  holderIncarnation: 6,
  holderSlot: 7,
  holderVersion: 8,
  resource: 9,
  weight: 10,
  ticket: 11,
  age: 12,
} as const;
export const WAIT_WORDS = 16;

/** A transaction that uses a metadata or named lock; `incarnation` 0 = free. */
export const UseField = {incarnation: 0, slot: 1, page: 2} as const;
export const USE_WORDS = 4;

/** Counters of waits by hash of their resource. */
export const WAIT_HASHES = 1024;

/** Offsets (in words) and counts of all tables. */
export interface PmfsLayout {
  readonly nodes: number;
  readonly regions: number;
  readonly regionCount: number;
  readonly rings: number;
  readonly ringWords: number;
  readonly buckets: number;
  readonly bucketCount: number;
  readonly entries: number;
  readonly frames: number;
  readonly waits: number;
  readonly uses: number;
  readonly useCount: number;
  readonly waitHashes: number;
  readonly slots: number;
  readonly totalWords: number;
}

/** Hands out consecutive tables, each on a cache line. */
class Cursor {
  #next = 0;

  take(words: number): number {
    const at = this.#next;
    this.#next = at + Math.ceil(words / 16) * 16;
    return at;
  }

  get end(): number {
    return this.#next;
  }
}

function powerOfTwoAtLeast(n: number): number {
  return 2 ** Math.ceil(Math.log2(n));
}

/** Refuses sizes that the word formats cannot hold. */
function assertOptions(options: PmfsOptions): void {
  const {nodes, dbpFrames, pageSize, directoryEntries, titSlots, waitEntries, ringCapacity} = options;
  assert(nodes >= 1 && nodes <= MAX_NODES, () => `nodes must be 1..${MAX_NODES}: ${nodes}`);
  assert(pageSize >= 64 && pageSize % 8 === 0, () => `page size must be a multiple of 8: ${pageSize}`);
  assert(dbpFrames >= 0, () => `negative number of frames: ${dbpFrames}`);
  assert(directoryEntries >= 1 && directoryEntries < 2 ** 24, () => `directory entries: ${directoryEntries}`);
  assert(titSlots >= 1 && titSlots <= 2 ** 20, () => `transaction slots: ${titSlots}`);
  assert(waitEntries >= 1 && waitEntries <= 2 ** 16, () => `wait entries: ${waitEntries}`);
  assert(ringCapacity >= 1 && Number.isInteger(Math.log2(ringCapacity)), () => `ring: ${ringCapacity}`);
}

/** The layout that belongs to these options. */
export function layoutOf(options: PmfsOptions): PmfsLayout {
  assertOptions(options);
  const {nodes, dbpFrames, directoryEntries, titSlots, waitEntries, ringCapacity} = options;
  const cursor = new Cursor();
  const regionCount = Math.max(16, nodes * 4);
  const bucketCount = powerOfTwoAtLeast(directoryEntries);
  const ringWords = Math.ceil(ringBytes(ringCapacity) / 64) * 16;
  const useCount = waitEntries * 2;
  cursor.take(HEADER_WORDS);
  return {
    regionCount,
    bucketCount,
    ringWords,
    useCount,
    nodes: cursor.take(nodes * NODE_WORDS),
    regions: cursor.take(regionCount * REGION_WORDS),
    rings: cursor.take((nodes + 1) * nodes * ringWords),
    buckets: cursor.take(bucketCount * BUCKET_WORDS),
    entries: cursor.take(directoryEntries * ENTRY_WORDS),
    frames: cursor.take(dbpFrames * FRAME_WORDS),
    waits: cursor.take(waitEntries * WAIT_WORDS),
    uses: cursor.take(useCount * USE_WORDS),
    waitHashes: cursor.take(WAIT_HASHES),
    slots: cursor.take(regionCount * titSlots * SLOT_WORDS),
    totalWords: cursor.end,
  };
}
