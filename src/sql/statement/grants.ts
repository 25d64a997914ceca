// GRANT and REVOKE of privileges.

import {SqlError} from '../../base/sql-error.ts';
import type {StoredAccount} from '../catalog/accounts.ts';
import {canonicalSchema} from '../catalog/names.ts';
import {
  COLUMN_PRIVILEGES,
  DYNAMIC_PRIVILEGES,
  GLOBAL_PRIVILEGES,
  Privilege,
  privilegeBit,
  SCHEMA_PRIVILEGES,
  TABLE_PRIVILEGES,
} from '../catalog/privileges.ts';
import {type ColumnGrant, type DynamicGrant, type Grants, NO_GRANTS} from '../catalog/rights.ts';
import {lockAccounts} from '../catalog/rights-cache.ts';
import type {Steps} from '../catalog/steps.ts';
import type {GrantStatement, Privilege as PrivilegeAst} from '../parse/ast-command.ts';
import {needSchema, needTable, schemaDenied} from './access.ts';
import {findAccount, namedAccount, storeAccount} from './account-records.ts';
import {NOTHING_DONE, type Outcome, type StatementContext} from './statement-context.ts';

/** What a GRANT is on. */
type Place =
  | {readonly kind: 'global'}
  | {readonly kind: 'schema'; readonly schema: string}
  | {readonly kind: 'table'; readonly schema: string; readonly table: string};

/** Every privilege that can be had somewhere. */
const ANY = GLOBAL_PRIVILEGES;
const LEVELS = {global: GLOBAL_PRIVILEGES, schema: SCHEMA_PRIVILEGES, table: TABLE_PRIVILEGES};

export function* grantOrRevoke(context: StatementContext, ast: GrantStatement): Steps<Outcome> {
  if (ast.as !== null) throw new SqlError('ER_NOT_SUPPORTED_YET', 'GRANT ... AS');
  const isGrant = ast.kind === 'grant';
  const place = placeOf(context, ast);
  const mask = place === undefined ? ANY | Privilege.grantOption : maskOf(ast, place);
  const columns = place?.kind === 'table' ? columnsOf(ast, place) : [];
  const dynamic = place === undefined ? DYNAMIC_PRIVILEGES : dynamicOf(ast, place);
  checkMayGrant(
    context,
    place,
    columns.reduce((bits, column) => bits | column.mask, mask),
    dynamic,
  );
  yield* lockAccounts(context.engine);
  if (isGrant && place?.kind === 'table') yield* checkTable(context, place.schema, place.table, mask, columns);
  for (const name of ast.accounts) {
    const named = namedAccount(context, name);
    const account = yield* findAccount(context, named);
    if (account === undefined) {
      if (isGrant) throw new SqlError('ER_CANT_CREATE_USER_WITH_GRANT');
      if (ast.ignoreUnknownUser) continue;
      throw new SqlError('ER_NONEXISTING_GRANT', named.user, named.host);
    }
    yield* storeAccount(context, {...account, grants: changedGrants(ast, account, place, {mask, columns, dynamic})});
  }
  return NOTHING_DONE;
}

/** Undefined: REVOKE ALL PRIVILEGES, GRANT OPTION. */
function placeOf(context: StatementContext, {target}: GrantStatement): Place | undefined {
  if (target === null) return undefined;
  // There are no stored programs, so there is none to have a privilege on.
  if (target.type === 'function' || target.type === 'procedure')
    throw new SqlError('ER_SP_DOES_NOT_EXIST', target.type.toUpperCase(), target.name);
  if (target.schema === '*') return {kind: 'global'};
  const schema = canonicalSchema(target.schema ?? context.state.database);
  if (schema === '') throw new SqlError('ER_NO_DB');
  return target.name === '*' ? {kind: 'schema', schema} : {kind: 'table', schema, table: target.name};
}

function maskOf({privileges, grantOption}: GrantStatement, place: Place): number {
  const mask = privileges.reduce((bits, privilege) => bits | bitsOf(privilege, place), 0);
  // Dynamic privileges have a GRANT OPTION of their own.
  const isDynamic = privileges.every(({name}) => DYNAMIC_PRIVILEGES.includes(name));
  return grantOption && !isDynamic ? mask | Privilege.grantOption : mask;
}

/** Bits of a privilege that is not on columns and is not dynamic. */
function bitsOf({name, columns}: PrivilegeAst, place: Place): number {
  if (columns.length > 0) {
    if (place.kind !== 'table' || name === 'ALL')
      throw new SqlError('ER_WRONG_USAGE', 'COLUMN GRANT', 'NON-COLUMN PRIVILEGES');
    return 0;
  }
  const possible = LEVELS[place.kind];
  if (name === 'ALL') return possible;
  const bit = privilegeBit(name);
  if (bit === undefined && DYNAMIC_PRIVILEGES.includes(name)) return 0;
  if (bit === undefined) throw new SqlError('ER_SYNTAX_ERROR');
  if ((bit & ~(possible | Privilege.grantOption)) === 0) return bit;
  if (place.kind === 'schema') throw new SqlError('ER_WRONG_USAGE', 'DB GRANT', 'GLOBAL PRIVILEGES');
  throw new SqlError('ER_ILLEGAL_GRANT_FOR_TABLE');
}

/** What is on columns; a column may be named for several privileges. */
function columnsOf({privileges}: GrantStatement, {schema, table}: {schema: string; table: string}): ColumnGrant[] {
  return privileges.flatMap(({name, columns}) => {
    const mask = privilegeBit(name) ?? 0;
    if (columns.length > 0 && (mask & COLUMN_PRIVILEGES) === 0) throw new SqlError('ER_ILLEGAL_GRANT_FOR_TABLE');
    return columns.map(column => ({schema, table, column: column.toLowerCase(), mask}));
  });
}

/** Names of the dynamic privileges; ALL on everything brings all of them. */
function dynamicOf({privileges}: GrantStatement, place: Place): readonly string[] {
  const names = privileges.filter(({name}) => DYNAMIC_PRIVILEGES.includes(name)).map(({name}) => name);
  if (place.kind === 'global') return privileges.some(({name}) => name === 'ALL') ? DYNAMIC_PRIVILEGES : names;
  if (names.length > 0) throw new SqlError('ER_ILLEGAL_PRIVILEGE_LEVEL', names[0]);
  return [];
}

/** Nobody gives or takes what he does not have, with GRANT OPTION, himself. */
function checkMayGrant(
  context: StatementContext,
  place: Place | undefined,
  mask: number,
  dynamic: readonly string[],
): void {
  const {rights, state} = context;
  const mayGive = (name: string): boolean => rights.grants.dynamic.some(had => had.name === name && had.grantable);
  const stranger = place === undefined ? undefined : dynamic.find(name => !mayGive(name));
  if (stranger !== undefined) throw new SqlError('ER_SPECIFIC_ACCESS_DENIED', 'GRANT OPTION');
  // A statement of dynamic privileges alone asks for nothing else.
  if (place?.kind === 'global' && dynamic.length > 0 && (mask & ~Privilege.grantOption) === 0) return;
  const needed = mask | Privilege.grantOption;
  if (place?.kind === 'schema') needSchema(context, needed, place.schema);
  else if (place?.kind === 'table') needTable(context, needed, 'GRANT', place.schema, place.table);
  else if (place === undefined && (rights.global & Privilege.createUser) !== 0) return;
  else if ((rights.global & needed) !== needed) {
    const {accountUser, accountHost} = state.identity;
    if (place === undefined) throw schemaDenied(context, 'mysql');
    throw new SqlError('ER_ACCESS_DENIED', accountUser, accountHost, 'YES');
  }
}

/** A table must be there, unless the right to create it is given; columns must be there too. */
function* checkTable(
  {catalog, engine}: StatementContext,
  schema: string,
  table: string,
  mask: number,
  columns: readonly ColumnGrant[],
): Steps<void> {
  if (columns.length === 0 && ((mask & Privilege.create) !== 0 || (yield* catalog.exists(engine, schema, table))))
    return;
  const opened = columns.length === 0 ? undefined : yield* catalog.open(engine, schema, table, false);
  if (opened === undefined) throw new SqlError('ER_NO_SUCH_TABLE', schema, table);
  const named = opened.kind === 'view' ? opened.view.columns : opened.stored.columns.map(({name}) => name);
  const stranger = columns.find(({column}) => !named.some(name => name.toLowerCase() === column));
  if (stranger !== undefined) throw new SqlError('ER_BAD_FIELD', stranger.column, table);
}

/** What a statement gives or takes. */
interface Gift {
  readonly mask: number;
  readonly columns: readonly ColumnGrant[];
  readonly dynamic: readonly string[];
}

function changedGrants(ast: GrantStatement, account: StoredAccount, place: Place | undefined, gift: Gift): Grants {
  const {grants} = account;
  const {mask} = gift;
  if (place === undefined) return NO_GRANTS;
  const change = (had: number): number => (ast.kind === 'grant' ? had | mask : had & ~mask);
  if (place.kind === 'global')
    return {...grants, global: change(grants.global), dynamic: changedDynamic(ast, grants.dynamic, gift.dynamic)};
  if (place.kind === 'schema') {
    const had = grants.schemas.find(grant => grant.schema === place.schema)?.mask;
    if (had === undefined && mustExist(ast)) throw new SqlError('ER_NONEXISTING_GRANT', account.user, account.host);
    const others = grants.schemas.filter(grant => grant.schema !== place.schema);
    const now = {schema: place.schema, mask: change(had ?? 0)};
    return {...grants, schemas: now.mask === 0 ? others : [...others, now]};
  }
  const {schema, table} = place;
  const isHere = (grant: Grants['tables'][number]): boolean => grant.schema === schema && grant.table === table;
  const had = grants.tables.find(isHere)?.mask;
  const hasColumns = grants.columns.some(isHere);
  if (had === undefined && !hasColumns && mustExist(ast))
    throw new SqlError('ER_NONEXISTING_TABLE_GRANT', account.user, account.host, table);
  const others = grants.tables.filter(grant => !isHere(grant));
  const now = {schema, table, mask: change(had ?? 0)};
  return {
    ...grants,
    tables: now.mask === 0 ? others : [...others, now],
    columns: changedColumns(ast, grants.columns, place, gift),
  };
}

/** A privilege that is taken from the table is taken from its columns too. */
function changedColumns(
  {kind}: GrantStatement,
  had: readonly ColumnGrant[],
  {schema, table}: {schema: string; table: string},
  {mask, columns}: Gift,
): readonly ColumnGrant[] {
  const isHere = (grant: ColumnGrant): boolean => grant.schema === schema && grant.table === table;
  const masks = new Map(had.filter(isHere).map(grant => [grant.column, grant.mask]));
  if (kind === 'grant')
    for (const given of columns) masks.set(given.column, (masks.get(given.column) ?? 0) | given.mask);
  else {
    for (const [column, old] of masks) masks.set(column, old & ~mask);
    for (const taken of columns) masks.set(taken.column, (masks.get(taken.column) ?? 0) & ~taken.mask);
  }
  const now = [...masks]
    .filter(([, bits]) => bits !== 0)
    .map(([column, bits]) => ({schema, table, column, mask: bits}));
  return [...had.filter(grant => !isHere(grant)), ...now];
}

function changedDynamic(
  {kind, grantOption}: GrantStatement,
  had: readonly DynamicGrant[],
  names: readonly string[],
): readonly DynamicGrant[] {
  const others = had.filter(({name}) => !names.includes(name));
  if (kind === 'revoke') return others;
  const wasGrantable = (name: string): boolean => had.some(grant => grant.name === name && grant.grantable);
  const given = names.map(name => ({name, grantable: grantOption || wasGrantable(name)}));
  return [...others, ...given].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function mustExist({kind, ifExists}: GrantStatement): boolean {
  return kind === 'revoke' && !ifExists;
}
