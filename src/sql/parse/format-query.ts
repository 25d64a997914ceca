// Queries, and the statements that change rows, as SQL text.

import type {
  ColumnAssignment,
  Delete,
  FileFormat,
  IndexHint,
  Insert,
  IntoClause,
  Join,
  JsonTableColumn,
  Limit,
  LimitValue,
  Load,
  LockingClause,
  Query,
  QueryBody,
  RowStatement,
  Select,
  SelectItem,
  TableReference,
  Update,
  WithClause,
} from './ast.ts';
import {
  formatExpression,
  formatExpressions,
  formatJsonResponses,
  formatOrderBy,
  formatWindow,
} from './format-expression.ts';
import {
  clause,
  formatTableName,
  formatTableNames,
  nameList,
  quoteName,
  quoteNames,
  quoteString,
} from './format-name.ts';
import {formatDataType} from './format-schema.ts';

export function formatRowStatement(statement: RowStatement): string {
  switch (statement.kind) {
    case 'query':
      return formatQuery(statement);
    case 'insert':
      return formatInsert(statement);
    case 'update':
      return formatUpdate(statement);
    case 'delete':
      return formatDelete(statement);
    case 'load':
      return formatLoad(statement);
  }
}

// --- Queries -------------------------------------------------------------------------------------------------------

export function formatQuery(query: Query): string {
  const locking = query.locking.map(formatLocking).join('');
  const tail = `${formatOrderBy(query.orderBy)}${formatLimit(query.limit)}${locking}${formatInto(query.into)}`;
  return `${formatWith(query.with)}${formatBody(query.body)}${tail}`;
}

function formatWith(withClause: WithClause | null): string {
  if (withClause === null) return '';
  const tables = withClause.tables.map(t => `${quoteName(t.name)}${nameList(t.columns)} AS (${formatQuery(t.query)})`);
  return `WITH ${withClause.recursive ? 'RECURSIVE ' : ''}${tables.join(', ')} `;
}

function formatBody(body: QueryBody): string {
  switch (body.kind) {
    case 'query':
      return `(${formatQuery(body)})`;
    case 'select':
      return formatSelect(body);
    case 'table':
      return `TABLE ${formatTableName(body.table)}`;
    case 'values':
      return `VALUES ${body.rows.map(row => `ROW(${formatExpressions(row)})`).join(', ')}`;
    case 'setOperation':
      return body.operands
        .map(operand => formatBody(operand))
        .join(` ${body.operator.toUpperCase()}${body.all ? ' ALL' : ''} `);
  }
}

function formatSelect(select: Select): string {
  const parts = [`SELECT${formatHints(select.hints)}`];
  if (select.distinct) parts.push('DISTINCT');
  parts.push(...select.modifiers.map(modifier => modifier.toUpperCase()));
  parts.push(select.items.map(formatItem).join(', '));
  if (select.from.length > 0) parts.push(`FROM ${formatTables(select.from)}`);
  else if (select.where !== null) parts.push('FROM DUAL');
  if (select.where !== null) parts.push(`WHERE ${formatExpression(select.where)}`);
  if (select.groupBy.length > 0) parts.push(`GROUP BY ${formatExpressions(select.groupBy)}`);
  if (select.rollup) parts.push('WITH ROLLUP');
  if (select.having !== null) parts.push(`HAVING ${formatExpression(select.having)}`);
  if (select.windows.length > 0) {
    parts.push(`WINDOW ${select.windows.map(w => `${quoteName(w.name)} AS ${formatWindow(w.window)}`).join(', ')}`);
  }
  return parts.join(' ');
}

function formatHints(hints: string | null): string {
  return hints === null ? '' : ` /*+ ${hints} */`;
}

function formatItem(item: SelectItem): string {
  if (item.kind === 'item') {
    return `${formatExpression(item.expression)}${item.alias === null ? '' : ` AS ${quoteName(item.alias)}`}`;
  }
  if (item.table === null) return '*';
  return `${formatTableName({at: item.at, schema: item.schema, name: item.table})}.*`;
}

export function formatLimit(limit: Limit | null): string {
  if (limit === null) return '';
  return ` LIMIT ${limit.offset === null ? '' : `${formatExpression(limit.offset)}, `}${formatExpression(limit.count)}`;
}

function formatLocking(locking: LockingClause): string {
  const of = locking.of.length === 0 ? '' : ` OF ${formatTableNames(locking.of)}`;
  const wait = locking.wait === 'nowait' ? ' NOWAIT' : locking.wait === 'skipLocked' ? ' SKIP LOCKED' : '';
  return ` FOR ${locking.strength.toUpperCase()}${of}${wait}`;
}

function formatInto(into: IntoClause | null): string {
  if (into === null) return '';
  if (into.kind === 'variables') return ` INTO ${formatExpressions(into.targets)}`;
  const format = formatFileFormat(into.format);
  return ` INTO ${into.kind.toUpperCase()} ${quoteString(into.path)}${clause('CHARACTER SET', into.charset)}${format}`;
}

function formatFileFormat(format: FileFormat): string {
  const string = (word: string, value: string | null) => clause(word, value === null ? null : quoteString(value));
  const enclosed = format.optionallyEnclosed ? 'OPTIONALLY ENCLOSED BY' : 'ENCLOSED BY';
  const fields =
    string('TERMINATED BY', format.fieldsTerminatedBy) +
    string(enclosed, format.enclosedBy) +
    string('ESCAPED BY', format.escapedBy);
  const lines = string('STARTING BY', format.linesStartingBy) + string('TERMINATED BY', format.linesTerminatedBy);
  return `${fields === '' ? '' : ` FIELDS${fields}`}${lines === '' ? '' : ` LINES${lines}`}`;
}

// --- Table references ----------------------------------------------------------------------------------------------

function formatTables(tables: readonly TableReference[]): string {
  return tables.map(formatTable).join(', ');
}

function formatTable(table: TableReference): string {
  switch (table.kind) {
    case 'baseTable': {
      const partitions = table.partitions.length === 0 ? '' : ` PARTITION${nameList(table.partitions)}`;
      const alias = table.alias === null ? '' : ` AS ${quoteName(table.alias)}`;
      return `${formatTableName(table.table)}${partitions}${alias}${table.indexHints.map(formatIndexHint).join('')}`;
    }
    case 'derivedTable': {
      const lateral = table.lateral ? 'LATERAL ' : '';
      return `${lateral}(${formatQuery(table.query)}) AS ${quoteName(table.alias)}${nameList(table.columns)}`;
    }
    case 'jsonTable': {
      const columns = table.columns.map(formatJsonColumn).join(', ');
      const source = `${formatExpression(table.document)}, ${quoteString(table.path)}`;
      return `JSON_TABLE(${source} COLUMNS (${columns})) AS ${quoteName(table.alias)}`;
    }
    case 'join':
      return formatJoin(table);
    case 'tableList':
      return `(${formatTables(table.tables)})`;
  }
}

/** Joins nest to the left without parentheses. */
function formatJoin(join: Join): string {
  const outer = join.type === 'left' || join.type === 'right' ? `${join.type.toUpperCase()} JOIN` : 'JOIN';
  const operator = join.type === 'straight' ? 'STRAIGHT_JOIN' : `${join.natural ? 'NATURAL ' : ''}${outer}`;
  const right = join.right.kind === 'join' ? `(${formatTable(join.right)})` : formatTable(join.right);
  const on = join.on === null ? '' : ` ON ${formatExpression(join.on)}`;
  const using = join.using.length === 0 ? '' : ` USING${nameList(join.using)}`;
  return `${formatTable(join.left)} ${operator} ${right}${on}${using}`;
}

const HINT_SCOPES = {all: '', join: ' FOR JOIN', orderBy: ' FOR ORDER BY', groupBy: ' FOR GROUP BY'} as const;

function formatIndexHint(hint: IndexHint): string {
  const indexes = hint.indexes.map(name => (name === 'PRIMARY' ? name : quoteName(name))).join(', ');
  return ` ${hint.action.toUpperCase()} INDEX${HINT_SCOPES[hint.scope]} (${indexes})`;
}

function formatJsonColumn(column: JsonTableColumn): string {
  switch (column.kind) {
    case 'ordinality':
      return `${quoteName(column.name)} FOR ORDINALITY`;
    case 'nested':
      return `NESTED PATH ${quoteString(column.path)} COLUMNS (${column.columns.map(formatJsonColumn).join(', ')})`;
    case 'exists':
      return `${quoteName(column.name)} ${formatDataType(column.type)} EXISTS PATH ${quoteString(column.path)}`;
    case 'path': {
      const responses = formatJsonResponses(column.onEmpty, column.onError);
      return `${quoteName(column.name)} ${formatDataType(column.type)} PATH ${quoteString(column.path)}${responses}`;
    }
  }
}

// --- Statements that change rows -----------------------------------------------------------------------------------

function formatAssignments(assignments: readonly ColumnAssignment[]): string {
  return assignments.map(a => `${formatExpression(a.column)} = ${formatExpression(a.value)}`).join(', ');
}

/** The words of a list that are there. */
function words(...candidates: readonly (string | false)[]): string {
  return candidates.filter(word => word !== false && word !== '').join(' ');
}

function formatInsert(insert: Insert): string {
  const priority =
    insert.priority === null
      ? ''
      : insert.priority === 'delayed'
        ? 'DELAYED'
        : `${insert.priority.toUpperCase()}_PRIORITY`;
  const verb = `${insert.replace ? 'REPLACE' : 'INSERT'}${formatHints(insert.hints)}`;
  const partitions = insert.partitions.length === 0 ? '' : `PARTITION${nameList(insert.partitions)}`;
  const head = words(verb, priority, insert.ignore && 'IGNORE', 'INTO', formatTableName(insert.table), partitions);
  const columns = insert.columns === null ? '' : ` (${formatExpressions(insert.columns)})`;
  const {source, rowAlias} = insert;
  const rows =
    source.kind === 'query'
      ? formatQuery(source.query)
      : `VALUES ${[...source.rows, ...(source.more ?? [])].map(row => `(${formatExpressions(row)})`).join(', ')}`;
  const alias = rowAlias === null ? '' : ` AS ${quoteName(rowAlias.name)}${nameList(rowAlias.columns)}`;
  const onDuplicate =
    insert.onDuplicate.length === 0 ? '' : ` ON DUPLICATE KEY UPDATE ${formatAssignments(insert.onDuplicate)}`;
  return `${head}${columns} ${rows}${alias}${onDuplicate}`;
}

function formatUpdate(update: Update): string {
  const verb = `UPDATE${formatHints(update.hints)}`;
  const head = words(
    verb,
    update.lowPriority && 'LOW_PRIORITY',
    update.ignore && 'IGNORE',
    formatTables(update.tables),
  );
  return `${formatWith(update.with)}${head} SET ${formatAssignments(update.assignments)}${formatTail(update)}`;
}

function formatDelete(statement: Delete): string {
  const verb = `DELETE${formatHints(statement.hints)}`;
  const head = words(
    verb,
    statement.lowPriority && 'LOW_PRIORITY',
    statement.quick && 'QUICK',
    statement.ignore && 'IGNORE',
  );
  const targets = statement.targets.length === 0 ? '' : ` ${formatTableNames(statement.targets)}`;
  const [only] = statement.from;
  // Of one table, the partitions stand behind the alias.
  const from =
    targets === '' && only.kind === 'baseTable'
      ? words(
          formatTableName(only.table),
          only.alias !== null && `AS ${quoteName(only.alias)}`,
          only.partitions.length > 0 && `PARTITION${nameList(only.partitions)}`,
        )
      : formatTables(statement.from);
  return `${formatWith(statement.with)}${head}${targets} FROM ${from}${formatTail(statement)}`;
}

function formatTail(statement: Update | Delete): string {
  const where = statement.where === null ? '' : ` WHERE ${formatExpression(statement.where)}`;
  return `${where}${formatOrderBy(statement.orderBy)}${formatCount(statement.limit)}`;
}

function formatCount(limit: LimitValue | null): string {
  return limit === null ? '' : ` LIMIT ${formatExpression(limit)}`;
}

function formatLoad(load: Load): string {
  const priority = load.priority === null ? '' : load.priority === 'low' ? 'LOW_PRIORITY' : 'CONCURRENT';
  const duplicates = load.duplicates === null ? '' : load.duplicates.toUpperCase();
  const file = `INFILE ${quoteString(load.path)}`;
  const head = words(
    'LOAD',
    load.format.toUpperCase(),
    priority,
    load.local && 'LOCAL',
    file,
    duplicates,
    'INTO TABLE',
  );
  const partitions = load.partitions.length === 0 ? '' : ` PARTITION (${quoteNames(load.partitions)})`;
  const rowTag = load.rowTag === null ? '' : ` ROWS IDENTIFIED BY ${quoteString(load.rowTag)}`;
  const options = `${clause('CHARACTER SET', load.charset)}${rowTag}${formatFileFormat(load.fileFormat)}`;
  const ignore = load.ignoreLines === 0 ? '' : ` IGNORE ${load.ignoreLines} LINES`;
  const targets = load.targets.length === 0 ? '' : ` (${formatExpressions(load.targets)})`;
  const set = load.assignments.length === 0 ? '' : ` SET ${formatAssignments(load.assignments)}`;
  return `${head} ${formatTableName(load.table)}${partitions}${options}${ignore}${targets}${set}`;
}
