// A second opinion on the planner: evaluates a bound SELECT the slow and obvious way. Every table is read whole, joins are loops over all
// pairs in the order in which they are written, WHERE is tested on each result. Only the expressions are the same code.

import {readColumn} from '../../../format/row/decode.ts';
import type {Value} from '../../../format/value/types.ts';
import type {BoundSelect, JoinTree} from '../../bind/bound-query.ts';
import {sourcesOf} from '../../bind/bound-query.ts';
import type {Expression} from '../../bind/expression.ts';
import type {Source} from '../../bind/source.ts';
import type {ExecContext} from '../contract.ts';
import type {FakeEngine} from './fake-engine.ts';

/** Values of the registers of some sources. */
type Row = ReadonlyMap<number, Value>;

function put(row: Row, context: ExecContext): void {
  for (const [register, value] of row) context.registers[register] = value;
}

function holds(conditions: readonly Expression[], rows: readonly Row[], context: ExecContext): boolean {
  for (const row of rows) put(row, context);
  return conditions.every(c => c.evaluate(context) === 1);
}

/** All rows of a base table. */
function tableRows(source: Source, engine: FakeEngine): readonly Row[] {
  const {origin} = source;
  if (origin.kind !== 'table') throw new RangeError('only base tables');
  const {table} = origin;
  return engine.table(table.handle).indexes[0].map(({row}) => {
    const values = new Map<number, Value>();
    for (const [column, register] of source.registers.entries()) {
      if (register >= 0) values.set(register, readColumn(table.rowLayout, row.memory, 0, column));
    }
    return values;
  });
}

function nullRow(tree: JoinTree): Row {
  const row = new Map<number, Value>();
  for (const source of sourcesOf(tree))
    for (const register of source.registers) if (register >= 0) row.set(register, null);
  return row;
}

function joined(tree: JoinTree, context: ExecContext, engine: FakeEngine): readonly Row[] {
  switch (tree.kind) {
    case 'source':
      return tableRows(tree.source, engine);
    case 'filtered':
      return joined(tree.tree, context, engine).filter(row => holds(tree.conditions, [row], context));
    default: {
      const right = joined(tree.right, context, engine);
      return joined(tree.left, context, engine).flatMap(l => {
        const pairs = right.filter(r => holds(tree.on, [l, r], context)).map(r => new Map([...l, ...r]));
        return pairs.length === 0 && tree.type === 'left' ? [new Map([...l, ...nullRow(tree.right)])] : pairs;
      });
    }
  }
}

/** The values of the select list, for each row that FROM and WHERE leave. */
export function naiveRows(
  select: BoundSelect,
  context: ExecContext,
  engine: FakeEngine,
): readonly (readonly Value[])[] {
  const rows = select.from === undefined ? [new Map<number, Value>()] : joined(select.from, context, engine);
  return rows
    .filter(row => holds(select.where, [row], context))
    .map(row => {
      put(row, context);
      return select.outputs.map(o => o.expression.evaluate(context));
    });
}
