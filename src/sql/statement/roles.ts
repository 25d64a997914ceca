// CREATE ROLE, GRANT and REVOKE of roles, SET DEFAULT ROLE. A role is an account that is born locked and without a password.

import {SqlError} from '../../base/sql-error.ts';
import {type AccountId, isSameAccount, type RoleGrant, type StoredAccount} from '../catalog/accounts.ts';
import {lockAccounts} from '../catalog/rights-cache.ts';
import type {Steps} from '../catalog/steps.ts';
import type {CreateRole, GrantRoles, RoleSet, SetDefaultRole} from '../parse/ast-command.ts';
import {accountText, findAccount, namedAccount, storeAccount} from './account-records.ts';
import {allAccounts, existingRoles} from './role-records.ts';
import {NOTHING_DONE, type Outcome, type StatementContext} from './statement-context.ts';
import {newAccount} from './users.ts';

export function* createRoles(context: StatementContext, ast: CreateRole): Steps<Outcome> {
  yield* lockAccounts(context.engine);
  const failed: string[] = [];
  for (const name of ast.roles) {
    const role = namedAccount(context, name);
    const isThere = (yield* findAccount(context, role)) !== undefined;
    if (!isThere) yield* storeAccount(context, {...newAccount(role), locked: true});
    else if (ast.ifNotExists)
      context.state.warning('Note', 3163, `Authorization ID ${accountText(role)} already exists.`);
    else failed.push(accountText(role));
  }
  if (failed.length > 0) throw new SqlError('ER_CANNOT_USER', 'CREATE ROLE', failed.join(','));
  return NOTHING_DONE;
}

export function* grantRoles(context: StatementContext, ast: GrantRoles): Steps<Outcome> {
  yield* lockAccounts(context.engine);
  const roles = yield* existingRoles(context, ast.roles);
  yield* checkMayGive(context, roles);
  for (const name of ast.accounts) {
    const named = namedAccount(context, name);
    const account = yield* findAccount(context, named);
    if (account === undefined) {
      if (ast.ignoreUnknownUser) continue;
      throw new SqlError('ER_UNKNOWN_AUTHID', named.user, named.host);
    }
    if (ast.kind === 'grantRoles') yield* checkNoLoop(context, account, roles);
    yield* storeAccount(
      context,
      ast.kind === 'grantRoles' ? withRoles(account, roles, ast.adminOption) : withoutRoles(account, roles),
    );
  }
  return NOTHING_DONE;
}

function withRoles(account: StoredAccount, roles: readonly AccountId[], admin: boolean): StoredAccount {
  const all: RoleGrant[] = [...account.roles];
  for (const role of roles) {
    const at = all.findIndex(had => isSameAccount(had, role));
    if (at < 0) all.push({...role, admin});
    else if (admin) all[at] = {...all[at], admin};
  }
  return {...account, roles: all};
}

function withoutRoles(account: StoredAccount, roles: readonly AccountId[]): StoredAccount {
  const stays = (role: AccountId): boolean => !roles.some(each => isSameAccount(each, role));
  return {...account, roles: account.roles.filter(stays), defaultRoles: account.defaultRoles.filter(stays)};
}

/** ROLE_ADMIN, or each of the roles WITH ADMIN OPTION: 1227. */
function* checkMayGive(context: StatementContext, roles: readonly AccountId[]): Steps<void> {
  if (context.rights.hasDynamic('ROLE_ADMIN')) return;
  const {accountUser, accountHost} = context.state.identity;
  const own = yield* findAccount(context, {user: accountUser, host: accountHost});
  const mayGive = (role: AccountId): boolean => own?.roles.some(had => had.admin && isSameAccount(had, role)) ?? false;
  if (!roles.every(mayGive)) throw new SqlError('ER_SPECIFIC_ACCESS_DENIED', 'WITH ADMIN, ROLE_ADMIN, SUPER');
}

/** Nothing may be, by way of whatever roles, a role of itself. */
function* checkNoLoop(context: StatementContext, account: StoredAccount, roles: readonly AccountId[]): Steps<void> {
  const all = yield* allAccounts(context);
  const seen: AccountId[] = [];
  const open = [...roles];
  for (let role = open.pop(); role !== undefined; role = open.pop()) {
    const {user, host} = role;
    if (isSameAccount(role, account))
      throw new SqlError('ER_ROLE_GRANTED_TO_ITSELF', accountText(roles[0]), accountText(account));
    if (seen.some(each => isSameAccount(each, {user, host}))) continue;
    seen.push(role);
    open.push(...(all.find(each => isSameAccount(each, {user, host}))?.roles ?? []));
  }
}

export function* setDefaultRoles(context: StatementContext, ast: SetDefaultRole): Steps<Outcome> {
  yield* lockAccounts(context.engine);
  for (const name of ast.accounts) {
    const named = namedAccount(context, name);
    const {accountUser, accountHost} = context.state.identity;
    const isOwn = isSameAccount(named, {user: accountUser, host: accountHost});
    if (!isOwn && !context.rights.hasDynamic('ROLE_ADMIN'))
      throw new SqlError('ER_SPECIFIC_ACCESS_DENIED', 'CREATE USER');
    const account = yield* findAccount(context, named);
    if (account === undefined) throw new SqlError('ER_UNKNOWN_AUTHID', named.user, named.host);
    yield* storeAccount(context, {...account, defaultRoles: chosenRoles(context, ast.roles, account)});
  }
  return NOTHING_DONE;
}

/** The roles that a list means for an account; each must have been granted to it: 3530. */
export function chosenRoles(context: StatementContext, set: RoleSet, account: StoredAccount): readonly AccountId[] {
  const named = set.roles.map(role => namedAccount(context, role));
  const granted = account.roles.map(({user, host}) => ({user, host}));
  switch (set.kind) {
    case 'none':
      return [];
    case 'default':
      return account.defaultRoles;
    case 'all':
      return granted;
    case 'allExcept':
      return granted.filter(role => !named.some(each => isSameAccount(each, role)));
    case 'list': {
      const stranger = named.find(role => !granted.some(each => isSameAccount(each, role)));
      if (stranger === undefined) return named;
      throw new SqlError('ER_ROLE_NOT_GRANTED', stranger.user, stranger.host, account.user, account.host);
    }
  }
}
