// A value that a column is compared with, as the column's type can hold it: the nearest value of the type, and on which side of it
// the given value lies. From that every kind of bound follows: with 2.5 against an INT, `< 2.5` is `<= 2` and `= 2.5` finds nothing.

import {collationOf, equals} from '../../format/value/collation.ts';
import {Decimal} from '../../format/value/decimal.ts';
import {compareIntegers, type Integer, integerFromDouble, integerMax, integerMin} from '../../format/value/integer.ts';
import type {TimeZone} from '../../format/value/temporal.ts';
import {type DateTime, type Duration, truncateMicros} from '../../format/value/temporal.ts';
import {TIMESTAMP_MAX_SECONDS, TIMESTAMP_MIN_SECONDS, toUtcSeconds} from '../../format/value/time-zone.ts';
import {Kind, type SqlType, type Value} from '../../format/value/types.ts';

/** Where a given value lies relative to the nearest value of a column's type. */
export const Side = {
  below: -1,
  same: 0,
  above: 1,
  /** No nearest value can be told: the bound is of no use. */
  unknown: 2,
} as const;
export type Side = (typeof Side)[keyof typeof Side];

/** The nearest value and the side; one object is reused. */
export class ColumnBound {
  value: Value = null;
  side: Side = Side.same;

  #set(value: Value, side: Side): Side {
    this.value = value;
    this.side = side;
    return side;
  }

  /** Finds the nearest value of `type` to a value that is not NULL and was made for a comparison with it; answers the side. */
  find(value: Value, type: SqlType, zone: TimeZone): Side {
    switch (type.kind) {
      case Kind.float:
        return this.#float(value as number);
      case Kind.date:
      case Kind.datetime:
      case Kind.timestamp:
        return this.#dateTime(value as DateTime, type, zone);
      case Kind.time:
        return this.#time(value as Duration, type);
      case Kind.enum:
        return this.#member(value as string, type);
      case Kind.year:
        return this.#year(value);
      case Kind.tinyint:
      case Kind.smallint:
      case Kind.mediumint:
      case Kind.int:
      case Kind.bigint:
      case Kind.bit:
        return this.#integer(value, type);
      default:
        return this.#set(value, Side.same);
    }
  }

  #integer(value: Value, type: SqlType): Side {
    if (value instanceof Decimal) {
      const floor = value.floor().toInteger();
      return this.#clamp(floor, value.compare(Decimal.fromInteger(floor)) === 0 ? Side.same : Side.above, type);
    }
    if (typeof value === 'number' && !Number.isSafeInteger(value)) return this.#double(value, type);
    return this.#clamp(value as Integer, Side.same, type);
  }

  /** Beyond 2^53 several integers are the same double: of no use unless the type ends before. */
  #double(value: number, type: SqlType): Side {
    const floor = Math.floor(value);
    if (Number.isSafeInteger(floor)) return this.#clamp(floor, floor === value ? Side.same : Side.above, type);
    if (type.kind === Kind.bigint || type.kind === Kind.bit) return this.#set(null, Side.unknown);
    return this.#clamp(
      Number.isFinite(floor) ? integerFromDouble(floor) : floor > 0 ? 2n ** 64n : -(2n ** 64n),
      Side.same,
      type,
    );
  }

  #clamp(value: Integer, side: Side, type: SqlType): Side {
    const min = integerMin(type);
    const max = integerMax(type);
    if (compareIntegers(value, min) < 0) return this.#set(min, Side.below);
    if (compareIntegers(value, max) > 0) return this.#set(max, Side.above);
    return this.#set(value, side);
  }

  /** 0, then 1901 to 2155. */
  #year(value: Value): Side {
    const year = value instanceof Decimal ? Math.floor(value.toNumber()) : Math.floor(Number(value));
    const side = Number(value) === year ? Side.same : Side.above;
    if (year < 0) return this.#set(0, Side.below);
    if (year > 2155) return this.#set(2155, Side.above);
    return year > 0 && year < 1901 ? this.#set(0, Side.above) : this.#set(year, side);
  }

  #float(value: number): Side {
    const nearest = Math.fround(value);
    if (!Number.isFinite(nearest)) return this.#set(null, Side.unknown);
    return this.#set(nearest, value < nearest ? Side.below : value > nearest ? Side.above : Side.same);
  }

  #dateTime(value: DateTime, type: SqlType, zone: TimeZone): Side {
    if (type.kind === Kind.date) {
      return this.#set(value.toDate(), value.microsOfDay() === 0 ? Side.same : Side.above);
    }
    if (type.kind === Kind.timestamp && !isTimestamp(value, zone)) return this.#set(null, Side.unknown);
    const micros = truncateMicros(value.micros, type.decimals);
    const cut = value.toDateTime().withFsp(type.decimals, true) ?? value;
    return this.#set(cut, micros === value.micros ? Side.same : Side.above);
  }

  #time(value: Duration, type: SqlType): Side {
    const clipped = value.clipped();
    if (clipped !== value) return this.#set(clipped, value.negative ? Side.below : Side.above);
    const cut = value.withFsp(type.decimals, true);
    if (cut.micros === value.micros) return this.#set(cut, Side.same);
    return this.#set(cut, value.negative ? Side.below : Side.above);
  }

  /** A member of an ENUM under its collation; a text that is none is like nothing (side above, so that = finds nothing). */
  #member(value: string, type: SqlType): Side {
    const collation = collationOf(type.collation);
    const member = value === '' ? '' : type.members.find(m => equals(collation, m, value));
    return member === undefined ? this.#set(null, Side.above) : this.#set(member, Side.same);
  }
}

function isTimestamp(value: DateTime, zone: TimeZone): boolean {
  if (value.hasZeroPart()) return false;
  const seconds = toUtcSeconds(value, zone);
  return seconds >= TIMESTAMP_MIN_SECONDS && seconds <= TIMESTAMP_MAX_SECONDS;
}
