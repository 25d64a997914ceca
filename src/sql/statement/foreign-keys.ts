// Foreign keys at work, for statements that change rows.
//
// Write mine first, then check the other (protocols K12): a child row is in before its parent is looked for, a parent row is gone before its
// children are; both look at the newest rows, whatever snapshot the transaction has, and wait for transactions that hold them. So of a child
// and the end of its parent at least one sees the other.
//
// A parent row is locked while it is looked at, as under FOR SHARE: transactions that add children to one parent go one after the other.

import {SqlError} from '../../base/sql-error.ts';
import {BLOCKED, type Cursor, DONE, DUPLICATE, Isolation, LockMode, LockWait, ROW} from '../../engine/api.ts';
import {KeyRange, RANGE_OK, rangeOfPrefix} from '../../format/key/key-range.ts';
import {readColumn, valueFromBytes} from '../../format/row/decode.ts';
import {isOverflow, readOverflow} from '../../format/row/overflow.ts';
import type {Value} from '../../format/value/types.ts';
import type {OpenTable} from '../catalog/catalog.ts';
import type {ForeignKeyDefinition, TableDefinition} from '../catalog/definition.ts';
import {engineError} from '../catalog/engine-error.ts';
import {quoteName} from '../catalog/names.ts';
import {keysTo, parentOf} from '../catalog/references.ts';
import {expectRow, type Steps} from '../catalog/steps.ts';
import {isSameValue} from './assignments.ts';
import {checksForeignKeys, findColumn, indexOver} from './define-foreign-key.ts';
import {duplicateEntry} from './duplicate-key.ts';
import {RowStore} from './row-store.ts';
import type {StatementCatalog} from './statement-catalog.ts';
import type {StatementContext} from './statement-context.ts';

/** Cascades go at most this deep, as in MySQL. */
const DEPTH_MAX = 15;

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

/** A row of a child table: all of its values, and its primary key. */
interface ChildRow {
  readonly values: readonly Value[];
  readonly key: Uint8Array;
}

export class ForeignKeys {
  readonly #context: StatementContext;
  readonly #catalog: StatementCatalog;
  readonly #table: OpenTable;
  readonly #parents: readonly ParentSide[];
  readonly #children: readonly ChildSide[];
  readonly #depth: number;

  private constructor(context: StatementContext, catalog: StatementCatalog, table: OpenTable, depth: number) {
    this.#context = context;
    this.#catalog = catalog;
    this.#table = table;
    this.#depth = depth;
    this.#parents = table.stored.foreignKeys.map(key => this.#parentSide(key));
    this.#children = table.stored.referencedBy.flatMap(({schema, name}) =>
      this.#childSides(catalog.related(schema, name)),
    );
  }

  /** The foreign keys of a loaded table, both ways; undefined when there are none, or they are not checked. */
  static of(
    context: StatementContext,
    catalog: StatementCatalog,
    table: TableDefinition,
    depth = 0,
  ): ForeignKeys | undefined {
    if (!checksForeignKeys(context)) return undefined;
    const opened = catalog.related(table.schema, table.name);
    if (opened === undefined) return undefined;
    const {foreignKeys, referencedBy} = opened.stored;
    return foreignKeys.length + referencedBy.length === 0
      ? undefined
      : new ForeignKeys(context, catalog, opened, depth);
  }

  #parentSide(key: ForeignKeyDefinition): ParentSide {
    const {schema, name} = parentOf(key);
    const opened = this.#catalog.related(schema, name);
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

  /** True when rows that are added or changed must have parents. */
  get hasParents(): boolean {
    return this.#parents.length > 0;
  }

  /** True when rows that go or change may have children. */
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

  // --- After a change ------------------------------------------------------------------------------------------------

  /** A row is in: its parents must be there. Throws 1452. */
  *afterInsert(row: readonly Value[]): Steps<void> {
    for (const side of this.#parents) yield* this.#checkParent(side, row);
  }

  /** A row is gone: so must its children be, or they keep it from going (1451). */
  *afterDelete(row: readonly Value[]): Steps<void> {
    for (const side of this.#children) yield* this.#follow(side, row, undefined);
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
    const error = new SqlError('ER_NO_REFERENCED_ROW', described(this.#table.definition, key));
    if (parent === undefined || index < 0) throw error;
    const cursor = this.#open(parent, index, wanted, LockMode.share);
    if (cursor === undefined) throw error;
    const found = yield* this.#next(cursor);
    cursor.close();
    if (!found) throw error;
  }

  /** Deals with the children of a row that is gone (`after` undefined) or has another key now. */
  *#follow(side: ChildSide, before: readonly Value[], after: readonly Value[] | undefined): Steps<void> {
    const {key, child, index, parentColumns} = side;
    const wanted = parentColumns.map(column => before[column]);
    if (wanted.includes(null) || index < 0) return;
    const action = after === undefined ? key.onDelete : key.onUpdate;
    const rows = yield* this.#childRows(
      child.definition,
      index,
      wanted,
      action === 'restrict' || action === 'noAction',
    );
    if (rows.length === 0) return;
    if (action === 'restrict' || action === 'noAction') {
      if (yield* this.#isStillThere(wanted, parentColumns)) return;
      throw new SqlError('ER_ROW_IS_REFERENCED', described(child.definition, key));
    }
    if (this.#depth >= DEPTH_MAX) throw new SqlError('ER_FK_DEPTH_EXCEEDED', DEPTH_MAX);
    const onward = ForeignKeys.of(this.#context, this.#catalog, child.definition, this.#depth + 1);
    const store = new RowStore(this.#context.engine, child.definition, this.#context.world.pageSize);
    for (const row of rows) {
      if (action === 'cascade' && after === undefined) yield* removeChild(store, row, onward);
      else {
        const fresh = key.columns.map((_, i) =>
          action === 'setNull' || after === undefined ? null : after[parentColumns[i]],
        );
        yield* this.#changeChild(store, child.definition, key, row, fresh, onward);
      }
    }
  }

  /** Another row of this table has the key that a row has lost: its children keep their parent. */
  *#isStillThere(wanted: readonly Value[], columns: readonly number[]): Steps<boolean> {
    const {definition, stored} = this.#table;
    const index = indexOver(stored, columns);
    const cursor = index < 0 ? undefined : this.#open(definition, index, wanted, LockMode.share);
    if (cursor === undefined) return false;
    const found = yield* this.#next(cursor);
    cursor.close();
    return found;
  }

  *#changeChild(
    store: RowStore,
    table: TableDefinition,
    key: ForeignKeyDefinition,
    row: ChildRow,
    fresh: readonly Value[],
    onward: ForeignKeys | undefined,
  ): Steps<void> {
    const {timeZone} = this.#context.state;
    const after = [...row.values];
    for (const [i, column] of key.columns.entries()) after[column] = fresh[i];
    const columns = [...key.columns].sort((a, b) => a - b);
    const movesRow = table.indexes[0].parts.some(part => columns.includes(part.column));
    let result: number;
    if (movesRow) {
      while ((result = store.remove(row.key, row.key.length)) === BLOCKED) yield;
      if (result === ROW) while ((result = store.insert(after, timeZone)) === BLOCKED) yield;
    } else {
      const values = columns.map(column => after[column]);
      while ((result = store.update(row.key, row.key.length, columns, values, timeZone)) === BLOCKED) yield;
    }
    if (result === DUPLICATE) throw duplicateEntry(table, this.#context.engine.writer.conflictIndex, after);
    if (result !== ROW && result !== DONE) throw engineError(result);
    yield* onward?.afterUpdate(row.values, after) ?? [];
  }

  // --- Rows as they are now ------------------------------------------------------------------------------------------

  #open(table: TableDefinition, index: number, wanted: readonly Value[], lock: LockMode): Cursor | undefined {
    const {engine, state} = this.#context;
    const range = new KeyRange();
    if (rangeOfPrefix(table.indexes[index].keyLayout, wanted, range, state.timeZone) !== RANGE_OK) return undefined;
    const low = range.low.subarray(0, range.lowLength);
    const high = range.highLength < 0 ? undefined : range.high.subarray(0, range.highLength);
    const cursor = engine.newCursor();
    cursor.open(table.handle, index, low, true, high, false, false, lock, LockWait.wait, false);
    return cursor;
  }

  /** The cursor's next row in its newest version, which at REPEATABLE READ only a moment of READ COMMITTED shows. */
  *#next(cursor: Cursor): Steps<boolean> {
    const {engine} = this.#context;
    for (;;) {
      const {isolation} = engine;
      engine.isolation = Isolation.readCommitted;
      const result = cursor.next();
      engine.isolation = isolation;
      if (result === ROW) return true;
      if (result === DONE) return false;
      if (result !== BLOCKED) throw engineError(result);
      yield;
    }
  }

  /** The rows with these values in the index, locked; at most one when `oneIsEnough`. */
  *#childRows(
    table: TableDefinition,
    index: number,
    wanted: readonly Value[],
    oneIsEnough: boolean,
  ): Steps<readonly ChildRow[]> {
    const rows: ChildRow[] = [];
    const cursor = this.#open(table, index, wanted, LockMode.exclusive);
    if (cursor === undefined) return rows;
    while (yield* this.#next(cursor)) {
      const key = cursor.primaryKey.slice(0, cursor.primaryKeyLength);
      rows.push({key, values: yield* this.#valuesAt(table, cursor)});
      if (oneIsEnough) break;
    }
    cursor.close();
    return rows;
  }

  *#valuesAt({rowLayout}: TableDefinition, {memory, payloadAt}: Cursor): Steps<readonly Value[]> {
    const {engine, state} = this.#context;
    const long: {readonly column: number; readonly page: number; readonly bytes: Uint8Array}[] = [];
    const values: Value[] = [];
    for (let column = 0; column < rowLayout.columnCount; column++) {
      if (isOverflow(rowLayout, memory, payloadAt, column)) {
        const {firstPage, length} = readOverflow(rowLayout, memory, payloadAt, column);
        long.push({column, page: firstPage, bytes: new Uint8Array(length)});
        values.push(null);
      } else values.push(readColumn(rowLayout, memory, payloadAt, column, state.timeZone));
    }
    for (const {column, page, bytes} of long) {
      yield* expectRow(() => engine.readOverflow(page, bytes.length, bytes, 0));
      values[column] = valueFromBytes(rowLayout, column, bytes);
    }
    return values;
  }
}

function* removeChild(store: RowStore, row: ChildRow, onward: ForeignKeys | undefined): Steps<void> {
  let result: number;
  while ((result = store.remove(row.key, row.key.length)) === BLOCKED) yield;
  if (result === DONE) return;
  if (result !== ROW) throw engineError(result);
  yield* onward?.afterDelete(row.values) ?? [];
}

/** The words behind "a foreign key constraint fails". */
function described(child: TableDefinition, key: ForeignKeyDefinition): string {
  const columns = key.columns.map(column => quoteName(child.columns[column].name)).join(', ');
  const parent =
    key.refSchema === child.schema ? quoteName(key.refTable) : `${quoteName(key.refSchema)}.${quoteName(key.refTable)}`;
  const references = `FOREIGN KEY (${columns}) REFERENCES ${parent} (${key.refColumns.map(quoteName).join(', ')})`;
  return `${quoteName(child.schema)}.${quoteName(child.name)}, CONSTRAINT ${quoteName(key.name)} ${references}${actionsText(key)}`;
}

const ACTIONS = {
  restrict: 'RESTRICT',
  cascade: 'CASCADE',
  setNull: 'SET NULL',
  noAction: '',
  setDefault: 'SET DEFAULT',
};

/** ON DELETE and ON UPDATE as SHOW CREATE TABLE writes them. */
export function actionsText({onDelete, onUpdate}: ForeignKeyDefinition): string {
  const deleteText = ACTIONS[onDelete] === '' ? '' : ` ON DELETE ${ACTIONS[onDelete]}`;
  return ACTIONS[onUpdate] === '' ? deleteText : `${deleteText} ON UPDATE ${ACTIONS[onUpdate]}`;
}
