// DROP TABLE, TRUNCATE TABLE, RENAME TABLE.

import {SqlError} from '../../base/sql-error.ts';
import type {OpenObject, OpenTable} from '../catalog/catalog.ts';
import {checkTableName} from '../catalog/names.ts';
import type {Steps} from '../catalog/steps.ts';
import type {StoredTable, StoredView, TableReference} from '../catalog/stored-table.ts';
import type {TableName} from '../parse/ast-expression.ts';
import type {DropTables, RenameTables, TruncateTable} from '../parse/ast-schema.ts';
import {renamedChecks} from './define-table.ts';
import {checkDroppable, checkTruncatable, followNames, forgetTables, withReferences} from './foreign-key-changes.ts';
import {dropHistograms} from './histograms.ts';
import {lockExistingSchema, notABaseTable, openTable, schemaOf} from './resolve-name.ts';
import {NOTHING_DONE, type Outcome, type StatementContext} from './statement-context.ts';
import {TableDraft} from './table-draft.ts';
import {dropTrees, makeTable} from './table-trees.ts';
import {truncateTemporary} from './temporary-table.ts';

/** All or none: every table is found and locked before the first is dropped. */
export function* dropTables(context: StatementContext, ast: DropTables): Steps<Outcome> {
  const {catalog, engine, state, temporary} = context;
  const found: StoredTable[] = [];
  const hiding: OpenTable[] = [];
  const missing: string[] = [];
  for (const name of ast.tables) {
    const schema = schemaOf(context, name);
    const hides = temporary.find(schema, name.name);
    if (hides !== undefined) {
      hiding.push(hides);
      continue;
    }
    const opened = yield* catalog.open(engine, schema, name.name, true);
    if (opened?.kind === 'view') throw notABaseTable(opened);
    if (opened === undefined) missing.push(`${schema}.${name.name}`);
    else if (found.some(table => table.id === opened.id)) throw new SqlError('ER_NONUNIQ_TABLE', name.name);
    else found.push(opened.stored);
  }
  if (missing.length > 0 && !ast.ifExists) throw new SqlError('ER_BAD_TABLE', missing.join(','));
  for (const name of missing) state.warning('Note', 1051, `Unknown table '${name}'`);
  for (const {stored} of hiding) temporary.remove(stored.schema, stored.name);
  yield* dropLocked(context, found);
  return NOTHING_DONE;
}

/** Drops tables whose exclusive metadata locks are held. */
export function* dropLocked(context: StatementContext, tables: readonly StoredTable[]): Steps<void> {
  yield* checkDroppable(context, tables);
  for (const table of tables) {
    yield* context.catalog.removeTable(context.engine, table);
    yield* dropTrees(context, table);
    yield* dropHistograms(context, table);
  }
  yield* forgetTables(context, tables);
}

/** The table is made anew, with a new id: cached ranges and plans of the old one are worth nothing any more. */
export function* truncateTable(context: StatementContext, ast: TruncateTable): Steps<Outcome> {
  const hides = context.temporary.find(schemaOf(context, ast.table), ast.table.name)?.stored;
  if (hides !== undefined) return yield* truncateTemporary(context, hides, TableDraft.of(hides));
  const {stored} = yield* openTable(context, ast.table, true);
  yield* checkTruncatable(context, stored);
  const {schema, name, version, createdMicros} = stored;
  const draft = TableDraft.of(stored).finish();
  const fresh = yield* makeTable(context, draft, {
    schema,
    name,
    version: version + 1,
    createdMicros,
    firstAutoValue: 1,
    referencedBy: stored.referencedBy,
  });
  yield* context.catalog.changeTable(context.engine, stored, fresh);
  yield* dropTrees(context, stored);
  yield* dropHistograms(context, stored);
  return NOTHING_DONE;
}

/** Renames are carried out in order, so that tables can change places. */
export function* renameTables(context: StatementContext, ast: RenameTables): Steps<Outcome> {
  const renamed: Map<string, StoredTable | StoredView | undefined> = new Map();
  for (const {from, to} of ast.renames) yield* renameOne(context, from, to, renamed);
  return NOTHING_DONE;
}

/** `renamed`: what earlier steps of the statement have put under new names; undefined marks a name that they left. */
function* renameOne(
  context: StatementContext,
  from: TableName,
  to: TableName,
  renamed: Map<string, StoredTable | StoredView | undefined>,
): Steps<void> {
  const {catalog, engine} = context;
  const fromSchema = schemaOf(context, from);
  const toSchema = schemaOf(context, to);
  checkTableName(to.name);
  const fromKey = `${fromSchema}\0${from.name}`;
  const object = renamed.has(fromKey)
    ? renamed.get(fromKey)
    : storedOf(yield* catalog.open(engine, fromSchema, from.name, true));
  if (object === undefined) throw new SqlError('ER_NO_SUCH_TABLE', fromSchema, from.name);
  yield* lockExistingSchema(context, toSchema);
  const name: TableReference = {schema: toSchema, name: to.name};
  const changed =
    object.kind === 'view'
      ? {...object, ...name}
      : yield* withReferences(context, object, {
          ...object,
          ...name,
          checks: renamedChecks(object.checks, object.name, to.name),
        });
  if (!(yield* catalog.changeTable(engine, object, changed))) throw new SqlError('ER_TABLE_EXISTS', to.name);
  if (object.kind === 'table' && changed.kind === 'table') yield* followNames(context, object, changed);
  renamed.set(fromKey, undefined);
  renamed.set(`${toSchema}\0${to.name}`, changed);
}

function storedOf(opened: OpenObject | undefined): StoredTable | StoredView | undefined {
  return opened?.kind === 'view' ? opened.view : opened?.stored;
}
