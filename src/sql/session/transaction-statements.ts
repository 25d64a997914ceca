// START TRANSACTION, COMMIT, ROLLBACK, SAVEPOINT.

import type {Steps} from '../catalog/steps.ts';
import type {EndTransaction, SavepointStatement, StartTransaction} from '../parse/ast-command.ts';
import {NOTHING_DONE, type Outcome} from '../statement/statement-context.ts';
import {unlockTables} from './lock-tables.ts';
import type {SqlSession} from './session.ts';

/** Commits what is open, and begins. Table locks fall. */
export function* startTransaction(session: SqlSession, ast: StartTransaction): Steps<Outcome> {
  yield* session.transaction.commit();
  yield* unlockTables(session);
  session.transaction.start(ast.consistentSnapshot, ast.access === null ? undefined : ast.access === 'readOnly');
  return NOTHING_DONE;
}

export function* endTransaction(session: SqlSession, ast: EndTransaction): Steps<Outcome> {
  const {transaction, state, engine} = session;
  const completion = state.systemVariable('completion_type', 'session');
  const chains = ast.chain ?? (ast.release !== true && completion === 'CHAIN');
  const releases = ast.release ?? (ast.chain !== true && completion === 'RELEASE');
  const {isReadOnly} = transaction;
  const {isolation} = engine;
  if (ast.kind === 'commit') yield* transaction.commit();
  else yield* transaction.rollback();
  if (chains) {
    transaction.start(false, isReadOnly);
    engine.isolation = isolation;
  }
  if (releases) session.kill(false);
  return NOTHING_DONE;
}

export function* runSavepoint(session: SqlSession, ast: SavepointStatement): Steps<Outcome> {
  const {transaction} = session;
  if (ast.kind === 'savepoint') transaction.savepoint(ast.name);
  else if (ast.kind === 'rollbackTo') yield* transaction.rollbackTo(ast.name);
  else transaction.release(ast.name);
  return NOTHING_DONE;
}
