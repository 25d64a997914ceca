// Reads a whole row from the bytes of a cursor or point read, long values included.

import type {EngineSession} from '../../engine/api.ts';
import type {Memory} from '../../format/memory.ts';
import {readColumn, valueFromBytes} from '../../format/row/decode.ts';
import {isOverflow, readOverflow} from '../../format/row/overflow.ts';
import type {RowLayout} from '../../format/row/row-layout.ts';
import type {Value} from '../../format/value/types.ts';
import {expectRow, type Steps} from '../catalog/steps.ts';
import type {StatementContext} from './statement-context.ts';

/** Where the row is: a cursor or a point read that has just answered ROW. */
export interface RowBytes {
  readonly memory: Memory;
  readonly payloadAt: number;
}

interface LongValue {
  readonly column: number;
  readonly page: number;
  readonly bytes: Uint8Array;
}

/** The values of all columns. The row's bytes are read before the first wait. */
export function* readRow(
  {engine, state}: Pick<StatementContext, 'engine' | 'state'>,
  layout: RowLayout,
  {memory, payloadAt}: RowBytes,
): Steps<Value[]> {
  const long: LongValue[] = [];
  const values: Value[] = [];
  for (let column = 0; column < layout.columnCount; column++) {
    if (isOverflow(layout, memory, payloadAt, column)) {
      const {firstPage, length} = readOverflow(layout, memory, payloadAt, column);
      long.push({column, page: firstPage, bytes: new Uint8Array(length)});
      values.push(null);
    } else values.push(readColumn(layout, memory, payloadAt, column, state.timeZone));
  }
  for (const {column, page, bytes} of long) values[column] = yield* longValue(engine, layout, column, page, bytes);
  return values;
}

function* longValue(
  engine: EngineSession,
  layout: RowLayout,
  column: number,
  page: number,
  bytes: Uint8Array,
): Steps<Value> {
  yield* expectRow(() => engine.readOverflow(page, bytes.length, bytes, 0));
  return valueFromBytes(layout, column, bytes);
}
