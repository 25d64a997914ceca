// Operators that read base tables.

import {BugError} from '../../base/assert.ts';
import type {Source} from '../bind/source.ts';
import type {RowSource} from '../exec/contract.ts';
import {IndexRanges} from '../exec/index-ranges.ts';
import {IndexScanSource} from '../exec/index-scan.ts';
import {PointGetSource, PointKey} from '../exec/point-get.ts';
import {RowReader} from '../exec/row-reader.ts';
import type {Access} from './access.ts';

/** The operator for one way of reading a table. */
export function scanSource(source: Source, access: Access): RowSource {
  const {origin, lock} = source;
  if (origin.kind !== 'table') throw new BugError(`${source.alias} is no table`);
  const {table} = origin;
  const {handle} = table;
  const {columns, registers} = neededColumns(source);
  if (access.kind === 'point') {
    const reader = new RowReader(table.rowLayout, columns, registers);
    const key = new PointKey(table.indexes[0].keyLayout, access.pointValues);
    return new PointGetSource({table: handle, key, lock: lock.mode, wait: lock.wait, reader});
  }
  const {covering, index, branches, descending} = access;
  const reader =
    covering === undefined
      ? new RowReader(table.rowLayout, columns, registers)
      : new RowReader(covering.valueLayout, keyColumns(columns, access), registers);
  const ranges = branches.length === 0 ? undefined : new IndexRanges(table.indexes[index].keyLayout, branches);
  return new IndexScanSource({
    table: handle,
    index,
    ranges,
    descending,
    lock: lock.mode,
    wait: lock.wait,
    reader,
    covering,
  });
}

/** The columns that somebody reads, and their registers. */
function neededColumns(source: Source): {readonly columns: Int32Array; readonly registers: Int32Array} {
  const needed = Array.from(source.registers.keys()).filter(column => source.registers[column] >= 0);
  return {
    columns: Int32Array.from(needed),
    registers: Int32Array.from(needed, column => source.registers[column]),
  };
}

/** Columns of the table as columns of the row that a key makes. */
function keyColumns(columns: Int32Array, {covering}: Access): Int32Array {
  return columns.map(column => {
    const part = covering === undefined ? -1 : covering.parts.findIndex(p => p.column === column);
    if (part < 0) throw new BugError(`column ${column} is not in the index`);
    return part;
  });
}
