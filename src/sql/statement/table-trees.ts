// Makes and drops the trees and counters behind a table.

import type {EngineSession, TreeRef} from '../../engine/api.ts';
import {buildTable} from '../catalog/build-table.ts';
import {isRowId} from '../catalog/definition.ts';
import {expectRow, type Steps} from '../catalog/steps.ts';
import type {StoredIndex, StoredTable} from '../catalog/stored-table.ts';
import {dropLongValues} from './drop-long-values.ts';
import type {StatementContext} from './statement-context.ts';
import type {FinishedDraft} from './table-draft.ts';

/** An empty tree, rolled back with the transaction. */
export function* makeTree(engine: EngineSession, clustered: boolean): Steps<TreeRef> {
  yield* expectRow(() => engine.createTree(clustered));
  const {treeId, rootPage} = engine.newTree;
  return {treeId, rootPage};
}

export function* makeCounter(engine: EngineSession, first: number): Steps<number> {
  yield* expectRow(() => engine.createCounter(first));
  return engine.newCounter;
}

export function* newId(engine: EngineSession): Steps<number> {
  yield* expectRow(() => engine.takeId());
  return engine.counterValue;
}

/** What a table gets beside its draft. */
export interface TableIdentity {
  readonly schema: string;
  readonly name: string;
  readonly version: number;
  readonly createdMicros: number;
  /** The first AUTO_INCREMENT value. */
  readonly firstAutoValue: number;
  /** Tables that refer to it. */
  readonly referencedBy: StoredTable['referencedBy'];
}

/** A new, empty table of a finished draft: new id, new trees, new counters. It is not in the catalog yet. */
export function* makeTable(
  context: StatementContext,
  draft: FinishedDraft,
  identity: TableIdentity,
): Steps<StoredTable> {
  const {engine} = context;
  const {schema, name, version, createdMicros, firstAutoValue, referencedBy} = identity;
  const id = yield* newId(engine);
  const indexes: StoredIndex[] = [];
  for (const [i, index] of draft.indexes.entries()) {
    const {name: indexName, kind, parts, comment, invisible, implicit} = index;
    const tree = yield* makeTree(engine, i === 0);
    indexes.push({name: indexName, kind, parts, comment, invisible, implicit, tree});
  }
  const hasAuto = draft.columns.some(column => column.autoIncrement);
  const hasRowId = draft.columns.some(isRowId);
  return {
    kind: 'table',
    id,
    schema,
    name,
    version,
    columns: draft.columns,
    rowVersion: 1,
    earlierRows: [],
    indexes,
    building: [],
    foreignKeys: draft.foreignKeys,
    referencedBy,
    checks: draft.checks,
    counterPage: hasAuto ? yield* makeCounter(engine, firstAutoValue) : 0,
    rowIdPage: hasRowId ? yield* makeCounter(engine, 1) : 0,
    collation: draft.collation,
    comment: draft.comment,
    createdMicros,
  };
}

/** Gives up the trees and long values of a table whose record has been removed: freed after the commit. */
export function* dropTrees(
  context: Pick<StatementContext, 'engine' | 'world' | 'autoIncrement'>,
  table: StoredTable,
): Steps<void> {
  const {engine, autoIncrement} = context;
  yield* dropLongValues(context, buildTable(table));
  for (const {tree} of table.indexes) yield* expectRow(() => engine.dropTree(tree));
  // The engine has no way yet to free a counter's page: each dropped table leaves one or two behind.
  for (const page of [table.counterPage, table.rowIdPage]) autoIncrement.forget(table.id, page);
}
