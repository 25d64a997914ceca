// SHOW, and DESCRIBE of a table, which is SHOW COLUMNS.

import type {Show, ShowSubject} from './ast-command.ts';
import type {TableName} from './ast-expression.ts';
import {parseExpression} from './expression.ts';
import type {Word} from './keywords.ts';
import type {Parser} from './parser.ts';
import {parseLimit} from './query.ts';
import {Token} from './scanner.ts';
import {parseStatement} from './statement.ts';

type Details = Partial<Omit<Show, 'kind' | 'at' | 'subject'>>;

function show(at: number, subject: ShowSubject, details: Details = {}): Show {
  return {
    kind: 'show',
    at,
    subject,
    full: false,
    extended: false,
    scope: null,
    target: null,
    schema: null,
    ifNotExists: false,
    like: null,
    where: null,
    limit: null,
    account: null,
    using: [],
    words: [],
    number: null,
    statement: null,
    ...details,
  };
}

/** SHOW ...; SHOW is current. */
export function parseShow(parser: Parser): Show {
  const at = parser.start;
  parser.next();
  const extended = parser.accept('EXTENDED');
  const full = parser.accept('FULL');
  const subject = parseFilterable(parser, at, {extended, full});
  if (subject !== null) return subject;
  if (extended || full) parser.fail();
  return parseByWord(parser, at);
}

/** The subjects that may be FULL or EXTENDED. */
function parseFilterable(parser: Parser, at: number, flags: {extended: boolean; full: boolean}): Show | null {
  switch (parser.word) {
    case 'COLUMNS':
    case 'FIELDS': {
      parser.next();
      const target = parseFromTable(parser);
      return show(at, 'columns', {...flags, target, ...parseFilter(parser)});
    }
    case 'TABLES':
      parser.next();
      return show(at, 'tables', {...flags, schema: parseFromSchema(parser), ...parseFilter(parser)});
    case 'INDEX':
    case 'INDEXES':
    case 'KEYS': {
      if (flags.full) return null;
      parser.next();
      const target = parseFromTable(parser);
      return show(at, 'index', {...flags, target, ...parseWhereOnly(parser)});
    }
    case 'PROCESSLIST':
      if (flags.extended) return null;
      parser.next();
      return show(at, 'processlist', flags);
    case 'TRIGGERS':
      if (flags.extended) return null;
      parser.next();
      return show(at, 'triggers', {...flags, schema: parseFromSchema(parser), ...parseFilter(parser)});
    default:
      return null;
  }
}

/** Subjects of one word that take `[LIKE ... | WHERE ...]`. */
const FILTERED = new Map<Word | '', ShowSubject>([
  ['CHARSET', 'charset'],
  ['COLLATION', 'collation'],
  ['DATABASES', 'databases'],
  ['SCHEMAS', 'databases'],
  ['STATUS', 'status'],
  ['VARIABLES', 'variables'],
]);

/** Subjects of one word that take nothing. */
const BARE = new Map<Word | '', ShowSubject>([
  ['ENGINES', 'engines'],
  ['PLUGINS', 'plugins'],
  ['PRIVILEGES', 'privileges'],
  ['PROFILES', 'profiles'],
  ['REPLICAS', 'replicas'],
]);

function parseByWord(parser: Parser, at: number): Show {
  const filtered = FILTERED.get(parser.word);
  if (filtered !== undefined) {
    parser.next();
    return show(at, filtered, parseFilter(parser));
  }
  const bare = BARE.get(parser.word);
  if (bare !== undefined) {
    parser.next();
    return show(at, bare);
  }
  switch (parser.word) {
    case 'GLOBAL':
    case 'SESSION':
    case 'LOCAL':
      return parseScoped(parser, at);
    case 'CHARACTER':
    case 'CHAR':
      parser.next();
      parser.expect('SET');
      return show(at, 'charset', parseFilter(parser));
    case 'CREATE':
      return parseShowCreate(parser, at);
    case 'TABLE':
      parser.expectAll('TABLE', 'STATUS');
      return show(at, 'tableStatus', {schema: parseFromSchema(parser), ...parseFilter(parser)});
    case 'OPEN':
      parser.expectAll('OPEN', 'TABLES');
      return show(at, 'openTables', {schema: parseFromSchema(parser), ...parseFilter(parser)});
    case 'EVENTS':
      parser.next();
      return show(at, 'events', {schema: parseFromSchema(parser), ...parseFilter(parser)});
    case 'FUNCTION':
    case 'PROCEDURE':
      return parseRoutines(parser, at);
    case 'ERRORS':
    case 'WARNINGS': {
      const subject = parser.word === 'ERRORS' ? 'errors' : 'warnings';
      parser.next();
      return show(at, subject, {limit: parseLimit(parser)});
    }
    default:
      return parseCount(parser, at) ?? parseServer(parser, at);
  }
}

/** `GLOBAL | SESSION  STATUS | VARIABLES` */
function parseScoped(parser: Parser, at: number): Show {
  const scope = parser.accept('GLOBAL') ? 'global' : 'session';
  if (scope === 'session') parser.next();
  const subject = parser.expectOneOf(['STATUS', 'VARIABLES']) === 'STATUS' ? 'status' : 'variables';
  return show(at, subject, {scope, ...parseFilter(parser)});
}

function parseRoutines(parser: Parser, at: number): Show {
  const type = parser.expectOneOf(['FUNCTION', 'PROCEDURE']) === 'FUNCTION' ? 'function' : 'procedure';
  if (parser.accept('CODE')) return show(at, `${type}Code`, {target: parser.tableName()});
  parser.expect('STATUS');
  return show(at, `${type}Status`, parseFilter(parser));
}

/** COUNT(*) ERRORS | WARNINGS */
function parseCount(parser: Parser, at: number): Show | null {
  if (!parser.isNamed('COUNT')) return null;
  parser.next();
  parser.expectAll('(', '*', ')');
  return show(at, parser.expectOneOf(['ERRORS', 'WARNINGS']) === 'ERRORS' ? 'countErrors' : 'countWarnings');
}

const CREATE_SUBJECTS = new Map<Word, ShowSubject>([
  ['DATABASE', 'createDatabase'],
  ['SCHEMA', 'createDatabase'],
  ['EVENT', 'createEvent'],
  ['FUNCTION', 'createFunction'],
  ['PROCEDURE', 'createProcedure'],
  ['TABLE', 'createTable'],
  ['TRIGGER', 'createTrigger'],
  ['USER', 'createUser'],
  ['VIEW', 'createView'],
]);

function parseShowCreate(parser: Parser, at: number): Show {
  parser.expect('CREATE');
  const subject = CREATE_SUBJECTS.get(parser.expectOneOf([...CREATE_SUBJECTS.keys()])) ?? parser.fail();
  if (subject === 'createUser') return show(at, subject, {account: parser.accountName()});
  if (subject !== 'createDatabase') return show(at, subject, {target: parser.tableName()});
  const ifNotExists = parser.acceptIfNotExists();
  return show(at, subject, {ifNotExists, schema: parser.identifier()});
}

/** Logs, engines, replication, accounts. */
function parseServer(parser: Parser, at: number): Show {
  switch (parser.word) {
    case 'BINARY':
      parser.next();
      if (parser.accept('LOGS')) return show(at, 'binaryLogs');
      parser.expectAll('LOG', 'STATUS');
      return show(at, 'binaryLogStatus');
    case 'BINLOG':
    case 'RELAYLOG':
      return parseLogEvents(parser, at);
    case 'ENGINE':
      return parseEngine(parser, at);
    case 'GRANTS':
      return parseGrants(parser, at);
    case 'PROFILE':
      return parseProfile(parser, at);
    case 'REPLICA':
    case 'SLAVE':
      parser.next();
      parser.expect('STATUS');
      return show(at, 'replicaStatus', {target: parseChannel(parser)});
    case 'STORAGE':
      parser.expectAll('STORAGE', 'ENGINES');
      return show(at, 'engines');
    default: {
      if (!parser.isNamed('PARSE_TREE')) parser.fail();
      parser.next();
      return show(at, 'parseTree', {statement: parseStatement(parser)});
    }
  }
}

/** `BINLOG | RELAYLOG EVENTS [IN 'log'] [FROM position] [LIMIT ...]` */
function parseLogEvents(parser: Parser, at: number): Show {
  const subject = parser.expectOneOf(['BINLOG', 'RELAYLOG']) === 'BINLOG' ? 'binlogEvents' : 'relaylogEvents';
  parser.expect('EVENTS');
  const start = parser.start;
  const target = parser.accept('IN') ? {at: start, schema: null, name: parser.string()} : null;
  const number = parser.accept('FROM') ? parser.integer() : null;
  return show(at, subject, {target, number, limit: parseLimit(parser)});
}

/** `ENGINE name | ALL  STATUS | MUTEX | LOGS` */
function parseEngine(parser: Parser, at: number): Show {
  parser.next();
  const start = parser.start;
  const name = parser.accept('ALL') ? 'ALL' : parser.identifierOrString();
  const words = [parser.expectOneOf(['STATUS', 'MUTEX', 'LOGS'])];
  return show(at, 'engine', {target: {at: start, schema: null, name}, words});
}

/** `GRANTS [FOR account [USING roles]]` */
function parseGrants(parser: Parser, at: number): Show {
  parser.next();
  if (!parser.accept('FOR')) return show(at, 'grants');
  const account = parser.accountName();
  const using = parser.accept('USING') ? parser.list(() => parser.accountName()) : [];
  return show(at, 'grants', {account, using});
}

const PROFILE_WORDS = ['ALL', 'BLOCK', 'CONTEXT', 'CPU', 'IPC', 'MEMORY', 'PAGE', 'SOURCE', 'SWAPS'] as const;

/** `PROFILE [types] [FOR QUERY n] [LIMIT ...]` */
function parseProfile(parser: Parser, at: number): Show {
  parser.next();
  const isBare = parser.kind === Token.end || parser.word === 'FOR' || parser.word === 'LIMIT' || parser.word === ';';
  const words: string[] = isBare ? [] : parser.list(() => parseProfileWord(parser));
  let number: number | null = null;
  if (parser.accept('FOR')) {
    parser.expect('QUERY');
    number = parser.integer();
  }
  return show(at, 'profile', {words, number, limit: parseLimit(parser)});
}

function parseProfileWord(parser: Parser): string {
  const word = parser.expectOneOf([...PROFILE_WORDS]);
  if (word === 'BLOCK') {
    parser.expect('IO');
    return 'BLOCK IO';
  }
  if (word === 'CONTEXT') parser.expect('SWITCHES');
  if (word === 'PAGE') parser.expect('FAULTS');
  return word === 'CONTEXT' ? 'CONTEXT SWITCHES' : word === 'PAGE' ? 'PAGE FAULTS' : word;
}

function parseChannel(parser: Parser): TableName | null {
  const at = parser.start;
  if (!parser.accept('FOR')) return null;
  parser.expect('CHANNEL');
  return {at, schema: null, name: parser.string()};
}

// --- Clauses -------------------------------------------------------------------------------------------------------

/** `FROM | IN table [FROM | IN schema]` */
function parseFromTable(parser: Parser): TableName {
  parser.expectOneOf(['FROM', 'IN']);
  const table = parser.tableName();
  const schema = parseFromSchema(parser);
  return schema === null ? table : {...table, schema};
}

/** `[FROM | IN schema]` */
function parseFromSchema(parser: Parser): string | null {
  return parser.acceptOneOf(['FROM', 'IN']) === null ? null : parser.identifier();
}

/** `[LIKE 'pattern' | WHERE condition]` */
function parseFilter(parser: Parser): Pick<Show, 'like' | 'where'> {
  if (parser.accept('LIKE')) return {like: parser.string(), where: null};
  return parseWhereOnly(parser);
}

function parseWhereOnly(parser: Parser): Pick<Show, 'like' | 'where'> {
  return {like: null, where: parser.accept('WHERE') ? parseExpression(parser) : null};
}

/** `table [column | 'pattern']` behind DESCRIBE. */
export function parseDescribe(parser: Parser, at: number): Show {
  const target = parser.tableName();
  const hasColumn = parser.isIdentifier() || parser.kind === Token.string;
  return show(at, 'columns', {target, like: hasColumn ? parser.identifierOrString() : null});
}
