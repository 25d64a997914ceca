// Error 1062 in MySQL's words: the values of the key that was there already.

import {SqlError} from '../../base/sql-error.ts';
import {prefixCharacters} from '../../format/value/charset.ts';
import {toText} from '../../format/value/domain.ts';
import type {Value} from '../../format/value/types.ts';
import type {IndexPart, TableDefinition} from '../catalog/definition.ts';

const SHOWN_CHARACTERS_MAX = 128;

/** The error for a row whose key in index `number` (0 = primary) another row has. `values` by column. */
export function duplicateEntry(table: TableDefinition, number: number, values: readonly Value[]): SqlError {
  const index = table.indexes[number];
  const shown = index.parts.map(part => partText(table, part, values[part.column])).join('-');
  return new SqlError('ER_DUP_ENTRY', shown.slice(0, SHOWN_CHARACTERS_MAX), `${table.name}.${index.name}`);
}

function partText(table: TableDefinition, part: IndexPart, value: Value): string {
  if (value === null) return 'NULL';
  const text = toText(value, table.columns[part.column].type);
  return part.length > 0 ? prefixCharacters(text, part.length) : text;
}
