// Builds indexes while all primaries read and write the table (ADR 0009).
//
//   publish   a short exclusive lock: empty trees, and the indexes stand in the definition as being built; committed
//   fill      no lock on the table: rows are read with a fresh view every few hundred, and their entries put in
//   end       a short exclusive lock: no key is there twice; the caller makes the indexes part of the definition, and commits
//
// From the first step to the last an engine session of its own holds the lock of the build. Who finds a build whose lock is free gives it up (catalog/index-builds.ts).

import {
  BLOCKED,
  type Cursor,
  DONE,
  type EngineSession,
  INTERRUPTED,
  type IndexFill,
  Isolation,
  LockMode,
  LockWait,
  ROW,
  type RowPlace,
} from '../../engine/api.ts';
import {isOverflow, readOverflow} from '../../format/row/overflow.ts';
import type {OpenTable} from '../catalog/catalog.ts';
import {isFunctional, type TableDefinition} from '../catalog/definition.ts';
import {EngineFailure, engineError} from '../catalog/engine-error.ts';
import {encodeBuild} from '../catalog/index-builds.ts';
import {RecordKind} from '../catalog/record-tree.ts';
import {expectRow, type Steps, until} from '../catalog/steps.ts';
import type {BuildingIndex, StoredIndex} from '../catalog/stored-table.ts';
import {checkNotes} from './index-notes.ts';
import {inOwnTransaction} from './own-transaction.ts';
import {readRow} from './read-row.ts';
import {Regenerator} from './regenerator.ts';
import type {KeptRows} from './row-changes.ts';
import {RowStore} from './row-store.ts';
import type {StatementContext} from './statement-context.ts';
import {makeTree} from './table-trees.ts';

/** Rows read under one view: purge waits for no longer than that. */
const ROWS_PER_VIEW = 512;
/** Rows between two pauses for other sessions of the primary. */
const ROWS_PER_TURN = 64;
/** How often rows may have to be gone through again, in one build. */
const REPEATS_MAX = 1000;

/** An index to be built. */
export type NewIndex = Omit<StoredIndex, 'tree'>;

/** What the table is told at the beginning. */
export interface Publication {
  readonly indexes: readonly NewIndex[];
  /** The columns with new ones behind functional key parts, which the build fills; undefined: there are none. */
  readonly rows: KeptRows | undefined;
}

export class OnlineBuild {
  readonly #context: StatementContext;
  readonly #schema: string;
  readonly #name: string;
  /** Holds the lock of the build. */
  readonly #guard: EngineSession;
  /** Reads rows and puts entries in. */
  readonly #engine: EngineSession;
  #building: readonly BuildingIndex[] = [];
  /** The definition may name the indexes as being built. */
  #mayBeLeft = false;

  constructor(context: StatementContext, schema: string, name: string) {
    const {world, engine: client} = context;
    this.#context = context;
    this.#schema = schema;
    this.#name = name;
    this.#guard = world.engine.newSession(() => client.waiter.wake());
    this.#engine = world.engine.newSession(() => client.waiter.wake());
    this.#engine.isolation = Isolation.readCommitted;
    this.#engine.lockWaitTimeoutMs = client.lockWaitTimeoutMs;
  }

  /** The number of the build. */
  get number(): number {
    return this.#building[0]?.tree.treeId ?? 0;
  }

  /** The tree of the index with this name, when it has been built. */
  treeOf(name: string): StoredIndex['tree'] | undefined {
    return this.#building.find(index => index.name === name)?.tree;
  }

  /** Publishes the indexes that `wanted` says of the table as it is then, in a transaction of its own. */
  *publish(wanted: (opened: OpenTable) => Publication): Steps<void> {
    yield* inOwnTransaction(this.#context, own => this.#publish(own, wanted));
  }

  *#publish(own: StatementContext, wanted: (opened: OpenTable) => Publication): Steps<void> {
    const {catalog, engine} = own;
    const opened = yield* this.#open(own);
    engine.renewView();
    const building: BuildingIndex[] = [];
    const {indexes, rows} = wanted(opened);
    for (const index of indexes) {
      const tree = yield* makeTree(engine, false);
      building.push({...index, tree, notes: yield* makeTree(engine, false)});
    }
    this.#building = building;
    this.#mayBeLeft = true;
    this.#guard.begin(true, false);
    yield* expectRow(() => this.#guard.lockMetadata(this.number, true));
    const {stored} = opened;
    yield* catalog.changeTable(engine, stored, {...stored, ...rows, version: stored.version + 1, building});
    const record = {name1: this.#schema, name2: this.#name, text: encodeBuild(this.number)};
    yield* catalog.records.insert(engine, RecordKind.build, record);
  }

  /** The table under its exclusive lock. Nobody else can have changed it, so it is there. */
  *#open({catalog, engine}: StatementContext): Steps<OpenTable> {
    const opened = yield* catalog.open(engine, this.#schema, this.#name, true, this.number);
    return opened as OpenTable;
  }

  // --- Filling -------------------------------------------------------------------------------------------------------

  /** Puts the entries of all rows in. Throws 1062 when a unique key is there twice. */
  *fill(): Steps<void> {
    const {catalog} = this.#context;
    const opened = yield* inOwnTransaction(this.#context, own =>
      catalog.open(own.engine, this.#schema, this.#name, false),
    );
    const {definition} = opened as OpenTable;
    const parts = new Set(this.#building.flatMap(index => index.parts.map(part => part.column)));
    const toFill = [...parts].filter(column => isFunctional(definition.columns[column])).sort((a, b) => a - b);
    const job = new FillJob({...this.#context, engine: this.#engine}, definition, toFill);
    while (!(yield* job.batch())) {
      if (job.hasNoted) yield* this.#checkNotes(definition, this.#engine);
    }
  }

  *#checkNotes(table: TableDefinition, engine: EngineSession): Steps<void> {
    engine.begin(true, false);
    engine.beginStatement();
    yield* checkNotes({...this.#context, engine}, table, this.#building);
    engine.endStatement();
    yield* expectRow(() => engine.commit());
  }

  /** Under the exclusive lock: the table, when all its rows and keys are as the new indexes want them. Throws 1062. */
  *end(): Steps<OpenTable> {
    const opened = yield* this.#open(this.#context);
    const {catalog, engine} = this.#context;
    yield* checkNotes(this.#context, opened.definition, this.#building);
    for (const {notes} of this.#building) yield* expectRow(() => engine.dropTree(notes));
    yield* catalog.records.remove(engine, RecordKind.build, this.#schema, this.#name);
    return opened;
  }

  /** The definition with the new indexes has been committed. */
  committed(): void {
    this.#mayBeLeft = false;
  }

  /** The build has failed: the table is again as it was. */
  *revert(): Steps<void> {
    if (!this.#mayBeLeft) return;
    yield* inOwnTransaction(this.#context, own => this.#revert(own));
    this.#mayBeLeft = false;
  }

  *#revert(own: StatementContext): Steps<void> {
    const {stored} = yield* this.#open(own);
    if (stored.building.length > 0) yield* own.catalog.giveUpBuild(own.engine, stored);
  }

  /** Whatever has happened. What is still published is for others to give up. */
  close(): void {
    this.#engine.close(() => undefined);
    this.#guard.close(() => {
      if (this.#mayBeLeft) this.#context.catalog.buildAbandoned();
    });
  }
}

class FillJob {
  readonly #context: StatementContext;
  readonly #table: TableDefinition;
  readonly #cursor: Cursor;
  #fill: IndexFill;
  readonly #store: RowStore;
  /** Columns behind functional key parts, ascending: rows of earlier layouts have no values for them. */
  readonly #toFill: readonly number[];
  readonly #regenerator: Regenerator | undefined;
  /** Key of the last row that is in. */
  #from: Uint8Array | undefined;
  #noted = 0;
  #repeated = 0;

  constructor(context: StatementContext, table: TableDefinition, toFill: readonly number[]) {
    const {engine, world} = context;
    this.#toFill = toFill;
    this.#regenerator = toFill.length === 0 ? undefined : Regenerator.of(context, table);
    this.#context = context;
    this.#table = table;
    this.#cursor = engine.newCursor();
    this.#fill = engine.newIndexFill();
    this.#store = new RowStore(engine, table, world.pageSize);
  }

  /** Since it was last asked: keys that may be there twice have been met. */
  get hasNoted(): boolean {
    const has = this.#fill.noted > this.#noted;
    this.#noted = this.#fill.noted;
    return has;
  }

  /** The rows of one view. True when they were the last. What another has won, or a view that was taken away, is tried again. */
  *batch(): Steps<boolean> {
    const from = this.#from;
    try {
      return yield* this.#tryBatch();
    } catch (error) {
      const mayRepeat = error instanceof EngineFailure && (error.endsTransaction || error.result === INTERRUPTED);
      if (!mayRepeat || this.#context.state.isInterrupted || ++this.#repeated > REPEATS_MAX) throw error;
    }
    const {engine} = this.#context;
    yield* until(() => engine.rollback());
    this.#from = from;
    this.#fill = engine.newIndexFill();
    this.#noted = 0;
    this.#store.reset();
    return false;
  }

  *#tryBatch(): Steps<boolean> {
    const {engine} = this.#context;
    const cursor = this.#cursor;
    engine.begin(false, false);
    engine.beginStatement();
    const {handle} = this.#table;
    cursor.open(handle, 0, this.#from, false, undefined, true, false, LockMode.none, LockWait.wait, false);
    let rows = 0;
    let result = ROW;
    while (rows < ROWS_PER_VIEW) {
      if (this.#context.state.isInterrupted) throw engineError(INTERRUPTED);
      result = yield* until(() => cursor.next());
      if (result !== ROW) break;
      yield* this.#row();
      if (++rows % ROWS_PER_TURN !== 0) continue;
      engine.waiter.wake();
      yield;
    }
    if (result !== ROW && result !== DONE) throw engineError(result);
    cursor.close();
    engine.endStatement();
    yield* expectRow(() => engine.commit());
    return result === DONE;
  }

  *#row(): Steps<void> {
    const cursor = this.#cursor;
    this.#from = cursor.primaryKey.slice(0, cursor.primaryKeyLength);
    const isReady = !this.#lacksValues(cursor) && this.#shortColumns(cursor).length === 0;
    const row = isReady ? cursor : yield* this.#writeAnew(this.#from);
    if (row === undefined) return;
    const {handle} = this.#table;
    let result = this.#fill.fill(handle, row.memory, row.payloadAt, row.payloadLength);
    while (result === BLOCKED) {
      yield;
      result = this.#fill.resume(handle);
    }
    if (result !== ROW) throw engineError(result);
  }

  /** The row is older than the columns behind functional key parts. */
  #lacksValues({memory, payloadAt}: RowPlace): boolean {
    return this.#regenerator !== undefined && memory.bytes[payloadAt] !== this.#table.rowLayout.version;
  }

  /** Columns of which the row keeps less than the new indexes need: the rest is in overflow pages. */
  #shortColumns({memory, payloadAt}: RowPlace): number[] {
    const {rowLayout} = this.#table;
    return Array.from(rowLayout.variables).filter(column => {
      if (!isOverflow(rowLayout, memory, payloadAt, column)) return false;
      const {length, kept} = readOverflow(rowLayout, memory, payloadAt, column);
      return kept.length < Math.min(length, rowLayout.columns[column].keepBytes);
    });
  }

  /**
   * Changes the row into one that has and keeps what the new indexes need, with the same values. The change brings the entries that it makes different; the row as it is
   * now has the others too. Undefined: it is gone.
   */
  *#writeAnew(key: Uint8Array): Steps<RowPlace | undefined> {
    const {state} = this.#context;
    const read = yield* this.#lock(key);
    if (read === undefined) return read;
    const short = this.#shortColumns(read);
    const lacksValues = this.#lacksValues(read);
    if (!lacksValues && short.length === 0) return read;
    const row = yield* readRow(this.#context, this.#table.rowLayout, read);
    if (lacksValues) this.#regenerator?.compute(row);
    const columns = lacksValues ? [...new Set([...short, ...this.#toFill])].sort((a, b) => a - b) : short;
    const values = columns.map(column => row[column]);
    const result = yield* until(() => this.#store.update(key, key.length, columns, values, state.timeZone));
    if (result !== ROW && result !== DONE) throw engineError(result);
    return yield* this.#lock(key);
  }

  /** The newest version of a row, locked. */
  *#lock(key: Uint8Array): Steps<RowPlace | undefined> {
    const read = this.#context.engine.newPointRead();
    const {handle} = this.#table;
    const found = yield* until(() => read.get(handle, key, key.length, LockMode.exclusive, LockWait.wait));
    if (found !== ROW && found !== DONE) throw engineError(found);
    this.#context.engine.holdLocks();
    return found === ROW ? read : undefined;
  }
}
