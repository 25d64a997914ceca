// USE and KILL.

import {SqlError} from '../../base/sql-error.ts';
import {canonicalSchema, isEverybodys, isVirtualSchema} from '../catalog/names.ts';
import type {Steps} from '../catalog/steps.ts';
import type {Kill} from '../parse/ast-command.ts';
import {evaluateOne} from '../statement/evaluate.ts';
import {NOTHING_DONE, type Outcome, type StatementContext} from '../statement/statement-context.ts';
import {inTransaction} from './run-statement.ts';
import type {SqlSession} from './session.ts';

/** USE, COM_INIT_DB: 1049 when there is no such schema, 1044 when the account may do nothing in it. */
export function* runUse(session: SqlSession, name: string): Steps<Outcome> {
  const schema = canonicalSchema(name);
  yield* session.learnRights();
  if (!isEverybodys(schema) && !session.rights.seesSchema(schema)) {
    const {accountUser, accountHost} = session.state.identity;
    throw new SqlError('ER_DBACCESS_DENIED', accountUser, accountHost, name);
  }
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
  yield* killOther(session, id, ast.queryOnly);
  return NOTHING_DONE;
}

/** Ends another session, wherever it is. 1094: there is none. One's own may be ended by everybody; those of others with CONNECTION_ADMIN or SUPER: 1095. */
export function* killOther(session: SqlSession, id: number, queryOnly: boolean): Steps<void> {
  const {server, engine, rights, state} = session;
  const target = (yield* server.processes(engine.waiter)).find(each => each.id === id);
  const mayAll = rights.hasDynamic('CONNECTION_ADMIN');
  if (!mayAll && target?.user !== state.user) throw new SqlError('ER_KILL_DENIED', id);
  if (target === undefined || !server.kill(id, queryOnly)) throw new SqlError('ER_NO_SUCH_THREAD', id);
}
