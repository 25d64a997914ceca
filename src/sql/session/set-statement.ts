// SET: user and system variables, NAMES, CHARACTER SET, TRANSACTION.

import {SqlError} from '../../base/sql-error.ts';
import {Isolation} from '../../engine/api.ts';
import type {Value} from '../../format/value/types.ts';
import type {Steps} from '../catalog/steps.ts';
import type {IsolationLevel, SetStatement, SetTransaction, VariableAssignment} from '../parse/ast-command.ts';
import type {Expression} from '../parse/ast-expression.ts';
import {evaluateOne} from '../statement/evaluate.ts';
import {NOTHING_DONE, type Outcome, type StatementContext} from '../statement/statement-context.ts';
import {inTransaction} from './run-statement.ts';
import type {SqlSession} from './session.ts';
import {variableNamed} from './variables.ts';

/** The assignments are carried out in order; those before a failed one stay. */
export function* runSet(session: SqlSession, context: StatementContext, ast: SetStatement): Steps<Outcome> {
  for (const assignment of ast.assignments) yield* assign(session, context, assignment);
  return NOTHING_DONE;
}

function* assign(session: SqlSession, context: StatementContext, assignment: VariableAssignment): Steps<void> {
  const {state} = session;
  switch (assignment.kind) {
    case 'user':
      state.setUserVariable(assignment.variable.name, yield* givenValue(session, context, assignment.value));
      return;
    case 'names':
      state.setNames(assignment.charset ?? undefined, assignment.collation ?? undefined);
      return;
    case 'charset':
      state.setNames(assignment.charset ?? undefined, undefined);
      return;
    case 'system':
      yield* assignSystem(session, context, assignment);
      return;
    default:
      throw new SqlError('ER_UNKNOWN_SYSTEM_VARIABLE', assignment.column.name);
  }
}

function* assignSystem(
  session: SqlSession,
  context: StatementContext,
  {variable, value}: Extract<VariableAssignment, {kind: 'system'}>,
): Steps<void> {
  const name = variable.component === null ? variable.name : `${variable.component}.${variable.name}`;
  const given = value === null ? undefined : yield* givenValue(session, context, value);
  switch (variable.scope) {
    case 'global':
    case 'persist':
      yield* setGlobal(session, name, given);
      return;
    case 'persist_only':
      throw new SqlError('ER_NOT_SUPPORTED_YET', 'SET PERSIST_ONLY');
    default:
      yield* setSession(session, name, given);
  }
}

/** Holds here at once, on the other primaries a moment later, and after a restart. What is open in the session stays open. */
function* setGlobal(session: SqlSession, name: string, given: Value | undefined): Steps<void> {
  const {engine, state, server} = session;
  const value = state.setSystemVariable(name, 'global', given);
  const own = server.world.engine.newSession(() => engine.waiter.wake());
  try {
    yield* server.settings.store(own, variableNamed(name).name, value);
  } finally {
    own.close(() => undefined);
  }
}

/** SET autocommit = 1 commits what is open. */
function* setSession(session: SqlSession, name: string, given: Value | undefined): Steps<void> {
  const {state, transaction} = session;
  const lower = name.toLowerCase();
  const isTransactional =
    lower === 'transaction_isolation' || lower === 'tx_isolation' || lower === 'transaction_read_only';
  const before = state.autocommit;
  state.setSystemVariable(name, 'session', given);
  if (isTransactional) {
    state.nextIsolation = undefined;
    state.nextReadOnly = undefined;
  }
  if (lower === 'autocommit' && !before && state.autocommit) yield* transaction.commit();
}

/** Most values are literals; everything else is evaluated like a query. */
function* givenValue(session: SqlSession, context: StatementContext, e: Expression): Steps<Value> {
  switch (e.kind) {
    case 'null':
      return null;
    case 'boolean':
      return e.value ? 1 : 0;
    case 'integer':
    case 'string':
      return e.value;
    default: {
      let value: Value = null;
      yield* inTransaction(session, context, function* (inner) {
        value = yield* evaluateOne(inner, e);
        return NOTHING_DONE;
      });
      return value;
    }
  }
}

const LEVELS: ReadonlyMap<IsolationLevel, readonly [name: string, level: Isolation]> = new Map([
  ['readUncommitted', ['READ-UNCOMMITTED', Isolation.readUncommitted]],
  ['readCommitted', ['READ-COMMITTED', Isolation.readCommitted]],
  ['repeatableRead', ['REPEATABLE-READ', Isolation.repeatableRead]],
  ['serializable', ['SERIALIZABLE', Isolation.serializable]],
]);

/** SET [GLOBAL | SESSION] TRANSACTION; without a scope it is for the next transaction only. */
export function* runSetTransaction(session: SqlSession, ast: SetTransaction): Steps<Outcome> {
  const {state, transaction} = session;
  const level = ast.isolation === null ? undefined : LEVELS.get(ast.isolation);
  if (ast.scope !== null) {
    if (level !== undefined) yield* setIn(session, ast.scope, 'transaction_isolation', level[0]);
    if (ast.access !== null)
      yield* setIn(session, ast.scope, 'transaction_read_only', ast.access === 'readOnly' ? 1 : 0);
    return NOTHING_DONE;
  }
  if (transaction.isOpen) throw new SqlError('ER_CANT_CHANGE_TX_CHARACTERISTICS');
  if (level !== undefined) state.nextIsolation = level[1];
  if (ast.access !== null) state.nextReadOnly = ast.access === 'readOnly';
  return NOTHING_DONE;
}

function* setIn(session: SqlSession, scope: 'global' | 'session', name: string, value: Value): Steps<void> {
  if (scope === 'global') yield* setGlobal(session, name, value);
  else session.state.setSystemVariable(name, 'session', value);
}
