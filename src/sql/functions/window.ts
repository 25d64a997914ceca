// Window functions, and aggregates over frames.

import {SqlError} from '../../base/sql-error.ts';
import {Kind, type SqlType, sqlType, type Value} from '../../format/value/types.ts';
import type {AggregateDefinition} from '../bind/aggregate-call.ts';
import type {AggregateInput} from '../bind/bind-aggregate.ts';
import {convertTo, nullOf} from '../bind/convert.ts';
import type {Expression} from '../bind/expression.ts';
import type {Scope} from '../bind/scope.ts';
import {BIGINT, DOUBLE} from '../bind/type-classes.ts';
import {unifyTypes} from '../bind/unify.ts';
import type {ExecContext} from '../exec/contract.ts';
import type {WindowComputation, WindowPartition} from '../exec/window-function.ts';
import type {WindowFunctionName} from '../parse/ast-function.ts';
import {defineAggregate} from './aggregate.ts';

/** What a call of a window function computes. */
export interface WindowDefinition {
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly computation: WindowComputation;
}

const COUNTER: SqlType = sqlType(Kind.bigint, {length: 21, unsigned: true});

/** A function of the row number and the partition alone. */
class ByPosition implements WindowComputation {
  readonly #f: (partition: WindowPartition, row: number) => Value;

  constructor(f: (partition: WindowPartition, row: number) => Value) {
    this.#f = f;
  }

  compute(partition: WindowPartition): void {
    for (let row = 0; row < partition.count; row++) partition.setResult(row, this.#f(partition, row));
  }
}

function byPosition(type: SqlType, f: (partition: WindowPartition, row: number) => Value): WindowDefinition {
  return {type, nullable: false, computation: new ByPosition(f)};
}

/** NTILE(n): n groups whose sizes differ by one at most, the larger ones first. */
class Ntile implements WindowComputation {
  readonly #buckets: Expression;

  constructor(buckets: Expression) {
    this.#buckets = buckets;
  }

  compute(partition: WindowPartition, context: ExecContext): void {
    const n = Number(this.#buckets.evaluate(context) ?? 0);
    if (n < 1) throw new SqlError('ER_WRONG_ARGUMENTS', 'ntile');
    const size = Math.floor(partition.count / n);
    const larger = partition.count % n;
    for (let row = 0; row < partition.count; row++) {
      const inLarger = larger * (size + 1);
      const bucket = row < inLarger ? Math.floor(row / (size + 1)) : larger + Math.floor((row - inLarger) / size);
      partition.setResult(row, bucket + 1);
    }
  }
}

/** LAG and LEAD. */
class Offset implements WindowComputation {
  readonly #value: Expression;
  readonly #distance: Expression | undefined;
  readonly #otherwise: Expression;
  readonly #sign: 1 | -1;

  constructor(value: Expression, distance: Expression | undefined, otherwise: Expression, sign: 1 | -1) {
    this.#value = value;
    this.#distance = distance;
    this.#otherwise = otherwise;
    this.#sign = sign;
  }

  compute(partition: WindowPartition, context: ExecContext): void {
    const distance = this.#distance === undefined ? 1 : Number(this.#distance.evaluate(context) ?? -1);
    if (distance < 0) throw new SqlError('ER_WRONG_ARGUMENTS', this.#sign < 0 ? 'lag' : 'lead');
    for (let row = 0; row < partition.count; row++) {
      const other = row + distance * this.#sign;
      const exists = other >= 0 && other < partition.count;
      const value = exists
        ? partition.evaluate(this.#value, other, context)
        : partition.evaluate(this.#otherwise, row, context);
      partition.setResult(row, value);
    }
  }
}

/** FIRST_VALUE, LAST_VALUE, NTH_VALUE: a row of the frame. */
class OfFrame implements WindowComputation {
  readonly #value: Expression;
  readonly #rowOf: (start: number, end: number, context: ExecContext) => number;

  /** `rowOf` answers the row, or -1 for none. */
  constructor(value: Expression, rowOf: (start: number, end: number, context: ExecContext) => number) {
    this.#value = value;
    this.#rowOf = rowOf;
  }

  compute(partition: WindowPartition, context: ExecContext): void {
    for (let row = 0; row < partition.count; row++) {
      const start = partition.frameStart(row);
      const end = partition.frameEnd(row);
      const chosen = start === end ? -1 : this.#rowOf(start, end, context);
      partition.setResult(row, chosen < 0 ? null : partition.evaluate(this.#value, chosen, context));
    }
  }
}

/**
 * An aggregate over each row's frame. Frames that begin where the partition does grow only: their rows are added once. Other
 * frames are added up anew for each row.
 */
class AggregateOverFrame implements WindowComputation {
  readonly #definition: AggregateDefinition;

  constructor(definition: AggregateDefinition) {
    this.#definition = definition;
  }

  compute(partition: WindowPartition, context: ExecContext): void {
    const accumulator = this.#definition.newAccumulator(partition.budget);
    let from = 0;
    let to = 0;
    accumulator.reset();
    for (let row = 0; row < partition.count; row++) {
      const start = partition.frameStart(row);
      const end = partition.frameEnd(row);
      if (start !== from || end < to) {
        accumulator.reset();
        from = start;
        to = start;
      }
      for (; to < end; to++) {
        partition.select(to, context);
        accumulator.add(context);
      }
      partition.setResult(row, accumulator.value());
    }
  }
}

function checkArguments(name: string, args: readonly Expression[], min: number, max: number): void {
  if (args.length < min || args.length > max) throw new SqlError('ER_STORED_FUNCTION_PARAM_COUNT', name);
}

function offset(name: 'lag' | 'lead', args: readonly Expression[], scope: Scope): WindowDefinition {
  checkArguments(name, args, 1, 3);
  const [value, distance, otherwise] = args;
  const operands = otherwise === undefined ? [value] : [value, otherwise];
  const type = unifyTypes(operands, scope.binder.environment.session.collationConnection, name);
  const fallback = otherwise === undefined ? nullOf(type) : convertTo(otherwise, type);
  const count = distance === undefined ? undefined : convertTo(distance, BIGINT);
  const computation = new Offset(convertTo(value, type), count, fallback, name === 'lag' ? -1 : 1);
  return {type, nullable: true, computation};
}

function nthValue(args: readonly Expression[]): WindowDefinition {
  checkArguments('nth_value', args, 2, 2);
  const n = convertTo(args[1], BIGINT);
  const rowOf = (start: number, end: number, context: ExecContext): number => {
    const wanted = Number(n.evaluate(context) ?? 0);
    if (wanted < 1) throw new SqlError('ER_WRONG_ARGUMENTS', 'nth_value');
    return start + wanted - 1 < end ? start + wanted - 1 : -1;
  };
  return {type: args[0].type, nullable: true, computation: new OfFrame(args[0], rowOf)};
}

/** Binds a window function by name. */
export function defineWindowFunction(
  name: WindowFunctionName,
  args: readonly Expression[],
  scope: Scope,
): WindowDefinition {
  switch (name) {
    case 'row_number':
      return byPosition(COUNTER, (_, row) => row + 1);
    case 'rank':
      return byPosition(COUNTER, (p, row) => p.peerStart(row) + 1);
    case 'dense_rank':
      return byPosition(COUNTER, (p, row) => p.peerGroup(row) + 1);
    case 'percent_rank':
      return byPosition(DOUBLE, (p, row) => (p.count === 1 ? 0 : p.peerStart(row) / (p.count - 1)));
    case 'cume_dist':
      return byPosition(DOUBLE, (p, row) => p.peerEnd(row) / p.count);
    case 'ntile':
      checkArguments(name, args, 1, 1);
      return {type: COUNTER, nullable: true, computation: new Ntile(convertTo(args[0], BIGINT))};
    case 'lag':
    case 'lead':
      return offset(name, args, scope);
    case 'first_value':
      checkArguments(name, args, 1, 1);
      return {type: args[0].type, nullable: true, computation: new OfFrame(args[0], start => start)};
    case 'last_value':
      checkArguments(name, args, 1, 1);
      return {type: args[0].type, nullable: true, computation: new OfFrame(args[0], (_, end) => end - 1)};
    default:
      return nthValue(args);
  }
}

/** An aggregate with OVER. */
export function defineWindowAggregate(input: AggregateInput, scope: Scope): WindowDefinition {
  const definition = defineAggregate(input, scope);
  return {type: definition.type, nullable: definition.nullable, computation: new AggregateOverFrame(definition)};
}
