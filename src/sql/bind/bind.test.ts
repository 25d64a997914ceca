// What binding finds out: types of results, correlation, constants, and the steps that subqueries become.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Kind, type SqlType} from '../../format/value/types.ts';
import {TestDatabase} from '../exec/testing/test-database.ts';
import {parse} from '../parse/statement.ts';
import {liftAll} from '../plan/lift.ts';
import {bindQuery} from './bind-query.ts';
import {Binder} from './binder.ts';
import type {BoundSelect} from './bound-query.ts';
import {Volatility} from './expression.ts';
import {Constant} from './leaf.ts';

const db = new TestDatabase();
db.run(`create table t (id int primary key, a int, n int not null, u bigint unsigned not null, c decimal(10,2), f double, s varchar(20) not null, d date, dt datetime(3), j json, k char(5));
create table o (id int primary key, t_id int);
create view v as select id, a + 1 as a1 from t where n > 0`);

function bind(sql: string): BoundSelect {
  const statement = parse(sql);
  assert.ok(statement.kind === 'query');
  const bound = bindQuery(statement, undefined, new Binder(db.environment()));
  assert.ok(bound.kind === 'select');
  return bound;
}

const KIND_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(Kind).map(([name, kind]) => [kind, name]));

function typeText({kind, unsigned, length, decimals}: SqlType): string {
  const name = KIND_NAMES.get(kind) ?? '?';
  const size = kind === Kind.decimal ? `(${length},${decimals})` : decimals > 0 && decimals < 31 ? `(${decimals})` : '';
  return `${name}${size}${unsigned ? ' unsigned' : ''}`;
}

/** Select item, its type, and whether it can be NULL. */
const TYPES: readonly (readonly [item: string, type: string])[] = [
  ['1 + 1', 'bigint'],
  ['n + 1', 'bigint'],
  ['a + 1', 'bigint null'],
  ['u + 1', 'bigint unsigned'],
  ['n - u', 'bigint unsigned'],
  ['1.5 + 1', 'decimal(3,1)'],
  ['c * 2', 'decimal(11,2) null'],
  ['c * c', 'decimal(20,4) null'],
  ['n / 3', 'decimal(14,4) null'],
  ['c / 3', 'decimal(14,6) null'],
  ['n div 3', 'bigint null'],
  ['f * 2', 'double null'],
  ['s + 1', 'double'],
  ['n > 3', 'bigint'],
  ['a > 3', 'bigint null'],
  ['a <=> 3', 'bigint'],
  ['a is null', 'bigint'],
  ['count(*)', 'bigint'],
  ['count(a)', 'bigint'],
  ['sum(n)', 'decimal(32,0) null'],
  ['sum(c)', 'decimal(32,2) null'],
  ['sum(f)', 'double null'],
  ['avg(n)', 'decimal(14,4) null'],
  ['max(s)', 'varchar null'],
  ['concat(s, n)', 'varchar null'],
  ['ifnull(a, 0)', 'bigint'],
  ['coalesce(c, 0)', 'decimal(10,2)'],
  ['if(n > 1, n, c)', 'decimal(12,2) null'],
  ['case when n > 1 then d else dt end', 'datetime(3) null'],
  ['nullif(n, 1)', 'int null'],
  ['j -> "$.a"', 'json null'],
  ['cast(s as signed)', 'bigint'],
  ['cast(n as char(3))', 'varchar'],
  ['cast(s as decimal(5,1))', 'decimal(5,1)'],
  ['date_add(d, interval 1 day)', 'date null'],
  ['row_number() over (order by id)', 'bigint unsigned'],
  ['(select id from o limit 1)', 'int null'],
  ['exists (select 1 from o)', 'bigint'],
];

for (const [item, expected] of TYPES) {
  test(`${item} is ${expected}`, () => {
    const {expression} = bind(`select ${item} from t`).outputs[0];
    assert.equal(`${typeText(expression.type)}${expression.nullable ? ' null' : ''}`, expected);
  });
}

test('outer joins make the inner columns nullable, also in the select list', () => {
  const {outputs} = bind('select o.id, t.n, t.id from o left join t on t.id = o.t_id');
  assert.deepEqual(
    outputs.map(o => o.expression.nullable),
    [false, true, true],
  );
});

test('columns say where they come from, through views and aliases', () => {
  const {outputs} = bind('select x.id, v.a1 from t x join v on v.id = x.id');
  assert.deepEqual(
    outputs.map(({name, origin}) => [name, origin?.schema, origin?.table, origin?.orgTable, origin?.orgName]),
    [
      ['id', 'shop', 'x', 't', 'id'],
      ['a1', 'shop', 'v', 'v', 'a1'],
    ],
  );
});

test('constants are folded, parameters and the time are not', () => {
  const {outputs} = bind("select 1 + 2 * 3, concat('a', 'b'), now(), rand(), 1 / 0");
  const kinds = outputs.map(({expression: e}) => (e instanceof Constant ? String(e.value) : e.volatility));
  assert.deepEqual(kinds, ['7', 'ab', Volatility.stable, Volatility.volatile, Volatility.constant]);
});

test('a subquery knows which outer columns it reads', () => {
  const {where} = bind(
    'select id from t where exists (select 1 from o where o.t_id = t.id and exists (select 1 from o p where p.id = t.n))',
  );
  const [exists] = where;
  assert.deepEqual(exists.children.map(String).sort(), ['t.id', 't.n']);
});

test('subqueries are lifted with the condition under which they are reached', () => {
  const {outputs} = bind(
    'select case when a = 1 then (select id from o limit 1) when a = 2 then 0 else (select t_id from o limit 1) end from t',
  );
  const steps = liftAll([outputs[0].expression]);
  assert.deepEqual(
    steps.map(s => String(s.guard)),
    ['(t.a = 1)', '(((t.a = 1) is not true) and ((t.a = 2) is not true))'],
  );
});

test('AND, OR and COALESCE stop before a subquery that is not needed', () => {
  const {outputs} = bind(
    'select a = 1 and (select id from o limit 1), a = 1 or (select id from o limit 1), coalesce(a, (select id from o limit 1)) from t',
  );
  const guards = outputs.map(o => String(liftAll([o.expression])[0].guard));
  assert.deepEqual(guards, ['((t.a = 1) is not false)', '((t.a = 1) is not true)', '(t.a is null)']);
});

test('NOT is pushed into comparisons, so that indexes can use them', () => {
  assert.equal(
    String(bind('select id from t where not (a > 3 or n = 2)').where.join(' and ')),
    '(t.a <= 3) and (t.n <> 2)',
  );
});
