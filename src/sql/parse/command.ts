// Smaller statements: prepared statements, EXPLAIN, USE, CALL, DO, KILL, table maintenance, FLUSH, HANDLER, HELP.

import type {
  CallStatement,
  Deallocate,
  Do,
  Execute,
  Explain,
  Flush,
  Handler,
  Help,
  Histogram,
  Kill,
  Prepare,
  Show,
  TableMaintenance,
  Use,
} from './ast-command.ts';
import {parseExpression, parseExpressions} from './expression.ts';
import {nameOf} from './literal.ts';
import type {Parser} from './parser.ts';
import {beginsQuery, parseLimit} from './query.ts';
import {Token} from './scanner.ts';
import {parseDescribe} from './show.ts';
import {parseStatement} from './statement.ts';

// --- Prepared statements -------------------------------------------------------------------------------------------

/** `PREPARE name FROM 'text' | @variable`; the verb is current. */
export function parsePrepare(parser: Parser): Prepare {
  const at = parser.start;
  parser.next();
  const name = parser.identifier();
  parser.expect('FROM');
  const source = parser.kind === Token.variable ? parser.userVariable() : parser.string();
  return {kind: 'prepare', at, name, source};
}

/** `EXECUTE name [USING @a, ...]`; the verb is current. */
export function parseExecute(parser: Parser): Execute {
  const at = parser.start;
  parser.next();
  const name = parser.identifier();
  return {
    kind: 'execute',
    at,
    name,
    using: parser.accept('USING') ? parser.list(() => parser.userVariable()) : [],
  };
}

/** `DEALLOCATE | DROP PREPARE name`; PREPARE is current. */
export function parseDeallocate(parser: Parser, at: number): Deallocate {
  parser.expect('PREPARE');
  return {kind: 'deallocate', at, name: parser.identifier()};
}

// --- EXPLAIN -------------------------------------------------------------------------------------------------------

/** EXPLAIN, DESCRIBE, DESC; the verb is current. */
export function parseExplain(parser: Parser): Explain | Show {
  const at = parser.start;
  parser.next();
  const analyze = parser.accept('ANALYZE');
  let format: string | null = null;
  let into: string | null = null;
  if (parser.acceptBoth('FORMAT', '=')) {
    format = parser.identifierOrString().toLowerCase();
    if (parser.accept('INTO')) into = parser.userVariable().name;
  }
  const schema = parseForSchema(parser);
  const head = {kind: 'explain', at, analyze, format, into, schema} as const;
  if (parser.acceptBoth('FOR', 'CONNECTION')) return {...head, statement: null, connection: parser.integer()};
  if (isExplainable(parser)) return {...head, statement: parseStatement(parser), connection: null};
  if (analyze || format !== null || schema !== null) parser.fail();
  return parseDescribe(parser, at);
}

function parseForSchema(parser: Parser): string | null {
  const hasSchema = parser.acceptBoth('FOR', 'SCHEMA') || parser.acceptBoth('FOR', 'DATABASE');
  return hasSchema ? parser.identifier() : null;
}

function isExplainable(parser: Parser): boolean {
  switch (parser.word) {
    case '(':
    case 'INSERT':
    case 'REPLACE':
    case 'UPDATE':
    case 'DELETE':
      return true;
    default:
      return beginsQuery(parser);
  }
}

// --- USE, CALL, DO, KILL, HELP -------------------------------------------------------------------------------------

/** `USE schema`; the verb is current. */
export function parseUse(parser: Parser): Use {
  const at = parser.start;
  parser.next();
  return {kind: 'use', at, schema: parser.identifier()};
}

/** `CALL name [(arguments)]`; the verb is current. */
export function parseCallStatement(parser: Parser): CallStatement {
  const at = parser.start;
  parser.next();
  const name = parser.tableName();
  if (!parser.accept('(')) return {kind: 'callProcedure', at, name, args: []};
  const args = parser.word === ')' ? [] : parseExpressions(parser);
  parser.expect(')');
  return {kind: 'callProcedure', at, name, args};
}

/** `DO expressions`; the verb is current. */
export function parseDo(parser: Parser): Do {
  const at = parser.start;
  parser.next();
  return {kind: 'do', at, expressions: parseExpressions(parser)};
}

/** `KILL [CONNECTION | QUERY] id`; the verb is current. */
export function parseKill(parser: Parser): Kill {
  const at = parser.start;
  parser.next();
  const word = parser.acceptOneOf(['CONNECTION', 'QUERY']);
  return {kind: 'kill', at, queryOnly: word === 'QUERY', id: parseExpression(parser)};
}

/** `HELP topic`; the verb is current. */
export function parseHelp(parser: Parser): Help {
  const at = parser.start;
  parser.next();
  if (parser.kind === Token.string) return {kind: 'help', at, topic: parser.string()};
  if (parser.kind !== Token.word && parser.kind !== Token.quoted) parser.fail();
  const topic = nameOf(parser);
  parser.next();
  return {kind: 'help', at, topic};
}

// --- Table maintenance ---------------------------------------------------------------------------------------------

/** ANALYZE, CHECK, CHECKSUM, OPTIMIZE, REPAIR TABLE; the verb is current. */
export function parseMaintenance(parser: Parser): TableMaintenance {
  const at = parser.start;
  const verb = parser.expectOneOf(['ANALYZE', 'CHECK', 'CHECKSUM', 'OPTIMIZE', 'REPAIR']);
  const action = verb.toLowerCase() as TableMaintenance['action'];
  const mayBeLocal = verb === 'ANALYZE' || verb === 'OPTIMIZE' || verb === 'REPAIR';
  const local = mayBeLocal && parser.acceptOneOf(['LOCAL', 'NO_WRITE_TO_BINLOG']) !== null;
  parser.expectOneOf(['TABLE', 'TABLES']);
  const tables = parser.list(() => parser.tableName());
  const histogram = verb === 'ANALYZE' ? parseHistogram(parser) : null;
  return {kind: 'tableMaintenance', at, action, local, tables, options: parseChecks(parser, verb), histogram};
}

function parseChecks(parser: Parser, verb: string): string[] {
  const options: string[] = [];
  for (;;) {
    if (verb === 'CHECK' && parser.acceptAll('FOR', 'UPGRADE')) options.push('FOR UPGRADE');
    else {
      const word = acceptCheck(parser, verb);
      if (word === null) return options;
      options.push(word);
    }
  }
}

function acceptCheck(parser: Parser, verb: string): string | null {
  switch (verb) {
    case 'CHECK':
      return parser.acceptOneOf(['QUICK', 'FAST', 'MEDIUM', 'EXTENDED', 'CHANGED']);
    case 'CHECKSUM':
      return parser.acceptOneOf(['QUICK', 'EXTENDED']);
    case 'REPAIR':
      return parser.acceptOneOf(['QUICK', 'EXTENDED', 'USE_FRM']);
    default:
      return null;
  }
}

/** `UPDATE HISTOGRAM ON columns [...] | DROP HISTOGRAM ON columns` */
function parseHistogram(parser: Parser): Histogram | null {
  const word = parser.acceptOneOf(['UPDATE', 'DROP']);
  if (word === null) return null;
  parser.expectAll('HISTOGRAM', 'ON');
  const columns = parser.list(() => parser.identifier());
  let buckets: number | null = null;
  let auto: boolean | null = null;
  let data: string | null = null;
  if (word === 'UPDATE') {
    if (parser.accept('USING')) {
      parser.expect('DATA');
      data = parser.string();
    } else if (parser.accept('WITH')) {
      if (parser.kind === Token.integer) {
        buckets = parser.integer();
        parser.expect('BUCKETS');
        if (parser.accept('WITH')) auto = parseAutomatic(parser);
      } else auto = parseAutomatic(parser);
    }
    if (auto === null && (parser.word === 'AUTO' || parser.word === 'MANUAL')) auto = parseAutomatic(parser);
  }
  return {action: word === 'UPDATE' ? 'update' : 'drop', columns, buckets, auto, data};
}

/** AUTO UPDATE or MANUAL UPDATE. */
function parseAutomatic(parser: Parser): boolean {
  const auto = parser.expectOneOf(['AUTO', 'MANUAL']) === 'AUTO';
  parser.expect('UPDATE');
  return auto;
}

// --- FLUSH ---------------------------------------------------------------------------------------------------------

type FlushTables = Pick<Flush, 'options' | 'tables' | 'tableAction' | 'channel'>;

/** FLUSH ...; the verb is current. */
export function parseFlush(parser: Parser): Flush {
  const at = parser.start;
  parser.next();
  const local = parser.acceptOneOf(['LOCAL', 'NO_WRITE_TO_BINLOG']) !== null;
  const isTables = parser.word === 'TABLES' || parser.word === 'TABLE';
  return {kind: 'flush', at, local, ...(isTables ? parseFlushTables(parser) : parseFlushOptions(parser))};
}

/** `TABLES [names] [WITH READ LOCK | FOR EXPORT]` */
function parseFlushTables(parser: Parser): FlushTables {
  parser.next();
  const tables = parser.isIdentifier() ? parser.list(() => parser.tableName()) : [];
  let tableAction: Flush['tableAction'] = null;
  if (parser.acceptAll('WITH', 'READ', 'LOCK')) tableAction = 'withReadLock';
  else if (tables.length > 0 && parser.acceptAll('FOR', 'EXPORT')) tableAction = 'forExport';
  return {options: ['TABLES'], tables, tableAction, channel: null};
}

function parseFlushOptions(parser: Parser): FlushTables {
  let channel: string | null = null;
  const options = parser.list(() => {
    const option = parseFlushOption(parser);
    if (option === 'RELAY LOGS' && parser.acceptAll('FOR', 'CHANNEL')) channel = parser.string();
    return option;
  });
  return {options, tables: [], tableAction: null, channel};
}

const LOG_WORDS = ['BINARY', 'ENGINE', 'ERROR', 'GENERAL', 'RELAY', 'SLOW'] as const;

function parseFlushOption(parser: Parser): string {
  const log = parser.acceptOneOf(LOG_WORDS);
  if (log !== null) {
    parser.expect('LOGS');
    return `${log} LOGS`;
  }
  if (parser.isNamed('OPTIMIZER_COSTS')) {
    parser.next();
    return 'OPTIMIZER_COSTS';
  }
  return parser.expectOneOf(['HOSTS', 'LOGS', 'PRIVILEGES', 'STATUS', 'USER_RESOURCES']);
}

// --- HANDLER -------------------------------------------------------------------------------------------------------

const NO_READ = {alias: null, index: null, position: null, key: [], where: null, limit: null} as const;

/** `HANDLER table OPEN | READ | CLOSE ...`; the verb is current. */
export function parseHandlerStatement(parser: Parser): Handler {
  const at = parser.start;
  parser.next();
  const table = parser.tableName();
  if (parser.accept('OPEN'))
    return {kind: 'handler', at, table, action: 'open', ...NO_READ, alias: parser.optionalAlias()};
  if (parser.accept('CLOSE')) return {kind: 'handler', at, table, action: 'close', ...NO_READ};
  parser.expect('READ');
  return {kind: 'handler', at, table, action: 'read', alias: null, ...parseHandlerRead(parser)};
}

const PLACES = ['FIRST', 'NEXT', 'PREV', 'LAST'] as const;

function parseHandlerRead(parser: Parser): Pick<Handler, 'index' | 'position' | 'key' | 'where' | 'limit'> {
  let place = parser.word === 'FIRST' || parser.word === 'NEXT' ? parser.acceptOneOf(PLACES) : null;
  let index: string | null = null;
  let position: Handler['position'] = null;
  let key: Handler['key'] = [];
  if (place === null) {
    index = parser.accept('PRIMARY') ? 'PRIMARY' : parser.identifier();
    place = parser.acceptOneOf(PLACES);
    if (place === null) {
      position = parser.expectOneOf(['=', '<=', '>=', '<', '>']);
      parser.expect('(');
      key = parseExpressions(parser);
      parser.expect(')');
    }
  }
  if (place !== null) position = place.toLowerCase() as Lowercase<typeof place>;
  const where = parser.accept('WHERE') ? parseExpression(parser) : null;
  return {index, position, key, where, limit: parseLimit(parser)};
}
