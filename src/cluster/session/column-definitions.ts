// Result columns of SQL as column definitions of the wire.

import {UTF8MB4} from '../../format/value/charset.ts';
import {wireCollation, wireDecimals, wireFlags, wireLength, wireType} from '../../format/value/column-text.ts';
import type {ColumnDefinition} from '../../protocol/api.ts';
import type {ResultColumn} from '../../sql/exec/result-column.ts';

/** NOT_NULL of the column flags. */
const NOT_NULL = 1;
/** utf8mb4_0900_ai_ci: what texts are sent in. */
const RESULT_COLLATION = 255;

export function columnDefinition(column: ResultColumn): ColumnDefinition {
  const {type} = column;
  return {
    schema: column.schema,
    table: column.table,
    orgTable: column.orgTable,
    name: column.name,
    orgName: column.orgName,
    collation: wireCollation(type, RESULT_COLLATION),
    length: wireLength(type, UTF8MB4),
    type: wireType(type),
    flags: wireFlags(type) | column.flags | (column.nullable ? 0 : NOT_NULL),
    decimals: wireDecimals(type),
  };
}
