// The table that an INSERT, UPDATE or DELETE changes.

import {SqlError} from '../../base/sql-error.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import {canonicalSchema, isVirtualSchema} from '../catalog/names.ts';
import {Privilege} from '../catalog/privileges.ts';
import type {TableName} from '../parse/ast-expression.ts';
import {needColumns, schemaDenied} from './access.ts';
import type {StatementCatalog} from './statement-catalog.ts';
import type {StatementContext} from './statement-context.ts';

/** The loaded table of this name, to insert into (undefined: all of its) columns. Throws 1046, 1049, 1142, 1146, and 1235 for views, which cannot be written through. */
export function targetTable(
  context: StatementContext,
  catalog: StatementCatalog,
  name: TableName,
  columns?: readonly string[],
): TableDefinition {
  const schema = canonicalSchema(name.schema ?? context.state.database);
  if (schema === '') throw new SqlError('ER_NO_DB');
  if (isVirtualSchema(schema)) throw schemaDenied(context, schema);
  needColumns(context, Privilege.insert, 'INSERT', {schema, name: name.name}, columns);
  const table = catalog.target(schema, name.name);
  if (table !== undefined) {
    context.tableLocks?.checkWritable(schema, name.name);
    return table;
  }
  if (catalog.view(schema, name.name) !== undefined)
    throw new SqlError('ER_NOT_SUPPORTED_YET', 'changing rows through a view');
  if (!catalog.schemaExists(schema)) throw new SqlError('ER_BAD_DB', schema);
  throw new SqlError('ER_NO_SUCH_TABLE', schema, name.name);
}
