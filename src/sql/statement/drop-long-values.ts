// Gives up the overflow pages of a table's rows: dropping a tree frees its own pages only.
//
// A table whose rows never had a long value is not walked: its columns are too short to need one.

import {BLOCKED, DONE, LockMode, LockWait, ROW} from '../../engine/api.ts';
import {FIRST_VARIABLE, Form} from '../../format/row/layout.ts';
import {hasOverflow, isOverflow, readOverflow} from '../../format/row/overflow.ts';
import {collationOf} from '../../format/value/collation.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import {engineError} from '../catalog/engine-error.ts';
import {expectRow, type Steps} from '../catalog/steps.ts';
import type {StatementContext} from './statement-context.ts';

/** Rows between two pauses for other sessions of the primary. */
const ROWS_PER_TURN = 256;

/** The table's exclusive metadata lock must be held. */
export function* dropLongValues(
  context: Pick<StatementContext, 'engine' | 'world'>,
  table: TableDefinition,
): Steps<void> {
  if (!mayHaveLongValues(table, context.world.pageSize)) return;
  const {engine} = context;
  const {rowLayout} = table;
  // The lock may have been waited for: see what was committed meanwhile.
  engine.renewView();
  const cursor = engine.newCursor();
  cursor.open(table.handle, 0, undefined, true, undefined, true, false, LockMode.none, LockWait.wait, false);
  for (let row = 1; ; row++) {
    const result = cursor.next();
    if (result === DONE) break;
    if (result === BLOCKED) {
      yield;
      continue;
    }
    if (result !== ROW) throw engineError(result);
    if (hasOverflow(cursor.memory, cursor.payloadAt)) {
      const pages = [...rowLayout.variables]
        .filter(column => isOverflow(rowLayout, cursor.memory, cursor.payloadAt, column))
        .map(column => readOverflow(rowLayout, cursor.memory, cursor.payloadAt, column).firstPage);
      for (const page of pages) yield* expectRow(() => engine.dropOverflow(page));
    }
    if (row % ROWS_PER_TURN === 0) {
      engine.waiter.wake();
      yield;
    }
  }
  cursor.close();
}

/** True when rows can be longer than what a page takes. */
function mayHaveLongValues({rowLayout}: TableDefinition, pageSize: number): boolean {
  let bytes = rowLayout.variableAt;
  for (const column of rowLayout.variables) {
    const type = rowLayout.types[column];
    const isText = rowLayout.forms[column] === Form.text;
    bytes += isText ? type.length * collationOf(type.collation).charset.maxBytes + 4 : type.length + 4;
  }
  return rowLayout.forms.some(form => form >= FIRST_VARIABLE) && bytes > pageSize / 3;
}
