import assert from 'node:assert/strict';
import {test} from 'node:test';
import {DIGEST_CHARACTERS_MAX, digestText, digestTextOf} from './digest.ts';
import {Mode} from './modes.ts';

const cases: readonly (readonly [string, string])[] = [
  ['select c from t where id=5', 'SELECT `c` FROM `t` WHERE `id` = ?'],
  ['SELECT c  /* x */ FROM t\nWHERE id = -5;', 'SELECT `c` FROM `t` WHERE `id` = ?'],
  ["select * from t where a in (1, -2, 'x') and b = null", 'SELECT * FROM `t` WHERE `a` IN (...) AND `b` = ?'],
  ['select a - 1, (-1), f(1), f(1, 2) - 3', 'SELECT `a` - ? , (?) , `f` (?) , `f` (...) - ?'],
  ["insert into t values (1,'a'),(2,'b'),(3,'c')", 'INSERT INTO `t` VALUES (...) /* , ... */'],
  ['insert into t values (1),(2)', 'INSERT INTO `t` VALUES (?) /* , ... */'],
  ['insert into t values (1,now()),(2,3)', 'INSERT INTO `t` VALUES ( ? , `now` ( ) ) , (...)'],
  ['select a from t limit 5, 10', 'SELECT `a` FROM `t` LIMIT ?, ...'],
  ['select `a``b`, t.select, @x, @@y from t', 'SELECT `a``b` , `t` . `select` , @x , @@ `y` FROM `t`'],
  ["select ?, 0x41, 1.5, N'x'", 'SELECT ?, ...'],
  ["select 'é', é", 'SELECT ? , `é`'],
  ["nonsense ( 'open", "`nonsense` ( 'open"],
];

test('digest texts have the form of MySQL', () => {
  // NOW is a word of our grammar, so it appears as one.
  for (const [sql, expected] of cases) assert.equal(digestText(sql, 0), expected.replace('`now`', 'NOW'), sql);
});

test('the length is bounded, and long lists do not use it up', () => {
  const list = Array.from({length: 5000}, (_, i) => `(${i}, 'x')`).join(', ');
  assert.equal(
    digestText(`INSERT INTO t VALUES ${list} ON DUPLICATE KEY UPDATE a = 1`, 0),
    'INSERT INTO `t` VALUES (...) /* , ... */ ON DUPLICATE KEY UPDATE `a` = ?',
  );
  assert.equal(digestText(`SELECT ${'a, '.repeat(5000)} b`, 0).length, DIGEST_CHARACTERS_MAX);
});

test('sql_mode is minded', () => {
  assert.equal(digestText('select "a" || "b"', Mode.ansiQuotes | Mode.pipesAsConcat), 'SELECT `a` || `b`');
  assert.equal(digestText('select "a" || "b"', 0), 'SELECT ? || ?');
});

test('wherever a piece of a long list of rows ends, its digest is that of the list', () => {
  const rows = Array.from({length: 20}, (_, i) => `(${i}, -1, 'x(,''', NULL)`).join(', ');
  const sql = `INSERT INTO t VALUES ${rows}`;
  for (let end = sql.indexOf(')') + 3; end <= sql.length; end++) {
    assert.equal(digestTextOf(sql, 0, end), 'INSERT INTO `t` VALUES (...) /* , ... */', sql.slice(0, end));
  }
});

test('a piece that does not end in rows keeps what it has', () => {
  assert.equal(digestTextOf('SELECT a, bcd FROM t', 0, 12), 'SELECT `a` ,');
  assert.equal(digestTextOf('SELECT f(1, 2), 33, 4', 0, 20), 'SELECT `f` (...) , ? ,');
});
