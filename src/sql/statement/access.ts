// Refusals for want of a privilege, in MySQL's numbers and words.

import {SqlError} from '../../base/sql-error.ts';
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

/** Throws 1142 unless the account has all of these privileges on the table or view. One's temporary tables are one's own. */
export function needTable(
  context: StatementContext,
  privileges: number,
  command: string,
  schema: string,
  table: string,
): void {
  const {rights, state, temporary} = context;
  if (temporary.find(schema, table) !== undefined) return;
  if ((rights.onTable(schema, table) & privileges) === privileges) return;
  throw new SqlError('ER_TABLEACCESS_DENIED', command, state.identity.accountUser, state.host, table);
}
