// DECIMAL: exact numbers of up to 65 digits, up to 30 of them after the point.
//
// A value is `unscaled / 10^scale`. BigInt does the arithmetic (10-20 ns an operation here, an order of magnitude
// less than the decimal libraries); texts and comparisons of values that fit a safe number take a path without it.
//
// Scales follow MySQL: + and - keep the larger scale, * adds the scales, / adds `div_precision_increment` (4) to the
// dividend's, % keeps the larger one. A scale beyond 30 is rounded to 30; a value of more than 65 digits gives up
// fraction digits first, and one of more than 65 integer digits reports `overflows()`, for which the caller
// raises its own error (1690 or 1264). All rounding is half away from zero. There is no negative zero.

import {type Integer, integerFromBigInt} from './integer.ts';

export const DECIMAL_MAX_PRECISION = 65;
export const DECIMAL_MAX_SCALE = 30;
/** Fraction digits of a quotient while it is calculated with. */
const WIDE_SCALE_MAX = 63;
/** MySQL's default for the system variable of this name. */
export const DIV_PRECISION_INCREMENT = 4;

// The widest intermediate is a dividend of 65 digits scaled up by the divisor's scale, the increment and 30.
const POWERS: readonly bigint[] = Array.from({length: 200}, (_, i) => 10n ** BigInt(i));
const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** 10^n as a bigint, for n in [0, 199]. */
export function powerOfTen(n: number): bigint {
  return POWERS[n];
}

function isSafe(value: bigint): boolean {
  return value <= SAFE_MAX && value >= -SAFE_MAX;
}

/** Quotient rounded half away from zero; `divisor` is positive. */
function divideRounded(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  const twice = (value - quotient * divisor) * 2n;
  if (twice >= divisor) return quotient + 1n;
  return twice <= -divisor ? quotient - 1n : quotient;
}

/** Number of decimal digits of |value|; 1 for zero. */
function digitCount(value: bigint): number {
  const magnitude = value < 0n ? -value : value;
  let low = 1;
  let high = POWERS.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (magnitude < POWERS[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

export class Decimal {
  readonly unscaled: bigint;
  /** Digits after the point, in [0, 30]. */
  readonly scale: number;

  /** `scale` must be in [0, 30]. Use `Decimal.parse` and the other makers for anything that is not already in this form. */
  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }

  static readonly zero: Decimal = new Decimal(0n, 0);
  static readonly one: Decimal = new Decimal(1n, 0);

  /** Exact value of an integer. */
  static fromInteger(value: Integer): Decimal {
    return new Decimal(BigInt(value), 0);
  }

  /** The shortest decimal that reads back as this double (what MySQL takes as its value). NaN is 0; infinities overflow. */
  static fromNumber(value: number): Decimal {
    if (Number.isSafeInteger(value)) return new Decimal(BigInt(value), 0);
    return Number.isFinite(value) ? parseDecimalPrefix(String(value)).value : beyond(value);
  }

  /** The value of a whole text, blanks around it allowed; undefined when it is anything but one number. */
  static parse(text: string): Decimal | undefined {
    const {value, end} = parseDecimalPrefix(text);
    return end > 0 && text.slice(end).trim() === '' ? value : undefined;
  }

  /** The largest DECIMAL(precision, scale). */
  static max(precision: number, scale: number): Decimal {
    return new Decimal(POWERS[precision] - 1n, scale);
  }

  add(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return fitted(this.#unscaledAt(scale) + other.#unscaledAt(scale), scale);
  }

  subtract(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return fitted(this.#unscaledAt(scale) - other.#unscaledAt(scale), scale);
  }

  multiply(other: Decimal): Decimal {
    return fitted(this.unscaled * other.unscaled, this.scale + other.scale);
  }

  /** Quotient with `increment` more fraction digits than the dividend (at most 30); null for a zero divisor. */
  divide(other: Decimal, increment: number = DIV_PRECISION_INCREMENT): Decimal | null {
    if (other.unscaled === 0n) return null;
    const scale = Math.min(this.scale + increment, DECIMAL_MAX_SCALE);
    const negative = other.unscaled < 0n;
    const shift = scale + other.scale - this.scale;
    const divisor = negative ? -other.unscaled : other.unscaled;
    const dividend = negative ? -this.unscaled : this.unscaled;
    return fitted(divideRounded(dividend * POWERS[shift], divisor), scale);
  }

  /**
   * Quotient with the digits that MySQL keeps while it calculates: fraction digits come in groups of nine, as many groups as hold those of both operands
   * and of the increment; the rest is cut off. What is shown is rounded to the type's scale later.
   */
  divideWide(other: Decimal, increment: number = DIV_PRECISION_INCREMENT): Decimal | null {
    if (other.unscaled === 0n) return null;
    const mine = Math.ceil(this.scale / 9) * 9;
    const others = Math.ceil(other.scale / 9) * 9;
    const more = Math.max(increment - (mine - this.scale) - (others - other.scale), 0);
    const scale = Math.min(Math.ceil((mine + others + more) / 9) * 9, WIDE_SCALE_MAX);
    const shift = scale + other.scale - this.scale;
    return new Decimal((this.unscaled * POWERS[shift]) / other.unscaled, scale);
  }

  /** Integer part of the quotient (DIV); null for a zero divisor. */
  divideToInteger(other: Decimal): Integer | null {
    if (other.unscaled === 0n) return null;
    const scale = Math.max(this.scale, other.scale);
    return integerFromBigInt(this.#unscaledAt(scale) / other.#unscaledAt(scale));
  }

  /** Remainder with the sign of the dividend; null for a zero divisor. */
  modulo(other: Decimal): Decimal | null {
    if (other.unscaled === 0n) return null;
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.#unscaledAt(scale) % other.#unscaledAt(scale), scale);
  }

  negate(): Decimal {
    return new Decimal(-this.unscaled, this.scale);
  }

  abs(): Decimal {
    return this.unscaled < 0n ? this.negate() : this;
  }

  /** -1, 0 or 1. */
  sign(): number {
    return this.unscaled === 0n ? 0 : this.unscaled < 0n ? -1 : 1;
  }

  /** Rounds at `digits` after the point (before it when negative). The scale becomes `digits` if that is smaller. */
  round(digits: number): Decimal {
    return this.#cut(digits, divideRounded);
  }

  /** Like `round`, toward zero. */
  truncate(digits: number): Decimal {
    return this.#cut(digits, (value, divisor) => value / divisor);
  }

  ceil(): Decimal {
    const whole = this.truncate(0);
    return this.unscaled > whole.unscaled * POWERS[this.scale] ? new Decimal(whole.unscaled + 1n, 0) : whole;
  }

  floor(): Decimal {
    const whole = this.truncate(0);
    return this.unscaled < whole.unscaled * POWERS[this.scale] ? new Decimal(whole.unscaled - 1n, 0) : whole;
  }

  /** The value at exactly this scale, rounded when digits are lost. */
  rescale(scale: number): Decimal {
    if (scale === this.scale) return this;
    if (scale > this.scale) return new Decimal(this.unscaled * POWERS[scale - this.scale], scale);
    return new Decimal(divideRounded(this.unscaled, POWERS[this.scale - scale]), scale);
  }

  /** Negative, zero or positive. 1.0 and 1 are equal. */
  compare(other: Decimal): number {
    let a = this.unscaled;
    let b = other.unscaled;
    if (this.scale < other.scale) a *= POWERS[other.scale - this.scale];
    else if (this.scale > other.scale) b *= POWERS[this.scale - other.scale];
    return a < b ? -1 : a > b ? 1 : 0;
  }

  equals(other: Decimal): boolean {
    return this.compare(other) === 0;
  }

  /** The value without trailing zeros after the point: equal values become equal in both fields. */
  normalize(): Decimal {
    let {unscaled, scale} = this;
    while (scale > 0 && unscaled % 10n === 0n) {
      unscaled /= 10n;
      scale--;
    }
    return scale === this.scale ? this : new Decimal(unscaled, scale);
  }

  /** Digits before the point; 0 when |value| < 1. */
  integerDigits(): number {
    const whole = this.unscaled / POWERS[this.scale];
    return whole === 0n ? 0 : digitCount(whole);
  }

  /** True when the integer part has more than 65 digits, which no DECIMAL can hold. */
  overflows(): boolean {
    return !isSafe(this.unscaled) && this.integerDigits() > DECIMAL_MAX_PRECISION;
  }

  /** The nearest double. */
  toNumber(): number {
    // Both operands are exact doubles here, so that the division rounds once.
    if (this.scale <= 22 && isSafe(this.unscaled)) return Number(this.unscaled) / Number(POWERS[this.scale]);
    return Number(this.toString());
  }

  /** The nearest integer, half away from zero. */
  toBigInt(): bigint {
    return divideRounded(this.unscaled, POWERS[this.scale]);
  }

  /** The nearest integer in the value domain's form. */
  toInteger(): Integer {
    return integerFromBigInt(this.toBigInt());
  }

  /** MySQL's text: all digits of the scale, no exponent, `0.5` with its zero. */
  toString(): string {
    const {unscaled, scale} = this;
    const digits = isSafe(unscaled) ? String(Number(unscaled)) : unscaled.toString();
    if (scale === 0) return digits;
    const negative = unscaled < 0n;
    const magnitude = negative ? digits.slice(1) : digits;
    const padded = magnitude.length > scale ? magnitude : magnitude.padStart(scale + 1, '0');
    const point = padded.length - scale;
    return `${negative ? '-' : ''}${padded.slice(0, point)}.${padded.slice(point)}`;
  }

  #unscaledAt(scale: number): bigint {
    return scale === this.scale ? this.unscaled : this.unscaled * POWERS[scale - this.scale];
  }

  #cut(digits: number, divide: (value: bigint, divisor: bigint) => bigint): Decimal {
    if (digits >= this.scale) return this;
    const drop = this.scale - digits;
    if (drop > 2 * DECIMAL_MAX_PRECISION) return new Decimal(0n, Math.max(digits, 0));
    const kept = divide(this.unscaled, POWERS[drop]);
    return digits >= 0 ? new Decimal(kept, digits) : new Decimal(kept * POWERS[-digits], 0);
  }
}

/** Brings a raw result within 30 fraction digits, and within 65 digits as far as the fraction can give way. */
function fitted(unscaled: bigint, scale: number): Decimal {
  if (scale <= DECIMAL_MAX_SCALE && isSafe(unscaled)) return new Decimal(unscaled, scale);
  const excess = Math.max(scale - DECIMAL_MAX_SCALE, digitCount(unscaled) - DECIMAL_MAX_PRECISION);
  const drop = Math.min(Math.max(excess, 0), scale);
  return drop === 0 ? new Decimal(unscaled, scale) : new Decimal(divideRounded(unscaled, POWERS[drop]), scale - drop);
}

/** What the longest numeric prefix of a text means, and where it ends (0: there is no number). */
export interface DecimalPrefix {
  readonly value: Decimal;
  readonly end: number;
}

const NUMBER = /^[ \t\n\v\f\r]*([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d+))?/;
const NOTHING: DecimalPrefix = {value: Decimal.zero, end: 0};

/**
 * Reads `[blanks][sign]digits[.digits][e[sign]digits]` from the start of a text. Fraction digits after the 30th are
 * dropped, so that a later rounding to fewer sees the true digits. A value of more than 65 integer digits becomes
 * +-10^65, which overflows every type.
 */
export function parseDecimalPrefix(text: string): DecimalPrefix {
  const match = NUMBER.exec(text);
  if (match === null) return NOTHING;
  const whole = match[2] ?? '';
  const fraction = match[3] ?? match[4] ?? '';
  const exponent = match[5] === undefined ? 0 : Number(match[5]);
  const value = assemble(match[1] === '-', whole + fraction, whole.length + exponent);
  return {value, end: match[0].length};
}

/** The value 0.`digits` * 10^`point`. */
function assemble(negative: boolean, digits: string, point: number): Decimal {
  let zeros = 0;
  while (zeros < digits.length && digits.charCodeAt(zeros) === 48) zeros++;
  if (zeros === digits.length) return new Decimal(0n, clampScale(digits.length - point));
  if (point - zeros > DECIMAL_MAX_PRECISION) return beyond(negative ? -1 : 1);
  const kept = Math.min(digits.length, point + DECIMAL_MAX_SCALE);
  if (kept <= zeros) return new Decimal(0n, DECIMAL_MAX_SCALE);
  const significant = digits.slice(zeros, kept);
  let unscaled = significant.length <= 15 ? BigInt(Number(significant)) : BigInt(significant);
  const scale = kept - point;
  if (scale < 0) unscaled *= POWERS[-scale];
  return new Decimal(negative ? -unscaled : unscaled, clampScale(scale));
}

function clampScale(scale: number): number {
  return Math.min(Math.max(scale, 0), DECIMAL_MAX_SCALE);
}

/** A value with the sign of `sign` that overflows every type; 0 for NaN. */
function beyond(sign: number): Decimal {
  if (Number.isNaN(sign)) return Decimal.zero;
  const limit = POWERS[DECIMAL_MAX_PRECISION];
  return new Decimal(sign < 0 ? -limit : limit, 0);
}
