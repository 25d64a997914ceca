// Result codes of the engine as MySQL errors: the one place where the small numbers become words.

import {BugError} from '../../base/assert.ts';
import {SqlError} from '../../base/sql-error.ts';
import {
  CONFLICT,
  DEADLOCK,
  INTERRUPTED,
  LOCK_BUSY,
  LOCK_TIMEOUT,
  NO_SPACE,
  TOO_BIG,
} from '../../engine/api.ts';

/** The longest row in bytes that error 1118 names. */
export const ROW_BYTES_NAMED = 65535;

/** The error for a result code below BLOCKED. DUPLICATE is not here: its words need the row. */
export function engineError(result: number): SqlError {
  switch (result) {
    case LOCK_TIMEOUT:
      return new SqlError('ER_LOCK_WAIT_TIMEOUT');
    case DEADLOCK:
    case CONFLICT:
      return new SqlError('ER_LOCK_DEADLOCK');
    case INTERRUPTED:
      return new SqlError('ER_QUERY_INTERRUPTED');
    case NO_SPACE:
      return new SqlError('ER_DISK_FULL', 'redo log');
    case TOO_BIG:
      return new SqlError('ER_TOO_BIG_ROWSIZE', ROW_BYTES_NAMED);
    case LOCK_BUSY:
      return new SqlError('ER_LOCK_NOWAIT');
    default:
      throw new BugError(`unexpected result ${result} of the engine`);
  }
}

/** True for errors after which the whole transaction has to be rolled back, not only the statement. */
export function endsTransaction(result: number): boolean {
  return result === DEADLOCK || result === CONFLICT;
}
