// SET in all its meanings: variables, NAMES, CHARACTER SET, TRANSACTION, PASSWORD, ROLE, DEFAULT ROLE.

import {parseRoleSet} from './account.ts';
import type {Statement} from './ast.ts';
import type {SetPassword, SetStatement, VariableAssignment} from './ast-command.ts';
import type {Expression, SystemVariable, VariableScope} from './ast-expression.ts';
import {parseExpression} from './expression.ts';
import type {Parser} from './parser.ts';
import {parseSystemVariable, variableAfter} from './primary.ts';
import {Token} from './scanner.ts';
import {parseSetTransaction} from './transaction.ts';

const SCOPES = ['GLOBAL', 'SESSION', 'LOCAL', 'PERSIST', 'PERSIST_ONLY'] as const;

/** SET ...; SET is current. */
export function parseSet(parser: Parser): Statement {
  const at = parser.start;
  parser.next();
  switch (parser.word) {
    case 'TRANSACTION':
      return parseSetTransaction(parser, at, null);
    case 'PASSWORD':
      if (parser.peek() !== '.') return parseSetPassword(parser, at);
      break;
    case 'ROLE':
      if (parser.peek() === '=') break;
      parser.next();
      return {kind: 'setRole', at, roles: parseRoleSet(parser, true)};
    case 'DEFAULT': {
      parser.expectAll('DEFAULT', 'ROLE');
      const roles = parseRoleSet(parser, false);
      parser.expect('TO');
      return {kind: 'setDefaultRole', at, roles, accounts: parser.list(() => parser.accountName())};
    }
    case 'GLOBAL':
    case 'SESSION':
    case 'LOCAL':
      if (parser.peek() === 'TRANSACTION') {
        const scope = parser.word === 'GLOBAL' ? 'global' : 'session';
        parser.next();
        return parseSetTransaction(parser, at, scope);
      }
  }
  return parseSetVariables(parser, at);
}

function parseSetVariables(parser: Parser, at: number): SetStatement {
  const assignments: VariableAssignment[] = [];
  // GLOBAL and SESSION in front of one name hold for the names behind it too.
  let scope: VariableScope | null = null;
  do {
    const word = parser.acceptOneOf(SCOPES);
    if (word !== null) scope = word === 'LOCAL' ? 'session' : (word.toLowerCase() as VariableScope);
    assignments.push(parseAssignment(parser, scope, word !== null));
  } while (parser.accept(','));
  return {kind: 'set', at, assignments};
}

function parseAssignment(parser: Parser, scope: VariableScope | null, hasScope: boolean): VariableAssignment {
  if (!hasScope) {
    if (parser.kind === Token.variable) {
      const variable = parser.userVariable();
      parseEquals(parser);
      return {kind: 'user', variable, value: parseExpression(parser)};
    }
    if (parser.word === '@@') return parseMarked(parser);
    const names = parseNames(parser);
    if (names !== null) return names;
  }
  return parseNamed(parser, scope);
}

function parseEquals(parser: Parser): void {
  if (!parser.accept(':=')) parser.expect('=');
}

/** `@@[scope.]name = value` */
function parseMarked(parser: Parser): VariableAssignment {
  const at = parser.start;
  parser.next();
  const variable = parseSystemVariable(parser, at);
  parseEquals(parser);
  return {kind: 'system', variable, marked: true, value: parseVariableValue(parser)};
}

/** `name = value`: a system variable, a variable of a stored program, or NEW.column in a trigger. */
function parseNamed(parser: Parser, scope: VariableScope | null): VariableAssignment {
  const at = parser.start;
  const first = parser.identifier();
  if (parser.programDepth > 0 && /^(new|old)$/i.test(first) && parser.word === '.') {
    const column = parser.columnNameAfter(at, first);
    parseEquals(parser);
    return {kind: 'column', column, value: parseVariableValue(parser)};
  }
  const variable: SystemVariable = variableAfter(parser, at, scope, first);
  parseEquals(parser);
  return {kind: 'system', variable, marked: scope !== null, value: parseVariableValue(parser)};
}

/** An expression; null for DEFAULT; a bare word, reserved or not, as a string. */
function parseVariableValue(parser: Parser): Expression | null {
  const at = parser.start;
  if (parser.word === 'DEFAULT' && !parser.isFollowedBy('(')) {
    parser.next();
    return null;
  }
  const bare = parseBareWord(parser);
  if (bare !== null) return {kind: 'string', at, value: bare, charset: null};
  const value = parseExpression(parser);
  const isWord = value.kind === 'column' && value.table === null && parser.programDepth === 0;
  return isWord ? {kind: 'string', at, value: value.name, charset: null} : value;
}

/** A reserved word that is a whole value, or null. ROW and BINARY may also begin an expression. */
function parseBareWord(parser: Parser): string | null {
  const mark = parser.mark();
  const word = parser.acceptOneOf(['ON', 'ALL', 'SYSTEM', 'ROW', 'BINARY']);
  if (word === null) return null;
  if (parser.kind === Token.end || parser.word === ',' || parser.word === ';') return word;
  parser.reset(mark);
  return null;
}

/** NAMES and CHARACTER SET; null if neither stands here. */
function parseNames(parser: Parser): VariableAssignment | null {
  if (parser.word === 'NAMES') {
    const next = parser.peek();
    if (next === '=' || next === ':=') return null;
    parser.next();
    if (parser.accept('DEFAULT')) return {kind: 'names', charset: null, collation: null};
    const charset = parser.charsetName();
    return {kind: 'names', charset, collation: parser.accept('COLLATE') ? parser.collationName() : null};
  }
  const isCharset = parser.acceptAll('CHARACTER', 'SET') || parser.acceptAll('CHAR', 'SET') || parser.accept('CHARSET');
  if (!isCharset) return null;
  return {kind: 'charset', charset: parser.accept('DEFAULT') ? null : parser.charsetName()};
}

/** `PASSWORD [FOR account] = 'password' | TO RANDOM [REPLACE 'current'] [RETAIN CURRENT PASSWORD]` */
function parseSetPassword(parser: Parser, at: number): SetPassword {
  parser.next();
  const account = parser.accept('FOR') ? parser.accountName() : null;
  let password: string | null = null;
  if (parser.accept('TO')) parser.expect('RANDOM');
  else {
    parseEquals(parser);
    password = parser.string();
  }
  const replace = parser.accept('REPLACE') ? parser.string() : null;
  const retainCurrent = parser.accept('RETAIN');
  if (retainCurrent) parser.expectAll('CURRENT', 'PASSWORD');
  return {kind: 'setPassword', at, account, password, replace, retainCurrent};
}
