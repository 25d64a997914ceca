// Arithmetic and mathematical functions.

import {SqlError} from '../../base/sql-error.ts';
import {Decimal} from '../../format/value/decimal.ts';
import {fitsBigInt, type Integer, negateInteger} from '../../format/value/integer.ts';
import {roundHalfEven} from '../../format/value/number-text.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import {Rounded} from '../bind/arithmetic.ts';
import {asNumber, bindArithmetic} from '../bind/arithmetic-bind.ts';
import {type Expression, isStable, Volatility} from '../bind/expression.ts';
import {constantValue} from '../bind/fold.ts';
import {Constant} from '../bind/leaf.ts';
import {BIGINT, DOUBLE, decimalType, domainOf, integerDigits} from '../bind/type-classes.ts';
import type {ExecContext} from '../exec/contract.ts';
import type {Epoch} from '../exec/epoch.ts';
import {call0, call1, call2, callLoose} from './call.ts';
import {alias, type CallSite, define, doubleArg, type FunctionDefinition, integerArg} from './definition.ts';

/** A finite result, or NULL for what has none (logarithm of zero, square root of -1). */
function finite(value: number, name: string): Value {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return null;
  throw new SqlError('ER_DATA_OUT_OF_RANGE', 'DOUBLE', name);
}

/** A power that has no value is out of range, not NULL. */
function checkedPower(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new SqlError('ER_DATA_OUT_OF_RANGE', 'DOUBLE', 'pow');
}

function real(name: string, summary: string, f: (x: number) => number): FunctionDefinition {
  return define(name, 'numeric', 1, summary, ([x]) =>
    call1({name: name.toLowerCase(), type: DOUBLE, canBeNull: true}, doubleArg(x), value =>
      finite(f(value as number), name.toLowerCase()),
    ),
  );
}

/** Logarithms: NULL with a warning for arguments that are not positive. */
function logarithm(name: string, summary: string, f: (x: number) => number): FunctionDefinition {
  return define(name, 'numeric', 1, summary, ([x]) =>
    call1({name: name.toLowerCase(), type: DOUBLE, canBeNull: true}, doubleArg(x), (value, context) =>
      logOf(value as number, f, context),
    ),
  );
}

function logOf(x: number, f: (x: number) => number, {session}: ExecContext): Value {
  if (x > 0) return f(x);
  session.warning('Warning', 3020, 'Invalid argument for logarithm');
  return null;
}

function abs([x]: readonly Expression[]): Expression {
  const arg = asNumber(x);
  const {type} = arg;
  switch (domainOf(type)) {
    case 'decimal':
      return new Rounded(call1({name: 'abs', type}, arg, v => (v as Decimal).abs()));
    case 'double':
      return call1({name: 'abs', type}, arg, v => Math.abs(v as number));
    default:
      return call1({name: 'abs', type}, arg, v => {
        const result = (v as Integer) < 0 ? negateInteger(v as Integer) : (v as Integer);
        if (!fitsBigInt(result, type.unsigned)) throw new SqlError('ER_DATA_OUT_OF_RANGE', 'BIGINT', 'abs');
        return result;
      });
  }
}

/** CEILING and FLOOR: integers stay, decimals become integers, doubles stay doubles. */
function toWhole(name: string, ofDecimal: (d: Decimal) => Decimal, ofDouble: (x: number) => number) {
  return ([x]: readonly Expression[]): Expression => {
    const arg = asNumber(x);
    switch (domainOf(arg.type)) {
      case 'decimal': {
        const digits = integerDigits(arg.type) + 1;
        if (digits <= 18) return call1({name, type: BIGINT}, arg, v => ofDecimal(v as Decimal).toInteger());
        return call1({name, type: decimalType(digits, 0)}, arg, v => ofDecimal(v as Decimal));
      }
      case 'double':
        return call1({name, type: DOUBLE}, arg, v => ofDouble(v as number));
      default:
        return arg;
    }
  };
}

const POWERS_OF_TEN = 308;

function roundNumber(value: number, digits: number, truncate: boolean): number {
  const cut = truncate ? Math.trunc : roundHalfEven;
  if (digits === 0) return cut(value);
  if (digits > POWERS_OF_TEN) return value;
  if (digits < -POWERS_OF_TEN) return 0;
  const power = 10 ** Math.abs(digits);
  if (digits < 0) return cut(value / power) * power;
  const scaled = value * power;
  return Number.isFinite(scaled) ? cut(scaled) / power : value;
}

/** ROUND and TRUNCATE: the result's scale is known when the number of digits is. */
function rounding(truncate: boolean) {
  return ([x, d]: readonly Expression[], {name, session}: CallSite): Expression => {
    const arg = asNumber(x);
    const digits = d === undefined ? ZERO : integerArg(d);
    const known = constantValue(digits, session);
    const lower = name.toLowerCase();
    switch (domainOf(arg.type)) {
      case 'double':
        return call2(
          {name: lower, type: roundedDouble(typeof known === 'number' ? known : undefined)},
          arg,
          digits,
          (v, n) => roundNumber(v as number, Number(n), truncate),
        );
      case 'decimal': {
        const type = roundedType(arg.type, typeof known === 'number' ? known : undefined);
        // A number of digits that the plan cache took out of the statement is as good as one that stands there: it is the scale.
        const scale = isStable(digits) ? undefined : type.decimals;
        return call2({name: lower, type}, arg, digits, (v, n) =>
          roundDecimal(v as Decimal, Number(n), truncate, scale),
        );
      }
      default:
        return call2({name: lower, type: arg.type}, arg, digits, (v, n) =>
          roundInteger(v as Integer, Number(n), truncate),
        );
    }
  };
}

/** A double that is printed with the digits it was rounded to. */
function roundedDouble(digits: number | undefined): SqlType {
  return digits === undefined || digits > 30 ? DOUBLE : {...DOUBLE, decimals: Math.max(digits, 0)};
}

function roundedType(type: SqlType, digits: number | undefined): SqlType {
  if (digits === undefined) return type;
  const scale = Math.min(Math.max(digits, 0), type.decimals);
  return decimalType(integerDigits(type) + 1 + scale, scale);
}

/** `scale`: what the result has; undefined when it has the digits that were asked for. */
function roundDecimal(value: Decimal, digits: number, truncate: boolean, scale: number | undefined): Decimal {
  const limited = Math.max(Math.min(digits, 30), -66);
  const result = truncate ? value.truncate(limited) : value.round(limited);
  return scale === undefined ? result : result.rescale(scale);
}

function roundInteger(value: Integer, digits: number, truncate: boolean): Integer {
  if (digits >= 0) return value;
  const exact = Decimal.fromInteger(value);
  const limited = Math.max(digits, -66);
  return (truncate ? exact.truncate(limited) : exact.round(limited)).toInteger();
}

const ZERO: Expression = new Constant(0, BIGINT, '0');

function rand(args: readonly Expression[], {scope}: CallSite): Expression {
  const traits = {name: 'rand', type: DOUBLE, canBeNull: false, volatility: Volatility.volatile};
  if (args.length === 0) return call0(traits, ({session}) => session.random());
  const generator = new SeededRandom(scope.binder.epoch, isStable(args[0]));
  return callLoose(traits, [integerArg(args[0])], ([seed]) => generator.next(seed === null ? 0 : Number(seed)));
}

/**
 * MySQL's generator for RAND(seed). A seed that is the same for all rows starts one sequence at each execution; one that depends on the
 * row starts anew with each row.
 */
class SeededRandom {
  readonly #epoch: Epoch;
  readonly #isSequence: boolean;
  #startedIn = -1;
  #first = 0;
  #second = 0;

  constructor(epoch: Epoch, isSequence: boolean) {
    this.#epoch = epoch;
    this.#isSequence = isSequence;
  }

  next(seed: number): number {
    if (!this.#isSequence || this.#startedIn !== this.#epoch.value) this.#start(seed);
    this.#first = (this.#first * 3 + this.#second) % SEEDS;
    this.#second = (this.#first + this.#second + 33) % SEEDS;
    return this.#first / SEEDS;
  }

  #start(seed: number): void {
    const unsigned = seed >>> 0;
    this.#startedIn = this.#epoch.value;
    this.#first = ((Math.imul(unsigned, 0x10001) + 55555555) >>> 0) % SEEDS;
    this.#second = (Math.imul(unsigned, 0x10000001) >>> 0) % SEEDS;
  }
}

const SEEDS = 0x3fffffff;

const ceiling = define(
  'CEILING',
  'numeric',
  1,
  'The least whole number that is not smaller',
  toWhole('ceiling', d => d.ceil(), Math.ceil),
);
const power = define('POW', 'numeric', 2, 'The first argument to the power of the second', ([x, y]) =>
  call2({name: 'pow', type: DOUBLE}, doubleArg(x), doubleArg(y), (a, b) =>
    checkedPower((a as number) ** (b as number)),
  ),
);

export const numericFunctions: readonly FunctionDefinition[] = [
  define('ABS', 'numeric', 1, 'The value without its sign', abs),
  define('SIGN', 'numeric', 1, '-1, 0 or 1', ([x]) =>
    call1({name: 'sign', type: BIGINT}, doubleArg(x), v => Math.sign(v as number) + 0),
  ),
  ceiling,
  alias('CEIL', ceiling),
  define(
    'FLOOR',
    'numeric',
    1,
    'The largest whole number that is not larger',
    toWhole('floor', d => d.floor(), Math.floor),
  ),
  define('ROUND', 'numeric', [1, 2], 'Rounded to so many decimals', rounding(false)),
  define('TRUNCATE', 'numeric', 2, 'Cut to so many decimals', rounding(true)),
  define('MOD', 'numeric', 2, 'Remainder of a division', ([a, b], {scope}) => bindArithmetic('%', a, b, scope.binder)),
  power,
  alias('POWER', power),
  real('SQRT', 'Square root; NULL below zero', x => (x < 0 ? Number.NaN : Math.sqrt(x))),
  real('EXP', 'e to the power of the argument', Math.exp),
  logarithm('LN', 'Natural logarithm', Math.log),
  logarithm('LOG2', 'Logarithm to base 2', Math.log2),
  logarithm('LOG10', 'Logarithm to base 10', Math.log10),
  define(
    'LOG',
    'numeric',
    [1, 2],
    'Natural logarithm, or of the second argument to the base of the first',
    ([a, b]) => {
      if (b === undefined)
        return call1({name: 'log', type: DOUBLE, canBeNull: true}, doubleArg(a), (v, c) =>
          logOf(v as number, Math.log, c),
        );
      return call2({name: 'log', type: DOUBLE, canBeNull: true}, doubleArg(a), doubleArg(b), (base, x, c) => {
        if ((base as number) <= 0 || base === 1) return logOf(-1, Math.log, c);
        return logOf(x as number, v => Math.log(v) / Math.log(base as number), c);
      });
    },
  ),
  real('SIN', 'Sine', Math.sin),
  real('COS', 'Cosine', Math.cos),
  real('TAN', 'Tangent', Math.tan),
  real('COT', 'Cotangent', x => 1 / Math.tan(x)),
  real('ASIN', 'Arc sine', Math.asin),
  real('ACOS', 'Arc cosine', Math.acos),
  define('ATAN', 'numeric', [1, 2], 'Arc tangent', atan),
  define('ATAN2', 'numeric', [1, 2], 'Arc tangent of the quotient of two numbers', atan),
  real('DEGREES', 'Radians as degrees', x => (x * 180) / Math.PI),
  real('RADIANS', 'Degrees as radians', x => (x * Math.PI) / 180),
  define('PI', 'numeric', 0, 'The number pi', () =>
    call0({name: 'pi', type: {...DOUBLE, length: 8, decimals: 6}}, () => Math.PI),
  ),
  define('RAND', 'numeric', [0, 1], 'A random number in [0, 1); the same sequence for the same seed', rand),
];

function atan([y, x]: readonly Expression[]): Expression {
  if (x === undefined) return call1({name: 'atan', type: DOUBLE}, doubleArg(y), v => Math.atan(v as number));
  return call2({name: 'atan', type: DOUBLE}, doubleArg(y), doubleArg(x), (a, b) =>
    Math.atan2(a as number, b as number),
  );
}
