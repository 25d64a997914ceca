// The running states of aggregate functions over one value per row.

import {Decimal} from '../../format/value/decimal.ts';
import type {NonNull} from '../../format/value/domain.ts';
import {addIntegers, asUnsigned64, type Integer, integerFromBigInt} from '../../format/value/integer.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import type {Accumulator} from '../exec/aggregate.ts';
import type {ExecContext} from '../exec/contract.ts';
import type {MemoryBudget} from '../exec/memory-budget.ts';
import {sizeOf} from '../exec/registers.ts';
import {KeyMaker, type RowKey} from '../exec/row-key.ts';
import {orderOf, type PreparedOrder, prepareValue} from '../exec/value-order.ts';

/** Takes values that are not NULL. */
export interface ValueAccumulator {
  take(value: NonNull): void;
  value(): Value;
  reset(): void;
}

/** Feeds an accumulator: rows with a NULL argument are passed over, and under DISTINCT rows that were there before. */
export class Distinct implements Accumulator {
  readonly #args: readonly Expression[];
  readonly #inner: ValueAccumulator;
  readonly #keys: KeyMaker | undefined;
  readonly #seen: Set<RowKey> = new Set();
  readonly #budget: MemoryBudget;

  constructor(args: readonly Expression[], inner: ValueAccumulator, distinct: boolean, budget: MemoryBudget) {
    this.#args = args;
    this.#inner = inner;
    this.#keys = distinct ? new KeyMaker(args) : undefined;
    this.#budget = budget;
  }

  add(context: ExecContext): void {
    const value = this.#args[0].evaluate(context);
    if (value === null) return;
    if (this.#args.length > 1 && this.#args.some(a => a.evaluate(context) === null)) return;
    if (this.#keys !== undefined && !this.#isNew(this.#keys.of(context))) return;
    this.#inner.take(value);
  }

  value(): Value {
    return this.#inner.value();
  }

  reset(): void {
    this.#seen.clear();
    this.#inner.reset();
  }

  #isNew(key: RowKey): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    this.#budget.take(40 + sizeOf(key));
    return true;
  }
}

/** COUNT(*). */
export class CountAll implements Accumulator {
  #count = 0;

  add(): void {
    this.#count++;
  }

  value(): Value {
    return this.#count;
  }

  reset(): void {
    this.#count = 0;
  }
}

export class CountValues implements ValueAccumulator {
  #count = 0;

  take(): void {
    this.#count++;
  }

  value(): Value {
    return this.#count;
  }

  reset(): void {
    this.#count = 0;
  }
}

/** A sum of integers, exact at any size; a DECIMAL. */
export class SumIntegers implements ValueAccumulator {
  #sum: Integer = 0;
  #hasValue = false;

  take(value: NonNull): void {
    this.#sum = addIntegers(this.#sum, value as Integer);
    this.#hasValue = true;
  }

  value(): Value {
    return this.#hasValue ? Decimal.fromInteger(this.#sum) : null;
  }

  reset(): void {
    this.#sum = 0;
    this.#hasValue = false;
  }
}

export class SumDecimals implements ValueAccumulator {
  #sum: Decimal | null = null;

  take(value: NonNull): void {
    this.#sum = this.#sum === null ? (value as Decimal) : this.#sum.add(value as Decimal);
  }

  value(): Value {
    return this.#sum;
  }

  reset(): void {
    this.#sum = null;
  }
}

export class SumDoubles implements ValueAccumulator {
  #sum = 0;
  #hasValue = false;

  take(value: NonNull): void {
    this.#sum += value as number;
    this.#hasValue = true;
  }

  value(): Value {
    return this.#hasValue ? this.#sum : null;
  }

  reset(): void {
    this.#sum = 0;
    this.#hasValue = false;
  }
}

/** AVG of exact numbers, with more digits than are shown (bind-aggregate.ts rounds). */
export class AverageDecimals implements ValueAccumulator {
  #sum: Decimal = Decimal.zero;
  #count = 0;

  take(value: NonNull): void {
    this.#sum = this.#sum.add(value as Decimal);
    this.#count++;
  }

  value(): Value {
    if (this.#count === 0) return null;
    return this.#sum.divideWide(Decimal.fromInteger(this.#count));
  }

  reset(): void {
    this.#sum = Decimal.zero;
    this.#count = 0;
  }
}

export class MeanDoubles implements ValueAccumulator {
  #sum = 0;
  #count = 0;

  take(value: NonNull): void {
    this.#sum += value as number;
    this.#count++;
  }

  value(): Value {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }

  reset(): void {
    this.#sum = 0;
    this.#count = 0;
  }
}

/** MIN (sign -1) and MAX (1). */
export class Extreme implements ValueAccumulator {
  readonly #type: SqlType;
  readonly #sign: 1 | -1;
  readonly #order: PreparedOrder;
  #best: Value = null;
  #prepared: Value = null;

  constructor(type: SqlType, sign: 1 | -1) {
    this.#type = type;
    this.#sign = sign;
    this.#order = orderOf(type);
  }

  take(value: NonNull): void {
    const prepared = prepareValue(value, this.#type);
    if (this.#prepared !== null && this.#order(prepared, this.#prepared) * this.#sign <= 0) return;
    this.#best = value;
    this.#prepared = prepared;
  }

  value(): Value {
    return this.#best;
  }

  reset(): void {
    this.#best = null;
    this.#prepared = null;
  }
}

const ALL_BITS = 2n ** 64n - 1n;

export class BitAccumulator implements ValueAccumulator {
  readonly #name: 'bit_and' | 'bit_or' | 'bit_xor';
  #bits = 0n;

  constructor(name: 'bit_and' | 'bit_or' | 'bit_xor') {
    this.#name = name;
    this.reset();
  }

  take(value: NonNull): void {
    const bits = asUnsigned64(value as Integer);
    if (this.#name === 'bit_and') this.#bits &= bits;
    else if (this.#name === 'bit_or') this.#bits |= bits;
    else this.#bits ^= bits;
  }

  value(): Value {
    return integerFromBigInt(this.#bits);
  }

  reset(): void {
    this.#bits = this.#name === 'bit_and' ? ALL_BITS : 0n;
  }
}

/** Variance and standard deviation by Welford's method: numerically stable in one pass. */
export class Variance implements ValueAccumulator {
  readonly #isSample: boolean;
  readonly #isDeviation: boolean;
  #count = 0;
  #mean = 0;
  #squares = 0;

  constructor(name: 'stddev_pop' | 'stddev_samp' | 'var_pop' | 'var_samp') {
    this.#isSample = name.endsWith('samp');
    this.#isDeviation = name.startsWith('stddev');
  }

  take(value: NonNull): void {
    this.#count++;
    const distance = (value as number) - this.#mean;
    this.#mean += distance / this.#count;
    this.#squares += distance * ((value as number) - this.#mean);
  }

  value(): Value {
    const divisor = this.#isSample ? this.#count - 1 : this.#count;
    if (divisor <= 0) return null;
    const variance = this.#squares / divisor;
    return this.#isDeviation ? Math.sqrt(variance) : variance;
  }

  reset(): void {
    this.#count = 0;
    this.#mean = 0;
    this.#squares = 0;
  }
}
