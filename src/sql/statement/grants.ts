// GRANT and REVOKE of privileges, and SHOW GRANTS.

import {SqlError} from '../../base/sql-error.ts';
import type {StoredAccount} from '../catalog/accounts.ts';
import {canonicalSchema, quoteName} from '../catalog/names.ts';
import {
  GLOBAL_PRIVILEGES,
  Privilege,
  privilegeBit,
  privilegeNames,
  SCHEMA_PRIVILEGES,
  TABLE_PRIVILEGES,
} from '../catalog/privileges.ts';
import {type Grants, NO_GRANTS} from '../catalog/rights.ts';
import {lockAccounts} from '../catalog/rights-cache.ts';
import type {Steps} from '../catalog/steps.ts';
import type {GrantStatement, Privilege as PrivilegeAst, Show} from '../parse/ast-command.ts';
import {needSchema, needTable, schemaDenied} from './access.ts';
import {findAccount, namedAccount, storeAccount} from './account-records.ts';
import type {ShowResult} from './show/show-result.ts';
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
  checkMayGrant(context, place, mask);
  yield* lockAccounts(context.engine);
  if (isGrant && place?.kind === 'table') yield* checkTable(context, place.schema, place.table, mask);
  for (const name of ast.accounts) {
    const named = namedAccount(context, name);
    const account = yield* findAccount(context, named);
    if (account === undefined) {
      if (isGrant) throw new SqlError('ER_CANT_CREATE_USER_WITH_GRANT');
      if (ast.ignoreUnknownUser) continue;
      throw new SqlError('ER_NONEXISTING_GRANT', named.user, named.host);
    }
    yield* storeAccount(context, {...account, grants: changedGrants(ast, account, place, mask)});
  }
  return NOTHING_DONE;
}

/** Undefined: REVOKE ALL PRIVILEGES, GRANT OPTION. */
function placeOf(context: StatementContext, {target}: GrantStatement): Place | undefined {
  if (target === null) return undefined;
  if (target.type === 'function' || target.type === 'procedure')
    throw new SqlError('ER_NOT_SUPPORTED_YET', 'privileges on routines');
  if (target.schema === '*') return {kind: 'global'};
  const schema = canonicalSchema(target.schema ?? context.state.database);
  if (schema === '') throw new SqlError('ER_NO_DB');
  return target.name === '*' ? {kind: 'schema', schema} : {kind: 'table', schema, table: target.name};
}

function maskOf({privileges, grantOption}: GrantStatement, place: Place): number {
  const mask = privileges.reduce((bits, privilege) => bits | bitsOf(privilege, place), 0);
  return grantOption ? mask | Privilege.grantOption : mask;
}

function bitsOf({name, columns}: PrivilegeAst, place: Place): number {
  if (columns.length > 0) throw new SqlError('ER_NOT_SUPPORTED_YET', 'privileges on columns');
  const possible = LEVELS[place.kind];
  if (name === 'ALL') return possible;
  const bit = privilegeBit(name);
  if (bit === undefined) throw new SqlError('ER_NOT_SUPPORTED_YET', `privilege ${name}`);
  if ((bit & ~(possible | Privilege.grantOption)) === 0) return bit;
  if (place.kind === 'schema') throw new SqlError('ER_WRONG_USAGE', 'DB GRANT', 'GLOBAL PRIVILEGES');
  throw new SqlError('ER_ILLEGAL_GRANT_FOR_TABLE');
}

/** Nobody gives or takes what he does not have, with GRANT OPTION, himself. */
function checkMayGrant(context: StatementContext, place: Place | undefined, mask: number): void {
  const {rights, state} = context;
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

/** A table must be there, unless the right to create it is given. */
function* checkTable({catalog, engine}: StatementContext, schema: string, table: string, mask: number): Steps<void> {
  if ((mask & Privilege.create) !== 0 || (yield* catalog.exists(engine, schema, table))) return;
  throw new SqlError('ER_NO_SUCH_TABLE', schema, table);
}

function changedGrants(ast: GrantStatement, account: StoredAccount, place: Place | undefined, mask: number): Grants {
  const {grants} = account;
  if (place === undefined) return NO_GRANTS;
  const change = (had: number): number => (ast.kind === 'grant' ? had | mask : had & ~mask);
  if (place.kind === 'global') return {...grants, global: change(grants.global)};
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
  if (had === undefined && mustExist(ast))
    throw new SqlError('ER_NONEXISTING_TABLE_GRANT', account.user, account.host, table);
  const others = grants.tables.filter(grant => !isHere(grant));
  const now = {schema, table, mask: change(had ?? 0)};
  return {...grants, tables: now.mask === 0 ? others : [...others, now]};
}

function mustExist({kind, ifExists}: GrantStatement): boolean {
  return kind === 'revoke' && !ifExists;
}

// --- SHOW GRANTS ---------------------------------------------------------------------------------------------------

export function* showGrants(context: StatementContext, ast: Show): Steps<ShowResult> {
  const named = namedAccount(context, ast.account ?? {at: ast.at, user: null, host: '%'});
  const {catalog, engine} = context;
  const account = yield* catalog.readers.read(engine.waiter, reader => findAccount(context, named, reader));
  if (account === undefined) throw new SqlError('ER_NONEXISTING_GRANT', named.user, named.host);
  const to = `${quoteName(account.user)}@${quoteName(account.host)}`;
  const {global, schemas, tables} = account.grants;
  const lines = [
    grantText(global, GLOBAL_PRIVILEGES, '*.*', to),
    ...schemas.map(({schema, mask}) => grantText(mask, SCHEMA_PRIVILEGES, `${quoteName(schema)}.*`, to)),
    ...tables.map(({schema, table, mask}) =>
      grantText(mask, TABLE_PRIVILEGES, `${quoteName(schema)}.${quoteName(table)}`, to),
    ),
  ];
  return {columns: [[`Grants for ${account.user}@${account.host}`, 'text']], rows: lines.map(line => [line])};
}

function grantText(mask: number, all: number, on: string, to: string): string {
  const names = privilegeNames(mask).join(', ');
  const given = (mask & all) === all ? 'ALL PRIVILEGES' : names === '' ? 'USAGE' : names;
  const option = (mask & Privilege.grantOption) === 0 ? '' : ' WITH GRANT OPTION';
  return `GRANT ${given} ON ${on} TO ${to}${option}`;
}
