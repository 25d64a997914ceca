// Foreign keys at work, for statements that change rows.
//
// Write mine first, then check the other (protocols K12): a child row is in before its parent is looked for, a parent row is gone before its
// children are; both look at the newest rows, whatever snapshot the transaction has, and wait for transactions that change them. So of a child
// and the end of its parent at least one sees the other; when each sees the other, that is a cycle of waits, and one of them is the victim.
//
// Nothing is locked by looking: two transactions that add children to one parent do not meet, and the parent's page is only read.

import {SqlError} from '../../base/sql-error.ts';
import {
  BLOCKED,
  type Cursor,
  DONE,
  DUPLICATE,
  Isolation,
  LockMode,
  LockWait,
  type PointRead,
  ROW,
} from '../../engine/api.ts';
import {KeyRange, RANGE_OK, rangeOfPrefix} from '../../format/key/key-range.ts';
import {Kind, type SqlType, type Value} from '../../format/value/types.ts';
import type {OpenTable} from '../catalog/catalog.ts';
import type {ForeignKeyDefinition, TableDefinition} from '../catalog/definition.ts';
import {engineError} from '../catalog/engine-error.ts';
import {quoteName} from '../catalog/names.ts';
import {foreignKeyText, isSameTable, keysTo, parentOf} from '../catalog/references.ts';
import {pauseAt, type Steps, until} from '../catalog/steps.ts';
import {MemoryBudget} from '../exec/memory-budget.ts';
import {PollClock} from '../exec/poll-clock.ts';
import {isSameValue} from './assignments.ts';
import {checksForeignKeys, findColumn, indexOver} from './define-foreign-key.ts';
import {duplicateEntry} from './duplicate-key.ts';
import {readRow} from './read-row.ts';
import {Regenerator} from './regenerator.ts';
import {RowStore} from './row-store.ts';
import type {StatementContext} from './statement-context.ts';

/** Cascades go at most this deep, as in MySQL. */
const DEPTH_MAX = 15;

/** Where the tables on the other sides of foreign keys are found; they have been loaded. */
export interface RelatedTables {
  related(schema: string, name: string): OpenTable | undefined;
}

/** A foreign key seen from the child: where its parent rows are. */
interface ParentSide {
  readonly key: ForeignKeyDefinition;
  /** Undefined: the parent does not exist. */
  readonly parent: TableDefinition | undefined;
  readonly index: number;
}

/** A foreign key seen from the parent: where its child rows are. */
interface ChildSide {
  readonly key: ForeignKeyDefinition;
  readonly child: OpenTable;
  readonly index: number;
  /** Columns of the parent that the key refers to. */
  readonly parentColumns: readonly number[];
}

/** The change that set off a cascade into another table. */
interface Cause {
  readonly tableId: number;
  readonly isUpdate: boolean;
  readonly depth: number;
  readonly above: Cause | undefined;
}

/** True for the errors that IGNORE turns into warnings: 1451 and 1452. */
export function isForeignKeyError(error: unknown): error is SqlError {
  return error instanceof SqlError && (error.errno === 1451 || error.errno === 1452);
}

export class ForeignKeys {
  readonly #context: StatementContext;
  readonly #tables: RelatedTables;
  readonly #table: OpenTable;
  readonly #parents: readonly ParentSide[];
  readonly #children: readonly ChildSide[];
  readonly #cause: Cause | undefined;
  readonly #range: KeyRange = new KeyRange();
  readonly #cursor: Cursor;
  readonly #read: PointRead;
  readonly #clock: PollClock = new PollClock();

  constructor(context: StatementContext, tables: RelatedTables, table: OpenTable, cause?: Cause) {
    this.#context = context;
    this.#tables = tables;
    this.#table = table;
    this.#cause = cause;
    this.#parents = table.stored.foreignKeys.map(key => this.#parentSide(key));
    this.#children = table.stored.referencedBy.flatMap(({schema, name}) =>
      this.#childSides(tables.related(schema, name)),
    );
    this.#cursor = context.engine.newCursor();
    this.#read = context.engine.newPointRead();
  }

  /** The foreign keys of a loaded table, both ways; undefined when there are none, or they are not checked. */
  static of(
    context: StatementContext,
    tables: RelatedTables,
    table: TableDefinition,
    cause?: Cause,
  ): ForeignKeys | undefined {
    if (!checksForeignKeys(context)) return undefined;
    const opened = tables.related(table.schema, table.name);
    if (opened === undefined) return undefined;
    const {foreignKeys, referencedBy} = opened.stored;
    return foreignKeys.length + referencedBy.length === 0 ? undefined : new ForeignKeys(context, tables, opened, cause);
  }

  #parentSide(key: ForeignKeyDefinition): ParentSide {
    const parent = parentOf(key);
    const opened = isSameTable(parent, this.#table.stored)
      ? this.#table
      : this.#tables.related(parent.schema, parent.name);
    if (opened === undefined) return {key, parent: undefined, index: -1};
    const columns = key.refColumns.map(column => findColumn(opened.stored, column));
    return {key, parent: opened.definition, index: indexOver(opened.stored, columns)};
  }

  #childSides(child: OpenTable | undefined): readonly ChildSide[] {
    if (child === undefined) return [];
    const {stored} = this.#table;
    return keysTo(child.stored, stored).map(key => ({
      key,
      child,
      index: indexOver(child.stored, key.columns),
      parentColumns: key.refColumns.map(column => findColumn(stored, column)),
    }));
  }

  /** True when rows that go may have children. */
  get hasChildren(): boolean {
    return this.#children.length > 0;
  }

  /** True when a change of these columns concerns a foreign key. */
  concerns(columns: readonly number[]): boolean {
    return (
      this.#parents.some(({key}) => key.columns.some(column => columns.includes(column))) ||
      this.#children.some(({parentColumns}) => parentColumns.some(column => columns.includes(column)))
    );
  }

  // --- Changes of this table -----------------------------------------------------------------------------------------

  /** A row is in: its parents must be there. Throws 1452. */
  *afterInsert(row: readonly Value[]): Steps<void> {
    for (const side of this.#parents) yield* this.#checkParent(side, row);
  }

  /** Takes a row out; its children go with it, or keep it (1451). ROW; DONE: it is not there; or a lock result. */
  *remove(store: RowStore, key: Uint8Array, length: number): Steps<number> {
    if (!this.hasChildren) return yield* until(() => store.remove(key, length));
    const found = yield* this.#find(key, length);
    if (found !== ROW) return found;
    const row = yield* readRow(this.#context, this.#table.definition.rowLayout, this.#read);
    const removed = yield* until(() => store.remove(key, length));
    if (removed !== ROW) return removed;
    for (const side of this.#children) yield* this.#follow(side, row, undefined);
    return ROW;
  }

  /** A row has changed. */
  *afterUpdate(before: readonly Value[], after: readonly Value[]): Steps<void> {
    for (const side of this.#parents) {
      if (side.key.columns.some(column => !isSameValue(before[column], after[column])))
        yield* this.#checkParent(side, after);
    }
    for (const side of this.#children) {
      const hasMoved = side.parentColumns.some(column => !isSameValue(before[column], after[column]));
      if (hasMoved) yield* this.#follow(side, before, after);
    }
  }

  *#checkParent({key, parent, index}: ParentSide, row: readonly Value[]): Steps<void> {
    const wanted = key.columns.map(column => row[column]);
    if (wanted.includes(null)) return;
    const exists = parent !== undefined && (yield* this.#exists(parent, index, wanted));
    if (!exists) throw new SqlError('ER_NO_REFERENCED_ROW', described(this.#table.definition, key));
  }

  // --- Children ------------------------------------------------------------------------------------------------------

  /** Deals with the children of a row that is gone (`after` undefined) or has another key now. */
  *#follow(side: ChildSide, before: readonly Value[], after: readonly Value[] | undefined): Steps<void> {
    const {key, child, index, parentColumns} = side;
    const wanted = parentColumns.map(column => before[column]);
    if (wanted.includes(null)) return;
    const action = after === undefined ? key.onDelete : key.onUpdate;
    if (action === 'restrict' || action === 'noAction') {
      yield* this.#keepFromGoing(side, wanted);
      return;
    }
    const keys = yield* this.#childKeys(child.definition, index, wanted);
    if (keys.length === 0) return;
    const isUpdate = after !== undefined;
    const cause: Cause = {
      tableId: this.#table.id,
      isUpdate,
      depth: (this.#cause?.depth ?? 0) + 1,
      above: this.#cause,
    };
    if (cause.depth > DEPTH_MAX) throw new SqlError('ER_FK_DEPTH_EXCEEDED', DEPTH_MAX);
    const isRemoval = action === 'cascade' && !isUpdate;
    if (!isRemoval && isUpdatedAbove(cause, child.id)) throw isReferenced(side);
    const onward = new ForeignKeys(this.#context, this.#tables, child, cause);
    if (isRemoval) yield* onward.#removeAll(keys);
    else yield* onward.#changeAll(side, keys, action === 'setNull' ? undefined : after);
  }

  /** RESTRICT and NO ACTION: 1451 while there are children, unless another row of this table has the key that this one has lost. */
  *#keepFromGoing(side: ChildSide, wanted: readonly Value[]): Steps<void> {
    if (!(yield* this.#exists(side.child.definition, side.index, wanted))) return;
    const {definition, stored} = this.#table;
    if (yield* this.#exists(definition, indexOver(stored, side.parentColumns), wanted)) return;
    throw isReferenced(side);
  }

  *#removeAll(keys: readonly Uint8Array[]): Steps<void> {
    const store = this.#newStore();
    for (const key of keys) {
      yield* this.#pause();
      const removed = yield* this.remove(store, key, key.length);
      if (removed !== ROW && removed !== DONE) throw engineError(removed);
    }
  }

  /** Children get the key that their parent has now; `parent` undefined: NULL. */
  *#changeAll(side: ChildSide, keys: readonly Uint8Array[], parent: readonly Value[] | undefined): Steps<void> {
    const {key, parentColumns} = side;
    const {columns} = this.#table.definition;
    const fresh = key.columns.map((_, i) => (parent === undefined ? null : parent[parentColumns[i]]));
    if (key.columns.some((column, i) => isTooLong(fresh[i], columns[column].type))) throw isReferenced(side);
    const store = this.#newStore();
    const regenerator = Regenerator.of(this.#context, this.#table.definition);
    for (const rowKey of keys) {
      yield* this.#pause();
      const found = yield* this.#find(rowKey, rowKey.length);
      if (found === DONE) continue;
      if (found !== ROW) throw engineError(found);
      const before = yield* readRow(this.#context, this.#table.definition.rowLayout, this.#read);
      const after = [...before];
      for (const [i, column] of key.columns.entries()) after[column] = fresh[i];
      const computed = regenerator?.compute(after) ?? [];
      yield* this.#write(store, rowKey, [...key.columns, ...computed], after);
      yield* this.afterUpdate(before, after);
    }
  }

  *#write(store: RowStore, key: Uint8Array, changed: readonly number[], after: readonly Value[]): Steps<void> {
    const {definition} = this.#table;
    const {timeZone} = this.#context.state;
    let result: number;
    if (definition.indexes[0].parts.some(part => changed.includes(part.column))) {
      result = yield* until(() => store.remove(key, key.length));
      if (result === ROW) result = yield* until(() => store.insert(after, timeZone));
    } else {
      const columns = [...changed].sort((a, b) => a - b);
      const values = columns.map(column => after[column]);
      result = yield* until(() => store.update(key, key.length, columns, values, timeZone));
    }
    if (result === DUPLICATE) throw duplicateEntry(definition, this.#context.engine.writer.conflictIndex, after);
    if (result !== ROW && result !== DONE) throw engineError(result);
  }

  #newStore(): RowStore {
    return new RowStore(this.#context.engine, this.#table.definition, this.#context.world.pageSize);
  }

  *#pause(): Steps<void> {
    const tick = this.#clock.tick(this.#context.exec);
    if (tick !== ROW) yield* pauseAt(tick);
  }

  // --- Rows as they are now ------------------------------------------------------------------------------------------

  /** Locks a row of this table; it is in `#read`. */
  *#find(key: Uint8Array, length: number): Steps<number> {
    const {handle} = this.#table.definition;
    return yield* until(() => this.#read.get(handle, key, length, LockMode.exclusive, LockWait.wait));
  }

  /** Is there a row with these values in the index, as everybody will see it? */
  *#exists(table: TableDefinition, index: number, wanted: readonly Value[]): Steps<boolean> {
    if (!this.#open(table, index, wanted, LockMode.current)) return false;
    const result = yield* until(() => this.#cursor.next());
    this.#cursor.close();
    if (result !== ROW && result !== DONE) throw engineError(result);
    return result === ROW;
  }

  /** The primary keys of the rows with these values in the index; the rows are locked. */
  *#childKeys(table: TableDefinition, index: number, wanted: readonly Value[]): Steps<readonly Uint8Array[]> {
    const keys: Uint8Array[] = [];
    if (!this.#open(table, index, wanted, LockMode.exclusive)) return keys;
    const budget = new MemoryBudget();
    for (;;) {
      const result = this.#nextNewest();
      if (result === DONE) break;
      if (result === BLOCKED) yield;
      else if (result !== ROW) throw engineError(result);
      else {
        yield* this.#pause();
        const {primaryKey, primaryKeyLength} = this.#cursor;
        budget.take(96 + primaryKeyLength);
        keys.push(primaryKey.slice(0, primaryKeyLength));
      }
    }
    this.#cursor.close();
    return keys;
  }

  /** Children that the snapshot does not show must be found too: for the length of the call the session reads as under READ COMMITTED. */
  #nextNewest(): number {
    const {engine} = this.#context;
    const {isolation} = engine;
    engine.isolation = Isolation.readCommitted;
    const result = this.#cursor.next();
    engine.isolation = isolation;
    return result;
  }

  /** Puts the cursor before the rows with these values. False: there can be none. */
  #open(table: TableDefinition, index: number, wanted: readonly Value[], lock: LockMode): boolean {
    if (index < 0) return false;
    const range = this.#range;
    if (rangeOfPrefix(table.indexes[index].keyLayout, wanted, range, this.#context.state.timeZone) !== RANGE_OK)
      return false;
    const low = range.low.subarray(0, range.lowLength);
    const high = range.highLength < 0 ? undefined : range.high.subarray(0, range.highLength);
    this.#cursor.open(table.handle, index, low, true, high, false, false, lock, LockWait.wait, false);
    return true;
  }
}

/** A row that is changed by an update must not be changed by it again: MySQL ends such a circle with 1451. */
function isUpdatedAbove(cause: Cause, tableId: number): boolean {
  for (let above: Cause | undefined = cause; above !== undefined; above = above.above) {
    if (above.isUpdate && above.tableId === tableId) return true;
  }
  return false;
}

/** The parent's column may be longer than the child's. */
function isTooLong(value: Value, {kind, length}: SqlType): boolean {
  if (value instanceof Uint8Array) return value.length > length;
  if (typeof value !== 'string' || (kind !== Kind.char && kind !== Kind.varchar)) return false;
  return value.length > length && [...value].length > length;
}

function isReferenced({child, key}: ChildSide): SqlError {
  return new SqlError('ER_ROW_IS_REFERENCED', described(child.definition, key));
}

/** The words behind "a foreign key constraint fails". */
function described(child: TableDefinition, key: ForeignKeyDefinition): string {
  return `${quoteName(child.schema)}.${quoteName(child.name)}, ${foreignKeyText(child, key)}`;
}
