-- Literals, user variables, session functions, prepared statements, SHOW, DDL, errors of syntax and names.
SELECT 1, 01, 1.0, .1, 1., 1e2, 1E-2, 0x1F + 0, b'11' + 0, TRUE, FALSE, NULL;
SELECT 18446744073709551615, 18446744073709551616, -9223372036854775808, -9223372036854775809, 99999999999999999999999999;
SELECT 'a''b', "a""b", 'a"b', "a'b", 'a\'b', 'a\\b', 'tab\t', 'nl\n', '\x', '\%', '100%';
SELECT 'a' 'b' 'c', _utf8mb4'abc', N'abc', _latin1'abc', X'4142', 0x4142, b'01000001', CHAR(0x41);
SELECT 1 AS `a b`, 2 AS 'c', 3 "d", 4 e, 5 AS `select`;
-- differs: the name of a column with a comment in it
SELECT 1 /* comment */ + 2, 3 -- to the end
 + 4, 5 # hash
 + 6, 7 /*! + 8 */, 9 /*!99999 + 10 */, 11 --12;
SELECT @x := 1, @x + 1, @x := @x + 1, @x;
SET @a = 1, @b = 'text', @c = 1.5, @d = NULL, @e = @a + 1;
-- differs: a decimal user variable keeps its scale in MySQL
SELECT @a, @b, @c, @d, @e, @nosuch, @`a`, @A;
-- differs: a decimal user variable keeps its scale in MySQL
SELECT @a + @c, CONCAT(@b, @a), @d IS NULL, @nosuch + 1;
SELECT id, @n := @n + 1 FROM (SELECT 1 id UNION SELECT 2) t, (SELECT @n := 0) i ORDER BY id;
SELECT 5, 6 INTO @p, @q;
SELECT @p, @q;
-- differs: the account that matched is named, here root@%
SELECT DATABASE(), SCHEMA(), CONNECTION_ID() > 0, CURRENT_USER(), ROW_COUNT(), FOUND_ROWS(), LAST_INSERT_ID();
SELECT @@sql_mode = '', @@autocommit, @@SESSION.autocommit, @@global.autocommit, @@version_comment = '';
SELECT @@nosuch;
SET nosuch = 1;
SET autocommit = {{0 | 1 | ON | OFF | 2 | 'x'}};
SET autocommit = 1;
SET @@session.sql_mode = 'NOSUCH';
PREPARE p FROM 'SELECT ? + ?, CONCAT(?, ''x'')';
SET @u = 1, @v = 2.5, @w = 'z';
EXECUTE p USING @u, @v, @w;
EXECUTE p USING @w, @u, @v;
EXECUTE p USING @u;
EXECUTE nosuch;
DEALLOCATE PREPARE p;
DEALLOCATE PREPARE p;
PREPARE p FROM 'SELEC 1';
PREPARE p FROM 'SELECT ? LIMIT ?';
SET @l = 1;
EXECUTE p USING @u, @l;
CREATE TABLE t1 (id INT PRIMARY KEY, a VARCHAR(20) NOT NULL DEFAULT 'x', b DECIMAL(10,2), c DATETIME(3), d TEXT, e ENUM('p','q') DEFAULT 'p', UNIQUE KEY ua (a), KEY kb (b, c));
SHOW TABLES;
-- differs: MySQL 8.4 shows no display width of integers
-- differs: MySQL 8.4 shows no display width of integers
SHOW COLUMNS FROM t1;
-- differs: MySQL 8.4 shows no display width of integers
DESCRIBE t1;
DESC t1 a;
SHOW TABLES LIKE 't%';
SHOW TABLES LIKE 'nosuch%';
CREATE TABLE t1 (a INT);
CREATE TABLE IF NOT EXISTS t1 (a INT);
CREATE TABLE t2 LIKE t1;
-- differs: MySQL 8.4 shows no display width of integers
SHOW COLUMNS FROM t2;
CREATE TABLE t3 AS SELECT 1 a, 'x' b, 1.5 c, NOW() d;
-- differs: MySQL 8.4 shows no display width of integers
SHOW COLUMNS FROM t3;
ALTER TABLE t1 ADD COLUMN f INT AFTER a, ADD KEY kf (f);
ALTER TABLE t1 DROP COLUMN d;
ALTER TABLE t1 MODIFY b BIGINT NOT NULL, CHANGE c cc DATE;
ALTER TABLE t1 ADD COLUMN a INT;
ALTER TABLE t1 DROP COLUMN nosuch;
ALTER TABLE t1 DROP KEY nosuch;
-- differs: a column can be renamed and changed in one statement here
ALTER TABLE t1 RENAME COLUMN f TO ff, ALTER ff SET DEFAULT 9;
-- differs: MySQL 8.4 shows no display width of integers
-- differs: MySQL 8.4 shows no display width of integers
SHOW COLUMNS FROM t1;
ALTER TABLE t2 RENAME TO t4;
RENAME TABLE t4 TO t5, t3 TO t6;
SHOW TABLES;
DROP TABLE t5, t6;
DROP TABLE nosuch;
DROP TABLE IF EXISTS nosuch;
CREATE INDEX ix ON t1 (e);
CREATE INDEX ix ON t1 (e);
DROP INDEX ix ON t1;
CREATE VIEW v1 AS SELECT id, a FROM t1;
SELECT * FROM v1;
CREATE VIEW v1 AS SELECT 1;
CREATE OR REPLACE VIEW v1 AS SELECT 1 one, 'a' two;
SELECT * FROM v1;
-- differs: 4092 in MariaDB
DROP VIEW v1;
-- differs: 4092 in MariaDB
DROP VIEW v1;
CREATE TABLE bad (a INT, a INT);
-- differs: an unknown type is a syntax error in MySQL
CREATE TABLE bad (a NOSUCHTYPE);
CREATE TABLE bad (a INT PRIMARY KEY, b INT PRIMARY KEY);
CREATE TABLE bad (a INT, KEY (nosuch));
CREATE TABLE bad (a VARCHAR(70000) NOT NULL);
CREATE TABLE bad (a INT AUTO_INCREMENT);
CREATE TABLE bad (a INT DEFAULT 'x');
CREATE TABLE bad ();
CREATE TABLE bad (a ENUM('x', 'x'));
CREATE TABLE bad (a DECIMAL(70, 2));
CREATE TABLE bad (a DECIMAL(5, 6));
-- differs: 1170 in MySQL
CREATE TABLE bad (a TEXT, KEY (a));
CREATE TABLE bad (a CHAR(300));
CREATE DATABASE diff_session;
CREATE DATABASE IF NOT EXISTS diff_session;
DROP DATABASE nosuch;
USE nosuch;
SELEC 1;
SELECT FROM t1;
SELECT 1 FROM;
SELECT * FROM t1 WHERE;
SELECT 1 +;
SELECT (1;
SELECT 'abc;
SELECT `abc FROM t1;
INSERT INTO t1;
UPDATE t1;
SELECT 1 1 1;
SELECT * FROM t1 GROUP;
SELECT * FROM t1 LIMIT -1;
SELECT * FROM t1 LIMIT 'a';
SELECT * FROM t1 ORDER BY;
SELECT COUNT (*) FROM t1;
SELECT NOSUCH(1);
SELECT nosuch.fn(1);
SELECT ABS();
SELECT ABS(1, 2);
SELECT IF(1, 2);
SELECT CONCAT();
SELECT SUM();
SELECT 1 IN ();
-- differs: 1241 in MySQL
SELECT (1, 2) = 1;
SELECT (1, 2);
-- differs: 1241 in MySQL
SELECT 1 = (1, 2);
SELECT * ;
-- differs: an unknown type is a syntax error in MySQL
SELECT CAST(1 AS NOSUCH);
SELECT 1 COLLATE nosuch;
SELECT CONVERT(1 USING nosuch);
DO 1, 2, SLEEP(0);
SELECT SLEEP(0), BENCHMARK(1, 1 + 1);
SELECT GET_LOCK('diff', 0), RELEASE_LOCK('diff'), RELEASE_LOCK('diff'), RELEASE_LOCK('nosuch');
SELECT UUID() <> UUID(), LENGTH(UUID()), RAND(1), RAND(1) = RAND(1), RAND() < 1;
SET sql_mode = 'ANSI_QUOTES';
SELECT "a" FROM (SELECT 1 a) t;
SELECT "nosuch";
SET sql_mode = 'PIPES_AS_CONCAT';
SELECT 'a' || 'b' || 1, 1 || NULL;
SET sql_mode = 'NO_BACKSLASH_ESCAPES';
SELECT 'a\nb', LENGTH('\\');
SET sql_mode = 'HIGH_NOT_PRECEDENCE';
SELECT NOT 1 BETWEEN -5 AND 5, NOT 0 = 1;
SET sql_mode = 'NO_UNSIGNED_SUBTRACTION';
SELECT CAST(1 AS UNSIGNED) - 2, CAST(1 AS UNSIGNED) + 2;
SET sql_mode = '';
SELECT NOT 1 BETWEEN -5 AND 5, 'a' || 'b', "str";
CREATE TABLE vt (id INT PRIMARY KEY, a INT, b VARCHAR(9));
CREATE VIEW va AS SELECT id, a + 1 AS m FROM vt;
CREATE VIEW vb AS SELECT * FROM vt WHERE a < 5 WITH CHECK OPTION;
CREATE VIEW vc AS SELECT * FROM vb WHERE a > 1 WITH LOCAL CHECK OPTION;
CREATE VIEW vd AS SELECT x.id, y.b FROM vt x JOIN vt y ON x.id = y.id;
CREATE VIEW ve AS SELECT a, COUNT(*) AS c FROM vt GROUP BY a;
CREATE ALGORITHM = TEMPTABLE VIEW vf AS SELECT id FROM vt;
CREATE VIEW vg AS SELECT * FROM ve;
CREATE VIEW vh AS SELECT 1 AS one;
CREATE VIEW vi AS SELECT DISTINCT a FROM vt;
CREATE VIEW vj AS SELECT a FROM vt UNION SELECT id FROM vt;
CREATE VIEW vk AS SELECT a FROM vt LIMIT 2;
CREATE VIEW vl AS SELECT id FROM vt WHERE a IN (SELECT 1);
CREATE VIEW vm AS SELECT x.id, y.b FROM vt x LEFT JOIN vt y ON x.id = y.id;
CREATE VIEW vn AS SELECT * FROM va;
SELECT TABLE_NAME, CHECK_OPTION, IS_UPDATABLE FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE 'v_' AND TABLE_NAME <> 'vg' ORDER BY 1;
