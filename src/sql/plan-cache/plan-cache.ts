// Plans that one session keeps: by the normalised text of its statements, or with its prepared statements.
//
// A plan is a graph of operators with room for one execution, so sessions do not share plans. What binding looked at decides whether a
// plan may run again:
//
//   text            literals taken out, their types left in the key (parse/normalize.ts); the number of digits behind the point too
//   database        current database: unqualified names
//   settings        sql_mode, time zone, character set ...: `settingsVersion` of the session rises with each change
//   definitions     of every table and view: id and version under the metadata lock, looked at in each execution
//   statistics      figures that are off by more than a tenth, found in the background (catalog/table-statistics.ts)
//   parameters      of a prepared statement: the kinds of its values
//   pinned literals those in which the expression of an indexed column differs from others, like the path of a JSON value: their values
//
// Statements with user variables, virtual tables or INTO, and anything under LOCK TABLES, are planned each time.

import {Decimal} from '../../format/value/decimal.ts';
import {DateTime, Duration} from '../../format/value/temporal.ts';
import type {Value} from '../../format/value/types.ts';
import {literalText} from '../bind/literal.ts';
import type {OpenObject} from '../catalog/catalog.ts';
import type {StatisticsBasis} from '../catalog/table-statistics.ts';
import type {Statement} from '../parse/ast.ts';
import type {DigestStatistics} from '../session/statement-digests.ts';
import type {PlannedStatement, RowStatement} from '../statement/plan-statement.ts';
import type {StatementBody} from '../statement/statement-body.ts';

/** Plans kept per session; the least recently used go first. */
const PLANS_MAX = 256;
/** Longer texts are not worth their memory: bulk inserts. */
export const KEY_CHARACTERS_MAX = 4096;

/** What a plan was made under. */
export interface PlanSetting {
  readonly database: string;
  readonly settingsVersion: number;
}

export interface CachedPlan {
  readonly body: StatementBody;
  readonly objects: readonly OpenObject[];
  /** The figures that it was chosen by. */
  readonly statistics: readonly StatisticsBasis[];
  readonly setting: PlanSetting;
  /** Kinds of the parameters it was planned for, one character each. */
  readonly parameterKinds: string;
  /** It changes rows: not in a READ ONLY transaction. */
  readonly writes: boolean;
  /** It reads rows with locks. */
  readonly locks: boolean;
  readonly kind: RowStatement['kind'];
  /** Numbers of the literals, taken out of the text, for whose very values it was made; undefined: it was made for any. */
  readonly pinned: readonly number[] | undefined;
  /** Under which its executions count. */
  digest: DigestStatistics | undefined;
}

/** A plan to keep; undefined when it must not run again. */
export function cachedPlan(
  statement: RowStatement,
  planned: PlannedStatement,
  setting: PlanSetting,
  parameters: readonly Value[],
): CachedPlan | undefined {
  if (planned.readsVirtual || !isCacheable(statement)) return undefined;
  const {database, settingsVersion} = setting;
  return {
    body: planned.body,
    objects: planned.objects,
    statistics: planned.statistics,
    setting: {database, settingsVersion},
    parameterKinds: kindsOf(parameters),
    writes: statement.kind !== 'query',
    locks: statement.kind === 'query' && statement.locking.length > 0,
    kind: statement.kind,
    pinned: planned.pinned.length === 0 ? undefined : planned.pinned,
    digest: undefined,
  };
}

/** True when the session is as it was when the plan was made, definitions apart. */
export function isCurrent(plan: CachedPlan, setting: PlanSetting): boolean {
  return plan.setting.settingsVersion === setting.settingsVersion && plan.setting.database === setting.database;
}

const KINDS_LEFT_OUT = new Set<unknown>(['userVariable', 'assignment', 'variables', 'outfile', 'dumpfile']);

function isCacheable(statement: RowStatement): boolean {
  if (statement.kind === 'query' && statement.into !== null) return false;
  return !mentions(statement, KINDS_LEFT_OUT);
}

function mentions(value: unknown, kinds: ReadonlySet<unknown>): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  if (Array.isArray(value)) return value.some(item => mentions(item, kinds));
  if (kinds.has((value as {readonly kind?: unknown}).kind)) return true;
  return Object.values(value).some(part => mentions(part, kinds));
}

/** True for the statements that have plans. */
export function isRowStatement(statement: Statement): statement is RowStatement {
  const {kind} = statement;
  return kind === 'query' || kind === 'insert' || kind === 'update' || kind === 'delete';
}

// --- Parameters ----------------------------------------------------------------------------------------------------

/** One character per value: the type it shows by itself. */
export function kindsOf(values: readonly Value[]): string {
  let kinds = '';
  for (let i = 0; i < values.length; i++) kinds += kindOf(values[i]);
  return kinds;
}

/** True when the values have these kinds. */
export function haveKinds(values: readonly Value[], kinds: string): boolean {
  if (values.length !== kinds.length) return false;
  for (let i = 0; i < values.length; i++) if (kindOf(values[i]) !== kinds[i]) return false;
  return true;
}

/** Decimals are told apart by their scale, for it is part of the type they were bound with. */
function kindOf(value: Value): string {
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) ? 'i' : 'f';
    case 'bigint':
      return value > 0n ? 'u' : 'i';
    case 'string':
      return 's';
    default:
      if (value === null) return '0';
      if (value instanceof Uint8Array) return 'b';
      if (value instanceof Decimal) return String.fromCharCode(0x100 + value.scale);
      if (value instanceof DateTime) return value.kind === 'date' ? 'd' : value.micros === 0 ? 't' : 'T';
      return value instanceof Duration && value.fraction === 0 ? 'h' : 'H';
  }
}

/** The key with the values of its pinned literals: as many for each statement of the key, and quotes in them are doubled. */
function pinnedKey(key: string, pinned: readonly number[], values: readonly Value[]): string {
  let whole = key;
  for (const index of pinned) whole += `\0${literalText(values[index])}`;
  return whole;
}

// --- The cache -----------------------------------------------------------------------------------------------------

export class PlanCache {
  readonly #plans: Map<string, CachedPlan> = new Map();
  #newest = '';

  get size(): number {
    return this.#plans.size;
  }

  /** The plan for a key and the literals that were taken out, if there is one; it is then the most recently used. */
  get(key: string, values: readonly Value[]): CachedPlan | undefined {
    const plan = this.#plans.get(key);
    if (plan === undefined) return undefined;
    // A Map keeps the order of insertion; a key that is used again and again need not be moved again and again.
    if (key !== this.#newest && this.#plans.size > PLANS_MAX >> 1) this.#renew(key, plan);
    return plan.pinned === undefined ? plan : this.#pinned(key, plan.pinned, values);
  }

  /** The plan of the key tells which literals its family is pinned to; the one for these has a key of its own. */
  #pinned(key: string, pinned: readonly number[], values: readonly Value[]): CachedPlan | undefined {
    const whole = pinnedKey(key, pinned, values);
    const plan = this.#plans.get(whole);
    if (plan !== undefined && this.#plans.size > PLANS_MAX >> 1) this.#renew(whole, plan);
    return plan;
  }

  #renew(key: string, plan: CachedPlan): void {
    this.#plans.delete(key);
    this.#plans.set(key, plan);
    this.#newest = key;
  }

  set(key: string, values: readonly Value[], plan: CachedPlan): void {
    if (key.length > KEY_CHARACTERS_MAX) return;
    if (plan.pinned !== undefined) this.#renew(pinnedKey(key, plan.pinned, values), plan);
    this.#renew(key, plan);
    while (this.#plans.size > PLANS_MAX) {
      const [oldest] = this.#plans.keys();
      this.#plans.delete(oldest);
    }
  }

  delete(key: string, values: readonly Value[]): void {
    const pinned = this.#plans.get(key)?.pinned;
    this.#plans.delete(pinned === undefined ? key : pinnedKey(key, pinned, values));
  }

  clear(): void {
    this.#plans.clear();
    this.#newest = '';
  }
}
