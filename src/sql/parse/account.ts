// Users and roles: CREATE, ALTER, DROP and RENAME USER, CREATE and DROP ROLE. GRANT and REVOKE are in grant.ts.
//
// Left out: second and third authentication factors (AND IDENTIFIED ..., ADD FACTOR), which are syntax errors.

import type {
  AccountDefinition,
  AccountOption,
  Authentication,
  CreateRole,
  DropAccounts,
  RenameUser,
  RoleSet,
  SetDefaultRole,
  TlsRequirement,
  UserStatement,
} from './ast-command.ts';
import type {AccountName} from './ast-expression.ts';
import type {Parser} from './parser.ts';

/** `CREATE USER ...`; USER is current. */
export function parseCreateUser(parser: Parser, at: number): UserStatement {
  parser.expect('USER');
  const ifExists = parser.acceptIfNotExists();
  const accounts = parser.list(() => parseDefinition(parser, false));
  let defaultRoles: AccountName[] = [];
  if (parser.accept('DEFAULT')) {
    parser.expect('ROLE');
    defaultRoles = parser.list(() => parser.accountName());
  }
  return {kind: 'createUser', at, ifExists, accounts, defaultRoles, ...parseAttributes(parser)};
}

/** `ALTER USER ...`; USER is current. ALTER USER ... DEFAULT ROLE is SET DEFAULT ROLE. */
export function parseAlterUser(parser: Parser, at: number): UserStatement | SetDefaultRole {
  parser.expect('USER');
  const ifExists = parser.acceptIfExists();
  const accounts = parser.list(() => parseDefinition(parser, true));
  if (accounts.length === 1 && accounts[0].authentication === null && parser.accept('DEFAULT')) {
    parser.expect('ROLE');
    return {kind: 'setDefaultRole', at, roles: parseRoleSet(parser, false), accounts: [accounts[0].account]};
  }
  return {kind: 'alterUser', at, ifExists, accounts, defaultRoles: [], ...parseAttributes(parser)};
}

// --- Authentication ------------------------------------------------------------------------------------------------

function parseDefinition(parser: Parser, alter: boolean): AccountDefinition {
  const account = alter && parser.word === 'USER' ? parseUserCall(parser) : parser.accountName();
  return {account, authentication: parseAuthentication(parser, alter)};
}

/** USER(): the account of the session. */
function parseUserCall(parser: Parser): AccountName {
  const at = parser.start;
  parser.expectAll('USER', '(', ')');
  return {at, user: null, host: '%'};
}

function parseAuthentication(parser: Parser, alter: boolean): Authentication | null {
  if (alter && parser.accept('DISCARD')) {
    parser.expectAll('OLD', 'PASSWORD');
    return {plugin: null, method: null, secret: null, replace: null, retainCurrent: false, discardOld: true};
  }
  if (!parser.accept('IDENTIFIED')) return null;
  const plugin = parser.accept('WITH') ? parser.identifierOrString() : null;
  const proof = parseProof(parser, plugin !== null);
  const replace = alter && parser.accept('REPLACE') ? parser.string() : null;
  const retainCurrent = alter && parser.accept('RETAIN');
  if (retainCurrent) parser.expectAll('CURRENT', 'PASSWORD');
  return {plugin, ...proof, replace, retainCurrent, discardOld: false};
}

/** `BY 'password' | BY RANDOM PASSWORD | AS 'hash'`; the plugin alone may stand without. */
function parseProof(parser: Parser, hasPlugin: boolean): Pick<Authentication, 'method' | 'secret'> {
  if (hasPlugin && parser.accept('AS')) return {method: 'as', secret: parser.string()};
  if (hasPlugin && parser.word !== 'BY') return {method: null, secret: null};
  parser.expect('BY');
  if (!parser.accept('RANDOM')) return {method: 'by', secret: parser.string()};
  parser.expect('PASSWORD');
  return {method: 'random', secret: null};
}

// --- Attributes ----------------------------------------------------------------------------------------------------

function parseAttributes(parser: Parser): Pick<UserStatement, 'require' | 'options'> {
  const require = parser.accept('REQUIRE') ? parseRequirements(parser) : [];
  const options: AccountOption[] = [];
  if (parser.accept('WITH')) {
    do options.push(parseResource(parser));
    while (parser.word.startsWith('MAX_'));
  }
  for (let option = parseOption(parser); option !== null; option = parseOption(parser)) options.push(option);
  return {require, options};
}

function parseRequirements(parser: Parser): TlsRequirement[] {
  if (parser.accept('NONE')) return [{kind: 'none', value: null}];
  const word = parser.acceptOneOf(['SSL', 'X509']);
  if (word !== null) return [{kind: word === 'SSL' ? 'ssl' : 'x509', value: null}];
  const requirements: TlsRequirement[] = [];
  for (;;) {
    const kind = parser.acceptOneOf(['CIPHER', 'ISSUER', 'SUBJECT']);
    if (kind === null) return requirements.length > 0 ? requirements : parser.fail();
    requirements.push({kind: kind.toLowerCase() as Lowercase<typeof kind>, value: parser.string()});
    parser.accept('AND');
  }
}

const RESOURCES = [
  'MAX_QUERIES_PER_HOUR',
  'MAX_UPDATES_PER_HOUR',
  'MAX_CONNECTIONS_PER_HOUR',
  'MAX_USER_CONNECTIONS',
] as const;

function parseResource(parser: Parser): AccountOption {
  const name = parser.expectOneOf(RESOURCES);
  return {name, value: parser.integer()};
}

function parseOption(parser: Parser): AccountOption | null {
  switch (parser.word) {
    case 'ACCOUNT':
      parser.next();
      return {name: `ACCOUNT ${parser.expectOneOf(['LOCK', 'UNLOCK'])}`, value: null};
    case 'PASSWORD':
      parser.next();
      return parsePasswordOption(parser);
    case 'FAILED_LOGIN_ATTEMPTS':
      parser.next();
      return {name: 'FAILED_LOGIN_ATTEMPTS', value: parser.integer()};
    case 'PASSWORD_LOCK_TIME':
      parser.next();
      return {name: 'PASSWORD_LOCK_TIME', value: parser.accept('UNBOUNDED') ? 'UNBOUNDED' : parser.integer()};
    case 'COMMENT':
      parser.next();
      return {name: 'COMMENT', value: parser.string()};
    case 'ATTRIBUTE':
      parser.next();
      return {name: 'ATTRIBUTE', value: parser.string()};
    default:
      return null;
  }
}

/** PASSWORD EXPIRE, HISTORY, REUSE INTERVAL, REQUIRE CURRENT. */
function parsePasswordOption(parser: Parser): AccountOption {
  switch (parser.expectOneOf(['EXPIRE', 'HISTORY', 'REUSE', 'REQUIRE'])) {
    case 'EXPIRE':
      if (parser.accept('DEFAULT')) return {name: 'PASSWORD EXPIRE DEFAULT', value: null};
      if (parser.accept('NEVER')) return {name: 'PASSWORD EXPIRE NEVER', value: null};
      if (parser.accept('INTERVAL')) return {name: 'PASSWORD EXPIRE INTERVAL', value: parseDays(parser)};
      return {name: 'PASSWORD EXPIRE', value: null};
    case 'HISTORY':
      return {name: 'PASSWORD HISTORY', value: parser.accept('DEFAULT') ? 'DEFAULT' : parser.integer()};
    case 'REUSE':
      parser.expect('INTERVAL');
      return {
        name: 'PASSWORD REUSE INTERVAL',
        value: parser.accept('DEFAULT') ? 'DEFAULT' : parseDays(parser),
      };
    case 'REQUIRE': {
      parser.expect('CURRENT');
      const word = parser.acceptOneOf(['DEFAULT', 'OPTIONAL']);
      return {name: 'PASSWORD REQUIRE CURRENT', value: word};
    }
  }
}

function parseDays(parser: Parser): number {
  const days = parser.integer();
  parser.expect('DAY');
  return days;
}

// --- Roles and the rest --------------------------------------------------------------------------------------------

/** `NONE | ALL [EXCEPT roles] | DEFAULT | roles`; DEFAULT and EXCEPT only if `full`. */
export function parseRoleSet(parser: Parser, full: boolean): RoleSet {
  if (parser.accept('NONE')) return {kind: 'none', roles: []};
  if (full && parser.accept('DEFAULT')) return {kind: 'default', roles: []};
  if (parser.accept('ALL')) {
    if (!full || !parser.accept('EXCEPT')) return {kind: 'all', roles: []};
    return {kind: 'allExcept', roles: parser.list(() => parser.accountName())};
  }
  return {kind: 'list', roles: parser.list(() => parser.accountName())};
}

/** `CREATE ROLE [IF NOT EXISTS] roles`; ROLE is current. */
export function parseCreateRole(parser: Parser, at: number): CreateRole {
  parser.expect('ROLE');
  const ifNotExists = parser.acceptIfNotExists();
  return {kind: 'createRole', at, ifNotExists, roles: parser.list(() => parser.accountName())};
}

/** `DROP USER | ROLE [IF EXISTS] accounts`; that word is current. */
export function parseDropAccounts(parser: Parser, at: number): DropAccounts {
  const kind = parser.expectOneOf(['USER', 'ROLE']) === 'USER' ? 'dropUser' : 'dropRole';
  const ifExists = parser.acceptIfExists();
  return {kind, at, ifExists, accounts: parser.list(() => parser.accountName())};
}

/** `RENAME USER a TO b, ...`; USER is current. */
export function parseRenameUser(parser: Parser, at: number): RenameUser {
  parser.expect('USER');
  return {kind: 'renameUser', at, renames: parser.list(() => parseRenaming(parser))};
}

function parseRenaming(parser: Parser): {from: AccountName; to: AccountName} {
  const from = parser.accountName();
  parser.expect('TO');
  return {from, to: parser.accountName()};
}
