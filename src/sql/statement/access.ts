// Refusals for want of a privilege, in MySQL's numbers and words.

import {SqlError} from '../../base/sql-error.ts';
import {Privilege} from '../catalog/privileges.ts';
import type {StatementContext} from './statement-context.ts';

/** Throws 1227 unless the account has one of these privileges on everything. */
export function needGlobal({rights}: StatementContext, privileges: number, words: string): void {
  if ((rights.global & privileges) === 0) throw new SqlError('ER_SPECIFIC_ACCESS_DENIED', words);
}

/** Throws 1044 unless the account has all of these privileges on the schema. */
export function needSchema(context: StatementContext, privileges: number, schema: string): void {
  if ((context.rights.onSchema(schema) & privileges) !== privileges) throw schemaDenied(context, schema);
}

export function schemaDenied({state}: StatementContext, schema: string): SqlError {
  return new SqlError('ER_DBACCESS_DENIED', state.identity.accountUser, state.identity.accountHost, schema);
}

/**
 * Throws unless the account has the privilege on these columns of the table (undefined: on all of them), by the table or by their names: 1142 when it
 * has it on none, else 1143 for the first without it.
 */
export function needColumns(
  context: StatementContext,
  privilege: number,
  command: string,
  table: {readonly schema: string; readonly name: string},
  columns: readonly string[] | undefined,
): void {
  const {rights} = context;
  const {schema, name} = table;
  const isSome = columns !== undefined && (rights.onSomeColumns(schema, name) & privilege) !== 0;
  const isAll = (rights.onTable(schema, name) & privilege) === privilege;
  if (isAll || !isSome) {
    needTable(context, privilege, command, schema, name);
    return;
  }
  const allowed = rights.columnsWith(privilege, schema, name);
  const stranger = columns.find(column => !allowed.has(column.toLowerCase()));
  if (stranger !== undefined) throw columnDenied(context, command, name, stranger);
}

export function columnDenied({state}: StatementContext, command: string, table: string, column: string): SqlError {
  return new SqlError('ER_COLUMNACCESS_DENIED', command, state.identity.accountUser, state.host, column, table);
}

/** Throws 1142 unless the account may read the table or some of its columns. */
export function needRead(context: StatementContext, schema: string, table: string): void {
  if ((context.rights.onSomeColumns(schema, table) & Privilege.select) !== 0) return;
  needTable(context, Privilege.select, 'SELECT', schema, table);
}

/** Throws 1142 unless the account has all of these privileges on the table or view. One's temporary tables are one's own. */
export function needTable(
  context: StatementContext,
  privileges: number,
  command: string,
  schema: string,
  table: string,
): void {
  const {rights, temporary} = context;
  if (temporary.find(schema, table) !== undefined) return;
  if ((rights.onTable(schema, table) & privileges) === privileges) return;
  throw tableDenied(context, command, table);
}

export function tableDenied({state}: StatementContext, command: string, table: string): SqlError {
  return new SqlError('ER_TABLEACCESS_DENIED', command, state.identity.accountUser, state.host, table);
}
