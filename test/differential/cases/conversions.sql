-- CAST, CONVERT, implicit conversions, and what strict mode says of values that do not fit.
-- list v = 0 | 1 | -1 | 1.5 | -1.5 | 2.5 | 1e20 | '12' | '12abc' | 'abc' | '' | ' 7 ' | '1e3' | '-0.5' | NULL | TRUE | 18446744073709551615 | -9223372036854775808 | 99999999999999999999 | X'41'
-- differs: MariaDB warns of signs and of cut bytes, and cuts negative decimals to 0 where MySQL wraps around
SELECT CAST({{v}} AS {{SIGNED | UNSIGNED | DECIMAL | DECIMAL(5,2) | DECIMAL(10,4) | CHAR | CHAR(2) | BINARY | BINARY(3) | DOUBLE | FLOAT}});
-- differs: MariaDB warns of signs, and cuts negative decimals to 0 where MySQL wraps around
SELECT CONVERT({{v}}, {{SIGNED | UNSIGNED | DECIMAL(6,1) | CHAR(3)}});
SELECT CAST('{{2020-01-01 | 10:00:00 | 2020-01-01 10:00:00 | 20200101 | x}}' AS {{DATE | TIME | DATETIME}});
-- differs: doubles out of range: MySQL cuts them to the signed range without a warning
SELECT CAST({{1.5e0 | 2.5e0 | -2.5e0 | 1e19 | -1e19 | 1e300}} AS {{SIGNED | UNSIGNED | DECIMAL(10,2)}});
-- differs: MariaDB warns of a trailing blank
SELECT {{'12' | '12abc' | 'abc' | '' | ' 7 ' | '1e3' | '-0.5' | '.5' | '0x1F' | '1e' | '+3' | '--3' | '1,000'}} + 0;
SELECT 1 + '1', '1' + '1', 'a' + 1, '1a' + '2b', 1.5 + '1.5', '9223372036854775808' + 0, -'3', ~'3', '5' DIV '2', '5' % '3';
-- differs: MySQL prints the negative zero of a double
SELECT CONCAT(1, 2), CONCAT(1.50, 'x'), CONCAT(1e0), CONCAT(1e20), CONCAT(1.1e-5), CONCAT(0.1e0 + 0.2e0), CONCAT(1/3), CONCAT(-0e0), CONCAT(TRUE);
SELECT 1e15, 1e16, 1e-4, 1e-5, 1.5e300, 123456789012345678e0, 0.1e0, 1/3e0, 2/3e0, 100e0, 1e14 + 0.5;
SELECT CAST(1.005 AS DECIMAL(5,2)), CAST(-1.005 AS DECIMAL(5,2)), CAST(999.995 AS DECIMAL(5,2)), CAST(99999 AS DECIMAL(4,1)), CAST('1e2' AS DECIMAL(5)), CAST('1.9' AS SIGNED), CAST(1.9 AS SIGNED);
-- differs: negative decimals as unsigned: MySQL wraps around
SELECT CAST(-1 AS UNSIGNED), CAST('-1' AS UNSIGNED), CAST(-1.5 AS UNSIGNED), CAST(18446744073709551615 AS SIGNED), CAST('18446744073709551615' AS SIGNED), CAST('18446744073709551616' AS UNSIGNED);
SELECT CAST('abc' AS CHAR(2)), CAST('äbc' AS CHAR(2)), CAST(12345 AS CHAR(3)), HEX(CAST('ab' AS BINARY(4))), CAST(NULL AS CHAR), CAST('a' AS CHAR CHARACTER SET latin1), CAST(DATE'2020-01-01' AS CHAR(7));
SELECT BINARY 'abc', BINARY 'a' = 'A', CAST('a' AS BINARY) = 'a', HEX(BINARY 'é');
CREATE TABLE c (id INT AUTO_INCREMENT PRIMARY KEY, ti TINYINT, tu TINYINT UNSIGNED, i INT, b BIGINT, bu BIGINT UNSIGNED, d DECIMAL(5,2), f FLOAT, db DOUBLE, c3 CHAR(3), v3 VARCHAR(3), b3 BINARY(3), vb3 VARBINARY(3), bt BIT(4), n INT NOT NULL DEFAULT 5);
-- list in = 0 | 127 | 128 | -129 | 255 | 256 | -1 | 1.4 | 1.5 | 2.5 | -1.5 | '7' | '7x' | 'x' | '' | ' 8' | '1.5' | '1e2' | 1e10 | NULL | TRUE | '9223372036854775808'
INSERT INTO c ({{ti | tu | i | b | bu | d}}) VALUES ({{in}});
-- differs: a text that is no double is 1265 in MySQL, 1366 in MariaDB
INSERT INTO c ({{f | db}}) VALUES ({{'1.5' | 'x' | 1e39 | -1e39 | '1e400' | 0.1 | NULL | '' | '3x'}});
INSERT INTO c ({{c3 | v3 | b3 | vb3}}) VALUES ({{'abc' | 'abcd' | 'ab ' | 'abc ' | 'abc  ' | 12 | 1234 | 1.5 | 'äöü' | '' | NULL}});
INSERT INTO c (bt) VALUES ({{0 | 15 | 16 | b'1010' | 'a' | -1 | NULL}});
INSERT INTO c (d) VALUES ({{999.99 | 999.994 | 999.995 | -999.99 | -999.995 | 1000 | 0.005 | '0.005' | 0.0049999 | 1e2 | 12.345e0}});
INSERT INTO c (n) VALUES ({{NULL | DEFAULT | 1}});
SELECT ti, tu, i, b, bu, d FROM c WHERE COALESCE(ti, tu, i, b, bu, d) IS NOT NULL ORDER BY id;
SELECT f, db FROM c WHERE COALESCE(f, db) IS NOT NULL ORDER BY id;
SELECT c3, v3, HEX(b3), HEX(vb3), HEX(bt), n FROM c WHERE COALESCE(c3, v3, b3, vb3, bt) IS NOT NULL ORDER BY id;
INSERT IGNORE INTO c ({{ti | tu | i | bu | d}}) VALUES ({{128 | -129 | -1 | 1e10 | '7x' | 'x' | '' | 99999}});
INSERT IGNORE INTO c ({{c3 | v3 | b3 | vb3}}) VALUES ({{'abcd' | 12345}});
INSERT IGNORE INTO c (n) VALUES (NULL);
INSERT IGNORE INTO c (n, ti) VALUES (1, 300), (NULL, 1), ('x', -300);
SELECT ti, tu, i, bu, d, c3, v3, n FROM c ORDER BY id DESC LIMIT 50;
UPDATE c SET ti = {{1 | 200 | 'x' | NULL}} WHERE id = 1;
UPDATE IGNORE c SET ti = {{200 | 'x'}} WHERE id = 1;
UPDATE c SET n = NULL WHERE id = 1;
UPDATE c SET d = 1/3 WHERE id = 1;
SELECT d FROM c WHERE id = 1;
UPDATE c SET d = 1/0 WHERE id = 1;
-- differs: in strict mode MySQL refuses a division by zero anywhere in the statement
UPDATE c SET ti = 1 WHERE 1/0 IS NULL AND id = 1;
SET sql_mode = '';
INSERT INTO c ({{ti | tu | d}}) VALUES ({{128 | -129 | 1e10 | '7x' | 'x' | '' | 1/0}});
INSERT INTO c ({{c3 | v3 | b3 | vb3}}) VALUES ({{'abcd' | 'abc ' | 12345}});
INSERT INTO c (n) VALUES (1), (NULL);
INSERT INTO c (n) VALUES (NULL);
INSERT INTO c (ti) SELECT 300 UNION ALL SELECT 'x';
SELECT ti, tu, d, c3, v3, HEX(b3), HEX(vb3), n FROM c ORDER BY id DESC LIMIT 60;
UPDATE c SET n = NULL WHERE id = 1;
SELECT n FROM c WHERE id = 1;
SELECT 1/0, 1 % 0;
