// information_schema: SCHEMATA, TABLES, VIEWS and their kin.

import {collationOf} from '../../../format/value/collation.ts';
import {fromUtcSeconds} from '../../../format/value/time-zone.ts';
import type {Value} from '../../../format/value/types.ts';
import type {StatementContext} from '../../statement/statement-context.ts';
import {buildTable} from '../build-table.ts';
import {INFORMATION_SCHEMA, isEverybodys, PERFORMANCE_SCHEMA, SYS_SCHEMA} from '../names.ts';
import {Privilege} from '../privileges.ts';
import {expectRow, type Steps} from '../steps.ts';
import type {StoredTable, StoredView} from '../stored-table.ts';
import type {Row, VirtualDefinition} from './virtual-table.ts';

/** utf8mb3_general_ci. */
const DICTIONARY_COLLATION = 33;

/** The tables and views, of one schema or of all, that the account may know of. */
export function* visibleObjects(
  {catalog, engine, rights}: StatementContext,
  schema?: string,
): Steps<readonly (StoredTable | StoredView)[]> {
  const objects = yield* catalog.list(engine, schema);
  return objects.filter(object => rights.seesTable(object.schema, object.name));
}

/** Names and collations of the schemas that the account may know of, the virtual ones first. */
export function* allSchemas(
  context: StatementContext,
): Steps<readonly {readonly name: string; readonly collation: number}[]> {
  const {catalog, engine, rights} = context;
  const all = yield* catalog.schemas(engine);
  const virtual = [INFORMATION_SCHEMA, PERFORMANCE_SCHEMA, SYS_SCHEMA].map(name => ({
    name,
    collation: DICTIONARY_COLLATION,
  }));
  const isSeen = (name: string): boolean =>
    isEverybodys(name) || (rights.global & Privilege.showDatabases) !== 0 || rights.seesSchema(name);
  return [...virtual, ...all].filter(({name}) => isSeen(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

export const schemata: VirtualDefinition = {
  name: 'SCHEMATA',
  columns: [
    ['CATALOG_NAME', 'name'],
    ['SCHEMA_NAME', 'name'],
    ['DEFAULT_CHARACTER_SET_NAME', 'name'],
    ['DEFAULT_COLLATION_NAME', 'name'],
    ['SQL_PATH', 'text'],
    ['DEFAULT_ENCRYPTION', 'name'],
  ],
  *rows(context) {
    const schemas = yield* allSchemas(context);
    return schemas.map(({name, collation}) => {
      const {charset, name: collationName} = collationOf(collation);
      return ['def', name, charset.name, collationName, null, 'NO'];
    });
  },
};

/** Estimated rows and pages of a table, for listings. */
export function* sizeOf(
  context: StatementContext,
  table: StoredTable,
): Steps<{readonly rows: number; readonly bytes: number}> {
  const {rows, pages} = yield* context.statistics.size(context.engine, buildTable(table));
  return {rows, bytes: pages * context.world.pageSize};
}

/** The AUTO_INCREMENT value that a primary without values of its own would hand out next; null for a table without such a column. */
export function* nextAutoIncrement({engine}: StatementContext, table: StoredTable): Steps<number | null> {
  if (table.counterPage === 0 || !table.columns.some(column => column.autoIncrement)) return null;
  yield* expectRow(() => engine.readCounter(table.counterPage));
  return engine.counterValue;
}

/** UTC microseconds as a DATETIME in the session's zone. */
export function dateTimeOf(context: StatementContext, micros: number): Value {
  return fromUtcSeconds(Math.floor(micros / 1_000_000), 0, context.state.timeZone);
}

/** The columns of TABLES behind the names, which SHOW TABLE STATUS shows too. */
export function* statusOf(context: StatementContext, object: StoredTable | StoredView): Steps<Row> {
  if (object.kind === 'view') {
    return [
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      dateTimeOf(context, 0),
      null,
      null,
      null,
      null,
      null,
      'VIEW',
    ];
  }
  const {rows, bytes} = yield* sizeOf(context, object);
  const average = rows === 0 ? 0 : Math.floor(bytes / rows);
  return [
    'InnoDB',
    10,
    'Dynamic',
    rows,
    average,
    bytes,
    0,
    0,
    0,
    yield* nextAutoIncrement(context, object),
    dateTimeOf(context, object.createdMicros),
    null,
    null,
    collationOf(object.collation).name,
    null,
    '',
    object.comment,
  ];
}

export const tables: VirtualDefinition = {
  name: 'TABLES',
  columns: [
    ['TABLE_CATALOG', 'name'],
    ['TABLE_SCHEMA', 'name'],
    ['TABLE_NAME', 'name'],
    ['TABLE_TYPE', 'name'],
    ['ENGINE', 'name'],
    ['VERSION', 'int'],
    ['ROW_FORMAT', 'name'],
    ['TABLE_ROWS', 'uint'],
    ['AVG_ROW_LENGTH', 'uint'],
    ['DATA_LENGTH', 'uint'],
    ['MAX_DATA_LENGTH', 'uint'],
    ['INDEX_LENGTH', 'uint'],
    ['DATA_FREE', 'uint'],
    ['AUTO_INCREMENT', 'uint'],
    ['CREATE_TIME', 'datetime'],
    ['UPDATE_TIME', 'datetime'],
    ['CHECK_TIME', 'datetime'],
    ['TABLE_COLLATION', 'name'],
    ['CHECKSUM', 'int'],
    ['CREATE_OPTIONS', 'text'],
    ['TABLE_COMMENT', 'long'],
  ],
  *rows(context) {
    const rows: Row[] = [];
    for (const object of yield* visibleObjects(context)) {
      const type = object.kind === 'view' ? 'VIEW' : 'BASE TABLE';
      rows.push(['def', object.schema, object.name, type, ...(yield* statusOf(context, object))]);
    }
    return rows;
  },
};

export const views: VirtualDefinition = {
  name: 'VIEWS',
  columns: [
    ['TABLE_CATALOG', 'name'],
    ['TABLE_SCHEMA', 'name'],
    ['TABLE_NAME', 'name'],
    ['VIEW_DEFINITION', 'long'],
    ['CHECK_OPTION', 'name'],
    ['IS_UPDATABLE', 'name'],
    ['DEFINER', 'name'],
    ['SECURITY_TYPE', 'name'],
    ['CHARACTER_SET_CLIENT', 'name'],
    ['COLLATION_CONNECTION', 'name'],
  ],
  *rows(context) {
    const rows: Row[] = [];
    for (const object of yield* visibleObjects(context)) {
      if (object.kind !== 'view') continue;
      const {charset, name} = collationOf(object.connectionCollation);
      rows.push([
        'def',
        object.schema,
        object.name,
        object.sql,
        object.check?.toUpperCase() ?? 'NONE',
        (yield* context.isUpdatable(object)) ? 'YES' : 'NO',
        object.definer,
        'DEFINER',
        charset.name,
        name,
      ]);
    }
    return rows;
  },
};
