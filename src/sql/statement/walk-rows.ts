// Walks all rows of a table for a statement that defines something: under the exclusive metadata lock, giving way to others every few rows.

import {BLOCKED, type Cursor, DONE, LockMode, LockWait, ROW} from '../../engine/api.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import {engineError} from '../catalog/engine-error.ts';
import type {Steps} from '../catalog/steps.ts';
import type {StatementContext} from './statement-context.ts';

/** Rows between two pauses for other sessions of the primary. */
const ROWS_PER_TURN = 64;

/** `visit` gets the cursor on each row and the number of the row, from 1; it must have read the row's bytes before it waits. The number of rows. */
export function* walkRows(
  {engine}: StatementContext,
  {handle}: TableDefinition,
  visit: (cursor: Cursor, row: number) => Steps<void>,
): Steps<number> {
  const cursor = engine.newCursor();
  cursor.open(handle, 0, undefined, true, undefined, true, false, LockMode.none, LockWait.wait, false);
  let count = 0;
  for (;;) {
    const result = cursor.next();
    if (result === BLOCKED) yield;
    else if (result === DONE) break;
    else if (result !== ROW) throw engineError(result);
    else {
      yield* visit(cursor, ++count);
      if (count % ROWS_PER_TURN === 0) {
        engine.waiter.wake();
        yield;
      }
    }
  }
  cursor.close();
  return count;
}
