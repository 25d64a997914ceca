// ALTER TABLE that leaves the rows as they are: what old rows look like through the new definition, and when rows are copied all the same.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Prng} from '../../base/prng.ts';
import {check, TestCluster} from '../session/test-cluster.test.ts';

const cluster = new TestCluster(2);
const client = cluster.connect(0);
const other = cluster.connect(1);

/** What the OK of an ALTER says when no row was copied. */
const INSTANT = 'ok 0: Records: 0  Duplicates: 0  Warnings: 0';

test('new columns have their initial value in old rows, whatever becomes of the default', () => {
  client.ok('CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(10), KEY (s))', "INSERT INTO t VALUES (1, 'a'), (2, NULL)");
  check(client, [
    ['ALTER TABLE t ADD COLUMN n INT NOT NULL DEFAULT 7, ADD COLUMN m VARCHAR(5) AFTER id', INSTANT],
    ['SELECT * FROM t', ['1|NULL|a|7', '2|NULL|NULL|7']],
    [
      'ALTER TABLE t ALTER n SET DEFAULT 8, ADD COLUMN d DATE NOT NULL, ADD COLUMN x DECIMAL(5,2) DEFAULT 1.5 FIRST',
      INSTANT,
    ],
    ["INSERT INTO t (id, s) VALUES (3, 'c')", 1364],
    ["INSERT INTO t (id, s, d) VALUES (3, 'c', '2020-02-02')", 'ok 1'],
    ['SELECT * FROM t', ['1.50|1|NULL|a|7|0000-00-00', '1.50|2|NULL|NULL|7|0000-00-00', '1.50|3|NULL|c|8|2020-02-02']],
  ]);
  check(other, [
    ['SELECT n, x, s FROM t WHERE id = 1', ['7|1.50|a']],
    ["UPDATE t SET m = 'new' WHERE s = 'a'", 'ok 1'],
    ['SELECT * FROM t WHERE id = 1', ['1.50|1|new|a|7|0000-00-00']],
    ['SELECT SUM(n), COUNT(m), COUNT(*) FROM t WHERE n BETWEEN 7 AND 8', ['22|1|3']],
    ['ALTER TABLE t ADD INDEX (n, x)', 'ok 0'],
    ['SELECT id FROM t FORCE INDEX (n) WHERE n = 7 AND x = 1.5', ['1', '2']],
    ['CHECK TABLE t', ['test.t|check|status|OK']],
    ['DROP TABLE t', 'ok'],
  ]);
});

test('dropped columns are gone, and their ids are not used again', () => {
  client.ok(
    'CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, c INT, KEY (b))',
    'INSERT INTO t VALUES (1, 10, 20, 30)',
  );
  check(client, [
    ['ALTER TABLE t DROP COLUMN c, DROP COLUMN a', INSTANT],
    ['ALTER TABLE t ADD COLUMN c INT', INSTANT],
    ['SELECT * FROM t', ['1|20|NULL']],
    ['ALTER TABLE t ADD COLUMN a INT DEFAULT 5 FIRST, RENAME COLUMN c TO cc', INSTANT],
    ['SELECT * FROM t', ['5|1|20|NULL']],
    ['ALTER TABLE t MODIFY COLUMN id INT AFTER b', INSTANT],
    ['SELECT * FROM t WHERE b = 20', ['5|20|1|NULL']],
    ['DELETE FROM t WHERE id = 1', 'ok 1'],
    ['DROP TABLE t', 'ok'],
  ]);
});

test('an open transaction and a rollback see old rows through the new definition', () => {
  client.ok('CREATE TABLE t (id INT PRIMARY KEY, n INT)', 'INSERT INTO t VALUES (1, 1), (2, 2)');
  other.ok('BEGIN', 'SELECT COUNT(*) FROM information_schema.ENGINES');
  check(client, [
    ["ALTER TABLE t ADD COLUMN s VARCHAR(20) DEFAULT 'old'", INSTANT],
    ['BEGIN', 'ok'],
    ["UPDATE t SET s = 'new', n = 9", 'ok 2'],
  ]);
  assert.deepEqual(other.rows('SELECT * FROM t'), ['1|1|old', '2|2|old']);
  client.ok('ROLLBACK');
  other.ok('COMMIT');
  check(client, [
    ['SELECT * FROM t', ['1|1|old', '2|2|old']],
    ['CHECK TABLE t', ['test.t|check|status|OK']],
    ['DROP TABLE t', 'ok'],
  ]);
});

test('wider types, members at the end and NULL are instant; the rest is copied, or refused', () => {
  client.ok(
    "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(3), e ENUM('a', 'b'), n INT NOT NULL, k INT NOT NULL, s TEXT, KEY (v), KEY (k))",
    "INSERT INTO t VALUES (1, 'abc', 'b', 5, 6, 'text')",
  );
  const copied = 'ok 1: Records: 1  Duplicates: 0  Warnings: 0';
  check(client, [
    ["ALTER TABLE t MODIFY v VARCHAR(30), MODIFY e ENUM('a', 'b', 'c'), MODIFY n INT NULL", INSTANT],
    ["INSERT INTO t VALUES (2, 'abcdef', 'c', NULL, 7, NULL)", 'ok 1'],
    ['SELECT * FROM t', ['1|abc|b|5|6|text', '2|abcdef|c|NULL|7|NULL']],
    ["SELECT id FROM t WHERE v = 'abc'", ['1']],
    ['ALTER TABLE t MODIFY n BIGINT, ALGORITHM = INSTANT', 1845],
    ['ALTER TABLE t MODIFY v VARCHAR(2)', 1406],
    ['DELETE FROM t WHERE id = 2', 'ok 1'],
    ['ALTER TABLE t MODIFY k INT NULL', copied],
    ['ALTER TABLE t MODIFY n BIGINT', copied],
    ["ALTER TABLE t MODIFY e ENUM('b', 'a')", copied],
    ['ALTER TABLE t DROP COLUMN s', copied],
    ['ALTER TABLE t ADD COLUMN u VARCHAR(36) DEFAULT (UUID())', copied],
    ['ALTER TABLE t ADD COLUMN g INT AS (n + 1) STORED', copied],
    ['ALTER TABLE t ADD COLUMN z INT DEFAULT 1 CHECK (z > 0)', copied],
    ['ALTER TABLE t ADD COLUMN zz INT DEFAULT 1 CHECK (zz > 1)', 3819],
    ['ALTER TABLE t ADD COLUMN i INT, ALGORITHM = COPY', copied],
    ['ALTER TABLE t ADD COLUMN j INT, ALGORITHM = INSTANT', INSTANT],
    ['DROP TABLE t', 'ok'],
  ]);
});

test('a row that was as long as a row may be makes room for what is new', () => {
  client.ok('CREATE TABLE t (id INT PRIMARY KEY, n INT, s VARCHAR(6000))');
  const longest = 5461 - 2 - 1 - 8 - 2 - 3;
  check(client, [
    [`INSERT INTO t VALUES (1, 1, REPEAT('x', ${longest}))`, 'ok 1'],
    ["ALTER TABLE t ADD COLUMN more VARCHAR(100) DEFAULT 'some more bytes', ADD COLUMN b BIGINT DEFAULT 3", INSTANT],
    ['UPDATE t SET n = 2', 'ok 1'],
    [`SELECT id, n, s = REPEAT('x', ${longest}), more, b FROM t`, ['1|2|1|some more bytes|3']],
    ["UPDATE t SET more = 'changed' WHERE id = 1", 'ok 1'],
    [`SELECT id, n, s = REPEAT('x', ${longest}), more, b FROM t`, ['1|2|1|changed|3']],
    ['CHECK TABLE t', ['test.t|check|status|OK']],
    ['DROP TABLE t', 'ok'],
  ]);
});

test('initial values are not piled up: too many are written, and then there is room for others', () => {
  client.ok('CREATE TABLE t (id INT PRIMARY KEY)', 'INSERT INTO t VALUES (1)');
  const add = (name: string): string =>
    `ALTER TABLE t ADD COLUMN ${name} VARCHAR(5000) COLLATE latin1_bin DEFAULT '${name.repeat(2500)}'`;
  const copied = 'ok 1: Records: 1  Duplicates: 0  Warnings: 0';
  check(client, [
    [add('aa'), INSTANT],
    [add('bb'), copied],
    [add('cc'), INSTANT],
    ['SELECT LENGTH(aa), LENGTH(bb), LENGTH(cc) FROM t', ['5000|5000|5000']],
    ['DROP TABLE t', 'ok'],
  ]);
});

test('more layouts than a row can name: the table is copied, and it goes on', () => {
  client.ok('CREATE TABLE t (id INT PRIMARY KEY)', 'INSERT INTO t VALUES (1)');
  let copies = 0;
  for (let i = 0; i < 270; i++) {
    const info = client.ok(
      `ALTER TABLE t ${i % 2 === 0 ? 'ADD' : 'DROP'} COLUMN x${i % 2 === 0 ? ' INT DEFAULT 4' : ''}`,
    ).reply?.info;
    if (info?.startsWith('Records: 1')) copies++;
  }
  assert.equal(copies, 1);
  assert.deepEqual(client.rows('SELECT * FROM t'), ['1']);
  client.ok('DROP TABLE t');
});

test('any order of changes and writes: rows are what a copy would make of them', () => {
  const prng = new Prng(11);
  const pick = (n: number): number => prng.u32() % n;
  client.ok('CREATE TABLE r (id INT PRIMARY KEY, c0 INT DEFAULT 0)');
  const columns: string[] = ['c0'];
  const model = new Map<number, Record<string, string>>();
  let named = 0;
  for (let step = 0; step < 300; step++) {
    const session = pick(2) === 0 ? client : other;
    const id = pick(20);
    const kind = pick(10);
    if (kind === 0 && columns.length < 8) {
      const name = `c${++named}`;
      const [type, value] = pick(2) === 0 ? ['INT', String(named)] : ['VARCHAR(20)', `v${named}`];
      const at = pick(columns.length + 1);
      session.ok(
        `ALTER TABLE r ADD COLUMN ${name} ${type} DEFAULT '${value}' ${at === 0 ? 'FIRST' : `AFTER ${columns[at - 1]}`}`,
      );
      columns.splice(at, 0, name);
      for (const row of model.values()) row[name] = value;
    } else if (kind === 1 && columns.length > 1) {
      const [name] = columns.splice(pick(columns.length), 1);
      session.ok(`ALTER TABLE r DROP COLUMN ${name}`);
      for (const row of model.values()) delete row[name];
    } else if (kind < 5) {
      session.ok(
        `REPLACE INTO r (id, ${columns.join(', ')}) VALUES (${id}, ${columns.map(() => `'${step}'`).join(', ')})`,
      );
      model.set(id, Object.fromEntries(columns.map(name => [name, String(step)])));
    } else if (kind < 9) {
      const name = columns[pick(columns.length)];
      session.ok(`UPDATE r SET ${name} = '${step}' WHERE id = ${id}`);
      const row = model.get(id);
      if (row !== undefined) row[name] = String(step);
    } else {
      session.ok(`DELETE FROM r WHERE id = ${id}`);
      model.delete(id);
    }
    if (step % 10 !== 0) continue;
    const expected = [...model]
      .sort(([a], [b]) => a - b)
      .map(([key, row]) => [key, ...columns.map(c => row[c])].join('|'));
    assert.deepEqual(session.rows(`SELECT id, ${columns.join(', ')} FROM r`), expected, `step ${step}`);
  }
  const before = client.rows('SELECT * FROM r');
  client.ok('ALTER TABLE r FORCE');
  assert.deepEqual(other.rows('SELECT * FROM r'), before);
});
