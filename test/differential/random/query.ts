// Random queries: joins, derived and common tables, grouping, windows, set operations. Every output has a name o0, o1, ...; the order is either
// unspecified (rows are compared as a bag) or by all outputs.

import type {Dice} from './dice.ts';
import {Expressions, SCALAR_SORTS, type Visible} from './expression.ts';
import {joined, type Node, node, optional, type Sort} from './node.ts';
import {TABLES} from './schema.ts';

/** What stands in FROM, and the columns it shows. */
interface From {
  readonly sql: Node;
  readonly columns: readonly Visible[];
  /** The columns that together tell all rows apart; empty when there are none. */
  readonly keys: readonly string[];
}

export class Queries {
  readonly #dice: Dice;
  #aliases = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** A whole statement. */
  statement(): Node {
    this.#aliases = 0;
    const sorts = this.#sorts(1 + this.#dice.below(4));
    if (this.#dice.chance(15)) return this.#withCommonTable(sorts);
    if (this.#dice.chance(15)) return this.#setOperation(sorts);
    return this.#select(sorts, [], 2, true);
  }

  #sorts(count: number): Sort[] {
    return Array.from({length: count}, () => this.#dice.pick(SCALAR_SORTS));
  }

  #alias(): string {
    return `x${this.#aliases++}`;
  }

  #withCommonTable(sorts: readonly Sort[]): Node {
    const inner = this.#sorts(1 + this.#dice.below(3));
    const body = this.#dice.chance(20) ? this.#setOperation(inner) : this.#select(inner, [], 1, false);
    const columns = inner.map((sort, i) => ({sql: `o${i}`, sort}));
    const main = this.#select(sorts, [], 1, true, {name: 'cte', columns});
    return node('query', 'WITH cte AS (', body, ') ', main);
  }

  #setOperation(sorts: readonly Sort[]): Node {
    const branch = (): Node => this.#select(sorts, [], 1, false);
    const operator = this.#dice.pick(['UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT']);
    return node('query', branch(), ` ${operator} `, branch());
  }

  /** A subquery with outputs of these sorts. */
  #subquery(sorts: readonly Sort[], outer: readonly Visible[], depth: number): Node {
    return this.#select(sorts, outer, Math.min(depth, 1), false);
  }

  #select(
    sorts: readonly Sort[],
    outer: readonly Visible[],
    depth: number,
    isTop: boolean,
    common?: {readonly name: string; readonly columns: readonly Visible[]},
  ): Node {
    const from = this.#from(depth, common);
    const visible = [...from.columns, ...outer];
    const makeSubquery = (s: readonly Sort[], o: readonly Visible[], d: number): Node => this.#subquery(s, o, d);
    const expressions = new Expressions(this.#dice, visible, depth > 0 ? makeSubquery : undefined);
    const where = this.#dice.chance(60) ? optional(' WHERE ', expressions.bool(depth + 1)) : '';
    if (this.#dice.chance(25)) return this.#grouped(sorts, from, where, isTop);
    const windows = isTop && from.keys.length > 0 && this.#dice.chance(20);
    const items = sorts.map((sort, i) =>
      node('other', windows && this.#dice.chance(60) ? this.#window(from) : expressions.of(sort, depth + 1), ` o${i}`),
    );
    const distinct = this.#dice.chance(12) ? optional('DISTINCT ') : '';
    const head = node('other', 'SELECT ', distinct, joined(items, ', '), ' FROM ', from.sql, where);
    return node('query', head, isTop ? this.#order(sorts.length) : '');
  }

  #order(outputs: number): Node | string {
    if (!this.#dice.chance(35)) return '';
    const keys = Array.from({length: outputs}, (_, i) => `o${i}${this.#dice.chance(30) ? ' DESC' : ''}`);
    const limit = this.#dice.chance(40)
      ? optional(` LIMIT ${this.#dice.below(6)}`, this.#dice.chance(30) ? ' OFFSET 2' : '')
      : '';
    return optional(` ORDER BY ${this.#dice.some(keys, keys.length).join(', ')}`, limit);
  }

  // --- Grouping ---------------------------------------------------------------------------------------------------

  #grouped(sorts: readonly Sort[], from: From, where: Node | string, isTop: boolean): Node {
    const keys = this.#dice.some(from.columns, isTop ? this.#dice.below(3) : 1 + this.#dice.below(2));
    const inner = new Expressions(this.#dice, from.columns, undefined);
    const items = sorts.map((sort, i) => {
      const key = keys.find(k => k.sort === sort);
      const item = key !== undefined && this.#dice.chance(50) ? node(sort, key.sql) : this.#aggregate(sort, inner);
      return node('other', item, ` o${i}`);
    });
    const group = keys.length === 0 ? '' : ` GROUP BY ${keys.map(k => k.sql).join(', ')}`;
    const having = this.#dice.chance(30) ? optional(' HAVING ', this.#having(inner)) : '';
    return node(
      'query',
      'SELECT ',
      joined(items, ', '),
      ' FROM ',
      from.sql,
      where,
      group,
      having,
      isTop ? this.#order(sorts.length) : '',
    );
  }

  #having(inner: Expressions): Node {
    const sort = this.#dice.pick(['int', 'dec'] as const);
    const operator = this.#dice.pick(['=', '<', '>', '<>', '>=']);
    return node('bool', '(', this.#aggregate(sort, inner), ` ${operator} `, this.#aggregate(sort, inner), ')');
  }

  #aggregate(sort: Sort, inner: Expressions): Node {
    const distinct = this.#dice.chance(20) ? 'DISTINCT ' : '';
    switch (sort) {
      case 'int':
        return node('int', this.#dice.pick(['COUNT', 'COUNT', 'MIN', 'MAX']), `(${distinct}`, inner.of('int', 1), ')');
      case 'dec':
        return node(
          'dec',
          this.#dice.pick(['SUM', 'AVG', 'MIN', 'MAX']),
          `(${distinct}`,
          inner.of(this.#dice.pick(['dec', 'int']), 1),
          ')',
        );
      case 'dbl':
        return node('dbl', this.#dice.pick(['SUM', 'MIN', 'MAX', 'AVG']), `(${distinct}`, inner.of('dbl', 1), ')');
      case 'str': {
        const value = inner.of('str', 1);
        if (this.#dice.chance(40)) return node('str', `GROUP_CONCAT(${distinct}${value} ORDER BY ${value})`);
        return node('str', this.#dice.pick(['MIN', 'MAX']), '(', value, ')');
      }
      default:
        return node(sort, this.#dice.pick(['MIN', 'MAX']), '(', inner.of(sort, 1), ')');
    }
  }

  // --- Windows ----------------------------------------------------------------------------------------------------

  #window(from: From): Node {
    const inner = new Expressions(this.#dice, from.columns, undefined);
    const partition = this.#dice.chance(50) ? `PARTITION BY ${this.#dice.pick(from.columns).sql} ` : '';
    const first = this.#dice.chance(60)
      ? `${this.#dice.pick(from.columns).sql}${this.#dice.chance(40) ? ' DESC' : ''}, `
      : '';
    const order = `ORDER BY ${first}${from.keys.join(', ')}`;
    const frame = this.#dice.pick([
      '',
      '',
      ' ROWS BETWEEN 1 PRECEDING AND CURRENT ROW',
      ' ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING',
      ' ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING',
      ' ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING',
    ]);
    const value = inner.of('int', 1);
    switch (this.#dice.below(5)) {
      case 0:
        return node(
          'int',
          `${this.#dice.pick(['ROW_NUMBER()', 'RANK()', 'DENSE_RANK()', 'NTILE(3)'])} OVER (${partition}${order})`,
        );
      case 1:
        return node(
          'int',
          this.#dice.pick(['LAG', 'LEAD']),
          '(',
          value,
          `, ${1 + this.#dice.below(2)}) OVER (${partition}${order})`,
        );
      case 2:
        return node(
          'int',
          this.#dice.pick(['FIRST_VALUE', 'LAST_VALUE']),
          '(',
          value,
          `) OVER (${partition}${order}${frame})`,
        );
      default:
        return node(
          'int',
          this.#dice.pick(['SUM', 'COUNT', 'MIN', 'MAX']),
          '(',
          value,
          `) OVER (${partition}${order}${frame})`,
        );
    }
  }

  // --- FROM -------------------------------------------------------------------------------------------------------

  #from(depth: number, common?: {readonly name: string; readonly columns: readonly Visible[]}): From {
    const first = common === undefined ? this.#source(depth) : this.#commonSource(common);
    const others = this.#dice.pick([0, 0, 0, 1, 1, 2]);
    let from = first;
    for (let i = 0; i < Math.min(others, depth + 1); i++) from = this.#joinTo(from, depth);
    return from;
  }

  #commonSource({name, columns}: {readonly name: string; readonly columns: readonly Visible[]}): From {
    const alias = this.#alias();
    return {
      sql: node('from', `${name} ${alias}`),
      columns: columns.map(c => ({sql: `${alias}.${c.sql}`, sort: c.sort})),
      keys: [],
    };
  }

  #source(depth: number): From {
    const alias = this.#alias();
    if (depth > 0 && this.#dice.chance(12)) {
      const sorts = this.#sorts(1 + this.#dice.below(3));
      const query = this.#dice.chance(20) ? this.#setOperation(sorts) : this.#select(sorts, [], 0, false);
      const columns = sorts.map((sort, i) => ({sql: `${alias}.o${i}`, sort}));
      return {sql: node('from', '(', query, `) ${alias}`), columns, keys: []};
    }
    const table = this.#dice.pick(TABLES);
    return {
      sql: node('from', `${table.name} ${alias}`),
      columns: table.columns.map(c => ({sql: `${alias}.${c.name}`, sort: c.sort})),
      keys: [`${alias}.id`],
    };
  }

  #joinTo(left: From, depth: number): From {
    const right = this.#source(depth);
    const columns = [...left.columns, ...right.columns];
    const keys = left.keys.length > 0 && right.keys.length > 0 ? [...left.keys, ...right.keys] : [];
    const type = this.#dice.pick(['JOIN', 'JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'CROSS JOIN']);
    if (type === 'CROSS JOIN') return {sql: node('from', left.sql, ' CROSS JOIN ', right.sql), columns, keys};
    const on = this.#on(left, right, depth);
    return {sql: node('from', left.sql, ` ${type} `, right.sql, ' ON ', on), columns, keys};
  }

  /** Mostly an equality between the sides, sometimes with more, sometimes anything. */
  #on(left: From, right: From, depth: number): Node {
    const both = new Expressions(this.#dice, [...left.columns, ...right.columns], undefined);
    if (this.#dice.chance(20)) return both.bool(Math.min(depth, 1));
    const a = this.#dice.pick(left.columns);
    const partners = right.columns.filter(c => c.sort === a.sort);
    if (partners.length === 0) return both.bool(0);
    const equal = node('bool', `(${a.sql} = ${this.#dice.pick(partners).sql})`);
    return this.#dice.chance(25) ? node('bool', '(', equal, ' AND ', both.bool(1), ')') : equal;
  }
}
