// Accounts as statements name them, and their records.

import {SqlError} from '../../base/sql-error.ts';
import type {EngineSession} from '../../engine/api.ts';
import {accountRecord, decodeAccount} from '../catalog/account-text.ts';
import type {AccountId, StoredAccount} from '../catalog/accounts.ts';
import {RecordKind} from '../catalog/record-tree.ts';
import type {Steps} from '../catalog/steps.ts';
import type {AccountName} from '../parse/ast-expression.ts';
import type {StatementContext} from './statement-context.ts';

const NAME_CHARACTERS_MAX = 32;

/** CURRENT_USER is the account of the session. */
export function namedAccount({state}: StatementContext, {user, host}: AccountName): AccountId {
  if (user === null) return {user: state.identity.accountUser, host: state.identity.accountHost};
  if (user.length > NAME_CHARACTERS_MAX)
    throw new SqlError('ER_WRONG_STRING_LENGTH', user, 'user name', NAME_CHARACTERS_MAX);
  return {user, host: host.toLowerCase()};
}

export function accountText({user, host}: AccountId): string {
  return `'${user}'@'${host}'`;
}

/** The account as the session's transaction (or another reader) sees it; undefined when there is none. */
export function* findAccount(
  {catalog, engine: own}: StatementContext,
  {user, host}: AccountId,
  engine: EngineSession = own,
): Steps<StoredAccount | undefined> {
  engine.renewView();
  const text = yield* catalog.records.read(engine, RecordKind.account, user, host);
  return text === undefined ? undefined : decodeAccount({name1: user, name2: host, text});
}

/** Puts an account in the place of the one of its name. */
export function* storeAccount({catalog, engine}: StatementContext, account: StoredAccount): Steps<void> {
  yield* catalog.records.remove(engine, RecordKind.account, account.user, account.host);
  yield* catalog.records.insert(engine, RecordKind.account, accountRecord(account));
}
