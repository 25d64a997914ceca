// CREATE USER, ALTER USER, DROP USER, RENAME USER, SET PASSWORD: the simple forms. Accounts can be made, changed and locked; there are no
// privileges, roles, password rules or several passwords.

import {SqlError} from '../../base/sql-error.ts';
import {type AuthenticationPlugin, accountRecord, decodeAccount, type StoredAccount} from '../catalog/accounts.ts';
import {RecordKind} from '../catalog/record-tree.ts';
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
import type {AccountName} from '../parse/ast-expression.ts';
import {NOTHING_DONE, type Outcome, type StatementContext} from './statement-context.ts';

const NAME_CHARACTERS_MAX = 32;
const DEFAULT_PLUGIN: AuthenticationPlugin = 'caching_sha2_password';

function named(context: StatementContext, {user, host}: AccountName): {readonly user: string; readonly host: string} {
  const {state} = context;
  if (user === null) return {user: state.user, host: state.identity.accountHost};
  if (user.length > NAME_CHARACTERS_MAX)
    throw new SqlError('ER_WRONG_STRING_LENGTH', user, 'user name', NAME_CHARACTERS_MAX);
  return {user, host: host.toLowerCase()};
}

function shown({user, host}: {readonly user: string; readonly host: string}): string {
  return `'${user}'@'${host}'`;
}

function* find(context: StatementContext, user: string, host: string): Steps<StoredAccount | undefined> {
  const {catalog, engine} = context;
  const text = yield* catalog.readers.read(engine.waiter, reader =>
    catalog.records.read(reader, RecordKind.account, user, host),
  );
  return text === undefined ? undefined : decodeAccount({name1: user, name2: host, text});
}

function* store(context: StatementContext, account: StoredAccount): Steps<void> {
  const {catalog, engine} = context;
  yield* catalog.records.remove(engine, RecordKind.account, account.user, account.host);
  yield* catalog.records.insert(engine, RecordKind.account, accountRecord(account));
}

// --- CREATE and ALTER ----------------------------------------------------------------------------------------------

export function* changeUsers(context: StatementContext, ast: UserStatement): Steps<Outcome> {
  const failed: string[] = [];
  for (const definition of ast.accounts) {
    const {user, host} = named(context, definition.account);
    const old = yield* find(context, user, host);
    const isWrong = ast.kind === 'createUser' ? old !== undefined : old === undefined;
    if (!isWrong) yield* store(context, defined(context, ast, definition, old ?? newAccount(user, host)));
    else if (ast.ifExists) noteSkipped(context, ast.kind, shown({user, host}));
    else failed.push(shown({user, host}));
  }
  if (failed.length > 0)
    throw new SqlError('ER_CANNOT_USER', ast.kind === 'createUser' ? 'CREATE USER' : 'ALTER USER', failed.join(','));
  return NOTHING_DONE;
}

function noteSkipped(context: StatementContext, kind: UserStatement['kind'], account: string): void {
  const [errno, words] = kind === 'createUser' ? [3163, 'already exists'] : [3162, 'does not exist'];
  context.state.warning('Note', errno as number, `Authorization ID ${account} ${words}.`);
}

function newAccount(user: string, host: string): StoredAccount {
  return {user, host, plugin: DEFAULT_PLUGIN, secret: new Uint8Array(0), requireTls: false, locked: false};
}

function defined(
  context: StatementContext,
  ast: UserStatement,
  {authentication}: AccountDefinition,
  old: StoredAccount,
): StoredAccount {
  const {plugin, secret} = authentication === null ? old : authenticated(context, authentication, old);
  return {...old, plugin, secret, requireTls: tlsOf(ast.require, old), locked: lockedOf(ast.options, old)};
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

/** Of the options only ACCOUNT LOCK and UNLOCK mean something; limits and password rules are accepted and forgotten. */
function lockedOf(options: readonly AccountOption[], old: StoredAccount): boolean {
  let {locked} = old;
  for (const {name} of options) {
    if (name === 'ACCOUNT LOCK') locked = true;
    if (name === 'ACCOUNT UNLOCK') locked = false;
  }
  return locked;
}

// --- The others ----------------------------------------------------------------------------------------------------

export function* dropUsers(context: StatementContext, ast: DropAccounts): Steps<Outcome> {
  const {catalog, engine} = context;
  const missing: string[] = [];
  for (const account of ast.accounts) {
    const {user, host} = named(context, account);
    const removed = yield* catalog.records.remove(engine, RecordKind.account, user, host);
    if (!removed && ast.ifExists) noteSkipped(context, 'alterUser', shown({user, host}));
    else if (!removed) missing.push(shown({user, host}));
  }
  if (missing.length > 0) throw new SqlError('ER_CANNOT_USER', 'DROP USER', missing.join(','));
  return NOTHING_DONE;
}

export function* renameUsers(context: StatementContext, ast: RenameUser): Steps<Outcome> {
  const {catalog, engine} = context;
  for (const {from, to} of ast.renames) {
    const old = named(context, from);
    const account = yield* find(context, old.user, old.host);
    const target = named(context, to);
    const isTaken = (yield* find(context, target.user, target.host)) !== undefined;
    if (account === undefined || isTaken) throw new SqlError('ER_CANNOT_USER', 'RENAME USER', shown(old));
    yield* catalog.records.remove(engine, RecordKind.account, old.user, old.host);
    yield* store(context, {...account, ...target});
  }
  return NOTHING_DONE;
}

export function* setPassword(context: StatementContext, ast: SetPassword): Steps<Outcome> {
  if (ast.password === null) throw new SqlError('ER_NOT_SUPPORTED_YET', 'SET PASSWORD TO RANDOM');
  const {user, host} = named(context, ast.account ?? {at: ast.at, user: null, host: '%'});
  const account = yield* find(context, user, host);
  if (account === undefined) throw new SqlError('ER_PASSWORD_NO_MATCH');
  yield* store(context, {...account, secret: secretOf(context, account.plugin, ast.password)});
  return NOTHING_DONE;
}
