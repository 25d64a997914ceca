// The ways in: options, several statements in one text, bounds.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Insert, Select, Statement} from './ast.ts';
import {HEIGHT_MAX, PLACEHOLDERS_MAX} from './limits.ts';
import {parse, parseExpressionText, parseMany, parseOne} from './statement.ts';

function selectOf(statement: Statement): Select {
  assert.equal(statement.kind, 'query');
  assert.equal(statement.body.kind, 'select');
  return statement.body;
}

test('offsets are byte offsets', () => {
  const select = selectOf(parse("SELECT 'é', a FROM t WHERE b = 1"));
  assert.deepEqual(
    select.items.map(item => item.at),
    [7, 13],
  );
  assert.equal(select.where?.at, 28);
});

test('placeholders are numbered in textual order, and only prepared statements may have them', () => {
  const {statement, parameterCount} = parseOne('SELECT ? FROM t WHERE a = ? LIMIT ?, ?', {
    placeholders: true,
  });
  assert.equal(parameterCount, 4);
  assert.equal(statement.kind, 'query');
  const {limit} = statement;
  assert.deepEqual(
    [limit?.offset, limit?.count].map(value => value?.kind === 'parameter' && value.index),
    [2, 3],
  );
  assert.throws(() => parse('SELECT ?'), {errno: 1064});
});

test('no more placeholders than the protocol can count', () => {
  const sql = `SELECT ${'?,'.repeat(PLACEHOLDERS_MAX - 1)}?`;
  assert.equal(parseOne(sql, {placeholders: true}).parameterCount, PLACEHOLDERS_MAX);
  assert.throws(() => parse(`${sql},?`, {placeholders: true}), {errno: 1390});
});

test('an empty query is error 1065', () => {
  for (const sql of ['', '  ', ';', '-- x', '/* x */', '/*!99999 SELECT 1 */', ' ; ']) {
    assert.throws(() => parse(sql), {errno: 1065}, JSON.stringify(sql));
  }
});

test('several statements come one by one, and those before an error are there', () => {
  const texts = (sql: string) => Array.from(parseMany(sql), ({start, end}) => sql.slice(start, end));
  assert.deepEqual(texts("SELECT ';' ; /* ; */ SELECT 2;\n"), ["SELECT ';'", 'SELECT 2']);
  assert.deepEqual(texts('CREATE PROCEDURE p () BEGIN SELECT 1; IF a THEN SELECT 2; END IF; END; SELECT 3'), [
    'CREATE PROCEDURE p () BEGIN SELECT 1; IF a THEN SELECT 2; END IF; END',
    'SELECT 3',
  ]);
  const seen: string[] = [];
  assert.throws(
    () => {
      for (const {statement} of parseMany('SELECT 1;\nSELECT 2;\n\nSELECT FROM')) seen.push(statement.kind);
    },
    {errno: 1064, message: /near 'FROM' at line 3$/},
    'lines count from the end of the statement before',
  );
  assert.deepEqual(seen, ['query', 'query']);
  assert.throws(() => texts('SELECT 1; ; SELECT 2'), {errno: 1065});
  assert.throws(() => parse('SELECT 1; SELECT 2'), {errno: 1064}, 'parse takes one only');
});

test('nesting is bounded by an error, not by the stack', () => {
  const deep: readonly (readonly [string, string, string])[] = [
    ['SELECT ', '(', '1'],
    ['SELECT ', '-', '1'],
    ['SELECT ', 'NOT ', '1'],
    ['SELECT ', 'f(', '1'],
    ['SELECT ', 'a + (', '1'],
    ['SELECT ', '(SELECT ', '1'],
    ['SELECT ', 'CASE ', '1'],
    ['SELECT ', '(a, ', '1'],
    ['SELECT * FROM ', '(', 't'],
    ['SELECT * FROM ', 't JOIN ', 't'],
    ['SELECT * FROM ', '(SELECT * FROM ', 't'],
    ['', '(', 'SELECT 1'],
    ['CREATE PROCEDURE p () ', 'BEGIN ', ''],
    ['CREATE PROCEDURE p () ', 'IF 1 THEN ', ''],
    ['', 'EXPLAIN ', 'SELECT 1'],
    ['', 'WITH a AS (', 'SELECT 1'],
    ["SELECT * FROM JSON_TABLE('', '' COLUMNS (", "NESTED PATH '' COLUMNS (", 'a'],
  ];
  for (const [head, repeated, tail] of deep) {
    assert.throws(() => parse(head + repeated.repeat(100_000) + tail), {name: 'SqlError'}, repeated);
  }
  assert.doesNotThrow(() => parse(`SELECT ${'('.repeat(150)}1${')'.repeat(150)}`));
  assert.doesNotThrow(() => parse(`${'SELECT * FROM ('.repeat(30)}SELECT 1${') d'.repeat(30)}`));
});

test('the height of trees is bounded, chains of AND, OR and UNION are flat', () => {
  assert.throws(() => parse(`SELECT 1${' + 1'.repeat(HEIGHT_MAX + 1)}`), {errno: 1473});
  assert.doesNotThrow(() => parse(`SELECT 1${' + 1'.repeat(HEIGHT_MAX - 10)}`));
  const chain = `(1${' + 1'.repeat(HEIGHT_MAX / 2)})`;
  assert.throws(() => parse(`SELECT f(g(${chain}) ${' * 1'.repeat(HEIGHT_MAX / 2 + 5)})`), {errno: 1473});
  assert.doesNotThrow(() => parse(`SELECT ${`${chain}, `.repeat(5)} 1`), 'neighbours do not add up');
  const where = selectOf(parse(`SELECT 1 FROM t WHERE a = 1${' OR a = 2'.repeat(50_000)}`)).where;
  assert.equal(where?.kind === 'logical' && where.operands.length, 50_001);
  const union = parse(`SELECT 1${' UNION ALL SELECT 2'.repeat(20_000)}`);
  assert.equal(union.kind === 'query' && union.body.kind === 'setOperation' && union.body.operands.length, 20_001);
});

test('long statements take time in proportion to their length', () => {
  const rows = Array.from({length: 20_000}, (_, i) => `(${i}, 'x${i}')`).join(',');
  const insert = parse(`INSERT INTO t VALUES ${rows}`) as Insert;
  assert.ok(insert.source.kind === 'rows');
  assert.equal([...insert.source.rows, ...(insert.source.more ?? [])].length, 20_000);
});

test('of a long list of rows only the first ones become trees, unless one of the others is no row of literals', () => {
  const parsed = (last: string): readonly number[] => {
    const insert = parse(
      `INSERT INTO t VALUES ${'(1, NULL), '.repeat(999)}${last} ON DUPLICATE KEY UPDATE a = 1`,
    ) as Insert;
    assert.ok(insert.source.kind === 'rows' && insert.onDuplicate.length === 1);
    return [insert.source.rows.length, insert.source.more?.count ?? 0];
  };
  for (const last of ["(-1.5, _binary 'x')", "('a''b', 0xff)", "(1e3, b'01')"])
    assert.deepEqual(parsed(last), [64, 936], last);
  for (const last of [
    '(1, a)',
    "('a' 'b', 1)",
    '(1 + 1, 1)',
    '(1)',
    '(1, 1, 1)',
    '(DEFAULT, 1)',
    '()',
    "(1, DATE '2024-01-01')",
  ])
    assert.deepEqual(parsed(last), [1000, 0], last);
  assert.throws(() => parsed('(1,'), {errno: 1064});
  assert.throws(() => parsed("(1, 'x"), {errno: 1064});
});

test('too many columns', () => {
  const columns = (count: number) => `CREATE TABLE t (${Array.from({length: count}, (_, i) => `c${i} INT`).join(',')})`;
  assert.doesNotThrow(() => parse(columns(4096)));
  assert.throws(() => parse(columns(4097)), {errno: 1117});
});

test('a derived table must have an alias', () => {
  assert.throws(() => parse('SELECT * FROM (SELECT 1)'), {errno: 1248});
});

test('an expression can be parsed alone', () => {
  assert.equal(parseExpressionText('a + 1').kind, 'arithmetic');
  assert.throws(() => parseExpressionText('a + 1, b'), {errno: 1064, message: /near ', b'/});
  assert.throws(() => parseExpressionText(''), {errno: 1064});
});

test('labels must match', () => {
  assert.doesNotThrow(() => parse('CREATE PROCEDURE p () a: BEGIN END A'));
  assert.throws(() => parse('CREATE PROCEDURE p () a: BEGIN END b'), {errno: 1310});
  assert.throws(() => parse('CREATE PROCEDURE p () BEGIN END b'), {errno: 1310});
});

test('names that JavaScript treats specially are names', () => {
  const select = selectOf(parse('SELECT __proto__, constructor, toString(1) FROM __proto__.hasOwnProperty'));
  const [table] = select.from;
  assert.deepEqual(table.kind === 'baseTable' && [table.table.schema, table.table.name], [
    '__proto__',
    'hasOwnProperty',
  ]);
  assert.equal(select.items[0].kind === 'item' && select.items[0].expression.kind, 'column');
});

test('a join without condition keeps the tables in their order', () => {
  const [joined] = selectOf(parse('SELECT * FROM a JOIN b JOIN c ON b.x = c.x')).from;
  assert.ok(joined.kind === 'join' && joined.left.kind === 'join' && joined.on !== null && joined.left.on === null);
  const [kept] = selectOf(parse('SELECT * FROM a JOIN (b RIGHT JOIN c ON b.x = c.x)')).from;
  assert.ok(kept.kind === 'join' && kept.right.kind === 'join' && kept.right.type === 'right', 'parentheses hold');
});
