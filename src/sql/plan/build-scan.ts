// What operators and fused plans need to read a base table, from the planner's choice of access.

import {BugError} from '../../base/assert.ts';
import type {RowLayout} from '../../format/row/row-layout.ts';
import {RowWirePlan} from '../../format/row/wire.ts';
import type {Source} from '../bind/source.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import type {RowSource} from '../exec/contract.ts';
import type {IndexMergeParts} from '../exec/index-merge.ts';
import {IndexRanges} from '../exec/index-ranges.ts';
import {IndexScanSource} from '../exec/index-scan.ts';
import {PointGetSource, PointKey} from '../exec/point-get.ts';
import type {PollClock} from '../exec/poll-clock.ts';
import type {ScanParts} from '../exec/range-cursor.ts';
import type {RowWirePlans} from '../exec/result-sink.ts';
import {RowReader} from '../exec/row-reader.ts';
import type {Access} from './access.ts';
import {entryFilter} from './entry-conditions.ts';
import type {PlanNode} from './physical.ts';

/** The base table behind a source. */
export function tableOf({origin, alias}: Source): TableDefinition {
  if (origin.kind !== 'table') throw new BugError(`${alias} is no table`);
  return origin.table;
}

/** The operator for one way of reading a table. */
export function scanSource(source: Source, access: Access, clock: PollClock): RowSource {
  const {lock} = source;
  const table = tableOf(source);
  const needed = Array.from(source.registers.keys()).filter(column => source.registers[column] >= 0);
  const reader = rowReader(source, access, needed);
  if (access.kind === 'point') {
    const key = new PointKey(table.indexes[0].keyLayout, access.pointValues);
    return new PointGetSource({table: table.handle, key, lock: lock.mode, wait: lock.wait, reader});
  }
  return new IndexScanSource({...scanParts(source, access, clock), isRowNeeded: needed.length > 0}, reader);
}

/** Walks for primary keys only, and the rows of those that are left. */
export function mergeParts(
  {source, branches, operation}: Extract<PlanNode, {kind: 'indexMerge'}>,
  clock: PollClock,
): IndexMergeParts {
  const table = tableOf(source);
  const needed = Array.from(source.registers.keys()).filter(column => source.registers[column] >= 0);
  const scans = branches.map(access => {
    const covering = access.index === 0 ? undefined : table.indexes[access.index].keyLayout;
    return {...scanParts(source, {...access, covering}, clock), isRowNeeded: false};
  });
  const reader = rowReader(source, {...branches[0], covering: undefined}, needed);
  return {table: table.handle, scans, intersects: operation === 'intersect', reader, clock};
}

/** The walk through the index. */
export function scanParts(source: Source, access: Access, clock: PollClock): ScanParts {
  const table = tableOf(source);
  const {covering, index, branches, descending} = access;
  return {
    table: table.handle,
    index,
    ranges: branches.length === 0 ? undefined : new IndexRanges(table.indexes[index].keyLayout, branches),
    descending,
    lock: source.lock.mode,
    wait: source.lock.wait,
    covering,
    isRowNeeded: true,
    filter: entryFilter(source, access),
    clock,
  };
}

/** The layout of the rows that an access shows. */
export function layoutOf(source: Source, {covering}: Access): RowLayout {
  return covering === undefined ? tableOf(source).rowLayout : covering.valueLayout;
}

/** Columns of the table as columns of the rows that an access shows. */
export function columnsIn({covering}: Access, columns: readonly number[]): number[] {
  if (covering === undefined) return [...columns];
  return columns.map(column => {
    const part = covering.parts.findIndex(p => p.column === column);
    if (part < 0) throw new BugError(`column ${column} is not in the index`);
    return part;
  });
}

/** Reads columns of the table into their registers. */
export function rowReader(source: Source, access: Access, columns: readonly number[]): RowReader {
  const places = Int32Array.from(columnsIn(access, columns));
  return new RowReader(
    layoutOf(source, access),
    places,
    Int32Array.from(columns, c => source.registers[c]),
  );
}

/** Sends columns of the table as bytes. */
export function wirePlans(source: Source, access: Access, columns: readonly number[]): RowWirePlans {
  const layout = layoutOf(source, access);
  const places = columnsIn(access, columns);
  return {text: new RowWirePlan(layout, places, false), binary: new RowWirePlan(layout, places, true)};
}
