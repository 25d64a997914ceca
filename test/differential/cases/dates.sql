-- Dates, times, intervals, formats, zero dates and sql_mode.
-- list d = '2020-02-29' | '2020-02-29 13:14:15' | '2020-02-29 13:14:15.678901' | '1999-12-31 23:59:59' | '2020-13-01' | '2020-02-30' | 'x' | '' | NULL | 20200229 | 20200229131415 | '0000-00-00' | '2021-01-00'
-- list t = '13:14:15' | '-13:14:15.5' | '100:00:00' | '838:59:59' | '13:14' | '1 02:03:04' | 131415 | 'x' | NULL | 15 | '00:00:61'
-- list f = YEAR | MONTH | DAY | DAYOFMONTH | QUARTER | HOUR | MINUTE | SECOND | MICROSECOND | DAYOFWEEK | WEEKDAY | DAYOFYEAR | WEEK | YEARWEEK | WEEKOFYEAR | TO_DAYS | TO_SECONDS | LAST_DAY | DAYNAME | MONTHNAME | DATE | TIME | TIMESTAMP | UNIX_TIMESTAMP | TIME_TO_SEC
-- differs: MySQL reads an eight-digit number as a time where a time is wanted
SELECT {{f}}({{'2020-02-29' | '2020-02-29 13:14:15' | '2020-02-29 13:14:15.678901' | '1999-12-31 23:59:59' | '2020-13-01' | 'x' | NULL | 20200229 | 20200229131415}});
-- differs: MySQL refuses a zero date in a text under NO_ZERO_DATE
SELECT {{YEAR | MONTH | DAY | DATE | LAST_DAY | DAYOFWEEK | TO_DAYS | WEEK}}({{'0000-00-00' | '2021-01-00' | '2020-02-30' | '' | '0000-01-01' | '9999-12-31'}});
-- differs: TIME_TO_SEC is an integer in MySQL
SELECT {{HOUR | MINUTE | SECOND | MICROSECOND | TIME | TIME_TO_SEC}}({{t}});
SELECT WEEK('{{2008-02-20 | 2000-01-01 | 2020-12-31 | 2021-01-03}}', {{0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}}), YEARWEEK('2000-01-01', {{0 | 1}});
-- differs: a text result has six fraction digits in MySQL when there are any, else none
SELECT DATE_ADD({{'2020-01-31' | '2020-01-31 23:59:59' | '2019-12-31 10:00:00.5' | DATE'2020-01-31' | TIMESTAMP'2020-01-31 10:00:00' | 'x' | NULL}}, INTERVAL {{1 | -1 | 0 | 13 | '1' | NULL}} {{DAY | MONTH | YEAR | HOUR | WEEK | QUARTER | SECOND}});
SELECT DATE_SUB('2020-03-31', INTERVAL {{1 MONTH | 1 DAY | 1 SECOND | '1:1' MINUTE_SECOND | '1 1:1:1' DAY_SECOND | '1-1' YEAR_MONTH | '1.5' SECOND | 1.5 DAY | '1 10' DAY_HOUR | '10:10' HOUR_MINUTE | 100 MICROSECOND | '1:2:3.5' HOUR_MICROSECOND | '-1:10' MINUTE_SECOND}});
SELECT '2020-02-29' + INTERVAL {{1 YEAR | 4 YEAR | -1 YEAR | 1 MONTH | 12 MONTH}}, DATE'2020-02-29' - INTERVAL 1 DAY, INTERVAL 1 DAY + '2020-01-01';
SELECT '9999-12-31' + INTERVAL 1 DAY;
-- differs: MySQL counts days to the year 0
SELECT '0001-01-01' - INTERVAL 1 DAY;
SELECT DATE'2020-01-01' + INTERVAL {{1 HOUR | 1 DAY | '1' MINUTE | 1 MICROSECOND}};
SELECT TIME'10:00:00' + INTERVAL {{1 HOUR | 1 MINUTE | 1 SECOND | 1 MICROSECOND | -20 HOUR}};
SELECT ADDDATE('2020-01-31', {{1 | -1 | 31 | NULL | '2'}}), SUBDATE('2020-03-01', {{1 | 60}});
-- differs: the type of ADDTIME of NULL
SELECT ADDTIME({{'10:00:00' | '2020-01-01 10:00:00' | '2020-01-01 10:00:00.5' | NULL | 'x'}}, {{'1:00:00' | '0:0:0.25' | '-1:00:00' | '100:00:00' | NULL | '1 1:1:1'}}), SUBTIME('10:00:00', {{'1:00:00' | '11:00:00' | NULL}});
SELECT TIMEDIFF({{'10:00:00' | '2020-01-02 00:00:00' | NULL}}, {{'09:00:00' | '2020-01-01 12:00:00' | '11:00:00.5'}}), DATEDIFF({{'2020-03-01' | '2020-03-01 23:59:59' | NULL | 'x'}}, {{'2020-02-01' | '2020-03-02 00:00:00'}});
SELECT TIMESTAMPDIFF({{YEAR | QUARTER | MONTH | WEEK | DAY | HOUR | MINUTE | SECOND | MICROSECOND}}, {{'2020-02-29' | '2019-01-31 10:00:00' | NULL}}, {{'2021-02-28' | '2020-02-29 09:00:00' | '2018-12-31 23:59:59.5'}});
SELECT TIMESTAMPADD({{MONTH | DAY | MINUTE | WEEK | MICROSECOND}}, {{1 | -1 | 100}}, '2020-01-31 10:00:00');
SELECT EXTRACT({{YEAR | MONTH | DAY | HOUR | MINUTE | SECOND | MICROSECOND | YEAR_MONTH | DAY_HOUR | DAY_MINUTE | DAY_SECOND | HOUR_MINUTE | HOUR_SECOND | MINUTE_SECOND | DAY_MICROSECOND | SECOND_MICROSECOND | WEEK | QUARTER}} FROM {{'2020-02-29 13:14:15.678901' | NULL}});
SELECT DATE_FORMAT('{{2020-02-09 03:04:05.678901 | 1999-12-31 23:59:59}}', '%{{a | b | c | D | d | e | f | H | h | I | i | j | k | l | M | m | p | r | S | s | T | U | u | V | v | W | w | X | x | Y | y | % | z}}');
-- differs: MySQL refuses a zero date in a text under NO_ZERO_DATE
SELECT DATE_FORMAT({{'2020-02-29' | '0000-00-00' | NULL | 'x' | '2020-00-00'}}, '{{%Y-%m-%d | %W %M | [%j] | %d%%}}');
SELECT TIME_FORMAT('{{13:14:15 | 100:00:00 | -1:2:3}}', '{{%H %k %h %I %l | %i %s %f %p | %T %r}}');
SELECT STR_TO_DATE('{{2020-02-29 | 29/02/2020 | Feb 29, 2020 | 13:14:15 | 2020-02-29 13:14:15.5 | x | 20200229}}', '{{%Y-%m-%d | %d/%m/%Y | %b %d, %Y | %H:%i:%s | %Y-%m-%d %H:%i:%s.%f | %Y%m%d}}');
SELECT GET_FORMAT({{DATE | TIME | DATETIME}}, '{{USA | ISO | EUR | JIS | INTERNAL}}');
-- differs: the largest time is 838:59:59 without fraction in MySQL
SELECT MAKEDATE({{2020 | 2021 | 0 | 70 | NULL}}, {{1 | 60 | 366 | 0 | -1}}), MAKETIME({{10 | 838 | 900 | -1 | NULL}}, {{10 | 60}}, {{30 | 30.5}});
-- differs: FROM_DAYS of small numbers is the zero date in MySQL
SELECT FROM_DAYS({{0 | 365 | 366 | 737000 | NULL | 4000000}}), TO_DAYS('{{0000-01-01 | 2020-02-29}}'), SEC_TO_TIME({{0 | 3661 | -3661 | 3020400 | 1.5 | NULL | 'x'}});
SELECT PERIOD_ADD({{202001 | 2001 | 199912 | 7001}}, {{0 | 1 | -1 | 13}}), PERIOD_DIFF(202003, {{201912 | 9912}});
-- differs: UNIX_TIMESTAMP of an instant before 1970 is 0 in MySQL
SELECT FROM_UNIXTIME({{0 | 1 | 1600000000 | 1600000000.5 | -1 | NULL | '1600000000'}}), FROM_UNIXTIME(1600000000, '%Y %H'), UNIX_TIMESTAMP({{'2020-01-01' | '2020-01-01 00:00:00.25' | '1970-01-01 00:00:01' | '1969-12-31' | NULL | 20200101}});
SELECT NOW(), CURDATE(), CURTIME(), UTC_TIMESTAMP(), UTC_DATE(), UTC_TIME(), LOCALTIME(), CURRENT_TIMESTAMP(3), NOW(6), CURTIME(2), UNIX_TIMESTAMP();
SELECT NOW() + 0, CURDATE() + 0, CURTIME() + 0, NOW(3) + 0, SYSDATE() >= NOW(), CURDATE() = DATE(NOW()), NOW() = CURRENT_TIMESTAMP;
SELECT CONVERT_TZ('2020-06-01 12:00:00', '{{+00:00 | +02:00 | -05:30 | nowhere}}', '{{+01:00 | -11:00}}'), CONVERT_TZ(NULL, '+00:00', '+01:00');
SELECT DATE'{{2020-02-29 | 2020-2-9 | 20200229 | 2020-02-30 | x | 0000-00-00}}';
SELECT TIME'{{10:11:12 | 10:11:12.5 | -10:11:12 | 839:00:00 | x | 1 1:1:1}}';
SELECT TIMESTAMP'{{2020-02-29 10:11:12 | 2020-02-29 | 2020-02-29T10:11:12.123456 | 2020-02-30 10:00:00 | x | 2020-2-9 1:2:3}}';
SELECT {d'2020-01-01'}, {t'10:00:00'}, {ts'2020-01-01 10:00:00'};
SELECT TIMESTAMP('2020-01-01'), TIMESTAMP('2020-01-01', '10:00:00'), TIMESTAMP('2020-01-01 10:00:00', '15:00:00'), TIMESTAMP(NULL, '1:00');
-- differs: MySQL rounds fractions of seconds, MariaDB cuts them off
SELECT CAST({{d}} AS {{DATE | DATETIME | DATETIME(3) | TIME | CHAR | SIGNED | UNSIGNED | DECIMAL(20,2)}});
-- differs: MySQL rounds fractions of seconds, MariaDB cuts them off
SELECT CAST({{t}} AS {{TIME | TIME(2) | CHAR | SIGNED | DECIMAL(20,3)}});
SELECT DATE('2020-02-29 10:00:00') = '2020-02-29', DATE'2020-02-29' + 0, TIMESTAMP'2020-02-29 10:00:00.25' + 0, TIME'10:00:00.25' * 1;
SELECT MAX(d), MIN(d), COUNT(DISTINCT d) FROM (SELECT DATE'2020-01-01' d UNION SELECT '2020-01-02' UNION SELECT NULL) t;
-- Columns.
CREATE TABLE e (id INT PRIMARY KEY, d DATE, t TIME(2), dt DATETIME, dt6 DATETIME(6), ts TIMESTAMP NULL, y YEAR, KEY (d), KEY (dt), KEY (t), KEY (ts));
INSERT INTO e VALUES (1, '2020-02-29', '10:11:12.345', '2020-02-29 10:11:12', '2020-02-29 10:11:12.123456', '2020-02-29 10:11:12', 2020), (2, '1000-01-01', '-838:59:59', '1000-01-01 00:00:00', '9999-12-31 23:59:59.999999', '1970-01-01 00:00:01', 1901), (3, NULL, NULL, NULL, NULL, NULL, NULL), (4, '2020-1-9', '5', '2020-1-9', 20200109, 20200109101112, '70'), (5, 20210131, 10101, '20210131 10:20:30', '2021-01-31T10:20:30.5', '2021-01-31', 69);
SELECT * FROM e ORDER BY id;
SELECT id, d + 0, t + 0, dt + 0, dt6 + 0, ts + 0 FROM e ORDER BY id;
SELECT id FROM e WHERE {{d | dt | dt6 | ts}} {{= | < | >= | <>}} {{'2020-02-29' | '2020-02-29 10:11:12' | 20200109 | DATE'2020-01-09' | TIMESTAMP'2021-01-31 00:00:00' | NULL}} ORDER BY id;
SELECT id FROM e WHERE t {{= | < | >=}} {{'10:11:12' | '10:11:12.35' | 5 | TIME'00:00:05' | '00:00:05'}} ORDER BY id;
SELECT id FROM e WHERE {{d BETWEEN '2020-01-01' AND '2020-12-31' | d IN ('2020-02-29', '2021-1-31') | d = dt | dt > d | YEAR(d) = y | d LIKE '2020%' | dt = ts | d IS NULL OR d > '2020-06-01' | d NOT BETWEEN '2020-01-01' AND '2020-12-31'}} ORDER BY id;
SELECT id, d + INTERVAL 1 MONTH, dt - INTERVAL 1 DAY, t + INTERVAL 1 SECOND, ts + INTERVAL 1 HOUR, d - INTERVAL 1 SECOND FROM e WHERE id <> 2 ORDER BY id;
SELECT {{MIN | MAX | COUNT}}({{d | t | dt | dt6 | ts | y}}) FROM e;
-- differs: LEAST of a date and a text is a text in MySQL
SELECT id, DATEDIFF(dt, d), TIMEDIFF(dt, ts), TIMESTAMPDIFF(DAY, d, dt6), GREATEST(d, dt), LEAST(d, '2020-02-01'), COALESCE(d, dt), IF(id = 1, d, t), IFNULL(ts, d) FROM e WHERE id IN (1, 3, 5) ORDER BY id;
SELECT id, CAST(d AS DATETIME), CAST(dt AS DATE), CAST(dt AS TIME), CAST(t AS CHAR), CONCAT(d, ' ', t), DATE(ts), TIME(dt6), HOUR(t), MICROSECOND(dt6) FROM e WHERE id <> 2 ORDER BY id;
SELECT id FROM e WHERE {{CAST(dt AS DATE) | DATE(dt) | CAST(dt6 AS DATETIME) | CAST(ts AS DATE) | CAST(d AS DATETIME)}} {{= | <=> | > | <= | IN}} ({{DATE'2020-02-29' | '2020-02-29' | TIMESTAMP'2020-02-29 10:11:12'}}) ORDER BY id;
SELECT id FROM e WHERE CAST(dt AS DATE) BETWEEN '2020-01-09' AND '2020-02-29' ORDER BY id;
SELECT x.id, y.id FROM e x JOIN e y ON CAST(x.dt AS DATE) = y.d ORDER BY 1, 2;
SELECT YEAR(d) yy, COUNT(*), MAX(dt) FROM e GROUP BY YEAR(d) ORDER BY yy;
SELECT UNIX_TIMESTAMP(ts), FROM_UNIXTIME(UNIX_TIMESTAMP(ts)) FROM e WHERE id <> 3 ORDER BY id;
INSERT INTO e (id, d) VALUES (10, {{'2020-02-30' | '2020-13-01' | 'x' | '' | '0000-00-00' | '2020-00-01' | 0 | 20201301}});
INSERT INTO e (id, dt) VALUES (10, {{'2020-02-30 10:00:00' | '2020-01-01 25:00:00' | 'x' | '0000-00-00 00:00:00' | '2020-01-01 10:00:00 trailing'}});
INSERT INTO e (id, t) VALUES (10, {{'839:00:00' | 'x' | '10:60:00' | 8385960}});
INSERT INTO e (id, ts) VALUES (10, {{'1960-01-01' | '2020-13-01' | '0000-00-00 00:00:00' | 'x'}});
-- differs: SQLSTATE of error 1366
INSERT INTO e (id, y) VALUES (10, {{1900 | 2156 | 'x' | -1 | '19999' | 100}});
-- differs: SQLSTATE and rank of the warnings
INSERT IGNORE INTO e (id, d, dt, t, y) VALUES ({{11, '2020-02-30', 'x', '839:00:00', 1900 | 12, '', '2020-01-01 25:00', 'x', 'x' | 13, '0000-00-00', '0000-00-00', '10:99:00', 3000}});
-- differs: the largest time is 838:59:59 without fraction in MySQL
SELECT id, d, dt, t, y FROM e WHERE id > 10 ORDER BY id;
SET sql_mode = '';
INSERT INTO e (id, d, dt) VALUES ({{21, '2020-02-30', 'x' | 22, '0000-00-00', '0000-00-00' | 23, '2020-00-01', '2020-01-00 10:00:00' | 24, 'x', ''}});
SELECT id, d, dt, YEAR(d), MONTH(d), DAY(d), d = 0, d IS NULL, d = '0000-00-00', DATE_FORMAT(d, '%Y/%m/%d') FROM e WHERE id > 20 ORDER BY id;
SET sql_mode = 'ALLOW_INVALID_DATES';
INSERT INTO e (id, d) VALUES (31, '2020-02-30'), (32, '2020-04-31');
-- differs: MySQL calculates with dates that ALLOW_INVALID_DATES let in
SELECT id, d, d + INTERVAL 1 DAY, LAST_DAY(d), DAYOFMONTH(d) FROM e WHERE id > 30 ORDER BY id;
