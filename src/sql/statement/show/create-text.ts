// The text of SHOW CREATE TABLE: a statement that makes the table again, as mysqldump and people expect it.

import {collationOf} from '../../../format/value/collation.ts';
import {toText} from '../../../format/value/domain.ts';
import {Kind} from '../../../format/value/types.ts';
import type {ColumnDefinition} from '../../catalog/definition.ts';
import {quoteName} from '../../catalog/names.ts';
import {foreignKeyText} from '../../catalog/references.ts';
import type {StoredIndex, StoredSchema, StoredTable, StoredView} from '../../catalog/stored-table.ts';
import {charsetName, collationName, columnTypeText, isCharacterType, quoteText} from '../../catalog/type-text.ts';
import {namedColumns, nowText} from '../../catalog/virtual/column-tables.ts';
import {namedIndexes} from '../../catalog/virtual/index-tables.ts';

/** `nextAuto`: the next AUTO_INCREMENT value; null for a table without. */
export function createTableText(table: StoredTable, isTemporary: boolean, nextAuto: number | null): string {
  const lines = [
    ...namedColumns(table).map(([, column]) => columnText(column, table.collation)),
    ...namedIndexes(table).map(index => indexText(table, index)),
    ...table.foreignKeys.map(key => foreignKeyText(table, key)),
    ...table.checks.map(
      check =>
        `CONSTRAINT ${quoteName(check.name)} CHECK (${check.sql})${check.enforced ? '' : ' /*!80016 NOT ENFORCED */'}`,
    ),
  ];
  return `CREATE ${isTemporary ? 'TEMPORARY ' : ''}TABLE ${quoteName(table.name)} (\n  ${lines.join(',\n  ')}\n)${optionsText(table, nextAuto)}`;
}

function optionsText({collation, comment}: StoredTable, nextAuto: number | null): string {
  const {charset, name} = collationOf(collation);
  const auto = nextAuto === null || nextAuto <= 1 ? '' : ` AUTO_INCREMENT=${nextAuto}`;
  const options = ` ENGINE=InnoDB${auto} DEFAULT CHARSET=${charset.name} COLLATE=${name}`;
  return comment === '' ? options : `${options} COMMENT=${quoteText(comment)}`;
}

function columnText(column: ColumnDefinition, tableCollation: number): string {
  const {name, type} = column;
  const words = [quoteName(name), columnTypeText(type)];
  if (isCharacterType(type) && type.collation !== tableCollation) {
    words.push(`CHARACTER SET ${charsetName(type)} COLLATE ${collationName(type)}`);
  }
  if (column.generated !== undefined) {
    words.push(`GENERATED ALWAYS AS (${column.generated.sql}) ${column.generated.stored ? 'STORED' : 'VIRTUAL'}`);
  }
  if (!column.nullable) words.push('NOT NULL');
  else if (type.kind === Kind.timestamp) words.push('NULL');
  words.push(...defaultWords(column));
  if (column.autoIncrement) words.push('AUTO_INCREMENT');
  if (column.onUpdateNow) words.push(`ON UPDATE ${nowText(type.decimals)}`);
  if (column.comment !== '') words.push(`COMMENT ${quoteText(column.comment)}`);
  if (column.invisible) words.push('/*!80023 INVISIBLE */');
  return words.join(' ');
}

function defaultWords(column: ColumnDefinition): readonly string[] {
  const {default: given, type} = column;
  switch (given.kind) {
    case 'value':
      return [`DEFAULT ${given.value === null ? 'NULL' : defaultLiteral(column)}`];
    case 'now':
      return [`DEFAULT ${nowText(given.decimals)}`];
    case 'expression':
      return [`DEFAULT (${given.sql})`];
    default: {
      const isLong = type.kind === Kind.text || type.kind === Kind.blob;
      return column.nullable && !isLong && column.generated === undefined ? ['DEFAULT NULL'] : [];
    }
  }
}

/** MySQL quotes every default, numbers too, except bit strings. */
function defaultLiteral({default: given, type}: ColumnDefinition): string {
  if (given.kind !== 'value' || given.value === null) return 'NULL';
  if (type.kind === Kind.bit) return `b'${given.value.toString(2)}'`;
  return quoteText(toText(given.value, type));
}

function indexText(table: StoredTable, index: StoredIndex): string {
  const parts = index.parts.map(part => {
    const length = part.length > 0 ? `(${part.length})` : '';
    const {name, hidden, generated} = table.columns[part.column];
    const shown = hidden ? `(${generated?.sql})` : quoteName(name);
    return `${shown}${length}${part.descending ? ' DESC' : ''}`;
  });
  const comment = index.comment === '' ? '' : ` COMMENT ${quoteText(index.comment)}`;
  const tail = `(${parts.join(',')})${comment}${index.invisible ? ' /*!80000 INVISIBLE */' : ''}`;
  if (index.kind === 'primary') return `PRIMARY KEY ${tail}`;
  return `${index.kind === 'unique' ? 'UNIQUE KEY' : 'KEY'} ${quoteName(index.name)} ${tail}`;
}

export function createViewText(view: StoredView): string {
  const at = view.definer.lastIndexOf('@');
  const definer = `${quoteName(view.definer.slice(0, at))}@${quoteName(view.definer.slice(at + 1))}`;
  const columns = view.columns.length > 0 ? ` (${view.columns.map(quoteName).join(',')})` : '';
  const algorithm = (view.algorithm ?? 'undefined').toUpperCase();
  const check = view.check === undefined ? '' : ` WITH ${view.check.toUpperCase()} CHECK OPTION`;
  const name = quoteName(view.name);
  return `CREATE ALGORITHM=${algorithm} DEFINER=${definer} SQL SECURITY DEFINER VIEW ${name}${columns} AS ${view.sql}${check}`;
}

export function createDatabaseText(schema: StoredSchema, ifNotExists: boolean): string {
  const {charset, name} = collationOf(schema.collation);
  const condition = ifNotExists ? '/*!32312 IF NOT EXISTS*/ ' : '';
  return `CREATE DATABASE ${condition}${quoteName(schema.name)} /*!40100 DEFAULT CHARACTER SET ${charset.name} COLLATE ${name} */ /*!80016 DEFAULT ENCRYPTION='N' */`;
}
