// One client of the random workload: random transactions, every answer compared with the model.

import type {Prng} from '../base/prng.ts';
import {
  CONFLICT,
  DEADLOCK,
  DONE,
  DUPLICATE,
  INTERRUPTED,
  Isolation,
  LOCK_BUSY,
  LockMode,
  LockWait,
  ROW,
  SKIPPED,
  type TableHandle,
} from '../engine/api.ts';
import type {Session} from '../engine/session/session.ts';
import type {Script, SimClient} from './client.ts';
import {insertOf, keyOf, type Row, readRow, tableOf, updateOf} from './engine-table.ts';
import {expect} from './expect.ts';
import {type Changes, rowName, transactionName} from './model.ts';
import {must, rollBack, sleep} from './script.ts';
import {CATALOG, type Workload} from './workload.ts';

const IDS = 40;
const KEYS = 30;
/** The model's newest state. */
const NOW = Number.POSITIVE_INFINITY;

/** A byte of a long value. */
function byteOf(seed: number, i: number): number {
  return (seed * 31 + i * 7) & 255;
}

export class WorkloadClient {
  readonly #load: Workload;
  readonly #client: SimClient;
  readonly #session: Session;
  readonly #prng: Prng;
  #own: Changes = new Map();
  /** Rows that a SERIALIZABLE transaction has read from its snapshot. */
  #reads: {table: number; id: number}[] = [];
  #savepoints: {handle: number; own: Changes}[] = [];

  constructor(load: Workload, client: SimClient, prng: Prng) {
    this.#load = load;
    this.#client = client;
    this.#session = client.session as Session;
    this.#prng = prng;
  }

  *transaction(): Script<void> {
    const session = this.#session;
    const prng = this.#prng;
    this.#own = new Map();
    this.#savepoints = [];
    this.#reads = [];
    session.isolation = this.#drawIsolation();
    session.lockWaitTimeoutMs = 50 + prng.below(200);
    session.begin(false, prng.chance(0.3));
    const statements = 1 + prng.below(6);
    for (let i = 0; i < statements && !this.#load.stopping; i++) {
      const goesOn = yield* this.#statement();
      if (!goesOn) {
        yield* this.#rollBack();
        return;
      }
      if (prng.chance(0.15)) yield* sleep(this.#client, prng.float() * 8);
      yield* this.#useSavepoints();
    }
    if (prng.chance(0.2)) yield* this.#rollBack();
    else yield* this.#commit();
  }

  #drawIsolation(): Isolation {
    if (this.#prng.chance(0.4)) return Isolation.readCommitted;
    return this.#prng.chance(0.3) ? Isolation.serializable : Isolation.repeatableRead;
  }

  /** SERIALIZABLE: nothing that was read has been changed by others before this transaction's place in the order of commits. */
  #expectReadsHold(name: string, view: number): void {
    const {model} = this.#load;
    const cts = model.takeCts(name);
    if (cts === 0 || this.#session.isolation !== Isolation.serializable) return;
    for (const {table, id} of this.#reads) {
      const changed = model.changedBetween(table, id, view, cts);
      expect.equal(changed, 0, `row ${id} was read at view ${view} by a transaction of CTS ${cts}, and changed at`);
    }
  }

  *#commit(): Script<void> {
    const session = this.#session;
    const {slot, version} = session.trx;
    const {model, counts} = this.#load;
    const name = transactionName(this.#client.primary.incarnation, slot, version);
    if (slot >= 0) model.doubt(name, this.#own);
    const view = this.#view;
    const result = yield () => session.commit();
    if (result !== ROW) {
      model.decide(name, undefined);
      yield* this.#rollBack();
      return;
    }
    model.settle();
    expect.ok(!model.isInDoubt(name), 'a commit that is answered is published');
    this.#expectReadsHold(name, view);
    counts.commits++;
  }

  *#rollBack(): Script<void> {
    yield* rollBack(this.#session);
    this.#load.counts.rollbacks++;
  }

  *#useSavepoints(): Script<void> {
    const prng = this.#prng;
    if (prng.chance(0.2)) this.#savepoints.push({handle: this.#session.savepoint(), own: new Map(this.#own)});
    if (this.#savepoints.length === 0 || !prng.chance(0.15)) return;
    const i = prng.below(this.#savepoints.length);
    const {handle, own} = this.#savepoints[i];
    yield* must(() => this.#session.rollbackTo(handle));
    this.#own = new Map(own);
    this.#savepoints.length = i + 1;
  }

  /** False: the transaction must be rolled back. */
  *#statement(): Script<boolean> {
    const session = this.#session;
    const before = new Map(this.#own);
    this.#load.counts.statements++;
    session.beginStatement();
    const result = yield* this.#anything();
    const goesOn = result === ROW || result === DONE;
    if (!goesOn || this.#prng.chance(0.1)) {
      if (result === DEADLOCK || result === INTERRUPTED) {
        this.#load.counts.deadlocks++;
        return false;
      }
      yield* must(() => session.rollbackStatement());
      this.#own = before;
    }
    session.endStatement();
    if (result === CONFLICT) this.#load.counts.conflicts++;
    return result !== CONFLICT;
  }

  *#anything(): Script<number> {
    const prng = this.#prng;
    const kind = prng.below(100);
    if (kind < 4) return yield* this.#makeTable();
    if (kind < 7) return yield* this.#dropTable();
    if (kind < 10) return yield* this.#critical();
    const table = yield* this.#openTable();
    if (typeof table === 'number') return table;
    if (kind < 30) return yield* this.#insert(table, {id: prng.below(IDS), k: prng.below(KEYS), text: this.#text()});
    if (kind < 36) return yield* this.#insertNumbered(table);
    if (kind < 42) return yield* this.#insertLong(table);
    if (kind < 62) return yield* this.#update(table, {id: prng.below(IDS), k: prng.below(KEYS), text: this.#text()});
    if (kind < 74) return yield* this.#remove(table, prng.below(IDS));
    if (kind < 88) return yield* this.#read(table, prng.below(IDS));
    return yield* this.#scan(table);
  }

  #text(): string {
    return 'abcdefgh'.repeat(this.#prng.below(9)).slice(this.#prng.below(3));
  }

  get #view(): number {
    return this.#session.trx.view.cts;
  }

  get #isSnapshot(): boolean {
    return this.#session.isolation >= Isolation.repeatableRead;
  }

  /** The row as everybody has it now, this transaction included. */
  #now(table: TableHandle, id: number): Row | undefined {
    return this.#load.model.row(table.tableId, id, NOW, this.#own);
  }

  #seen(table: TableHandle, id: number): Row | undefined {
    return this.#load.model.row(table.tableId, id, this.#view, this.#own);
  }

  #set(table: TableHandle, id: number, row: Row | undefined): void {
    this.#own.set(rowName(table.tableId, id), row);
  }

  /** First updater wins: what was met is newer than the view. */
  #expectConflict(table: TableHandle, id: number): void {
    expect.ok(this.#isSnapshot, 'a conflict without a snapshot');
    const cts = this.#load.model.ctsOf(table.tableId, id);
    expect.ok(cts > this.#view, `conflict with row ${id} of CTS ${cts} at view ${this.#view}`);
  }

  /** A table to work with, under its metadata lock: one that the view's catalog has, and that has not been dropped since. */
  *#openTable(): Script<TableHandle | number> {
    const ids = this.#load.tableIds();
    const id = ids[this.#prng.below(ids.length)];
    const locked = yield () => this.#session.lockMetadata(id, false);
    if (locked !== ROW) return locked;
    const known = this.#load.tables.get(id);
    if (id < CATALOG + 10 && known !== undefined) return known;
    const now = yield* this.#readRow(this.#catalog, id, LockMode.current, LockWait.wait);
    if (typeof now === 'number') return now;
    const found = yield* this.#readRow(this.#catalog, id, LockMode.none, LockWait.wait);
    return typeof found === 'number' ? found : this.#load.tableFrom(found);
  }

  get #catalog(): TableHandle {
    return this.#load.tables.get(CATALOG) as TableHandle;
  }

  *#makeTable(): Script<number> {
    const session = this.#session;
    const given = yield () => session.takeId();
    if (given !== ROW) return given;
    const id = session.counterValue;
    const locked = yield () => session.lockMetadata(id, true);
    if (locked !== ROW) return locked;
    const isUnique = this.#prng.chance(0.5);
    const clustered = yield () => session.createTree(true);
    if (clustered !== ROW) return clustered;
    const rows = session.newTree;
    const secondary = yield () => session.createTree(false);
    if (secondary !== ROW) return secondary;
    const index = session.newTree;
    const text = `${rows.treeId} ${rows.rootPage} ${index.treeId} ${index.rootPage}`;
    this.#load.tables.set(id, tableOf(id, rows, index, isUnique));
    this.#load.counts.created++;
    return yield* this.#insert(this.#catalog, {id, k: isUnique ? 1 : 0, text});
  }

  *#dropTable(): Script<number> {
    const session = this.#session;
    const ids = this.#load.tableIds().filter(id => id >= CATALOG + 10);
    if (ids.length === 0) return DONE;
    const id = ids[this.#prng.below(ids.length)];
    const locked = yield () => session.lockMetadata(id, true);
    if (locked !== ROW) return locked;
    const found = yield* this.#readRow(this.#catalog, id, LockMode.exclusive, LockWait.wait);
    if (typeof found === 'number') return found;
    const table = this.#load.tableFrom(found);
    const removed = yield* this.#remove(this.#catalog, id);
    if (removed !== ROW) return removed;
    const emptied = yield* this.#dropLongValues(table);
    if (emptied !== ROW) return emptied;
    for (const tree of [table.clustered, table.secondaries[0].tree]) {
      const dropped = yield () => session.dropTree(tree);
      if (dropped !== ROW) return dropped;
    }
    this.#load.counts.dropped++;
    return ROW;
  }

  /** The engine knows trees, not what the rows in them name: who drops a table gives up its long values, as they are now. */
  *#dropLongValues(table: TableHandle): Script<number> {
    const cursor = this.#session.newCursor();
    cursor.open(table, 0, undefined, true, undefined, true, false, LockMode.current, LockWait.wait, false);
    const rows: Row[] = [];
    for (;;) {
      const result = yield () => {
        const answer = cursor.next();
        if (answer === ROW) rows.push(readRow(cursor));
        return answer;
      };
      if (result === DONE) break;
      if (result !== ROW) return result;
    }
    cursor.close();
    for (const row of rows) {
      const dropped = yield* this.#dropLong(row);
      if (dropped !== ROW) return dropped;
    }
    return ROW;
  }

  /** A named lock excludes everybody on all primaries. */
  *#critical(): Script<number> {
    const load = this.#load;
    const locked = yield () => this.#session.lockNamed('one', 100);
    if (locked !== ROW) return locked;
    const holder = load.lockHolder;
    expect.ok(holder === undefined || holder.isDead, 'two clients hold the named lock');
    load.lockHolder = this;
    yield* sleep(this.#client, this.#prng.float() * 2);
    load.lockHolder = undefined;
    this.#session.unlockNamed('one');
    return ROW;
  }

  get isDead(): boolean {
    const {primary} = this.#client;
    return primary.dead || primary.fusion.isFenced();
  }

  *#insert(table: TableHandle, row: Row): Script<number> {
    const result = yield insertOf(this.#client, table, row);
    const now = this.#now(table, row.id);
    if (result === CONFLICT) this.#expectConflict(table, row.id);
    if (result === DUPLICATE) this.#expectDuplicate(table, row);
    if (result !== ROW) return result;
    expect.equal(now, undefined, `a row was inserted over row ${row.id}`);
    this.#expectNoTwin(table, row);
    this.#set(table, row.id, row);
    return ROW;
  }

  #expectDuplicate(table: TableHandle, row: Row): void {
    this.#load.counts.duplicates++;
    const {conflictIndex} = this.#session.writer;
    if (conflictIndex === 0) expect.ok(this.#now(table, row.id), `row ${row.id} is no duplicate`);
    else expect.ok(this.#twinOf(table, row), `key ${row.k} is no duplicate`);
  }

  /** Another row of a unique index with the same key. */
  #twinOf(table: TableHandle, row: Row): Row | undefined {
    const rows = this.#load.model.rows(table.tableId, NOW, this.#own);
    return rows.find(other => other.k === row.k && other.id !== row.id);
  }

  #expectNoTwin(table: TableHandle, row: Row): void {
    if (table.secondaries[0]?.unique !== true) return;
    const twin = this.#twinOf(table, row);
    expect.equal(twin, undefined, `row ${row.id} has the unique key ${row.k} of row ${twin?.id}`);
  }

  /** A row whose id is drawn from the counter is never a duplicate, whatever died before (S17). */
  *#insertNumbered(table: TableHandle): Script<number> {
    const session = this.#session;
    const taken = yield () => session.takeCounter(this.#load.counter, 1 + this.#prng.below(3));
    if (taken !== ROW) return taken;
    const row = {id: session.counterValue, k: 1000 + session.counterValue, text: this.#text()};
    const result = yield* this.#insert(table, row);
    expect.notEqual(result, DUPLICATE, `the number ${row.id} was given twice`);
    return result;
  }

  *#insertLong(table: TableHandle): Script<number> {
    const session = this.#session;
    const seed = this.#prng.below(1000);
    const bytes = new Uint8Array(1 + this.#prng.below(3000));
    for (let i = 0; i < bytes.length; i++) bytes[i] = byteOf(seed, i);
    const written = yield () => session.writeOverflow(bytes, 0, bytes.length);
    if (written !== ROW) return written;
    const text = `@${session.overflowPage}.${bytes.length}.${seed}`;
    return yield* this.#insert(table, {id: this.#prng.below(IDS), k: this.#prng.below(KEYS), text});
  }

  /** The long value of a row that is gone belongs to nobody. */
  *#dropLong(row: Row | undefined): Script<number> {
    if (row === undefined || !row.text.startsWith('@')) return ROW;
    const page = Number(row.text.slice(1).split('.')[0]);
    return yield () => this.#session.dropOverflow(page);
  }

  *#checkLong(row: Row): Script<number> {
    if (!row.text.startsWith('@') || this.#prng.chance(0.5)) return ROW;
    const [page, length, seed] = row.text.slice(1).split('.').map(Number);
    const bytes = new Uint8Array(length);
    const read = yield () => this.#session.readOverflow(page, length, bytes, 0);
    if (read !== ROW) return read;
    for (let i = 0; i < length; i++)
      if (bytes[i] !== byteOf(seed, i)) expect.fail(`byte ${i} of the long value at page ${page}`);
    return ROW;
  }

  *#update(table: TableHandle, row: Row): Script<number> {
    const result = yield updateOf(this.#client, table, row);
    const before = this.#now(table, row.id);
    if (result === CONFLICT) this.#expectConflict(table, row.id);
    if (result === DUPLICATE) this.#expectDuplicate(table, row);
    if (result === DONE) this.#expectGone(table, row.id, before);
    if (result !== ROW) return result;
    expect.ok(before, `row ${row.id} was updated, but is not there`);
    this.#expectNoTwin(table, row);
    this.#set(table, row.id, row);
    return yield* this.#dropLong(before);
  }

  #expectGone(table: TableHandle, id: number, now: Row | undefined): void {
    expect.equal(now, undefined, `row ${id} is there`);
    if (this.#isSnapshot) expect.equal(this.#seen(table, id), undefined, `row ${id} is in the snapshot: a conflict`);
  }

  *#remove(table: TableHandle, id: number): Script<number> {
    const key = keyOf(id);
    const result = yield () => this.#session.writer.remove(table, key, 4);
    const before = this.#now(table, id);
    if (result === CONFLICT) this.#expectConflict(table, id);
    if (result === DONE) this.#expectGone(table, id, before);
    if (result !== ROW) return result;
    expect.ok(before, `row ${id} was deleted, but is not there`);
    this.#set(table, id, undefined);
    return yield* this.#dropLong(before);
  }

  *#read(table: TableHandle, id: number): Script<number> {
    const prng = this.#prng;
    const lock = prng.chance(0.4) ? LockMode.exclusive : LockMode.none;
    const wait = prng.chance(0.8) ? LockWait.wait : prng.chance(0.5) ? LockWait.nowait : LockWait.skip;
    const found = yield* this.#readRow(table, id, lock, wait);
    return typeof found === 'number' ? found : yield* this.#checkLong(found);
  }

  /** The row, or why there is none. */
  *#readRow(table: TableHandle, id: number, lock: LockMode, wait: LockWait): Script<Row | number> {
    const point = this.#session.newPointRead();
    const key = keyOf(id);
    let row: Row | undefined;
    const result = yield () => {
      const answer = point.get(table, key, 4, lock, wait);
      if (answer === ROW) row = readRow(point);
      return answer;
    };
    if (result === CONFLICT) this.#expectConflict(table, id);
    if (result === LOCK_BUSY || result === SKIPPED) return DONE;
    if (result !== ROW && result !== DONE) return result;
    const bySnapshot = lock === LockMode.none || (this.#isSnapshot && lock !== LockMode.current);
    if (bySnapshot) expect.deepEqual(row, this.#seen(table, id), `row ${id} at view ${this.#view}`);
    if (lock === LockMode.none && !this.#own.has(rowName(table.tableId, id)))
      this.#reads.push({table: table.tableId, id});
    if (lock !== LockMode.none) expect.deepEqual(row, this.#now(table, id), `locked row ${id}`);
    return row ?? DONE;
  }

  *#scan(table: TableHandle): Script<number> {
    const prng = this.#prng;
    const index = table.secondaries.length > 0 && prng.chance(0.5) ? 1 : 0;
    const isDescending = prng.chance(0.4);
    const bound = index === 0 ? IDS : KEYS;
    const low = prng.chance(0.5) ? prng.below(bound) : undefined;
    const high = prng.chance(0.5) ? prng.below(bound) : undefined;
    const lock = prng.chance(0.15) ? LockMode.exclusive : LockMode.none;
    const cursor = this.#session.newCursor();
    // A bound of an index is a beginning of its keys: the high one is exclusive, for keys with it are longer.
    const [from, to] = [low, high].map(bytes => (bytes === undefined ? undefined : keyOf(bytes)));
    cursor.open(table, index, from, true, to, index === 0, isDescending, lock, LockWait.wait, false);
    const rows: Row[] = [];
    for (;;) {
      let row: Row | undefined;
      const result = yield () => {
        const answer = cursor.next();
        if (answer === ROW) row = readRow(cursor);
        return answer;
      };
      if (result === DONE) break;
      if (result !== ROW) return result;
      rows.push(row as Row);
      if (lock !== LockMode.none) expect.deepEqual(row, this.#now(table, (row as Row).id), 'a row of a locking scan');
      // A client that is slow to take its rows: the cursor stands, and the tree under it changes.
      if (prng.chance(0.03)) yield* sleep(this.#client, prng.float() * 3);
    }
    cursor.close();
    if (lock === LockMode.none || this.#isSnapshot) {
      expect.deepEqual(
        rows,
        this.#expectedScan(table, index, low, high, isDescending),
        `scan by index ${index} at view ${this.#view}`,
      );
    }
    return ROW;
  }

  #expectedScan(
    table: TableHandle,
    index: number,
    low: number | undefined,
    high: number | undefined,
    isDescending: boolean,
  ): Row[] {
    const rows = this.#load.model.rows(table.tableId, this.#view, this.#own).filter(row => {
      const key = index === 0 ? row.id : row.k;
      const isBelow = high === undefined || (index === 0 ? key <= high : key < high);
      return (low === undefined || key >= low) && isBelow;
    });
    if (index === 1) rows.sort((a, b) => a.k - b.k || a.id - b.id);
    return isDescending ? rows.reverse() : rows;
  }
}
