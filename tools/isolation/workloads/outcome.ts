// Which outcome an operation had. The rule: an operation failed only if it certainly did not happen; any doubt is `info`.
//
//   error before COMMIT, ROLLBACK answered       fail
//   error before COMMIT, ROLLBACK not answered   info
//   COMMIT answered with "rolled back"           fail      1213 deadlock or conflict, 1020 row changed since it was read
//   COMMIT answered with any other error         info
//   no answer, session lost                      info      but fail when not even BEGIN was answered

import {queries, query, type Script, SqlFailure, type SqlResult, type SqlValue, type Statement} from './sql-client.ts';

/** Answers to COMMIT that mean: rolled back. */
const rolledBackAtCommit: ReadonlySet<number> = new Set([1213, 1020]);

/** An operation did not succeed. */
export class OperationFailure extends Error {
  /** False when the operation may have happened all the same. */
  readonly certain: boolean;
  /** The session cannot be used any more. */
  readonly lost: boolean;
  /** The operation itself decided not to happen: it would do so again. */
  readonly refused: boolean;

  constructor(message: string, certain: boolean, lost: boolean, refused = false) {
    super(message);
    this.name = 'OperationFailure';
    this.certain = certain;
    this.lost = lost;
    this.refused = refused;
  }
}

/** Thrown by an operation that decides not to happen, such as a transfer without cover. */
export class Refused extends Error {}

/** Runs the body between BEGIN and COMMIT. @throws OperationFailure */
export function* transaction<T>(body: () => Script<T>): Script<T> {
  try {
    yield* query('BEGIN');
  } catch (error) {
    throw new OperationFailure(messageOf(error), true, lostIn(error));
  }
  return yield* committed(body);
}

/**
 * Runs the statements without waiting for answers in between, then COMMIT. For sessions with `autocommit=0` only: what comes after a statement that failed runs all the same, and ROLLBACK must undo it. Returns the results
 * of the statements. @throws OperationFailure
 */
export function* transactionAtOnce(statements: readonly Statement[]): Script<readonly SqlResult[]> {
  return yield* committed(() => queries(statements));
}

/** Runs the body of a transaction that has begun, or begins with it, and commits what it did. */
function* committed<T>(body: () => Script<T>): Script<T> {
  let value: T;
  try {
    value = yield* body();
  } catch (error) {
    throw yield* rollBack(error, true);
  }
  try {
    yield* query('COMMIT');
  } catch (error) {
    throw yield* rollBack(error, error instanceof SqlFailure && rolledBackAtCommit.has(error.errno));
  }
  return value;
}

function* rollBack(error: unknown, certain: boolean): Script<OperationFailure> {
  if (!(error instanceof SqlFailure) && !(error instanceof Refused)) throw error;
  if (lostIn(error)) return new OperationFailure(messageOf(error), false, true);
  try {
    yield* query('ROLLBACK');
  } catch (second) {
    return new OperationFailure(`${messageOf(error)}; ROLLBACK: ${messageOf(second)}`, false, lostIn(second));
  }
  return new OperationFailure(messageOf(error), certain, false, error instanceof Refused);
}

/** One statement that commits itself. An error that is answered means that nothing happened. @throws OperationFailure */
export function* single(sql: string, ...params: SqlValue[]): Script<SqlResult> {
  try {
    return yield* query(sql, ...params);
  } catch (error) {
    if (!(error instanceof SqlFailure)) throw error;
    throw new OperationFailure(error.message, !error.lost, error.lost);
  }
}

function lostIn(error: unknown): boolean {
  return error instanceof SqlFailure && error.lost;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
