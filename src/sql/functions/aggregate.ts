// Aggregate functions: their result types, and which accumulator does the work (accumulator.ts, accumulator-text.ts).

import {SqlError} from '../../base/sql-error.ts';
import {Kind, type SqlType, sqlType} from '../../format/value/types.ts';
import type {AggregateDefinition, SimpleAggregate} from '../bind/aggregate-call.ts';
import {asNumber, decimalOf} from '../bind/arithmetic-bind.ts';
import type {AggregateInput} from '../bind/bind-aggregate.ts';
import {aggregateCollations} from '../bind/collation-rules.ts';
import {convertTo} from '../bind/convert.ts';
import type {Expression} from '../bind/expression.ts';
import {ColumnRef} from '../bind/leaf.ts';
import type {Scope} from '../bind/scope.ts';
import {
  BIGINT,
  BIGINT_UNSIGNED,
  DOUBLE,
  decimalType,
  domainOf,
  integerDigits,
  JSON_TYPE,
  textType,
} from '../bind/type-classes.ts';
import type {Accumulator} from '../exec/aggregate.ts';
import type {MemoryBudget} from '../exec/memory-budget.ts';
import {
  AverageDecimals,
  BitAccumulator,
  CountAll,
  CountValues,
  Distinct,
  Extreme,
  MeanDoubles,
  SumDecimals,
  SumDoubles,
  SumIntegers,
  type ValueAccumulator,
  Variance,
} from './accumulator.ts';
import {GroupConcat, JsonArrayAccumulator, JsonObjectAccumulator} from './accumulator-text.ts';

/** Result type and accumulator of an aggregate. */
export function defineAggregate(input: AggregateInput, scope: Scope): AggregateDefinition {
  const {name} = input;
  const extreme = name === 'min' || name === 'max' ? name : undefined;
  return {...definitionOf(input, scope), simple: simpleOf(input), extreme};
}

/** COUNT(*), COUNT(column), SUM(integer column). */
function simpleOf({name, args, distinct}: AggregateInput): SimpleAggregate | undefined {
  if (distinct) return undefined;
  const [arg] = args;
  if (name === 'count' && arg === undefined) return {kind: 'countRows', column: undefined};
  if (!(arg instanceof ColumnRef) || args.length !== 1) return undefined;
  if (name === 'count') return {kind: 'count', column: arg};
  const isPlainInteger = arg.type.kind >= Kind.tinyint && arg.type.kind <= Kind.bigint;
  return name === 'sum' && isPlainInteger ? {kind: 'sum', column: arg} : undefined;
}

type Definition = Omit<AggregateDefinition, 'simple' | 'extreme'>;

function definitionOf(input: AggregateInput, scope: Scope): Definition {
  const {name, args} = input;
  switch (name) {
    case 'count':
      return count(input);
    case 'sum':
      return sum(input);
    case 'avg':
      return average(input);
    case 'min':
    case 'max':
      return extreme(args[0], name === 'min' ? -1 : 1);
    case 'bit_and':
    case 'bit_or':
    case 'bit_xor':
      return bits(name, args[0]);
    case 'stddev_pop':
    case 'stddev_samp':
    case 'var_pop':
    case 'var_samp':
      return variance(name, args[0]);
    case 'group_concat':
      return groupConcat(input, scope);
    case 'json_arrayagg':
      return {type: JSON_TYPE, nullable: true, newAccumulator: budget => new JsonArrayAccumulator(args[0], budget)};
    case 'json_objectagg':
      return {
        type: JSON_TYPE,
        nullable: true,
        newAccumulator: budget => new JsonObjectAccumulator(args[0], args[1], budget),
      };
    default:
      throw new SqlError('ER_NOT_SUPPORTED_YET', name);
  }
}

/** An accumulator of one argument, over distinct values if so asked. */
function over(
  {distinct}: AggregateInput,
  arg: Expression,
  make: () => ValueAccumulator,
): (budget: MemoryBudget) => Accumulator {
  return budget => new Distinct([arg], make(), distinct, budget);
}

function count(input: AggregateInput): Definition {
  const {args, distinct} = input;
  const type = sqlType(Kind.bigint, {length: 21});
  if (args.length === 0) return {type, nullable: false, newAccumulator: () => new CountAll()};
  if (args.length > 1 && !distinct) throw new SqlError('ER_PARSE_ERROR', ',', 1);
  return {
    type,
    nullable: false,
    newAccumulator: budget => new Distinct(args, new CountValues(), distinct, budget),
  };
}

/** Integers add up to DECIMAL, exactly; text and doubles to DOUBLE. */
function sum(input: AggregateInput): Definition {
  const arg = asNumber(input.args[0]);
  const domain = domainOf(arg.type);
  if (domain === 'double')
    return {type: DOUBLE, nullable: true, newAccumulator: over(input, arg, () => new SumDoubles())};
  if (domain === 'decimal') {
    const type = decimalType(arg.type.length + 22, arg.type.decimals);
    return {type, nullable: true, newAccumulator: over(input, arg, () => new SumDecimals())};
  }
  const type = decimalType(Math.max(integerDigits(arg.type), 1) + 22, 0);
  const integer = convertTo(arg, BIGINT);
  return {type, nullable: true, newAccumulator: over(input, integer, () => new SumIntegers())};
}

/** Exact, with div_precision_increment (4) more decimals. */
function average(input: AggregateInput): Definition {
  const arg = asNumber(input.args[0]);
  if (domainOf(arg.type) === 'double') {
    return {type: DOUBLE, nullable: true, newAccumulator: over(input, arg, () => new MeanDoubles())};
  }
  const exact = decimalOf(arg.type);
  const scale = Math.min(exact.decimals + 4, 30);
  const type = decimalType(exact.length + 4, scale);
  const decimal = convertTo(arg, exact);
  return {type, nullable: true, newAccumulator: over(input, decimal, () => new AverageDecimals())};
}

function extreme(arg: Expression, sign: 1 | -1): Definition {
  const type = extremeType(arg.type);
  return {type, nullable: true, newAccumulator: budget => new Distinct([arg], new Extreme(type, sign), false, budget)};
}

/** ENUM and SET are compared as the texts they are. */
function extremeType(type: SqlType): SqlType {
  if (type.kind !== Kind.enum && type.kind !== Kind.set) return type;
  return textType(Math.max(...type.members.map(m => m.length), 1), type.collation);
}

function bits(name: 'bit_and' | 'bit_or' | 'bit_xor', arg: Expression): Definition {
  const integer = convertTo(arg, BIGINT_UNSIGNED);
  return {
    type: BIGINT_UNSIGNED,
    nullable: false,
    newAccumulator: budget => new Distinct([integer], new BitAccumulator(name), false, budget),
  };
}

function variance(name: 'stddev_pop' | 'stddev_samp' | 'var_pop' | 'var_samp', arg: Expression): Definition {
  const double = convertTo(asNumber(arg), DOUBLE);
  return {
    type: DOUBLE,
    nullable: true,
    newAccumulator: budget => new Distinct([double], new Variance(name), false, budget),
  };
}

/** Length limit group_concat_max_len, read when the statement is bound. */
function groupConcat(input: AggregateInput, scope: Scope): Definition {
  const {session} = scope.binder.environment;
  const connection = session.collationConnection;
  const limit = Number(session.systemVariable('group_concat_max_len', 'session') ?? 1024);
  const {collation} = aggregateCollations(input.args, connection, 'group_concat');
  const type = textType(limit, collation);
  const texts = input.args.map(a => convertTo(a, textType(limit, collation)));
  const parts = {
    args: texts,
    distinct: input.distinct,
    orderBy: input.orderBy,
    separator: input.separator ?? ',',
    limit,
    type,
  };
  return {type, nullable: true, newAccumulator: budget => new GroupConcat(parts, budget)};
}
