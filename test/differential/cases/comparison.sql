-- Comparisons between kinds, NULL logic, BETWEEN, IN, LIKE, row values, operator ranks.
-- list v = 0 | 1 | 1.0 | 1e0 | '1' | '1.0' | '01' | 'a' | 'A' | '' | NULL | TRUE | 18446744073709551615 | -1
SELECT {{v}} = {{v'}};
SELECT {{0 | 1.5 | '1' | 'b' | NULL | -1 | 18446744073709551615}} {{< | <= | > | >= | <> | <=>}} {{0 | 1.5 | '1' | 'B' | NULL | -1 | 18446744073709551615}};
-- list t = NULL | TRUE | FALSE
SELECT {{t}} AND {{t'}}, {{t}} OR {{t'}}, {{t}} XOR {{t'}}, NOT {{t}};
-- differs: a text is true in MySQL as the double it begins with; MariaDB's XOR takes the integer
SELECT {{0 | 1 | 2.5 | 'a' | '1' | '0.5' | 0.5 | NULL}} {{AND | OR | XOR}} {{0 | 1 | 'a' | NULL}};
SELECT NOT {{0 | 1 | 0.1 | 'a' | '1' | NULL | ''}}, !{{0 | 1 | NULL}};
-- differs: how often a constant that cannot be converted warns
SELECT {{1 | NULL | 'a' | 2.5}} BETWEEN {{0 | NULL | '1'}} AND {{2 | NULL | 'b'}};
-- differs: how often a constant that cannot be converted warns
SELECT {{1 | NULL | 'a' | 2.5}} NOT BETWEEN {{0 | NULL}} AND {{2 | NULL}};
-- differs: how often a constant that cannot be converted warns
SELECT {{1 | 2 | NULL | 'a' | '1'}} IN ({{1, 2 | 3 | 1, NULL | NULL | 'a', 'b' | '1', 'x' | 1.0, 2.5}});
SELECT {{1 | 2 | NULL | 'a'}} NOT IN ({{1, 2 | 3 | 1, NULL | NULL | 'A', 'b'}});
SELECT (1, 2) {{= | < | > | <= | >= | <> | <=>}} ({{1 | 2 | NULL | 0}}, {{2 | 1 | NULL | 3}});
SELECT (1, 2) IN ((1, 2), (3, 4)), (1, NULL) IN ((1, 2)), (1, 2) IN ((1, NULL), (3, 4)), (5, NULL) IN ((1, 2));
SELECT ROW(1, 2) = ROW(1, 2), (1, (2, 3)) = (1, (2, 3)), (1, 2) = (1, 2, 3);
SELECT NULL IS NULL, 1 IS NULL, NULL IS NOT NULL, ISNULL(NULL), ISNULL(0), ISNULL(1/0);
SELECT NULL = NULL, NULL <=> NULL, NULL <> NULL, NULL <=> 1, 1 <=> 1;
SELECT INTERVAL({{0 | 5 | 23 | NULL | 100}}, 1, 10, 20, 30);
SELECT STRCMP({{'a' | 'B' | NULL | ''}}, {{'A' | 'b' | NULL | ' '}});
-- Ranks.
SELECT 1 + 2 * 3, (1 + 2) * 3, 1 << 1 + 2, 1 | 2 & 4, 1 ^ 2 * 3, -2 * -3, 2 - -2, - 2 + 3;
SELECT NOT 1 = 2, ! 1 = 2, NOT 0 AND 0, NOT (0 AND 0), 1 = 1 = 1, 3 > 2 > 1, 1 < 2 < 3;
SELECT 1 OR 0 AND 0, 1 XOR 1 OR 1, 1 XOR 1 AND 0, 0 OR 1 XOR 1, 1 || 0 && 0;
SELECT 5 BETWEEN 1 AND 10 AND 0, NOT 5 BETWEEN 1 AND 3, 1 BETWEEN 0 AND 2 = 1;
SELECT 1 IS NULL + 1, 1 = 1 IS TRUE, NOT NULL IS NULL, - 1 IS NULL;
SELECT 2 IN (1, 2) = 1, 1 + 1 IN (2), 'a' LIKE 'a' = 1, NOT 'a' LIKE 'b';
SELECT 7 DIV 2 * 2, 7 % 4 * 2, 6 / 2 * 3, 2 * 3 % 4, 100 / 10 / 5, 7 - 3 - 2;
SELECT 5 & 3 | 8, 5 | 3 & 8, 1 << 2 << 1, 16 >> 1 >> 2, 6 & 3 = 2, ~1 & 3, -1 >> 60 & 7;
SELECT CASE WHEN NULL THEN 1 ELSE 2 END, CASE 1 WHEN 1.0 THEN 'y' ELSE 'n' END, CASE NULL WHEN NULL THEN 1 END, CASE 'a' WHEN 'A' THEN 1 ELSE 0 END;
SELECT IF({{1 | 0 | NULL | 'a' | '1' | 0.1}}, 'y', 'n'), IFNULL(NULL, {{1 | 'a' | NULL}}), NULLIF(1, {{1 | '1' | 2 | NULL}}), COALESCE(NULL, NULL, {{3 | 'c'}});
-- Dates against other kinds.
SELECT DATE'2020-01-01' {{= | < | >}} {{'2020-01-01' | '2020-01-01 00:00:00' | 20200101 | '20200102' | TIMESTAMP'2020-01-01 00:00:01' | NULL}};
SELECT TIMESTAMP'2020-01-01 10:00:00' {{= | < | >}} {{'2020-01-01' | '2020-01-01 10:00:00' | 20200101100000 | DATE'2020-01-01' | '2020-01-01 10:00:00.5'}};
-- differs: a text that is no time is NULL in MySQL, zero in MariaDB
SELECT TIME'10:00:00' {{= | < | >}} {{'10:00:00' | '10:00' | 100000 | '9:00:00' | 'x'}};
SELECT '2020-1-1' = DATE'2020-01-01', DATE'2020-01-01' IN ('2020-1-1', '2019-01-01'), DATE'2020-01-01' BETWEEN '2019-12-31' AND '2020-1-2';
-- Texts under collations.
SELECT 'a' {{= | < | >}} {{'A' | 'á' | 'a ' | 'b' | 'a\t' | 'ä'}};
SELECT BINARY 'a' = 'A', 'a' = BINARY 'a', BINARY 'a' = 'a ', 'a' COLLATE utf8mb4_bin = 'A', 'a ' COLLATE utf8mb4_bin = 'a';
-- differs: hexadecimal literals are numbers in numeric context in MySQL, also x'..'
SELECT _latin1'a' = 'a', _binary'a' = 'A', X'61' = 'a', X'61' = 'A', 0x61 = 97, 0x61 + 0, b'1100001' = 'a', x'4D' + 0;
-- LIKE.
-- list s = 'abc' | 'ABC' | '' | 'a%c' | 'a_c' | 'a\\c' | NULL | 'äbc' | 'ab'
SELECT {{s}} LIKE {{'abc' | 'a%' | '%c' | '_b_' | '%' | '' | 'a\%c' | 'a\_c' | 'a\\\\c' | NULL | '%b%' | 'a__%' | 'ä%'}};
SELECT {{'a%c' | 'abc' | 'a|%c'}} LIKE {{'a|%c' | 'a||%c'}} ESCAPE '|', 'ab' LIKE 'ab' ESCAPE '';
SELECT {{s}} NOT LIKE {{'a%' | '_'}};
SELECT 123 LIKE '1%', 12.5 LIKE '%.5', DATE'2020-01-01' LIKE '2020%', NULL LIKE '%', 'a' LIKE NULL, 'abc' LIKE BINARY 'ABC', BINARY 'abc' LIKE 'A%';
SELECT {{'abc' | 'ABC' | '' | NULL | 'a1' | 'abcabc' | 'foo bar'}} REGEXP {{'^a' | 'c$' | 'b+' | '[0-9]' | '^$' | '(abc){2}' | 'x|b' | NULL}};
SELECT {{'abc' | 'foo bar'}} NOT REGEXP 'b', {{'abc' | 'ABC'}} RLIKE 'B', BINARY 'abc' REGEXP 'B';
-- differs: MySQL has error numbers of its own for regular expressions
SELECT 'a\nb' REGEXP 'a.b', 'a' REGEXP '', 'a' REGEXP '(';
-- Columns.
CREATE TABLE c (id INT PRIMARY KEY, i INT, d DECIMAL(6,2), s VARCHAR(20), dt DATE, f DOUBLE, KEY (i), KEY (s), KEY (dt), KEY (d));
INSERT INTO c VALUES (1, 1, 1.00, '1', '2020-01-01', 1), (2, 2, 2.50, '2.5', '2020-02-29', 2.5), (3, NULL, NULL, NULL, NULL, NULL), (4, -5, -5.25, 'abc', '1999-12-31', -5.25), (5, 0, 0, '', '2021-01-01', 0), (6, 10, 10, '10 apples', '2020-01-01', 1e10), (7, 1, 1.01, 'ABC', '2020-01-02', 0.1);
-- list value = 1 | 1.0 | 2.5 | 1e0 | '1' | '2.5' | 'abc' | 'x' | '' | NULL | -5 | '2020-01-01' | DATE'2020-01-01' | TRUE | 20200101
SELECT id FROM c WHERE i {{= | < | >= | <>}} {{1 | 1.0 | 1.5 | 2.5 | 1e0 | '1' | '1.5' | 'abc' | NULL | TRUE | -5}} ORDER BY id;
SELECT id FROM c WHERE d {{= | < | >= | <>}} {{1 | 1.0 | 1.004 | 2.5 | 1e0 | '1' | '2.5' | 'abc' | NULL}} ORDER BY id;
SELECT id FROM c WHERE s {{= | < | >= | <>}} {{1 | 1.0 | 2.5 | '1' | 'abc' | 'Abc' | '' | NULL | 0 | 10}} ORDER BY id;
SELECT id FROM c WHERE dt {{= | < | >= | <>}} {{'2020-01-01' | '2020-1-1' | 20200101 | DATE'2020-02-29' | TIMESTAMP'2020-01-01 12:00:00' | NULL}} ORDER BY id;
SELECT id FROM c WHERE {{i | d | s | dt | f}} IS {{NULL | NOT NULL}} ORDER BY id;
SELECT id FROM c WHERE {{i | d | f | s}} BETWEEN {{0 | 1.5 | '1'}} AND {{2 | 10.5 | '5'}} ORDER BY id;
SELECT id FROM c WHERE {{i | d | s}} {{IN | NOT IN}} ({{1, 2 | 1.0, 2.5 | '1', 'abc' | 1, NULL | 0}}) ORDER BY id;
SELECT id FROM c WHERE s LIKE {{'1%' | '%a%' | 'AB_' | '' | '10 %'}} ORDER BY id;
SELECT id FROM c WHERE (i, d) {{= | < | >}} ({{1, 1 | 2, 2.5 | 1, NULL}}) ORDER BY id;
SELECT id FROM c WHERE (i, s) IN ((1, '1'), (2, 'x'), (-5, 'ABC')) ORDER BY id;
SELECT id FROM c WHERE i = d ORDER BY id;
SELECT id FROM c WHERE i = s ORDER BY id;
SELECT id FROM c WHERE d = s ORDER BY id;
SELECT id FROM c WHERE f = s ORDER BY id;
SELECT id FROM c WHERE i <=> {{NULL | 1 | d}} ORDER BY id;
SELECT id FROM c WHERE {{i | s | d | f | NOT i | i AND d | i OR s IS NULL | i XOR d | -i | i + 0}} ORDER BY id;
SELECT id FROM c WHERE NOT ({{i = 1 | i > 0 OR d IS NULL | i IN (1, NULL) | s LIKE 'a%' | i BETWEEN 1 AND 5 | i IS NULL}}) ORDER BY id;
SELECT id FROM c WHERE i = 1 AND {{d = 1 | d > 1 | s = 'ABC' | dt < '2020-01-02'}} ORDER BY id;
SELECT id FROM c WHERE i = 1 OR {{d = 2.5 | s = 'abc' | dt IS NULL | i = 10 | i < -1}} ORDER BY id;
