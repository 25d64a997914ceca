// UPDATE and DELETE, of one table and of several.

import {test} from 'node:test';
import {check, TestCluster} from '../session/test-cluster.test.ts';

const cluster = new TestCluster(1);
const client = cluster.connect();

test('rows matched and rows changed', () => {
  check(client, [
    ['CREATE TABLE t (id INT PRIMARY KEY, k INT, s VARCHAR(10), KEY (k))', 'ok'],
    ["INSERT INTO t VALUES (1, 10, 'a'), (2, 20, 'b'), (3, 30, 'c'), (4, 40, 'd')", 'ok 4'],
    ['UPDATE t SET k = 10 WHERE id <= 2', 'ok 1: Rows matched: 2  Changed: 1  Warnings: 0'],
    ['UPDATE t SET k = k + 1', 'ok 4: Rows matched: 4  Changed: 4  Warnings: 0'],
    ['UPDATE t SET k = k + 1 WHERE id = 3', 'ok 1: Rows matched: 1  Changed: 1  Warnings: 0'],
    ['UPDATE t SET k = k WHERE id = 3', 'ok 0: Rows matched: 1  Changed: 0  Warnings: 0'],
    ['UPDATE t SET k = 1 WHERE id = 99', 'ok 0: Rows matched: 0  Changed: 0  Warnings: 0'],
    ['SELECT id, k FROM t ORDER BY id', ['1|11', '2|11', '3|32', '4|41']],
    ['SELECT id FROM t WHERE k = 11 ORDER BY id', ['1', '2']],
    ['UPDATE t SET k = k + 100, s = k WHERE id = 1', 'ok 1'],
    ['SELECT k, s FROM t WHERE id = 1', ['111|111']],
    ['UPDATE t SET nope = 1', 1054],
    ['UPDATE t SET k = NULL, s = DEFAULT WHERE id = 4', 'ok 1'],
    ['UPDATE t SET id = NULL WHERE id = 4', 1048],
    ["UPDATE t SET k = 'x' WHERE id = 4", 1366],
    ['CHECK TABLE t', ['test.t|check|status|OK']],
  ]);
});

test('an index that changes under the search is walked once', () => {
  check(client, [
    ['CREATE TABLE h (id INT PRIMARY KEY, k INT, KEY (k))', 'ok'],
    ['INSERT INTO h VALUES (1, 1), (2, 2), (3, 3)', 'ok 3'],
    ['UPDATE h SET k = k + 10 WHERE k > 0', 'ok 3'],
    ['UPDATE h SET id = id + 10 ORDER BY id DESC', 'ok 3'],
    ['SELECT * FROM h ORDER BY id', ['11|11', '12|12', '13|13']],
    ['UPDATE h SET id = id + 1', 1062],
    ['UPDATE h SET id = id + 1 ORDER BY id DESC', 'ok 3'],
    ['UPDATE h SET k = 0 ORDER BY id DESC LIMIT 2', 'ok 2'],
    ['SELECT * FROM h ORDER BY id', ['12|11', '13|0', '14|0']],
    ['CHECK TABLE h', ['test.h|check|status|OK']],
  ]);
});

test('ON UPDATE CURRENT_TIMESTAMP moves only when something else changes', () => {
  check(client, [
    ['CREATE TABLE ts (id INT PRIMARY KEY, n INT, at TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP)', 'ok'],
    ['INSERT INTO ts (id, n) VALUES (1, 1), (2, 2)', 'ok 2'],
    ['SET timestamp = 1700000000', 'ok'],
    ['UPDATE ts SET n = 1', 'ok 1'],
    ["UPDATE ts SET n = 5, at = '2020-01-01 00:00:00' WHERE id = 1", 'ok 1'],
    ['SET timestamp = DEFAULT', 'ok'],
    ['SELECT * FROM ts', ['1|5|2020-01-01 00:00:00', '2|1|2023-11-14 22:13:20']],
  ]);
});

test('UPDATE IGNORE passes over duplicates', () => {
  check(client, [
    ['CREATE TABLE ig (id INT PRIMARY KEY, u INT, UNIQUE (u))', 'ok'],
    ['INSERT INTO ig VALUES (1, 1), (2, 2), (3, 3)', 'ok 3'],
    ['UPDATE IGNORE ig SET u = 3 WHERE id < 3', 'ok 0: Rows matched: 2  Changed: 0  Warnings: 2'],
    ['SELECT * FROM ig ORDER BY id', ['1|1', '2|2', '3|3']],
    ['CHECK TABLE ig', ['test.ig|check|status|OK']],
  ]);
});

test('several tables', () => {
  check(client, [
    ['CREATE TABLE p (id INT PRIMARY KEY, n INT)', 'ok'],
    ['CREATE TABLE q (id INT PRIMARY KEY, pid INT, m INT)', 'ok'],
    ['INSERT INTO p VALUES (1, 10), (2, 20), (3, 30)', 'ok 3'],
    ['INSERT INTO q VALUES (1, 1, 1), (2, 1, 2), (3, 2, 3)', 'ok 3'],
    ['UPDATE p JOIN q ON q.pid = p.id SET p.n = p.n + 1, q.m = q.m * 2', 'ok 5'],
    ['SELECT * FROM p', ['1|11', '2|21', '3|30']],
    ['SELECT id, m FROM q', ['1|2', '2|4', '3|6']],
    ['UPDATE p LEFT JOIN q ON q.pid = p.id SET p.n = 0 WHERE q.id IS NULL', 'ok 1'],
    ['DELETE q FROM q JOIN p ON q.pid = p.id WHERE p.id = 1', 'ok 2'],
    ['DELETE FROM p, q USING p JOIN q ON q.pid = p.id', 'ok 2'],
    ['SELECT * FROM p', ['1|11', '3|0']],
    ['SELECT COUNT(*) FROM q', ['0']],
    ['DELETE nope FROM p', 1109],
  ]);
});

test('DELETE with ORDER BY and LIMIT, by key and without a key', () => {
  check(client, [
    ['CREATE TABLE del (a INT, b INT)', 'ok'],
    ['INSERT INTO del VALUES (1, 1), (1, 1), (2, 2), (3, 3), (4, 4)', 'ok 5'],
    ['DELETE FROM del WHERE a = 1 LIMIT 1', 'ok 1'],
    ['DELETE FROM del ORDER BY a DESC LIMIT 2', 'ok 2'],
    ['SELECT * FROM del', ['1|1', '2|2']],
    ['DELETE FROM del', 'ok 2'],
    ['SELECT * FROM del', []],
    ['DELETE FROM del WHERE (SELECT COUNT(*) FROM del) > 0', 'ok 0'],
  ]);
});

test('subqueries in assignments and conditions', () => {
  check(client, [
    ['CREATE TABLE sa (id INT PRIMARY KEY, n INT)', 'ok'],
    ['CREATE TABLE sb (id INT PRIMARY KEY, v INT)', 'ok'],
    ['INSERT INTO sa VALUES (1, 0), (2, 0)', 'ok 2'],
    ['INSERT INTO sb VALUES (1, 100), (2, 200)', 'ok 2'],
    ['UPDATE sa SET n = (SELECT v FROM sb WHERE sb.id = sa.id)', 'ok 2'],
    ['SELECT * FROM sa', ['1|100', '2|200']],
    ['DELETE FROM sa WHERE id IN (SELECT id FROM sb WHERE v > 150)', 'ok 1'],
    ['SELECT * FROM sa', ['1|100']],
  ]);
});
