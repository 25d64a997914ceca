// An engine in memory for tests of the SQL rooms: sorted arrays instead of trees, one version of each row, no locks.
//
// It can answer BLOCKED instead of the truth at every k-th call: the same statement must then give the same result after more
// polls. Everything else of EngineSession is refused, so that a test that needs it says so.

import {BugError} from '../../../base/assert.ts';
import {compareBytes} from '../../../base/bytes.ts';
import {
  BLOCKED,
  type Cursor,
  DONE,
  type EngineSession,
  type EntryFilter,
  type IndexFill,
  Isolation,
  type PointRead,
  ROW,
  type RowWriter,
  SKIPPED,
  type TableHandle,
} from '../../../engine/api.ts';
import {Memory} from '../../../format/memory.ts';

/** A row: its payload in a memory of its own. */
interface StoredRow {
  readonly primaryKey: Uint8Array;
  readonly memory: Memory;
  readonly length: number;
}

interface Entry {
  readonly key: Uint8Array;
  readonly row: StoredRow;
}

/** All rows of one table, in the order of each index. */
export class FakeTable {
  /** [0] is the clustered index. */
  readonly indexes: Entry[][];

  constructor(handle: TableHandle) {
    this.indexes = Array.from({length: handle.secondaries.length + 1}, () => []);
  }

  insert(handle: TableHandle, payload: Memory, length: number): void {
    const scratch = new Uint8Array(8192);
    const keyOf = (at: number): Uint8Array => scratch.slice(0, at);
    const primaryKey = keyOf(handle.primaryKey.extract(payload, 0, length, scratch, 0));
    const row: StoredRow = {primaryKey, memory: payload, length};
    place(this.indexes[0], {key: primaryKey, row});
    for (const [i, secondary] of handle.secondaries.entries()) {
      const own = keyOf(secondary.key.extract(payload, 0, length, scratch, 0));
      place(this.indexes[i + 1], {key: Uint8Array.from([...own, ...primaryKey]), row});
    }
  }
}

function compare(a: Uint8Array, b: Uint8Array): number {
  return compareBytes(a, 0, a.length, b, 0, b.length);
}

/** First entry whose key is not below. */
function lowerBound(entries: readonly Entry[], key: Uint8Array): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(entries[middle].key, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function place(entries: Entry[], entry: Entry): void {
  entries.splice(lowerBound(entries, entry.key), 0, entry);
}

/** Decides which calls block. */
export class Blocker {
  /** Every so many calls one blocks; 0 = never. */
  every = 0;
  #calls = 0;
  /** How often a call was made to wait. */
  blocked = 0;
  /** How many rows the cursors and point reads have delivered. */
  rowsRead = 0;

  blocks(): boolean {
    if (this.every === 0 || ++this.#calls % this.every !== 0) return false;
    this.blocked++;
    return true;
  }
}

const NO_MEMORY = new Memory(new ArrayBuffer(8));

class FakePointRead implements PointRead {
  memory = NO_MEMORY;
  payloadAt = 0;
  payloadLength = 0;
  readonly #engine: FakeEngine;

  constructor(engine: FakeEngine) {
    this.#engine = engine;
  }

  get(table: TableHandle, key: Uint8Array, keyLength: number): number {
    if (this.#engine.blocker.blocks()) return BLOCKED;
    const entries = this.#engine.table(table).indexes[0];
    const wanted = key.slice(0, keyLength);
    const entry = entries[lowerBound(entries, wanted)];
    if (entry === undefined || compare(entry.key, wanted) !== 0) return DONE;
    this.memory = entry.row.memory;
    this.payloadLength = entry.row.length;
    this.#engine.blocker.rowsRead++;
    return ROW;
  }
}

class FakeCursor implements Cursor {
  filter: EntryFilter | undefined = undefined;
  memory = NO_MEMORY;
  payloadAt = 0;
  payloadLength = 0;
  key: Uint8Array = new Uint8Array(0);
  keyLength = 0;
  primaryKey: Uint8Array = new Uint8Array(0);
  primaryKeyLength = 0;
  readonly #engine: FakeEngine;
  #isClustered = true;
  #entries: readonly Entry[] = [];
  #next = 0;
  #isOpen = false;

  constructor(engine: FakeEngine) {
    this.#engine = engine;
  }

  open(
    table: TableHandle,
    index: number,
    low: Uint8Array | undefined,
    lowInclusive: boolean,
    high: Uint8Array | undefined,
    highInclusive: boolean,
    descending: boolean,
    _lock: number,
    _wait: number,
    covering: boolean,
  ): void {
    if (this.#isOpen) throw new BugError('a cursor was opened twice');
    this.#isOpen = true;
    if (!lowInclusive || highInclusive) throw new BugError('ranges are half-open');
    const all = this.#engine.table(table).indexes[index];
    const from = low === undefined ? 0 : lowerBound(all, low);
    const found = all.slice(from, high === undefined ? all.length : Math.max(from, lowerBound(all, high)));
    this.#entries = descending ? found.reverse() : found;
    this.#next = 0;
    this.payloadAt = covering ? -1 : 0;
    this.#isClustered = index === 0;
  }

  next(): number {
    if (!this.#isOpen) throw new BugError('next on a closed cursor');
    if (this.#engine.blocker.blocks()) {
      this.memory = NO_MEMORY;
      return BLOCKED;
    }
    const entry = this.#entries[this.#next];
    if (entry === undefined) return DONE;
    this.#next++;
    const isAsked = !this.#isClustered && this.payloadAt >= 0;
    if (isAsked && this.filter?.accepts(entry.key, entry.key.length) === false) return SKIPPED;
    this.key = entry.key;
    this.keyLength = entry.key.length;
    this.primaryKey = entry.row.primaryKey;
    this.primaryKeyLength = entry.row.primaryKey.length;
    this.memory = this.payloadAt < 0 ? NO_MEMORY : entry.row.memory;
    this.payloadLength = entry.row.length;
    this.#engine.blocker.rowsRead++;
    return ROW;
  }

  close(): void {
    this.#isOpen = false;
  }
}

function refused(what: string): never {
  throw new BugError(`the fake engine has no ${what}`);
}

/** The session of the fake engine; also its only one. */
export class FakeEngine implements EngineSession {
  readonly blocker: Blocker = new Blocker();
  readonly waiter = {wake: (): void => {}};
  lockWaitTimeoutMs = 0;
  isolation: Isolation = Isolation.repeatableRead;
  snapshotIsolation = true;
  readonly inTransaction = true;
  readonly hasWritten = false;
  readonly rowsChanged = 0;
  readonly overflowPage = 0;
  readonly newTree = {treeId: 0, rootPage: 0};
  readonly newCounter = 0;
  readonly counterValue = 0;
  readonly writer: RowWriter = undefined as unknown as RowWriter;
  readonly #tables: Map<number, FakeTable> = new Map();
  readonly #longValues: Uint8Array[] = [];
  readonly named: Set<string> = new Set();

  table(handle: TableHandle): FakeTable {
    let table = this.#tables.get(handle.tableId);
    if (table === undefined) {
      table = new FakeTable(handle);
      this.#tables.set(handle.tableId, table);
    }
    return table;
  }

  readonly snapshot = 0;
  readonly transactionId = 0;

  newIndexFill(): IndexFill {
    return refused('newIndexFill');
  }

  newPointRead(): PointRead {
    return new FakePointRead(this);
  }

  newCursor(): Cursor {
    return new FakeCursor(this);
  }

  /** Keeps a long value; the number of its "page". */
  keepLongValue(bytes: Uint8Array): number {
    return this.#longValues.push(bytes);
  }

  readOverflow(firstPage: number, length: number, target: Uint8Array, at: number): number {
    if (this.blocker.blocks()) return BLOCKED;
    target.set(this.#longValues[firstPage - 1].subarray(0, length), at);
    return ROW;
  }

  lockNamed(name: string): number {
    if (this.blocker.blocks()) return BLOCKED;
    this.named.add(name);
    return ROW;
  }

  holdsNamed(): boolean {
    return false;
  }

  unlockNamed(name: string): boolean {
    return this.named.delete(name);
  }

  unlockAllNamed(): number {
    const {size} = this.named;
    this.named.clear();
    return size;
  }

  begin(): void {}
  beginStatement(): void {}
  endStatement(): void {}
  holdLocks(): void {}
  interrupt(): void {}
  close(): void {}
  unlockMetadata(): void {}
  bumpMetadata(): void {}
  rollbackStatement = (): number => refused('rollbackStatement');
  renewView = (): boolean => refused('renewView');
  savepoint = (): number => refused('savepoint');
  rollbackTo = (): number => refused('rollbackTo');
  commit = (): number => refused('commit');
  rollback = (): number => refused('rollback');
  writeOverflow = (): number => refused('writeOverflow');
  dropOverflow = (): number => refused('dropOverflow');
  takeId = (): number => refused('takeId');
  lockMetadata = (): number => refused('lockMetadata');
  metadataVersion = (): number => refused('metadataVersion');
  createTree = (): number => refused('createTree');
  dropTree = (): number => refused('dropTree');
  createCounter = (): number => refused('createCounter');
  takeCounter = (): number => refused('takeCounter');
  readCounter = (): number => refused('readCounter');
  raiseCounter = (): number => refused('raiseCounter');
}
