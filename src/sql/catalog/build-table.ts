// From the stored form of a table to the objects that plans and the engine use: row layout, key layouts, key extractors.

import type {IndexBuild, SecondaryIndex, TableHandle} from '../../engine/api.ts';
import {RowKeyExtractor} from '../../format/key/key-extractor.ts';
import {KeyLayout, type KeyPart, keepBytesOf, keyPart} from '../../format/key/key-layout.ts';
import {type RowColumn, RowLayout, rowColumn} from '../../format/row/row-layout.ts';
import type {IndexDefinition, IndexPart, TableDefinition} from './definition.ts';
import type {StoredColumn, StoredIndex, StoredLayout, StoredTable} from './stored-table.ts';

/** The definition of a stored table. */
export function buildTable(stored: StoredTable): TableDefinition {
  const rowLayout = buildRowLayout(stored);
  const indexes = stored.indexes.map(index => buildIndex(stored.columns, index));
  return {
    id: stored.id,
    schema: stored.schema,
    name: stored.name,
    version: stored.version,
    columns: stored.columns,
    indexes,
    foreignKeys: stored.foreignKeys,
    checks: stored.checks,
    hasIndexedExpressions: stored.indexes.some(({parts}) =>
      parts.some(part => stored.columns[part.column].generated !== undefined),
    ),
    rowLayout,
    handle: buildHandle(stored, indexes, rowLayout),
    counterPage: stored.counterPage,
    rowIdPage: stored.rowIdPage,
    collation: stored.collation,
    comment: stored.comment,
  };
}

/** An index of the definition. */
export function buildIndex(columns: readonly StoredColumn[], index: StoredIndex): IndexDefinition {
  return {...index, keyLayout: new KeyLayout(index.parts.map(part => layoutPart(columns, part)))};
}

/** The key part of an index part. */
export function layoutPart(columns: readonly StoredColumn[], part: IndexPart): KeyPart {
  const {type, nullable} = columns[part.column];
  return keyPart(part.column, type, nullable, {prefixLength: part.length, descending: part.descending});
}

/** By column: bytes that must stay in the row so that all index keys can be made. */
export function keepBytes(columns: readonly StoredColumn[], indexes: readonly Pick<StoredIndex, 'parts'>[]): number[] {
  const keep = columns.map(() => 0);
  for (const {parts} of indexes) {
    for (const part of parts) {
      keep[part.column] = Math.max(keep[part.column], keepBytesOf(layoutPart(columns, part)));
    }
  }
  return keep;
}

function buildRowLayout({columns, indexes, building, rowVersion, earlierRows}: StoredTable): RowLayout {
  const keep = keepBytes(columns, [...indexes, ...building]);
  return new RowLayout(
    rowVersion,
    columns.map(({id, type, nullable, initial}, c) => rowColumn(id, type, nullable, {keepBytes: keep[c], initial})),
    earlierRows.map(earlier => new RowLayout(earlier.version, earlier.columns.map(earlierColumn))),
  );
}

function earlierColumn({id, type, nullable}: StoredLayout['columns'][number]): RowColumn {
  return rowColumn(id, type, nullable);
}

/** Indexes that are being built come last: the others have the same numbers in the definition and in the engine. */
function buildHandle(
  {id, columns, building}: StoredTable,
  indexes: readonly IndexDefinition[],
  rowLayout: RowLayout,
): TableHandle {
  const [clustered, ...secondaries] = indexes;
  return {
    tableId: id,
    clustered: clustered.tree,
    primaryKey: new RowKeyExtractor(clustered.keyLayout, rowLayout),
    secondaries: [
      ...secondaries.map(index => secondary(index, index.keyLayout, rowLayout, undefined)),
      ...building.map(index => {
        const keyLayout = new KeyLayout(
          index.parts.map(part => layoutPart(columns, part)),
          true,
        );
        return secondary(index, keyLayout, rowLayout, {notes: index.notes});
      }),
    ],
    changes: {rows: 0},
  };
}

function secondary(
  {tree, kind}: Pick<StoredIndex, 'tree' | 'kind'>,
  keyLayout: KeyLayout,
  rowLayout: RowLayout,
  build: IndexBuild | undefined,
): SecondaryIndex {
  return {tree, unique: kind === 'unique', key: new RowKeyExtractor(keyLayout, rowLayout), build};
}
