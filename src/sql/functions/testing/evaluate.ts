// Evaluates the text of a scalar expression without tables: parse, bind, evaluate. For tests of operators and functions.

import {SqlError} from '../../../base/sql-error.ts';
import type {EngineSession} from '../../../engine/api.ts';
import type {Codec} from '../../../env/crypto.ts';
import {toText} from '../../../format/value/domain.ts';
import {DEFAULT_SQL_MODE} from '../../../format/value/sql-mode.ts';
import type {TimeZone} from '../../../format/value/temporal.ts';
import {UTC} from '../../../format/value/time-zone.ts';
import type {SqlType, Value} from '../../../format/value/types.ts';
import {NodeCrypto} from '../../../os/crypto.ts';
import {bindScalar} from '../../bind/bind-expression.ts';
import {Binder} from '../../bind/binder.ts';
import type {Expression} from '../../bind/expression.ts';
import {Scope} from '../../bind/scope.ts';
import type {ExecContext, SessionState} from '../../exec/contract.ts';
import type {Query} from '../../parse/ast.ts';
import {parseExpressionText} from '../../parse/statement.ts';
import {variableNamed} from '../../session/variables.ts';

/** 2024-03-15 12:34:56.789012 UTC. */
export const STATEMENT_MICROS = 1_710_506_096_789_012;

/** A session as expressions see it: fixed clock, counted chance, hashes that show what was hashed. */
export class TestSession implements SessionState {
  readonly connectionId = 7;
  readonly user = 'ann';
  readonly host = 'office';
  readonly account = 'ann@%';
  readonly currentRole = 'NONE';
  readonly namedLocks: Set<string> = new Set();
  database = 'shop';
  sqlMode = DEFAULT_SQL_MODE;
  timeZone: TimeZone = UTC;
  statementMicros = STATEMENT_MICROS;
  collationConnection = 255;
  lastInsertId: number | bigint = 0;
  rowCount = -1;
  foundRows = 0;
  /** Numbers of the warnings, in order. */
  readonly warnings: number[] = [];
  readonly #variables: Map<string, Value> = new Map();
  #chance = 0;

  userVariable(name: string): Value {
    return this.#variables.get(name.toLowerCase()) ?? null;
  }

  setUserVariable(name: string, value: Value): void {
    this.#variables.set(name.toLowerCase(), value);
  }

  systemVariable(name: string): Value {
    return variableNamed(name).initial;
  }

  lockHolder(name: string): number {
    return this.namedLocks.has(name) ? this.connectionId : 0;
  }

  warning(_level: 'Note' | 'Warning' | 'Error', errno: number): void {
    this.warnings.push(errno);
  }

  random(): number {
    this.#chance = (this.#chance + 0.382) % 1;
    return this.#chance;
  }

  secretBytes(length: number): Uint8Array {
    return Uint8Array.from({length}, (_, i) => i + 1);
  }

  nowMicros(): number {
    return STATEMENT_MICROS + 5_000_000;
  }

  sleepUntil(): number {
    return 1;
  }

  readonly codec: Codec = new NodeCrypto();

  hashHex(algorithm: string, bytes: Uint8Array): string {
    return `${algorithm}(${Buffer.from(bytes).toString('hex')})`;
  }
}

/** The scope of a query block that reads no table. */
export function newScope(session: SessionState): Scope {
  const catalog = {
    table: () => undefined,
    view: () => undefined,
    schemaExists: () => false,
    virtualTable: () => undefined,
  };
  const parseQuery = (): Query => {
    throw new SqlError('ER_EMPTY_QUERY');
  };
  return new Scope(new Binder({catalog, session, parameterTypes: [], parseQuery}), undefined);
}

export function bindText(sql: string, session: SessionState, scope: Scope = newScope(session)): Expression {
  return bindScalar(parseExpressionText(sql), scope);
}

export function contextOf(session: SessionState): ExecContext {
  return {registers: [], parameters: [], engine: undefined as unknown as EngineSession, session};
}

/** What an expression gives. */
export interface Outcome {
  /** As a client sees it; binary strings in hexadecimal digits behind `x`. */
  readonly text: string | null;
  readonly type: SqlType;
  readonly warnings: readonly number[];
}

/** Binds and evaluates once. Throws SqlError as a statement would. */
export function evaluate(sql: string, session: TestSession = new TestSession()): Outcome {
  const e = bindText(sql, session);
  const value = e.evaluate(contextOf(session));
  return {text: shownValue(value, e.type), type: e.type, warnings: session.warnings};
}

function shownValue(value: Value, type: SqlType): string | null {
  if (value === null) return null;
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('hex')}`;
  return toText(value, type);
}
