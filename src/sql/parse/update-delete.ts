// UPDATE and DELETE, of one table and of several.

import type {Delete, TableReference, Update, WithClause} from './ast.ts';
import type {TableName} from './ast-expression.ts';
import {parseAssignments} from './insert.ts';
import type {Parser} from './parser.ts';
import {parseHints, parseLimitCount, parseOrderBy, parseWhere} from './query.ts';
import {parsePartitionNames, parseTableReferences} from './table-reference.ts';

/** UPDATE; the verb is current, a WITH clause has been passed. */
export function parseUpdate(parser: Parser, at: number, withClause: WithClause | null): Update {
  parser.next();
  const hints = parseHints(parser);
  const lowPriority = parser.accept('LOW_PRIORITY');
  const ignore = parser.accept('IGNORE');
  const tables = parseTableReferences(parser);
  const assignments = parseAssignments(parser);
  const where = parseWhere(parser);
  const isSingle = tables.length === 1 && tables[0].kind !== 'join' && tables[0].kind !== 'tableList';
  const orderBy = isSingle ? parseOrderBy(parser) : [];
  const limit = isSingle ? parseLimitCount(parser) : null;
  return {
    kind: 'update',
    at,
    with: withClause,
    hints,
    lowPriority,
    ignore,
    tables,
    assignments,
    where,
    orderBy,
    limit,
  };
}

/** DELETE; the verb is current, a WITH clause has been passed. */
export function parseDelete(parser: Parser, at: number, withClause: WithClause | null): Delete {
  parser.next();
  const hints = parseHints(parser);
  const {lowPriority, quick, ignore} = parseDeleteModifiers(parser);
  const tables = parseDeleteTables(parser);
  const where = parseWhere(parser);
  const isSingle = tables.targets.length === 0;
  const orderBy = isSingle ? parseOrderBy(parser) : [];
  const limit = isSingle ? parseLimitCount(parser) : null;
  const options = {hints, lowPriority, quick, ignore};
  return {kind: 'delete', at, with: withClause, ...options, ...tables, where, orderBy, limit};
}

function parseDeleteModifiers(parser: Parser): Pick<Delete, 'lowPriority' | 'quick' | 'ignore'> {
  const lowPriority = parser.accept('LOW_PRIORITY');
  const quick = parser.accept('QUICK');
  return {lowPriority, quick, ignore: parser.accept('IGNORE')};
}

/** `FROM t [[AS] alias]`, `targets FROM tables`, or `FROM targets USING tables`. */
function parseDeleteTables(parser: Parser): Pick<Delete, 'targets' | 'from'> {
  if (!parser.accept('FROM')) {
    const targets = parser.list(() => parseTarget(parser));
    parser.expect('FROM');
    return {targets, from: parseTableReferences(parser)};
  }
  const at = parser.start;
  const first = parseTarget(parser);
  if (parser.word === ',' || parser.word === 'USING') {
    const targets = [first];
    while (parser.accept(',')) targets.push(parseTarget(parser));
    parser.expect('USING');
    return {targets, from: parseTableReferences(parser)};
  }
  const alias = parser.optionalAlias();
  const partitions = parsePartitionNames(parser);
  const from: TableReference = {kind: 'baseTable', at, table: first, alias, partitions, indexHints: []};
  return {targets: [], from: [from]};
}

/** A table to delete from; `.*` behind it says nothing. */
function parseTarget(parser: Parser): TableName {
  const at = parser.start;
  const first = parser.identifier();
  if (!parser.accept('.') || parser.accept('*')) return {at, schema: null, name: first};
  const target: TableName = {at, schema: first, name: parser.identifier()};
  if (parser.accept('.')) parser.expect('*');
  return target;
}
