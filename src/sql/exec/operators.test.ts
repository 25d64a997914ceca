// Operators against plain JavaScript: sorting with and without LIMIT, window frames, grouping, limits of memory.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {SqlError} from '../../base/sql-error.ts';
import {MemoryBudget} from './memory-budget.ts';
import {RowBuffer} from './registers.ts';
import {TestDatabase} from './testing/test-database.ts';

const value = fc.option(fc.integer({min: 0, max: 5}), {nil: null});
const rows = fc.array(fc.tuple(value, fc.integer({min: 0, max: 20})), {maxLength: 25});
type Row = readonly [number | null, number];

function database(list: readonly Row[]): TestDatabase {
  const db = new TestDatabase();
  db.run('create table t (id int primary key, a int, b int not null)');
  const values = list.map(([a, b], id) => `(${id}, ${a ?? 'null'}, ${b})`);
  if (values.length > 0) db.run(`insert into t values ${values.join(',')}`);
  return db;
}

function compareNullable(a: number | null, b: number | null): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1);
  return a - b;
}

test('ORDER BY with LIMIT gives the first rows of ORDER BY', () => {
  fc.assert(
    fc.property(
      rows,
      fc.integer({min: 0, max: 12}),
      fc.integer({min: 0, max: 5}),
      fc.boolean(),
      (list, limit, offset, down) => {
        const db = database(list);
        const sorted = list
          .map(([a, b], id) => ({id, a, b}))
          .sort((x, y) => (down ? -1 : 1) * compareNullable(x.a, y.a) || (x.b % 3) - (y.b % 3) || x.id - y.id);
        const order = `a ${down ? 'desc' : 'asc'}, b % 3`;
        const all = db.query(`select id + 0 from t order by ${order}`).rows;
        assert.deepEqual(
          all,
          sorted.map(r => String(r.id)),
        );
        const some = db.query(`select id + 0 from t order by ${order} limit ${limit} offset ${offset}`).rows;
        assert.deepEqual(some, all.slice(offset, offset + limit));
      },
    ),
    {numRuns: 200},
  );
});

test('sums over ROWS frames are those of the rows between', () => {
  const bound = fc.integer({min: -4, max: 4});
  const text = (n: number): string => (n < 0 ? `${-n} preceding` : n > 0 ? `${n} following` : 'current row');
  fc.assert(
    fc.property(rows, bound, bound, (list, x, y) => {
      const [low, high] = x <= y ? [x, y] : [y, x];
      const frame = `rows between ${text(low)} and ${text(high)}`;
      const actual = database(list).query(`select sum(b) over (order by id ${frame}) from t order by id`).rows;
      const expected = list.map((_, i) => {
        const inFrame = list.slice(Math.max(i + low, 0), Math.max(i + high + 1, 0));
        return inFrame.length === 0 ? 'NULL' : String(inFrame.reduce((sum, [, b]) => sum + b, 0));
      });
      assert.deepEqual(actual, expected, frame);
    }),
    {numRuns: 150},
  );
});

test('sums over RANGE frames are those of the values between', () => {
  fc.assert(
    fc.property(
      rows,
      fc.integer({min: 0, max: 6}),
      fc.integer({min: 0, max: 6}),
      fc.boolean(),
      (list, before, after, down) => {
        const frame = `range between ${before} preceding and ${after} following`;
        const sql = `select id, sum(id) over (order by b ${down ? 'desc' : ''} ${frame}) from t order by id`;
        const [less, more] = down ? [after, before] : [before, after];
        const expected = list.map(([, own], id) => {
          const sum = list.reduce((s, [, b], i) => (b >= own - less && b <= own + more ? s + i : s), 0);
          return `${id}|${sum}`;
        });
        assert.deepEqual(database(list).query(sql).rows, expected, sql);
      },
    ),
    {numRuns: 150},
  );
});

test('grouping by hash and in index order give the same groups', () => {
  fc.assert(
    fc.property(rows, fc.constantFrom(0, 2), (list, every) => {
      const db = database(list);
      db.run('create table o (id int primary key, a int, b int not null, key ka (a))');
      const values = list.map(([a, b], id) => `(${id}, ${a ?? 'null'}, ${b})`);
      if (values.length > 0) db.run(`insert into o values ${values.join(',')}`);
      db.engine.blocker.every = every;
      const items = 'a, count(*), sum(b), min(b), group_concat(id order by id)';
      const hashed = db.query(`select ${items} from t group by a`).rows;
      const ordered = db.query(`select ${items} from o force index (ka) group by a`).rows;
      assert.deepEqual([...ordered].sort(), [...hashed].sort());
    }),
    {numRuns: 100},
  );
});

test('a nested loop goes on with its own rows after a group has been passed on', () => {
  const db = database([
    [1, 1],
    [1, 2],
    [2, 3],
    [2, 4],
    [3, 5],
  ]);
  db.run(
    'create table u (id int primary key, a int, key ka (a)); insert into u values (1, 1), (2, 1), (3, 2), (4, 3), (5, 3)',
  );
  const sql = 'select straight_join u.a, count(*), sum(t.b) from u force index (ka) join t on t.a = u.a group by u.a';
  assert.deepEqual(db.query(sql).rows, ['1|4|6', '2|2|7', '3|2|10']);
});

test('a statement that keeps too much ends with 1038', () => {
  const budget = new MemoryBudget(1000);
  const buffer = new RowBuffer(1, budget);
  assert.throws(
    () => {
      for (let i = 0; i < 1000; i++) buffer.push(['some text'], Int32Array.of(0));
    },
    (error: unknown) => error instanceof SqlError && error.errno === 1038,
  );
  buffer.clear();
  assert.ok(budget.used <= 0);
});

test('a plan can be run again, with other parameters', () => {
  const db = database([
    [1, 1],
    [2, 2],
    [1, 3],
  ]);
  const plan = db.plan(
    'select count(*) from t where a in (?, ?) and b > (select min(b) from t where a = ?)',
    [1, 2, 1],
  );
  assert.deepEqual(db.execute(plan, [1, 2, 1]).rows, ['2']);
  assert.deepEqual(db.execute(plan, [2, 2, 1]).rows, ['1']);
  assert.deepEqual(db.execute(plan, [1, 2, 2]).rows, ['1']);
  assert.deepEqual(db.execute(plan, [5, 5, 1]).rows, ['0']);
});

test('LIKE with a parameter uses an index as far as its beginning goes', () => {
  const db = new TestDatabase();
  db.run(
    "create table n (id int primary key, name varchar(20), key kn (name)); insert into n values (1, 'anna'), (2, 'Anton'), (3, 'bert'), (4, null)",
  );
  const plan = db.plan('select id from n where name like ?', ['a%']);
  assert.deepEqual(db.execute(plan, ['an%']).rows, ['1', '2']);
  assert.deepEqual(db.execute(plan, ['%t']).rows, ['3']);
  assert.deepEqual(db.execute(plan, ['BERT']).rows, ['3']);
  assert.deepEqual(db.execute(plan, [null]).rows, []);
});

test('user variables are assigned row by row', () => {
  const db = database([
    [1, 5],
    [2, 6],
    [3, 7],
  ]);
  db.session.setUserVariable('n', 0);
  assert.deepEqual(db.query('select @n := @n + b from t order by id').rows, ['5', '11', '18']);
  assert.equal(db.session.userVariable('n'), 18);
});

test('blocking functions run as often as their place asks for', () => {
  const db = database([
    [1, 5],
    [2, 6],
  ]);
  db.engine.blocker.every = 2;
  assert.deepEqual(db.query("select get_lock(concat('l', id), 1) from t order by id").rows, ['1', '1']);
  assert.deepEqual([...db.engine.named].sort(), ['l0', 'l1']);
  assert.deepEqual(db.query('select release_all_locks()').rows, ['2']);
  assert.deepEqual(db.query("select id, if(a = 1, get_lock('x', 0), 7) from t order by id").rows, ['0|1', '1|7']);
  assert.deepEqual([...db.engine.named], ['x']);
});
