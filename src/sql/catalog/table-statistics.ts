// Row counts and histograms for the planner, kept per primary for some seconds. Counts come from a few pages near each tree's root; a plan made with
// old ones is only slower.

import {BLOCKED, type Engine, type EngineSession, ROW, type TreeStatistics} from '../../engine/api.ts';
import type {Clock} from '../../env/clock.ts';
import type {PlanStatistics} from '../plan/statistics.ts';
import type {Catalog} from './catalog.ts';
import type {TableDefinition} from './definition.ts';
import {decodeHistograms, type Histogram} from './histogram.ts';
import {RecordKind} from './record-tree.ts';
import type {Steps} from './steps.ts';
import type {StoredColumn} from './stored-table.ts';

const FRESH_MS = 10_000;
const TABLES_MAX = 4096;

interface Known {
  readonly rows: number;
  readonly pages: number;
  readonly atMs: number;
  readonly histograms: readonly Histogram[];
}

export class TableStatisticsCache {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #catalog: Catalog;
  readonly #known: Map<number, Known> = new Map();

  constructor(engine: Engine, clock: Clock, catalog: Catalog) {
    this.#engine = engine;
    this.#clock = clock;
    this.#catalog = catalog;
  }

  /** Makes sure that the counts of a table are known, and not too old. */
  *load(session: EngineSession, table: TableDefinition): Steps<Known> {
    const known = this.#known.get(table.id);
    if (known !== undefined && this.#clock.now() - known.atMs < FRESH_MS) return known;
    const out: TreeStatistics = {rows: 0, pages: 0, levels: 0};
    let result: number;
    while ((result = this.#engine.statistics(session, table.handle.clustered, out)) === BLOCKED) yield;
    const histograms = yield* histogramsOf(this.#catalog, session, table);
    const fresh = {rows: result === ROW ? out.rows : 0, pages: out.pages, atMs: this.#clock.now(), histograms};
    if (this.#known.size >= TABLES_MAX) this.#known.clear();
    this.#known.set(table.id, fresh);
    return fresh;
  }

  forget(tableId: number): void {
    this.#known.delete(tableId);
  }

  /** What the planner asks for, on behalf of a session. It must not wait: what is not at hand is unknown. */
  for(session: EngineSession): PlanStatistics {
    return {
      rows: table => this.#known.get(table.id)?.rows,
      rangeRows: (table, index, low, high) => {
        const tree = index === 0 ? table.handle.clustered : table.handle.secondaries[index - 1].tree;
        const rows = this.#engine.estimateRange(session, tree, low, high);
        return rows < 0 ? undefined : rows;
      },
      histogram: (table, column) => {
        const {id, type} = table.columns[column] as StoredColumn;
        const found = this.#known.get(table.id)?.histograms.find(histogram => histogram.column === id);
        return found !== undefined && JSON.stringify(found.type) === JSON.stringify(type) ? found : undefined;
      },
    };
  }
}

function* histogramsOf(catalog: Catalog, session: EngineSession, {id}: TableDefinition): Steps<readonly Histogram[]> {
  const text = yield* catalog.readers.read(session.waiter, reader =>
    catalog.records.read(reader, RecordKind.histograms, '', String(id)),
  );
  return text === undefined ? [] : decodeHistograms(text);
}
