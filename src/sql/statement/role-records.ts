// Roles in the records of accounts: which exist, and who has them.

import {SqlError} from '../../base/sql-error.ts';
import {decodeAccount} from '../catalog/account-text.ts';
import {type AccountId, isSameAccount, type StoredAccount} from '../catalog/accounts.ts';
import {RecordKind} from '../catalog/record-tree.ts';
import type {Steps} from '../catalog/steps.ts';
import type {AccountName} from '../parse/ast-expression.ts';
import {findAccount, namedAccount, storeAccount} from './account-records.ts';
import type {StatementContext} from './statement-context.ts';

/** The accounts that these names mean, as roles; 3523 for one that is not there. */
export function* existingRoles(context: StatementContext, names: readonly AccountName[]): Steps<readonly AccountId[]> {
  const roles: AccountId[] = [];
  for (const name of names) {
    const role = namedAccount(context, name);
    if ((yield* findAccount(context, role)) === undefined)
      throw new SqlError('ER_UNKNOWN_AUTHID', role.user, role.host);
    roles.push(role);
  }
  return roles;
}

/** Every account. */
export function* allAccounts({catalog, engine}: StatementContext): Steps<readonly StoredAccount[]> {
  engine.renewView();
  return (yield* catalog.records.list(engine, RecordKind.account)).map(decodeAccount);
}

/** Whoever has one of these roles has the other one instead; undefined: none. */
export function* renameRole(
  context: StatementContext,
  old: readonly AccountId[],
  to: AccountId | undefined,
): Steps<void> {
  const change = <T extends AccountId>(roles: readonly T[]): readonly T[] =>
    roles.flatMap(role => {
      if (!old.some(each => isSameAccount(each, role))) return [role];
      return to === undefined ? [] : [{...role, ...to}];
    });
  const isHad = (role: AccountId): boolean => old.some(each => isSameAccount(each, role));
  for (const account of yield* allAccounts(context)) {
    if (!account.roles.some(isHad) && !account.defaultRoles.some(isHad)) continue;
    const {roles, defaultRoles} = account;
    yield* storeAccount(context, {...account, roles: change(roles), defaultRoles: change(defaultRoles)});
  }
}
