// Reading a table by several indexes at once: an OR whose sides are served by different ones (union), or an AND of equalities of which each alone leaves many
// rows (intersection). Entries are cheap, rows are dear: what is read of the table is only what is left.

import type {Source} from '../bind/source.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import {type Access, accessesOf} from './access.ts';
import type {Estimator} from './estimate.ts';
import type {PlanNode} from './physical.ts';
import type {Facts} from './sargable.ts';
import {Cost} from './statistics.ts';

type IndexMerge = Extract<PlanNode, {kind: 'indexMerge'}>;

/** Indexes that one intersection reads. */
const INTERSECTED_MAX = 3;

/** The ways worth considering; none for a table whose rows are to be locked. */
export function indexMerges(source: Source, facts: Facts, estimator: Estimator): readonly IndexMerge[] {
  const {origin} = source;
  if (origin.kind !== 'table' || source.lock.mode !== 0 || origin.hints.length > 0) return [];
  const unions = facts.alternatives.flatMap(sides => union(source, origin.table, sides, estimator) ?? []);
  const intersection = intersected(source, origin.table, facts, estimator);
  return intersection === undefined ? unions : [...unions, intersection];
}

/** The cheapest way by an index for each side; undefined when a side has none. */
function union(
  source: Source,
  table: TableDefinition,
  sides: readonly Facts[],
  estimator: Estimator,
): IndexMerge | undefined {
  const branches: Access[] = [];
  for (const side of sides) {
    const best = byIndex(accessesOf(source, side, estimator));
    if (best === undefined) return undefined;
    branches.push(best);
  }
  // Ranges of one index are a scan of that.
  if (new Set(branches.map(branch => branch.index)).size < 2) return undefined;
  const total = estimator.tableRows(table);
  const entries = branches.reduce((sum, {rows}) => sum + rows, 0);
  return merge(source, 'union', branches, Math.min(total, entries), entries);
}

function intersected(
  source: Source,
  table: TableDefinition,
  facts: Facts,
  estimator: Estimator,
): IndexMerge | undefined {
  const total = estimator.tableRows(table);
  const refs = accessesOf(source, {...facts, alternatives: []}, estimator)
    .filter(({kind, index, covering}) => kind === 'ref' && index > 0 && covering === undefined)
    .sort((a, b) => a.rows - b.rows);
  const branches: Access[] = [];
  const bounded = new Set<number>();
  for (const access of refs) {
    const first = table.indexes[access.index].parts[0].column;
    if (bounded.has(first) || branches.length === INTERSECTED_MAX) continue;
    bounded.add(first);
    branches.push(access);
  }
  if (branches.length < 2) return undefined;
  const rows = branches.reduce((left, access) => left * Math.min(1, access.rows / total), total);
  const entries = branches.reduce((sum, access) => sum + access.rows, 0);
  return merge(source, 'intersect', branches, Math.max(rows, 0.1), entries);
}

function byIndex(accesses: readonly Access[]): Access | undefined {
  const bounded = accesses.filter(({kind}) => kind !== 'full');
  return bounded.reduce<Access | undefined>((a, b) => (a === undefined || b.rows < a.rows ? b : a), undefined);
}

function merge(
  source: Source,
  operation: IndexMerge['operation'],
  branches: readonly Access[],
  rows: number,
  entries: number,
): IndexMerge {
  const cost = Cost.descent * branches.length + entries * (Cost.coveredRow + Cost.storedRow) + rows * Cost.lookupRow;
  return {kind: 'indexMerge', source, operation, branches, rows, cost};
}
