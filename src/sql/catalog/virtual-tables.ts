// The list of virtual tables: information_schema, performance_schema, sys. Names are matched without case.

import type {StatementContext} from '../statement/statement-context.ts';
import type {VirtualTable} from './definition.ts';
import {INFORMATION_SCHEMA, isVirtualSchema, MYSQL_SCHEMA, PERFORMANCE_SCHEMA, SYS_SCHEMA} from './names.ts';
import type {Steps} from './steps.ts';
import {ACCOUNT_TABLES} from './virtual/account-tables.ts';
import {columnStatistics} from './virtual/column-statistics.ts';
import {columns} from './virtual/column-tables.ts';
import {
  checkConstraints,
  keyColumnUsage,
  referentialConstraints,
  statistics,
  tableConstraints,
} from './virtual/index-tables.ts';
import {dataLocks, dataLockWaits, statementDigests} from './virtual/performance-tables.ts';
import {
  applicableRoles,
  columnPrivileges,
  enabledRoles,
  schemaPrivileges,
  tablePrivileges,
  userPrivileges,
} from './virtual/privilege-tables.ts';
import {schemata, tables, views} from './virtual/schema-tables.ts';
import {
  characterSets,
  collationApplicability,
  collations,
  EMPTY_TABLES,
  engines,
  globalStatus,
  globalVariables,
  processlist,
  sessionStatus,
  sessionVariables,
} from './virtual/server-tables.ts';
import {SYS_TABLES} from './virtual/sys-tables.ts';
import {materialized, type VirtualDefinition} from './virtual/virtual-table.ts';

const INFORMATION: readonly VirtualDefinition[] = [
  schemata,
  tables,
  views,
  columns,
  statistics,
  columnStatistics,
  keyColumnUsage,
  tableConstraints,
  referentialConstraints,
  checkConstraints,
  engines,
  characterSets,
  collations,
  collationApplicability,
  processlist,
  userPrivileges,
  schemaPrivileges,
  tablePrivileges,
  columnPrivileges,
  applicableRoles,
  enabledRoles,
  ...EMPTY_TABLES,
];

const PERFORMANCE: readonly VirtualDefinition[] = [
  dataLocks,
  dataLockWaits,
  statementDigests,
  processlist,
  sessionVariables,
  globalVariables,
  sessionStatus,
  globalStatus,
];

function byName(definitions: readonly VirtualDefinition[]): ReadonlyMap<string, VirtualDefinition> {
  return new Map(definitions.map(definition => [definition.name.toUpperCase(), definition]));
}

const SCHEMAS: ReadonlyMap<string, ReadonlyMap<string, VirtualDefinition>> = new Map([
  [INFORMATION_SCHEMA, byName(INFORMATION)],
  [PERFORMANCE_SCHEMA, byName(PERFORMANCE)],
  [SYS_SCHEMA, byName(SYS_TABLES)],
  [MYSQL_SCHEMA, byName(ACCOUNT_TABLES)],
]);

/** Names of the virtual tables of a schema, for SHOW TABLES. */
export function virtualTableNames(schema: string): readonly string[] {
  return [...(SCHEMAS.get(schema)?.values() ?? [])].map(definition => definition.name).sort();
}

/** The definition of a virtual table. */
export function findVirtualTable(schema: string, name: string): VirtualDefinition | undefined {
  return SCHEMAS.get(schema)?.get(name.toUpperCase());
}

/** Is this name, if it is one, that of a virtual table? Of the schemas that have nothing else, every name is. */
export function isVirtualName(schema: string, name: string): boolean {
  return isVirtualSchema(schema) || (schema === MYSQL_SCHEMA && findVirtualTable(schema, name) !== undefined);
}

/** The virtual table of this name, its rows collected; undefined when there is none. */
export function* loadVirtualTable(
  context: StatementContext,
  schema: string,
  name: string,
): Steps<VirtualTable | undefined> {
  const definition = findVirtualTable(schema, name);
  return definition === undefined ? undefined : materialized(schema, definition, yield* definition.rows(context));
}
