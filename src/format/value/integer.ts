// Integers of the value domain: a number while it is safe (|n| <= 2^53 - 1), else a bigint, and never the other way
// round, so that `===` and Map keys work on them. BIGINT UNSIGNED needs the second form; everything else stays fast.

import {Kind, type SqlType} from './types.ts';

/** An integer of the value domain. */
export type Integer = number | bigint;

export const BIGINT_MIN = -(2n ** 63n);
export const BIGINT_MAX = 2n ** 63n - 1n;
export const BIGINT_UNSIGNED_MAX = 2n ** 64n - 1n;

const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** The domain's form of a bigint. */
export function integerFromBigInt(value: bigint): Integer {
  return value <= SAFE_MAX && value >= -SAFE_MAX ? Number(value) : value;
}

/** The domain's form of an integral double of any size. */
export function integerFromDouble(value: number): Integer {
  if (Number.isSafeInteger(value)) return value + 0;
  return BigInt(value);
}

/** Three-way comparison; both forms may meet. */
export function compareIntegers(a: Integer, b: Integer): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function addIntegers(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return integerFromBigInt(BigInt(a) + BigInt(b));
}

export function subtractIntegers(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return integerFromBigInt(BigInt(a) - BigInt(b));
}

export function multiplyIntegers(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    // `+ 0` turns the -0 of `0 * -1` into 0.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return integerFromBigInt(BigInt(a) * BigInt(b));
}

/** Quotient without its fraction (DIV of integers); null for a zero divisor. */
export function divideIntegers(a: Integer, b: Integer): Integer | null {
  if (b === 0) return null;
  if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b) + 0;
  return integerFromBigInt(BigInt(a) / BigInt(b));
}

/** Remainder with the sign of the dividend (MOD of integers); null for a zero divisor. */
export function moduloIntegers(a: Integer, b: Integer): Integer | null {
  if (b === 0) return null;
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0;
  return integerFromBigInt(BigInt(a) % BigInt(b));
}

export function negateInteger(a: Integer): Integer {
  return typeof a === 'number' ? 0 - a : integerFromBigInt(-a);
}

/** True when `value` is a legal BIGINT, or BIGINT UNSIGNED. */
export function fitsBigInt(value: Integer, unsigned: boolean): boolean {
  if (typeof value === 'number') return !unsigned || value >= 0;
  return unsigned ? value >= 0n && value <= BIGINT_UNSIGNED_MAX : value >= BIGINT_MIN && value <= BIGINT_MAX;
}

/** The 64 bits of an integer read as unsigned: what the bit operators work on. */
export function asUnsigned64(value: Integer): bigint {
  return BigInt.asUintN(64, BigInt(value));
}

const SIGNED_MAX: readonly number[] = [0, 127, 32767, 8388607, 2147483647];

/** Smallest value of an integer, YEAR or BIT type. */
export function integerMin(type: SqlType): Integer {
  if (type.unsigned || type.kind === Kind.bit || type.kind === Kind.year) return 0;
  return type.kind === Kind.bigint ? BIGINT_MIN : -SIGNED_MAX[type.kind] - 1;
}

/** Largest value of an integer, YEAR or BIT type. */
export function integerMax(type: SqlType): Integer {
  if (type.kind === Kind.year) return 2155;
  if (type.kind === Kind.bit) return integerFromBigInt((1n << BigInt(type.length)) - 1n);
  if (type.kind === Kind.bigint) return type.unsigned ? BIGINT_UNSIGNED_MAX : BIGINT_MAX;
  return type.unsigned ? SIGNED_MAX[type.kind] * 2 + 1 : SIGNED_MAX[type.kind];
}

/** True when an integer lies in the range of an integer, YEAR or BIT type. Numbers never meet a bigint on this path. */
export function fitsInteger(value: Integer, type: SqlType): boolean {
  if (type.kind === Kind.bigint) return fitsBigInt(value, type.unsigned);
  return value >= integerMin(type) && value <= integerMax(type);
}
