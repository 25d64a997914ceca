// CREATE USER, ALTER USER, DROP USER, RENAME USER, SET PASSWORD. Accounts can be made, changed and locked; there are no password rules and no
// second passwords. Roles are accounts too (roles.ts).

import {SqlError} from '../../base/sql-error.ts';
import {NO_LIMITS} from '../catalog/account-text.ts';
import type {AccountId, AuthenticationPlugin, ResourceLimits, StoredAccount} from '../catalog/accounts.ts';
import {isSameAccount} from '../catalog/accounts.ts';
import {Privilege} from '../catalog/privileges.ts';
import {RecordKind} from '../catalog/record-tree.ts';
import {NO_GRANTS} from '../catalog/rights.ts';
import {lockAccounts} from '../catalog/rights-cache.ts';
import type {Steps} from '../catalog/steps.ts';
import type {
  AccountDefinition,
  AccountOption,
  Authentication,
  DropAccounts,
  RenameUser,
  SetPassword,
  TlsRequirement,
  UserStatement,
} from '../parse/ast-command.ts';
import {needGlobal} from './access.ts';
import {accountText, findAccount, namedAccount, storeAccount} from './account-records.ts';
import {existingRoles, renameRole} from './role-records.ts';
import {NOTHING_DONE, type Outcome, type StatementContext} from './statement-context.ts';

const DEFAULT_PLUGIN: AuthenticationPlugin = 'caching_sha2_password';

// --- CREATE and ALTER ----------------------------------------------------------------------------------------------

export function* changeUsers(context: StatementContext, ast: UserStatement): Steps<Outcome> {
  yield* lockAccounts(context.engine);
  const defaultRoles = yield* existingRoles(context, ast.defaultRoles);
  const failed: string[] = [];
  for (const definition of ast.accounts) {
    const name = namedAccount(context, definition.account);
    if (ast.kind === 'alterUser') checkMayAlter(context, ast, name);
    const old = yield* findAccount(context, name);
    const isWrong = ast.kind === 'createUser' ? old !== undefined : old === undefined;
    if (!isWrong) {
      const account = defined(context, ast, definition, old ?? newAccount(name));
      yield* storeAccount(context, withDefaultRoles(account, defaultRoles));
    } else if (ast.ifExists) noteSkipped(context, ast.kind, accountText(name));
    else failed.push(accountText(name));
  }
  if (failed.length > 0)
    throw new SqlError('ER_CANNOT_USER', ast.kind === 'createUser' ? 'CREATE USER' : 'ALTER USER', failed.join(','));
  return NOTHING_DONE;
}

/** CREATE USER ... DEFAULT ROLE: a new account is granted the roles that are its default ones. */
function withDefaultRoles(account: StoredAccount, roles: readonly AccountId[]): StoredAccount {
  if (roles.length === 0) return account;
  const granted = roles.filter(role => !account.roles.some(had => isSameAccount(had, role)));
  return {
    ...account,
    roles: [...account.roles, ...granted.map(role => ({...role, admin: false}))],
    defaultRoles: roles,
  };
}

/** One's own password is one's own; all else needs CREATE USER. */
function checkMayAlter(context: StatementContext, {require, options}: UserStatement, name: AccountId): void {
  const isOwnPassword = isOwn(context, name) && require.length === 0 && options.length === 0;
  if (!isOwnPassword) needGlobal(context, Privilege.createUser, 'CREATE USER');
}

function isOwn({state}: StatementContext, {user, host}: AccountId): boolean {
  return user === state.identity.accountUser && host === state.identity.accountHost;
}

function noteSkipped(context: StatementContext, kind: UserStatement['kind'], account: string): void {
  const [errno, words] = kind === 'createUser' ? [3163, 'already exists'] : [3162, 'does not exist'];
  context.state.warning('Note', errno as number, `Authorization ID ${account} ${words}.`);
}

export function newAccount({user, host}: AccountId): StoredAccount {
  return {
    user,
    host,
    plugin: DEFAULT_PLUGIN,
    secret: new Uint8Array(0),
    requireTls: false,
    locked: false,
    grants: NO_GRANTS,
    roles: [],
    defaultRoles: [],
    limits: NO_LIMITS,
  };
}

function defined(
  context: StatementContext,
  ast: UserStatement,
  {authentication}: AccountDefinition,
  old: StoredAccount,
): StoredAccount {
  const {plugin, secret} = authentication === null ? old : authenticated(context, authentication, old);
  return {
    ...old,
    plugin,
    secret,
    requireTls: tlsOf(ast.require, old),
    locked: lockedOf(ast.options, old),
    limits: limitsOf(ast.options, old),
  };
}

function authenticated(
  context: StatementContext,
  authentication: Authentication,
  old: StoredAccount,
): Pick<StoredAccount, 'plugin' | 'secret'> {
  const plugin = pluginOf(authentication.plugin ?? old.plugin);
  switch (authentication.method) {
    case null:
      return {plugin, secret: new Uint8Array(0)};
    case 'by':
      return {plugin, secret: secretOf(context, plugin, authentication.secret ?? '')};
    case 'as':
      return {plugin, secret: hashedSecret(plugin, authentication.secret ?? '')};
    default:
      throw new SqlError('ER_NOT_SUPPORTED_YET', 'IDENTIFIED BY RANDOM PASSWORD');
  }
}

function pluginOf(name: string): AuthenticationPlugin {
  const lower = name.toLowerCase();
  if (lower === 'caching_sha2_password' || lower === 'mysql_native_password') return lower;
  throw new SqlError('ER_PASSWORD_PLUGIN', name);
}

/** What is kept of a password; empty for an empty one. */
function secretOf(context: StatementContext, plugin: AuthenticationPlugin, password: string): Uint8Array {
  if (password === '') return new Uint8Array(0);
  const {crypto, hooks} = context.world;
  if (plugin === 'mysql_native_password') return crypto.sha1(crypto.sha1(Buffer.from(password, 'utf8')));
  return hooks.cachingSha2Secret(password);
}

/** A hash as another server prints it. */
function hashedSecret(plugin: AuthenticationPlugin, text: string): Uint8Array {
  if (plugin === 'caching_sha2_password') return new Uint8Array(Buffer.from(text, 'utf8'));
  if (!/^\*[0-9A-Fa-f]{40}$/.test(text)) throw new SqlError('ER_WRONG_VALUE', 'password hash', text);
  return new Uint8Array(Buffer.from(text.slice(1), 'hex'));
}

function tlsOf(require: readonly TlsRequirement[], old: StoredAccount): boolean {
  if (require.length === 0) return old.requireTls;
  if (require.some(({kind}) => kind !== 'none' && kind !== 'ssl'))
    throw new SqlError('ER_NOT_SUPPORTED_YET', 'REQUIRE X509');
  return require.some(({kind}) => kind === 'ssl');
}

const LIMIT_OPTIONS: ReadonlyMap<string, keyof ResourceLimits> = new Map([
  ['MAX_QUERIES_PER_HOUR', 'queriesPerHour'],
  ['MAX_UPDATES_PER_HOUR', 'updatesPerHour'],
  ['MAX_CONNECTIONS_PER_HOUR', 'connectionsPerHour'],
  ['MAX_USER_CONNECTIONS', 'connections'],
]);

function limitsOf(options: readonly AccountOption[], old: StoredAccount): ResourceLimits {
  const limits: Record<keyof ResourceLimits, number> = {...old.limits};
  for (const {name, value} of options) {
    const limit = LIMIT_OPTIONS.get(name);
    if (limit !== undefined) limits[limit] = Number(value);
  }
  return limits;
}

/** Password rules are accepted and forgotten. */
function lockedOf(options: readonly AccountOption[], old: StoredAccount): boolean {
  let {locked} = old;
  for (const {name} of options) {
    if (name === 'ACCOUNT LOCK') locked = true;
    if (name === 'ACCOUNT UNLOCK') locked = false;
  }
  return locked;
}

// --- The others ----------------------------------------------------------------------------------------------------

/** DROP USER and DROP ROLE: the account goes, and nobody has it as a role any more. */
export function* dropUsers(context: StatementContext, ast: DropAccounts): Steps<Outcome> {
  const {catalog, engine} = context;
  yield* lockAccounts(engine);
  const missing: string[] = [];
  const gone: AccountId[] = [];
  for (const account of ast.accounts) {
    const name = namedAccount(context, account);
    const removed = yield* catalog.records.remove(engine, RecordKind.account, name.user, name.host);
    if (removed) gone.push(name);
    else if (ast.ifExists) noteSkipped(context, 'alterUser', accountText(name));
    else missing.push(accountText(name));
  }
  const words = ast.kind === 'dropUser' ? 'DROP USER' : 'DROP ROLE';
  if (missing.length > 0) throw new SqlError('ER_CANNOT_USER', words, missing.join(','));
  yield* renameRole(context, gone, undefined);
  return NOTHING_DONE;
}

export function* renameUsers(context: StatementContext, ast: RenameUser): Steps<Outcome> {
  const {catalog, engine} = context;
  yield* lockAccounts(engine);
  for (const {from, to} of ast.renames) {
    const old = namedAccount(context, from);
    const account = yield* findAccount(context, old);
    const target = namedAccount(context, to);
    const isTaken = (yield* findAccount(context, target)) !== undefined;
    if (account === undefined || isTaken) throw new SqlError('ER_CANNOT_USER', 'RENAME USER', accountText(old));
    yield* catalog.records.remove(engine, RecordKind.account, old.user, old.host);
    yield* storeAccount(context, {...account, ...target});
    yield* renameRole(context, [old], target);
  }
  return NOTHING_DONE;
}

export function* setPassword(context: StatementContext, ast: SetPassword): Steps<Outcome> {
  if (ast.password === null) throw new SqlError('ER_NOT_SUPPORTED_YET', 'SET PASSWORD TO RANDOM');
  const name = namedAccount(context, ast.account ?? {at: ast.at, user: null, host: '%'});
  if (!isOwn(context, name)) needGlobal(context, Privilege.createUser, 'CREATE USER');
  yield* lockAccounts(context.engine);
  const account = yield* findAccount(context, name);
  if (account === undefined) throw new SqlError('ER_PASSWORD_NO_MATCH');
  yield* storeAccount(context, {...account, secret: secretOf(context, account.plugin, ast.password)});
  return NOTHING_DONE;
}
