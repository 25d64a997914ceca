// What names are allowed, and the names of the schemas that are not rows.

import {SqlError} from '../../base/sql-error.ts';

/** Longest name of a schema, table, column, index or constraint, in characters. */
export const NAME_CHARACTERS_MAX = 64;

export const INFORMATION_SCHEMA = 'information_schema';
export const PERFORMANCE_SCHEMA = 'performance_schema';
export const SYS_SCHEMA = 'sys';
/** A stored schema in which some virtual tables stand: those about accounts. */
export const MYSQL_SCHEMA = 'mysql';

function isTooLong(name: string): boolean {
  return name.length > NAME_CHARACTERS_MAX && Array.from(name).length > NAME_CHARACTERS_MAX;
}

function isLegal(name: string): boolean {
  return name !== '' && !name.endsWith(' ') && !name.includes('\0');
}

/** Throws 1102 or 1059 for a name that no schema can have. */
export function checkSchemaName(name: string): void {
  if (isTooLong(name)) throw new SqlError('ER_TOO_LONG_IDENT', name);
  if (!isLegal(name)) throw new SqlError('ER_WRONG_DB_NAME', name);
}

/** Throws 1103 or 1059 for a name that no table can have. */
export function checkTableName(name: string): void {
  if (isTooLong(name)) throw new SqlError('ER_TOO_LONG_IDENT', name);
  if (!isLegal(name)) throw new SqlError('ER_WRONG_TABLE_NAME', name);
}

/** Throws 1166 or 1059 for a name that no column can have. */
export function checkColumnName(name: string): void {
  if (isTooLong(name)) throw new SqlError('ER_TOO_LONG_IDENT', name);
  if (!isLegal(name)) throw new SqlError('ER_WRONG_COLUMN_NAME', name);
}

/** Throws 1059 for a name that no index or constraint can have. */
export function checkObjectName(name: string): void {
  if (isTooLong(name)) throw new SqlError('ER_TOO_LONG_IDENT', name);
}

/** The schema name that is meant: information_schema and performance_schema are matched without case. */
export function canonicalSchema(name: string): string {
  const lower = name.toLowerCase();
  return lower === INFORMATION_SCHEMA || lower === PERFORMANCE_SCHEMA ? lower : name;
}

export function isVirtualSchema(name: string): boolean {
  return name === INFORMATION_SCHEMA || name === PERFORMANCE_SCHEMA || name === SYS_SCHEMA;
}

/** A schema whose tables everybody may read: they show to each account what it may know of. */
export function isEverybodys(name: string): boolean {
  return name === INFORMATION_SCHEMA || name === PERFORMANCE_SCHEMA;
}

/** A name between back quotes. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
