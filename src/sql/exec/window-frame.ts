// Where each row's frame begins and ends.

import {SqlError} from '../../base/sql-error.ts';
import type {Value} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import type {FrameEnd, WindowSpec} from '../bind/window-call.ts';
import type {ExecContext} from './contract.ts';
import {compareValues} from './value-order.ts';

/** The rows of a partition, as far as frames need them. */
export interface FrameRows {
  readonly count: number;
  evaluate(expression: Expression, row: number, context: ExecContext): Value;
  peerGroup(row: number): number;
  peerStart(row: number): number;
  peerEnd(row: number): number;
  /** First row of a peer group by number; `count` behind the last. */
  groupStart(group: number): number;
}

/** Bounds of all frames of a partition under one specification. */
export class FrameBounds {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly startAtZero: boolean;

  constructor(spec: WindowSpec, rows: FrameRows, context: ExecContext) {
    const {frame} = spec;
    this.starts = new Int32Array(rows.count);
    this.ends = new Int32Array(rows.count);
    this.startAtZero = frame === undefined || frame.start.kind === 'unboundedPreceding';
    for (let row = 0; row < rows.count; row++) {
      const start = frame === undefined ? 0 : startOf(frame.start, frame.unit, rows, row, context);
      const end = frame === undefined ? defaultEnd(spec, rows, row) : endOf(frame.end, frame.unit, rows, row, context);
      this.starts[row] = start;
      this.ends[row] = Math.max(start, end);
    }
  }
}

function defaultEnd(spec: WindowSpec, rows: FrameRows, row: number): number {
  return spec.orderBy.length === 0 ? rows.count : rows.peerEnd(row);
}

function startOf(
  end: FrameEnd,
  unit: 'rows' | 'range' | 'groups',
  rows: FrameRows,
  row: number,
  context: ExecContext,
): number {
  switch (end.kind) {
    case 'unboundedPreceding':
      return 0;
    case 'unboundedFollowing':
      return rows.count;
    case 'currentRow':
      return unit === 'rows' ? row : rows.peerStart(row);
    case 'value':
      return valueBound(end, rows, row, true, context);
    default: {
      const distance = distanceOf(end.distance, context) * (end.kind === 'preceding' ? -1 : 1);
      if (unit === 'rows') return clamp(row + distance, rows.count);
      return rows.groupStart(rows.peerGroup(row) + distance);
    }
  }
}

function endOf(
  end: FrameEnd,
  unit: 'rows' | 'range' | 'groups',
  rows: FrameRows,
  row: number,
  context: ExecContext,
): number {
  switch (end.kind) {
    case 'unboundedPreceding':
      return 0;
    case 'unboundedFollowing':
      return rows.count;
    case 'currentRow':
      return unit === 'rows' ? row + 1 : rows.peerEnd(row);
    case 'value':
      return valueBound(end, rows, row, false, context);
    default: {
      const distance = distanceOf(end.distance, context) * (end.kind === 'preceding' ? -1 : 1);
      if (unit === 'rows') return clamp(row + distance + 1, rows.count);
      return rows.groupStart(rows.peerGroup(row) + distance + 1);
    }
  }
}

function clamp(row: number, count: number): number {
  return Math.min(Math.max(row, 0), count);
}

/** A frame distance: a whole number that is not negative (3586). */
function distanceOf(expression: Expression, context: ExecContext): number {
  const value = expression.evaluate(context);
  if (value === null || Number(value) < 0) throw new SqlError('ER_WINDOW_FRAME_ILLEGAL', '<unnamed window>');
  return Number(value);
}

/** RANGE: the first row whose key has reached (start) or passed (end) the boundary, by binary search. */
function valueBound(
  end: Extract<FrameEnd, {kind: 'value'}>,
  rows: FrameRows,
  row: number,
  isStart: boolean,
  context: ExecContext,
): number {
  const own = rows.evaluate(end.key, row, context);
  if (own === null) return isStart ? rows.peerStart(row) : rows.peerEnd(row);
  const boundary = rows.evaluate(end.boundary, row, context);
  const direction = end.descending ? -1 : 1;
  const isBefore = (other: number): boolean => {
    const key = rows.evaluate(end.key, other, context);
    if (key === null) return direction > 0;
    const order = compareValues(key, boundary, end.key.type) * direction;
    return isStart ? order < 0 : order <= 0;
  };
  let low = 0;
  let high = rows.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
