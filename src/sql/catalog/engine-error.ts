// Result codes of the engine as MySQL errors: the one place where the small numbers become words.

import {BugError} from '../../base/assert.ts';
import {type ErrorName, SqlError} from '../../base/sql-error.ts';
import {CONFLICT, DEADLOCK, INTERRUPTED, LOCK_BUSY, LOCK_TIMEOUT, NO_SPACE, TOO_BIG} from '../../engine/api.ts';

/** The longest row in bytes that error 1118 names. */
export const ROW_BYTES_NAMED = 65535;

/** An error that the engine has answered: the session has to know which, for some end the transaction. */
export class EngineFailure extends SqlError {
  readonly result: number;

  constructor(result: number, code: ErrorName, ...holes: readonly (string | number)[]) {
    super(code, ...holes);
    this.result = result;
  }

  /** First updater wins, and this transaction was not the first. */
  get isConflict(): boolean {
    return this.result === CONFLICT;
  }

  /** The whole transaction has to be rolled back, not only the statement. */
  get endsTransaction(): boolean {
    return this.result === DEADLOCK || this.result === CONFLICT;
  }
}

/** The error for a result code below BLOCKED. DUPLICATE is not here: its words need the row. */
export function engineError(result: number): EngineFailure {
  switch (result) {
    case LOCK_TIMEOUT:
      return new EngineFailure(result, 'ER_LOCK_WAIT_TIMEOUT');
    case DEADLOCK:
    case CONFLICT:
      return new EngineFailure(result, 'ER_LOCK_DEADLOCK');
    case INTERRUPTED:
      return new EngineFailure(result, 'ER_QUERY_INTERRUPTED');
    case NO_SPACE:
      return new EngineFailure(result, 'ER_DISK_FULL', 'redo log');
    case TOO_BIG:
      return new EngineFailure(result, 'ER_TOO_BIG_ROWSIZE', ROW_BYTES_NAMED);
    case LOCK_BUSY:
      return new EngineFailure(result, 'ER_LOCK_NOWAIT');
    default:
      throw new BugError(`unexpected result ${result} of the engine`);
  }
}
