// DEFAULT(column) as an expression.

import {SqlError} from '../../base/sql-error.ts';
import {Kind, type Value} from '../../format/value/types.ts';
import type {ColumnDefinition} from '../catalog/definition.ts';
import {bindNow} from '../functions/temporal-now.ts';
import type {DefaultValue} from '../parse/ast-expression.ts';
import type {Expression} from './expression.ts';
import {Constant} from './leaf.ts';
import {literalText} from './literal.ts';
import {type Scope, written} from './scope.ts';

/** The default of a named column; DEFAULT alone belongs to INSERT and UPDATE, which handle it before they bind. */
export function bindDefault(e: DefaultValue, scope: Scope): Expression {
  if (e.column === null) throw new SqlError('ER_WRONG_USAGE', 'DEFAULT', 'expression');
  const found = scope.column(e.column);
  if (found === undefined) throw new SqlError('ER_BAD_FIELD', written(e.column), scope.clause);
  const {origin} = found.source;
  if (origin.kind !== 'table') throw new SqlError('ER_NO_DEFAULT_FOR_FIELD', found.name);
  return defaultExpression(origin.table.columns[found.column]);
}

/** A column's default as an expression; 1364 when it has none, or one that only an INSERT can evaluate. */
export function defaultExpression(column: ColumnDefinition): Expression {
  const {default: given, type, name} = column;
  switch (given.kind) {
    case 'value':
      return new Constant(given.value, type, literalText(given.value));
    case 'now':
      return bindNow(given.decimals);
    case 'none':
      if (column.nullable) return new Constant(null, type, 'NULL');
      return type.kind === Kind.enum ? firstMember(column) : missing(name);
    default:
      return missing(name);
  }
}

function firstMember({type}: ColumnDefinition): Expression {
  const value: Value = type.members[0];
  return new Constant(value, type, literalText(value));
}

function missing(name: string): never {
  throw new SqlError('ER_NO_DEFAULT_FOR_FIELD', name);
}
