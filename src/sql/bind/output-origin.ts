// Where an output column comes from, as clients see it in the column definition: schema, table, column, key flags.

import {Kind} from '../../format/value/types.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import type {OutputOrigin} from './bound-query.ts';
import {ColumnRef} from './leaf.ts';
import type {Source} from './source.ts';

/** Column flags of the protocol that depend on the table. */
const ColumnFlag = {
  primaryKey: 2,
  uniqueKey: 4,
  multipleKey: 8,
  autoIncrement: 512,
  onUpdateNow: 8192,
  noDefault: 4096,
} as const;

/** The origin of a column of a source. */
export function originOf(source: Source, column: number): OutputOrigin | undefined {
  const {origin, alias, schema} = source;
  const {name} = source.columns[column];
  switch (origin.kind) {
    case 'table':
      return {schema, table: alias, orgTable: origin.table.name, orgName: name, flags: flagsOf(origin.table, column)};
    case 'merged': {
      const inner = origin.columns[column];
      const deeper = inner instanceof ColumnRef ? originOf(inner.source, inner.column) : undefined;
      return {
        schema: deeper?.schema ?? schema,
        table: alias,
        orgTable: deeper?.orgTable ?? alias,
        orgName: deeper?.orgName ?? name,
        flags: deeper?.flags ?? 0,
      };
    }
    default:
      return {schema, table: alias, orgTable: alias, orgName: name, flags: 0};
  }
}

/** Key and default flags of a table's column. */
export function flagsOf(table: TableDefinition, column: number): number {
  const definition = table.columns[column];
  let flags = 0;
  for (const index of table.indexes) {
    const at = index.parts.findIndex(p => p.column === column);
    if (at < 0) continue;
    if (index.kind === 'primary') flags |= ColumnFlag.primaryKey;
    else if (at > 0) continue;
    else if (index.kind === 'unique' && index.parts.length === 1) flags |= ColumnFlag.uniqueKey;
    else flags |= ColumnFlag.multipleKey;
  }
  if (definition.autoIncrement) flags |= ColumnFlag.autoIncrement;
  if (definition.onUpdateNow && definition.type.kind !== Kind.null) flags |= ColumnFlag.onUpdateNow;
  const needsValue = definition.default.kind === 'none' && !definition.nullable && !definition.autoIncrement;
  return needsValue ? flags | ColumnFlag.noDefault : flags;
}
