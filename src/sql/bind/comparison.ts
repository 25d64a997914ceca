// Comparisons. The binder has converted both sides to one domain (comparison-bind.ts), so that each class compares one kind of value.

import {type Collation, compare} from '../../format/value/collation.ts';
import type {Decimal} from '../../format/value/decimal.ts';
import {compareJsonTexts} from '../../format/value/json.ts';
import type {DateTime, Duration} from '../../format/value/temporal.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import type {ComparisonOperator} from '../parse/ast-expression.ts';
import {BOOLEAN, Coercibility, Expression} from './expression.ts';
import {textType} from './type-classes.ts';

/** What three-way results an operator accepts, as bits: 1 less, 2 equal, 4 greater. */
const ACCEPTS: ReadonlyMap<ComparisonOperator, number> = new Map([
  ['<', 1],
  ['<=', 3],
  ['=', 2],
  ['<=>', 2],
  ['>=', 6],
  ['>', 4],
  ['<>', 5],
]);

/** The operator with its sides exchanged. */
export function mirrored(operator: ComparisonOperator): ComparisonOperator {
  switch (operator) {
    case '<':
      return '>';
    case '<=':
      return '>=';
    case '>':
      return '<';
    case '>=':
      return '<=';
    default:
      return operator;
  }
}

/** The operator that is true exactly when this one is false; undefined for <=>. */
export function negated(operator: ComparisonOperator): ComparisonOperator | undefined {
  switch (operator) {
    case '=':
      return '<>';
    case '<>':
      return '=';
    case '<':
      return '>=';
    case '<=':
      return '>';
    case '>':
      return '<=';
    case '>=':
      return '<';
    default:
      return undefined;
  }
}

/** A comparison of two values of one domain. */
export abstract class Comparison extends Expression {
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
  /** Three-way results that make it true: 1 less, 2 equal, 4 greater. */
  protected readonly accepts: number;

  constructor(operator: ComparisonOperator, left: Expression, right: Expression) {
    const nullable = operator !== '<=>' && (left.nullable || right.nullable);
    super(BOOLEAN, nullable, [left, right], Coercibility.numeric);
    this.operator = operator;
    this.left = left;
    this.right = right;
    this.accepts = ACCEPTS.get(operator) as number;
  }

  /** The answer when a side is NULL. */
  protected nullResult(a: Value, b: Value): Value {
    if (this.operator !== '<=>') return null;
    return a === null && b === null ? 1 : 0;
  }

  /** The answer from a three-way result. */
  protected decide(order: number): Value {
    return (this.accepts & (order < 0 ? 1 : order === 0 ? 2 : 4)) !== 0 ? 1 : 0;
  }

  /** The type by which both sides are keyed in hash tables. */
  get keyType(): SqlType {
    return this.left.type;
  }

  /** The same comparison of other sides, which must have the same types. */
  abstract withSides(operator: ComparisonOperator, left: Expression, right: Expression): Comparison;

  override toString(): string {
    return `(${this.left} ${this.operator} ${this.right})`;
  }
}

/** Integers and doubles: JavaScript's own comparison is right for numbers and bigints, mixed too. */
export class CompareNumbers extends Comparison {
  override evaluate(context: ExecContext): Value {
    const a = this.left.evaluate(context);
    const b = this.right.evaluate(context);
    if (a === null || b === null) return this.nullResult(a, b);
    const bit = (a as number) < (b as number) ? 1 : (a as number) > (b as number) ? 4 : 2;
    return (this.accepts & bit) !== 0 ? 1 : 0;
  }

  override withSides(operator: ComparisonOperator, left: Expression, right: Expression): Comparison {
    return new CompareNumbers(operator, left, right);
  }
}

export class CompareDecimals extends Comparison {
  override evaluate(context: ExecContext): Value {
    const a = this.left.evaluate(context) as Decimal | null;
    const b = this.right.evaluate(context) as Decimal | null;
    if (a === null || b === null) return this.nullResult(a, b);
    return this.decide(a.compare(b));
  }

  override withSides(operator: ComparisonOperator, left: Expression, right: Expression): Comparison {
    return new CompareDecimals(operator, left, right);
  }
}

/** Character strings under one collation. */
export class CompareTexts extends Comparison {
  readonly collation: Collation;

  constructor(operator: ComparisonOperator, left: Expression, right: Expression, collation: Collation) {
    super(operator, left, right);
    this.collation = collation;
  }

  override evaluate(context: ExecContext): Value {
    const a = this.left.evaluate(context) as string | null;
    const b = this.right.evaluate(context) as string | null;
    if (a === null || b === null) return this.nullResult(a, b);
    return this.decide(a === b ? 0 : compare(this.collation, a, b));
  }

  override get keyType(): SqlType {
    return textType(255, this.collation.id);
  }

  override withSides(operator: ComparisonOperator, left: Expression, right: Expression): Comparison {
    return new CompareTexts(operator, left, right, this.collation);
  }
}

export class CompareBytes extends Comparison {
  override evaluate(context: ExecContext): Value {
    const a = this.left.evaluate(context) as Uint8Array | null;
    const b = this.right.evaluate(context) as Uint8Array | null;
    if (a === null || b === null) return this.nullResult(a, b);
    return this.decide(Buffer.compare(a, b));
  }

  override withSides(operator: ComparisonOperator, left: Expression, right: Expression): Comparison {
    return new CompareBytes(operator, left, right);
  }
}

/** DATE, DATETIME, TIMESTAMP: a DATE is its midnight. */
export class CompareDateTimes extends Comparison {
  override evaluate(context: ExecContext): Value {
    const a = this.left.evaluate(context) as DateTime | null;
    const b = this.right.evaluate(context) as DateTime | null;
    if (a === null || b === null) return this.nullResult(a, b);
    return this.decide(a.compare(b));
  }

  override withSides(operator: ComparisonOperator, left: Expression, right: Expression): Comparison {
    return new CompareDateTimes(operator, left, right);
  }
}

export class CompareTimes extends Comparison {
  override evaluate(context: ExecContext): Value {
    const a = this.left.evaluate(context) as Duration | null;
    const b = this.right.evaluate(context) as Duration | null;
    if (a === null || b === null) return this.nullResult(a, b);
    return this.decide(a.micros - b.micros);
  }

  override withSides(operator: ComparisonOperator, left: Expression, right: Expression): Comparison {
    return new CompareTimes(operator, left, right);
  }
}

/** JSON values, by the order of JSON types. */
export class CompareJson extends Comparison {
  override evaluate(context: ExecContext): Value {
    const a = this.left.evaluate(context) as string | null;
    const b = this.right.evaluate(context) as string | null;
    if (a === null || b === null) return this.nullResult(a, b);
    return this.decide(a === b ? 0 : compareJsonTexts(a, b));
  }

  override withSides(operator: ComparisonOperator, left: Expression, right: Expression): Comparison {
    return new CompareJson(operator, left, right);
  }
}
