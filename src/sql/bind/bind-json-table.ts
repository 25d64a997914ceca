// JSON_TABLE. Left out for now: refused with 1235.

import {SqlError} from '../../base/sql-error.ts';
import type {JsonTable} from '../parse/ast.ts';
import type {Place} from './bind-from.ts';
import type {Source} from './source.ts';

/** A source over the rows that JSON_TABLE makes. */
export function bindJsonTable(_table: JsonTable, _place: Place): Source {
  throw new SqlError('ER_NOT_SUPPORTED_YET', 'JSON_TABLE');
}
