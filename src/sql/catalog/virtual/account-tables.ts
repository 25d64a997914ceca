// The tables of the schema mysql that tools read: accounts, what they may do, their roles. They are read only; who may read them needs SELECT on
// them, for they tell everybody's privileges and the hashes of passwords.

import type {Value} from '../../../format/value/types.ts';
import type {StatementContext} from '../../statement/statement-context.ts';
import type {StoredAccount} from '../accounts.ts';
import {Privilege, privilegeNames} from '../privileges.ts';
import type {Steps} from '../steps.ts';
import {allAccounts} from './privilege-tables.ts';
import {emptyTable, type Row, type VirtualColumn, type VirtualDefinition} from './virtual-table.ts';

/** Columns of yes and no, in MySQL's order, and the privilege that each is about. */
const SCHEMA_COLUMNS: readonly (readonly [name: string, privilege: number])[] = [
  ['Select_priv', Privilege.select],
  ['Insert_priv', Privilege.insert],
  ['Update_priv', Privilege.update],
  ['Delete_priv', Privilege.delete],
  ['Create_priv', Privilege.create],
  ['Drop_priv', Privilege.drop],
  ['Grant_priv', Privilege.grantOption],
  ['References_priv', Privilege.references],
  ['Index_priv', Privilege.index],
  ['Alter_priv', Privilege.alter],
  ['Create_tmp_table_priv', Privilege.createTemporaryTables],
  ['Lock_tables_priv', Privilege.lockTables],
  ['Create_view_priv', Privilege.createView],
  ['Show_view_priv', Privilege.showView],
  ['Create_routine_priv', Privilege.createRoutine],
  ['Alter_routine_priv', Privilege.alterRoutine],
  ['Execute_priv', Privilege.execute],
  ['Event_priv', Privilege.event],
  ['Trigger_priv', Privilege.trigger],
];

const GLOBAL_COLUMNS: readonly (readonly [name: string, privilege: number])[] = [
  ['Select_priv', Privilege.select],
  ['Insert_priv', Privilege.insert],
  ['Update_priv', Privilege.update],
  ['Delete_priv', Privilege.delete],
  ['Create_priv', Privilege.create],
  ['Drop_priv', Privilege.drop],
  ['Reload_priv', Privilege.reload],
  ['Shutdown_priv', Privilege.shutdown],
  ['Process_priv', Privilege.process],
  ['File_priv', Privilege.file],
  ['Grant_priv', Privilege.grantOption],
  ['References_priv', Privilege.references],
  ['Index_priv', Privilege.index],
  ['Alter_priv', Privilege.alter],
  ['Show_db_priv', Privilege.showDatabases],
  ['Super_priv', Privilege.super],
  ['Create_tmp_table_priv', Privilege.createTemporaryTables],
  ['Lock_tables_priv', Privilege.lockTables],
  ['Execute_priv', Privilege.execute],
  ['Repl_slave_priv', Privilege.replicationSlave],
  ['Repl_client_priv', Privilege.replicationClient],
  ['Create_view_priv', Privilege.createView],
  ['Show_view_priv', Privilege.showView],
  ['Create_routine_priv', Privilege.createRoutine],
  ['Alter_routine_priv', Privilege.alterRoutine],
  ['Create_user_priv', Privilege.createUser],
  ['Event_priv', Privilege.event],
  ['Trigger_priv', Privilege.trigger],
  ['Create_tablespace_priv', Privilege.createTablespace],
];

function names(list: readonly (readonly [name: string, privilege: number])[]): readonly VirtualColumn[] {
  return list.map(([name]) => [name, 'name'] as const);
}

function flags(list: readonly (readonly [name: string, privilege: number])[], mask: number): readonly Value[] {
  return list.map(([, privilege]) => yesNo((mask & privilege) !== 0));
}

function yesNo(is: boolean): string {
  return is ? 'Y' : 'N';
}

/** A table with rows for each account. */
function perAccount(
  name: string,
  columns: readonly VirtualColumn[],
  rowsOf: (account: StoredAccount) => readonly Row[],
): VirtualDefinition {
  return {
    name,
    columns,
    *rows(context: StatementContext): Steps<readonly Row[]> {
      return (yield* allAccounts(context)).flatMap(rowsOf);
    },
  };
}

const user = perAccount(
  'user',
  [
    ['Host', 'name'],
    ['User', 'name'],
    ...names(GLOBAL_COLUMNS),
    ['ssl_type', 'name'],
    ['max_questions', 'uint'],
    ['max_updates', 'uint'],
    ['max_connections', 'uint'],
    ['max_user_connections', 'uint'],
    ['plugin', 'name'],
    ['authentication_string', 'text'],
    ['password_expired', 'name'],
    ['account_locked', 'name'],
    ['Create_role_priv', 'name'],
    ['Drop_role_priv', 'name'],
  ],
  ({user: name, host, grants, requireTls, limits, plugin, secret, locked}) => [
    [
      host,
      name,
      ...flags(GLOBAL_COLUMNS, grants.global),
      requireTls ? 'ANY' : '',
      limits.queriesPerHour,
      limits.updatesPerHour,
      limits.connectionsPerHour,
      limits.connections,
      plugin,
      secretText(plugin, secret),
      'N',
      yesNo(locked),
      yesNo((grants.global & Privilege.createRole) !== 0),
      yesNo((grants.global & Privilege.dropRole) !== 0),
    ],
  ],
);

/** The hash in the form in which CREATE USER ... AS takes it. */
function secretText(plugin: StoredAccount['plugin'], secret: Uint8Array): string {
  if (secret.length === 0) return '';
  const bytes = Buffer.from(secret);
  return plugin === 'mysql_native_password' ? `*${bytes.toString('hex').toUpperCase()}` : bytes.toString('latin1');
}

const db = perAccount(
  'db',
  [['Host', 'name'], ['Db', 'name'], ['User', 'name'], ...names(SCHEMA_COLUMNS)],
  ({user: name, host, grants}) =>
    grants.schemas.map(({schema, mask}) => [host, schema, name, ...flags(SCHEMA_COLUMNS, mask)]),
);

/** Privileges as MySQL's SETs show them: "Select,Insert". */
function setText(mask: number): string {
  const words = privilegeNames(mask).map(name => name.charAt(0) + name.slice(1).toLowerCase());
  return ((mask & Privilege.grantOption) === 0 ? words : [...words, 'Grant']).join(',');
}

const tablesPriv = perAccount(
  'tables_priv',
  [
    ['Host', 'name'],
    ['Db', 'name'],
    ['User', 'name'],
    ['Table_name', 'name'],
    ['Table_priv', 'text'],
    ['Column_priv', 'text'],
  ],
  ({user: name, host, grants: {tables, columns}}) => {
    const places = [...tables, ...columns].filter(
      (place, i, all) => all.findIndex(({schema, table}) => schema === place.schema && table === place.table) === i,
    );
    return places.map(({schema, table}) => {
      const isHere = (grant: {schema: string; table: string}): boolean =>
        grant.schema === schema && grant.table === table;
      const onTable = tables.filter(isHere).reduce((mask, grant) => mask | grant.mask, 0);
      const onColumns = columns.filter(isHere).reduce((mask, grant) => mask | grant.mask, 0);
      return [host, schema, name, table, setText(onTable), setText(onColumns)];
    });
  },
);

const columnsPriv = perAccount(
  'columns_priv',
  [
    ['Host', 'name'],
    ['Db', 'name'],
    ['User', 'name'],
    ['Table_name', 'name'],
    ['Column_name', 'name'],
    ['Column_priv', 'text'],
  ],
  ({user: name, host, grants}) =>
    grants.columns.map(({schema, table, column, mask}) => [host, schema, name, table, column, setText(mask)]),
);

const roleEdges = perAccount(
  'role_edges',
  [
    ['FROM_HOST', 'name'],
    ['FROM_USER', 'name'],
    ['TO_HOST', 'name'],
    ['TO_USER', 'name'],
    ['WITH_ADMIN_OPTION', 'name'],
  ],
  ({user: name, host, roles}) => roles.map(role => [role.host, role.user, host, name, yesNo(role.admin)]),
);

const defaultRoles = perAccount(
  'default_roles',
  [
    ['HOST', 'name'],
    ['USER', 'name'],
    ['DEFAULT_ROLE_HOST', 'name'],
    ['DEFAULT_ROLE_USER', 'name'],
  ],
  ({user: name, host, defaultRoles: roles}) => roles.map(role => [host, name, role.host, role.user]),
);

const globalGrants = perAccount(
  'global_grants',
  [
    ['USER', 'name'],
    ['HOST', 'name'],
    ['PRIV', 'name'],
    ['WITH_GRANT_OPTION', 'name'],
  ],
  ({user: account, host, grants}) => grants.dynamic.map(({name, grantable}) => [account, host, name, yesNo(grantable)]),
);

/** The logs go to the server's own log; these are there because dumps ask for them. */
const generalLog = emptyTable('general_log', [
  ['event_time', 'datetime'],
  ['user_host', 'long'],
  ['thread_id', 'uint'],
  ['server_id', 'uint'],
  ['command_type', 'name'],
  ['argument', 'long'],
]);
const slowLog = emptyTable('slow_log', [
  ['start_time', 'datetime'],
  ['user_host', 'long'],
  ['query_time', 'name'],
  ['lock_time', 'name'],
  ['rows_sent', 'int'],
  ['rows_examined', 'int'],
  ['db', 'text'],
  ['sql_text', 'long'],
  ['thread_id', 'uint'],
]);

export const ACCOUNT_TABLES: readonly VirtualDefinition[] = [
  user,
  db,
  tablesPriv,
  columnsPriv,
  roleEdges,
  defaultRoles,
  globalGrants,
  generalLog,
  slowLog,
];
