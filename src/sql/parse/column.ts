// The definition of one column, with all its attributes, and the pieces it shares with tables: CHECK, REFERENCES.

import type {Expression} from './ast-expression.ts';
import type {
  CheckConstraint,
  ColumnDefinition,
  ForeignKeyReference,
  GeneratedColumn,
  ReferenceAction,
} from './ast-schema.ts';
import {parseDataType} from './data-type.ts';
import {parseExpression, parseRank, Rank} from './expression.ts';
import {parseKeyParts} from './index-definition.ts';
import type {Parser} from './parser.ts';

type Draft = {-readonly [K in keyof ColumnDefinition]: ColumnDefinition[K]};

/** `name type attributes` */
export function parseColumn(parser: Parser): ColumnDefinition {
  const at = parser.start;
  return parseColumnOf(parser, at, parser.identifier());
}

/** The definition of a column whose name has been passed. */
export function parseColumnOf(parser: Parser, at: number, name: string): ColumnDefinition {
  const draft = newColumn(at, name, parser);
  parseGenerated(parser, draft);
  while (parseAttribute(parser, draft));
  return draft;
}

function newColumn(at: number, name: string, parser: Parser): Draft {
  const isSerial = parser.word === 'SERIAL';
  return {
    at,
    name,
    type: parseDataType(parser),
    nullable: isSerial ? false : null,
    default: null,
    defaultInParentheses: false,
    onUpdateNow: null,
    autoIncrement: isSerial,
    key: isSerial ? 'unique' : null,
    generated: null,
    visible: null,
    comment: null,
    columnFormat: null,
    storage: null,
    engineAttribute: null,
    secondaryEngineAttribute: null,
    srid: null,
    checks: [],
    references: null,
  };
}

/** `[COLLATE c] [GENERATED ALWAYS] AS (expression) [VIRTUAL | STORED]` */
function parseGenerated(parser: Parser, draft: Draft): void {
  if (parser.accept('COLLATE')) draft.type = {...draft.type, collation: parser.collationName()};
  if (parser.accept('GENERATED')) {
    parser.expect('ALWAYS');
    if (parser.word !== 'AS') parser.fail();
  }
  if (!parser.accept('AS')) return;
  parser.expect('(');
  const expression = parseExpression(parser);
  parser.expect(')');
  const generated: GeneratedColumn = {
    expression,
    stored: parser.acceptOneOf(['VIRTUAL', 'STORED']) === 'STORED',
  };
  draft.generated = generated;
}

/** One attribute; false if none follows. Later ones overrule earlier ones. */
function parseAttribute(parser: Parser, draft: Draft): boolean {
  switch (parser.word) {
    case 'NOT':
      return parseNotNull(parser, draft);
    case 'NULL':
      parser.next();
      draft.nullable = true;
      return true;
    case 'DEFAULT':
      parser.next();
      parseDefault(parser, draft);
      return true;
    case 'ON':
      parser.next();
      parser.expect('UPDATE');
      draft.onUpdateNow = parseNow(parser);
      return true;
    case 'AUTO_INCREMENT':
      parser.next();
      draft.autoIncrement = true;
      return true;
    case 'SERIAL':
      parser.expectAll('SERIAL', 'DEFAULT', 'VALUE');
      Object.assign(draft, {nullable: false, autoIncrement: true, key: 'unique'});
      return true;
    case 'UNIQUE':
      parser.next();
      parser.accept('KEY');
      draft.key ??= 'unique';
      return true;
    case 'PRIMARY':
      parser.next();
      parser.expect('KEY');
      draft.key = 'primary';
      return true;
    case 'KEY':
      parser.next();
      draft.key = 'primary';
      return true;
    default:
      return parseRareAttribute(parser, draft);
  }
}

function parseRareAttribute(parser: Parser, draft: Draft): boolean {
  switch (parser.word) {
    case 'COMMENT':
      parser.next();
      draft.comment = parser.string();
      return true;
    case 'COLLATE':
      parser.next();
      draft.type = {...draft.type, collation: parser.collationName()};
      return true;
    case 'VISIBLE':
    case 'INVISIBLE':
      draft.visible = parser.word === 'VISIBLE';
      parser.next();
      return true;
    case 'COLUMN_FORMAT':
      parser.next();
      draft.columnFormat = lower(parser.expectOneOf(['FIXED', 'DYNAMIC', 'DEFAULT']));
      return true;
    case 'STORAGE':
      parser.next();
      draft.storage = lower(parser.expectOneOf(['DISK', 'MEMORY', 'DEFAULT']));
      return true;
    case 'ENGINE_ATTRIBUTE':
      parser.next();
      parser.accept('=');
      draft.engineAttribute = parser.string();
      return true;
    case 'SECONDARY_ENGINE_ATTRIBUTE':
      parser.next();
      parser.accept('=');
      draft.secondaryEngineAttribute = parser.string();
      return true;
    case 'SRID':
      parser.next();
      draft.srid = parser.integer();
      return true;
    case 'CONSTRAINT':
    case 'CHECK':
      draft.checks = [...draft.checks, parseColumnCheck(parser)];
      return true;
    case 'REFERENCES':
      draft.references = parseReference(parser);
      return true;
    default:
      return false;
  }
}

function lower<W extends string>(word: W): Lowercase<W> {
  return word.toLowerCase() as Lowercase<W>;
}

/** NOT NULL; NOT SECONDARY is passed over. */
function parseNotNull(parser: Parser, draft: Draft): boolean {
  parser.next();
  if (parser.accept('SECONDARY')) return true;
  parser.expect('NULL');
  draft.nullable = false;
  return true;
}

/** A literal with or without a sign, CURRENT_TIMESTAMP, or an expression in parentheses. */
function parseDefault(parser: Parser, draft: Draft): void {
  draft.defaultInParentheses = parser.accept('(');
  if (draft.defaultInParentheses) {
    draft.default = parseExpression(parser);
    parser.expect(')');
  } else draft.default = parseDefaultLiteral(parser);
}

/** What a default may be without parentheses. A COLLATE behind it is the column's. */
export function parseDefaultLiteral(parser: Parser): Expression {
  const at = parser.start;
  if (parser.accept('-')) return {kind: 'unary', at, operator: '-', operand: parseDefaultNumber(parser)};
  if (parser.accept('+')) return parseDefaultNumber(parser);
  const value = parseRank(parser, Rank.primary);
  return isDefaultLiteral(value) ? value : parser.fail();
}

function parseDefaultNumber(parser: Parser): Expression {
  const value = parseRank(parser, Rank.primary);
  const isNumber = value.kind === 'integer' || value.kind === 'decimal' || value.kind === 'double';
  return isNumber ? value : parser.fail();
}

function isDefaultLiteral(value: Expression): boolean {
  switch (value.kind) {
    case 'null':
    case 'boolean':
    case 'integer':
    case 'decimal':
    case 'double':
    case 'string':
    case 'bytes':
    case 'temporal':
      return true;
    case 'call':
      return value.name === 'now' && value.schema === null;
    default:
      return false;
  }
}

/** CURRENT_TIMESTAMP[(fraction)] and its synonyms: the fraction. */
function parseNow(parser: Parser): number {
  const call = parseRank(parser, Rank.primary);
  if (call.kind !== 'call' || call.name !== 'now') return parser.fail();
  const fraction = call.args[0];
  if (fraction === undefined) return 0;
  return fraction.kind === 'integer' ? Number(fraction.value) : parser.fail();
}

/** `[CONSTRAINT [name]] CHECK (expression) [[NOT] ENFORCED]` */
function parseColumnCheck(parser: Parser): CheckConstraint {
  const at = parser.start;
  const name = parser.accept('CONSTRAINT') && parser.word !== 'CHECK' ? parser.identifier() : null;
  return parseCheck(parser, at, name);
}

/** `CHECK (expression) [[NOT] ENFORCED]`; the constraint's name has been passed. */
export function parseCheck(parser: Parser, at: number, name: string | null): CheckConstraint {
  parser.expectAll('CHECK', '(');
  const expression = parseExpression(parser);
  parser.expect(')');
  const enforced = !parser.acceptBoth('NOT', 'ENFORCED');
  if (enforced) parser.accept('ENFORCED');
  return {at, name, expression, enforced};
}

/** `REFERENCES table [(columns)] [MATCH ...] [ON DELETE ...] [ON UPDATE ...]` */
export function parseReference(parser: Parser): ForeignKeyReference {
  parser.expect('REFERENCES');
  const table = parser.tableName();
  const columns = parser.word === '(' ? parseKeyParts(parser, true) : [];
  const match = parser.accept('MATCH') ? lower(parser.expectOneOf(['FULL', 'PARTIAL', 'SIMPLE'])) : null;
  let onDelete: ReferenceAction | null = null;
  let onUpdate: ReferenceAction | null = null;
  while (parser.word === 'ON') {
    parser.next();
    const isDelete = parser.expectOneOf(['DELETE', 'UPDATE']) === 'DELETE';
    if ((isDelete ? onDelete : onUpdate) !== null) parser.fail();
    if (isDelete) onDelete = parseReferenceAction(parser);
    else onUpdate = parseReferenceAction(parser);
  }
  return {table, columns, match, onDelete, onUpdate};
}

function parseReferenceAction(parser: Parser): ReferenceAction {
  switch (parser.expectOneOf(['RESTRICT', 'CASCADE', 'SET', 'NO'])) {
    case 'RESTRICT':
      return 'restrict';
    case 'CASCADE':
      return 'cascade';
    case 'SET':
      return parser.expectOneOf(['NULL', 'DEFAULT']) === 'NULL' ? 'setNull' : 'setDefault';
    case 'NO':
      parser.expect('ACTION');
      return 'noAction';
  }
}
