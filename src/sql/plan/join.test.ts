// Joins against the naive evaluation of the same bound query (exec/testing/naive.ts): whatever order, index, hash table or semi-join the
// planner chooses, the rows must be the same.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {bindQuery} from '../bind/bind-query.ts';
import {Binder} from '../bind/binder.ts';
import {naiveRows} from '../exec/testing/naive.ts';
import {TestDatabase} from '../exec/testing/test-database.ts';
import {parse} from '../parse/statement.ts';
import {explainTree} from './explain.ts';
import type {PlanStatistics} from './statistics.ts';

const TABLES = ['p', 'q', 'r'] as const;
const COLUMNS = ['id', 'a', 'b'] as const;

/** Small tables with few different values, so that rows meet. */
function database(rows: readonly (readonly (number | null)[])[][]): TestDatabase {
  const db = new TestDatabase();
  for (const [i, name] of TABLES.entries()) {
    db.run(`create table ${name} (id int primary key, a int, b int, key ka (a), unique key kba (b, a, id))`);
    const values = rows[i].map(([a, b], id) => `(${id}, ${a ?? 'null'}, ${b ?? 'null'})`);
    if (values.length > 0) db.run(`insert into ${name} values ${values.join(',')}`);
  }
  return db;
}

const value = fc.option(fc.integer({min: 0, max: 4}), {nil: null, freq: 5});
const tableRows = fc.array(fc.tuple(value, value), {maxLength: 7});

/** A column of one of the first `count` aliases. */
function column(count: number): fc.Arbitrary<string> {
  return fc
    .tuple(fc.integer({min: 0, max: count - 1}), fc.constantFrom(...COLUMNS))
    .map(([alias, name]) => `x${alias}.${name}`);
}

function condition(count: number): fc.Arbitrary<string> {
  const operand = fc.oneof(column(count), fc.integer({min: 0, max: 4}).map(String));
  const compare = fc
    .tuple(column(count), fc.constantFrom('=', '<', '>=', '<>', '<=>'), operand)
    .map(([left, operator, right]) => `${left} ${operator} ${right}`);
  const isNull = fc.tuple(column(count), fc.boolean()).map(([c, not]) => `${c} is ${not ? 'not ' : ''}null`);
  const inList = column(count).map(c => `${c} in (1, 3)`);
  const plain = fc.oneof({weight: 5, arbitrary: compare}, isNull, inList);
  const both = fc.tuple(plain, plain, fc.constantFrom('and', 'or')).map(([l, r, word]) => `(${l} ${word} ${r})`);
  return fc.oneof({weight: 3, arbitrary: plain}, both);
}

interface JoinStep {
  readonly table: string;
  readonly kind: string;
  readonly on: string;
}

function joinStep(index: number): fc.Arbitrary<JoinStep> {
  return fc.record({
    table: fc.constantFrom(...TABLES),
    kind: fc.constantFrom('join', 'left join', 'left join', 'right join', 'straight_join'),
    on: fc.array(condition(index + 1), {minLength: 1, maxLength: 2}).map(list => list.join(' and ')),
  });
}

const query = fc.integer({min: 1, max: 4}).chain(count =>
  fc.record({
    first: fc.constantFrom(...TABLES),
    steps: fc.tuple(...Array.from({length: count - 1}, (_, i) => joinStep(i + 1))),
    where: fc.array(condition(count), {maxLength: 2}),
    items: fc.array(column(count), {minLength: 1, maxLength: 3}),
  }),
);

/** Statistics that change from case to case, so that different plans are chosen. */
const sizes = fc.array(fc.constantFrom(1, 50, 100_000), {minLength: 3, maxLength: 3});

function statistics(rows: readonly number[]): PlanStatistics {
  return {
    rows: table => rows[TABLES.indexOf(table.name as (typeof TABLES)[number])],
    rangeRows: () => undefined,
    distinct: () => undefined,
    histogram: () => undefined,
  };
}

function shown(rows: readonly (readonly unknown[])[]): string[] {
  return rows.map(row => row.map(v => v ?? 'NULL').join('|')).sort();
}

test('joins give the rows of the naive evaluation', () => {
  fc.assert(
    fc.property(
      fc.tuple(tableRows, tableRows, tableRows),
      query,
      sizes,
      fc.constantFrom(0, 2),
      (tables, {first, steps, where, items}, rows, every) => {
        const db = database(tables);
        db.statistics = statistics(rows);
        db.engine.blocker.every = every;
        const from = steps.reduce((sql, s, i) => `${sql} ${s.kind} ${s.table} x${i + 1} on ${s.on}`, `${first} x0`);
        const sql = `select ${items.join(', ')} from ${from}${where.length === 0 ? '' : ` where ${where.join(' and ')}`}`;
        const statement = parse(sql);
        assert.ok(statement.kind === 'query');
        const bound = bindQuery(statement, undefined, new Binder(db.environment()));
        assert.ok(bound.kind === 'select');
        const expected = shown(naiveRows(bound, db.context(), db.engine));
        assert.deepEqual([...db.query(sql).rows].sort(), expected, sql);
      },
    ),
    {numRuns: 400},
  );
});

test('semi-joins and anti-joins give what subqueries evaluated per row give', () => {
  const inner = fc.record({
    table: fc.constantFrom(...TABLES),
    inner: fc.constantFrom(...COLUMNS),
    outer: fc.constantFrom(...COLUMNS),
    extra: fc.constantFrom('', ' and y.a > 1', ' and y.b = x0.a', ' and y.id <> x0.id'),
    not: fc.constantFrom('', 'not '),
    form: fc.constantFrom('exists', 'in'),
  });
  fc.assert(
    fc.property(fc.tuple(tableRows, tableRows, tableRows), inner, sizes, (tables, s, rows) => {
      const db = database(tables);
      db.statistics = statistics(rows);
      const subquery =
        s.form === 'exists'
          ? `${s.not}exists (select 1 from ${s.table} y where y.${s.inner} = x0.${s.outer}${s.extra})`
          : `x0.${s.outer} ${s.not}in (select y.${s.inner} from ${s.table} y where true${s.extra})`;
      const asJoin = db.query(`select x0.id from p x0 where ${subquery}`).rows;
      // Inside a select list the subquery is run for each row instead.
      const perRow = db.query(`select d.id from (select x0.id, ${subquery} t from p x0) d where d.t`).rows;
      assert.deepEqual([...asJoin].sort(), [...perRow].sort(), subquery);
    }),
    {numRuns: 200},
  );
});

test('what all branches of an OR demand joins the tables', () => {
  const db = database([[[1, 2]], [[1, 3]], []]);
  const sql = 'select x.id from p x, q y where (x.a = y.a and x.b = 2) or (x.a = y.a and y.b = 9)';
  const tree = explainTree(db.plan(sql));
  assert.match(tree, /(join \(x\.a = y\.a\)|\(a=x\.a\)|\(a=y\.a\))/);
  assert.doesNotMatch(tree, / OR /);
  assert.deepEqual(db.query(sql).rows, ['0']);
  assert.deepEqual(db.query('select x.id from p x, q y where x.a = y.a or (x.a = y.a and y.b = 9)').rows, ['0']);
});

test('a subquery is run before the distinct values of a semi-join are filtered by it', () => {
  const db = database([[[1, 2]], [[1, 3]], []]);
  const sql = 'select x.id from p x where x.a in (select a from q) and 7 not in (select r.a from r join q on false)';
  assert.deepEqual(db.query(sql).rows, ['0']);
});
