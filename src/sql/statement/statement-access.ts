// Which privileges the statements need that define, administer or show something. Statements on rows ask when they are bound, for only then
// it is known what they read (statement-catalog.ts) and what they change (insert.ts, update.ts, delete.ts).

import {canonicalSchema, isEverybodys, isVirtualSchema} from '../catalog/names.ts';
import {Privilege} from '../catalog/privileges.ts';
import type {Statement} from '../parse/ast.ts';
import type {SetStatement, Show} from '../parse/ast-command.ts';
import type {TableName} from '../parse/ast-expression.ts';
import type {AlterTable, CreateTable, CreateView} from '../parse/ast-schema.ts';
import {needGlobal, needSchema, needTable} from './access.ts';
import type {StatementContext} from './statement-context.ts';

/** Throws 1044, 1142 or 1227 when the account may not do this. Names without a schema that have none are left to the statement (1046). */
export function checkStatementAccess(context: StatementContext, statement: Statement): void {
  switch (statement.kind) {
    case 'createTable':
      checkCreateTable(context, statement);
      return;
    case 'alterTable':
      checkAlterTable(context, statement);
      return;
    case 'createIndex':
    case 'dropIndex':
      onTable(context, statement.table, Privilege.index, 'INDEX');
      return;
    case 'truncateTable':
      onTable(context, statement.table, Privilege.drop, 'DROP');
      return;
    case 'dropTables':
      for (const table of statement.tables) onTable(context, table, Privilege.drop, 'DROP');
      return;
    case 'renameTables':
      for (const {from, to} of statement.renames) checkRename(context, from, to);
      return;
    case 'createView':
      checkCreateView(context, statement);
      return;
    case 'dropViews':
      for (const view of statement.views) onTable(context, view, Privilege.drop, 'DROP');
      return;
    case 'lockTables':
      for (const {table} of statement.locks) {
        onSchema(context, table.schema, Privilege.lockTables);
        onTable(context, table, Privilege.select, 'SELECT');
      }
      return;
    default:
      checkOther(context, statement);
      return;
  }
}

function checkOther(context: StatementContext, statement: Statement): void {
  switch (statement.kind) {
    case 'createDatabase':
      onSchema(context, statement.name, Privilege.create);
      return;
    case 'alterDatabase':
      onSchema(context, statement.name, Privilege.alter);
      return;
    case 'dropDatabase':
      onSchema(context, statement.name, Privilege.drop);
      return;
    case 'createUser':
    case 'dropUser':
    case 'renameUser':
      needGlobal(context, Privilege.createUser, 'CREATE USER');
      return;
    case 'createRole':
      needGlobal(context, Privilege.createUser | Privilege.createRole, 'CREATE ROLE');
      return;
    case 'dropRole':
      needGlobal(context, Privilege.createUser | Privilege.dropRole, 'DROP ROLE');
      return;
    case 'flush':
      if (!['FLUSH_PRIVILEGES', 'FLUSH_STATUS', 'FLUSH_TABLES'].some(name => context.rights.hasDynamic(name)))
        needGlobal(context, Privilege.reload, 'RELOAD');
      return;
    case 'tableMaintenance':
      for (const table of statement.tables) onTable(context, table, Privilege.select, 'SELECT');
      return;
    case 'set':
      checkSet(context, statement);
      return;
    case 'setTransaction':
      if (statement.scope === 'global') needVariables(context);
      return;
    case 'show':
      checkShow(context, statement);
      return;
    default:
  }
}

// --- Tables --------------------------------------------------------------------------------------------------------

function onTable(context: StatementContext, {schema, name}: TableName, privilege: number, command: string): void {
  const inSchema = canonicalSchema(schema ?? context.state.database);
  if (inSchema !== '' && !isVirtualSchema(inSchema)) needTable(context, privilege, command, inSchema, name);
}

function onSchema(context: StatementContext, schema: string | null, privilege: number): void {
  const inSchema = canonicalSchema(schema ?? context.state.database);
  if (inSchema !== '' && !isVirtualSchema(inSchema)) needSchema(context, privilege, inSchema);
}

function checkCreateTable(context: StatementContext, ast: CreateTable): void {
  if (ast.temporary) onSchema(context, ast.table.schema, Privilege.createTemporaryTables);
  else onTable(context, ast.table, Privilege.create, 'CREATE');
  if (ast.like !== null) onTable(context, ast.like, Privilege.select, 'SELECT');
  if (ast.query !== null && !ast.temporary) onTable(context, ast.table, Privilege.insert, 'INSERT');
  for (const {references} of ast.foreignKeys) {
    const schema = references.table.schema ?? ast.table.schema;
    onTable(context, {...references.table, schema}, Privilege.references, 'REFERENCES');
  }
}

function checkAlterTable(context: StatementContext, ast: AlterTable): void {
  onTable(context, ast.table, Privilege.alter, 'ALTER');
  for (const action of ast.actions) {
    if (action.kind === 'renameTable') checkRename(context, ast.table, action.to);
    if (action.kind !== 'addForeignKey') continue;
    const {table} = action.foreignKey.references;
    onTable(context, {...table, schema: table.schema ?? ast.table.schema}, Privilege.references, 'REFERENCES');
  }
}

function checkRename(context: StatementContext, from: TableName, to: TableName): void {
  onTable(context, from, Privilege.alter, 'ALTER');
  onTable(context, from, Privilege.drop, 'DROP');
  onTable(context, to, Privilege.create, 'CREATE');
  onTable(context, to, Privilege.insert, 'INSERT');
}

function checkCreateView(context: StatementContext, ast: CreateView): void {
  onTable(context, ast.view, Privilege.createView, 'CREATE VIEW');
  if (ast.orReplace || ast.alter) onTable(context, ast.view, Privilege.drop, 'DROP');
}

// --- The rest ------------------------------------------------------------------------------------------------------

function needVariables(context: StatementContext): void {
  if (!context.rights.hasDynamic('SYSTEM_VARIABLES_ADMIN'))
    needGlobal(context, Privilege.super, 'SUPER or SYSTEM_VARIABLES_ADMIN');
}

function checkSet(context: StatementContext, {assignments}: SetStatement): void {
  for (const assignment of assignments) {
    if (assignment.kind !== 'system') continue;
    const {scope} = assignment.variable;
    if (scope === 'global' || scope === 'persist' || scope === 'persist_only') needVariables(context);
  }
}

/** What a SHOW names must be known to the account; lists show only what is. */
function checkShow(context: StatementContext, ast: Show): void {
  switch (ast.subject) {
    case 'columns':
    case 'index':
    case 'createTable':
    case 'createView': {
      const table = ast.target as TableName;
      const schema = canonicalSchema(table.schema ?? ast.schema ?? context.state.database);
      const isKnown = isEverybodys(schema) || context.rights.seesTable(schema, table.name);
      if (!isKnown)
        needTable(context, Privilege.select, ast.subject === 'createView' ? 'SHOW VIEW' : 'SELECT', schema, table.name);
      return;
    }
    case 'grants': {
      const {accountUser, accountHost} = context.state.identity;
      const isOwn = ast.account?.user == null || (ast.account.user === accountUser && ast.account.host === accountHost);
      if (!isOwn) needSchema(context, Privilege.select, 'mysql');
      return;
    }
    default:
  }
}
