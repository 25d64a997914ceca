// What the engine sees of PMFS: Transaction Fusion, Lock Fusion (page locks, waits) and Buffer Fusion.
//
// One `Fusion` object belongs to one incarnation on one node. Whoever is attached to the shared memory executes the
// transitions itself (design 5); a PMFS process over TCP will offer the same verbs, and then any of them may answer BLOCKED.
// Verbs return small integers. Nothing here allocates per call, waits, or throws, except on a bug or when fenced.

import type {Memory} from '../format/memory.ts';

/** Primaries that a cluster can have at once. Node ids are 0 .. MAX_NODES-1. */
export const MAX_NODES = 16;
/** Bell numbers beside the primaries'. */
export const STORAGE_BELL = MAX_NODES;
export const SUPERVISOR_BELL = MAX_NODES + 1;

export const PLockMode = {none: 0, shared: 1, exclusive: 2} as const;
export type PLockMode = (typeof PLockMode)[keyof typeof PLockMode];

/** Results of `acquire`. */
export const GRANTED = 1;
export const WAITING = -1;
/** The directory has no room: evict something, then ask again. */
export const DIRECTORY_FULL = -2;

/** Results of `slotState` that are not a CTS (all negative). */
export const SLOT_ACTIVE = -1;
export const SLOT_ABORTING = -2;
/** The incarnation died and has not been read yet: wait for its recovery (K8). */
export const SLOT_UNRECOVERED = -3;

/** Results of `registerWait` that are not a wait id (all <= 0). */
export const WAIT_ENDED = 0;
/** The caller closes a cycle and is the victim. */
export const WAIT_DEADLOCK = -1;
/** The wait table is full. */
export const WAIT_FULL = -2;

export interface TransactionFusion {
  /** The newest CTS drawn by anybody. A read view taken now reads at this value. */
  readTso(): number;

  /** Opens a slot in state ACTIVE; -1 when all slots are in use (advance the floor, cancel old snapshots). */
  openSlot(): number;
  /** Version of a slot of this incarnation; with incarnation and slot it makes the g_trx_id. */
  slotVersion(slot: number): number;
  /** ACTIVE -> COMMITTING -> CTS. Call after the commit record is durable. Returns the CTS, BLOCKED (-1) while the TSO limit
   * is being raised (call again), and throws FencedError when this incarnation has been fenced (K7). Helpers may have been first. */
  commitSlot(slot: number): number;
  /** ACTIVE -> ABORTING, before the first undo record is applied. */
  abortSlot(slot: number): void;
  /** The transaction is over (committed, or rolled back completely): the slot is reused once every floor has passed it. Wakes waiters if `ref` is set. */
  endSlot(slot: number): void;
  /** What a reader needs to know of another transaction: its CTS, CSN_MIN when its slot was reused or its incarnation is finished, or SLOT_*.
   * Meets COMMITTING by helping (S1). */
  slotState(incarnation: number, slot: number, version: number): number;

  /** Publishes this node's view floor: never above a view it holds or will ever take (K2). Monotonic. */
  publishViewFloor(cts: number): void;
  /** Publishes this node's oldest start stamp in use (K1). Monotonic. */
  publishOldestStart(cts: number): void;
  /** Minimum of all floors: what lies at or below it is visible to everybody, now and later. */
  viewHorizon(): number;
  /** Minimum of all oldest start stamps (K1: read before drawing the view). */
  startHorizon(): number;
}

/** Page locks, the page directory and the distributed buffer pool. Entries are small integers, valid while this node holds
 * or waits for the page. */
export interface PageFusion {
  /** Asks for the page lock. GRANTED: `entry` is set. WAITING: a `granted` event will follow; asking again is harmless.
   * `X` over a held `S` is an upgrade: a waiter's S may be recalled meanwhile (S6). */
  acquire(pageNo: number, mode: PLockMode): number;
  /** Entry of the last GRANTED acquire. */
  entry: number;
  /** The mode this node holds, as the directory sees it. */
  heldMode(entry: number): PLockMode;
  /** Number of the grant under which this node holds the page; bells name it (S6). */
  grantOf(entry: number): number;
  /** The page's newest identity; incarnation 0 = nobody knows: read it from storage. */
  newestLlsn(entry: number): number;
  newestIncarnation(entry: number): number;
  /** Stream (incarnation) and LSN that storage must have ingested to serve the newest version; 0 = any (K3). */
  needStream(entry: number): number;
  needLsn(entry: number): number;
  /** True when another node waits for this page: give it up after serving those who waited for the grant (S3). */
  isWanted(entry: number): boolean;

  /** Copies the page from its DBP frame into `target` at `at` if the frame holds exactly the newest identity. False: read storage (K4). */
  copyFromDbp(entry: number, target: Memory, at: number): boolean;
  /** Copies the page into a fresh DBP frame and makes it the page's frame and newest version. The redo must be written (K5).
   * False when no frame could be had: only the identity is recorded, and storage will serve the page. */
  push(entry: number, source: Memory, at: number, lsn: number): boolean;
  /** Records the newest identity without a frame (nothing to copy, or no room). */
  setNewest(entry: number, llsn: number, incarnation: number, lsn: number): void;
  /** Registers a clean page read from storage, so that others find it in DBP. May do nothing. */
  offer(entry: number, source: Memory, at: number): void;

  /** Gives up the lock (or X down to S with keep = shared). Grants the next waiters and rings them. Returns the mode that was held: it is stronger than the
   * caller knew when a queued upgrade was granted and its bell has not come yet. That grant is gone too, and its bell will be ignored: ask again. */
  release(entry: number, keep: PLockMode): PLockMode;
  /** Withdraws a request that is not wanted any more. */
  cancel(pageNo: number): void;

  /** Catalog versions ride on virtual pages (metadata locks): reads and advances the version word of an entry held in X. */
  objectVersion(entry: number): number;
  setObjectVersion(entry: number, version: number): void;
}

export const WaitKind = {row: 1, metadata: 2, named: 3} as const;
export type WaitKind = (typeof WaitKind)[keyof typeof WaitKind];

/** A transaction that waits for a row of another one. */
export interface RowWait {
  readonly incarnation: number;
  readonly slot: number;
  readonly holderIncarnation: number;
  readonly holderSlot: number;
}

/** Waits for transactions; one wait-for graph for rows, metadata locks and named locks (S12). */
export interface LockFusion {
  /**
   * Transaction (this incarnation, `slot`) waits for the row owner named by the three holder words. Sets `ref`, inserts the wait,
   * re-reads the holder's slot (S2), looks for a cycle. `resource` is the row's key hash (u32), for fairness (S8); `weight` the number of
   * rows changed, for choosing the victim (the lightest). Returns a wait id > 0, WAIT_ENDED, WAIT_DEADLOCK or WAIT_FULL.
   */
  registerWait(
    slot: number,
    holderIncarnation: number,
    holderSlot: number,
    holderVersion: number,
    resource: number,
    weight: number,
  ): number;
  /** Takes the wait out (timeout, kill, woken). Harmless when it is gone. */
  cancelWait(waitId: number): void;
  /** True when somebody waits for the row with this key hash: a newcomer must queue behind (S8). One atomic load when nobody does. */
  hasWaiters(resource: number): boolean;
  /** Who waits for whose row, on all primaries, as it stood at some moment during the call. For people. */
  rowWaits(): readonly RowWait[];
  /** Wakes the waiters of a row whose lock was given back before the transaction's end (savepoint rollback, G5). */
  wakeResource(resource: number): void;

  /** A transaction waits for a metadata or named lock, a virtual page: an edge to every transaction registered as its user. */
  registerObjectWait(slot: number, kind: WaitKind, pageNo: number, weight: number): number;
  /** The transaction uses the object; registered only once another node has asked for it. */
  registerObjectUse(slot: number, pageNo: number): void;
  unregisterObjectUse(slot: number, pageNo: number): void;
}

/** Events, delivered by `poll` between the engine's own polls. All may come late, twice, or not at all after a death. */
export interface FusionEvents {
  /** Another node wants the page that this node holds under `grant`. */
  recalled(pageNo: number, grant: number): void;
  /** A page lock asked for has been granted. */
  granted(pageNo: number): void;
  /** The wait is over: look again. */
  woken(waitId: number): void;
  /** This wait has been chosen as a deadlock victim; act only if still blocked on it. */
  victim(waitId: number): void;
  /** A dead incarnation has been recovered: rows of it can be judged now. */
  recovered(): void;
}

export interface Fusion {
  readonly node: number;
  readonly incarnation: number;
  readonly transactions: TransactionFusion;
  readonly pages: PageFusion;
  readonly locks: LockFusion;
  /** True when another thread has left a message: cheap (one atomic load), looked at in every callback and in long polls. */
  hasMail(): boolean;
  /** Delivers what has arrived; returns how many messages. Also retries sends that found a ring full (S7). */
  poll(events: FusionEvents): number;
  /** True once this incarnation was declared dead: serve nothing more (K7). */
  isFenced(): boolean;
  /** Counters for metrics, by name. */
  counters(): ReadonlyMap<string, number>;
}

/** Answers of the adjudicator to a proposal. */
export const ACCEPTED = 1;
/** Another version of the page is the newest. It is kept for this node for a while. */
export const STALE = 0;
/** Another node's poll has the page, or it is kept for another node: ask again. */
export const BUSY = -1;

/** Who may change which version of a page, between nodes that take no page locks (optimistic mode, K17). Throws FencedError when this incarnation has been declared dead. */
export interface PageAdjudicator {
  /** This incarnation may propose from now on. It has nothing cached. */
  join(): void;
  /** ACCEPTED: the page, which this node has in the version named, is its to change until `release`. STALE, BUSY. */
  propose(pageNo: number, llsn: number, incarnation: number): number;
  /** The same for a page that is to be formatted, whatever it was; its map is this node's to change. STALE: its version has to be proposed. */
  proposeFresh(pageNo: number): number;
  /** A mini-transaction has changed an accepted page; its redo ends at `lsn`. */
  advance(pageNo: number, llsn: number, lsn: number): void;
  /** The poll is over: others may propose these pages. */
  release(pages: readonly number[]): void;
  /** This node does not want the page any more that it was refused. */
  giveUp(pageNo: number): void;
  /** The newest version of the page, in `llsn`, `incarnation`, and the end of its mini-transaction `lsn`. False: all nodes have it. */
  newest(pageNo: number): boolean;
  readonly llsn: number;
  readonly incarnation: number;
  readonly lsn: number;
  /** Another node's version of the page is wanted here: it is asked to make it durable. Returns that node, to be rung; -1 = none. */
  want(pageNo: number): number;
  /** Others want this node's redo up to this LSN. */
  readonly wanted: number;
  /** This node has applied another's stream up to this LSN to all that it has cached. */
  publishCut(stream: number, incarnation: number, lsn: number): void;
}
