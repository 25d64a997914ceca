// GROUP BY: columns, expressions, positions and aliases of the select list; WITH ROLLUP.

import {SqlError} from '../../base/sql-error.ts';
import type * as ast from '../parse/ast.ts';
import type {Expression as Syntax} from '../parse/ast-expression.ts';
import {bindScalar} from './bind-expression.ts';
import {type Item, positionOf} from './bind-select.ts';
import type {Grouping, Rollup} from './bound-query.ts';
import type {Expression} from './expression.ts';
import {Slot} from './leaf.ts';
import type {Scope} from './scope.ts';

/** The keys of GROUP BY; undefined without one. Under ROLLUP later clauses read keys from registers. */
export function bindGroupBy(
  select: ast.Select,
  items: readonly Item[],
  scope: Scope,
): Omit<Grouping, 'aggregates'> | undefined {
  if (select.groupBy.length === 0) return undefined;
  const keys = scope.within('group statement', () => select.groupBy.map(e => bindKey(e, items, scope)));
  return {keys, rollup: select.rollup ? bindRollup(keys, scope) : undefined};
}

function bindKey(e: Syntax, items: readonly Item[], scope: Scope): Expression {
  const position = positionOf(e);
  if (position !== undefined) {
    const item = items[position - 1];
    if (item === undefined) throw new SqlError('ER_BAD_FIELD', String(position), 'group statement');
    return bindItemKey(item, scope);
  }
  if (e.kind === 'column' && e.table === null && scope.column(e) === undefined) {
    const item = items.find(i => i.name.toLowerCase() === e.name.toLowerCase());
    if (item !== undefined) return bindItemKey(item, scope);
  }
  return bindScalar(e, scope);
}

/** A key that names a select item: its expression, in which aggregates make no sense (1056). */
function bindItemKey(item: Item, scope: Scope): Expression {
  if (item.kind === 'column') return item.column.source.ref(item.column.column);
  try {
    return bindScalar(item.item.expression, scope);
  } catch (error) {
    if (error instanceof SqlError && error.code === 'ER_INVALID_GROUP_FUNC_USE') {
      throw new SqlError('ER_WRONG_GROUP_FIELD', item.name);
    }
    throw error;
  }
}

function bindRollup(keys: readonly Expression[], scope: Scope): Rollup {
  const {registers} = scope.binder;
  const keyRegisters = registers.takeMany(keys.length);
  const flagRegisters = registers.takeMany(keys.length);
  for (const [i, key] of keys.entries()) {
    scope.replaced.set(String(key), new Slot(keyRegisters[i], key.type, true, String(key), key.coercibility));
  }
  scope.rollupFlags = keys.map((key, i) => [String(key), flagRegisters[i]] as const);
  return {keyRegisters, flagRegisters};
}
