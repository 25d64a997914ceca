// Index ranges: a condition must find the same rows through an index as without one, for columns and values of every kind of type.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {TestDatabase} from '../exec/testing/test-database.ts';

/** Columns with an index each, and values that are stored in them. */
const COLUMNS: readonly {readonly name: string; readonly type: string; readonly values: readonly string[]}[] = [
  {name: 'i', type: 'int', values: ['-5', '0', '1', '2', '3', '10', '2147483647', 'null']},
  {name: 't', type: 'tinyint unsigned', values: ['0', '1', '2', '200', '255', 'null']},
  {name: 'g', type: 'bigint unsigned', values: ['0', '9007199254740993', '18446744073709551615', '5', 'null']},
  {name: 'd', type: 'decimal(8,2)', values: ['-1.50', '0', '1.25', '2', '2.50', '100', 'null']},
  {name: 'f', type: 'double', values: ['-1.5', '0', '0.1', '2', '2.5', '1e20', 'null']},
  {name: 'r', type: 'float', values: ['0.1', '0.5', '2', '-3.25', 'null']},
  {name: 's', type: 'varchar(20)', values: ["''", "'a'", "'A'", "'ab'", "'abc'", "'b'", "'é'", "'2'", 'null']},
  {name: 'x', type: 'varbinary(10)', values: ["''", "'a'", "'A'", "'ab'", "'b'", 'null']},
  {name: 'e', type: "enum('b','a','c')", values: ["'a'", "'b'", "'c'", 'null']},
  {name: 'y', type: 'year', values: ['2020', '1999', '0', 'null']},
  {name: 'da', type: 'date', values: ["'2020-01-01'", "'2020-01-02'", "'1999-12-31'", 'null']},
  {
    name: 'dt',
    type: 'datetime',
    values: ["'2020-01-01 00:00:00'", "'2020-01-01 12:30:00'", "'1999-12-31 23:59:59'", 'null'],
  },
  {
    name: 'ts',
    type: 'timestamp(3)',
    values: ["'2020-01-01 00:00:00'", "'2020-01-01 12:30:00.500'", "'2038-01-19 03:14:07'", 'null'],
  },
  {name: 'ti', type: 'time(2)', values: ["'-10:00:00'", "'00:00:00'", "'12:30:00.25'", "'838:59:59'", 'null']},
];

/** Values to compare with: of the column's type and of others. */
const OPERANDS: readonly string[] = [
  ...['0', '1', '2', '2.5', '-1.5', '3e0', '0.1', '1e30', '300', '-1', '18446744073709551615', '9007199254740992e0'],
  ...["'a'", "'ab'", "'A'", "'2'", "'2.5'", "''", "'zz'", 'null', '20200101', '2020'],
  ...["'2020-01-01'", "'2020-01-01 12:30:00'", "'2020-01-01 12:30:00.5'", "date '2020-01-01'", "time '12:30:00.25'"],
];

function database(): TestDatabase {
  const db = new TestDatabase();
  db.session.sqlMode = 0;
  const keys = COLUMNS.map(c => `key k_${c.name} (${c.name})`);
  const composite = 'key k_si (s(2), i desc), key k_di (da desc, i)';
  const columns = COLUMNS.map(c => `${c.name} ${c.type}`);
  db.run(`create table t (id int primary key, ${columns.join(', ')}, ${keys.join(', ')}, ${composite})`);
  for (let id = 0; id < 24; id++) {
    const row = COLUMNS.map((c, i) => c.values[(id * (i + 3) + i) % c.values.length]);
    db.run(`insert into t values (${id}, ${row.join(', ')})`);
  }
  return db;
}

const db = database();
const operand = fc.constantFrom(...OPERANDS);

function conditionOn(name: string): fc.Arbitrary<string> {
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom('=', '<', '<=', '>', '>=', '<>', '<=>'), operand)
        .map(([operator, v]) => `${name} ${operator} ${v}`),
    },
    fc.tuple(operand, operand).map(([a, b]) => `${name} between ${a} and ${b}`),
    fc.array(operand, {minLength: 1, maxLength: 4}).map(list => `${name} in (${list.join(', ')})`),
    fc.constantFrom(`${name} is null`, `${name} is not null`),
    fc.constantFrom("'a%'", "'%'", "'ab%'", "'_b'", "'a'", "'é%'").map(p => `${name} like ${p}`),
    fc.tuple(operand, operand).map(([a, b]) => `(${name} < ${a} or ${name} > ${b})`),
  );
}

/** The ids that a condition finds. */
function found(condition: string, hint: string): readonly string[] {
  return [...db.query(`select id from t ${hint} where ${condition}`).rows].sort();
}

for (const {name, type} of COLUMNS) {
  test(`conditions on ${type} find the same rows with and without the index`, () => {
    fc.assert(
      fc.property(conditionOn(name), condition => {
        const without = found(condition, 'force index (primary)');
        assert.deepEqual(found(condition, `force index (k_${name})`), without, condition);
      }),
      {numRuns: 120},
    );
  });
}

test('conditions on several columns find the same rows through a composite index', () => {
  const pair = fc.constantFrom(['s', 'i', 'k_si'] as const, ['da', 'i', 'k_di'] as const);
  const both = pair.chain(([first, second, index]) =>
    fc.tuple(conditionOn(first), conditionOn(second), fc.constantFrom('and', 'or'), fc.constant(index)),
  );
  fc.assert(
    fc.property(both, ([a, b, word, index]) => {
      const condition = `${a} ${word} ${b}`;
      assert.deepEqual(
        found(condition, `force index (${index})`),
        found(condition, 'force index (primary)'),
        condition,
      );
    }),
    {numRuns: 300},
  );
});

test('rows read through a range are few', () => {
  const before = db.engine.blocker.rowsRead;
  db.query('select id, s from t where i = 10 and id >= 0');
  assert.ok(db.engine.blocker.rowsRead - before <= 4);
});

test('a cast that loses something bounds no index', () => {
  const casts = ['cast(dt as date)', 'cast(ts as date)', 'cast(ts as datetime)', 'cast(da as datetime)'];
  const operators = ['=', '<=>', '<', '<=', '>', '>='];
  for (const cast of casts) {
    for (const operator of operators) {
      const condition = `${cast} ${operator} date '2020-01-01'`;
      const column = /\((\w+)/.exec(cast)?.[1];
      const without = found(condition, 'force index (primary)');
      assert.deepEqual(found(condition, `force index (k_${column})`), without, condition);
      if (operator === '=') assert.ok(without.length > 0, condition);
    }
  }
});
