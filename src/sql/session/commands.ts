// USE and KILL.

import {SqlError} from '../../base/sql-error.ts';
import {canonicalSchema, isVirtualSchema} from '../catalog/names.ts';
import type {Steps} from '../catalog/steps.ts';
import type {Kill} from '../parse/ast-command.ts';
import {evaluateOne} from '../statement/evaluate.ts';
import {NOTHING_DONE, type Outcome, type StatementContext} from '../statement/statement-context.ts';
import {inTransaction} from './run-statement.ts';
import type {SqlSession} from './session.ts';

/** USE, COM_INIT_DB: 1049 when there is no such schema. */
export function* runUse(session: SqlSession, name: string): Steps<Outcome> {
  const schema = canonicalSchema(name);
  const exists =
    isVirtualSchema(schema) || (yield* session.server.catalog.schema(session.engine, schema)) !== undefined;
  if (!exists) throw new SqlError('ER_BAD_DB', name);
  session.state.database = schema;
  return NOTHING_DONE;
}

export function* runKill(session: SqlSession, context: StatementContext, ast: Kill): Steps<Outcome> {
  let id = 0;
  yield* inTransaction(session, context, function* (inner) {
    id = Number(yield* evaluateOne(inner, ast.id));
    return NOTHING_DONE;
  });
  if (id === session.state.connectionId) {
    if (!ast.queryOnly) session.kill(false);
    throw new SqlError('ER_QUERY_INTERRUPTED');
  }
  if (!session.server.kill(id, ast.queryOnly)) throw new SqlError('ER_NO_SUCH_THREAD', id);
  return NOTHING_DONE;
}
