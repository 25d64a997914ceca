// Which code runs a statement, and in what kind of transaction.
//
//   rows        queries, INSERT, UPDATE, DELETE ...: in the session's transaction, which autocommit ends with the statement
//   definition  CREATE, ALTER, DROP ...: commits what is open, then runs in a transaction of its own; all or nothing
//   session     SET, USE, SAVEPOINT ...: needs none, or handles it itself

import {SqlError} from '../../base/sql-error.ts';
import {Isolation} from '../../engine/api.ts';
import type {Steps} from '../catalog/steps.ts';
import type {Load, Statement} from '../parse/ast.ts';
import type {DropProgram} from '../parse/ast-program.ts';
import type {DropTables} from '../parse/ast-schema.ts';
import type {Parsed} from '../parse/statement.ts';
import {alterTable} from '../statement/alter-table.ts';
import {createTable} from '../statement/create-table.ts';
import {createTableAsSelect} from '../statement/create-table-select.ts';
import {dropTables, renameTables, truncateTable} from '../statement/drop-table.ts';
import {evaluateAll} from '../statement/evaluate.ts';
import {explain} from '../statement/explain.ts';
import {grantOrRevoke} from '../statement/grants.ts';
import {createIndex, dropIndex} from '../statement/index-statements.ts';
import {loadData} from '../statement/load-data.ts';
import {maintainTables} from '../statement/maintenance.ts';
import {planStatement, type RowStatement} from '../statement/plan-statement.ts';
import {createRoles, grantRoles, setDefaultRoles} from '../statement/roles.ts';
import {alterDatabase, createDatabase, dropDatabase} from '../statement/schemas.ts';
import {show} from '../statement/show/show.ts';
import {checkStatementAccess} from '../statement/statement-access.ts';
import {runBody} from '../statement/statement-body.ts';
import {NOTHING_DONE, type Outcome, type StatementContext} from '../statement/statement-context.ts';
import {createTemporaryTable, dropTemporaryTables, sweepTemporary} from '../statement/temporary-table.ts';
import {changeUsers, dropUsers, renameUsers, setPassword} from '../statement/users.ts';
import {createView, dropViews} from '../statement/views.ts';
import {WatchedSink} from '../statement/watched-sink.ts';
import {runKill, runUse} from './commands.ts';
import {lockTables, unlockTables} from './lock-tables.ts';
import {refuseOnReplica, waitForWriter} from './replica-statements.ts';
import type {SqlSession} from './session.ts';
import {runSet, runSetTransaction} from './set-statement.ts';
import {endTransaction, runSavepoint, startTransaction} from './transaction-statements.ts';

/** Statements that look at the diagnostics area of the one before. */
function keepsDiagnostics(statement: Statement): boolean {
  if (statement.kind !== 'show') return false;
  const {subject} = statement;
  return subject === 'warnings' || subject === 'errors' || subject === 'countWarnings' || subject === 'countErrors';
}

/** Runs a statement to its end; its rows have gone to the context's sink. */
export function* runStatement(session: SqlSession, parsed: Parsed, context: StatementContext): Steps<Outcome> {
  const {statement} = parsed;
  session.state.beginStatement(keepsDiagnostics(statement));
  session.server.status.count(statement.kind);
  checkStatementAccess(context, statement);
  yield* waitForWriter(session);
  const outcome =
    (yield* runRows(session, statement, context)) ??
    (yield* runDefinition(session, parsed, context)) ??
    (yield* runSessionStatement(session, statement, context));
  if (session.temporary.hasDropped && !session.transaction.isOpen) yield* sweepTemporary(context);
  return outcome;
}

// --- Rows ----------------------------------------------------------------------------------------------------------

function* runRows(session: SqlSession, statement: Statement, context: StatementContext): Steps<Outcome | undefined> {
  if (statement.kind === 'load') return yield* runLoad(session, statement, context);
  const body = rowsBody(statement);
  if (body === undefined) return undefined;
  if (writes(statement)) checkMayWrite(session);
  return yield* inTransaction(session, context, body);
}

/** It never runs again: the file comes once. */
function* runLoad(session: SqlSession, statement: Load, context: StatementContext): Steps<Outcome> {
  checkMayWrite(session);
  return yield* session.transaction.statement(
    () => loadData(context, statement),
    () => false,
  );
}

function writes(statement: Statement): boolean {
  return statement.kind === 'insert' || statement.kind === 'update' || statement.kind === 'delete';
}

/** Error 1290 on a read replica, 1792 in a READ ONLY transaction. */
export function checkMayWrite(session: SqlSession): void {
  refuseOnReplica(session);
  session.transaction.ensure();
  if (session.transaction.isReadOnly) throw new SqlError('ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION');
}

function rowsBody(statement: Statement): ((context: StatementContext) => Steps<Outcome>) | undefined {
  switch (statement.kind) {
    case 'query':
    case 'insert':
    case 'update':
    case 'delete':
      return context => runPlanned(context, statement);
    case 'do':
      return function* (context) {
        yield* evaluateAll(context, statement.expressions);
        return NOTHING_DONE;
      };
    case 'show':
      return context => show(context, statement);
    case 'explain':
      return context => explain(context, statement);
    case 'tableMaintenance':
      return context => maintainTables(context, statement);
    case 'createTable':
      return statement.temporary ? context => createTemporaryTable(context, statement) : undefined;
    case 'dropTables':
      return statement.temporary ? context => dropTemporary(context, statement) : undefined;
    default:
      return undefined;
  }
}

// biome-ignore lint/correctness/useYield: nothing to wait for
function* dropTemporary(context: StatementContext, ast: DropTables): Steps<Outcome> {
  return dropTemporaryTables(context, ast);
}

/** Plans a statement and runs it. Whoever keeps plans is told of it. */
function* runPlanned(context: StatementContext, statement: RowStatement): Steps<Outcome> {
  const planned = yield* planStatement(context, statement);
  context.planned?.(planned);
  return yield* runBody(planned.body, context);
}

/** Runs a body in the session's transaction. It may run again after a lost race as long as no row has left. */
export function* inTransaction(
  session: SqlSession,
  context: StatementContext,
  body: (context: StatementContext) => Steps<Outcome>,
): Steps<Outcome> {
  const sink = new WatchedSink(context.sink);
  const inner = {...context, sink};
  return yield* session.transaction.statement(
    () => body(inner),
    () => !sink.hasBegun,
  );
}

// --- Definitions ---------------------------------------------------------------------------------------------------

function* runDefinition(session: SqlSession, parsed: Parsed, context: StatementContext): Steps<Outcome | undefined> {
  const body = definitionBody(parsed, context);
  if (body === undefined) return undefined;
  refuseOnReplica(session);
  yield* session.transaction.commit();
  // A table cannot be redefined while LOCK TABLES holds it: the locks fall.
  yield* unlockTables(session);
  session.transaction.ensure();
  session.engine.isolation = Isolation.readCommitted;
  try {
    const outcome = yield* session.transaction.statement(body, () => false);
    yield* session.transaction.commit();
    return outcome;
  } catch (error) {
    yield* session.transaction.rollback();
    throw error;
  }
}

function definitionBody(parsed: Parsed, context: StatementContext): (() => Steps<Outcome>) | undefined {
  const {statement} = parsed;
  switch (statement.kind) {
    case 'createTable':
      return () =>
        statement.query === null ? createTable(context, statement) : createTableAsSelect(context, statement);
    case 'alterTable':
      return () => alterTable(context, statement);
    case 'createIndex':
      return () => createIndex(context, statement);
    case 'dropIndex':
      return () => dropIndex(context, statement);
    case 'dropTables':
      return () => dropTables(context, statement);
    case 'truncateTable':
      return () => truncateTable(context, statement);
    case 'renameTables':
      return () => renameTables(context, statement);
    case 'createView':
      return () => createView(context, statement, parsed.end);
    case 'dropViews':
      return () => dropViews(context, statement);
    case 'createDatabase':
      return () => createDatabase(context, statement);
    case 'alterDatabase':
      return () => alterDatabase(context, statement);
    case 'dropDatabase':
      return () => dropDatabase(context, statement);
    case 'createUser':
    case 'alterUser':
      return () => changeUsers(context, statement);
    case 'createRole':
      return () => createRoles(context, statement);
    case 'dropUser':
    case 'dropRole':
      return () => dropUsers(context, statement);
    case 'renameUser':
      return () => renameUsers(context, statement);
    case 'setPassword':
      return () => setPassword(context, statement);
    case 'grant':
    case 'revoke':
      return () => grantOrRevoke(context, statement);
    case 'grantRoles':
    case 'revokeRoles':
      return () => grantRoles(context, statement);
    case 'setDefaultRole':
      return () => setDefaultRoles(context, statement);
    default:
      return undefined;
  }
}

// --- Session -------------------------------------------------------------------------------------------------------

function* runSessionStatement(session: SqlSession, statement: Statement, context: StatementContext): Steps<Outcome> {
  switch (statement.kind) {
    case 'startTransaction':
      return yield* startTransaction(session, statement);
    case 'commit':
    case 'rollback':
      return yield* endTransaction(session, statement);
    case 'savepoint':
    case 'rollbackTo':
    case 'releaseSavepoint':
      return yield* runSavepoint(session, statement);
    case 'set':
      return yield* runSet(session, context, statement);
    case 'setTransaction':
      return yield* runSetTransaction(session, statement);
    case 'setRole':
      return yield* session.setRole(context, statement.roles);
    case 'use':
      return yield* runUse(session, statement.schema);
    case 'kill':
      return yield* runKill(session, context, statement);
    case 'prepare':
      return session.prepared.prepare(statement, context);
    case 'execute':
      return yield* session.prepared.execute(statement, context);
    case 'deallocate':
      return session.prepared.deallocate(statement);
    case 'lockTables':
      return yield* lockTables(session, statement);
    case 'unlockTables':
      return yield* unlockTables(session);
    case 'flush':
      // Nothing is cached that could be old; a lock on everything is another matter.
      if (statement.tableAction !== null) throw new SqlError('ER_NOT_SUPPORTED_YET', 'FLUSH TABLES WITH READ LOCK');
      return NOTHING_DONE;
    case 'callProcedure':
      throw new SqlError('ER_SP_DOES_NOT_EXIST', 'PROCEDURE', qualified(session, statement.name));
    case 'administrative':
      throw new SqlError('ER_NOT_SUPPORTED_YET', statement.command);
    case 'dropProgram':
      return dropProgram(session, statement);
    case 'createRoutine':
    case 'alterRoutine':
      throw new SqlError(
        'ER_NOT_SUPPORTED_YET',
        `${statement.kind === 'createRoutine' ? 'CREATE' : 'ALTER'} ${statement.type.toUpperCase()}`,
      );
    default:
      throw new SqlError('ER_NOT_SUPPORTED_YET', UNSUPPORTED.get(statement.kind) ?? statement.kind);
  }
}

/** There are no stored programs, so there is none to drop. */
function dropProgram(session: SqlSession, {type, name, ifExists}: DropProgram): Outcome {
  const shown = qualified(session, name);
  const error =
    type === 'trigger'
      ? new SqlError('ER_TRG_DOES_NOT_EXIST')
      : new SqlError('ER_SP_DOES_NOT_EXIST', type.toUpperCase(), shown);
  if (!ifExists) throw error;
  session.state.warning('Note', error.errno, error.message);
  return NOTHING_DONE;
}

function qualified(session: SqlSession, name: {readonly schema: string | null; readonly name: string}): string {
  return `${name.schema ?? session.state.database}.${name.name}`;
}

/** What is parsed but not carried out, by the name that the error shows. */
const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ['xa', 'XA transactions'],
  ['handler', 'HANDLER'],
  ['help', 'HELP'],
  ['grantProxy', 'GRANT PROXY'],
  ['revokeProxy', 'REVOKE PROXY'],
  ['createTrigger', 'CREATE TRIGGER'],
  ['createEvent', 'CREATE EVENT'],
  ['alterEvent', 'ALTER EVENT'],
  ['signal', 'SIGNAL'],
  ['resignal', 'RESIGNAL'],
  ['getDiagnostics', 'GET DIAGNOSTICS'],
]);
