// SHOW DATABASES, TABLES, COLUMNS, INDEX, TABLE STATUS, CREATE ...

import {SqlError} from '../../../base/sql-error.ts';
import {collationOf} from '../../../format/value/collation.ts';
import type {OpenObject} from '../../catalog/catalog.ts';
import {canonicalSchema, isEverybodys, isVirtualSchema, quoteName} from '../../catalog/names.ts';
import type {Steps} from '../../catalog/steps.ts';
import type {StoredTable, StoredView} from '../../catalog/stored-table.ts';
import {collationName, columnTypeText, isCharacterType} from '../../catalog/type-text.ts';
import {defaultText, extraText, keyText, namedColumns} from '../../catalog/virtual/column-tables.ts';
import {indexRows} from '../../catalog/virtual/index-tables.ts';
import {allSchemas, nextAutoIncrement, statusOf, visibleObjects} from '../../catalog/virtual/schema-tables.ts';
import type {Row, VirtualColumn, VirtualDefinition} from '../../catalog/virtual/virtual-table.ts';
import {columnTypeOf} from '../../catalog/virtual/virtual-table.ts';
import {findVirtualTable, isVirtualName, virtualTableNames} from '../../catalog/virtual-tables.ts';
import type {Show} from '../../parse/ast-command.ts';
import type {TableName} from '../../parse/ast-expression.ts';
import {parse} from '../../parse/statement.ts';
import {schemaDenied} from '../access.ts';
import {openShared} from '../resolve-name.ts';
import {unqualifiedText} from '../sql-text.ts';
import type {StatementContext} from '../statement-context.ts';
import {tablesIn} from '../table-references.ts';
import {createDatabaseText, createTableText, createViewText} from './create-text.ts';
import type {ShowResult} from './show-result.ts';

export function* showDatabases(context: StatementContext): Steps<ShowResult> {
  const schemas = yield* allSchemas(context);
  return {columns: [['Database', 'name']], rows: schemas.map(schema => [schema.name])};
}

/** The schema of a SHOW: FROM, or the current one; 1046, 1049. */
function* shownSchema(context: StatementContext, ast: Show): Steps<string> {
  const schema = canonicalSchema(ast.schema ?? context.state.database);
  if (schema === '') throw new SqlError('ER_NO_DB');
  if (!isEverybodys(schema) && !context.rights.seesSchema(schema)) throw schemaDenied(context, schema);
  if (!isVirtualSchema(schema) && (yield* context.catalog.schema(context.engine, schema)) === undefined) {
    throw new SqlError('ER_BAD_DB', schema);
  }
  return schema;
}

export function* showTables(context: StatementContext, ast: Show): Steps<ShowResult> {
  const schema = yield* shownSchema(context, ast);
  const isSystem = isVirtualSchema(schema);
  const objects = isSystem ? [] : yield* visibleObjects(context, schema);
  const named: readonly (readonly [string, string])[] = isSystem
    ? virtualTableNames(schema).map(name => [name, 'SYSTEM VIEW'] as const)
    : [
        ...objects.map(object => [object.name, object.kind === 'view' ? 'VIEW' : 'BASE TABLE'] as const),
        ...virtualTableNames(schema)
          .filter(name => context.rights.seesTable(schema, name))
          .map(name => [name, 'BASE TABLE'] as const),
      ];
  const heading = ast.like === null ? `Tables_in_${schema}` : `Tables_in_${schema} (${ast.like})`;
  const columns: VirtualColumn[] = [[heading, 'name']];
  if (ast.full) columns.push(['Table_type', 'name']);
  return {columns, rows: named.map(row => (ast.full ? row : [row[0]]))};
}

export function* showTableStatus(context: StatementContext, ast: Show): Steps<ShowResult> {
  const schema = yield* shownSchema(context, ast);
  const rows: Row[] = [];
  if (!isVirtualSchema(schema)) {
    for (const object of yield* visibleObjects(context, schema)) {
      rows.push([object.name, ...(yield* statusOf(context, object))]);
    }
  }
  const columns: readonly VirtualColumn[] = [
    ['Name', 'name'],
    ['Engine', 'name'],
    ['Version', 'int'],
    ['Row_format', 'name'],
    ['Rows', 'uint'],
    ['Avg_row_length', 'uint'],
    ['Data_length', 'uint'],
    ['Max_data_length', 'uint'],
    ['Index_length', 'uint'],
    ['Data_free', 'uint'],
    ['Auto_increment', 'uint'],
    ['Create_time', 'datetime'],
    ['Update_time', 'datetime'],
    ['Check_time', 'datetime'],
    ['Collation', 'name'],
    ['Checksum', 'int'],
    ['Create_options', 'text'],
    ['Comment', 'long'],
  ];
  return {columns, rows};
}

/** The table or view that a SHOW names; 1146 when there is none. */
function* shownObject(context: StatementContext, ast: Show): Steps<OpenObject> {
  const target = ast.target as TableName;
  const schema = yield* shownSchema(context, {...ast, schema: target.schema ?? ast.schema});
  const opened = yield* openShared(context, schema, target.name);
  if (opened === undefined) throw new SqlError('ER_NO_SUCH_TABLE', schema, target.name);
  return opened;
}

// --- Columns and indexes -------------------------------------------------------------------------------------------

const COLUMNS: readonly VirtualColumn[] = [
  ['Field', 'name'],
  ['Type', 'long'],
  ['Null', 'name'],
  ['Key', 'name'],
  ['Default', 'long'],
  ['Extra', 'text'],
];

const FULL_COLUMNS: readonly VirtualColumn[] = [
  ['Field', 'name'],
  ['Type', 'long'],
  ['Collation', 'name'],
  ['Null', 'name'],
  ['Key', 'name'],
  ['Default', 'long'],
  ['Extra', 'text'],
  ['Privileges', 'text'],
  ['Comment', 'long'],
];

const PRIVILEGES = 'select,insert,update,references';

export function* showColumns(context: StatementContext, ast: Show): Steps<ShowResult> {
  const rows = yield* columnRows(context, ast);
  if (ast.full) return {columns: FULL_COLUMNS, rows};
  return {
    columns: COLUMNS,
    rows: rows.map(([field, type, , nullable, key, given, extra]) => [field, type, nullable, key, given, extra]),
  };
}

/** Rows of SHOW FULL COLUMNS. */
function* columnRows(context: StatementContext, ast: Show): Steps<readonly Row[]> {
  const target = ast.target as TableName;
  const schema = canonicalSchema(target.schema ?? ast.schema ?? context.state.database);
  if (isVirtualName(schema, target.name)) return virtualColumns(schema, target.name);
  const opened = yield* shownObject(context, ast);
  return opened.kind === 'table'
    ? tableColumns(opened.stored)
    : yield* viewColumns(context, opened.view.sql, opened.view.columns);
}

function tableColumns(table: StoredTable): readonly Row[] {
  return namedColumns(table).map(([position, column]) => [
    column.name,
    columnTypeText(column.type),
    isCharacterType(column.type) ? collationName(column.type) : null,
    column.nullable ? 'YES' : 'NO',
    keyText(table, position),
    defaultText(column),
    extraText(column),
    PRIVILEGES,
    column.comment,
  ]);
}

function virtualColumns(schema: string, name: string): readonly Row[] {
  const definition = findVirtualTable(schema, name);
  if (definition === undefined) throw new SqlError('ER_UNKNOWN_TABLE', name, schema);
  return definition.columns.map(([column, kind]) => {
    const type = columnTypeOf(kind);
    return [
      column,
      columnTypeText(type),
      isCharacterType(type) ? collationName(type) : null,
      'YES',
      '',
      null,
      '',
      'select',
      '',
    ];
  });
}

function* viewColumns(context: StatementContext, sql: string, names: readonly string[]): Steps<readonly Row[]> {
  const columns = yield* context.describeQuery(sql);
  return columns.map(({name, type, nullable}, i) => [
    names[i] ?? name,
    columnTypeText(type),
    isCharacterType(type) ? collationOf(type.collation).name : null,
    nullable ? 'YES' : 'NO',
    '',
    null,
    '',
    PRIVILEGES,
    '',
  ]);
}

export function* showIndex(context: StatementContext, ast: Show): Steps<ShowResult> {
  const opened = yield* shownObject(context, ast);
  const columns: readonly VirtualColumn[] = [
    ['Table', 'name'],
    ['Non_unique', 'int'],
    ['Key_name', 'name'],
    ['Seq_in_index', 'uint'],
    ['Column_name', 'name'],
    ['Collation', 'name'],
    ['Cardinality', 'int'],
    ['Sub_part', 'int'],
    ['Packed', 'name'],
    ['Null', 'name'],
    ['Index_type', 'name'],
    ['Comment', 'name'],
    ['Index_comment', 'text'],
    ['Visible', 'name'],
    ['Expression', 'long'],
  ];
  if (opened.kind === 'view') return {columns, rows: []};
  const {stored} = opened;
  const shown = (yield* indexRows(context, stored)).map(row => [stored.name, ...row]);
  return {columns, rows: shown, likeColumn: 2};
}

/** Tables of the current schema are shown without it, so that a dump can be loaded into another one. */
function asSeenFrom({state}: StatementContext, view: StoredView): StoredView {
  if (state.database !== view.schema) return view;
  return {...view, sql: unqualifiedText(view.sql, tablesIn(parse(view.sql)), view.schema)};
}

// --- CREATE --------------------------------------------------------------------------------------------------------

export function* showCreate(context: StatementContext, ast: Show): Steps<ShowResult> {
  const target = ast.target as TableName;
  const inSchema = canonicalSchema(target.schema ?? ast.schema ?? context.state.database);
  const virtual = isVirtualName(inSchema, target.name) ? findVirtualTable(inSchema, target.name) : undefined;
  if (virtual !== undefined) return showCreateVirtual(virtual);
  const opened = yield* shownObject(context, ast);
  if (opened.kind === 'view') {
    const {view} = opened;
    const columns: readonly VirtualColumn[] = [
      ['View', 'name'],
      ['Create View', 'long'],
      ['character_set_client', 'name'],
      ['collation_connection', 'name'],
    ];
    const {charset, name} = collationOf(view.connectionCollation);
    return {columns, rows: [[view.name, createViewText(asSeenFrom(context, view)), charset.name, name]]};
  }
  if (ast.subject === 'createView')
    throw new SqlError('ER_WRONG_OBJECT', opened.stored.schema, opened.stored.name, 'VIEW');
  const columns: readonly VirtualColumn[] = [
    ['Table', 'name'],
    ['Create Table', 'long'],
  ];
  const {schema, name} = opened.stored;
  const nextAuto = yield* nextAutoIncrement(context, opened.stored);
  const isTemporary = context.temporary.find(schema, name) !== undefined;
  return {columns, rows: [[opened.stored.name, createTableText(opened.stored, isTemporary, nextAuto)]]};
}

/** Columns only: there is nothing else to a virtual table. */
function showCreateVirtual({name, columns}: VirtualDefinition): ShowResult {
  const lines = columns.map(([column, kind]) => `  ${quoteName(column)} ${columnTypeText(columnTypeOf(kind))}`);
  const text = `CREATE TABLE ${quoteName(name)} (\n${lines.join(',\n')}\n)`;
  return {
    columns: [
      ['Table', 'name'],
      ['Create Table', 'long'],
    ],
    rows: [[name, text]],
  };
}

export function* showCreateDatabase(context: StatementContext, ast: Show): Steps<ShowResult> {
  const name = canonicalSchema(ast.schema ?? ast.target?.name ?? '');
  const schema = yield* context.catalog.schema(context.engine, name);
  if (schema === undefined) throw new SqlError('ER_BAD_DB', name);
  const columns: readonly VirtualColumn[] = [
    ['Database', 'name'],
    ['Create Database', 'long'],
  ];
  return {columns, rows: [[name, createDatabaseText(schema, ast.ifNotExists)]]};
}
