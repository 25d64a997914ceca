// Fused plans: recognised where they should be, and the same rows as the generic operators, with long values in overflow pages, with
// BLOCKED anywhere and with a slow client.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import type {Value} from '../../format/value/types.ts';
import {TestDatabase} from '../exec/testing/test-database.ts';

const LONG = 'long '.repeat(60);

function database(usesOverflow: boolean): TestDatabase {
  const db = new TestDatabase();
  db.usesOverflow = usesOverflow;
  db.run(
    `create table s (id int primary key, k int, big bigint, c varchar(400), pad char(20), key kk (k), key kbig (big))`,
  );
  for (let id = 0; id < 60; id++) {
    const k = id % 7 === 0 ? 'null' : String((id * 13) % 10);
    const c = id % 9 === 4 ? `'${LONG}${id % 4}'` : `'c${(id * 7) % 12}'`;
    db.run(`insert into s values (${id}, ${k}, ${9007199254740000 + id * 100}, ${c}, 'p${id % 5}')`);
  }
  return db;
}

/** A query, its parameters, and the fused plan it must get. */
const FUSED: readonly (readonly [sql: string, parameters: readonly Value[], name: string])[] = [
  ['select c from s where id = ?', [5], 'point to packet'],
  ['select c, id, pad from s where id = ? and k > 3', [13], 'point to packet'],
  ['select c from s where id between ? and ?', [3, 30], 'range to packet'],
  ['select * from s where id > ? limit 5', [3], 'range to packet'],
  ['select id, c from s where k = ?', [5], 'range to packet'],
  ['select id, k from s where k > ? and pad = ?', [2, 'p1'], 'range to packet'],
  ['select sum(k), count(*), count(k) from s where id between ? and ?', [3, 50], 'range aggregate'],
  ['select sum(big) from s', [], 'range aggregate'],
  ['select count(*) from s where k = 3', [], 'range aggregate'],
  ['select c from s where id between ? and ? order by c', [0, 60], 'range sorted as bytes'],
  ['select distinct c from s where id between ? and ? order by c', [0, 60], 'range sorted as bytes'],
  ['select id, c from s where id > ? order by pad desc, k, id limit 7', [10], 'range sorted as bytes'],
  ['select id, pad from s where c like ? order by pad, id desc', ['c1%'], 'range sorted as bytes'],
];

/** What makes a query generic without changing its rows: an expression in the select list. */
function generic(sql: string): string {
  return sql.replace(/^select (distinct )?(.*?) from/, (_, distinct: string | undefined, items: string) => {
    const list = items === '*' ? 'id, k, big, c, pad' : items;
    const [first, ...rest] = list.split(/, (?![^(]*\))/);
    return `select ${distinct ?? ''}${[`coalesce(${first}, null)`, ...rest].join(', ')} from`;
  });
}

for (const usesOverflow of [false, true]) {
  for (const [sql, parameters, name] of FUSED) {
    test(`${name}${usesOverflow ? ' with long values' : ''}: ${sql}`, () => {
      const db = database(usesOverflow);
      const plan = db.plan(sql, parameters);
      assert.equal(plan.fused, name);
      const expectedPlan = db.plan(generic(sql.replace(/order by c\b/, 'order by 1')), parameters);
      assert.equal(expectedPlan.fused, undefined);
      const expected = db.execute(expectedPlan, parameters).rows;
      assert.ok(expected.length > 0);
      for (const [blockEvery, slowEvery] of [
        [0, 0],
        [2, 0],
        [3, 2],
        [0, 1],
      ] as const) {
        db.engine.blocker.every = blockEvery;
        db.slowEvery = slowEvery;
        assert.deepEqual(db.execute(plan, parameters).rows, expected);
      }
    });
  }
}

test('what a fused plan cannot do is left to the operators', () => {
  const db = database(false);
  for (const sql of [
    'select c from s order by id + 1',
    'select upper(c) from s where id = 1',
    'select distinct c, k from s order by c',
    'select c from s limit 5 offset 2',
    'select sql_calc_found_rows c from s limit 5',
    'select sum(c) from s',
    'select k, count(*) from s group by k',
    'select c from s where id = (select max(id) from s)',
  ]) {
    assert.equal(db.plan(sql).fused, undefined, sql);
  }
});

test('sums beyond 2^53 are exact', () => {
  const db = database(false);
  const total = Array.from({length: 60}, (_, id) => 9007199254740000n + BigInt(id) * 100n).reduce((a, b) => a + b, 0n);
  assert.deepEqual(db.query('select sum(big) from s').rows, [String(total)]);
});

test('rows are sorted as a stable sort by the columns would', () => {
  const row = fc.tuple(fc.option(fc.integer({min: -3, max: 3})), fc.constantFrom('a', 'A', 'b', 'ab', '', 'z'));
  fc.assert(
    fc.property(fc.array(row, {maxLength: 40}), fc.boolean(), fc.boolean(), (rows, downA, downB) => {
      const db = new TestDatabase();
      db.run('create table s (id int primary key, a int, b varchar(10))');
      const values = rows.map(([a, b], id) => `(${id}, ${a ?? 'null'}, '${b}')`);
      if (values.length > 0) db.run(`insert into s values ${values.join(',')}`);
      const order = `a ${downA ? 'desc' : 'asc'}, b ${downB ? 'desc' : 'asc'}`;
      const fused = db.query(`select id, a, b from s order by ${order}`);
      const operators = db.query(`select id + 0, a, b from s order by ${order}`);
      assert.equal(fused.plan.fused, 'range sorted as bytes');
      assert.equal(operators.plan.fused, undefined);
      assert.deepEqual(fused.rows, operators.rows);
    }),
    {numRuns: 150},
  );
});

test('more rows than packed keys can number are sorted by comparison', () => {
  const db = new TestDatabase();
  db.run('create table s (id int primary key, b varchar(10))');
  const values = Array.from({length: 8300}, (_, id) => `(${id}, '${(id * 7919) % 8300}')`);
  db.run(`insert into s values ${values.join(',')}`);
  const {rows, plan} = db.query('select b from s order by b');
  assert.equal(plan.fused, 'range sorted as bytes');
  assert.deepEqual(
    rows,
    [...rows].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  );
  assert.equal(new Set(rows).size, 8300);
});
