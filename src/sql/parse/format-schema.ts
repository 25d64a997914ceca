// Statements that define tables, databases, indexes and views, as SQL text.

import type {
  CheckConstraint,
  ColumnDefinition,
  CreateTable,
  CreateView,
  DatabaseOption,
  DataType,
  ForeignKey,
  ForeignKeyReference,
  IndexDefinition,
  IndexOptions,
  KeyPart,
  PartitionDefinition,
  Partitioning,
  PartitionMethod,
  PartitionValues,
  SchemaStatement,
  TableOption,
} from './ast-schema.ts';
import {formatAlterTable} from './format-alter.ts';
import {formatExpression} from './format-expression.ts';
import {
  clause,
  formatAccount,
  formatTableName,
  formatTableNames,
  nameList,
  quoteName,
  quoteNames,
  quoteString,
} from './format-name.ts';
import {formatQuery} from './format-query.ts';
import {isBareOption} from './table-option.ts';

export function formatSchemaStatement(s: SchemaStatement): string {
  switch (s.kind) {
    case 'createTable':
      return formatCreateTable(s);
    case 'alterTable':
      return formatAlterTable(s);
    case 'dropTables':
      return `DROP ${s.temporary ? 'TEMPORARY ' : ''}TABLE ${ifExists(s.ifExists)}${formatTableNames(s.tables)}`;
    case 'renameTables':
      return `RENAME TABLE ${s.renames.map(r => `${formatTableName(r.from)} TO ${formatTableName(r.to)}`).join(', ')}`;
    case 'truncateTable':
      return `TRUNCATE TABLE ${formatTableName(s.table)}`;
    case 'createIndex': {
      const type = s.index.type === 'index' ? 'INDEX' : `${s.index.type.toUpperCase()} INDEX`;
      const index = `${quoteName(s.index.name ?? '')} ON ${formatTableName(s.table)} ${formatKeyParts(s.index.parts)}`;
      return `CREATE ${type} ${index}${formatIndexOptions(s.index.options)}${formatOnline(s)}`;
    }
    case 'dropIndex':
      return `DROP INDEX ${quoteName(s.name)} ON ${formatTableName(s.table)}${formatOnline(s)}`;
    case 'createView':
      return formatView(s);
    case 'dropViews':
      return `DROP VIEW ${ifExists(s.ifExists)}${formatTableNames(s.views)}`;
    case 'createDatabase': {
      const exists = s.ifNotExists ? 'IF NOT EXISTS ' : '';
      return `CREATE DATABASE ${exists}${quoteName(s.name)}${formatDatabaseOptions(s.options)}`;
    }
    case 'alterDatabase':
      return `ALTER DATABASE${s.name === null ? '' : ` ${quoteName(s.name)}`}${formatDatabaseOptions(s.options)}`;
    case 'dropDatabase':
      return `DROP DATABASE ${ifExists(s.ifExists)}${quoteName(s.name)}`;
  }
}

export function ifExists(present: boolean): string {
  return present ? 'IF EXISTS ' : '';
}

function formatOnline(s: {readonly algorithm: string | null; readonly lock: string | null}): string {
  return `${clause('ALGORITHM =', s.algorithm)}${clause('LOCK =', s.lock)}`;
}

const DATABASE_OPTIONS = {
  charset: 'CHARACTER SET',
  collation: 'COLLATE',
  encryption: 'ENCRYPTION',
  readOnly: 'READ ONLY',
};

function formatDatabaseOptions(options: readonly DatabaseOption[]): string {
  return options
    .map(({name, value}) => clause(DATABASE_OPTIONS[name], name === 'encryption' ? quoteString(value) : value))
    .join('');
}

function formatView(view: CreateView): string {
  const parts = [view.alter ? 'ALTER' : view.orReplace ? 'CREATE OR REPLACE' : 'CREATE'];
  if (view.algorithm !== null) parts.push(`ALGORITHM = ${view.algorithm.toUpperCase()}`);
  if (view.definer !== null) parts.push(`DEFINER = ${formatAccount(view.definer)}`);
  if (view.security !== null) parts.push(`SQL SECURITY ${view.security.toUpperCase()}`);
  parts.push(`VIEW ${formatTableName(view.view)}${nameList(view.columns)} AS ${formatQuery(view.query)}`);
  if (view.check !== null) parts.push(`WITH ${view.check.toUpperCase()} CHECK OPTION`);
  return parts.join(' ');
}

// --- Tables --------------------------------------------------------------------------------------------------------

function formatCreateTable(s: CreateTable): string {
  const head = `CREATE ${s.temporary ? 'TEMPORARY ' : ''}TABLE ${s.ifNotExists ? 'IF NOT EXISTS ' : ''}${formatTableName(s.table)}`;
  if (s.like !== null) return `${head} LIKE ${formatTableName(s.like)}`;
  const elements = [
    ...s.columns.map(formatColumn),
    ...s.indexes.map(formatIndex),
    ...s.foreignKeys.map(formatForeignKey),
    ...s.checks.map(formatCheck),
  ];
  const list = elements.length === 0 ? '' : ` (${elements.join(', ')})`;
  const partitioning = s.partitioning === null ? '' : ` ${formatPartitioning(s.partitioning)}`;
  const duplicates = s.duplicates === null ? '' : ` ${s.duplicates.toUpperCase()}`;
  const query = s.query === null ? '' : ` AS ${formatQuery(s.query)}`;
  return `${head}${list}${formatTableOptions(s.options)}${partitioning}${duplicates}${query}`;
}

export function formatColumn(column: ColumnDefinition): string {
  const parts = [quoteName(column.name), formatDataType(column.type)];
  if (column.generated !== null) {
    const {expression, stored} = column.generated;
    parts.push(`GENERATED ALWAYS AS (${formatExpression(expression)}) ${stored ? 'STORED' : 'VIRTUAL'}`);
  }
  if (column.nullable !== null) parts.push(column.nullable ? 'NULL' : 'NOT NULL');
  if (column.default !== null) {
    const value = formatExpression(column.default);
    parts.push(`DEFAULT ${column.defaultInParentheses ? `(${value})` : value}`);
  }
  if (column.onUpdateNow !== null) parts.push(`ON UPDATE CURRENT_TIMESTAMP(${column.onUpdateNow})`);
  if (column.autoIncrement) parts.push('AUTO_INCREMENT');
  if (column.key !== null) parts.push(column.key === 'primary' ? 'PRIMARY KEY' : 'UNIQUE KEY');
  if (column.visible !== null) parts.push(column.visible ? 'VISIBLE' : 'INVISIBLE');
  parts.push(...formatRareAttributes(column));
  return parts.join(' ');
}

function formatRareAttributes(column: ColumnDefinition): string[] {
  const parts: string[] = [];
  if (column.comment !== null) parts.push(`COMMENT ${quoteString(column.comment)}`);
  if (column.columnFormat !== null) parts.push(`COLUMN_FORMAT ${column.columnFormat.toUpperCase()}`);
  if (column.storage !== null) parts.push(`STORAGE ${column.storage.toUpperCase()}`);
  if (column.engineAttribute !== null) parts.push(`ENGINE_ATTRIBUTE ${quoteString(column.engineAttribute)}`);
  if (column.secondaryEngineAttribute !== null) {
    parts.push(`SECONDARY_ENGINE_ATTRIBUTE ${quoteString(column.secondaryEngineAttribute)}`);
  }
  if (column.srid !== null) parts.push(`SRID ${column.srid}`);
  parts.push(...column.checks.map(formatCheck));
  if (column.references !== null) parts.push(formatReference(column.references));
  return parts;
}

export function formatDataType(type: DataType): string {
  const parts = [type.name.toUpperCase()];
  if (type.members.length > 0) parts[0] += `(${type.members.map(quoteString).join(', ')})`;
  else if (type.length !== null) parts[0] += `(${type.length}${type.decimals === null ? '' : `, ${type.decimals}`})`;
  if (type.zerofill) parts.push('UNSIGNED ZEROFILL');
  else if (type.unsigned) parts.push('UNSIGNED');
  if (type.charset !== null) parts.push(`CHARACTER SET ${type.charset}`);
  if (type.binary) parts.push('BINARY');
  if (type.collation !== null) parts.push(`COLLATE ${type.collation}`);
  return parts.join(' ');
}

export function formatIndex(index: IndexDefinition): string {
  const constraint = index.constraint === null ? '' : `CONSTRAINT ${quoteName(index.constraint)} `;
  const type =
    index.type === 'index' ? 'INDEX' : index.type === 'primary' ? 'PRIMARY KEY' : `${index.type.toUpperCase()} INDEX`;
  const name = index.name === null ? '' : ` ${quoteName(index.name)}`;
  return `${constraint}${type}${name} ${formatKeyParts(index.parts)}${formatIndexOptions(index.options)}`;
}

function formatKeyParts(parts: readonly KeyPart[]): string {
  return `(${parts.map(formatKeyPart).join(', ')})`;
}

function formatKeyPart(part: KeyPart): string {
  const direction = part.descending ? ' DESC' : '';
  if (part.expression !== null) return `(${formatExpression(part.expression)})${direction}`;
  return `${quoteName(part.column ?? '')}${part.length === null ? '' : `(${part.length})`}${direction}`;
}

function formatIndexOptions(options: IndexOptions): string {
  const string = (word: string, value: string | null) => clause(word, value === null ? null : quoteString(value));
  const parser = options.parser === null ? null : quoteName(options.parser);
  const visible = options.visible === null ? '' : options.visible ? ' VISIBLE' : ' INVISIBLE';
  return (
    clause('USING', options.using === null ? null : options.using.toUpperCase()) +
    clause('KEY_BLOCK_SIZE =', options.keyBlockSize) +
    clause('WITH PARSER', parser) +
    string('COMMENT', options.comment) +
    visible +
    string('ENGINE_ATTRIBUTE', options.engineAttribute) +
    string('SECONDARY_ENGINE_ATTRIBUTE', options.secondaryEngineAttribute)
  );
}

export function formatForeignKey(key: ForeignKey): string {
  const constraint = key.constraint === null ? '' : `CONSTRAINT ${quoteName(key.constraint)} `;
  const index = key.index === null ? '' : ` ${quoteName(key.index)}`;
  return `${constraint}FOREIGN KEY${index} ${formatKeyParts(key.columns)} ${formatReference(key.references)}`;
}

const REFERENCE_ACTIONS = {
  restrict: 'RESTRICT',
  cascade: 'CASCADE',
  setNull: 'SET NULL',
  noAction: 'NO ACTION',
  setDefault: 'SET DEFAULT',
} as const;

function formatReference(reference: ForeignKeyReference): string {
  const columns = reference.columns.length === 0 ? '' : ` ${formatKeyParts(reference.columns)}`;
  const match = reference.match === null ? '' : ` MATCH ${reference.match.toUpperCase()}`;
  const onDelete = reference.onDelete === null ? '' : ` ON DELETE ${REFERENCE_ACTIONS[reference.onDelete]}`;
  const onUpdate = reference.onUpdate === null ? '' : ` ON UPDATE ${REFERENCE_ACTIONS[reference.onUpdate]}`;
  return `REFERENCES ${formatTableName(reference.table)}${columns}${match}${onDelete}${onUpdate}`;
}

export function formatCheck(check: CheckConstraint): string {
  const name = check.name === null ? '' : `CONSTRAINT ${quoteName(check.name)} `;
  return `${name}CHECK (${formatExpression(check.expression)})${check.enforced ? '' : ' NOT ENFORCED'}`;
}

// --- Options and partitions ----------------------------------------------------------------------------------------

function formatTableOptions(options: readonly TableOption[]): string {
  return options.map(option => ` ${formatTableOption(option)}`).join('');
}

export function formatTableOption({name, value}: TableOption): string {
  if (name === 'START TRANSACTION') return name;
  if (typeof value === 'object') return `${name} = (${formatTableNames(value)})`;
  if (typeof value !== 'string') return `${name} = ${value}`;
  const isBare = name === 'CHARACTER SET' || name === 'COLLATE' || (isBareOption(name) && !name.endsWith('DIRECTORY'));
  return `${name} = ${isBare ? value : quoteString(value)}`;
}

export function formatPartitioning(partitioning: Partitioning): string {
  const {method, count, subpartition, subpartitionCount, definitions} = partitioning;
  const parts = [`PARTITION BY ${formatMethod(method)}`];
  if (count !== null) parts.push(`PARTITIONS ${count}`);
  if (subpartition !== null) parts.push(`SUBPARTITION BY ${formatMethod(subpartition)}`);
  if (subpartitionCount !== null) parts.push(`SUBPARTITIONS ${subpartitionCount}`);
  if (definitions.length > 0) parts.push(formatPartitions(definitions));
  return parts.join(' ');
}

function formatMethod(method: PartitionMethod): string {
  const type = `${method.linear ? 'LINEAR ' : ''}${method.type.toUpperCase()}`;
  const algorithm = method.algorithm === null ? '' : ` ALGORITHM = ${method.algorithm}`;
  if (method.columns === null) {
    return `${type} (${method.expression === null ? '' : formatExpression(method.expression)})`;
  }
  return `${type}${algorithm}${method.type === 'key' ? '' : ' COLUMNS'} (${quoteNames(method.columns)})`;
}

export function formatPartitions(definitions: readonly PartitionDefinition[]): string {
  return `(${definitions.map(definition => formatPartition(definition, 'PARTITION')).join(', ')})`;
}

function formatPartition(definition: PartitionDefinition, word: string): string {
  const values = definition.values === null ? '' : ` VALUES ${formatValues(definition.values)}`;
  const subpartitions = definition.subpartitions.map(s => formatPartition(s, 'SUBPARTITION')).join(', ');
  const nested = subpartitions === '' ? '' : ` (${subpartitions})`;
  return `${word} ${quoteName(definition.name)}${values}${formatTableOptions(definition.options)}${nested}`;
}

function formatValues(values: PartitionValues): string {
  const rows = values.rows.map(row =>
    row.map(value => (value === 'maxvalue' ? 'MAXVALUE' : formatExpression(value))).join(', '),
  );
  if (values.kind === 'lessThan') return `LESS THAN (${rows[0]})`;
  // One value needs no parentheses, unless it is a row itself.
  const isBare = (row: PartitionValues['rows'][number]): boolean =>
    row.length === 1 && (row[0] === 'maxvalue' || row[0].kind !== 'row');
  return `IN (${rows.map((row, i) => (isBare(values.rows[i]) ? row : `(${row})`)).join(', ')})`;
}
