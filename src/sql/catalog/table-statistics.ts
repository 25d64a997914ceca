// What the planner knows of the amounts of data, kept per primary: row counts, different values of indexes, histograms.
//
// Counts and values come from a few pages of each tree. They are taken anew when a plan is made and they are old, or this primary has changed a tenth of the rows
// since; and every now and then in the background, for the plans that are kept: those made with figures that are off by more than a tenth are planned anew.

import {CorruptionError} from '../../base/errors.ts';
import {SqlError} from '../../base/sql-error.ts';
import {
  BLOCKED,
  type ChangeCount,
  type Engine,
  type EngineSession,
  ROW,
  type TreeRef,
  type TreeStatistics,
} from '../../engine/api.ts';
import type {Clock} from '../../env/clock.ts';
import type {KeyLayout} from '../../format/key/key-layout.ts';
import {type PlanStatistics, ROWS_UNKNOWN} from '../plan/statistics.ts';
import type {Catalog} from './catalog.ts';
import type {TableDefinition} from './definition.ts';
import {DistinctValues} from './distinct-values.ts';
import {decodeHistograms, type Histogram} from './histogram.ts';
import {RecordKind} from './record-tree.ts';
import type {Steps} from './steps.ts';
import type {StoredColumn} from './stored-table.ts';

/** Figures are old after this long. Also how often the background looks. Milliseconds. */
const FRESH_MS = 10_000;
const TABLES_MAX = 4096;
/** Leaves of each tree that are looked at. */
const SAMPLE_LEAVES = 8;
/** So many changes more than a tenth of the rows make figures old. */
const CHANGES_MIN = 10;
/** Tables that the background looks at each time for what other primaries have changed. */
const LOOKED_AT = 4;

/** The figures that plans were made with, as long as they are about right. */
export interface StatisticsBasis {
  /** They are not any more: whoever keeps a plan makes a new one. */
  isOld: boolean;
}

interface IndexFigures {
  readonly rows: number;
  readonly pages: number;
  /** By number of leading parts, less one. */
  readonly distinct: readonly number[];
}

interface Figures {
  readonly rows: number;
  readonly pages: number;
  /** By index of the table. */
  readonly distinct: readonly (readonly number[])[];
}

interface Taken extends Figures {
  readonly atMs: number;
  /** Counts the changes of this primary; and what it said then. */
  readonly changes: ChangeCount;
  readonly changesThen: number;
  readonly histograms: readonly Histogram[];
}

interface Known extends Taken {
  readonly table: TableDefinition;
  readonly basis: StatisticsBasis;
  /** The figures when the basis began. */
  readonly first: Figures;
}

export class TableStatisticsCache {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #catalog: Catalog;
  /** Runs steps that belong to no client. */
  readonly #run: (make: (engine: EngineSession) => Steps<void>) => void;
  readonly #known: Map<number, Known> = new Map();
  #isWatching = false;

  constructor(
    engine: Engine,
    clock: Clock,
    catalog: Catalog,
    run: (make: (engine: EngineSession) => Steps<void>) => void,
  ) {
    this.#engine = engine;
    this.#clock = clock;
    this.#catalog = catalog;
    this.#run = run;
  }

  /** Makes sure that the figures of a table are known, and not too old. */
  *load(session: EngineSession, table: TableDefinition): Steps<Figures> {
    const fresh = this.#fresh(table);
    // Of another definition's table it would count the wrong changes.
    if (fresh !== undefined && fresh.changes === table.handle.changes) return fresh;
    return this.#keep(table, yield* this.#take(session, table));
  }

  /** The figures of a table whose definition has been read but not opened, for listings. */
  *look(session: EngineSession, table: TableDefinition): Steps<Figures> {
    return this.#fresh(table) ?? (yield* figuresOf(this.#engine, session, table));
  }

  /** Rows and pages only, for listings of many tables. */
  *size(session: EngineSession, table: TableDefinition): Steps<{readonly rows: number; readonly pages: number}> {
    const fresh = this.#fresh(table);
    if (fresh !== undefined) return fresh;
    const out: TreeStatistics = {rows: 0, pages: 0, levels: 0};
    let result: number;
    while ((result = this.#engine.statistics(session, table.handle.clustered, out)) === BLOCKED) yield;
    return {rows: result === ROW ? out.rows : 0, pages: out.pages};
  }

  /** What is known of a table and not too old. */
  #fresh({id}: TableDefinition): Known | undefined {
    const known = this.#known.get(id);
    if (known === undefined || hasChanged(known) || this.#clock.now() - known.atMs >= FRESH_MS) return undefined;
    return known;
  }

  *#take(session: EngineSession, table: TableDefinition): Steps<Taken> {
    const {changes} = table.handle;
    const changesThen = changes.rows;
    const figures = yield* figuresOf(this.#engine, session, table);
    const histograms = yield* histogramsOf(this.#catalog, session, table);
    return {...figures, atMs: this.#clock.now(), changes, changesThen, histograms};
  }

  #keep(table: TableDefinition, taken: Taken): Known {
    const before = this.#known.get(table.id);
    const isRight = before !== undefined && before.table === table && isLike(before.first, taken);
    if (before !== undefined && !isRight) before.basis.isOld = true;
    const {basis, first} = isRight ? before : {basis: {isOld: false}, first: taken};
    const known = {...taken, table, basis, first};
    if (this.#known.size >= TABLES_MAX) this.#forgetAll();
    // The table looked at longest ago stands first.
    this.#known.delete(table.id);
    this.#known.set(table.id, known);
    this.#watch();
    return known;
  }

  forget(tableId: number): void {
    const known = this.#known.get(tableId);
    if (known !== undefined) known.basis.isOld = true;
    this.#known.delete(tableId);
  }

  #forgetAll(): void {
    for (const {basis} of this.#known.values()) basis.isOld = true;
    this.#known.clear();
  }

  /** What a plan for a table that is made now will have been made with. */
  basisOf(tableId: number): StatisticsBasis | undefined {
    return this.#known.get(tableId)?.basis;
  }

  // --- In the background ---------------------------------------------------------------------------------------------

  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#clock.after(FRESH_MS, () => this.#run(session => this.#lookAround(session)));
  }

  /** Tables that this primary has changed, and a few others that somebody else may have changed. */
  *#lookAround(session: EngineSession): Steps<void> {
    const now = this.#clock.now();
    const all = [...this.#known.values()];
    const others = all.filter(known => !hasChanged(known) && now - known.atMs >= FRESH_MS).slice(0, LOOKED_AT);
    for (const {table} of [...all.filter(hasChanged), ...others]) {
      const taken = yield* this.#tryTake(session, table);
      // It may have been redefined meanwhile, or dropped.
      if (this.#known.get(table.id)?.table !== table) continue;
      if (taken === undefined || taken.pages === 0) this.forget(table.id);
      else this.#keep(table, taken);
    }
    this.#isWatching = false;
    if (this.#known.size > 0) this.#watch();
  }

  /** Undefined: it cannot be had now. */
  *#tryTake(session: EngineSession, table: TableDefinition): Steps<Taken | undefined> {
    try {
      return yield* this.#take(session, table);
    } catch (error) {
      if (!(error instanceof SqlError || error instanceof CorruptionError)) throw error;
      return undefined;
    }
  }

  /** What the planner asks for, on behalf of a session. It must not wait: what is not at hand is unknown. */
  for(session: EngineSession): PlanStatistics {
    return {
      rows: table => this.#known.get(table.id)?.rows,
      rangeRows: (table, index, low, high) => {
        const rows = this.#engine.estimateRange(session, treeOf(table, index), low, high);
        return rows < 0 ? undefined : rows;
      },
      distinct: (table, index, parts) => this.#known.get(table.id)?.distinct.at(index)?.[parts - 1],
      histogram: (table, column) => {
        const {id, type} = table.columns[column] as StoredColumn;
        const found = this.#known.get(table.id)?.histograms.find(histogram => histogram.column === id);
        return found !== undefined && JSON.stringify(found.type) === JSON.stringify(type) ? found : undefined;
      },
    };
  }
}

function treeOf({handle}: TableDefinition, index: number): TreeRef {
  return index === 0 ? handle.clustered : handle.secondaries[index - 1].tree;
}

/** This primary has changed a tenth of the rows since. */
function hasChanged({changes, changesThen, rows}: Known): boolean {
  return changes.rows - changesThen > CHANGES_MIN + rows / 10;
}

function isLike(a: Figures, b: Figures): boolean {
  const alike = (one: number, other: number): boolean => Math.abs(one - other) <= CHANGES_MIN + one / 10;
  return (
    alike(a.rows, b.rows) && a.distinct.every((parts, i) => parts.every((n, part) => alike(n, b.distinct[i][part])))
  );
}

function* figuresOf(engine: Engine, session: EngineSession, table: TableDefinition): Steps<Figures> {
  const clustered = yield* sample(engine, session, table.handle.clustered, table.indexes[0].keyLayout);
  const distinct = [clustered.distinct];
  for (const {tree, keyLayout} of table.indexes.slice(1)) {
    // A sample may take half a millisecond: others have their turn between two.
    session.waiter.wake();
    yield;
    distinct.push((yield* sample(engine, session, tree, keyLayout)).distinct);
  }
  return {rows: clustered.rows, pages: clustered.pages, distinct};
}

function* sample(engine: Engine, session: EngineSession, tree: TreeRef, layout: KeyLayout): Steps<IndexFigures> {
  const values = new DistinctValues(layout);
  const job = engine.newTreeSample(session, tree, SAMPLE_LEAVES, values);
  const nothing = layout.parts.map(() => 0);
  try {
    while (job.poll() === BLOCKED) yield;
  } catch (error) {
    // Whoever reads the damaged page is told; those who do not can do without figures.
    if (!(error instanceof CorruptionError)) throw error;
    return {rows: ROWS_UNKNOWN, pages: 1, distinct: nothing};
  }
  const {levels} = job;
  if (levels.length === 0) return {rows: 0, pages: 0, distinct: nothing};
  const [{seen, pages, entries}] = levels;
  const rows = Math.round((pages * entries) / seen);
  return {rows, pages: levels.reduce((sum, level) => sum + level.pages, 0), distinct: values.estimate(levels, rows)};
}

function* histogramsOf(catalog: Catalog, session: EngineSession, {id}: TableDefinition): Steps<readonly Histogram[]> {
  const text = yield* catalog.readers.read(session.waiter, reader =>
    catalog.records.read(reader, RecordKind.histograms, '', String(id)),
  );
  return text === undefined ? [] : decodeHistograms(text);
}
