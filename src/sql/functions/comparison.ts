// GREATEST, LEAST, INTERVAL(), STRCMP, ISNULL.

import {collationOf, compare} from '../../format/value/collation.ts';
import type {NonNull} from '../../format/value/domain.ts';
import type {Value} from '../../format/value/types.ts';
import {aggregateCollations} from '../bind/collation-rules.ts';
import {isNullTest} from '../bind/comparison-bind.ts';
import {convertExactly} from '../bind/convert.ts';
import type {Expression} from '../bind/expression.ts';
import {INT} from '../bind/type-classes.ts';
import {unifyTypes} from '../bind/unify.ts';
import {orderOf, prepareValue} from '../exec/value-order.ts';
import {call2, callLoose, callN} from './call.ts';
import {type CallSite, define, doubleArg, type FunctionDefinition, MANY, textArg} from './definition.ts';

function extreme(args: readonly Expression[], {name, connection}: CallSite, sign: 1 | -1): Expression {
  const type = unifyTypes(args, connection, name.toLowerCase());
  const order = orderOf(type);
  const converted = args.map(arg => convertExactly(arg, type));
  return callN({name: name.toLowerCase(), type}, converted, values => {
    let best: NonNull = values[0];
    for (const value of values) if (order(prepareValue(value, type), prepareValue(best, type)) * sign > 0) best = value;
    return best;
  });
}

/** Position of the first argument among the others, which ascend: binary search. -1 for NULL. */
function intervalPosition(values: readonly Value[]): number {
  const wanted = values[0];
  if (wanted === null) return -1;
  let low = 1;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const bound = values[middle];
    if (bound === null || (bound as number) <= (wanted as number)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export const comparisonFunctions: readonly FunctionDefinition[] = [
  define('GREATEST', 'comparison', [2, MANY], 'The largest argument; NULL if one is NULL', (args, site) =>
    extreme(args, site, 1),
  ),
  define('LEAST', 'comparison', [2, MANY], 'The smallest argument; NULL if one is NULL', (args, site) =>
    extreme(args, site, -1),
  ),
  define(
    'INTERVAL',
    'comparison',
    [2, MANY],
    'How many of the ascending arguments behind it are at most the first',
    args => callLoose({name: 'interval', type: INT, canBeNull: false}, args.map(doubleArg), intervalPosition),
  ),
  define(
    'STRCMP',
    'comparison',
    2,
    '-1, 0 or 1 as the first text sorts before, with or after the second',
    ([a, b], site) => {
      const left = textArg(a, site);
      const right = textArg(b, site);
      const collation = collationOf(aggregateCollations([left, right], site.connection, 'strcmp').collation);
      return call2({name: 'strcmp', type: INT}, left, right, (x, y) =>
        Math.sign(compare(collation, x as string, y as string)),
      );
    },
  ),
  define('ISNULL', 'comparison', 1, '1 when the argument is NULL, else 0', ([a]) => isNullTest(a, false)),
];
