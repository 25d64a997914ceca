// Function calls as expressions: one class per number of arguments. A call has a name, argument expressions that have been converted to the
// domains it wants, and a plain JavaScript function.
//
// "Strict" calls answer NULL when an argument is NULL, without calling the function: most of SQL. The others see NULLs.

import type {NonNull} from '../../format/value/domain.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import {Coercibility, Expression, type Volatility} from '../bind/expression.ts';
import {coercibilityOf} from '../bind/leaf.ts';
import type {ExecContext} from '../exec/contract.ts';

/** What a call is besides its arguments and function. */
export interface CallTraits {
  readonly name: string;
  readonly type: SqlType;
  /** May be NULL even when no argument is. */
  readonly canBeNull?: boolean;
  readonly volatility?: Volatility;
  readonly coercibility?: Coercibility;
}

abstract class FunctionCall extends Expression {
  readonly name: string;

  constructor(traits: CallTraits, args: readonly Expression[], nullable: boolean) {
    const coercibility = traits.coercibility ?? strongestOf(args);
    super(traits.type, nullable, args, coercibilityOf(traits.type, coercibility), traits.volatility);
    this.name = traits.name;
  }

  override toString(): string {
    return `${this.name}(${this.children.join(', ')})`;
  }
}

function strongestOf(args: readonly Expression[]): Coercibility {
  let best: Coercibility = Coercibility.literal;
  for (const arg of args) if (arg.coercibility < best) best = arg.coercibility;
  return best;
}

function nullableCall(traits: CallTraits, args: readonly Expression[]): boolean {
  return traits.canBeNull === true || args.some(a => a.nullable);
}

export type Function0 = (context: ExecContext) => Value;
export type Function1 = (a: NonNull, context: ExecContext) => Value;
export type Function2 = (a: NonNull, b: NonNull, context: ExecContext) => Value;
export type Function3 = (a: NonNull, b: NonNull, c: NonNull, context: ExecContext) => Value;
export type FunctionN = (args: readonly NonNull[], context: ExecContext) => Value;
export type LooseFunction = (args: readonly Value[], context: ExecContext) => Value;

class Call0 extends FunctionCall {
  readonly #f: Function0;

  constructor(traits: CallTraits, f: Function0) {
    super(traits, [], traits.canBeNull === true);
    this.#f = f;
  }

  override evaluate(context: ExecContext): Value {
    return this.#f(context);
  }
}

class StrictCall1 extends FunctionCall {
  readonly #arg: Expression;
  readonly #f: Function1;

  constructor(traits: CallTraits, args: readonly Expression[], f: Function1) {
    super(traits, args, nullableCall(traits, args));
    this.#arg = args[0];
    this.#f = f;
  }

  override evaluate(context: ExecContext): Value {
    const value = this.#arg.evaluate(context);
    return value === null ? null : this.#f(value, context);
  }
}

class StrictCall2 extends FunctionCall {
  readonly #f: Function2;

  constructor(traits: CallTraits, args: readonly Expression[], f: Function2) {
    super(traits, args, nullableCall(traits, args));
    this.#f = f;
  }

  override evaluate(context: ExecContext): Value {
    const a = this.children[0].evaluate(context);
    if (a === null) return null;
    const b = this.children[1].evaluate(context);
    return b === null ? null : this.#f(a, b, context);
  }
}

class StrictCall3 extends FunctionCall {
  readonly #f: Function3;

  constructor(traits: CallTraits, args: readonly Expression[], f: Function3) {
    super(traits, args, nullableCall(traits, args));
    this.#f = f;
  }

  override evaluate(context: ExecContext): Value {
    const a = this.children[0].evaluate(context);
    if (a === null) return null;
    const b = this.children[1].evaluate(context);
    if (b === null) return null;
    const c = this.children[2].evaluate(context);
    return c === null ? null : this.#f(a, b, c, context);
  }
}

class StrictCallN extends FunctionCall {
  readonly #f: FunctionN;

  constructor(traits: CallTraits, args: readonly Expression[], f: FunctionN) {
    super(traits, args, nullableCall(traits, args));
    this.#f = f;
  }

  override evaluate(context: ExecContext): Value {
    const values: NonNull[] = [];
    for (const child of this.children) {
      const value = child.evaluate(context);
      if (value === null) return null;
      values.push(value);
    }
    return this.#f(values, context);
  }
}

class LooseCall extends FunctionCall {
  readonly #f: LooseFunction;

  constructor(traits: CallTraits, args: readonly Expression[], f: LooseFunction) {
    super(traits, args, traits.canBeNull ?? true);
    this.#f = f;
  }

  override evaluate(context: ExecContext): Value {
    return this.#f(
      this.children.map(child => child.evaluate(context)),
      context,
    );
  }
}

export function call0(traits: CallTraits, f: Function0): Expression {
  return new Call0(traits, f);
}

/** A strict call of one argument. */
export function call1(traits: CallTraits, arg: Expression, f: Function1): Expression {
  return new StrictCall1(traits, [arg], f);
}

/** A strict call of two arguments. */
export function call2(traits: CallTraits, a: Expression, b: Expression, f: Function2): Expression {
  return new StrictCall2(traits, [a, b], f);
}

/** A strict call of three arguments. */
export function call3(traits: CallTraits, a: Expression, b: Expression, c: Expression, f: Function3): Expression {
  return new StrictCall3(traits, [a, b, c], f);
}

/** A strict call of any number of arguments. */
export function callN(traits: CallTraits, args: readonly Expression[], f: FunctionN): Expression {
  return new StrictCallN(traits, args, f);
}

/** A call that sees NULL arguments. */
export function callLoose(traits: CallTraits, args: readonly Expression[], f: LooseFunction): Expression {
  return new LooseCall(traits, args, f);
}
