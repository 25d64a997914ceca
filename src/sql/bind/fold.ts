// Constant folding: an expression without parameters, rows and side effects becomes its value when it is bound.
//
// What would warn or fail is left alone: the warning belongs to each execution, and the error may never be reached (IF, CASE).

import {BugError} from '../../base/assert.ts';
import {SqlError} from '../../base/sql-error.ts';
import type {EngineSession} from '../../engine/api.ts';
import type {Codec} from '../../env/crypto.ts';
import type {TimeZone} from '../../format/value/temporal.ts';
import type {Value} from '../../format/value/types.ts';
import type {ExecContext, SessionState} from '../exec/contract.ts';
import {Rounded} from './arithmetic.ts';
import {Comparison} from './comparison.ts';
import {HexConstant} from './convert.ts';
import {type Expression, Volatility} from './expression.ts';
import {Constant, RowValue} from './leaf.ts';
import {And, Or} from './logic.ts';

/** Thrown by the folding session when an expression wants to warn. */
class WouldWarn extends Error {
  override readonly name = 'WouldWarn';
}

function notConstant(what: string): never {
  throw new BugError(`a constant expression asked for ${what}`);
}

/** A session that has modes and zone, and nothing that may differ from one execution to the next. */
class FoldingSession implements SessionState {
  readonly connectionId = 0;
  readonly user = '';
  readonly host = '';
  readonly account = '';
  readonly currentRole = '';
  readonly database = '';
  readonly sqlMode: number;
  readonly timeZone: TimeZone;
  readonly statementMicros = 0;
  readonly collationConnection: number;
  readonly lastInsertId = 0;
  readonly rowCount = 0;
  readonly foundRows = 0;
  readonly namedLocks: Set<string> = new Set();

  constructor(session: SessionState) {
    this.sqlMode = session.sqlMode;
    this.timeZone = session.timeZone;
    this.collationConnection = session.collationConnection;
  }

  warning(): void {
    throw new WouldWarn('a warning');
  }

  userVariable(): Value {
    return notConstant('a user variable');
  }

  setUserVariable(): void {
    notConstant('an assignment');
  }

  systemVariable(): Value {
    return notConstant('a system variable');
  }

  random(): number {
    return notConstant('chance');
  }

  secretBytes(): Uint8Array {
    return notConstant('chance');
  }

  nowMicros(): number {
    return notConstant('the time');
  }

  sleepUntil(): number {
    return notConstant('a pause');
  }

  lockHolder(): number {
    return notConstant('a named lock');
  }

  get codec(): Codec {
    return notConstant('a cipher');
  }

  hashHex(): string {
    return notConstant('a hash');
  }
}

function foldingContext(session: SessionState): ExecContext {
  return {
    registers: [],
    parameters: [],
    // Constants touch no data.
    engine: undefined as unknown as EngineSession,
    session: new FoldingSession(session),
  };
}

/** The value of a constant expression; undefined when it has none before execution. */
export function constantValue(e: Expression, session: SessionState): Value | undefined {
  if (e instanceof Constant) return e.value;
  if (e.volatility !== Volatility.constant || e instanceof RowValue) return undefined;
  try {
    return e.evaluate(foldingContext(session));
  } catch (error) {
    if (error instanceof SqlError || error instanceof WouldWarn) return undefined;
    throw error;
  }
}

/** The expression, or the constant that it is. Constant sides of comparisons are folded too: conversions have made them. */
export function fold(e: Expression, session: SessionState): Expression {
  if (e instanceof Constant || e instanceof RowValue || e instanceof HexConstant) return e;
  if (e.volatility !== Volatility.constant) return foldSides(e, session);
  // What goes on to calculate with a quotient needs the digits that are not shown.
  if (e instanceof Rounded) return new Rounded(fold(e.operand, session));
  const value = constantValue(e, session);
  return value === undefined ? e : new Constant(value, e.type, String(e), e.coercibility);
}

function foldSides(e: Expression, session: SessionState): Expression {
  if (e instanceof And) return new And(e.children.map(child => foldSides(child, session)));
  if (e instanceof Or) return new Or(e.children.map(child => foldSides(child, session)));
  if (!(e instanceof Comparison)) return e;
  const left = fold(e.left, session);
  const right = fold(e.right, session);
  return left === e.left && right === e.right ? e : e.withSides(e.operator, left, right);
}
