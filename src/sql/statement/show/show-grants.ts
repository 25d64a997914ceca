// SHOW GRANTS: the statements that would give an account what it has.

import {SqlError} from '../../../base/sql-error.ts';
import {isSameAccount, type RoleGrant, type StoredAccount} from '../../catalog/accounts.ts';
import {quoteName} from '../../catalog/names.ts';
import {
  COLUMN_PRIVILEGES,
  GLOBAL_PRIVILEGES,
  Privilege,
  privilegeNames,
  SCHEMA_PRIVILEGES,
  TABLE_PRIVILEGES,
} from '../../catalog/privileges.ts';
import {type ColumnGrant, type Grants, joinedGrants} from '../../catalog/rights.ts';
import type {Steps} from '../../catalog/steps.ts';
import type {Show} from '../../parse/ast-command.ts';
import {findAccount, namedAccount} from '../account-records.ts';
import {chosenRoles} from '../roles.ts';
import type {StatementContext} from '../statement-context.ts';
import type {ShowResult} from './show-result.ts';

export function* showGrants(context: StatementContext, ast: Show): Steps<ShowResult> {
  const named = namedAccount(context, ast.account ?? {at: ast.at, user: null, host: '%'});
  const {catalog, engine} = context;
  const accounts = yield* catalog.readers.read(engine.waiter, function* (reader) {
    const account = yield* findAccount(context, named, reader);
    if (account === undefined) throw new SqlError('ER_NONEXISTING_GRANT', named.user, named.host);
    const found: StoredAccount[] = [account];
    for (const role of chosenRoles(context, {kind: 'list', roles: ast.using}, account)) {
      const used = yield* findAccount(context, role, reader);
      if (used !== undefined && !found.some(each => isSameAccount(each, used))) found.push(used);
    }
    return found;
  });
  const [account] = accounts;
  const grants = accounts.length === 1 ? account.grants : merged(joinedGrants(accounts.map(each => each.grants)));
  const to = `${quoteName(account.user)}@${quoteName(account.host)}`;
  const lines = [...grantLines(grants, to), ...roleLines(account.roles, to)];
  return {columns: [[`Grants for ${account.user}@${account.host}`, 'text']], rows: lines.map(line => [line])};
}

function grantLines(grants: Grants, to: string): readonly string[] {
  const {global, schemas, tables, columns, dynamic} = grants;
  const isHere =
    (schema: string, table: string) =>
    (grant: ColumnGrant): boolean =>
      grant.schema === schema && grant.table === table;
  const columnsOnly = columns.filter(({schema, table}, i) => {
    const isFirst = columns.findIndex(isHere(schema, table)) === i;
    return isFirst && !tables.some(grant => grant.schema === schema && grant.table === table);
  });
  const dynamicLine = (grantable: boolean): readonly string[] => {
    const names = dynamic.filter(grant => grant.grantable === grantable).map(({name}) => name);
    return names.length === 0
      ? []
      : [`GRANT ${names.join(',')} ON *.* TO ${to}${grantable ? ' WITH GRANT OPTION' : ''}`];
  };
  return [
    grantText(global, GLOBAL_PRIVILEGES, '*.*', to),
    ...dynamicLine(false),
    ...dynamicLine(true),
    ...schemas.map(({schema, mask}) => grantText(mask, SCHEMA_PRIVILEGES, `${quoteName(schema)}.*`, to)),
    ...[...tables, ...columnsOnly.map(({schema, table}) => ({schema, table, mask: 0}))].map(({schema, table, mask}) =>
      grantText(
        mask,
        TABLE_PRIVILEGES,
        `${quoteName(schema)}.${quoteName(table)}`,
        to,
        columns.filter(isHere(schema, table)),
      ),
    ),
  ];
}

function grantText(mask: number, all: number, on: string, to: string, columns: readonly ColumnGrant[] = []): string {
  const onColumns = privilegeNames(COLUMN_PRIVILEGES).flatMap(name => {
    const named = columns
      .filter(grant => privilegeNames(grant.mask).includes(name))
      .map(({column}) => quoteName(column));
    return named.length === 0 ? [] : [`${name} (${named.join(', ')})`];
  });
  const names = [...privilegeNames(mask), ...onColumns].join(', ');
  const given = (mask & all) === all ? 'ALL PRIVILEGES' : names === '' ? 'USAGE' : names;
  const option = (mask & Privilege.grantOption) === 0 ? '' : ' WITH GRANT OPTION';
  return `GRANT ${given} ON ${on} TO ${to}${option}`;
}

function roleLines(roles: readonly RoleGrant[], to: string): readonly string[] {
  const line = (admin: boolean): readonly string[] => {
    const names = roles
      .filter(role => role.admin === admin)
      .map(({user, host}) => `${quoteName(user)}@${quoteName(host)}`);
    return names.length === 0 ? [] : [`GRANT ${names.sort().join(',')} TO ${to}${admin ? ' WITH ADMIN OPTION' : ''}`];
  };
  return [...line(false), ...line(true)];
}

/** Each place once. */
function merged({global, schemas, tables, columns, dynamic}: Grants): Grants {
  const once = <T extends {readonly mask: number}>(all: readonly T[], key: (grant: T) => string): readonly T[] => {
    const found = new Map<string, T>();
    for (const grant of all) {
      const had = found.get(key(grant));
      found.set(key(grant), had === undefined ? grant : {...had, mask: had.mask | grant.mask});
    }
    return [...found.values()];
  };
  return {
    global,
    schemas: once(schemas, ({schema}) => schema),
    tables: once(tables, ({schema, table}) => `${schema}\0${table}`),
    columns: once(columns, ({schema, table, column}) => `${schema}\0${table}\0${column}`),
    dynamic: [...new Map(dynamic.map(grant => [grant.name, grant])).values()],
  };
}
