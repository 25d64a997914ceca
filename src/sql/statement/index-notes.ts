// Is a key of a unique index that is being built there twice? (ADR 0009)
//
// Whoever put an entry in and saw another row with the same key has noted the entry: the builder or any writer, on any primary. What the index has now of the keys
// noted decides: a writer may have rolled back since, or have given one of the rows another key.

import {type Cursor, DONE, LockMode, LockWait, ROW, type TableHandle} from '../../engine/api.ts';
import {buildIndex} from '../catalog/build-table.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import {engineError} from '../catalog/engine-error.ts';
import {type Steps, until} from '../catalog/steps.ts';
import type {BuildingIndex, StoredColumn} from '../catalog/stored-table.ts';
import {duplicateEntry} from './duplicate-key.ts';
import {readRow} from './read-row.ts';
import type {StatementContext} from './statement-context.ts';

/** Throws 1062 when two rows have the same key. Waits for those who are changing a row that was noted. */
export function* checkNotes(
  context: StatementContext,
  table: TableDefinition,
  building: readonly BuildingIndex[],
): Steps<void> {
  for (const index of building) {
    if (index.kind === 'unique') yield* checkIndex(context, table, index);
  }
}

function* checkIndex(context: StatementContext, table: TableDefinition, index: BuildingIndex): Steps<void> {
  const {engine} = context;
  const secondary = table.handle.secondaries.find(other => other.tree.treeId === index.tree.treeId);
  if (secondary === undefined) return;
  const {notes} = index;
  const handle: TableHandle = {...table.handle, secondaries: [secondary, {...secondary, tree: notes}]};
  const noted = engine.newCursor();
  noted.open(handle, 2, undefined, true, undefined, true, false, LockMode.current, LockWait.wait, false);
  const cursor = engine.newCursor();
  while (yield* isRow(noted)) {
    const key = noted.key.slice(0, noted.keyLength - noted.primaryKeyLength);
    cursor.open(handle, 1, key, true, undefined, true, false, LockMode.current, LockWait.wait, false);
    let rows = 0;
    while ((yield* isRow(cursor)) && startsWith(cursor.key, key)) {
      if (++rows < 2) continue;
      const values = yield* readRow(context, table.rowLayout, cursor);
      const columns = table.columns as readonly StoredColumn[];
      throw duplicateEntry({...table, indexes: [buildIndex(columns, index)]}, 0, values);
    }
    cursor.close();
  }
  noted.close();
}

function* isRow(cursor: Cursor): Steps<boolean> {
  const result = yield* until(() => cursor.next());
  if (result !== ROW && result !== DONE) throw engineError(result);
  return result === ROW;
}

function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  for (let i = 0; i < prefix.length; i++) if (key[i] !== prefix[i]) return false;
  return true;
}
