// Prepared statements: COM_STMT_PREPARE ..., and PREPARE, EXECUTE, DEALLOCATE in SQL.
//
// What is kept is the syntax tree with its placeholders, and the plan of the last execution, which runs again as long as the kinds of the
// parameters, the definitions and the session's settings are the same.

import {SqlError} from '../../base/sql-error.ts';
import type {Value} from '../../format/value/types.ts';
import type {Steps} from '../catalog/steps.ts';
import type {Deallocate, Execute, Prepare} from '../parse/ast-command.ts';
import {type Source, sourceOf} from '../parse/source.ts';
import {type Parsed, parseOne} from '../parse/statement.ts';
import {type CachedPlan, haveKinds, isCurrent, type PlanSetting} from '../plan-cache/plan-cache.ts';
import {NOTHING_DONE, type Outcome, type StatementContext} from '../statement/statement-context.ts';
import {runStatement} from './run-statement.ts';
import type {SqlSession} from './session.ts';

export interface PreparedStatement {
  readonly parsed: Parsed;
  readonly text: Source;
  /** Plans that may run again, each for parameters of other kinds; the one that was made last comes first. */
  readonly plans: CachedPlan[];
}

/** Plans kept per statement: a driver that sends whole numbers as integers and others as decimals makes several. */
const PLANS_MAX = 8;

/** A plan that is still right for parameters of these kinds. */
export function planFor(
  {plans}: PreparedStatement,
  parameters: readonly Value[],
  setting: PlanSetting,
): CachedPlan | undefined {
  for (let i = 0; i < plans.length; i++)
    if (isCurrent(plans[i], setting) && haveKinds(parameters, plans[i].parameterKinds)) return plans[i];
  return undefined;
}

/** Keeps a new plan in place of the one for the same kinds of parameters. */
export function keepPlan({plans}: PreparedStatement, plan: CachedPlan): void {
  const same = plans.findIndex(other => other.parameterKinds === plan.parameterKinds);
  if (same >= 0) plans.splice(same, 1);
  plans.unshift(plan);
  if (plans.length > PLANS_MAX) plans.pop();
}

/** Statements that one session may keep open. */
const STATEMENTS_MAX = 16_382;

/** Statements that MySQL does not prepare either. */
const NOT_PREPARABLE = new Set(['prepare', 'execute', 'deallocate', 'use', 'lockTables', 'unlockTables']);

export class PreparedStatements {
  readonly #session: SqlSession;
  readonly #byId: Map<number, PreparedStatement> = new Map();
  readonly #byName: Map<string, PreparedStatement> = new Map();
  #lastId = 0;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  /** Parses a statement and keeps it under a number. Throws SqlError. */
  add(sql: string): {readonly id: number; readonly statement: PreparedStatement} {
    if (this.#byId.size >= STATEMENTS_MAX) throw new SqlError('ER_MAX_PREPARED_STMT_COUNT_REACHED', STATEMENTS_MAX);
    const statement = this.#parse(sql);
    const id = ++this.#lastId;
    this.#byId.set(id, statement);
    return {id, statement};
  }

  /** The statement of a number; 1243 when it was closed. */
  get(id: number): PreparedStatement {
    const statement = this.#byId.get(id);
    if (statement === undefined) throw new SqlError('ER_UNKNOWN_STMT_HANDLER', id, 'mysqld_stmt_execute');
    return statement;
  }

  close(id: number): void {
    this.#byId.delete(id);
  }

  /** COM_RESET_CONNECTION, COM_CHANGE_USER. */
  clear(): void {
    this.#byId.clear();
    this.#byName.clear();
  }

  #parse(sql: string): PreparedStatement {
    const text = sourceOf(sql);
    const parsed = parseOne(sql, {modes: this.#session.state.parseModes, placeholders: true});
    if (NOT_PREPARABLE.has(parsed.statement.kind)) throw new SqlError('ER_UNSUPPORTED_PS');
    return {parsed, text, plans: []};
  }

  // --- In SQL --------------------------------------------------------------------------------------------------------

  prepare(ast: Prepare, context: StatementContext): Outcome {
    const {source} = ast;
    const text = typeof source === 'string' ? source : context.state.userVariable(source.name);
    this.#byName.delete(ast.name.toLowerCase());
    this.#byName.set(ast.name.toLowerCase(), this.#parse(text === null ? 'NULL' : String(text)));
    return NOTHING_DONE;
  }

  *execute(ast: Execute, context: StatementContext): Steps<Outcome> {
    const statement = this.#byName.get(ast.name.toLowerCase());
    if (statement === undefined) throw new SqlError('ER_UNKNOWN_STMT_HANDLER', ast.name, 'EXECUTE');
    if (ast.using.length !== statement.parsed.parameterCount) throw new SqlError('ER_WRONG_ARGUMENTS', 'EXECUTE');
    const parameters: readonly Value[] = ast.using.map(variable => context.state.userVariable(variable.name));
    const inner = {...context, text: statement.text, exec: {...context.exec, parameters, registers: []}};
    return yield* runStatement(this.#session, statement.parsed, inner);
  }

  deallocate(ast: Deallocate): Outcome {
    if (!this.#byName.delete(ast.name.toLowerCase())) {
      throw new SqlError('ER_UNKNOWN_STMT_HANDLER', ast.name, 'DEALLOCATE PREPARE');
    }
    return NOTHING_DONE;
  }
}
