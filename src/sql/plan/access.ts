// How a table is read: which index, over which ranges, in which direction. The cheapest way wins; ways that also deliver a wanted
// order are kept apart, because they may save a sort.

import {decodableParts} from '../../format/key/decode-key.ts';
import {KEY_PARTS_MAX, KeyLayout} from '../../format/key/key-layout.ts';
import type {Expression} from '../bind/expression.ts';
import type {Source} from '../bind/source.ts';
import type {IndexDefinition, TableDefinition} from '../catalog/definition.ts';
import type {BoundEnd, PartBound, RangeBranch} from '../exec/index-ranges.ts';
import type {IndexHint} from '../parse/ast.ts';
import type {Estimator} from './estimate.ts';
import type {ColumnPredicate, Facts} from './sargable.ts';
import {Cost, Selectivity} from './statistics.ts';

/** A way to read a table. */
export interface Access {
  readonly kind: 'full' | 'range' | 'ref' | 'unique' | 'point';
  readonly index: number;
  /** One or more; for `full` none. */
  readonly branches: readonly RangeBranch[];
  /** For `point`: the values of the whole primary key. */
  readonly pointValues: readonly Expression[];
  readonly descending: boolean;
  /** Layout to decode index keys by; undefined when clustered rows are read. */
  readonly covering: KeyLayout | undefined;
  /** Conditions that the ranges enforce entirely. */
  readonly enforced: ReadonlySet<Expression>;
  /** Conditions that are tested on the entries of a secondary index, before their rows are looked up. */
  readonly entryConditions: readonly Expression[];
  /** Leading parts that are fixed to one value: the order of the others is the order of the rows. */
  readonly fixedParts: number;
  readonly rows: number;
  readonly cost: number;
}

/** All ways worth considering, for a table whose columns and conditions are known. */
export function accessesOf(source: Source, facts: Facts, estimator: Estimator): readonly Access[] {
  const {origin} = source;
  if (origin.kind !== 'table') return [];
  const {table, hints} = origin;
  const candidates = usableIndexes(table, hints);
  return candidates.map(index => accessBy(source, table, index, facts, estimator));
}

// --- Hints ---------------------------------------------------------------------------------------------------------

/** Index numbers that hints and visibility leave. The clustered index can always be scanned. */
function usableIndexes(table: TableDefinition, hints: readonly IndexHint[]): readonly number[] {
  const all = table.indexes.map((_, i) => i).filter(i => i === 0 || !table.indexes[i].invisible);
  const named = (action: IndexHint['action']): readonly number[] | undefined => {
    const matching = hints.filter(h => h.action === action && (h.scope === 'all' || h.scope === 'join'));
    if (matching.length === 0) return undefined;
    const names = matching.flatMap(h => h.indexes.map(n => n.toLowerCase()));
    return all.filter(i => names.includes(table.indexes[i].name.toLowerCase()));
  };
  const wanted = named('force') ?? named('use');
  const ignored = named('ignore') ?? [];
  if (wanted !== undefined) return wanted.length === 0 ? [0] : wanted;
  const rest = all.filter(i => !ignored.includes(i));
  return rest.includes(0) ? rest : [0, ...rest];
}

// --- One index -----------------------------------------------------------------------------------------------------

/** What facts make of one index. */
interface Bounds {
  readonly parts: PartBound[];
  readonly enforced: Set<Expression>;
  /** Share of the table's rows. */
  selectivity: number;
  /** Leading parts with exactly one value. */
  fixed: number;
  /** All parts are equal to one value each. */
  isWhole: boolean;
  /** Number of lookups (lists multiply). */
  lookups: number;
}

function accessBy(source: Source, table: TableDefinition, number: number, facts: Facts, estimator: Estimator): Access {
  const index = table.indexes[number];
  const share: EqualShare = part => equalSelectivity(table, number, part, estimator);
  const bounds = boundsOf(index, facts.predicates, share);
  if (bounds.parts.length === 0) {
    const branches = alternativeBranches(index, facts, share);
    return branches === undefined
      ? fullScan(source, table, number, estimator.tableRows(table))
      : rangeScan(source, table, number, branches, estimator);
  }
  return rangeScan(source, table, number, [bounds], estimator);
}

function fullScan(source: Source, table: TableDefinition, number: number, rows: number): Access {
  const covering = coveringLayout(source, table, number);
  return {
    kind: 'full',
    index: number,
    branches: [],
    pointValues: [],
    descending: false,
    covering,
    enforced: new Set(),
    entryConditions: [],
    fixedParts: 0,
    rows,
    cost: Cost.descent + rows * rowCost(number, covering),
  };
}

function rangeScan(
  source: Source,
  table: TableDefinition,
  number: number,
  branches: readonly Bounds[],
  estimator: Estimator,
): Access {
  const index = table.indexes[number];
  const [first] = branches;
  const isSingle = branches.length === 1;
  const unique = isSingle && first.isWhole && index.kind !== 'index' && !hasNullPart(first);
  const covering = coveringLayout(source, table, number);
  const rows = unique ? first.lookups : rangeRows(table, number, branches, estimator);
  const isPoint = unique && number === 0 && first.lookups === 1 && isExactPoint(first, index, table);
  return {
    kind: isPoint ? 'point' : unique ? 'unique' : isRef(first, isSingle) ? 'ref' : 'range',
    index: number,
    branches: branches.map(b => b.parts),
    pointValues: isPoint ? first.parts.map(p => (p.kind === 'equal' ? p.values[0] : never())) : [],
    descending: false,
    covering: isPoint ? undefined : covering,
    enforced: isSingle ? first.enforced : new Set(),
    entryConditions: [],
    fixedParts: isSingle ? first.fixed : 0,
    rows: Math.max(rows, unique ? 1 : 0.1),
    cost: Cost.descent * branches.reduce((n, b) => n + b.lookups, 0) + rows * rowCost(number, covering),
  };
}

function never(): never {
  throw new RangeError('a point access has only equalities');
}

function hasNullPart({parts}: Bounds): boolean {
  return parts.some(p => p.kind === 'null' || (p.kind === 'equal' && p.nullSafe));
}

/** Every condition is enforced exactly, so that a miss is a miss. */
function isExactPoint({parts, enforced}: Bounds, index: IndexDefinition, table: TableDefinition): boolean {
  if (enforced.size < index.parts.length) return false;
  return parts.every((p, i) => p.kind === 'equal' && !p.nullSafe && !table.columns[index.parts[i].column].nullable);
}

function isRef({parts}: Bounds, isSingle: boolean): boolean {
  return isSingle && parts.every(p => p.kind === 'null' || (p.kind === 'equal' && p.values.length === 1));
}

function rowCost(index: number, covering: KeyLayout | undefined): number {
  if (covering !== undefined) return Cost.coveredRow;
  return index === 0 ? Cost.sequentialRow : Cost.lookupRow;
}

function rangeRows(table: TableDefinition, number: number, branches: readonly Bounds[], estimator: Estimator): number {
  const known = estimator.rangeRows(
    table,
    number,
    branches.map(b => b.parts),
  );
  if (known !== undefined) return known;
  const rows = estimator.tableRows(table);
  return Math.min(
    rows,
    branches.reduce((sum, b) => sum + b.selectivity * rows, 0),
  );
}

// --- Bounds from predicates ----------------------------------------------------------------------------------------

/** Share of the rows that have one value in a part of an index. */
type EqualShare = (part: number) => number;

function boundsOf(index: IndexDefinition, predicates: readonly ColumnPredicate[], share: EqualShare): Bounds {
  const bounds: Bounds = {parts: [], enforced: new Set(), selectivity: 1, fixed: 0, isWhole: false, lookups: 1};
  for (const [i, part] of index.parts.entries()) {
    const own = predicates.filter(p => p.column === part.column);
    const equal = equality(own, part.length > 0, bounds);
    if (equal === undefined) {
      const last = lastBound(own, part.length > 0, bounds);
      if (last !== undefined) bounds.parts.push(last);
      return bounds;
    }
    bounds.parts.push(equal);
    const isLast = i === index.parts.length - 1;
    bounds.isWhole = isLast && part.length === 0;
    const values = equal.kind === 'equal' ? equal.values.length : 1;
    bounds.lookups *= values;
    if (bounds.fixed === i && values === 1) bounds.fixed++;
    bounds.selectivity *= values * share(i);
  }
  return bounds;
}

/** By the number of different values; where that is unknown, each further part of a unique index comes closer to one row. */
function equalSelectivity(table: TableDefinition, number: number, part: number, estimator: Estimator): number {
  const index = table.indexes[number];
  const known = estimator.shareOfPart(table, number, part);
  if (known !== undefined) return known;
  if (index.kind !== 'index') return estimator.tableRows(table) ** (-1 / index.parts.length);
  return part === 0 ? Selectivity.equal : 0.1;
}

/** A bound of the part to one value, a list or NULL. Prefix parts enforce nothing. */
function equality(own: readonly ColumnPredicate[], isPrefix: boolean, bounds: Bounds): PartBound | undefined {
  for (const p of own) {
    if (p.kind === 'compare' && (p.operator === '=' || p.operator === '<=>')) {
      if (p.exact && !isPrefix) bounds.enforced.add(p.condition);
      return {kind: 'equal', values: [p.value], nullSafe: p.operator === '<=>'};
    }
    if (p.kind === 'isNull') {
      bounds.enforced.add(p.condition);
      return {kind: 'null'};
    }
  }
  for (const p of own) {
    if (p.kind !== 'in') continue;
    if (p.exact && !isPrefix) bounds.enforced.add(p.condition);
    return {kind: 'equal', values: p.values, nullSafe: false};
  }
  return undefined;
}

/** A bound that ends the usable parts: a range or a beginning. */
function lastBound(own: readonly ColumnPredicate[], isPrefix: boolean, bounds: Bounds): PartBound | undefined {
  let low: BoundEnd | undefined;
  let high: BoundEnd | undefined;
  let notNull = false;
  for (const p of own) {
    if (p.kind === 'notNull') {
      bounds.enforced.add(p.condition);
      notNull = true;
    }
    if (p.kind !== 'compare') continue;
    const end: BoundEnd = {expression: p.value, inclusive: p.operator.endsWith('=')};
    const isLow = p.operator.startsWith('>');
    if (isLow ? low !== undefined : high !== undefined) continue;
    if (isLow) low = end;
    else high = end;
    if (p.exact && !isPrefix) bounds.enforced.add(p.condition);
  }
  if (low !== undefined || high !== undefined) {
    bounds.selectivity *= low !== undefined && high !== undefined ? Selectivity.between : Selectivity.range;
    return {kind: 'between', low, high};
  }
  const like = own.find(p => p.kind === 'like');
  if (like?.kind === 'like') {
    bounds.selectivity *= Selectivity.like;
    return {kind: 'like', pattern: like.pattern, escape: like.escape};
  }
  if (!notNull) return undefined;
  bounds.selectivity *= Selectivity.notNull;
  return {kind: 'between', low: undefined, high: undefined};
}

/** The branches of the first OR each of whose sides bounds the index. */
function alternativeBranches(index: IndexDefinition, facts: Facts, share: EqualShare): readonly Bounds[] | undefined {
  for (const branches of facts.alternatives) {
    const bounds = branches.map(branch => boundsOf(index, branch.predicates, share));
    if (bounds.every(b => b.parts.length > 0)) return bounds;
  }
  return undefined;
}

// --- Covering ------------------------------------------------------------------------------------------------------

/** The layout by which a secondary index's keys give all columns that are read; undefined when they do not. */
export function coveringLayout(source: Source, table: TableDefinition, number: number): KeyLayout | undefined {
  if (number === 0 || source.lock.mode !== 0) return undefined;
  const layout = wholeKeyLayout(table, number);
  if (layout === undefined) return undefined;
  const decodable = decodableParts(layout);
  const has = (column: number): boolean => layout.parts.some((p, i) => p.column === column && decodable[i]);
  for (let column = 0; column < source.registers.length; column++) {
    if (source.registers[column] >= 0 && !has(column)) return undefined;
  }
  return layout;
}

/** The parts of a secondary entry's key: the index's own, then the primary key's. */
export function wholeKeyLayout(table: TableDefinition, number: number): KeyLayout | undefined {
  const own = table.indexes[number].keyLayout.parts;
  const primary = table.indexes[0].keyLayout.parts;
  if (own.length + primary.length > KEY_PARTS_MAX) return undefined;
  return new KeyLayout([...own, ...primary]);
}

// --- Order ---------------------------------------------------------------------------------------------------------

/** A wanted order on columns of one source. */
export interface WantedOrder {
  readonly column: number;
  readonly descending: boolean;
}

/**
 * Whether an access delivers rows in this order: 1 forwards, -1 backwards, 0 not. Parts fixed to one value can be passed
 * over, columns of the order that are fixed too. (Several ranges are read in index order, so they keep it.)
 */
export function orderDirection(access: Access, table: TableDefinition, wanted: readonly WantedOrder[]): number {
  if (access.kind === 'point') return 1;
  const index = table.indexes[access.index];
  const fixed = new Set(index.parts.slice(0, access.fixedParts).map(p => p.column));
  const parts = orderedParts(table, access.index).slice(access.fixedParts);
  let direction = 0;
  let at = 0;
  for (const {column, descending} of wanted) {
    if (fixed.has(column)) continue;
    const part = parts[at++];
    if (part === undefined || part.column !== column || part.isPrefix) return 0;
    const wants = part.descending === descending ? 1 : -1;
    if (direction !== 0 && direction !== wants) return 0;
    direction = wants;
  }
  return direction === 0 ? 1 : direction;
}

function orderedParts(
  table: TableDefinition,
  number: number,
): readonly {readonly column: number; readonly descending: boolean; readonly isPrefix: boolean}[] {
  const of = (i: number): readonly {column: number; descending: boolean; isPrefix: boolean}[] =>
    table.indexes[i].parts.map(p => ({column: p.column, descending: p.descending, isPrefix: p.length > 0}));
  return number === 0 ? of(0) : [...of(number), ...of(0)];
}
