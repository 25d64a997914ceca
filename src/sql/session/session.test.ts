// Session state: variables, prepared statements, several statements in one text, diagnostics.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {check, TestCluster} from './test-cluster.test.ts';

const cluster = new TestCluster(1);
const client = cluster.connect();

test('system variables', () => {
  check(client, [
    ['SELECT @@autocommit, @@SESSION.sql_notes, @@GLOBAL.max_connections > 0', ['1|1|1']],
    ['SET @@session.wait_timeout = 77, sql_notes = OFF', 'ok'],
    ['SELECT @@wait_timeout, @@global.wait_timeout, @@sql_notes', ['77|28800|0']],
    ['SET wait_timeout = DEFAULT, sql_notes = DEFAULT', 'ok'],
    ["SHOW VARIABLES LIKE 'wait_time%'", ['wait_timeout|28800']],
    ['SET GLOBAL max_error_count = 5', 'ok'],
    ['SELECT @@global.max_error_count, @@max_error_count', ['5|1024']],
    ['SET GLOBAL max_error_count = DEFAULT', 'ok'],
    ['SET nonsense = 1', 1193],
    ['SELECT @@nonsense', 1193],
    ['SET version = 1', 1238],
    ['SET GLOBAL last_insert_id = 1', 1228],
    ['SET max_connections = 1', 1229],
    ['SET autocommit = 7', 1231],
    ["SET sql_mode = 'NONSENSE'", 1231],
    ["SET wait_timeout = 'x'", 1232],
    ["SET time_zone = 'nowhere'", 1298],
    ["SET time_zone = '+02:00'", 'ok'],
    ['SELECT @@time_zone', ['+02:00']],
    ["SET time_zone = 'SYSTEM', tx_isolation = 'READ-COMMITTED'", 'ok'],
    ['SELECT @@transaction_isolation', ['READ-COMMITTED']],
    ["SET transaction_isolation = DEFAULT, sql_mode = 'ANSI,STRICT_ALL_TABLES'", 'ok'],
    ['SELECT "dual" FROM DUAL', 1054],
    ["SELECT 'a' || 'b'", ['ab']],
    ['SET sql_mode = DEFAULT', 'ok'],
    ['SELECT "dual" FROM DUAL', ['dual']],
    ['SET NAMES latin1 COLLATE latin1_bin', 'ok'],
    ['SELECT @@character_set_client, @@collation_connection', ['latin1|latin1_bin']],
    ['SET NAMES utf8mb4', 'ok'],
    ['SET NAMES nonsense', 1115],
    ['SET NAMES utf8mb4 COLLATE latin1_bin', 1253],
  ]);
});

test('user variables', () => {
  check(client, [
    ["SET @a = 1, @B := 'text', @c = 1.50, @d = NULL, @e = (SELECT 2 + 3)", 'ok'],
    ['SELECT @A, @b, @c, @d, @e, @none', ['1|text|1.50|NULL|5|NULL']],
    ['SELECT @a := @a + 1', ['2']],
    ['SELECT @a', ['2']],
    ['SELECT 7, 8 INTO @x, @y', 'ok'],
    ['SELECT @x + @y', ['15']],
    ['SELECT 1 INTO @x, @y', 1222],
    ['SELECT 1 FROM DUAL WHERE 1 = 0 INTO @x', 'ok'],
    ['SHOW WARNINGS', ['Warning|1329|No data - zero rows fetched, selected, or processed']],
  ]);
});

test('PREPARE, EXECUTE, DEALLOCATE', () => {
  check(client, [
    ['CREATE TABLE p (id INT PRIMARY KEY, s VARCHAR(9))', 'ok'],
    ["PREPARE ins FROM 'INSERT INTO p VALUES (?, ?)'", 'ok'],
    ["SET @i = 1, @s = 'one'", 'ok'],
    ['EXECUTE ins USING @i, @s', 'ok 1'],
    ['EXECUTE ins USING @i', 1210],
    ["SET @q = 'SELECT s FROM p WHERE id = ?'", 'ok'],
    ['PREPARE sel FROM @q', 'ok'],
    ['EXECUTE sel USING @i', ['one']],
    ['ALTER TABLE p ADD COLUMN x INT', 'ok'],
    ['EXECUTE sel USING @i', ['one']],
    ['DEALLOCATE PREPARE sel', 'ok'],
    ['EXECUTE sel USING @i', 1243],
    ["PREPARE bad FROM 'SELEC'", 1064],
    ["PREPARE bad FROM 'USE test'", 1295],
  ]);
});

test('prepared by number: kinds of parameters, definitions and settings that change', () => {
  client.ok(
    'CREATE TABLE q (id INT PRIMARY KEY, d DECIMAL(8,2), s VARCHAR(9))',
    "INSERT INTO q VALUES (1, 1.5, 'x'), (2, 2.25, '2')",
  );
  const {statement} = client.session.prepared.add('SELECT id FROM q WHERE d = ? OR s = ? OR id = ?');
  const run = (...values: readonly (number | string | null)[]): string[] =>
    client.execute(statement, values).rows.map(row => String(row[0]));
  assert.deepEqual(run(1.5, 'none', 0), ['1']);
  assert.deepEqual(run('2.25', 'none', 0), ['2']);
  assert.deepEqual(run(null, '2', 1), ['1', '2']);
  assert.deepEqual(run(null, 2, null), ['2']);
  client.ok('ALTER TABLE q MODIFY id BIGINT');
  assert.deepEqual(run(null, '2', 1), ['1', '2']);
  client.ok('DROP TABLE q');
  assert.equal(client.execute(statement, [1, '2', 1]).error?.errno, 1146);
});

test('several statements in one text', () => {
  client.session.multiStatements = true;
  client.start('SELECT 1; INSERT INTO p (id) VALUES (5), (6); SELECT id FROM p ORDER BY id; SELECT nope; SELECT 2');
  const answers = client.finish();
  client.session.multiStatements = false;
  assert.deepEqual(
    answers.map(answer => answer.error?.errno ?? answer.reply?.affectedRows),
    [0, 2, 0, 1054],
  );
  assert.deepEqual(
    answers.map(answer => answer.reply?.more),
    [true, true, true, undefined],
  );
  assert.deepEqual(answers[2].rows, [['1'], ['5'], ['6']]);
  assert.equal(client.run('SELECT 1; SELECT 2').error?.errno, 1064);
  assert.equal(client.run('SELECT 1;  -- nothing more').error, undefined);
});

test('warnings of a statement are those of the last one', () => {
  check(client, [
    ["SELECT 'x' + 1", ['1']],
    ['SHOW WARNINGS', ["Warning|1292|Truncated incorrect DOUBLE value: 'x'"]],
    ['SHOW COUNT(*) WARNINGS', ['1']],
    ['SELECT 1', ['1']],
    ['SHOW WARNINGS', []],
    ['SELECT * FROM gone', 1146],
    ['SHOW ERRORS', ["Error|1146|Table 'test.gone' doesn't exist"]],
  ]);
});

test('what is parsed but not carried out is refused by name', () => {
  for (const [sql, name] of [
    ['CREATE TRIGGER tr BEFORE INSERT ON p FOR EACH ROW SET @a = 1', 'CREATE TRIGGER'],
    ['CREATE PROCEDURE pr() SELECT 1', 'CREATE PROCEDURE'],
    ["XA START 'x'", 'XA transactions'],
  ] as const) {
    assert.equal(client.error(sql), `1235 This version of MySQL doesn't yet support '${name}'`, sql);
  }
  assert.equal(client.error('CALL nothing()'), '1305 PROCEDURE test.nothing does not exist');
  assert.equal(client.error(''), '1065 Query was empty');
});
