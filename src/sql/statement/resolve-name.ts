// Names of schemas and tables in statements that define something.

import {SqlError} from '../../base/sql-error.ts';
import type {OpenObject, OpenTable, OpenView} from '../catalog/catalog.ts';
import {canonicalSchema, isVirtualSchema} from '../catalog/names.ts';
import type {Steps} from '../catalog/steps.ts';
import type {StoredSchema} from '../catalog/stored-table.ts';
import type {TableName} from '../parse/ast-expression.ts';
import {schemaDenied} from './access.ts';
import type {StatementContext} from './statement-context.ts';

/** The schema that a table name means: the one written, or the current one. Throws 1046, and 1044 for schemas that are not rows. */
export function schemaOf(context: StatementContext, name: TableName): string {
  const schema = canonicalSchema(name.schema ?? context.state.database);
  if (schema === '') throw new SqlError('ER_NO_DB');
  if (isVirtualSchema(schema)) throw schemaDenied(context, schema);
  return schema;
}

/** The schema under a shared lock, so that it cannot be dropped meanwhile; 1049 when there is none. */
export function* lockExistingSchema(context: StatementContext, name: string): Steps<StoredSchema> {
  const schema = yield* context.catalog.lockSchema(context.engine, name, false);
  if (schema === undefined) throw new SqlError('ER_BAD_DB', name);
  return schema;
}

/** The object for reading its definition: as LOCK TABLES has locked it, or under a shared lock; undefined when there is none. */
export function* openShared(context: StatementContext, schema: string, name: string): Steps<OpenObject | undefined> {
  const {catalog, engine, tableLocks, temporary} = context;
  const known = temporary.find(schema, name) ?? tableLocks?.peek(schema, name);
  return known ?? (yield* catalog.open(engine, schema, name, false));
}

/** The table under a lock; 1146 when there is none, 1347 when it is a view. */
export function* openTable(context: StatementContext, name: TableName, exclusive: boolean): Steps<OpenTable> {
  const schema = schemaOf(context, name);
  const hides = context.temporary.find(schema, name.name);
  if (hides !== undefined && exclusive) throw new SqlError('ER_NOT_SUPPORTED_YET', 'ALTER TABLE of a TEMPORARY table');
  if (hides !== undefined) return hides;
  const opened = yield* context.catalog.open(context.engine, schema, name.name, exclusive);
  if (opened === undefined) throw new SqlError('ER_NO_SUCH_TABLE', schema, name.name);
  if (opened.kind === 'view') throw notABaseTable(opened);
  return opened;
}

export function notABaseTable({view}: OpenView): SqlError {
  return new SqlError('ER_WRONG_OBJECT', view.schema, view.name, 'BASE TABLE');
}
