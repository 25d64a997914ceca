// Recognises the queries that have a fused class of their own (exec/fused): one table, plain columns or simple aggregates, and at
// most a filter, a sort by bytes and a LIMIT.

import {KEY_PARTS_MAX, KeyLayout, keyPart} from '../../format/key/key-layout.ts';
import {Kind, type SqlType} from '../../format/value/types.ts';
import {AggregateCall} from '../bind/aggregate-call.ts';
import type {BoundQuery, BoundSelect} from '../bind/bound-query.ts';
import type {Expression} from '../bind/expression.ts';
import {ColumnRef} from '../bind/leaf.ts';
import type {Source} from '../bind/source.ts';
import type {Epoch} from '../exec/epoch.ts';
import type {FusedParts} from '../exec/fused/fused-execution.ts';
import {PointSelect} from '../exec/fused/point-select.ts';
import {type AggregateStep, RangeAggregate} from '../exec/fused/range-aggregate.ts';
import {RangeSelect} from '../exec/fused/range-select.ts';
import {RangeSort} from '../exec/fused/range-sort.ts';
import {RowSender} from '../exec/fused/row-sender.ts';
import {PointKey} from '../exec/point-get.ts';
import {PollClock} from '../exec/poll-clock.ts';
import type {ResultColumn} from '../exec/result-column.ts';
import type {RowReader} from '../exec/row-reader.ts';
import type {ReusableExecution} from '../exec/select-execution.ts';
import type {Access} from './access.ts';
import {columnsIn, layoutOf, rowReader, scanParts, tableOf, wirePlans} from './build-scan.ts';
import {hasBlocking} from './dependencies.ts';
import type {PlanNode} from './physical.ts';

/** A fused execution, and how EXPLAIN calls it. */
export interface Fused {
  readonly name: 'point to packet' | 'range to packet' | 'range aggregate' | 'range sorted as bytes';
  readonly execution: ReusableExecution;
}

export interface FusedInput {
  readonly bound: BoundQuery;
  readonly root: PlanNode;
  readonly columns: readonly ResultColumn[];
  readonly registerCount: number;
  readonly epoch: Epoch;
  /** Makes the generic execution of the same plan. */
  readonly generic: () => ReusableExecution;
}

/** The parts of a plan over one table, from the top: limit, sort, distinct, filter, scan. */
interface Shape {
  readonly source: Source;
  readonly access: Access;
  readonly filter: readonly Expression[];
  readonly sort: Extract<PlanNode, {kind: 'sort' | 'topN'}> | undefined;
  readonly isDistinct: boolean;
  readonly aggregates: readonly AggregateCall[] | undefined;
  readonly limit: Expression | undefined;
}

/** The fused execution for a plan, where there is one. */
export function fusedExecution(input: FusedInput): Fused | undefined {
  const {bound} = input;
  if (bound.kind !== 'select') return undefined;
  const shape = shapeOf(input.root);
  if (shape === undefined || shape.filter.some(hasBlocking)) return undefined;
  return new FusedBuilder(input, bound, shape).build();
}

function shapeOf(root: PlanNode): Shape | undefined {
  let node = root;
  let limit: Expression | undefined;
  let sort: Shape['sort'];
  let isDistinct = false;
  let aggregates: readonly AggregateCall[] | undefined;
  let filter: readonly Expression[] = [];
  if (node.kind === 'limit') {
    if (node.offset !== undefined || node.countAll) return undefined;
    limit = node.limit;
    node = node.child;
  }
  if (node.kind === 'sort' || node.kind === 'topN') {
    sort = node;
    node = node.child;
  }
  if (node.kind === 'distinct') {
    isDistinct = true;
    node = node.child;
  }
  if (node.kind === 'aggregate' && node.mode === 'scalar' && sort === undefined && !isDistinct) {
    aggregates = node.calls;
    node = node.child;
  }
  if (node.kind === 'filter') {
    filter = node.conditions;
    node = node.child;
  }
  if (node.kind !== 'scan') return undefined;
  return {source: node.source, access: node.access, filter, sort, isDistinct, aggregates, limit};
}

class FusedBuilder {
  readonly #input: FusedInput;
  readonly #select: BoundSelect;
  readonly #shape: Shape;
  readonly #parts: FusedParts;

  constructor(input: FusedInput, select: BoundSelect, shape: Shape) {
    this.#input = input;
    this.#select = select;
    this.#shape = shape;
    this.#parts = {columns: input.columns, registerCount: input.registerCount, epoch: input.epoch};
  }

  build(): Fused | undefined {
    const {aggregates, sort, isDistinct, access} = this.#shape;
    if (aggregates !== undefined) return this.#aggregate(aggregates);
    const projected = this.#projected();
    if (projected === undefined) return undefined;
    if (sort !== undefined) return this.#sorted(projected);
    if (isDistinct) return undefined;
    return access.kind === 'point' ? this.#point(projected) : this.#range(projected);
  }

  /** Columns of the table that are sent; undefined when something else is. */
  #projected(): readonly number[] | undefined {
    const columns: number[] = [];
    for (const {expression} of this.#select.outputs) {
      if (!(expression instanceof ColumnRef) || expression.source !== this.#shape.source) return undefined;
      columns.push(expression.column);
    }
    return columns;
  }

  #sender(projected: readonly number[], filter: readonly Expression[]): RowSender {
    const {source, access} = this.#shape;
    return new RowSender({
      plans: wirePlans(source, access, projected),
      outputs: this.#select.outputs.map(o => o.expression),
      filterReader: this.#filterReader(filter),
      filter,
      wholeReader: rowReader(source, access, [...new Set([...projected, ...this.#read(filter)])]),
    });
  }

  /** Columns that conditions read. */
  #read(conditions: readonly Expression[]): readonly number[] {
    const {source} = this.#shape;
    const found = new Set<number>();
    const visit = (e: Expression): void => {
      if (e instanceof ColumnRef && e.source === source) found.add(e.column);
      e.children.forEach(visit);
    };
    conditions.forEach(visit);
    return [...found];
  }

  #filterReader(filter: readonly Expression[]): RowReader | undefined {
    const {source, access} = this.#shape;
    return filter.length === 0 ? undefined : rowReader(source, access, this.#read(filter));
  }

  #point(projected: readonly number[]): Fused {
    const {source, access, filter, limit} = this.#shape;
    if (limit !== undefined) return this.#range(projected);
    const table = tableOf(source);
    const execution = new PointSelect({
      ...this.#parts,
      table: table.handle,
      key: new PointKey(table.indexes[0].keyLayout, access.pointValues),
      lock: source.lock.mode,
      wait: source.lock.wait,
      sender: this.#sender(projected, filter),
    });
    return {name: 'point to packet', execution};
  }

  #range(projected: readonly number[]): Fused {
    const {source, access, filter, limit} = this.#shape;
    const scan = scanParts(source, access, new PollClock());
    const sender = this.#sender(projected, filter);
    return {name: 'range to packet', execution: new RangeSelect({...this.#parts, scan, sender, limit})};
  }

  #aggregate(calls: readonly AggregateCall[]): Fused | undefined {
    const {source, access, filter, limit} = this.#shape;
    const {outputs, having} = this.#select;
    if (filter.length > 0 || limit !== undefined || having.length > 0 || access.kind === 'point') return undefined;
    if (outputs.length !== calls.length) return undefined;
    const steps: AggregateStep[] = [];
    for (const {expression} of outputs) {
      const step = expression instanceof AggregateCall ? this.#step(expression) : undefined;
      if (step === undefined) return undefined;
      steps.push(step);
    }
    const isRowNeeded = steps.some(step => step.kind !== 'countRows');
    const scan = {...scanParts(source, access, new PollClock()), isRowNeeded};
    const layout = layoutOf(source, access);
    return {name: 'range aggregate', execution: new RangeAggregate({...this.#parts, scan, layout, steps})};
  }

  #step({definition}: AggregateCall): AggregateStep | undefined {
    const {source, access} = this.#shape;
    const {simple} = definition;
    if (simple === undefined) return undefined;
    if (simple.column === undefined) return {kind: simple.kind, column: -1};
    if (simple.column.source !== source) return undefined;
    return {kind: simple.kind, column: columnsIn(access, [simple.column.column])[0]};
  }

  #sorted(projected: readonly number[]): Fused | undefined {
    const {source, access, filter, sort, isDistinct, limit} = this.#shape;
    const key = sort === undefined ? undefined : this.#sortKey(sort.keys);
    if (key === undefined || access.kind === 'point') return undefined;
    const sorted = new Set((sort?.keys ?? []).map(k => (k.expression as ColumnRef).column));
    if (isDistinct && (sorted.size !== new Set(projected).size || projected.some(c => !sorted.has(c))))
      return undefined;
    const execution = new RangeSort({
      ...this.#parts,
      scan: scanParts(source, access, new PollClock()),
      layout: layoutOf(source, access),
      key,
      isDistinct,
      filterReader: this.#filterReader(filter),
      filter,
      sender: this.#sender(projected, []),
      limit,
      generic: this.#input.generic,
    });
    return {name: 'range sorted as bytes', execution};
  }

  /** The key layout that sorts by these columns; undefined when they are no columns, or of types that have no key. */
  #sortKey(keys: BoundSelect['orderBy']): KeyLayout | undefined {
    const {source, access} = this.#shape;
    if (keys.length > KEY_PARTS_MAX) return undefined;
    const parts = [];
    for (const {expression, descending} of keys) {
      if (!(expression instanceof ColumnRef) || expression.source !== source || !hasSortKey(expression.type))
        return undefined;
      const [column] = columnsIn(access, [expression.column]);
      parts.push(keyPart(column, expression.type, layoutOf(source, access).columns[column].nullable, {descending}));
    }
    return new KeyLayout(parts);
  }
}

/** Types that sort by key bytes. A key that turns out too long sends the execution back to the generic plan. */
function hasSortKey({kind, length}: SqlType): boolean {
  switch (kind) {
    case Kind.char:
    case Kind.varchar:
    case Kind.binary:
    case Kind.varbinary:
      return length <= SORTED_LENGTH_MAX;
    case Kind.text:
    case Kind.blob:
    case Kind.json:
      return false;
    default:
      return true;
  }
}

/** Strings of up to this length are sorted by key bytes: the keys of most values fit. */
const SORTED_LENGTH_MAX = 768;
