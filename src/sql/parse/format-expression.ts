// Expressions as SQL text. Parentheses are written where the ranks of expression.ts demand them and nowhere else, so
// that parsing the text gives the same tree.

import type {OrderItem} from './ast.ts';
import type {Expression, StringLiteral, SystemVariable} from './ast-expression.ts';
import type {
  Aggregate,
  CastType,
  FrameBound,
  JsonResponse,
  JsonValue,
  Match,
  Window,
  WindowFunction,
} from './ast-function.ts';
import {isSpecialForm} from './call.ts';
import {Rank} from './expression.ts';
import {clause, formatTableName, quoteBytes, quoteName, quoteString} from './format-name.ts';
import {formatQuery} from './format-query.ts';
import {isReserved, keywordOf} from './keywords.ts';

/** An expression as SQL text; parentheses around it if its rank is below `least`. */
export function formatExpression(expression: Expression, least: number = 0): string {
  const text = formatBare(expression);
  return rankOf(expression) < least ? `(${text})` : text;
}

export function formatExpressions(expressions: readonly Expression[]): string {
  return expressions.map(expression => formatExpression(expression)).join(', ');
}

/** The rank of the operator at the root; an assignment takes everything on its right, so it is below all. */
function rankOf(expression: Expression): number {
  switch (expression.kind) {
    case 'assignment':
      return 0;
    case 'logical':
      return Rank[expression.operator];
    case 'is':
      return expression.test === 'null' ? Rank.comparison : Rank.isTest;
    case 'comparison':
    case 'quantified':
      return Rank.comparison;
    case 'between':
    case 'inList':
    case 'inQuery':
    case 'like':
    case 'regexp':
    case 'soundsLike':
    case 'memberOf':
      return Rank.predicate;
    case 'arithmetic':
      return ARITHMETIC_RANKS[expression.operator];
    case 'dateArithmetic':
      return Rank.add;
    case 'unary':
      return UNARY_RANKS[expression.operator];
    case 'collate':
      return Rank.collate;
    default:
      return Rank.primary;
  }
}

const ARITHMETIC_RANKS = {
  '|': Rank.bitOr,
  '&': Rank.bitAnd,
  '<<': Rank.shift,
  '>>': Rank.shift,
  '+': Rank.add,
  '-': Rank.add,
  '*': Rank.multiply,
  '/': Rank.multiply,
  div: Rank.multiply,
  '%': Rank.multiply,
  '^': Rank.bitXor,
} as const;

const UNARY_RANKS = {not: Rank.not, '-': Rank.negate, '~': Rank.negate, binary: Rank.binary} as const;

/** One case per kind of node. */
function formatBare(e: Expression): string {
  switch (e.kind) {
    case 'null':
      return 'NULL';
    case 'boolean':
      return e.value ? 'TRUE' : 'FALSE';
    case 'integer':
      return String(e.value);
    case 'decimal':
      return e.text;
    case 'double':
      return e.value.toExponential();
    case 'string':
      return formatString(e);
    case 'bytes':
      return e.notation === 'hex' ? quoteBytes(e.value) : `b'${bitsOf(e.value)}'`;
    case 'temporal':
      return `${e.type.toUpperCase()} ${quoteString(e.text)}`;
    case 'parameter':
      return e.literal === null ? '?' : formatBare(e.literal);
    case 'column': {
      const name = quoteName(e.name);
      return e.table === null ? name : `${formatTableName({at: e.at, schema: e.schema, name: e.table})}.${name}`;
    }
    case 'userVariable':
      return formatUserVariable(e.name);
    case 'assignment':
      return `${formatUserVariable(e.name)} := ${formatExpression(e.value)}`;
    case 'systemVariable':
      return formatSystemVariable(e);
    case 'default':
      return e.column === null ? 'DEFAULT' : `DEFAULT(${formatBare(e.column)})`;
    case 'insertedValue':
      return `VALUES(${formatBare(e.column)})`;
    case 'unary':
      return formatUnary(e.operator, formatExpression(e.operand, UNARY_RANKS[e.operator]));
    case 'arithmetic': {
      const rank = ARITHMETIC_RANKS[e.operator];
      const operator = e.operator === 'div' ? 'DIV' : e.operator;
      return `${formatExpression(e.left, rank)} ${operator} ${formatExpression(e.right, rank + 1)}`;
    }
    case 'comparison':
      return `${formatExpression(e.left, Rank.comparison)} ${e.operator} ${formatExpression(e.right, Rank.predicate)}`;
    case 'quantified':
      return `${formatExpression(e.left, Rank.comparison)} ${e.operator} ${e.quantifier.toUpperCase()} (${formatQuery(e.query)})`;
    case 'logical': {
      const rank = Rank[e.operator];
      return e.operands.map(operand => formatExpression(operand, rank + 1)).join(` ${e.operator.toUpperCase()} `);
    }
    case 'is':
      return `${formatExpression(e.value, Rank.comparison)} IS ${not(e)}${e.test.toUpperCase()}`;
    case 'between':
      return `${left(e.value)} ${not(e)}BETWEEN ${left(e.low)} AND ${formatExpression(e.high, Rank.predicate)}`;
    case 'inList':
      return `${left(e.value)} ${not(e)}IN (${formatExpressions(e.items)})`;
    case 'inQuery':
      return `${left(e.value)} ${not(e)}IN (${formatQuery(e.query)})`;
    case 'like': {
      const escape_ = e.escape === null ? '' : ` ESCAPE ${formatExpression(e.escape, Rank.concat)}`;
      return `${left(e.value)} ${not(e)}LIKE ${formatExpression(e.pattern, Rank.concat)}${escape_}`;
    }
    case 'regexp':
      return `${left(e.value)} ${not(e)}REGEXP ${left(e.pattern)}`;
    case 'soundsLike':
      return `${left(e.left)} SOUNDS LIKE ${left(e.right)}`;
    case 'memberOf':
      return `${left(e.value)} MEMBER OF (${formatExpression(e.array, Rank.concat)})`;
    case 'collate':
      return `${formatExpression(e.value, Rank.collate)} COLLATE ${e.collation}`;
    case 'jsonPath':
      return `${formatBare(e.column)} ->${e.unquote ? '>' : ''} ${quoteString(e.path)}`;
    case 'dateArithmetic': {
      const amount = `INTERVAL ${formatExpression(e.amount)} ${e.unit.toUpperCase()}`;
      return `${formatExpression(e.value, Rank.add)} ${e.operator} ${amount}`;
    }
    case 'case': {
      const clauses = e.clauses.map(c => ` WHEN ${formatExpression(c.when)} THEN ${formatExpression(c.result)}`);
      const otherwise = e.otherwise === null ? '' : ` ELSE ${formatExpression(e.otherwise)}`;
      return `CASE${e.operand === null ? '' : ` ${formatExpression(e.operand)}`}${clauses.join('')}${otherwise} END`;
    }
    case 'row':
      return `(${formatExpressions(e.items)})`;
    case 'subquery':
      return `(${formatQuery(e.query)})`;
    case 'exists':
      return `EXISTS (${formatQuery(e.query)})`;
    case 'call':
      return `${e.schema === null ? '' : `${quoteName(e.schema)}.`}${functionName(e)}(${formatExpressions(e.args)})`;
    case 'aggregate':
      return formatAggregate(e);
    case 'window':
      return formatWindowFunction(e);
    case 'cast': {
      const zone = e.timeZone === null ? '' : ` AT TIME ZONE ${quoteString(e.timeZone)}`;
      return `CAST(${formatExpression(e.value)}${zone} AS ${formatCastType(e.type)}${e.array ? ' ARRAY' : ''})`;
    }
    case 'convertUsing':
      return `CONVERT(${formatExpression(e.value)} USING ${e.charset})`;
    case 'char':
      return `CHAR(${formatExpressions(e.codes)}${clause('USING', e.charset)})`;
    case 'extract':
      return `EXTRACT(${e.unit.toUpperCase()} FROM ${formatExpression(e.value)})`;
    case 'trim': {
      if (e.removed === null && e.side === 'both') return `TRIM(${formatExpression(e.value)})`;
      const removed = e.removed === null ? '' : `${formatExpression(e.removed)} `;
      return `TRIM(${e.side.toUpperCase()} ${removed}FROM ${formatExpression(e.value)})`;
    }
    case 'timestampFunction':
      return `${e.name.toUpperCase()}(${e.unit.toUpperCase()}, ${formatExpressions(e.args)})`;
    case 'getFormat':
      return `GET_FORMAT(${e.type.toUpperCase()}, ${formatExpression(e.region)})`;
    case 'weightString': {
      const as = e.as === null ? '' : ` AS ${e.as.toUpperCase()}(${e.length})`;
      return `WEIGHT_STRING(${formatExpression(e.value)}${as})`;
    }
    case 'match':
      return formatMatch(e);
    case 'jsonValue':
      return formatJsonValue(e);
  }
}

function left(expression: Expression): string {
  return formatExpression(expression, Rank.bitOr);
}

function not(expression: {readonly negated: boolean}): string {
  return expression.negated ? 'NOT ' : '';
}

// --- Literals, variables, names ------------------------------------------------------------------------------------

/** Ill-formed bytes without a character set can only be given as binary. */
function formatString(literal: StringLiteral): string {
  const {value, charset} = literal;
  const text = typeof value === 'string' ? quoteString(value) : ` ${quoteBytes(value)}`;
  if (charset === null) return typeof value === 'string' ? text : `_binary${text}`;
  return `_${charset}${text}`;
}

function bitsOf(value: Uint8Array): string {
  return Array.from(value, byte => byte.toString(2).padStart(8, '0')).join('');
}

function formatUserVariable(name: string): string {
  return /^[\w.$]+$/.test(name) ? `@${name}` : `@${quoteName(name)}`;
}

/** `@@[scope.][component.]name` */
export function formatSystemVariable(variable: SystemVariable): string {
  const scope = variable.scope === null ? '' : `${variable.scope.toUpperCase()}.`;
  return `@@${scope}${formatVariableName(variable)}`;
}

/** `[component.]name` */
export function formatVariableName(variable: SystemVariable): string {
  const name = plainOrQuoted(variable.name);
  return variable.component === null ? name : `${plainOrQuoted(variable.component)}.${name}`;
}

function plainOrQuoted(name: string): string {
  return isPlain(name) ? name : quoteName(name);
}

/** Whether a name needs no quotes anywhere. */
function isPlain(name: string): boolean {
  return /^[a-z_][a-z0-9_]*$/i.test(name) && keywordOf(name) === 0;
}

/** The reserved words that begin an ordinary call. */
const RESERVED_CALLS: ReadonlySet<string> = new Set(
  'current_user database grouping if insert interval left mod repeat replace right schema utc_date utc_time utc_timestamp'.split(
    ' ',
  ),
);

/** The name of a function: unquoted if that is read back as a call of it. */
export function functionName(call: Extract<Expression, {kind: 'call'}>): string {
  const {name} = call;
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) return quoteName(name);
  if (call.schema !== null || isSpecialForm(name)) return quoteName(name);
  return isReserved(keywordOf(name)) && !RESERVED_CALLS.has(name) ? quoteName(name) : name;
}

/** A `-` in front of another would make a comment. */
function formatUnary(operator: string, operand: string): string {
  if (operator === 'not' || operator === 'binary') return `${operator.toUpperCase()} ${operand}`;
  return operand.startsWith('-') ? `${operator}(${operand})` : `${operator}${operand}`;
}

// --- Functions -----------------------------------------------------------------------------------------------------

function formatAggregate(e: Aggregate): string {
  const args = e.name === 'count' && e.args.length === 0 ? '*' : formatExpressions(e.args);
  const separator = e.separator === null ? '' : ` SEPARATOR ${quoteString(e.separator)}`;
  const inside = `${e.distinct ? 'DISTINCT ' : ''}${args}${formatOrderBy(e.orderBy)}${separator}`;
  return `${e.name.toUpperCase()}(${inside})${e.over === null ? '' : formatOver(e.over)}`;
}

function formatWindowFunction(e: WindowFunction): string {
  const from = e.fromLast ? ' FROM LAST' : '';
  const nulls = e.ignoreNulls ? ' IGNORE NULLS' : '';
  return `${e.name.toUpperCase()}(${formatExpressions(e.args)})${from}${nulls}${formatOver(e.over)}`;
}

function formatOver(over: Window | string): string {
  return ` OVER ${typeof over === 'string' ? quoteName(over) : formatWindow(over)}`;
}

/** `([base] [PARTITION BY ...] [ORDER BY ...] [frame])` */
export function formatWindow(window: Window): string {
  const parts: string[] = [];
  if (window.base !== null) parts.push(quoteName(window.base));
  if (window.partitionBy.length > 0) parts.push(`PARTITION BY ${formatExpressions(window.partitionBy)}`);
  if (window.orderBy.length > 0) parts.push(formatOrderBy(window.orderBy).trim());
  if (window.frame !== null) {
    const {unit, start, end} = window.frame;
    parts.push(`${unit.toUpperCase()} BETWEEN ${formatBound(start)} AND ${formatBound(end)}`);
  }
  return `(${parts.join(' ')})`;
}

function formatBound(bound: FrameBound): string {
  switch (bound.kind) {
    case 'unboundedPreceding':
      return 'UNBOUNDED PRECEDING';
    case 'unboundedFollowing':
      return 'UNBOUNDED FOLLOWING';
    case 'currentRow':
      return 'CURRENT ROW';
    case 'preceding':
    case 'following': {
      const distance = bound.distance === null ? '' : formatExpression(bound.distance);
      const amount = bound.unit === null ? distance : `INTERVAL ${distance} ${bound.unit.toUpperCase()}`;
      return `${amount} ${bound.kind.toUpperCase()}`;
    }
  }
}

/** ` ORDER BY ...`, or nothing. */
export function formatOrderBy(items: readonly OrderItem[]): string {
  if (items.length === 0) return '';
  return ` ORDER BY ${items.map(i => `${formatExpression(i.expression)}${i.descending ? ' DESC' : ''}`).join(', ')}`;
}

function formatCastType(type: CastType): string {
  const decimals = type.decimals === null ? '' : `, ${type.decimals}`;
  const length = type.length === null ? '' : `(${type.length}${decimals})`;
  return `${type.name.toUpperCase()}${length}${clause('CHARACTER SET', type.charset)}`;
}

const MATCH_MODES = {
  natural: '',
  naturalExpansion: ' IN NATURAL LANGUAGE MODE WITH QUERY EXPANSION',
  boolean: ' IN BOOLEAN MODE',
  expansion: ' WITH QUERY EXPANSION',
} as const;

function formatMatch(e: Match): string {
  return `MATCH (${formatExpressions(e.columns)}) AGAINST (${left(e.pattern)}${MATCH_MODES[e.mode]})`;
}

function formatJsonValue(e: JsonValue): string {
  return `JSON_VALUE(${formatExpression(e.document)}, ${formatExpression(e.path)}${formatJsonValueOptions(e)})`;
}

/** What stands behind the path of JSON_VALUE. */
export function formatJsonValueOptions(e: JsonValue): string {
  const returning = e.returning === null ? '' : ` RETURNING ${formatCastType(e.returning)}`;
  return returning + formatJsonResponses(e.onEmpty, e.onError);
}

/** ` ... ON EMPTY ... ON ERROR`, as far as given. */
export function formatJsonResponses(onEmpty: JsonResponse | null, onError: JsonResponse | null): string {
  return formatJsonResponse(onEmpty, 'EMPTY') + formatJsonResponse(onError, 'ERROR');
}

function formatJsonResponse(response: JsonResponse | null, event: string): string {
  if (response === null) return '';
  const value = response.value === null ? '' : ` ${formatExpression(response.value, Rank.negate)}`;
  return ` ${response.action.toUpperCase()}${value} ON ${event}`;
}
