// Expressions in the one form in which MySQL shows those of a definition: small letters, quoted columns without their table, every operation in
// parentheses, other names of a function replaced by its first one, -> and ->> as the functions that they stand for. Functional key parts are kept so.

import type {ColumnName, Expression} from './ast-expression.ts';
import type {CastType} from './ast-function.ts';
import {formatExpression, formatJsonValueOptions, functionName} from './format-expression.ts';
import {quoteName, quoteString} from './format-name.ts';

/** Functions with several names, and the name that MySQL shows. */
const SHOWN_NAMES: ReadonlyMap<string, string> = new Map([
  ['lcase', 'lower'],
  ['ucase', 'upper'],
  ['substring', 'substr'],
  ['mid', 'substr'],
  ['ceil', 'ceiling'],
  ['power', 'pow'],
  ['day', 'dayofmonth'],
  ['character_length', 'char_length'],
  ['octet_length', 'length'],
  ['sha1', 'sha'],
]);

/** The name of a function that may have several, in small letters. */
export function shownName(name: string): string {
  const lower = name.toLowerCase();
  return SHOWN_NAMES.get(lower) ?? lower;
}

/** What the form depends on besides the expression. */
export interface CanonicalNames {
  /** A column's name as its definition spells it. */
  columnName(column: ColumnName): string;
  /** The character set of CAST AS CHAR without one. */
  readonly charset: string;
}

/** The expression in MySQL's form. Parsing the text gives an expression of the same meaning. */
export function canonicalText(expression: Expression, names: CanonicalNames): string {
  return new CanonicalWriter(names).text(expression);
}

class CanonicalWriter {
  readonly #names: CanonicalNames;

  constructor(names: CanonicalNames) {
    this.#names = names;
  }

  text(e: Expression): string {
    switch (e.kind) {
      case 'column':
        return quoteName(this.#names.columnName(e));
      case 'boolean':
        return String(e.value);
      case 'string':
        return typeof e.value === 'string' ? `_${e.charset ?? 'utf8mb4'}${quoteString(e.value)}` : formatExpression(e);
      case 'parameter':
        return e.literal === null ? '?' : this.text(e.literal);
      case 'arithmetic':
        return `(${this.text(e.left)} ${e.operator === 'div' ? 'DIV' : e.operator} ${this.text(e.right)})`;
      case 'comparison':
        return `(${this.text(e.left)} ${e.operator} ${this.text(e.right)})`;
      case 'logical':
        return `(${e.operands.map(operand => this.text(operand)).join(` ${e.operator} `)})`;
      case 'unary':
        return this.#unary(e.operator, this.text(e.operand));
      case 'call':
        return this.#call(e);
      case 'case':
        return this.#case(e);
      default:
        return this.#predicate(e);
    }
  }

  #unary(operator: string, operand: string): string {
    if (operator === 'not' || operator === 'binary') return `(${operator} ${operand})`;
    return `${operator}(${operand})`;
  }

  #call(e: Extract<Expression, {kind: 'call'}>): string {
    const shown = shownName(e.name);
    // SUBSTR(text FROM 2) has come in as a call with commas too.
    const name = shown === 'substr' ? shown : functionName({...e, name: shown});
    return `${e.schema === null ? '' : `${quoteName(e.schema)}.`}${name}(${this.#list(e.args)})`;
  }

  #case(e: Extract<Expression, {kind: 'case'}>): string {
    const operand = e.operand === null ? '' : ` ${this.text(e.operand)}`;
    const clauses = e.clauses.map(c => ` when ${this.text(c.when)} then ${this.text(c.result)}`).join('');
    const otherwise = e.otherwise === null ? '' : ` else ${this.text(e.otherwise)}`;
    return `(case${operand}${clauses}${otherwise} end)`;
  }

  #predicate(e: Expression): string {
    switch (e.kind) {
      case 'is':
        return `(${this.text(e.value)} is ${not(e)}${e.test})`;
      case 'between':
        return `(${this.text(e.value)} ${not(e)}between ${this.text(e.low)} and ${this.text(e.high)})`;
      case 'inList':
        return `(${this.text(e.value)} ${not(e)}in (${this.#list(e.items)}))`;
      case 'like': {
        const escape_ = e.escape === null ? '' : ` escape ${formatExpression(e.escape)}`;
        return `(${this.text(e.value)} ${not(e)}like ${this.text(e.pattern)}${escape_})`;
      }
      case 'regexp':
        return `(${this.text(e.value)} ${not(e)}regexp ${this.text(e.pattern)})`;
      case 'collate':
        return `(${this.text(e.value)} collate ${e.collation.toLowerCase()})`;
      default:
        return this.#special(e);
    }
  }

  /** Calls with a syntax of their own. */
  #special(e: Expression): string {
    switch (e.kind) {
      case 'jsonPath': {
        const extracted = `json_extract(${this.text(e.column)},_utf8mb4${quoteString(e.path)})`;
        return e.unquote ? `json_unquote(${extracted})` : extracted;
      }
      case 'cast': {
        const zone = e.timeZone === null ? '' : ` at time zone ${quoteString(e.timeZone)}`;
        return `cast(${this.text(e.value)}${zone} as ${this.#castType(e.type)}${e.array ? ' array' : ''})`;
      }
      case 'convertUsing':
        return `convert(${this.text(e.value)} using ${e.charset})`;
      case 'extract':
        return `extract(${e.unit} from ${this.text(e.value)})`;
      case 'trim': {
        if (e.removed === null && e.side === 'both') return `trim(${this.text(e.value)})`;
        const removed = e.removed === null ? '' : `${this.text(e.removed)} `;
        return `trim(${e.side} ${removed}from ${this.text(e.value)})`;
      }
      case 'dateArithmetic':
        return `(${this.text(e.value)} ${e.operator} interval ${this.text(e.amount)} ${e.unit})`;
      case 'timestampFunction':
        return `${e.name}(${e.unit.toUpperCase()},${this.#list(e.args)})`;
      case 'jsonValue':
        return `json_value(${this.text(e.document)}, ${formatExpression(e.path)}${formatJsonValueOptions(e)})`;
      default:
        return formatExpression(e);
    }
  }

  #castType(type: CastType): string {
    const decimals = type.decimals === null ? '' : `,${type.decimals}`;
    const length = type.length === null ? '' : `(${type.length}${decimals})`;
    const charset = type.name === 'char' ? ` charset ${type.charset ?? this.#names.charset}` : '';
    return `${type.name}${length}${charset}`;
  }

  #list(expressions: readonly Expression[]): string {
    return expressions.map(e => this.text(e)).join(',');
  }
}

function not(expression: {readonly negated: boolean}): string {
  return expression.negated ? 'not ' : '';
}
