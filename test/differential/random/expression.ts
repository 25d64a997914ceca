// Random scalar expressions of a given sort over the columns in sight. What MySQL and MariaDB are known to answer differently is not made here:
// the list of reasons is in known.ts.

import type {Dice} from './dice.ts';
import {joined, type Node, node, type Sort} from './node.ts';
import {literal} from './schema.ts';

/** A column that may be named. */
export interface Visible {
  readonly sql: string;
  readonly sort: Sort;
}

/** Makes a subquery with these outputs; `outer` are the columns it may be correlated with. */
export type MakeSubquery = (sorts: readonly Sort[], outer: readonly Visible[], depth: number) => Node;

export const SCALAR_SORTS: readonly Sort[] = ['int', 'dec', 'dbl', 'str', 'date', 'dtm'];
const COMPARISONS: readonly string[] = ['=', '<>', '<', '<=', '>', '>=', '<=>'];

/** A bare NULL would make arithmetic DOUBLE. */
const TYPED_NULLS: ReadonlyMap<Sort, string> = new Map([
  ['int', 'NULLIF(1, 1)'],
  ['dec', 'NULLIF(1.5, 1.5)'],
  ['dbl', 'NULLIF(1e0, 1e0)'],
  ['date', 'CAST(NULL AS DATE)'],
  ['dtm', 'CAST(NULL AS DATETIME)'],
]);

export class Expressions {
  readonly #dice: Dice;
  readonly #columns: readonly Visible[];
  readonly #subquery: MakeSubquery | undefined;

  constructor(dice: Dice, columns: readonly Visible[], subquery: MakeSubquery | undefined) {
    this.#dice = dice;
    this.#columns = columns;
    this.#subquery = subquery;
  }

  /** An expression of this sort, nested at most `depth` deep. */
  of(sort: Sort, depth: number): Node {
    if (depth <= 0 || this.#dice.chance(25)) return this.leaf(sort);
    switch (sort) {
      case 'int':
        return this.#integer(depth - 1);
      case 'dec':
        return this.#decimal(depth - 1);
      case 'dbl':
        return this.#double(depth - 1);
      case 'str':
        return this.#text(depth - 1);
      case 'date':
        return this.#date(depth - 1);
      case 'dtm':
        return this.#moment(depth - 1);
      default:
        return this.bool(depth - 1);
    }
  }

  leaf(sort: Sort): Node {
    if (sort === 'bool') return this.#comparison(0);
    const columns = this.#columns.filter(c => c.sort === sort);
    if (columns.length > 0 && this.#dice.chance(75)) return node(sort, this.#dice.pick(columns).sql);
    return node(sort, this.#dice.chance(6) ? (TYPED_NULLS.get(sort) ?? 'NULL') : literal(this.#dice, sort));
  }

  /** What all sorts have. */
  #choice(sort: Sort, depth: number): Node {
    const a = (): Node => this.of(sort, depth);
    switch (this.#dice.below(6)) {
      case 0:
        return node(sort, 'IF(', this.bool(depth), ', ', a(), ', ', a(), ')');
      case 1:
        return node(sort, 'COALESCE(', a(), ', ', a(), ')');
      case 2:
        return node(sort, 'CASE WHEN ', this.bool(depth), ' THEN ', a(), ' ELSE ', a(), ' END');
      case 3:
        return node(sort, 'IFNULL(', a(), ', ', a(), ')');
      case 4:
        return node(sort, 'NULLIF(', a(), ', ', a(), ')');
      default:
        return this.#scalarSubquery(sort, depth) ?? node(sort, 'CASE ', a(), ' WHEN ', a(), ' THEN ', a(), ' END');
    }
  }

  #scalarSubquery(sort: Sort, depth: number): Node | undefined {
    if (this.#subquery === undefined || depth <= 0) return undefined;
    // A derived table sees no columns of the block around it: MariaDB has no LATERAL.
    const inner = this.#subquery([sort], [], depth - 1);
    const name = this.#dice.pick(['MIN', 'MAX']);
    return node(sort, `(SELECT ${name}(q.o0) FROM (`, inner, ') q)');
  }

  #integer(depth: number): Node {
    const i = (): Node => this.of('int', depth);
    const s = (): Node => this.of('str', depth);
    const d = (): Node => this.of('date', depth);
    switch (this.#dice.below(13)) {
      case 0:
      case 1:
      case 2:
        return node('int', '(', i(), ` ${this.#dice.pick(['+', '-', '*', 'DIV', '%'])} `, i(), ')');
      case 3:
        return node('int', this.#dice.pick(['ABS', 'SIGN', '-']), '(', i(), ')');
      case 4:
        return node('int', this.#dice.pick(['LENGTH', 'CHAR_LENGTH', 'ASCII']), '(', s(), ')');
      case 5:
        return node('int', 'LOCATE(', s(), ', ', s(), ')');
      case 6:
        return node('int', this.#dice.pick(['YEAR', 'MONTH', 'DAY', 'TO_DAYS']), '(', d(), ')');
      case 7:
        return node('int', 'DATEDIFF(', d(), ', ', d(), ')');
      case 8:
        return node('int', this.#dice.pick(['GREATEST', 'LEAST']), '(', i(), ', ', i(), ')');
      case 9:
        return node('int', this.#dice.pick(['FLOOR', 'CEILING', 'ROUND']), '(', this.of('dec', 0), ')');
      case 10:
        return node('int', '(', this.bool(depth), ')');
      case 11:
        return node('int', 'CAST(', this.of(this.#dice.pick(['dec', 'int', 'date']), depth), ' AS SIGNED)');
      default:
        return this.#choice('int', depth);
    }
  }

  #decimal(depth: number): Node {
    const flat = Math.min(depth, 1);
    const a = (): Node => this.of(this.#dice.pick(['dec', 'dec', 'int']), flat);
    switch (this.#dice.below(7)) {
      case 0:
      case 1:
        return node('dec', '(', this.of('dec', flat), ` ${this.#dice.pick(['+', '-', '*', '/'])} `, a(), ')');
      case 2:
        return node('dec', '(', this.of('int', flat), ' / ', this.of('int', flat), ')');
      case 3:
        return node('dec', 'ROUND(', this.leaf('dec'), `, ${this.#dice.pick(['0', '1', '-1'])})`);
      case 4:
        return node('dec', this.#dice.pick(['GREATEST', 'LEAST']), '(', this.of('dec', flat), ', ', a(), ')');
      case 5:
        return node('dec', 'CAST(', a(), ' AS DECIMAL(12,3))');
      default:
        return this.#choice('dec', flat);
    }
  }

  #double(depth: number): Node {
    switch (this.#dice.below(4)) {
      case 0:
      case 1:
        return node('dbl', '(', this.of('dbl', depth), ` ${this.#dice.pick(['+', '-', '*'])} `, this.of('dbl', 0), ')');
      case 2:
        return node('dbl', 'ABS(', this.of('dbl', depth), ')');
      default:
        return this.#choice('dbl', depth);
    }
  }

  #text(depth: number): Node {
    const s = (): Node => this.of('str', depth);
    const small = (): string => String(this.#dice.below(5));
    switch (this.#dice.below(13)) {
      case 0:
        return node('str', 'CONCAT(', s(), ', ', this.of(this.#dice.pick(['str', 'int', 'date', 'dec']), depth), ')');
      case 1:
        return node('str', this.#dice.pick(['UPPER', 'LOWER', 'REVERSE', 'TRIM', 'LTRIM', 'HEX']), '(', s(), ')');
      case 2:
        return node('str', this.#dice.pick(['LEFT', 'RIGHT']), '(', s(), `, ${small()})`);
      case 3:
        return node('str', 'SUBSTRING(', s(), `, ${this.#dice.pick(['1', '2', '-1', '-2', '0'])}, ${small()})`);
      case 4:
        return node('str', 'REPLACE(', s(), `, 'a', `, this.leaf('str'), ')');
      case 5:
        return node('str', this.#dice.pick(['LPAD', 'RPAD']), '(', s(), `, ${small()}, '*')`);
      case 6:
        return node('str', 'CAST(', this.of(this.#dice.pick(['int', 'dec', 'date', 'dtm']), depth), ' AS CHAR)');
      case 7:
        return node(
          'str',
          'DATE_FORMAT(',
          this.of('dtm', depth),
          `, '${this.#dice.pick(['%Y', '%m/%d', '%H:%i', '%a %j'])}')`,
        );
      case 8:
        return node('str', "CONCAT_WS('-', ", s(), ', ', s(), ')');
      case 9:
        return node('str', 'REPEAT(', s(), `, ${this.#dice.below(3)})`);
      case 10:
        return node('str', this.#dice.pick(['GREATEST', 'LEAST']), '(', s(), ', ', s(), ')');
      case 11:
        return node('str', 'SUBSTRING_INDEX(', s(), `, 'b', ${this.#dice.pick(['1', '-1', '2'])})`);
      default:
        return this.#choice('str', depth);
    }
  }

  #date(depth: number): Node {
    switch (this.#dice.below(5)) {
      case 0:
        return node('date', '(', this.of('date', depth), ` ${this.#interval(['DAY', 'MONTH', 'YEAR', 'WEEK'])})`);
      case 1:
        return node('date', 'LAST_DAY(', this.of('date', depth), ')');
      case 2:
        return node('date', 'DATE(', this.of('dtm', depth), ')');
      case 3:
        return node('date', 'CAST(', this.of('dtm', depth), ' AS DATE)');
      default:
        return this.#choice('date', depth);
    }
  }

  #interval(units: readonly string[]): string {
    return `${this.#dice.pick(['+', '-'])} INTERVAL ${this.#dice.pick(['1', '2', '30', '0'])} ${this.#dice.pick(units)}`;
  }

  #moment(depth: number): Node {
    switch (this.#dice.below(3)) {
      case 0:
        return node('dtm', '(', this.of('dtm', depth), ` ${this.#interval(['DAY', 'HOUR', 'MINUTE', 'MONTH'])})`);
      case 1:
        return node('dtm', 'CAST(', this.of('date', depth), ' AS DATETIME)');
      default:
        return this.#choice('dtm', depth);
    }
  }

  #comparison(depth: number): Node {
    const operator = this.#dice.pick(COMPARISONS);
    if (this.#dice.chance(25)) {
      const numbers: readonly Sort[] = ['int', 'dec', 'dbl'];
      const [a, b] = [this.#dice.pick(numbers), this.#dice.pick(numbers)];
      return node('bool', '(', this.of(a, depth), ` ${operator} `, this.of(b, depth), ')');
    }
    const sort = this.#dice.pick(SCALAR_SORTS);
    const other = sort === 'date' && this.#dice.chance(20) ? 'dtm' : sort;
    return node('bool', '(', this.of(sort, depth), ` ${operator} `, this.of(other, depth), ')');
  }

  /** A condition. */
  bool(depth: number): Node {
    if (depth <= 0) return this.#comparison(0);
    const b = (): Node => this.bool(depth - 1);
    switch (this.#dice.below(14)) {
      case 0:
      case 1:
        return node('bool', '(', b(), ' AND ', b(), ')');
      case 2:
      case 3:
        return node('bool', '(', b(), ' OR ', b(), ')');
      case 4:
        return node('bool', '(NOT ', b(), ')');
      case 5:
        return node(
          'bool',
          '(',
          this.of(this.#dice.pick(SCALAR_SORTS), depth - 1),
          this.#dice.pick([' IS NULL)', ' IS NOT NULL)']),
        );
      case 6:
        return this.#between(depth - 1);
      case 7:
        return this.#inList(depth - 1);
      case 8:
        return node(
          'bool',
          '(',
          this.of('str', depth - 1),
          this.#dice.pick([' LIKE ', ' NOT LIKE ']),
          `'${this.#dice.pick(['a%', '%b%', '_', 'ab_', '%', '1%', '%a'])}')`,
        );
      case 9:
        return node(
          'bool',
          '(',
          b(),
          this.#dice.pick([' IS TRUE', ' IS NOT TRUE', ' IS FALSE', ' IS UNKNOWN', ' XOR (1 = 1)']),
          ')',
        );
      case 10:
      case 11:
        return this.#subqueryTest(depth) ?? this.#comparison(depth - 1);
      default:
        return this.#comparison(depth - 1);
    }
  }

  #between(depth: number): Node {
    const sort = this.#dice.pick(SCALAR_SORTS);
    const e = (): Node => this.of(sort, depth);
    return node('bool', '(', e(), this.#dice.pick([' BETWEEN ', ' NOT BETWEEN ']), e(), ' AND ', e(), ')');
  }

  #inList(depth: number): Node {
    const sort = this.#dice.pick(SCALAR_SORTS);
    const items = Array.from({length: 1 + this.#dice.below(4)}, () => this.of(sort, Math.min(depth, 1)));
    return node('bool', '(', this.of(sort, depth), this.#dice.pick([' IN (', ' NOT IN (']), joined(items, ', '), '))');
  }

  #subqueryTest(depth: number): Node | undefined {
    if (this.#subquery === undefined || depth <= 1) return undefined;
    const sort = this.#dice.pick(SCALAR_SORTS);
    const query = this.#subquery([sort], this.#columns, depth - 2);
    const value = this.of(sort, depth - 2);
    switch (this.#dice.below(4)) {
      case 0:
        return node('bool', this.#dice.pick(['', 'NOT ']), 'EXISTS (', query, ')');
      case 1:
      case 2:
        return node('bool', '(', value, this.#dice.pick([' IN (', ' NOT IN (']), query, '))');
      default:
        return node(
          'bool',
          '(',
          value,
          ` ${this.#dice.pick(['=', '<>', '<', '>', '<=', '>='])} ${this.#dice.pick(['ANY', 'ALL'])} (`,
          query,
          '))',
        );
    }
  }
}
