// The way in: which statement it is, by its first word, and the functions that other rooms call.
//
// `parse` is for one statement; a `;` may end it. `parseMany` is for text with several, as clients may send with
// CLIENT_MULTI_STATEMENTS and as dumps are: only the grammar knows where a statement ends, because the body of a stored
// program has semicolons of its own.

import {SqlError} from '../../base/sql-error.ts';
import {parseAlterUser, parseCreateRole, parseCreateUser, parseDropAccounts, parseRenameUser} from './account.ts';
import {beginsCommand, parseCommand} from './administrative.ts';
import {parseAlterTable} from './alter-table.ts';
import type {Statement} from './ast.ts';
import type {Expression} from './ast-expression.ts';
import {
  parseCallStatement,
  parseDeallocate,
  parseDo,
  parseExecute,
  parseExplain,
  parseFlush,
  parseHandlerStatement,
  parseHelp,
  parseKill,
  parseMaintenance,
  parsePrepare,
  parseUse,
} from './command.ts';
import {parseGetDiagnostics, parseSignal} from './compound.ts';
import {parseCreateTable} from './create-table.ts';
import {parseExpression} from './expression.ts';
import {parseGrant, parseRevoke} from './grant.ts';
import {parseInsert} from './insert.ts';
import type {Word} from './keywords.ts';
import {STATEMENT_BYTES_MAX} from './limits.ts';
import {parseLoad} from './load.ts';
import {type ParseOptions, Parser} from './parser.ts';
import {parseAlterRoutine, parseCreateRoutine, parseCreateTrigger, parseDropProgram, parseEvent} from './program.ts';
import {parseQuery, parseQueryWith, parseWith} from './query.ts';
import {Token} from './scanner.ts';
import {
  parseAlterDatabase,
  parseCreateDatabase,
  parseCreateIndex,
  parseDefinitionPrefix,
  parseDropDatabase,
  parseDropIndex,
  parseDropTables,
  parseDropViews,
  parseRenameTables,
  parseTruncate,
  parseView,
} from './schema-object.ts';
import {parseSet} from './set.ts';
import {parseShow} from './show.ts';
import {type Source, sourceOf} from './source.ts';
import {
  parseBegin,
  parseEnd,
  parseLockTables,
  parseSavepoint,
  parseStartTransaction,
  parseUnlockTables,
  parseXa,
} from './transaction.ts';
import {parseDelete, parseUpdate} from './update-delete.ts';

/** A statement with what its execution needs to know about its text. */
export interface Parsed {
  readonly statement: Statement;
  /** How many parameters it has; their indexes are 0 to this, less one. */
  readonly parameterCount: number;
  /** Bytes [start, end) hold the statement, without the semicolon. */
  readonly start: number;
  readonly end: number;
}

/**
 * Parses one statement. Throws SqlError: ER_PARSE_ERROR, ER_EMPTY_QUERY when there is none, and a few that MySQL raises
 * while it parses (a derived table without alias, too deep nesting ...).
 */
export function parse(sql: Uint8Array | string, options: ParseOptions = {}): Statement {
  return parseOne(sql, options).statement;
}

/** Like `parse`, with the number of parameters. */
export function parseOne(sql: Uint8Array | string, options: ParseOptions = {}): Parsed {
  const parser = parserAt(boundedSource(sql), options, 0);
  const parsed = parseNext(parser);
  parser.accept(';');
  if (parser.kind !== Token.end) parser.fail();
  return parsed;
}

/**
 * Parses the statements of a text one by one, so that the first ones can be carried out before an error in a later one
 * shows, as MySQL does. Empty statements between semicolons are errors (ER_EMPTY_QUERY), but not behind the last.
 */
export function* parseMany(sql: Uint8Array | string, options: ParseOptions = {}): Generator<Parsed> {
  const source = boundedSource(sql);
  let position = 0;
  do {
    const parser = parserAt(source, options, position);
    const parsed = parseNext(parser);
    if (parser.kind !== Token.end && parser.word !== ';') parser.fail();
    position = parser.end;
    yield parsed;
  } while (!isBlank(source, position));
}

/**
 * Parses a text that is one expression: a default, a check or a generated column as the catalog keeps it. Throws as
 * `parse` does; an empty text is a syntax error.
 */
export function parseExpressionText(sql: Uint8Array | string, options: ParseOptions = {}): Expression {
  const parser = new Parser(boundedSource(sql), options);
  const expression = parseExpression(parser);
  if (parser.kind !== Token.end) parser.fail();
  return expression;
}

function boundedSource(sql: Uint8Array | string): Source {
  if (sql.length > STATEMENT_BYTES_MAX) throw new SqlError('ER_NET_PACKET_TOO_LARGE');
  return sourceOf(sql);
}

/** A parser whose current token is the first of a statement. */
function parserAt(source: Source, options: ParseOptions, position: number): Parser {
  const parser = new Parser(source, options, position);
  if (parser.kind === Token.end || parser.word === ';') throw new SqlError('ER_EMPTY_QUERY');
  return parser;
}

function parseNext(parser: Parser): Parsed {
  const start = parser.start;
  const statement = parseStatement(parser);
  return {statement, parameterCount: parser.parameterCount, start, end: parser.previousEnd};
}

/** Whether nothing but blanks and comments is left. */
function isBlank(source: Source, position: number): boolean {
  return new Parser(source, {}, position).kind === Token.end;
}

// --- Dispatch ------------------------------------------------------------------------------------------------------

type StatementParser = (parser: Parser) => Statement;

const STATEMENTS = new Map<Word | '', StatementParser>([
  ['SELECT', parseQuery],
  ['(', parseQuery],
  ['VALUES', parseQuery],
  ['TABLE', parseQuery],
  ['WITH', parseWithStatement],
  ['INSERT', parseInsert],
  ['REPLACE', parseInsert],
  ['UPDATE', parser => parseUpdate(parser, parser.start, null)],
  ['DELETE', parser => parseDelete(parser, parser.start, null)],
  ['LOAD', parseLoad],
  ['CREATE', parseCreate],
  ['ALTER', parseAlter],
  ['DROP', parseDrop],
  ['RENAME', parseRename],
  ['TRUNCATE', parseTruncate],
  ['GRANT', parseGrant],
  ['REVOKE', parseRevoke],
  ['SET', parseSet],
  ['SHOW', parseShow],
  ['START', parseStartTransaction],
  ['BEGIN', parseBegin],
  ['COMMIT', parseEnd],
  ['ROLLBACK', parseEnd],
  ['SAVEPOINT', parseSavepoint],
  ['RELEASE', parseSavepoint],
  ['LOCK', parseLockTables],
  ['UNLOCK', parseUnlockTables],
  ['XA', parseXa],
  ['PREPARE', parsePrepare],
  ['EXECUTE', parseExecute],
  ['DEALLOCATE', parseDeallocateStatement],
  ['USE', parseUse],
  ['CALL', parseCallStatement],
  ['DO', parseDo],
  ['KILL', parseKill],
  ['EXPLAIN', parseExplain],
  ['DESCRIBE', parseExplain],
  ['DESC', parseExplain],
  ['ANALYZE', parseMaintenance],
  ['CHECK', parseMaintenance],
  ['CHECKSUM', parseMaintenance],
  ['OPTIMIZE', parseMaintenance],
  ['REPAIR', parseMaintenance],
  ['FLUSH', parseFlush],
  ['HANDLER', parseHandlerStatement],
  ['HELP', parseHelp],
  ['SIGNAL', parseSignal],
  ['RESIGNAL', parseSignal],
  ['GET', parseGetDiagnostics],
]);

/** One statement; what follows it is for the caller to judge. */
export function parseStatement(parser: Parser): Statement {
  const command = parseCommand(parser);
  if (command !== null) return command;
  const parseFamily = STATEMENTS.get(parser.word);
  if (parseFamily !== undefined) return parseFamily(parser);
  // The verb is one of a command's: it is the second word that does not fit.
  if (beginsCommand(parser)) parser.next();
  return parser.fail();
}

/** WITH in front of a query, an UPDATE or a DELETE. */
function parseWithStatement(parser: Parser): Statement {
  const at = parser.start;
  const withClause = parseWith(parser);
  if (parser.word === 'UPDATE') return parseUpdate(parser, at, withClause);
  if (parser.word === 'DELETE') return parseDelete(parser, at, withClause);
  return parseQueryWith(parser, at, withClause);
}

function parseDeallocateStatement(parser: Parser): Statement {
  const at = parser.start;
  parser.next();
  return parseDeallocate(parser, at);
}

function parseCreate(parser: Parser): Statement {
  const at = parser.start;
  parser.next();
  switch (parser.word) {
    case 'TABLE':
      return parseCreateTable(parser, at, false);
    case 'TEMPORARY':
      parser.next();
      return parseCreateTable(parser, at, true);
    case 'DATABASE':
    case 'SCHEMA':
      return parseCreateDatabase(parser, at);
    case 'UNIQUE':
    case 'FULLTEXT':
    case 'SPATIAL':
    case 'INDEX':
      return parseCreateIndex(parser, at);
    case 'USER':
      return parseCreateUser(parser, at);
    case 'ROLE':
      return parseCreateRole(parser, at);
    default:
      return parseCreateDefinition(parser, at);
  }
}

/** Views and stored programs, which may have a DEFINER in front. */
function parseCreateDefinition(parser: Parser, at: number): Statement {
  const prefix = parseDefinitionPrefix(parser);
  if (parser.word === 'VIEW') return parseView(parser, at, prefix, false);
  if (prefix.orReplace || prefix.algorithm !== null || prefix.security !== null) parser.fail();
  switch (parser.word) {
    case 'PROCEDURE':
    case 'FUNCTION':
      return parseCreateRoutine(parser, at, prefix.definer);
    case 'TRIGGER':
      return parseCreateTrigger(parser, at, prefix.definer);
    default:
      return parseEvent(parser, at, prefix.definer, 'createEvent');
  }
}

function parseAlter(parser: Parser): Statement {
  const at = parser.start;
  parser.next();
  switch (parser.word) {
    case 'TABLE':
      return parseAlterTable(parser, at);
    case 'DATABASE':
    case 'SCHEMA':
      return parseAlterDatabase(parser, at);
    case 'USER':
      return parseAlterUser(parser, at);
    case 'PROCEDURE':
    case 'FUNCTION':
      return parseAlterRoutine(parser, at);
    default: {
      const prefix = parseDefinitionPrefix(parser);
      if (prefix.orReplace) parser.fail();
      if (parser.word === 'EVENT') return parseEvent(parser, at, prefix.definer, 'alterEvent');
      return parseView(parser, at, prefix, true);
    }
  }
}

function parseDrop(parser: Parser): Statement {
  const at = parser.start;
  parser.next();
  switch (parser.word) {
    case 'TABLE':
    case 'TABLES':
      return parseDropTables(parser, at, false);
    case 'TEMPORARY':
      parser.next();
      return parseDropTables(parser, at, true);
    case 'DATABASE':
    case 'SCHEMA':
      return parseDropDatabase(parser, at);
    case 'INDEX':
      return parseDropIndex(parser, at);
    case 'VIEW':
      return parseDropViews(parser, at);
    case 'USER':
    case 'ROLE':
      return parseDropAccounts(parser, at);
    case 'PREPARE':
      return parseDeallocate(parser, at);
    default:
      return parseDropProgram(parser, at);
  }
}

function parseRename(parser: Parser): Statement {
  const at = parser.start;
  parser.next();
  return parser.word === 'USER' ? parseRenameUser(parser, at) : parseRenameTables(parser, at);
}
