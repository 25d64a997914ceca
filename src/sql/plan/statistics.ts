// What the planner may know of the amounts of data. All of it is approximate and may be missing: plans are only slower for it.

import type {TableDefinition} from '../catalog/definition.ts';
import type {Histogram} from '../catalog/histogram.ts';

export interface PlanStatistics {
  /** Rows of a table; undefined when unknown. */
  rows(table: TableDefinition): number | undefined;
  /** Rows of an index of the table between two keys (undefined = open); undefined when unknown. */
  rangeRows(
    table: TableDefinition,
    index: number,
    low: Uint8Array | undefined,
    high: Uint8Array | undefined,
  ): number | undefined;
  /** Different values of the first `parts` parts of an index; undefined when unknown. */
  distinct(table: TableDefinition, index: number, parts: number): number | undefined;
  /** How the values of a column were spread; undefined when that was never looked at. */
  histogram(table: TableDefinition, column: number): Histogram | undefined;
}

/** Rows of a table of which nothing is known. */
export const ROWS_UNKNOWN = 1000;

export const NO_STATISTICS: PlanStatistics = {
  rows: () => undefined,
  rangeRows: () => undefined,
  distinct: () => undefined,
  histogram: () => undefined,
};

/** Shares of rows that conditions let through when nothing better is known. */
export const Selectivity = {
  /** One value of a part of an index that is not unique. */
  equal: 0.01,
  /** A bound on one side. */
  range: 0.33,
  /** Bounds on both sides. */
  between: 0.05,
  like: 0.05,
  null: 0.05,
  notNull: 0.9,
  /** Any other condition. */
  other: 0.33,
} as const;

/** Costs in units of one row read in a sequential scan of the clustered index. */
export const Cost = {
  descent: 2,
  sequentialRow: 1,
  coveredRow: 0.7,
  /** A clustered row by way of a secondary entry. */
  lookupRow: 3,
  storedRow: 0.4,
  hashRow: 0.6,
  sortRow: 0.25,
  filterRow: 0.1,
} as const;
