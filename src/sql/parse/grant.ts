// GRANT and REVOKE: of privileges, of roles, and of PROXY. Which of the three it is shows only behind the list that
// follows the verb: ON after privileges, TO or FROM after roles.

import {parseRoleSet} from './account.ts';
import type {GrantProxy, GrantRoles, GrantStatement, Privilege, PrivilegeTarget} from './ast-command.ts';
import type {AccountName} from './ast-expression.ts';
import type {Parser} from './parser.ts';
import {Token} from './scanner.ts';

/** One item of the list behind the verb: as a privilege, and as a role, as far as it can be either. */
interface Item {
  readonly privilege: Privilege | null;
  readonly role: AccountName | null;
}

/** GRANT ...; the verb is current. */
export function parseGrant(parser: Parser): GrantStatement | GrantRoles | GrantProxy {
  const at = parser.start;
  parser.next();
  if (parser.word === 'PROXY') return parseGrantProxy(parser, at);
  const items = parser.list(() => parseItem(parser));
  if (!parser.accept('ON')) {
    parser.expect('TO');
    const roles = items.map(item => item.role ?? parser.fail());
    const accounts = parser.list(() => parser.accountName());
    const adminOption = parser.accept('WITH');
    if (adminOption) parser.expectAll('ADMIN', 'OPTION');
    return {kind: 'grantRoles', at, ifExists: false, ignoreUnknownUser: false, roles, accounts, adminOption};
  }
  const privileges = items.map(item => item.privilege ?? parser.fail());
  const target = parseTarget(parser);
  parser.expect('TO');
  const accounts = parser.list(() => parser.accountName());
  const grantOption = parser.accept('WITH');
  if (grantOption) parser.expectAll('GRANT', 'OPTION');
  const as = parser.accept('AS') ? parser.accountName() : null;
  let withRoles: GrantStatement['withRoles'] = null;
  if (as !== null && parser.accept('WITH')) {
    parser.expect('ROLE');
    withRoles = parseRoleSet(parser, true);
  }
  const head = {kind: 'grant', at, ifExists: false, ignoreUnknownUser: false} as const;
  return {
    ...head,
    privileges,
    target,
    accounts,
    grantOption,
    as,
    withRoles,
  };
}

/** REVOKE ...; the verb is current. */
export function parseRevoke(parser: Parser): GrantStatement | GrantRoles | GrantProxy {
  const at = parser.start;
  parser.next();
  const ifExists = parser.acceptIfExists();
  if (parser.word === 'PROXY') return parseRevokeProxy(parser, at);
  const items = parser.list(() => parseItem(parser));
  const target = parser.accept('ON') ? parseTarget(parser) : null;
  parser.expect('FROM');
  const accounts = parser.list(() => parser.accountName());
  const ignoreUnknownUser = parseIgnoreUnknownUser(parser);
  const isAll = items.length === 2 && items[0].privilege?.name === 'ALL' && items[1].privilege?.name === 'GRANT OPTION';
  if (target !== null || isAll) {
    const privileges = items.map(item => item.privilege ?? parser.fail());
    const rest = {accounts, grantOption: false, as: null, withRoles: null};
    return {kind: 'revoke', at, ifExists, ignoreUnknownUser, privileges, target, ...rest};
  }
  const roles = items.map(item => item.role ?? parser.fail());
  return {kind: 'revokeRoles', at, ifExists, ignoreUnknownUser, roles, accounts, adminOption: false};
}

function parseIgnoreUnknownUser(parser: Parser): boolean {
  if (!parser.accept('IGNORE')) return false;
  parser.expectAll('UNKNOWN', 'USER');
  return true;
}

function parseGrantProxy(parser: Parser, at: number): GrantProxy {
  parser.expectAll('PROXY', 'ON');
  const proxied = parser.accountName();
  parser.expect('TO');
  const accounts = parser.list(() => parser.accountName());
  const grantOption = parser.accept('WITH');
  if (grantOption) parser.expectAll('GRANT', 'OPTION');
  return {kind: 'grantProxy', at, proxied, accounts, grantOption};
}

function parseRevokeProxy(parser: Parser, at: number): GrantProxy {
  parser.expectAll('PROXY', 'ON');
  const proxied = parser.accountName();
  parser.expect('FROM');
  return {
    kind: 'revokeProxy',
    at,
    proxied,
    accounts: parser.list(() => parser.accountName()),
    grantOption: false,
  };
}

/** The privileges of several words: what may follow their first word. */
const LONGER = new Map<string, readonly string[]>([
  ['ALL', ['PRIVILEGES']],
  ['ALTER', ['ROUTINE']],
  ['CREATE', ['ROUTINE', 'ROLE', 'TABLESPACE', 'TEMPORARY', 'USER', 'VIEW']],
  ['DROP', ['ROLE']],
  ['GRANT', ['OPTION']],
  ['LOCK', ['TABLES']],
  ['REPLICATION', ['CLIENT', 'SLAVE']],
  ['SHOW', ['DATABASES', 'VIEW']],
  ['TEMPORARY', ['TABLES']],
]);

/** First words of privileges that are reserved words; any other reserved word is a syntax error. */
const RESERVED_PRIVILEGES: ReadonlySet<string> = new Set([
  'ALL',
  'ALTER',
  'CREATE',
  'DELETE',
  'DROP',
  'GRANT',
  'INDEX',
  'INSERT',
  'LOCK',
  'REFERENCES',
  'SELECT',
  'SHOW',
  'TRIGGER',
  'UPDATE',
  'USAGE',
]);

function parseItem(parser: Parser): Item {
  const at = parser.start;
  if (parser.kind !== Token.word) {
    const user = parser.identifierOrString();
    return {privilege: null, role: {at, user, host: parseHost(parser) ?? '%'}};
  }
  const isName = parser.isIdentifier();
  if (!isName && !RESERVED_PRIVILEGES.has(parser.word)) parser.fail();
  let word: string = parser.word;
  let name = parser.tokenText();
  parser.next();
  const host = isName ? parseHost(parser) : null;
  if (host !== null) {
    return {privilege: null, role: {at, user: name, host}};
  }
  const role = isName ? {at, user: name, host: '%'} : null;
  while (parser.word !== '' && LONGER.get(word)?.includes(parser.word)) {
    word = parser.word;
    name += ` ${word}`;
    parser.next();
  }
  const upper = name.toUpperCase();
  const columns = parser.word === '(' ? parser.nameList() : [];
  return {privilege: {name: upper === 'ALL PRIVILEGES' ? 'ALL' : upper, columns}, role};
}

/** `@host` behind the name of a role, or null. */
function parseHost(parser: Parser): string | null {
  if (parser.kind === Token.variable) return parser.userVariable().name;
  return parser.accept('@') ? parser.identifierOrString() : null;
}

/** `[TABLE | FUNCTION | PROCEDURE] *.* | schema.* | * | [schema.]name` */
function parseTarget(parser: Parser): PrivilegeTarget {
  const word = parser.acceptOneOf(['TABLE', 'FUNCTION', 'PROCEDURE']);
  const type = word === null ? null : (word.toLowerCase() as PrivilegeTarget['type']);
  if (parser.accept('*')) {
    if (!parser.accept('.')) return {type, schema: null, name: '*'};
    parser.expect('*');
    return {type, schema: '*', name: '*'};
  }
  const first = parser.identifier();
  if (!parser.accept('.')) return {type, schema: null, name: first};
  return {type, schema: first, name: parser.accept('*') ? '*' : parser.identifier()};
}
