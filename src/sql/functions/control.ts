// IF, IFNULL, NULLIF, COALESCE: CASE in other words.

import {caseOf} from '../bind/bind-operator.ts';
import {Coalesce} from '../bind/case.ts';
import {compareExpressions} from '../bind/comparison-bind.ts';
import {asCondition} from '../bind/condition.ts';
import {convertExactly, nullOf} from '../bind/convert.ts';
import type {Expression} from '../bind/expression.ts';
import {unifyTypes} from '../bind/unify.ts';
import {type CallSite, define, type FunctionDefinition, MANY} from './definition.ts';

function coalesce(args: readonly Expression[], {name, connection}: CallSite): Expression {
  const lower = name.toLowerCase();
  const type = unifyTypes(args, connection, lower);
  return new Coalesce(
    lower,
    args.map(arg => convertExactly(arg, type)),
    type,
  );
}

export const controlFunctions: readonly FunctionDefinition[] = [
  define('IF', 'control', 3, 'The second argument when the first is true, else the third', ([c, a, b], site) =>
    caseOf([asCondition(c)], [a], b, site.connection, 'if'),
  ),
  define('IFNULL', 'control', 2, 'The first argument, or the second when it is NULL', coalesce),
  define('COALESCE', 'control', [1, MANY], 'The first argument that is not NULL', coalesce),
  define('NULLIF', 'control', 2, 'NULL when both arguments are equal, else the first', ([a, b], site) => {
    const equal = compareExpressions('=', a, b, site.connection);
    return caseOf([equal], [nullOf(a.type)], a, site.connection, 'nullif');
  }),
];
