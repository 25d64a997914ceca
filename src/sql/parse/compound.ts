// The statements that only bodies of stored programs may hold: blocks, declarations, conditions, loops, cursors; and
// those about diagnostics, which are allowed everywhere.

import {SqlError} from '../../base/sql-error.ts';
import type {Statement} from './ast.ts';
import type {Expression} from './ast-expression.ts';
import type {
  Block,
  Conditional,
  ConditionValue,
  Declaration,
  DeclareHandler,
  FetchCursor,
  GetDiagnostics,
  Loop,
  Signal,
} from './ast-program.ts';
import {parseDataType} from './data-type.ts';
import {parseExpression} from './expression.ts';
import {QUERY_NESTING_COST} from './limits.ts';
import type {Parser} from './parser.ts';
import {parseQuery} from './query.ts';
import {Token} from './scanner.ts';
import {parseStatement} from './statement.ts';

/** The body of a stored program, as a tree and as written. */
export function parseProgramBody(parser: Parser): {body: Statement; text: string} {
  const at = parser.start;
  parser.programDepth++;
  const body = parseProgramStatement(parser);
  parser.programDepth--;
  return {body, text: parser.textSince(at)};
}

/** One statement inside a body. */
function parseProgramStatement(parser: Parser): Statement {
  parser.enter(QUERY_NESTING_COST);
  const statement = parseLabelled(parser) ?? parseControl(parser, null) ?? parseStatement(parser);
  parser.leave(QUERY_NESTING_COST);
  return statement;
}

/** Statements that each end with a semicolon, up to one of the words that close the list. */
function parseStatements(parser: Parser, closers: readonly string[]): Statement[] {
  const statements: Statement[] = [];
  while (!closers.includes(parser.word)) {
    statements.push(parseProgramStatement(parser));
    parser.expect(';');
  }
  return statements;
}

/** `label: BEGIN | LOOP | WHILE | REPEAT ... END ... [label]`; null if no label stands here. */
function parseLabelled(parser: Parser): Statement | null {
  if (!parser.isIdentifier() || !parser.isFollowedBy(':')) return null;
  const label = parser.identifier();
  parser.expect(':');
  return parseControl(parser, label) ?? parser.fail();
}

/** A statement of the control flow, or null. Only blocks and loops may have a label. */
function parseControl(parser: Parser, label: string | null): Statement | null {
  switch (parser.word) {
    case 'BEGIN':
      return parseBlock(parser, label);
    case 'LOOP':
    case 'WHILE':
    case 'REPEAT':
      return parseLoop(parser, label);
  }
  return label === null ? parseUnlabelled(parser) : null;
}

function parseUnlabelled(parser: Parser): Statement | null {
  const at = parser.start;
  switch (parser.word) {
    case 'IF':
      return parseIf(parser);
    case 'CASE':
      return parseCaseStatement(parser);
    case 'LEAVE':
    case 'ITERATE': {
      const kind = parser.word === 'LEAVE' ? 'leave' : 'iterate';
      parser.next();
      return {kind, at, label: parser.identifier()};
    }
    case 'RETURN':
      parser.next();
      return {kind: 'return', at, value: parseExpression(parser)};
    case 'OPEN':
    case 'CLOSE': {
      const kind = parser.word === 'OPEN' ? 'openCursor' : 'closeCursor';
      parser.next();
      return {kind, at, cursor: parser.identifier()};
    }
    case 'FETCH':
      return parseFetch(parser);
    default:
      return null;
  }
}

// --- Blocks and declarations ---------------------------------------------------------------------------------------

function parseBlock(parser: Parser, label: string | null): Block {
  const at = parser.start;
  parser.next();
  const declarations: Declaration[] = [];
  while (parser.word === 'DECLARE') {
    declarations.push(parseDeclaration(parser));
    parser.expect(';');
  }
  const statements = parseStatements(parser, ['END']);
  parser.expect('END');
  parseEndLabel(parser, label);
  return {kind: 'block', at, label, declarations, statements};
}

/** `[label]` behind END: the one the statement began with, in any case. */
function parseEndLabel(parser: Parser, label: string | null): void {
  if (!parser.isIdentifier()) return;
  const end = parser.identifier();
  if (label === null || end.toLowerCase() !== label.toLowerCase()) throw new SqlError('ER_SP_LABEL_MISMATCH', end);
}

function parseDeclaration(parser: Parser): Declaration {
  const at = parser.start;
  parser.next();
  const action = parser.acceptOneOf(['CONTINUE', 'EXIT', 'UNDO']);
  if (action !== null) return parseHandler(parser, at, action.toLowerCase() as DeclareHandler['action']);
  const name = parser.identifier();
  if (parser.accept('CONDITION')) {
    parser.expect('FOR');
    return {kind: 'declareCondition', at, name, value: parseConditionValue(parser)};
  }
  if (parser.accept('CURSOR')) {
    parser.expect('FOR');
    return {kind: 'declareCursor', at, name, query: parseQuery(parser)};
  }
  const names = [name];
  while (parser.accept(',')) names.push(parser.identifier());
  const type = parseDataType(parser);
  return {
    kind: 'declareVariables',
    at,
    names,
    type,
    default: parser.accept('DEFAULT') ? parseExpression(parser) : null,
  };
}

function parseHandler(parser: Parser, at: number, action: DeclareHandler['action']): DeclareHandler {
  parser.expectAll('HANDLER', 'FOR');
  const conditions = parser.list(() => parseConditionValue(parser));
  return {kind: 'declareHandler', at, action, conditions, body: parseProgramStatement(parser)};
}

function parseConditionValue(parser: Parser): ConditionValue {
  if (parser.kind === Token.integer) return {kind: 'errno', errno: parser.integer()};
  if (parser.accept('SQLWARNING')) return {kind: 'sqlWarning'};
  if (parser.accept('SQLEXCEPTION')) return {kind: 'sqlException'};
  if (parser.acceptAll('NOT', 'FOUND')) return {kind: 'notFound'};
  return parseNamedCondition(parser);
}

/** `SQLSTATE [VALUE] 'state'` or the name of a condition. */
function parseNamedCondition(parser: Parser): ConditionValue {
  if (!parser.accept('SQLSTATE')) return {kind: 'name', name: parser.identifier()};
  parser.accept('VALUE');
  return {kind: 'sqlState', sqlState: parser.string()};
}

// --- Conditions and loops ------------------------------------------------------------------------------------------

function parseIf(parser: Parser): Conditional {
  const at = parser.start;
  const branches: Conditional['branches'][number][] = [];
  do {
    parser.next();
    const when = parseExpression(parser);
    parser.expect('THEN');
    branches.push({when, statements: parseStatements(parser, ['ELSEIF', 'ELSE', 'END'])});
  } while (parser.word === 'ELSEIF');
  const otherwise = parser.accept('ELSE') ? parseStatements(parser, ['END']) : null;
  parser.expectAll('END', 'IF');
  return {kind: 'if', at, operand: null, branches, otherwise};
}

function parseCaseStatement(parser: Parser): Conditional {
  const at = parser.start;
  parser.next();
  const operand = parser.word === 'WHEN' ? null : parseExpression(parser);
  const branches: Conditional['branches'][number][] = [];
  parser.expect('WHEN');
  do {
    const when = parseExpression(parser);
    parser.expect('THEN');
    branches.push({when, statements: parseStatements(parser, ['WHEN', 'ELSE', 'END'])});
  } while (parser.accept('WHEN'));
  const otherwise = parser.accept('ELSE') ? parseStatements(parser, ['END']) : null;
  parser.expectAll('END', 'CASE');
  return {kind: 'caseStatement', at, operand, branches, otherwise};
}

function parseLoop(parser: Parser, label: string | null): Loop {
  const at = parser.start;
  const word = parser.expectOneOf(['LOOP', 'WHILE', 'REPEAT']);
  let condition: Expression | null = null;
  if (word === 'WHILE') {
    condition = parseExpression(parser);
    parser.expect('DO');
  }
  const statements = parseStatements(parser, [word === 'REPEAT' ? 'UNTIL' : 'END']);
  if (word === 'REPEAT') {
    parser.expect('UNTIL');
    condition = parseExpression(parser);
  }
  parser.expectAll('END', word);
  parseEndLabel(parser, label);
  return {kind: word.toLowerCase() as Loop['kind'], at, label, condition, statements};
}

/** `FETCH [[NEXT] FROM] cursor INTO names` */
function parseFetch(parser: Parser): FetchCursor {
  const at = parser.start;
  parser.next();
  if (!parser.acceptBoth('NEXT', 'FROM')) parser.accept('FROM');
  const cursor = parser.identifier();
  parser.expect('INTO');
  return {kind: 'fetchCursor', at, cursor, into: parser.list(() => parser.identifier())};
}

// --- Diagnostics ---------------------------------------------------------------------------------------------------

/** SIGNAL and RESIGNAL; the verb is current. */
export function parseSignal(parser: Parser): Signal {
  const at = parser.start;
  const kind = parser.word === 'SIGNAL' ? 'signal' : 'resignal';
  parser.next();
  const hasCondition = kind === 'signal' || parser.word === 'SQLSTATE' || parser.isIdentifier();
  const condition = hasCondition ? parseNamedCondition(parser) : null;
  const items = parser.accept('SET') ? parser.list(() => parseSignalItem(parser)) : [];
  return {kind, at, condition, items};
}

function parseSignalItem(parser: Parser): Signal['items'][number] {
  const name = parser.identifier().toUpperCase();
  parser.expect('=');
  return {name, value: parseExpression(parser)};
}

/** `GET [CURRENT | STACKED] DIAGNOSTICS [CONDITION n] target = item, ...`; GET is current. */
export function parseGetDiagnostics(parser: Parser): GetDiagnostics {
  const at = parser.start;
  parser.next();
  const area = parser.acceptOneOf(['CURRENT', 'STACKED']) === 'STACKED' ? 'stacked' : 'current';
  parser.expect('DIAGNOSTICS');
  const condition = parser.accept('CONDITION') ? parseExpression(parser) : null;
  return {
    kind: 'getDiagnostics',
    at,
    area,
    condition,
    items: parser.list(() => parseDiagnosticsItem(parser)),
  };
}

function parseDiagnosticsItem(parser: Parser): GetDiagnostics['items'][number] {
  const target = parser.kind === Token.variable ? parser.userVariable() : parser.columnName();
  parser.expect('=');
  return {target, name: parser.identifier().toUpperCase()};
}
