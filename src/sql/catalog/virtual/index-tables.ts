// information_schema: STATISTICS, KEY_COLUMN_USAGE, TABLE_CONSTRAINTS and the other tables about keys and constraints.

import type {StatementContext} from '../../statement/statement-context.ts';
import {buildTable} from '../build-table.ts';
import {type ForeignKeyDefinition, isRowId} from '../definition.ts';
import {isSameTable, parentOf} from '../references.ts';
import type {Steps} from '../steps.ts';
import type {StoredIndex, StoredTable} from '../stored-table.ts';
import {visibleObjects} from './schema-tables.ts';
import type {Row, VirtualDefinition} from './virtual-table.ts';

/** Indexes that have a name: not the one of hidden row ids. */
export function namedIndexes(table: StoredTable): readonly StoredIndex[] {
  return table.indexes.filter(index => !index.parts.some(part => isRowId(table.columns[part.column])));
}

export function* baseTables(context: StatementContext): Steps<readonly StoredTable[]> {
  const objects = yield* visibleObjects(context);
  return objects.filter(object => object.kind === 'table');
}

/** The rows of all named indexes of a table, one per part; each begins with the index's `NON_UNIQUE`. */
export function* indexRows(context: StatementContext, table: StoredTable): Steps<readonly Row[]> {
  const {distinct} = yield* context.statistics.look(context.engine, buildTable(table));
  return namedIndexes(table).flatMap(index => rowsOf(table, index, distinct[table.indexes.indexOf(index)]));
}

function rowsOf(table: StoredTable, index: StoredIndex, distinct: readonly number[]): readonly Row[] {
  const isUnique = index.kind !== 'index';
  return index.parts.map((part, i) => {
    const column = table.columns[part.column];
    return [
      isUnique ? 0 : 1,
      index.name,
      i + 1,
      column.hidden ? null : column.name,
      part.descending ? 'D' : 'A',
      distinct[i],
      part.length > 0 ? part.length : null,
      null,
      column.nullable ? 'YES' : '',
      'BTREE',
      '',
      index.comment,
      index.invisible ? 'NO' : 'YES',
      column.hidden ? (column.generated?.sql ?? null) : null,
    ];
  });
}

export const statistics: VirtualDefinition = {
  name: 'STATISTICS',
  columns: [
    ['TABLE_CATALOG', 'name'],
    ['TABLE_SCHEMA', 'name'],
    ['TABLE_NAME', 'name'],
    ['NON_UNIQUE', 'int'],
    ['INDEX_SCHEMA', 'name'],
    ['INDEX_NAME', 'name'],
    ['SEQ_IN_INDEX', 'uint'],
    ['COLUMN_NAME', 'name'],
    ['COLLATION', 'name'],
    ['CARDINALITY', 'int'],
    ['SUB_PART', 'int'],
    ['PACKED', 'name'],
    ['NULLABLE', 'name'],
    ['INDEX_TYPE', 'name'],
    ['COMMENT', 'name'],
    ['INDEX_COMMENT', 'text'],
    ['IS_VISIBLE', 'name'],
    ['EXPRESSION', 'long'],
  ],
  *rows(context) {
    const result: Row[] = [];
    for (const table of yield* baseTables(context)) {
      for (const [nonUnique, ...rest] of yield* indexRows(context, table))
        result.push(['def', table.schema, table.name, nonUnique, table.schema, ...rest]);
    }
    return result;
  },
};

export const keyColumnUsage: VirtualDefinition = {
  name: 'KEY_COLUMN_USAGE',
  columns: [
    ['CONSTRAINT_CATALOG', 'name'],
    ['CONSTRAINT_SCHEMA', 'name'],
    ['CONSTRAINT_NAME', 'name'],
    ['TABLE_CATALOG', 'name'],
    ['TABLE_SCHEMA', 'name'],
    ['TABLE_NAME', 'name'],
    ['COLUMN_NAME', 'name'],
    ['ORDINAL_POSITION', 'uint'],
    ['POSITION_IN_UNIQUE_CONSTRAINT', 'uint'],
    ['REFERENCED_TABLE_SCHEMA', 'name'],
    ['REFERENCED_TABLE_NAME', 'name'],
    ['REFERENCED_COLUMN_NAME', 'name'],
  ],
  *rows(context) {
    const tables = yield* baseTables(context);
    return tables.flatMap(table => [...uniqueUsage(table), ...foreignUsage(table)]);
  },
};

function uniqueUsage(table: StoredTable): readonly Row[] {
  const {schema, name} = table;
  return namedIndexes(table)
    .filter(index => index.kind !== 'index')
    .flatMap(index =>
      index.parts.flatMap((part, i) => {
        const column = table.columns[part.column];
        // A functional part is no column.
        if (column.hidden) return [];
        return [['def', schema, index.name, 'def', schema, name, column.name, i + 1, null, null, null, null]];
      }),
    );
}

function foreignUsage({schema, name, columns, foreignKeys}: StoredTable): readonly Row[] {
  return foreignKeys.flatMap(key =>
    key.columns.map((column, i) => [
      'def',
      schema,
      key.name,
      'def',
      schema,
      name,
      columns[column].name,
      i + 1,
      i + 1,
      key.refSchema,
      key.refTable,
      key.refColumns[i],
    ]),
  );
}

export const tableConstraints: VirtualDefinition = {
  name: 'TABLE_CONSTRAINTS',
  columns: [
    ['CONSTRAINT_CATALOG', 'name'],
    ['CONSTRAINT_SCHEMA', 'name'],
    ['CONSTRAINT_NAME', 'name'],
    ['TABLE_SCHEMA', 'name'],
    ['TABLE_NAME', 'name'],
    ['CONSTRAINT_TYPE', 'name'],
    ['ENFORCED', 'name'],
  ],
  *rows(context) {
    const tables = yield* baseTables(context);
    return tables.flatMap(table => {
      const {schema, name} = table;
      const row = (constraint: string, type: string, enforced = 'YES'): Row => [
        'def',
        schema,
        constraint,
        schema,
        name,
        type,
        enforced,
      ];
      return [
        ...namedIndexes(table)
          .filter(index => index.kind !== 'index')
          .map(index => row(index.name, index.kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE')),
        ...table.foreignKeys.map(key => row(key.name, 'FOREIGN KEY')),
        ...table.checks.map(check => row(check.name, 'CHECK', check.enforced ? 'YES' : 'NO')),
      ];
    });
  },
};

/** The unique index of the parent that a foreign key refers to; null when there is none. */
function uniqueName(tables: readonly StoredTable[], key: ForeignKeyDefinition): string | null {
  const parent = tables.find(table => isSameTable(table, parentOf(key)));
  const index = parent?.indexes.find(
    ({kind, parts}) =>
      kind !== 'index' &&
      parts.length === key.refColumns.length &&
      parts.every((part, i) => parent.columns[part.column].name.toLowerCase() === key.refColumns[i].toLowerCase()),
  );
  return index?.name ?? null;
}

const RULES = {
  restrict: 'RESTRICT',
  cascade: 'CASCADE',
  setNull: 'SET NULL',
  noAction: 'NO ACTION',
  setDefault: 'SET DEFAULT',
};

export const referentialConstraints: VirtualDefinition = {
  name: 'REFERENTIAL_CONSTRAINTS',
  columns: [
    ['CONSTRAINT_CATALOG', 'name'],
    ['CONSTRAINT_SCHEMA', 'name'],
    ['CONSTRAINT_NAME', 'name'],
    ['UNIQUE_CONSTRAINT_CATALOG', 'name'],
    ['UNIQUE_CONSTRAINT_SCHEMA', 'name'],
    ['UNIQUE_CONSTRAINT_NAME', 'name'],
    ['MATCH_OPTION', 'name'],
    ['UPDATE_RULE', 'name'],
    ['DELETE_RULE', 'name'],
    ['TABLE_NAME', 'name'],
    ['REFERENCED_TABLE_NAME', 'name'],
  ],
  *rows(context) {
    const tables = yield* baseTables(context);
    return tables.flatMap(({schema, name, foreignKeys}) =>
      foreignKeys.map(key => [
        'def',
        schema,
        key.name,
        'def',
        key.refSchema,
        uniqueName(tables, key),
        'NONE',
        RULES[key.onUpdate],
        RULES[key.onDelete],
        name,
        key.refTable,
      ]),
    );
  },
};

export const checkConstraints: VirtualDefinition = {
  name: 'CHECK_CONSTRAINTS',
  columns: [
    ['CONSTRAINT_CATALOG', 'name'],
    ['CONSTRAINT_SCHEMA', 'name'],
    ['CONSTRAINT_NAME', 'name'],
    ['CHECK_CLAUSE', 'long'],
  ],
  *rows(context) {
    const tables = yield* baseTables(context);
    return tables.flatMap(({schema, checks}) => checks.map(check => ['def', schema, check.name, `(${check.sql})`]));
  },
};
