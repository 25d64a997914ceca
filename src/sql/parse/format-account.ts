// Statements about users, roles and privileges as SQL text.

import type {
  AccountDefinition,
  AccountOption,
  Authentication,
  CreateRole,
  DropAccounts,
  GrantProxy,
  GrantRoles,
  GrantStatement,
  PrivilegeTarget,
  RenameUser,
  RoleSet,
  SetDefaultRole,
  SetPassword,
  SetRole,
  TlsRequirement,
  UserStatement,
} from './ast-command.ts';
import {clause, formatAccount, formatAccounts, nameList, quoteName, quoteString} from './format-name.ts';
import {ifExists} from './format-schema.ts';

/** The statements of this file. */
export type AccountStatement =
  | UserStatement
  | CreateRole
  | DropAccounts
  | RenameUser
  | SetPassword
  | GrantStatement
  | GrantRoles
  | GrantProxy
  | SetRole
  | SetDefaultRole;

export function formatAccountStatement(s: AccountStatement): string {
  switch (s.kind) {
    case 'createUser':
    case 'alterUser':
      return formatUser(s);
    case 'createRole':
      return `CREATE ROLE ${s.ifNotExists ? 'IF NOT EXISTS ' : ''}${formatAccounts(s.roles)}`;
    case 'dropUser':
      return `DROP USER ${ifExists(s.ifExists)}${formatAccounts(s.accounts)}`;
    case 'dropRole':
      return `DROP ROLE ${ifExists(s.ifExists)}${formatAccounts(s.accounts)}`;
    case 'renameUser':
      return `RENAME USER ${s.renames.map(r => `${formatAccount(r.from)} TO ${formatAccount(r.to)}`).join(', ')}`;
    case 'setPassword': {
      const account = s.account === null ? '' : ` FOR ${formatAccount(s.account)}`;
      const password = s.password === null ? ' TO RANDOM' : ` = ${quoteString(s.password)}`;
      return `SET PASSWORD${account}${password}${formatReplace(s)}`;
    }
    case 'grant':
    case 'revoke':
      return formatGrant(s);
    case 'grantRoles': {
      const admin = s.adminOption ? ' WITH ADMIN OPTION' : '';
      return `GRANT ${formatAccounts(s.roles)} TO ${formatAccounts(s.accounts)}${admin}`;
    }
    case 'revokeRoles':
      return `REVOKE ${ifExists(s.ifExists)}${formatAccounts(s.roles)} FROM ${formatAccounts(s.accounts)}${formatIgnore(s)}`;
    case 'grantProxy': {
      const grant = s.grantOption ? ' WITH GRANT OPTION' : '';
      return `GRANT PROXY ON ${formatAccount(s.proxied)} TO ${formatAccounts(s.accounts)}${grant}`;
    }
    case 'revokeProxy':
      return `REVOKE PROXY ON ${formatAccount(s.proxied)} FROM ${formatAccounts(s.accounts)}`;
    case 'setRole':
      return `SET ROLE ${formatRoleSet(s.roles)}`;
    case 'setDefaultRole':
      return `SET DEFAULT ROLE ${formatRoleSet(s.roles)} TO ${formatAccounts(s.accounts)}`;
  }
}

function formatUser(s: UserStatement): string {
  const verb = s.kind === 'createUser' ? 'CREATE' : 'ALTER';
  const exists = !s.ifExists ? '' : s.kind === 'createUser' ? 'IF NOT EXISTS ' : 'IF EXISTS ';
  const accounts = s.accounts.map(formatDefinition).join(', ');
  const roles = s.defaultRoles.length === 0 ? '' : ` DEFAULT ROLE ${formatAccounts(s.defaultRoles)}`;
  const require = s.require.length === 0 ? '' : ` REQUIRE ${s.require.map(formatRequirement).join(' AND ')}`;
  const resources = s.options.filter(option => option.name.startsWith('MAX_'));
  const others = s.options.filter(option => !option.name.startsWith('MAX_'));
  const limits = resources.length === 0 ? '' : ` WITH${resources.map(formatOption).join('')}`;
  return `${verb} USER ${exists}${accounts}${roles}${require}${limits}${others.map(formatOption).join('')}`;
}

function formatDefinition({account, authentication}: AccountDefinition): string {
  return `${formatAccount(account)}${authentication === null ? '' : formatAuthentication(authentication)}`;
}

function formatAuthentication(a: Authentication): string {
  if (a.discardOld) return ' DISCARD OLD PASSWORD';
  const plugin = a.plugin === null ? '' : ` WITH ${quoteString(a.plugin)}`;
  const secret = a.secret === null ? '' : quoteString(a.secret);
  const method =
    a.method === null ? '' : a.method === 'random' ? ' BY RANDOM PASSWORD' : ` ${a.method.toUpperCase()} ${secret}`;
  return ` IDENTIFIED${plugin}${method}${formatReplace(a)}`;
}

function formatReplace(s: {readonly replace: string | null; readonly retainCurrent: boolean}): string {
  const replace = s.replace === null ? '' : ` REPLACE ${quoteString(s.replace)}`;
  return `${replace}${s.retainCurrent ? ' RETAIN CURRENT PASSWORD' : ''}`;
}

function formatRequirement(requirement: TlsRequirement): string {
  const value = requirement.value === null ? null : quoteString(requirement.value);
  return `${requirement.kind.toUpperCase()}${value === null ? '' : ` ${value}`}`;
}

function formatOption({name, value}: AccountOption): string {
  if (name === 'COMMENT' || name === 'ATTRIBUTE') return ` ${name} ${quoteString(String(value))}`;
  const days = name.endsWith('INTERVAL') && typeof value === 'number' ? ' DAY' : '';
  return value === null ? ` ${name}` : `${clause(name, value)}${days}`;
}

function formatGrant(s: GrantStatement): string {
  const privileges = s.privileges.map(p => `${p.name}${nameList(p.columns)}`).join(', ');
  const on = s.target === null ? '' : ` ON ${formatTarget(s.target)}`;
  const accounts = formatAccounts(s.accounts);
  if (s.kind === 'revoke') {
    return `REVOKE ${ifExists(s.ifExists)}${privileges}${on} FROM ${accounts}${formatIgnore(s)}`;
  }
  const as = s.as === null ? '' : ` AS ${formatAccount(s.as)}`;
  const roles = s.withRoles === null ? '' : ` WITH ROLE ${formatRoleSet(s.withRoles)}`;
  return `GRANT ${privileges}${on} TO ${accounts}${s.grantOption ? ' WITH GRANT OPTION' : ''}${as}${roles}`;
}

function formatIgnore(s: {readonly ignoreUnknownUser: boolean}): string {
  return s.ignoreUnknownUser ? ' IGNORE UNKNOWN USER' : '';
}

function formatTarget(target: PrivilegeTarget): string {
  const type = target.type === null ? '' : `${target.type.toUpperCase()} `;
  const name = target.name === '*' ? '*' : quoteName(target.name);
  if (target.schema === null) return `${type}${name}`;
  return `${type}${target.schema === '*' ? '*' : quoteName(target.schema)}.${name}`;
}

function formatRoleSet(set: RoleSet): string {
  switch (set.kind) {
    case 'default':
    case 'none':
    case 'all':
      return set.kind.toUpperCase();
    case 'allExcept':
      return `ALL EXCEPT ${formatAccounts(set.roles)}`;
    case 'list':
      return formatAccounts(set.roles);
  }
}
