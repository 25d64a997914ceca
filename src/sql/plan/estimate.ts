// Row estimates for the planner: the statistics, and for ranges whose bounds are known the engine's own count of what lies between two
// keys.

import type {EngineSession} from '../../engine/api.ts';
import type {Value} from '../../format/value/types.ts';
import {type Expression, some, Volatility} from '../bind/expression.ts';
import {Parameter} from '../bind/leaf.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import {type Histogram, shareBelow, shareEqual} from '../catalog/histogram.ts';
import type {ExecContext, SessionState} from '../exec/contract.ts';
import {IndexRanges, type PartBound, type RangeBranch} from '../exec/index-ranges.ts';
import type {ColumnPredicate, RangeOperator} from './sargable.ts';
import {type PlanStatistics, ROWS_UNKNOWN} from './statistics.ts';

/** What is known of an execution when its plan is made. */
export interface KnownValues {
  readonly session: SessionState;
  /** Undefined: the values of `?` are not known. */
  readonly parameters: readonly Value[] | undefined;
}

/** More ranges than this are not asked about. */
const RANGES_ASKED_MAX = 8;

export class Estimator {
  readonly #statistics: PlanStatistics;
  readonly #known: KnownValues | undefined;

  constructor(statistics: PlanStatistics, known: KnownValues | undefined) {
    this.#statistics = statistics;
    this.#known = known;
  }

  /** Rows of a table, at least 1. */
  tableRows(table: TableDefinition): number {
    return Math.max(this.#statistics.rows(table) ?? ROWS_UNKNOWN, 1);
  }

  /** Rows in ranges of an index; undefined when the bounds are not known yet, or nobody can tell. */
  rangeRows(table: TableDefinition, index: number, branches: readonly RangeBranch[]): number | undefined {
    const context = this.#context();
    if (context === undefined || !branches.every(branch => branch.every(bound => this.#isKnown(bound))))
      return undefined;
    const ranges = new IndexRanges(table.indexes[index].keyLayout, branches).make(context);
    if (ranges.length > RANGES_ASKED_MAX) return undefined;
    let sum = 0;
    for (const {low, high} of ranges) {
      const rows = this.#statistics.rangeRows(table, index, low, high);
      if (rows === undefined) return undefined;
      sum += rows;
    }
    return sum;
  }

  /** Share of a table's rows that have what a predicate says, by the histogram of its column; undefined when there is none, or the value is not known. */
  share(table: TableDefinition, predicate: ColumnPredicate): number | undefined {
    const histogram = this.#statistics.histogram(table, predicate.column);
    if (histogram === undefined) return undefined;
    switch (predicate.kind) {
      case 'isNull':
        return histogram.nullShare;
      case 'notNull':
        return 1 - histogram.nullShare;
      case 'compare':
        return this.#shareCompared(histogram, predicate.operator, predicate.value);
      case 'in': {
        const shares = predicate.values.map(value => this.#shareCompared(histogram, '=', value));
        return shares.reduce((sum, one) => (sum === undefined || one === undefined ? undefined : sum + one), 0);
      }
      default:
        return undefined;
    }
  }

  /**
   * Share of the rows with one value in a part of an index among those with one value in each part before it, on average over the values; undefined when nobody knows
   * how many there are.
   */
  shareOfPart(table: TableDefinition, index: number, part: number): number | undefined {
    const own = this.#statistics.distinct(table, index, part + 1);
    const before = part === 0 ? 1 : this.#statistics.distinct(table, index, part);
    return own === undefined || before === undefined || own === 0 ? undefined : Math.min(1, before / own);
  }

  #shareCompared(histogram: Histogram, operator: RangeOperator, e: Expression): number | undefined {
    const context = this.#context();
    if (context === undefined || !this.#isValueKnown(e)) return undefined;
    const value = e.evaluate(context);
    if (value === null) return operator === '<=>' ? histogram.nullShare : 0;
    const [first] = histogram.buckets;
    // Another kind of value: it would have to be converted first.
    if (first === undefined || !isAlike(first.low, value)) return undefined;
    switch (operator) {
      case '=':
      case '<=>':
        return shareEqual(histogram, value);
      case '<':
      case '<=':
        return shareBelow(histogram, value, operator === '<=');
      default:
        return Math.max(0, 1 - histogram.nullShare - shareBelow(histogram, value, operator === '>'));
    }
  }

  #context(): ExecContext | undefined {
    const known = this.#known;
    if (known === undefined) return undefined;
    // Bounds that are known touch no data.
    const engine = undefined as unknown as EngineSession;
    return {registers: [], parameters: known.parameters ?? [], engine, session: known.session};
  }

  #isKnown(bound: PartBound): boolean {
    switch (bound.kind) {
      case 'null':
        return true;
      case 'equal':
        return bound.values.every(e => this.#isValueKnown(e));
      case 'like':
        return this.#isValueKnown(bound.pattern);
      default:
        return [bound.low, bound.high].every(end => end === undefined || this.#isValueKnown(end.expression));
    }
  }

  /** Constants, and parameters whose values are at hand. */
  #isValueKnown(e: Expression): boolean {
    if (e.volatility === Volatility.constant) return true;
    if (e.volatility > Volatility.stable || this.#known?.parameters === undefined) return false;
    return !some(
      e,
      part => part.children.length === 0 && part.volatility === Volatility.stable && !(part instanceof Parameter),
    );
  }
}

/** Two values that one order knows. */
function isAlike(a: Value, b: Value): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return typeof a === typeof b;
  return a !== null && b !== null && a.constructor === b.constructor;
}
