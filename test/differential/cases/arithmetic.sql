-- Arithmetic over every pair of kinds: result type, scale, value, overflow, division by zero.
-- list v = 0 | 1 | -1 | 7 | 2.5 | -0.125 | 1e3 | '3' | '2.50' | 'x' | NULL | 18446744073709551615 | 9223372036854775807 | DATE'2020-02-29' | TIME'10:11:12' | TIMESTAMP'2020-02-29 10:11:12.5' | TRUE
-- list op = + | - | * | / | DIV | % 
SELECT {{v}} {{op}} {{0 | 3 | -2.50 | 1.5e0 | '4'}};
-- differs: DIV looks at its second argument when the first is NULL
SELECT {{0 | 3 | -2.50 | 1.5e0 | '4' | NULL}} {{op}} {{v}};
-- differs: the negative of a date or time is an integer in MySQL, a decimal in MariaDB
SELECT -{{v}}, - -{{v}};
-- differs: MySQL reads the integer at the beginning of a text, with a warning; MariaDB rounds
SELECT {{v}} & 5, {{v}} | 5, {{v}} ^ 5;
SELECT {{1 | -1 | 255 | NULL | '7' | 2.5 | 1.5e0}} << {{0 | 1 | 63 | 64 | 65 | -1 | NULL}};
SELECT {{1 | -1 | 255 | NULL | '7' | 2.5 | 1.5e0}} >> {{0 | 1 | 63 | 64 | -1 | NULL}};
SELECT ~{{0 | 1 | -1 | NULL | 18446744073709551615 | 2.5 | '3'}};
-- The ends of BIGINT.
SELECT 9223372036854775807 + {{0 | 1 | -1 | 1.0 | 1e0 | '1'}};
SELECT -9223372036854775808 - {{0 | 1 | -1 | 1.0 | 1e0}};
SELECT 18446744073709551615 {{+ | - | * | DIV | %}} {{0 | 1 | 2 | -1}};
SELECT CAST(1 AS UNSIGNED) - {{0 | 1 | 2 | CAST(2 AS UNSIGNED)}};
SELECT CAST(5 AS UNSIGNED) * -1;
SELECT 9223372036854775807 * {{1 | 2 | -1}};
SELECT -9223372036854775808 * -1;
-- differs: a column of this value overflows in both; of a constant MariaDB makes a decimal
SELECT -(-9223372036854775808);
SELECT -9223372036854775808 DIV -1;
SELECT -9223372036854775808 % -1;
SELECT 1e308 * {{1 | 10 | -10}};
SELECT 1e308 + 1e308;
-- Scale of exact results.
SELECT {{1.0 | 1.00 | 10.123 | 0.5}} * {{2.0 | 0.001 | 3}};
SELECT {{1 | 1.0 | 1.00 | 10.123 | 0.5}} / {{3 | 3.0 | 7.77 | 0.001}};
SELECT {{1 | 1.0 | 10.123}} + {{3 | 3.00 | 0.001}};
-- differs: MariaDB knows a negative zero among decimals
SELECT {{7 | 7.5 | -7.5 | -7}} % {{3 | 2.0 | -2 | 0.3}};
SELECT {{7 | 7.5 | -7.5 | -7 | 1e1}} DIV {{3 | 2.0 | -2 | 0.3 | 1e0}};
-- differs: results of more than 65 digits are an overflow here (see src/format/value/README.md)
SELECT 99999999999999999999999999999999999999999999999999999999999999999 + {{0 | 1 | 0.5}};
-- differs: scales end at 30 in MySQL, at 38 in MariaDB
SELECT 0.000000000000000000000000000001 * {{1 | 0.1 | 10}};
SELECT 12345678901234567890.123456789 * {{1 | 10 | 98765432109876543210.987654321}};
SELECT 1 / 3 * {{3 | 3.0 | 3e0}};
SELECT 1.0 / 3 / 7, 1 / 3 / 7 / 11;
SELECT 0.1 + 0.2, 0.1e0 + 0.2e0, 0.1 + 0.2e0;
SELECT 1.10 = 1.1, 1.10, 01.10, .5, 5., 0005;
SELECT 2 MOD 3, MOD(-7, 3), MOD(7.5, 2), MOD(7, 0), MOD(NULL, 1);
SELECT 1 / 0, 1 DIV 0, 1 % 0, 1.0 / 0, 1e0 / 0, 0 / 0, NULL / 0;
-- Numeric functions.
-- list n = 0 | 1 | -1 | 2.5 | -2.5 | 3.5 | 1.45 | -1.55 | 1e2 | 123456.789 | '12.7' | 'abc' | NULL | 9223372036854775807 | 18446744073709551615
SELECT {{ABS | CEIL | CEILING | FLOOR | SIGN | ROUND | RADIANS | DEGREES | SQRT | EXP | LN | LOG | LOG2 | LOG10 | SIN | COS | TAN | ATAN | ACOS | ASIN | CRC32 | BIN | OCT | HEX}}({{0 | 1 | -1 | 2.5 | -2.5 | 3.5 | 0.5 | '12.7' | NULL | 10}});
-- differs: MySQL keeps the smaller scale: of the argument, or the one asked for
SELECT ROUND({{n}}, {{0 | 1 | -1 | 2 | -30 | 40 | NULL}});
-- differs: MySQL keeps the smaller scale: of the argument, or the one asked for
SELECT TRUNCATE({{n}}, {{0 | 1 | -1 | 2 | -30}});
SELECT POW({{0 | 2 | -2 | 2.5 | '3' | NULL}}, {{0 | 2 | -1 | 0.5 | NULL}});
-- differs: MySQL warns 3020 of an argument that is not positive, MariaDB 1365
SELECT LOG({{2 | 10 | 0 | 1 | -1 | NULL}}, {{8 | 100 | 0 | NULL}});
SELECT ATAN({{1 | -1 | 0}}, {{1 | 0 | -1}}), ATAN2(1, 2), COT(1), PI();
SELECT CONV('{{ff | 10 | -10 | zz | 7fffffffffffffff | 18446744073709551616 | }}', {{10 | 16 | 36 | 2}}, {{10 | 16 | -10 | 2}});
SELECT CONV(10, {{1 | 37 | NULL}}, 10), CONV(NULL, 10, 2), CONV(255, 10, 16), CONV(-1, 10, 16), CONV(-1, 10, -16);
-- differs: MariaDB prints fewer of the digits of a large double
SELECT FORMAT({{0 | 1234.5 | -1234567.891 | 0.5 | 999.995 | '12345.678' | NULL | 1e20}}, {{0 | 2 | 3 | -1}});
-- differs: a NULL does not change the type of the others in MySQL
SELECT GREATEST({{1, 2 | 1, 2.5 | 'a', 'B' | 1, 'x' | 1, NULL | 2, 10e0 | '10', '9' | '10', 9}}), LEAST({{1, 2 | 1, 2.5 | 'a', 'B' | 1, NULL | '10', '9'}});
SELECT BIT_COUNT({{0 | 7 | -1 | NULL | '5' | 2.5}});
SELECT SUM(a), AVG(a), SUM(b), AVG(b), SUM(c), AVG(c) FROM (SELECT 1 a, 1.50 b, 1e0 c UNION ALL SELECT 2, 2.255, 3 UNION ALL SELECT NULL, NULL, NULL) t;
SELECT {{1 | 1.0 | 1e0 | '1' | NULL}} IS TRUE, {{0 | 0.0 | '0' | NULL}} IS FALSE, {{1 | NULL}} IS UNKNOWN, {{1 | NULL}} IS NOT TRUE;
-- Columns of every numeric type.
CREATE TABLE n (id INT PRIMARY KEY, ti TINYINT, tu TINYINT UNSIGNED, si SMALLINT, mi MEDIUMINT, i INT, iu INT UNSIGNED, b BIGINT, bu BIGINT UNSIGNED, d DECIMAL(10,3), d0 DECIMAL(5), f FLOAT, db DOUBLE, bt BIT(8), y YEAR);
INSERT INTO n VALUES (1, 1, 1, 1, 1, 1, 1, 1, 1, 1.5, 1, 1.25, 1.1, b'101', 2020), (2, -128, 255, -32768, -8388608, -2147483648, 4294967295, -9223372036854775808, 18446744073709551615, -1234567.891, 99999, 3.4e38, 1.7e308, 255, 1901), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 127, 0, 32767, 8388607, 2147483647, 0, 9223372036854775807, 0, 0.001, 0, 0.1, -0.1, 0, 2155);
-- list col = ti | tu | si | mi | i | iu | b | bu | d | d0 | db | y
SELECT id, {{col}} FROM n ORDER BY id;
SELECT id, {{col}} {{+ | - | *}} {{0 | 2 | 1.5 | 0.5e0}} FROM n WHERE id IN (1, 3) ORDER BY id;
SELECT id, {{col}} {{/ | DIV | %}} {{3 | 1.5 | 0}} FROM n WHERE id IN (1, 3, 4) ORDER BY id;
SELECT id, -{{ti | tu | i | iu | d | db}} FROM n WHERE id IN (1, 3, 4) ORDER BY id;
SELECT {{MIN | MAX | COUNT | SUM | AVG}}({{ti | tu | si | mi | i | iu | b | d | d0 | db}}) FROM n WHERE id <> 2;
SELECT id, f, f + 0, f * 2 FROM n WHERE id <> 2 ORDER BY id;
SELECT id, bt + 0, HEX(bt), bt = 5, bt > 4 FROM n ORDER BY id;
SELECT id, tu - 2 FROM n WHERE id = 1;
SELECT id, iu - 2 FROM n WHERE id = 1;
SELECT id, tu + ti, iu + i, bu + b FROM n WHERE id = 1;
SELECT id, y + 1, y = 2020, y = 20, y = '20', y > 1999, y = '2020' FROM n ORDER BY id;
SELECT SUM(ti), SUM(bu), SUM(d), STDDEV_POP(i), VAR_SAMP(i), BIT_AND(tu), BIT_OR(tu), BIT_XOR(tu) FROM n WHERE id <> 2;
-- differs: MySQL keeps the smaller scale: of the argument, or the one asked for
SELECT id, ROUND(d, {{0 | 1 | 2 | 5 | -1}}), TRUNCATE(d, {{0 | 1 | -1}}), CEIL(d), FLOOR(d) FROM n ORDER BY id;
SELECT id, d * d, d / d0, d + d0, d - 0.0005 FROM n WHERE id <> 2 ORDER BY id;
SELECT IF(id = 1, {{1 | 1.5 | 'a' | NULL | 1e0}}, {{2 | 2.25 | 'b' | NULL}}) FROM n WHERE id < 3 ORDER BY id;
SELECT COALESCE(ti, d), IFNULL(i, db), NULLIF(i, 1), COALESCE(NULL, tu, 1.50) FROM n WHERE id <> 2 ORDER BY id;
SELECT CASE id WHEN 1 THEN 1 WHEN 3 THEN 2.5 END, CASE WHEN id = 1 THEN 'a' ELSE 1 END FROM n WHERE id <> 2 ORDER BY id;
