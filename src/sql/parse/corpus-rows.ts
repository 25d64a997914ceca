// Statements that must parse: queries and statements that change rows. For the tests of this room; grouped by what they show.

/** The statements of a text, one per line. */
export function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');
}

export const rowCorpus: Readonly<Record<string, readonly string[]>> = {
  sysbench: lines(`
    SELECT c FROM sbtest1 WHERE id=50123
    SELECT c FROM sbtest1 WHERE id BETWEEN 50123 AND 50222
    SELECT SUM(k) FROM sbtest1 WHERE id BETWEEN 50123 AND 50222
    SELECT c FROM sbtest1 WHERE id BETWEEN 50123 AND 50222 ORDER BY c
    SELECT DISTINCT c FROM sbtest1 WHERE id BETWEEN 50123 AND 50222 ORDER BY c
    UPDATE sbtest1 SET k=k+1 WHERE id=50123
    UPDATE sbtest1 SET c='68487932199-96439406143-93774651418' WHERE id=50123
    DELETE FROM sbtest1 WHERE id=50123
    INSERT INTO sbtest1 (id, k, c, pad) VALUES (50123, 4993, '68487932199', '22195207048')
    INSERT INTO sbtest1(k, c, pad) VALUES(1, 'a', 'b'),(2, 'c', 'd'),(3, 'e', 'f')
  `),
  clauses: lines(String.raw`
    SELECT 1
    SELECT 1;
    select 1 from dual where 1 = 1
    SELECT 1 WHERE 1
    SELECT ALL *, a, t.b, s.t.c, t.*, s.t.* FROM s.t
    SELECT DISTINCTROW SQL_NO_CACHE SQL_CALC_FOUND_ROWS a FROM t
    SELECT HIGH_PRIORITY STRAIGHT_JOIN SQL_SMALL_RESULT SQL_BIG_RESULT SQL_BUFFER_RESULT a FROM t
    SELECT a AS x, b y, c 'z', d AS "w" FROM t AS u
    SELECT a FROM t GROUP BY a, b + 1 HAVING COUNT(*) > 1 ORDER BY 1, a DESC, b ASC LIMIT 5
    SELECT a, SUM(b) FROM t GROUP BY a WITH ROLLUP HAVING GROUPING(a) = 0
    SELECT a FROM t LIMIT 10, 20
    SELECT a FROM t LIMIT 20 OFFSET 10
    SELECT a FROM t ORDER BY NULL
    SELECT a FROM t PARTITION (p0, p1) AS u WHERE a > 5
    SELECT a FROM t USE INDEX (i1, PRIMARY) IGNORE INDEX FOR ORDER BY (i2) FORCE KEY FOR GROUP BY (i3) WHERE b = 1
    SELECT a FROM t USE INDEX () WHERE b = 1
    SELECT /*+ MAX_EXECUTION_TIME(1000) BKA(t) */ a FROM t
    SELECT a INTO @x FROM t WHERE b = 1 LIMIT 1
    SELECT a, b FROM t INTO @x, @y
    SELECT a FROM t FOR UPDATE INTO @x
    SELECT a FROM t INTO OUTFILE '/x' CHARACTER SET utf8mb4 FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '\\' LINES STARTING BY 'x' TERMINATED BY '\n'
    SELECT a FROM t INTO DUMPFILE '/x'
    SELECT a FROM t WHERE b = 1 FOR UPDATE
    SELECT a FROM t FOR SHARE
    SELECT a FROM t FOR UPDATE NOWAIT
    SELECT a FROM t FOR UPDATE SKIP LOCKED
    SELECT a FROM t, u FOR UPDATE OF t NOWAIT FOR SHARE OF u SKIP LOCKED
    SELECT a FROM t LOCK IN SHARE MODE
    SELECT @a := @a + 1, @b
    SELECT @@version, @@global.max_connections, @@session.sql_mode, @@local.autocommit, @@persist.x, @@a.b
    SELECT NULL IS NULL, TRUE, false, unknown FROM t
    TABLE t
    TABLE t ORDER BY a LIMIT 1
    VALUES ROW(1, 'a'), ROW(2, DEFAULT)
    VALUES ROW(1), ROW(2) ORDER BY column_0 LIMIT 1
    (SELECT 1)
    ((SELECT 1)) LIMIT 1
    SELECT offset, value, status, date, name, type, level FROM t
    SELECT t.select, t.from FROM t
    SELECT count, max FROM t
    SELECT order.id FROM s.order
  `),
  joins: lines(`
    SELECT * FROM a, b, c
    SELECT * FROM a JOIN b ON a.x = b.x
    SELECT * FROM a INNER JOIN b USING (x, y)
    SELECT * FROM a CROSS JOIN b
    SELECT * FROM a LEFT JOIN b ON a.x = b.x RIGHT OUTER JOIN c ON c.x = b.x
    SELECT * FROM a NATURAL JOIN b NATURAL LEFT JOIN c NATURAL RIGHT OUTER JOIN d NATURAL INNER JOIN e
    SELECT * FROM a STRAIGHT_JOIN b ON a.x = b.x
    SELECT * FROM a JOIN b JOIN c ON b.x = c.x
    SELECT * FROM a JOIN b JOIN c ON b.x = c.x ON a.x = b.x
    SELECT * FROM a LEFT JOIN (b, c) ON a.x = b.x AND a.y = c.y
    SELECT * FROM (a, b) JOIN c ON c.x = a.x
    SELECT * FROM (a JOIN b ON a.x = b.x) LEFT JOIN c USING (y)
    SELECT * FROM a JOIN (b LEFT JOIN c ON b.x = c.x) ON a.x = b.x
    SELECT * FROM a JOIN (b RIGHT JOIN c ON b.x = c.x)
    SELECT * FROM (SELECT 1 AS x) AS d
    SELECT * FROM (SELECT 1, 2) d (x, y)
    SELECT * FROM ((SELECT 1) UNION (SELECT 2)) d
    SELECT * FROM ((SELECT 1 AS x) d JOIN t ON t.x = d.x)
    SELECT * FROM t, LATERAL (SELECT * FROM u WHERE u.x = t.x LIMIT 1) AS d
    SELECT * FROM {OJ a LEFT OUTER JOIN b ON a.x = b.x}
    SELECT * FROM (VALUES ROW(1, 2)) AS v (a, b)
    SELECT * FROM JSON_TABLE('[1,2]', '$[*]' COLUMNS (id FOR ORDINALITY, v INT PATH '$', e INT EXISTS PATH '$.x')) AS j
    SELECT * FROM t, JSON_TABLE(t.doc, '$' COLUMNS (a VARCHAR(10) PATH '$.a' DEFAULT '0' ON EMPTY NULL ON ERROR, NESTED PATH '$.b[*]' COLUMNS (c INT PATH '$' ERROR ON ERROR))) j
  `),
  sets: lines(`
    SELECT 1 UNION SELECT 2
    SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3
    SELECT 1 UNION DISTINCT SELECT 2 UNION ALL SELECT 3
    SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 EXCEPT SELECT 4
    SELECT 1 EXCEPT ALL SELECT 2
    (SELECT 1 ORDER BY 1 LIMIT 1) UNION (SELECT 2 LIMIT 1) ORDER BY 1 LIMIT 3
    (SELECT 1 UNION SELECT 2) INTERSECT SELECT 3
    ((SELECT 1) UNION (SELECT 2)) UNION TABLE t
    SELECT 1 UNION VALUES ROW(1)
    WITH c AS (SELECT 1) SELECT * FROM c
    WITH c (x, y) AS (SELECT 1, 2), d AS (SELECT x FROM c) SELECT * FROM c JOIN d USING (x)
    WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5) SELECT n FROM c
    SELECT * FROM (WITH c AS (SELECT 1) SELECT * FROM c) d
    WITH c AS (SELECT 1 AS a) UPDATE t JOIN c USING (a) SET t.b = 1
    WITH c AS (SELECT 1 AS a) DELETE t FROM t JOIN c USING (a)
  `),
  subqueries: lines(`
    SELECT (SELECT 1), (SELECT a FROM t LIMIT 1) + 1
    SELECT ((SELECT 1) + 2), ((SELECT 1) UNION (SELECT 2)), ((((SELECT 3))))
    SELECT * FROM t WHERE a IN (SELECT b FROM u) AND c NOT IN (SELECT d FROM u)
    SELECT * FROM t WHERE a IN ((SELECT 1)) AND b IN ((SELECT 1), 2) AND c IN ((SELECT 1) UNION (SELECT 2))
    SELECT * FROM t WHERE (a, b) IN (SELECT 1, 2) OR (a, b) IN ((1, 2), (3, 4))
    SELECT * FROM t WHERE ROW(a, b) = (SELECT 1, 2)
    SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a) AND NOT EXISTS (TABLE v)
    SELECT * FROM t WHERE a > ALL (SELECT b FROM u) AND a = ANY (SELECT b FROM u) AND a <> SOME (SELECT 1)
    SELECT * FROM t WHERE a = (SELECT MAX(b) FROM u WHERE c = 5)
  `),
  operators: lines(`
    SELECT a + b - c * d / e % f DIV g MOD h, a | b & c << 1 >> 2 ^ 3, ~a, -b, +c, - - d
    SELECT a = b, a <=> b, a < b, a <= b, a > b, a >= b, a <> b, a != b
    SELECT a AND b, a && b, a OR b, a || b, a XOR b, NOT a, !a
    SELECT a IS NULL, a IS NOT NULL, a IS TRUE, a IS NOT FALSE, a IS UNKNOWN, a IS NOT UNKNOWN
    SELECT a BETWEEN 1 AND 2, a NOT BETWEEN 1 AND 2 AND b, a BETWEEN b + 1 AND c | 2
    SELECT a LIKE 'x%', a NOT LIKE '_x', a LIKE 'x|%' ESCAPE '|', a LIKE CONCAT('x', '%')
    SELECT a REGEXP '^x', a NOT RLIKE 'y$', a SOUNDS LIKE 'b'
    SELECT 1 MEMBER OF ('[1]'), 2 MEMBER OF (doc->'$.a')
    SELECT a COLLATE utf8mb4_bin, a COLLATE 'utf8mb4_bin' = b, BINARY a = b
    SELECT a->'$.x', a->>'$.x' = 1, t.a->'$[0]', s.t.a->>'$'
    SELECT NOW() + INTERVAL 1 DAY, NOW() - INTERVAL '1:2' MINUTE_SECOND, INTERVAL 1 YEAR + NOW(), a + INTERVAL b + 1 HOUR - INTERVAL (2) + 1 DAY
    SELECT INTERVAL(5, 1, 10), a + INTERVAL(1, 2)
    SELECT CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' ELSE 'z' END, CASE WHEN a THEN 1 END
    SELECT a IN (1), a IN (1, 2, 3), a NOT IN ('x', NULL)
    SELECT (a, b) = (1, 2), (1, 2, 3)
    SELECT (a OR b) AND c, (a + b) * c, NOT (a AND b), (NOT a) + 1, -(a + b), -(-5), (a IS TRUE) = b
    SELECT a = b = c, a = (b = c), a - (b - c), a - b - c, (a XOR b) XOR c
    SELECT (@a := 1) + 1, @a := 1 + 1
    SELECT a MOD b, MOD(a, b), a DIV b
  `),
  literals: lines(String.raw`
    SELECT 0, 1, 9007199254740991, 9007199254740992, 9223372036854775807, 18446744073709551615, 18446744073709551616
    SELECT 1.5, .5, 5., 1e5, 1.5E-3, 1e+2, 00012, -1.50
    SELECT 'a', "b", 'it''s', "say ""x""", 'a\'b', 'tab\tnl\nnul\0z\Z\\', 'a' 'b' "c", '\%\_\x'
    SELECT x'4D79', X'', 0x4D7953514C, 0x1, b'1010', B'', 0b11
    SELECT N'x', n'y', _utf8mb4'z', _latin1 'w', _binary x'ff', _utf8mb4 0x41 COLLATE utf8mb4_bin, _latin1'a' 'b'
    SELECT DATE '2024-01-02', TIME '10:11:12.5', TIMESTAMP '2024-01-02 03:04:05', {d '2024-01-02'}, {t '10:00'}, {ts '2024-01-02 00:00:00'}
    SELECT 'žluťoučký', '日本語', '😀' AS ☃, ü FROM größe
    SELECT 1a, 2b.3c, t.4 FROM 1a AS 5d
  `),
  functions: lines(`
    SELECT COUNT(*), COUNT(a), COUNT(ALL a), COUNT(DISTINCT a), COUNT(DISTINCT a, b), SUM(DISTINCT a), AVG(a), MIN(a), MAX(ALL a) FROM t
    SELECT STD(a), STDDEV(a), STDDEV_POP(a), STDDEV_SAMP(a), VARIANCE(a), VAR_POP(a), VAR_SAMP(a), BIT_AND(a), BIT_OR(a), BIT_XOR(a) FROM t
    SELECT GROUP_CONCAT(a), GROUP_CONCAT(DISTINCT a, b ORDER BY c DESC, d SEPARATOR '; ') FROM t
    SELECT JSON_ARRAYAGG(a), JSON_OBJECTAGG(a, b) FROM t
    SELECT SUBSTRING(a, 1), SUBSTRING(a, 1, 2), SUBSTRING(a FROM 2), SUBSTR(a FROM 2 FOR 3), MID(a, 1, 2)
    SELECT TRIM(a), TRIM(BOTH FROM a), TRIM(LEADING 'x' FROM a), TRIM('x' FROM a), TRIM(TRAILING FROM a)
    SELECT POSITION('a' IN b), LOCATE('a', b, 3), EXTRACT(YEAR FROM a), EXTRACT(DAY_MICROSECOND FROM a)
    SELECT DATE_ADD(a, INTERVAL 1 DAY), DATE_SUB(a, INTERVAL '1 2' DAY_HOUR), ADDDATE(a, 5), ADDDATE(a, INTERVAL 1 WEEK), SUBDATE(a, 1)
    SELECT TIMESTAMPADD(MINUTE, 1, a), TIMESTAMPDIFF(SQL_TSI_DAY, a, b), GET_FORMAT(DATE, 'USA')
    SELECT CAST(a AS SIGNED), CAST(a AS UNSIGNED INTEGER), CAST(a AS DECIMAL(10,2)), CAST(a AS CHAR(5) CHARACTER SET utf8mb4), CAST(a AS BINARY(3)), CAST(a AS JSON)
    SELECT CAST(a AS DATE), CAST(a AS DATETIME(6)), CAST(a AS TIME(3)), CAST(a AS YEAR), CAST(a AS FLOAT), CAST(a AS DOUBLE PRECISION), CAST(a AS NCHAR), CAST(a AS REAL)
    SELECT CAST(a AT TIME ZONE '+00:00' AS DATETIME), CAST(a->'$' AS UNSIGNED ARRAY)
    SELECT CONVERT(a, SIGNED), CONVERT(a USING utf8mb4), CONVERT(a, CHAR)
    SELECT CHAR(65, 66), CHAR(65 USING latin1), WEIGHT_STRING(a), WEIGHT_STRING(a AS CHAR(4)), WEIGHT_STRING(a AS BINARY(4))
    SELECT NOW(), NOW(6), CURRENT_TIMESTAMP, CURRENT_TIMESTAMP(3), CURDATE(), CURRENT_DATE, CURRENT_DATE(), CURTIME(2), LOCALTIME, LOCALTIMESTAMP(1), UTC_DATE, UTC_TIME(), UTC_TIMESTAMP(6), SYSDATE(3)
    SELECT USER(), CURRENT_USER, CURRENT_USER(), SESSION_USER(), SYSTEM_USER(), DATABASE(), SCHEMA(), VERSION()
    SELECT IF(a, b, c), IFNULL(a, b), NULLIF(a, b), COALESCE(a, b, c), LEFT(a, 1), RIGHT(a, 1), REPEAT(a, 2), REPLACE(a, b, c), INSERT(a, 1, 2, b), REVERSE(a), ASCII(a), CHARSET(a), COLLATION(a), TRUNCATE(a, 1), DATE(a), TIME(a), TIMESTAMP(a, b), YEAR(a), MONTH(a), DAY(a), FORMAT(a, 2), PASSWORD(a)
    SELECT JSON_EXTRACT(a, '$.x'), JSON_VALUE(a, '$.x'), JSON_VALUE(a, '$.x' RETURNING DECIMAL(4,2) DEFAULT 1.5 ON EMPTY ERROR ON ERROR), JSON_OBJECT('a', 1), JSON_ARRAY()
    SELECT MATCH (a, b) AGAINST ('x'), MATCH (a) AGAINST ('+x -y' IN BOOLEAN MODE), MATCH (t.a) AGAINST ('x' IN NATURAL LANGUAGE MODE WITH QUERY EXPANSION), MATCH (a) AGAINST (@q WITH QUERY EXPANSION) FROM t
    SELECT s.f(1), f(), my_func(a, b + 1)
    SELECT ROW_NUMBER() OVER (), RANK() OVER (PARTITION BY a ORDER BY b), DENSE_RANK() OVER w, PERCENT_RANK() OVER w, CUME_DIST() OVER w FROM t WINDOW w AS (ORDER BY a)
    SELECT NTILE(4) OVER (w ORDER BY b), LAG(a) OVER w, LEAD(a, 2, 0) OVER w, LAG(a, 1) RESPECT NULLS OVER w FROM t WINDOW w AS (PARTITION BY c), v AS (w)
    SELECT FIRST_VALUE(a) OVER w, LAST_VALUE(a) IGNORE NULLS OVER w, NTH_VALUE(a, 2) FROM FIRST OVER w, NTH_VALUE(a, 2) FROM LAST RESPECT NULLS OVER w FROM t WINDOW w AS ()
    SELECT SUM(a) OVER (ORDER BY b ROWS UNBOUNDED PRECEDING), AVG(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING), COUNT(*) OVER (ORDER BY b RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW), MAX(a) OVER (ORDER BY b ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM t
    SELECT count(*), Count( a ), NAME_CONST('x', 5)
  `),
  insert: lines(`
    INSERT INTO t VALUES ()
    INSERT INTO t VALUES (1, 'a', NULL, DEFAULT, DEFAULT(b), NOW())
    INSERT t (a, t.b, s.t.c) VALUE (1, 2, 3), (4, 5, 6)
    INSERT INTO t () VALUES ()
    INSERT LOW_PRIORITY IGNORE INTO t (a) VALUES (1)
    INSERT HIGH_PRIORITY INTO s.t PARTITION (p0) (a) VALUES (1)
    INSERT DELAYED INTO t VALUES (1)
    INSERT INTO t SET a = 1, b = DEFAULT, c = a + 1
    INSERT INTO t (a, b) SELECT c, d FROM u WHERE e = 5
    INSERT INTO t (SELECT 1)
    INSERT INTO t (a) (SELECT 1) UNION (SELECT 2)
    INSERT INTO t WITH c AS (SELECT 1) SELECT * FROM c
    INSERT INTO t TABLE u
    INSERT INTO t (a, b) VALUES ROW(1, 2), ROW(3, 4)
    INSERT INTO t (a, b) VALUES (1, 2) ON DUPLICATE KEY UPDATE b = VALUES(b), a = a + 1
    INSERT INTO t (a, b) VALUES (1, 2) AS new ON DUPLICATE KEY UPDATE b = new.b
    INSERT INTO t (a, b) VALUES (1, 2) AS new (x, y) ON DUPLICATE KEY UPDATE b = x + y
    INSERT INTO t SET a = 1 AS new ON DUPLICATE KEY UPDATE a = new.a
    INSERT INTO t SELECT a FROM u ON DUPLICATE KEY UPDATE b = u.b, c = DEFAULT
    INSERT /*+ SET_VAR(foreign_key_checks=OFF) */ INTO t VALUES (1)
    REPLACE INTO t VALUES (1, 2)
    REPLACE LOW_PRIORITY t SET a = 1
    REPLACE DELAYED INTO t (a) SELECT 1
  `),
  'update and delete': lines(`
    UPDATE t SET a = 1
    UPDATE LOW_PRIORITY IGNORE s.t AS u SET u.a = DEFAULT, b := 2 WHERE c = 3 ORDER BY d DESC LIMIT 10
    UPDATE t, u SET t.a = u.a WHERE t.b = u.b
    UPDATE t JOIN u ON t.a = u.a LEFT JOIN v USING (b) SET t.c = v.c, u.d = 1
    UPDATE t PARTITION (p0) SET a = (SELECT 1)
    DELETE FROM t
    DELETE LOW_PRIORITY QUICK IGNORE FROM s.t AS u WHERE a = 1 ORDER BY b LIMIT 5
    DELETE FROM t PARTITION (p0, p1) WHERE a = 1
    DELETE t FROM t JOIN u USING (a)
    DELETE a, b.* FROM t AS a, u AS b WHERE a.x = b.x
    DELETE FROM a, s.b.* USING t AS a JOIN s.b USING (x) WHERE y = 1
  `),
  load: lines(String.raw`
    LOAD DATA INFILE '/x' INTO TABLE t
    LOAD DATA LOW_PRIORITY LOCAL INFILE 'x' REPLACE INTO TABLE s.t PARTITION (p0) CHARACTER SET utf8mb4 FIELDS TERMINATED BY ',' ENCLOSED BY '"' ESCAPED BY '\\' LINES TERMINATED BY '\r\n' IGNORE 1 LINES (a, @b, c) SET d = @b + 1, e = DEFAULT
    LOAD DATA CONCURRENT INFILE 'x' IGNORE INTO TABLE t COLUMNS TERMINATED BY x'09' LINES STARTING BY 'a'
    LOAD XML LOCAL INFILE 'x' INTO TABLE t ROWS IDENTIFIED BY '<row>' (a, b)
  `),
  'comments and blanks': [
    '  SELECT 1 # comment\n + 2 -- more\n - /* x */ 3',
    'SELECT 1--1, 2 - -3',
    'SELECT 1 /*! + 2 */ /*!40101 + 3 */ /*!80400 + 4 */ /*!99999 + /* never */ 5 */ /*!100100 nothing */',
    'SELECT 1 /*M! + 2 */ /*M!100100 + 3 */ /*M!110100 + 4 */',
    '/*!40101 SET @a = 1 */;',
    '/* leading */ SELECT 1 /* trailing */ ; # end',
    'SELECT\t1\r\n,\f2\v--',
    'SELECT `a`, `b``c`, t.`d`, `s`.`t`.`e`, `select`.`from` FROM `t` AS `u`',
    'SELECT @`a b`, @\'c d\', @"e", @f.g$h_1',
    'SELECT `count`(1), `my func`(2), `s`.`f`(3)',
    "SELECT 'a' /* between */ 'b'",
  ],
};
