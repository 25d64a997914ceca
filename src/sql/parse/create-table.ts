// CREATE TABLE.

import {SqlError} from '../../base/sql-error.ts';
import type {CheckConstraint, ColumnDefinition, CreateTable, ForeignKey, IndexDefinition} from './ast-schema.ts';
import {parseCheck, parseColumn, parseReference} from './column.ts';
import {parseIndexRest, parseKeyParts} from './index-definition.ts';
import {COLUMNS_MAX} from './limits.ts';
import type {Parser} from './parser.ts';
import {parsePartitioning} from './partition.ts';
import {beginsQuery, parseQuery} from './query.ts';
import {parseTableOptions} from './table-option.ts';

/** One thing between the parentheses of CREATE TABLE, or behind ADD in ALTER TABLE. */
export type TableElement =
  | {readonly kind: 'column'; readonly column: ColumnDefinition}
  | {readonly kind: 'index'; readonly index: IndexDefinition}
  | {readonly kind: 'foreignKey'; readonly foreignKey: ForeignKey}
  | {readonly kind: 'check'; readonly check: CheckConstraint};

const NOTHING = {columns: [], indexes: [], foreignKeys: [], checks: [], options: []} as const;

/** `CREATE [TEMPORARY] TABLE ...`; TABLE is current. */
export function parseCreateTable(parser: Parser, at: number, temporary: boolean): CreateTable {
  parser.expect('TABLE');
  const ifNotExists = parser.acceptIfNotExists();
  const table = parser.tableName();
  const head = {kind: 'createTable', at, temporary, ifNotExists, table} as const;
  const like = parseLike(parser);
  if (like !== null) return {...head, ...NOTHING, partitioning: null, duplicates: null, query: null, like};
  const elements = parseElements(parser);
  const options = parseTableOptions(parser, true);
  const partitioning = parser.word === 'PARTITION' ? parsePartitioning(parser) : null;
  const word = parser.acceptOneOf(['IGNORE', 'REPLACE']);
  const duplicates = word === null ? null : word === 'IGNORE' ? 'ignore' : 'replace';
  const hasAs = parser.accept('AS');
  const hasQuery = hasAs || word !== null || beginsQuery(parser) || parser.word === '(';
  const query = hasQuery ? parseQuery(parser) : null;
  return {...head, ...sortElements(elements ?? []), options, partitioning, duplicates, query, like: null};
}

/** `LIKE table` or `(LIKE table)` */
function parseLike(parser: Parser): CreateTable['like'] {
  if (parser.accept('LIKE')) return parser.tableName();
  if (!parser.acceptBoth('(', 'LIKE')) return null;
  const like = parser.tableName();
  parser.expect(')');
  return like;
}

/** `(element, ...)`; null without, and when the parenthesis begins a query. */
function parseElements(parser: Parser): TableElement[] | null {
  if (parser.word !== '(') return null;
  const mark = parser.mark();
  parser.next();
  if (parser.word === '(' || beginsQuery(parser)) {
    parser.reset(mark);
    return null;
  }
  const elements = parser.list(() => parseTableElement(parser));
  parser.expect(')');
  return elements;
}

/** A column, index, foreign key or check constraint. */
export function parseTableElement(parser: Parser): TableElement {
  const at = parser.start;
  let constraint: string | null = null;
  if (parser.accept('CONSTRAINT')) {
    if (parser.isIdentifier()) constraint = parser.identifier();
    return parseConstraint(parser, at, constraint) ?? parser.fail();
  }
  return (
    parseConstraint(parser, at, null) ?? parsePlainIndex(parser, at) ?? {kind: 'column', column: parseColumn(parser)}
  );
}

/** What may have a CONSTRAINT name in front. */
function parseConstraint(parser: Parser, at: number, constraint: string | null): TableElement | null {
  switch (parser.word) {
    case 'PRIMARY':
      parser.expectAll('PRIMARY', 'KEY');
      return {kind: 'index', index: parseIndexRest(parser, at, 'primary', constraint)};
    case 'UNIQUE':
      parser.next();
      parser.acceptOneOf(['INDEX', 'KEY']);
      return {kind: 'index', index: parseIndexRest(parser, at, 'unique', constraint)};
    case 'FOREIGN':
      return {kind: 'foreignKey', foreignKey: parseForeignKey(parser, at, constraint)};
    case 'CHECK':
      return {kind: 'check', check: parseCheck(parser, at, constraint)};
    default:
      return null;
  }
}

function parsePlainIndex(parser: Parser, at: number): TableElement | null {
  const word = parser.acceptOneOf(['INDEX', 'KEY', 'FULLTEXT', 'SPATIAL']);
  if (word === null) return null;
  const isSpecial = word === 'FULLTEXT' || word === 'SPATIAL';
  if (isSpecial) parser.acceptOneOf(['INDEX', 'KEY']);
  const type = word === 'FULLTEXT' ? 'fulltext' : word === 'SPATIAL' ? 'spatial' : 'index';
  return {kind: 'index', index: parseIndexRest(parser, at, type, null)};
}

function parseForeignKey(parser: Parser, at: number, constraint: string | null): ForeignKey {
  parser.expectAll('FOREIGN', 'KEY');
  const index = parser.isIdentifier() ? parser.identifier() : null;
  const columns = parseKeyParts(parser, true);
  return {at, constraint, index, columns, references: parseReference(parser)};
}

function sortElements(
  elements: readonly TableElement[],
): Pick<CreateTable, 'columns' | 'indexes' | 'foreignKeys' | 'checks'> {
  const columns: ColumnDefinition[] = [];
  const indexes: IndexDefinition[] = [];
  const foreignKeys: ForeignKey[] = [];
  const checks: CheckConstraint[] = [];
  for (const element of elements) {
    if (element.kind === 'column') columns.push(element.column);
    else if (element.kind === 'index') indexes.push(element.index);
    else if (element.kind === 'foreignKey') foreignKeys.push(element.foreignKey);
    else checks.push(element.check);
  }
  if (columns.length > COLUMNS_MAX) throw new SqlError('ER_TOO_MANY_FIELDS');
  return {columns, indexes, foreignKeys, checks};
}
