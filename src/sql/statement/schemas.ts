// CREATE, ALTER and DROP DATABASE.

import {SqlError} from '../../base/sql-error.ts';
import {canonicalSchema, checkSchemaName, isVirtualSchema, SYS_SCHEMA} from '../catalog/names.ts';
import type {Steps} from '../catalog/steps.ts';
import type {StoredTable} from '../catalog/stored-table.ts';
import type {AlterDatabase, CreateDatabase, DatabaseOption, DropDatabase} from '../parse/ast-schema.ts';
import {schemaDenied} from './access.ts';
import {dropLocked} from './drop-table.ts';
import {changed, NOTHING_DONE, type Outcome, type StatementContext} from './statement-context.ts';
import {collationOption} from './table-options.ts';
import {newId} from './table-trees.ts';

/** utf8mb4_0900_ai_ci. */
const DEFAULT_COLLATION = 255;

function collationOfOptions(options: readonly DatabaseOption[]): number | undefined {
  const last = (name: DatabaseOption['name']): string | undefined =>
    options.findLast(option => option.name === name)?.value;
  return collationOption(last('charset'), last('collation'));
}

export function* createDatabase(context: StatementContext, ast: CreateDatabase): Steps<Outcome> {
  const {catalog, engine, state} = context;
  const name = canonicalSchema(ast.name);
  checkSchemaName(name);
  // That one is a schema like others in MySQL, and dumps of all databases make it.
  const isSys = name === SYS_SCHEMA;
  if (isVirtualSchema(name) && !isSys) throw schemaDenied(context, name);
  const collation = collationOfOptions(ast.options) ?? DEFAULT_COLLATION;
  const id = yield* newId(engine);
  if (!isSys && (yield* catalog.addSchema(engine, {id, name, collation}))) return changed(1);
  if (!ast.ifNotExists) throw new SqlError('ER_CANT_CREATE_DB_EXISTS', name);
  state.warning('Note', 1007, `Can't create database '${name}'; database exists`);
  return changed(1);
}

export function* alterDatabase(context: StatementContext, ast: AlterDatabase): Steps<Outcome> {
  const {catalog, engine, state} = context;
  const name = canonicalSchema(ast.name ?? state.database);
  if (name === '') throw new SqlError('ER_NO_DB');
  if (isVirtualSchema(name)) throw schemaDenied(context, name);
  const schema = yield* catalog.lockSchema(engine, name, true);
  if (schema === undefined) throw new SqlError('ER_BAD_DB', name);
  yield* catalog.removeSchema(engine, schema);
  yield* catalog.addSchema(engine, {...schema, collation: collationOfOptions(ast.options) ?? schema.collation});
  return changed(1);
}

/** Drops a schema with all its tables and views; the number of them is what the statement answers. */
export function* dropDatabase(context: StatementContext, ast: DropDatabase): Steps<Outcome> {
  const {catalog, engine, state} = context;
  const name = canonicalSchema(ast.name);
  if (isVirtualSchema(name) || name === 'mysql') throw schemaDenied(context, name);
  const schema = yield* catalog.lockSchema(engine, name, true);
  if (schema === undefined) {
    if (!ast.ifExists) throw new SqlError('ER_DB_DROP_EXISTS', name);
    state.warning('Note', 1008, `Can't drop database '${name}'; database doesn't exist`);
    return NOTHING_DONE;
  }
  const objects = yield* catalog.list(engine, name);
  const tables: StoredTable[] = [];
  for (const object of objects) {
    const opened = yield* catalog.open(engine, name, object.name, true);
    if (opened?.kind === 'table') tables.push(opened.stored);
    if (opened?.kind === 'view') yield* catalog.removeTable(engine, opened.view);
  }
  yield* dropLocked(context, tables);
  yield* catalog.removeSchema(engine, schema);
  if (state.database === name) state.database = '';
  return changed(objects.length);
}
