// CREATE and DROP TEMPORARY TABLE.

import {SqlError} from '../../base/sql-error.ts';
import {checkTableName} from '../catalog/names.ts';
import type {Steps} from '../catalog/steps.ts';
import type {StoredTable} from '../catalog/stored-table.ts';
import type {CreateTable, DropTables} from '../parse/ast-schema.ts';
import {type CreatePlace, draftLike, newIdentity} from './create-table.ts';
import {insertSelected, selectDraft} from './create-table-select.ts';
import {defineTable} from './define-table.ts';
import {inOwnTransaction} from './own-transaction.ts';
import {collectRows} from './query.ts';
import {lockExistingSchema, schemaOf} from './resolve-name.ts';
import {NOTHING_DONE, type Outcome, type StatementContext} from './statement-context.ts';
import type {TableDraft} from './table-draft.ts';
import {readOptions} from './table-options.ts';
import {dropTrees, makeTable} from './table-trees.ts';

export function* createTemporaryTable(context: StatementContext, ast: CreateTable): Steps<Outcome> {
  if (ast.foreignKeys.length > 0) throw new SqlError('ER_CANNOT_ADD_FOREIGN');
  const place = yield* temporaryPlace(context, ast);
  if (place.exists) return NOTHING_DONE;
  const {name} = ast.table;
  if (ast.query !== null) {
    const selected = yield* collectRows(context, ast.query);
    const stored = yield* make(context, selectDraft(context, ast, place, selected.columns), place, name);
    return yield* insertSelected(context, ast, stored, selected);
  }
  const draft =
    ast.like === null ? defineTable(context, ast, place.collation, place.options) : yield* draftLike(context, ast);
  yield* make(context, draft, place, name);
  return NOTHING_DONE;
}

/** A name of a temporary table that is there already is error 1050; one of another table is hidden by it. */
function* temporaryPlace(context: StatementContext, ast: CreateTable): Steps<CreatePlace> {
  const {state, temporary} = context;
  const schema = schemaOf(context, ast.table);
  const {name} = ast.table;
  checkTableName(name);
  const options = readOptions(ast.options, state.sqlMode);
  const {collation} = yield* lockExistingSchema(context, schema);
  const exists = temporary.find(schema, name) !== undefined;
  if (exists && !ast.ifNotExists) throw new SqlError('ER_TABLE_EXISTS', name);
  if (exists) state.warning('Note', 1050, `Table '${name}' already exists`);
  return {schema, collation: options.collation ?? collation, options, exists};
}

function* make(context: StatementContext, draft: TableDraft, place: CreatePlace, name: string): Steps<StoredTable> {
  const identity = newIdentity(context, place, name);
  const stored = yield* inOwnTransaction(context, inner => makeTable(inner, draft.finish(), identity));
  context.temporary.add(stored);
  return stored;
}

/** DROP TEMPORARY TABLE: other tables of these names are not looked at. */
export function dropTemporaryTables(context: StatementContext, ast: DropTables): Outcome {
  const {temporary, state} = context;
  const names = ast.tables.map(table => ({schema: schemaOf(context, table), name: table.name}));
  const missing = names.filter(({schema, name}) => temporary.find(schema, name) === undefined);
  const shown = missing.map(({schema, name}) => `${schema}.${name}`);
  if (shown.length > 0 && !ast.ifExists) throw new SqlError('ER_BAD_TABLE', shown.join(','));
  for (const name of shown) state.warning('Note', 1051, `Unknown table '${name}'`);
  for (const {schema, name} of names) temporary.remove(schema, name);
  return NOTHING_DONE;
}

/** TRUNCATE of a temporary table: an empty one in its place. */
export function* truncateTemporary(context: StatementContext, old: StoredTable, draft: TableDraft): Steps<Outcome> {
  const {schema, name, version, createdMicros} = old;
  const identity = {schema, name, version: version + 1, createdMicros, firstAutoValue: 1, referencedBy: []};
  context.temporary.add(yield* inOwnTransaction(context, inner => makeTable(inner, draft.finish(), identity)));
  return NOTHING_DONE;
}

/** Frees the trees of dropped tables. No transaction of the session may be open. */
export function* sweepTemporary(context: StatementContext): Steps<void> {
  const dropped = context.temporary.takeDropped();
  yield* inOwnTransaction(context, function* (inner) {
    for (const table of dropped) yield* dropTrees(inner, table);
  });
}
