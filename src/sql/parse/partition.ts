// The PARTITION BY clause and the definitions of partitions.

import type {Expression} from './ast-expression.ts';
import type {PartitionDefinition, Partitioning, PartitionMethod, PartitionValues} from './ast-schema.ts';
import {parseExpression} from './expression.ts';
import type {Parser} from './parser.ts';
import {parseTableOptions} from './table-option.ts';

/** `PARTITION BY method [PARTITIONS n] [SUBPARTITION BY ...] [(definitions)]`; PARTITION is current. */
export function parsePartitioning(parser: Parser): Partitioning {
  parser.expectAll('PARTITION', 'BY');
  const method = parseMethod(parser);
  const count = parser.accept('PARTITIONS') ? parser.integer() : null;
  let subpartition: PartitionMethod | null = null;
  let subpartitionCount: number | null = null;
  if (parser.accept('SUBPARTITION')) {
    parser.expect('BY');
    subpartition = parseMethod(parser);
    if (subpartition.type === 'range' || subpartition.type === 'list') parser.fail();
    if (parser.accept('SUBPARTITIONS')) subpartitionCount = parser.integer();
  }
  const definitions = parser.word === '(' ? parsePartitionDefinitions(parser) : [];
  return {method, count, subpartition, subpartitionCount, definitions};
}

function parseMethod(parser: Parser): PartitionMethod {
  const linear = parser.accept('LINEAR');
  const word = linear ? parser.expectOneOf(['HASH', 'KEY']) : parser.expectOneOf(['HASH', 'KEY', 'RANGE', 'LIST']);
  const type = word.toLowerCase() as PartitionMethod['type'];
  let algorithm: number | null = null;
  if (type === 'key' && parser.accept('ALGORITHM')) {
    parser.expect('=');
    algorithm = parser.integer();
  }
  if (type === 'key' || (type !== 'hash' && parser.accept('COLUMNS'))) {
    return {type, linear, algorithm, expression: null, columns: parseColumns(parser, type === 'key')};
  }
  parser.expect('(');
  const expression = parseExpression(parser);
  parser.expect(')');
  return {type, linear, algorithm, expression, columns: null};
}

function parseColumns(parser: Parser, mayBeEmpty: boolean): string[] {
  parser.expect('(');
  const columns = mayBeEmpty && parser.word === ')' ? [] : parser.list(() => parser.identifier());
  parser.expect(')');
  return columns;
}

/** `(PARTITION name ..., ...)` */
export function parsePartitionDefinitions(parser: Parser): PartitionDefinition[] {
  parser.expect('(');
  const definitions = parser.list(() => parseDefinition(parser));
  parser.expect(')');
  return definitions;
}

function parseDefinition(parser: Parser): PartitionDefinition {
  parser.expect('PARTITION');
  const name = parser.identifier();
  const values = parser.accept('VALUES') ? parseValues(parser) : null;
  const options = parseTableOptions(parser, false);
  const subpartitions: PartitionDefinition[] = [];
  if (parser.accept('(')) {
    subpartitions.push(...parser.list(() => parseSubpartition(parser)));
    parser.expect(')');
  }
  return {name, values, options, subpartitions};
}

function parseSubpartition(parser: Parser): PartitionDefinition {
  parser.expect('SUBPARTITION');
  const name = parser.identifierOrString();
  return {name, values: null, options: parseTableOptions(parser, false), subpartitions: []};
}

/** `LESS THAN (values) | LESS THAN MAXVALUE | IN (values)` */
function parseValues(parser: Parser): PartitionValues {
  if (parser.accept('LESS')) {
    parser.expect('THAN');
    if (parser.accept('MAXVALUE')) return {kind: 'lessThan', rows: [['maxvalue']]};
    return {kind: 'lessThan', rows: [parseRow(parser)]};
  }
  parser.expectAll('IN', '(');
  const rows = parser.list(() => (parser.word === '(' ? parseRow(parser) : [parseValue(parser)]));
  parser.expect(')');
  return {kind: 'in', rows};
}

function parseRow(parser: Parser): (Expression | 'maxvalue')[] {
  parser.expect('(');
  const row = parser.list(() => parseValue(parser));
  parser.expect(')');
  return row;
}

function parseValue(parser: Parser): Expression | 'maxvalue' {
  return parser.accept('MAXVALUE') ? 'maxvalue' : parseExpression(parser);
}
