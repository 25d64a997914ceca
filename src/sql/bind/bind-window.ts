// Window function calls and the WINDOW clause.

import {SqlError} from '../../base/sql-error.ts';
import {Kind} from '../../format/value/types.ts';
import {bindInterval} from '../functions/temporal-interval.ts';
import {defineWindowAggregate, defineWindowFunction} from '../functions/window.ts';
import type {NamedWindow, OrderItem} from '../parse/ast.ts';
import type {Aggregate, FrameBound, Window, WindowFrame, WindowFunction} from '../parse/ast-function.ts';
import {bindArithmetic} from './arithmetic-bind.ts';
import {aggregateText, bindAggregateInput, shownAs} from './bind-aggregate.ts';
import {bindScalar} from './bind-expression.ts';
import type {OrderKey} from './bound-query.ts';
import {comparisonType} from './comparison-bind.ts';
import {convertTo} from './convert.ts';
import type {Expression} from './expression.ts';
import type {Scope} from './scope.ts';
import {hasDate, isNumericType} from './type-classes.ts';
import {type Frame, type FrameEnd, WindowCall, type WindowSpec} from './window-call.ts';

/** Makes the names of a WINDOW clause known. They are bound at each use. */
export function bindNamedWindows(windows: readonly NamedWindow[], scope: Scope): void {
  for (const {name, window} of windows) {
    const lower = name.toLowerCase();
    if (scope.namedWindows.has(lower)) throw new SqlError('ER_WINDOW_DUPLICATE_NAME', name);
    scope.namedWindows.set(lower, window);
  }
}

/** A window function, or an aggregate with OVER. 3593 where none is allowed. */
export function bindWindowFunction(e: WindowFunction | Aggregate, scope: Scope): Expression {
  if (!scope.windowsAllowed) throw new SqlError('ER_WINDOW_INVALID_WINDOW_FUNC_USE', e.name);
  const window = specification(e.over as Window | string, scope);
  const spec = scopeWithoutWindows(scope, () => bindSpec(window, scope));
  return e.kind === 'aggregate' ? windowAggregate(e, spec, scope) : windowFunction(e, spec, scope);
}

function scopeWithoutWindows<T>(scope: Scope, bind: () => T): T {
  scope.windowsAllowed = false;
  try {
    return bind();
  } finally {
    scope.windowsAllowed = true;
  }
}

function windowAggregate(e: Aggregate, spec: WindowSpec, scope: Scope): Expression {
  if (e.distinct) throw new SqlError('ER_NOT_SUPPORTED_YET', '<window function>(DISTINCT ..)');
  const input = scopeWithoutWindows(scope, () => bindAggregateInput(e, scope));
  const text = `${aggregateText(input)} over (${specText(spec)})`;
  return keep(text, scope, () => {
    const {computation, type, nullable} = defineWindowAggregate(input, scope);
    return new WindowCall(scope.binder.registers.take(), spec, computation, input.args, {type, nullable}, text);
  });
}

function windowFunction(e: WindowFunction, spec: WindowSpec, scope: Scope): Expression {
  if (e.fromLast) throw new SqlError('ER_NOT_SUPPORTED_YET', 'FROM LAST');
  if (e.ignoreNulls) throw new SqlError('ER_NOT_SUPPORTED_YET', 'IGNORE NULLS');
  const args = scopeWithoutWindows(scope, () => e.args.map(arg => bindScalar(arg, scope)));
  const text = `${e.name}(${args.join(', ')}) over (${specText(spec)})`;
  return keep(text, scope, () => {
    const {computation, type, nullable} = defineWindowFunction(e.name, args, scope);
    return new WindowCall(scope.binder.registers.take(), spec, computation, args, {type, nullable}, text);
  });
}

/** Equal calls share one register. */
function keep(text: string, scope: Scope, make: () => WindowCall): Expression {
  const known = scope.windows.get(text);
  if (known !== undefined) return shownAs(known);
  const call = make();
  scope.windows.set(text, call);
  return shownAs(call);
}

function specText({partitionBy, orderBy, frame}: WindowSpec): string {
  const order = orderBy.map(o => `${o.expression}${o.descending ? ' desc' : ''}`).join(', ');
  const shown = frame === undefined ? '' : ` ${frame.unit} ${endText(frame.start)} ${endText(frame.end)}`;
  return `partition by ${partitionBy.join(', ')} order by ${order}${shown}`;
}

function endText(end: FrameEnd): string {
  if (end.kind === 'value') return `to ${end.boundary}`;
  return end.kind === 'preceding' || end.kind === 'following' ? `${end.kind} ${end.distance}` : end.kind;
}

// --- Specifications ------------------------------------------------------------------------------------------------

/** The specification that OVER means, with what it inherits from named windows. */
function specification(over: Window | string, scope: Scope, depth = 0): Window {
  if (typeof over === 'string') {
    const named = scope.namedWindows.get(over.toLowerCase());
    if (named === undefined) throw new SqlError('ER_WINDOW_NO_SUCH_WINDOW', over);
    return specification(named, scope, depth + 1);
  }
  if (over.base === null) return over;
  if (depth > 64) throw new SqlError('ER_WINDOW_CIRCULARITY_IN_WINDOW_GRAPH');
  const base = specification(over.base, scope, depth + 1);
  if (over.partitionBy.length > 0) throw new SqlError('ER_WINDOW_NO_CHILD_PARTITIONING');
  if (base.orderBy.length > 0 && over.orderBy.length > 0)
    throw new SqlError('ER_WINDOW_NO_REDEFINE_ORDER_BY', over.base, over.base);
  const orderBy = over.orderBy.length > 0 ? over.orderBy : base.orderBy;
  return {at: over.at, base: null, partitionBy: base.partitionBy, orderBy, frame: over.frame};
}

function bindSpec(window: Window, scope: Scope): WindowSpec {
  const partitionBy = scope.within('window partition by', () => window.partitionBy.map(e => bindScalar(e, scope)));
  const orderBy = scope.within('window order by', () => window.orderBy.map(item => bindOrderKey(item, scope)));
  return {partitionBy, orderBy, frame: window.frame === null ? undefined : bindFrame(window.frame, orderBy, scope)};
}

function bindOrderKey({expression, descending}: OrderItem, scope: Scope): OrderKey {
  return {expression: bindScalar(expression, scope), descending};
}

function bindFrame(frame: WindowFrame, orderBy: readonly OrderKey[], scope: Scope): Frame {
  if (frame.start.kind === 'unboundedFollowing')
    throw new SqlError('ER_WINDOW_FRAME_START_ILLEGAL', '<unnamed window>');
  if (frame.end.kind === 'unboundedPreceding') throw new SqlError('ER_WINDOW_FRAME_END_ILLEGAL', '<unnamed window>');
  return {
    unit: frame.unit,
    start: bindEnd(frame.start, frame.unit, orderBy, scope),
    end: bindEnd(frame.end, frame.unit, orderBy, scope),
  };
}

function bindEnd(bound: FrameBound, unit: WindowFrame['unit'], orderBy: readonly OrderKey[], scope: Scope): FrameEnd {
  if (bound.kind !== 'preceding' && bound.kind !== 'following') return {kind: bound.kind};
  if (bound.distance === null) throw new SqlError('ER_WINDOW_FRAME_ILLEGAL', '<unnamed window>');
  const distance = bindScalar(bound.distance, scope);
  if (unit !== 'range') return {kind: bound.kind, distance};
  if (orderBy.length !== 1) throw new SqlError('ER_WINDOW_RANGE_FRAME_ORDER_TYPE', '<unnamed window>');
  return valueEnd(bound, distance, orderBy[0], scope);
}

/** RANGE n PRECEDING: rows whose key lies within n of the current row's. */
function valueEnd(bound: FrameBound, distance: Expression, order: OrderKey, scope: Scope): FrameEnd {
  const {session} = scope.binder.environment;
  const {expression: key, descending} = order;
  const operator = (bound.kind === 'preceding') === descending ? '+' : '-';
  const isTemporal = hasDate(key.type) || key.type.kind === Kind.time;
  if (isTemporal !== (bound.unit !== null))
    throw new SqlError('ER_WINDOW_RANGE_FRAME_TEMPORAL_TYPE', '<unnamed window>');
  if (!isTemporal && !isNumericType(key.type))
    throw new SqlError('ER_WINDOW_RANGE_FRAME_NUMERIC_TYPE', '<unnamed window>');
  const boundary =
    bound.unit === null
      ? bindArithmetic(operator, key, distance, scope.binder)
      : bindInterval(key, operator, distance, bound.unit, scope);
  const type = comparisonType(key, boundary, session.collationConnection, '<');
  return {kind: 'value', boundary: convertTo(boundary, type), key: convertTo(key, type), descending};
}
