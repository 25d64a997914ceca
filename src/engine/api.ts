// What the SQL room sees of the engine: transactions, reads, row changes, trees, locks. It knows rows as bytes (format/row),
// keys as order-preserving bytes (format/key), and never pages.
//
// Everything here is synchronous (D1). A call that may have to wait returns BLOCKED after registering the session's Waiter; the driver
// polls the statement again when the waiter is woken, and the same call is made again with the same arguments: every operation keeps its
// progress in its own object or starts again by key. Results are small integers.
//
// No reference to row bytes survives a poll: copy what must stay (S13).

import type {Memory} from '../format/memory.ts';

/** A row, or: it worked. */
export const ROW = 1;
/** No (more) row. */
export const DONE = 0;
/** Not yet: the waiter is registered, call again when it is woken. */
export const BLOCKED = -1;
/** Another row has this key; `conflictIndex` of the operation tells which index (0 = primary). */
export const DUPLICATE = -2;
/** innodb_lock_wait_timeout passed: the statement fails (1205). */
export const LOCK_TIMEOUT = -3;
/** Chosen as deadlock victim: the whole transaction must be rolled back (1213). */
export const DEADLOCK = -4;
/** A newer committed version than the snapshot would be overwritten: first updater won (1213). */
export const CONFLICT = -5;
/** KILL QUERY, KILL, or the snapshot was cancelled. */
export const INTERRUPTED = -6;
/** No room for redo: disk full (1021). Nothing was changed. */
export const NO_SPACE = -7;
/** Row or key does not fit (1118, 1071). */
export const TOO_BIG = -8;
/** NOWAIT met a locked row (3572). */
export const LOCK_BUSY = -9;
/** SKIP LOCKED passed over a locked row, or a cursor's filter turned an entry down; ask for the next. */
export const SKIPPED = -10;

export const Isolation = {readUncommitted: 0, readCommitted: 1, repeatableRead: 2, serializable: 3} as const;
export type Isolation = (typeof Isolation)[keyof typeof Isolation];

/** How a read treats row locks. */
export const LockMode = {
  /** Consistent read: no lock, the version the view sees. */
  none: 0,
  /** FOR SHARE: implemented as an exclusive row lock (documented difference). */
  share: 1,
  /** FOR UPDATE and the search part of UPDATE and DELETE. */
  exclusive: 2,
  /** The newest version, whatever the view sees, once its writer has ended; no lock is taken. For checks that come after a change (K12). */
  current: 3,
} as const;
export type LockMode = (typeof LockMode)[keyof typeof LockMode];
export const LockWait = {wait: 0, nowait: 1, skip: 2} as const;
export type LockWait = (typeof LockWait)[keyof typeof LockWait];

/** A B-link tree: its id and the page of its root, which never moves. */
export interface TreeRef {
  readonly treeId: number;
  readonly rootPage: number;
}

/** Makes the bytes of an index key out of a row payload (format/key). */
export interface KeyExtractor {
  /** Writes the key at `at` of `target`; returns its end, or -1 when it is too long. */
  extract(memory: Memory, payloadAt: number, payloadLength: number, target: Uint8Array, at: number): number;
  /** After extract: some part is NULL, so a UNIQUE index does not compare it. */
  readonly hasNull: boolean;
}

export interface SecondaryIndex {
  readonly tree: TreeRef;
  readonly unique: boolean;
  /** The index parts only; the engine appends the primary key. */
  readonly key: KeyExtractor;
  /** It is being built (ADR 0009): changes of rows maintain it, nobody reads it. */
  readonly build?: IndexBuild | undefined;
}

/** An index that is being built while others write. */
export interface IndexBuild {
  /** Tree of entries whose unique key another row may have too: whoever writes one notes it, and the builder judges. */
  readonly notes: TreeRef;
}

/** How many rows of a table this primary has inserted, changed or deleted, rolled back or not. */
export interface ChangeCount {
  rows: number;
}

/** A table as the engine needs it; built by the catalog for one definition version. */
export interface TableHandle {
  readonly tableId: number;
  readonly clustered: TreeRef;
  readonly primaryKey: KeyExtractor;
  /** In definition order; index numbers are position + 1 (0 is the primary key). */
  readonly secondaries: readonly SecondaryIndex[];
  readonly changes: ChangeCount;
}

/** Longest key, clustered or secondary with its primary key. */
export const KEY_BYTES_MAX = 3500;

/** The thing that waits: one per session or background job. */
export interface Waiter {
  /** Called by the engine, between polls, when what was waited for may have come. */
  wake(): void;
}

/** Where a found row lies. Valid until the poll ends. */
export interface RowPlace {
  memory: Memory;
  /** Row payload. */
  payloadAt: number;
  payloadLength: number;
}

/** Reads one row by primary key. One object serves many executions; allocation-free. */
export interface PointRead extends RowPlace {
  /** ROW, DONE or BLOCKED. With a lock mode also the lock results. */
  get(table: TableHandle, key: Uint8Array, keyLength: number, lock: LockMode, wait: LockWait): number;
}

/** Says which entries of a secondary index are worth a look at their rows. */
export interface EntryFilter {
  /** `key`: the whole key, valid during the call. May be asked about entries whose rows the view does not show. */
  accepts(key: Uint8Array, length: number): boolean;
}

/** Walks an index in key order. */
export interface Cursor extends RowPlace {
  /** Asked before the row behind an entry of a secondary index is looked up or locked; entries that it turns down are SKIPPED. */
  filter: EntryFilter | undefined;
  /** Whole key of the current row in the index walked (a view into engine scratch, valid until the next call). */
  readonly key: Uint8Array;
  keyLength: number;
  /** Primary key bytes of the current row (what RowUpdate and RowDelete take). */
  readonly primaryKey: Uint8Array;
  primaryKeyLength: number;
  /** Starts a walk over [low, high]; undefined = open end. `index` 0 is the clustered tree. `covering`: the caller needs only the key, so the
   * clustered row is fetched only when visibility demands it (payloadAt is then -1). */
  open(
    table: TableHandle,
    index: number,
    low: Uint8Array | undefined,
    lowInclusive: boolean,
    high: Uint8Array | undefined,
    highInclusive: boolean,
    descending: boolean,
    lock: LockMode,
    wait: LockWait,
    covering: boolean,
  ): void;
  /** ROW, DONE, BLOCKED or a lock result. */
  next(): number;
  close(): void;
}

/** Row changes. Each keeps its progress; after BLOCKED call again with the same arguments; any other result ends it and it can be used anew. */
export interface RowWriter {
  /** Index number that made DUPLICATE. */
  readonly conflictIndex: number;
  /** Primary key of the row that was in the way (for REPLACE and ON DUPLICATE KEY UPDATE). */
  readonly conflictKey: Uint8Array;
  conflictKeyLength: number;
  /** Inserts the row whose payload stands in `memory`. ROW, BLOCKED, DUPLICATE or a lock result. */
  insert(table: TableHandle, memory: Memory, payloadAt: number, payloadLength: number): number;
  /** Replaces the payload of the row with this primary key (which must not change with it), locked or lockable. DONE: no such row. */
  update(
    table: TableHandle,
    primaryKey: Uint8Array,
    primaryKeyLength: number,
    memory: Memory,
    payloadAt: number,
    payloadLength: number,
  ): number;
  /** The row has been changed and some of its index entries have not: a change that was BLOCKED goes on with `resume`, which needs no look at the row. */
  readonly isUnderWay: boolean;
  /** Goes on with the change that is under way. Results as for the change itself. */
  resume(table: TableHandle): number;
  /** Delete-marks the row. DONE: no such row. */
  remove(table: TableHandle, primaryKey: Uint8Array, primaryKeyLength: number): number;
  /** Reads the current (newest, locked by us) version of a row into place. */
  readonly place: RowPlace;
}

/** Puts the entries of one row into the indexes of its table that are being built (ADR 0009). Keeps its progress, as RowWriter does. */
export interface IndexFill {
  /** Some entries of the row are in and some are not: go on with `resume`. */
  readonly isUnderWay: boolean;
  /** Entries noted because their unique key may be there twice. */
  readonly noted: number;
  /**
   * The row whose payload is in `memory`, as a view that is open now shows it, and until the fill has ended. Entries that are there already stay as they are. ROW,
   * BLOCKED, TOO_BIG or NO_SPACE.
   */
  fill(table: TableHandle, memory: Memory, payloadAt: number, payloadLength: number): number;
  resume(table: TableHandle): number;
}

/** A transaction's handle on the engine, one per session; reused from transaction to transaction. */
export interface EngineSession {
  readonly waiter: Waiter;
  /** Statement and lock-wait limits, milliseconds; set by SQL from the session's variables. */
  lockWaitTimeoutMs: number;
  isolation: Isolation;
  /** innodb_snapshot_isolation: first updater wins (default) or MySQL's own newest-row updates. */
  snapshotIsolation: boolean;

  /** True between begin and the end of commit or rollback. */
  readonly inTransaction: boolean;
  /** True when the transaction has changed or locked something. */
  readonly hasWritten: boolean;
  /** Names the transaction, among all that are open on all primaries; 0 until it has changed or locked something. */
  readonly transactionId: number;
  /** Starts a transaction. `snapshotNow`: WITH CONSISTENT SNAPSHOT. */
  begin(readOnly: boolean, snapshotNow: boolean): void;
  /** Before each statement: takes or keeps the read view, marks the undo position. */
  beginStatement(): void;
  /** After each statement that ended well. Under READ COMMITTED the view closes. */
  endStatement(): void;
  /** Undoes what the statement did. ROW or BLOCKED. */
  rollbackStatement(): number;
  /** S9: a locking statement that came before any snapshot read of the transaction and met a newer row (CONFLICT) may undo itself, take a
   * new view and run again. True if that is allowed now; call after rollbackStatement. */
  renewView(): boolean;
  /** Marks a savepoint; rollbackTo undoes to it. Handles are small integers that grow. */
  savepoint(): number;
  rollbackTo(savepoint: number): number;
  /** ROW when durable and published; BLOCKED; NO_SPACE. */
  commit(): number;
  /** ROW when everything is undone; BLOCKED. */
  rollback(): number;
  /** The row locks taken so far stay though nothing is changed in this poll: for a session that is not polled itself, but used in the polls of another. */
  holdLocks(): void;
  /** Asks a running or waiting statement to end: its next call returns INTERRUPTED. */
  interrupt(): void;
  /** Number of rows changed so far in the transaction. */
  readonly rowsChanged: number;

  /** CTS of the open view: what was committed later is not seen. 0 = there is none. */
  readonly snapshot: number;

  newPointRead(): PointRead;
  newCursor(): Cursor;
  newIndexFill(): IndexFill;
  readonly writer: RowWriter;

  /** Long values: writes `length` bytes into fresh overflow pages; the result's `firstPage` goes into the row. ROW, BLOCKED, NO_SPACE. */
  writeOverflow(bytes: Uint8Array, at: number, length: number): number;
  /** The value that starts at this page belongs to no row any more: its pages are freed after commit, once no view can need them. */
  dropOverflow(firstPage: number): number;
  /** First page of the last overflow value written. */
  readonly overflowPage: number;
  /** Reads a long value into `target`. ROW or BLOCKED (progress is kept while the same value is asked for). */
  readOverflow(firstPage: number, length: number, target: Uint8Array, at: number): number;

  /** Metadata lock on a table (or schema) id, held to the transaction's end (or until `unlockMetadata`). ROW, BLOCKED, LOCK_TIMEOUT, DEADLOCK. */
  lockMetadata(objectId: number, exclusive: boolean): number;
  unlockMetadata(objectId: number): void;
  /** Changes whenever the object's definition may have changed since this primary last looked. Meaningful while a metadata lock is held; what was
   * built from the catalog under one value is good while the value stays. */
  metadataVersion(objectId: number): number;
  /** Under an exclusive lock: the definition is about to change, on this primary too. */
  bumpMetadata(objectId: number): void;

  /** GET_LOCK family: ROW, BLOCKED, LOCK_TIMEOUT, DEADLOCK. Held by the session, not the transaction. */
  lockNamed(name: string, timeoutMs: number): number;
  unlockNamed(name: string): boolean;
  holdsNamed(name: string): boolean;
  unlockAllNamed(): number;

  /** Makes an empty tree (of rows, or of secondary entries) inside the transaction: rolled back with it. ROW (see `newTree`), BLOCKED, NO_SPACE. */
  createTree(clustered: boolean): number;
  readonly newTree: TreeRef;
  /** Frees the tree's pages after commit, once no view can need them. Undone by rollback. */
  dropTree(tree: TreeRef): number;

  /** Makes a counter (AUTO_INCREMENT, object ids) starting at `first`. ROW (see `newCounter`), BLOCKED. */
  createCounter(first: number): number;
  readonly newCounter: number;
  /** Takes `count` consecutive values; not undone by rollback (S17). ROW: the first is in `counterValue`. */
  takeCounter(counterPage: number, count: number): number;
  readonly counterValue: number;
  /** The value that would be taken next; nothing is taken. ROW: it is in `counterValue`. BLOCKED. */
  readCounter(counterPage: number): number;
  /** Makes sure that the counter is above `value`. */
  raiseCounter(counterPage: number, value: number): number;

  /** A number never given before, on any primary: table ids and the like. ROW: it is in `counterValue`. */
  takeId(): number;

  /** The connection is gone: rolls back in the background and frees everything; then calls `done`. */
  close(done: () => void): void;
}

/** Estimates for the planner; cheap and approximate. */
export interface TreeStatistics {
  rows: number;
  pages: number;
  /** Height of the tree, leaf = 1. */
  levels: number;
}

/** What a sample says of one level of a tree. */
export interface LevelSample {
  /** Pages looked at. */
  readonly seen: number;
  /** Pages of the level, estimated from the fan-out above. */
  readonly pages: number;
  /** Entries in the pages looked at; of leaves without those marked as deleted. */
  readonly entries: number;
}

/** Gets the entries of the pages that a sample looks at, in key order on each level. */
export interface EntryVisitor {
  /**
   * `key`: the whole key, valid during the call; its first `indexed` bytes are the index's own parts. Keys above the leaves may be cut off where they differ from the
   * one before. `follows`: the entry given before on this level stands directly in front of this one.
   */
  entry(level: number, key: Uint8Array, length: number, indexed: number, follows: boolean): void;
}

/** One primary's engine. */
export interface Engine {
  /** `poll` runs whatever the session has to do; the engine calls it when the session's waiter has been woken, and `run` calls it now. */
  newSession(poll: () => void): EngineSession;
  /** Polls the session now: the path from a packet to its answer. */
  run(session: EngineSession): void;
  /**
   * False once this primary has been declared dead (K7): what was read since may be old, and nothing of it may go to a client. To be asked after the last page read
   * and before bytes are sent: one atomic load.
   */
  mayAnswer(): boolean;
  /** Fixed place of the catalog: page of the space header's root `index` (0 = none yet). ROW (see `rootValue`) or BLOCKED. */
  readRoot(session: EngineSession, index: number): number;
  rootValue: number;
  /** Stores a catalog root, inside the session's transaction at bootstrap. */
  writeRoot(session: EngineSession, index: number, value: number): number;
  /** Estimate by looking at cached pages near the root; BLOCKED is possible. */
  statistics(session: EngineSession, tree: TreeRef, out: TreeStatistics): number;
  /** Looks at about `leaves` leaves of a tree, and at the pages above them. `poll`: ROW when it is done, or BLOCKED; then `levels` has what was seen, leaf first. */
  newTreeSample(
    session: EngineSession,
    tree: TreeRef,
    leaves: number,
    visitor: EntryVisitor,
  ): {poll(): number; readonly levels: readonly LevelSample[]};
  /** Estimate of the rows in a key range. */
  estimateRange(
    session: EngineSession,
    tree: TreeRef,
    low: Uint8Array | undefined,
    high: Uint8Array | undefined,
  ): number;
  /** Walks a whole tree and its pages, comparing against the other indexes; answers violations (CHECK TABLE, pando check). Poll until not BLOCKED. */
  newTableCheck(
    session: EngineSession,
    table: TableHandle,
  ): {poll(): number; readonly violations: readonly string[]; readonly rows: number};
  /** `changed` is called whenever what was read under the object's metadata lock may be out of date from now on: the lock leaves this primary, or
   * the object changes here. One watcher per object. */
  watchMetadata(objectId: number, changed: () => void): void;
  /** `changed` is called when primaries that had died have been recovered: what they had locked and not committed may be free now. */
  watchRecovery(changed: () => void): void;
  /** Which transactions wait for rows of which others, on all primaries, by `transactionId`. */
  lockWaits(): readonly {readonly waiter: number; readonly holder: number}[];
  /** Counters for metrics, by name. */
  counters(): ReadonlyMap<string, number>;
}
