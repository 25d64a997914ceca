// CREATE TABLE, and CREATE TABLE ... LIKE.

import {SqlError} from '../../base/sql-error.ts';
import {checkTableName} from '../catalog/names.ts';
import type {Steps} from '../catalog/steps.ts';
import type {StoredTable} from '../catalog/stored-table.ts';
import type {CreateTable} from '../parse/ast-schema.ts';
import {addForeignKey} from './define-foreign-key.ts';
import {defineTable} from './define-table.ts';
import {adoptChildren, referToParents} from './foreign-key-changes.ts';
import {lockExistingSchema, openTable, schemaOf} from './resolve-name.ts';
import {NOTHING_DONE, type Outcome, type StatementContext} from './statement-context.ts';
import {TableDraft} from './table-draft.ts';
import {type OptionValues, readOptions} from './table-options.ts';
import {makeTable, type TableIdentity} from './table-trees.ts';

/** The parts of CREATE TABLE that both forms share: where it goes, and whether it is there already. */
export interface CreatePlace {
  readonly schema: string;
  readonly collation: number;
  readonly options: OptionValues;
  /** IF NOT EXISTS, and it exists: nothing is to be done. */
  readonly exists: boolean;
}

/** Locks the schema and looks for the name. */
export function* createPlace(context: StatementContext, ast: CreateTable): Steps<CreatePlace> {
  const {catalog, engine, state} = context;
  const schema = schemaOf(context, ast.table);
  const {name} = ast.table;
  checkTableName(name);
  const options = readOptions(ast.options, state.sqlMode);
  const {collation} = yield* lockExistingSchema(context, schema);
  const exists = (yield* catalog.open(engine, schema, name, false)) !== undefined;
  if (exists && !ast.ifNotExists) throw new SqlError('ER_TABLE_EXISTS', name);
  if (exists) state.warning('Note', 1050, `Table '${name}' already exists`);
  return {schema, collation: options.collation ?? collation, options, exists};
}

export function* createTable(context: StatementContext, ast: CreateTable): Steps<Outcome> {
  const place = yield* createPlace(context, ast);
  if (place.exists) return NOTHING_DONE;
  const draft =
    ast.like === null ? defineTable(context, ast, place.collation, place.options) : yield* draftLike(context, ast);
  for (const key of ast.foreignKeys) addForeignKey(draft, key, {schema: place.schema, name: ast.table.name});
  yield* addNewTable(context, draft, newIdentity(context, place, ast.table.name));
  return NOTHING_DONE;
}

export function newIdentity(context: StatementContext, place: CreatePlace, name: string): TableIdentity {
  return {
    schema: place.schema,
    name,
    version: 1,
    createdMicros: context.state.statementMicros,
    firstAutoValue: Math.max(1, place.options.autoIncrement ?? 1),
    referencedBy: [],
  };
}

/** Makes the table of a draft and enters it into the catalog; 1050 when somebody else was faster. */
export function* addNewTable(
  context: StatementContext,
  draft: TableDraft,
  identity: TableIdentity,
): Steps<StoredTable> {
  const {catalog, engine} = context;
  const made = yield* makeTable(context, draft.finish(), identity);
  const table = {...made, referencedBy: yield* adoptChildren(context, made)};
  yield* referToParents(context, table, table.foreignKeys);
  if (!(yield* catalog.addTable(engine, table))) throw new SqlError('ER_TABLE_EXISTS', identity.name);
  return table;
}

/** The definition of another table, without its foreign keys. */
export function* draftLike(context: StatementContext, ast: CreateTable): Steps<TableDraft> {
  const {like} = ast;
  if (like === null) throw new SqlError('ER_SYNTAX_ERROR');
  const {stored} = yield* openTable(context, like, false);
  const draft = TableDraft.of(stored);
  draft.foreignKeys = [];
  draft.checks = draft.checks.map((check, i) => ({...check, name: `${ast.table.name}_chk_${i + 1}`}));
  return draft;
}
