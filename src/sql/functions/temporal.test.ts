// Dates and times. Most rows are the examples of MySQL's manual; the statement's clock stands at 2024-03-15 12:34:56.789012 UTC.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {findTimeZone} from '../../format/value/time-zone.ts';
import {Kind} from '../../format/value/types.ts';
import {bindText, contextOf, evaluate, TestSession} from './testing/evaluate.ts';
import {checkErrors, checkValues} from './testing/table.ts';

checkValues([
  // The clock.
  ['NOW()', '2024-03-15 12:34:56'],
  ['NOW(6)', '2024-03-15 12:34:56.789012'],
  ['CURRENT_TIMESTAMP(3)', '2024-03-15 12:34:56.789'],
  ['CURDATE()', '2024-03-15'],
  ['CURRENT_DATE', '2024-03-15'],
  ['CURTIME(2)', '12:34:56.78'],
  ['UTC_TIMESTAMP(1)', '2024-03-15 12:34:56.7'],
  ['UTC_DATE()', '2024-03-15'],
  ['UTC_TIME()', '12:34:56'],
  ['SYSDATE()', '2024-03-15 12:35:01'],
  ['UNIX_TIMESTAMP()', '1710506096'],

  // INTERVAL.
  ["DATE_ADD('2018-05-01', INTERVAL 1 DAY)", '2018-05-02'],
  ["DATE_SUB('2018-05-01', INTERVAL 1 YEAR)", '2017-05-01'],
  ["DATE_ADD('2020-12-31 23:59:59', INTERVAL 1 SECOND)", '2021-01-01 00:00:00'],
  ["DATE_ADD('2100-12-31 23:59:59', INTERVAL '1:1' MINUTE_SECOND)", '2101-01-01 00:01:00'],
  ["DATE_SUB('2025-01-01 00:00:00', INTERVAL '1 1:1:1' DAY_SECOND)", '2024-12-30 22:58:59'],
  ["DATE_ADD('1900-01-01 00:00:00', INTERVAL '-1 10' DAY_HOUR)", '1899-12-30 14:00:00'],
  ["DATE_SUB('1998-01-02', INTERVAL 31 DAY)", '1997-12-02'],
  ["DATE_ADD('1992-12-31 23:59:59.000002', INTERVAL '1.999999' SECOND_MICROSECOND)", '1993-01-01 00:00:01.000001'],
  ["'2018-12-31 23:59:59' + INTERVAL 1 SECOND", '2019-01-01 00:00:00'],
  ["INTERVAL 1 DAY + '2018-12-31'", '2019-01-01'],
  ["'2025-01-01' - INTERVAL 1 SECOND", '2024-12-31 23:59:59'],
  ["DATE_ADD('2023-01-31', INTERVAL 1 MONTH)", '2023-02-28'],
  ["DATE_ADD('2024-01-31', INTERVAL 1 MONTH)", '2024-02-29'],
  ["DATE '2024-02-29' + INTERVAL 1 YEAR", '2025-02-28'],
  ["DATE '2024-01-01' + INTERVAL 1 HOUR", '2024-01-01 01:00:00'],
  ["DATE '2024-01-01' + INTERVAL 1 QUARTER", '2024-04-01'],
  ["DATE '2024-01-01' + INTERVAL 2 WEEK", '2024-01-15'],
  ["DATE '2024-01-01' + INTERVAL '1-2' YEAR_MONTH", '2025-03-01'],
  ["TIMESTAMP '2024-01-01 00:00:00' + INTERVAL 1 MICROSECOND", '2024-01-01 00:00:00.000001'],
  ["TIMESTAMP '2024-01-01 00:00:00' + INTERVAL 1.5 SECOND", '2024-01-01 00:00:01.5'],
  ["DATE_ADD('2006-05-00', INTERVAL 1 DAY)", null, 1292],
  ["TIME '10:00:00' + INTERVAL 90 MINUTE", '11:30:00'],
  ["TIME '10:00:00' + INTERVAL 1 DAY", '2024-03-16 10:00:00'],
  ["DATE '9999-12-31' + INTERVAL 1 DAY", null, 1441],
  ['DATE_ADD(NULL, INTERVAL 1 DAY)', null],
  ["DATE_ADD('2020-01-01', INTERVAL NULL DAY)", null],
  ["ADDDATE('2008-01-02', 31)", '2008-02-02'],
  ["SUBDATE('2008-01-02 12:00:00', 31)", '2007-12-02 12:00:00'],
  ["TIMESTAMPADD(MINUTE, 1, '2003-01-02')", '2003-01-02 00:01:00'],
  ["TIMESTAMPADD(WEEK, 1, '2003-01-02')", '2003-01-09'],
  ["TIMESTAMPDIFF(MONTH, '2003-02-01', '2003-05-01')", '3'],
  ["TIMESTAMPDIFF(YEAR, '2002-05-01', '2001-01-01')", '-1'],
  ["TIMESTAMPDIFF(MINUTE, '2003-02-01', '2003-05-01 12:05:55')", '128885'],
  ["TIMESTAMPDIFF(MICROSECOND, '2003-02-01', '2003-02-01 00:00:00.5')", '500000'],
  ["TIMESTAMPDIFF(DAY, '2003-02-00', '2003-05-01')", null],

  // Sums and differences.
  ["ADDTIME('2007-12-31 23:59:59.999999', '1 1:1:1.000002')", '2008-01-02 01:01:01.000001'],
  ["ADDTIME('01:59:59.999999', '10:00:00')", '11:59:59.999999'],
  ["ADDTIME('01:59:59.999999', '01:00:00.000001')", '03:00:00'],
  ["ADDTIME(TIME '01:00:00', '00:00:00.5')", '01:00:00.500000'],
  ["ADDTIME(TIMESTAMP '2020-01-01 10:00:00', TIME '-11:00:00')", '2019-12-31 23:00:00'],
  ["ADDTIME('01:00:00', TIMESTAMP '2020-01-01 10:00:00')", null],
  ["SUBTIME('2007-12-31 23:59:59.999999', '1 1:1:1.000002')", '2007-12-30 22:58:58.999997'],
  ["SUBTIME(TIME '01:00:00', TIME '02:30:00')", '-01:30:00'],
  ["TIMEDIFF('2000-01-01 00:00:00', '2000-01-01 00:00:00.000001')", '-00:00:00.000001'],
  ["TIMEDIFF('2008-12-31 23:59:59.000001', '2008-12-30 01:01:01.000002')", '46:58:57.999999'],
  ["TIMEDIFF('12:00:00', '10:30:00')", '01:30:00'],
  ["TIMEDIFF('2000-01-01 00:00:00', '10:00:00')", null],
  ["DATEDIFF('2007-12-31 23:59:59', '2007-12-30')", '1'],
  ["DATEDIFF('2010-11-30 23:59:59', '2010-12-31')", '-31'],
  ['PERIOD_ADD(200801, 2)', '200803'],
  ['PERIOD_ADD(9912, 1)', '200001'],
  ['PERIOD_DIFF(200802, 200703)', '11'],
  ['FROM_DAYS(730669)', '2000-07-03'],
  ["TO_DAYS('2007-10-07')", '733321'],
  ['TO_DAYS(950501)', '728779'],
  ["TO_SECONDS('2009-11-29 13:43:32')", '63426721412'],
  ['MAKEDATE(2011, 31)', '2011-01-31'],
  ['MAKEDATE(2011, 32)', '2011-02-01'],
  ['MAKEDATE(2014, 365)', '2014-12-31'],
  ['MAKEDATE(2011, 0)', null],
  ['MAKETIME(12, 15, 30)', '12:15:30'],
  ['MAKETIME(-1, 15, 30.25)', '-01:15:30.25'],
  ['MAKETIME(12, 60, 30)', null],
  ['SEC_TO_TIME(2378)', '00:39:38'],
  ['SEC_TO_TIME(-2378)', '-00:39:38'],
  ['SEC_TO_TIME(1.5)', '00:00:01.5'],
  ['SEC_TO_TIME(1e10)', '838:59:59.000000', 1292],
  ["TIME_TO_SEC('22:23:00')", '80580'],
  ["TIME_TO_SEC('-00:39:38')", '-2378'],
  ["CONVERT_TZ('2004-01-01 12:00:00', '+00:00', '+10:00')", '2004-01-01 22:00:00'],
  ["CONVERT_TZ('2004-07-01 12:00:00', 'UTC', 'Europe/Berlin')", '2004-07-01 14:00:00'],
  ["CONVERT_TZ('2004-01-01 12:00:00', 'Moon/Base', 'UTC')", null],

  ["TIMESTAMP('2003-12-31')", '2003-12-31 00:00:00'],
  ["TIMESTAMP('2003-12-31 12:00:00', '12:00:00')", '2004-01-01 00:00:00'],
  ["TIMESTAMP('2003-12-31 12:00:00', '0:00:00.25')", '2003-12-31 12:00:00.25'],

  // Parts.
  ["DATE('2003-12-31 01:02:03')", '2003-12-31'],
  ['DATE(20031231010203)', '2003-12-31'],
  ["DATE('garbage')", null, 1292],
  ["TIME('2003-12-31 01:02:03')", '01:02:03'],
  ["TIME('2003-12-31 01:02:03.000123')", '01:02:03.000123'],
  ["TIME('-27:00:00')", '-27:00:00'],
  ["YEAR('1987-01-01')", '1987'],
  ["QUARTER('2008-04-01')", '2'],
  ["MONTH('2008-02-03')", '2'],
  ["MONTH('2008-00-00')", '0'],
  ["DAYOFMONTH('2007-02-03')", '3'],
  ["DAY('2007-02-00')", '0'],
  ["DAYOFWEEK('2007-02-03')", '7'],
  ["WEEKDAY('2008-02-03 22:23:00')", '6'],
  ["WEEKDAY('2007-11-06')", '1'],
  ["WEEKDAY('2007-11-00')", null],
  ["DAYOFYEAR('2007-02-03')", '34'],
  ["WEEK('2008-02-20')", '7'],
  ["WEEK('2008-02-20', 0)", '7'],
  ["WEEK('2008-02-20', 1)", '8'],
  ["WEEK('2008-12-31', 1)", '53'],
  ["WEEK('2000-01-01', 2)", '52'],
  ["WEEKOFYEAR('2008-02-20')", '8'],
  ["YEARWEEK('1987-01-01')", '198652'],
  ["YEARWEEK('2000-01-01')", '199952'],
  ["DAYNAME('2007-02-03')", 'Saturday'],
  ["MONTHNAME('2008-02-03')", 'February'],
  ["HOUR('10:05:03')", '10'],
  ["HOUR('272:59:59')", '272'],
  ["MINUTE('2008-02-03 10:05:03')", '5'],
  ["SECOND('10:05:03')", '3'],
  ["MICROSECOND('12:00:00.123456')", '123456'],
  ["MICROSECOND('2019-12-31 23:59:59.000010')", '10'],
  ["LAST_DAY('2003-02-05')", '2003-02-28'],
  ["LAST_DAY('2004-02-05')", '2004-02-29'],
  ["LAST_DAY('2003-03-32')", null, 1292],
  ["EXTRACT(YEAR FROM '2019-07-02')", '2019'],
  ["EXTRACT(YEAR_MONTH FROM '2019-07-02 01:02:03')", '201907'],
  ["EXTRACT(DAY_MINUTE FROM '2019-07-02 01:02:03')", '20102'],
  ["EXTRACT(MICROSECOND FROM '2003-01-02 10:30:00.000123')", '123'],
  ["EXTRACT(HOUR_SECOND FROM '-10:30:01')", '-103001'],
  ["EXTRACT(DAY_MICROSECOND FROM TIMESTAMP '2003-01-02 10:30:00.000123')", '2103000000123'],
  ["EXTRACT(WEEK FROM '2008-02-20')", '7'],
  ["YEAR('garbage')", null, 1292],
  ['YEAR(NULL)', null],
  ['YEAR(20070203)', '2007'],
  ["YEAR(TIME '10:00:00')", '2024'],

  // Formats.
  ["DATE_FORMAT('2009-10-04 22:23:00', '%W %M %Y')", 'Sunday October 2009'],
  ["DATE_FORMAT('2007-10-04 22:23:00', '%H:%i:%s')", '22:23:00'],
  ["DATE_FORMAT('1900-10-04 22:23:00', '%D %y %a %d %m %b %j')", '4th 00 Thu 04 10 Oct 277'],
  ["DATE_FORMAT('1997-10-04 22:23:00', '%H %k %I %r %T %S %w')", '22 22 10 10:23:00 PM 22:23:00 00 6'],
  ["DATE_FORMAT('1999-01-01', '%X %V')", '1998 52'],
  ["DATE_FORMAT('2006-06-00', '%d')", '00'],
  ["TIME_FORMAT('100:00:00', '%H %k %h %I %l')", '100 100 04 04 4'],
  ["STR_TO_DATE('01,5,2013', '%d,%m,%Y')", '2013-05-01'],
  ["STR_TO_DATE('May 1, 2013', '%M %d,%Y')", '2013-05-01'],
  ["STR_TO_DATE('a09:30:17', 'a%h:%i:%s')", '09:30:17'],
  ["STR_TO_DATE('09:30:17a', '%h:%i:%s')", '09:30:17', 1292],
  ["STR_TO_DATE('a09:30:17', '%h:%i:%s')", null, 1411],
  ["STR_TO_DATE('2013-05-01 10:00:00.25', '%Y-%m-%d %H:%i:%s.%f')", '2013-05-01 10:00:00.250000'],
  ["GET_FORMAT(DATE, 'EUR')", '%d.%m.%Y'],
  ["GET_FORMAT(TIMESTAMP, 'usa')", '%Y-%m-%d %H.%i.%s'],
  ["GET_FORMAT(DATE, 'MARS')", null],
  ["DATE_FORMAT('2003-10-03', GET_FORMAT(DATE, 'EUR'))", '03.10.2003'],
  ["UNIX_TIMESTAMP('2015-11-13 10:20:19')", '1447410019'],
  ["UNIX_TIMESTAMP('2015-11-13 10:20:19.012')", '1447410019.012'],
  ["UNIX_TIMESTAMP('1969-01-01')", '0'],
  ['FROM_UNIXTIME(1447430881)', '2015-11-13 16:08:01'],
  ['FROM_UNIXTIME(1447430881.25)', '2015-11-13 16:08:01.25'],
  ["FROM_UNIXTIME(1447430881, '%Y %D %M %h:%i:%s %x')", '2015 13th November 04:08:01 2015'],
  ['FROM_UNIXTIME(-1)', null],
]);

checkErrors([
  ['NOW(7)', 1426],
  ['CURTIME(9)', 1426],
]);

test('the zone of the session moves the clock and the epoch', () => {
  const session = new TestSession();
  session.timeZone = findTimeZone('+09:00') ?? session.timeZone;
  assert.equal(evaluate('NOW()', session).text, '2024-03-15 21:34:56');
  assert.equal(evaluate('UTC_TIMESTAMP()', session).text, '2024-03-15 12:34:56');
  assert.equal(evaluate("UNIX_TIMESTAMP('1970-01-01 09:00:10')", session).text, '10');
  assert.equal(evaluate('FROM_UNIXTIME(0)', session).text, '1970-01-01 09:00:00');
});

test('NOW is read anew when the statement is run again', () => {
  const session = new TestSession();
  const e = bindText('NOW()', session);
  const context = contextOf(session);
  assert.equal(String(e.evaluate(context)), '2024-03-15 12:34:56');
  session.statementMicros += 1_000_000;
  assert.equal(String(e.evaluate(context)), '2024-03-15 12:34:57');
});

test('the type of a sum with an interval follows the value', () => {
  const kindOf = (sql: string): Kind => evaluate(sql).type.kind;
  assert.equal(kindOf("DATE '2024-01-01' + INTERVAL 1 DAY"), Kind.date);
  assert.equal(kindOf("DATE '2024-01-01' + INTERVAL 1 SECOND"), Kind.datetime);
  assert.equal(kindOf("TIME '10:00:00' + INTERVAL 1 SECOND"), Kind.time);
  assert.equal(kindOf("TIME '10:00:00' + INTERVAL 1 MONTH"), Kind.datetime);
  assert.equal(kindOf("'2024-01-01' + INTERVAL 1 DAY"), Kind.varchar);
});

test('expressions that differ in their unit only have different texts', () => {
  const session = new TestSession();
  const day = String(bindText('NOW() + INTERVAL 1 DAY', session));
  assert.notEqual(day, String(bindText('NOW() + INTERVAL 1 HOUR', session)));
  assert.notEqual(
    String(bindText('EXTRACT(DAY FROM NOW())', session)),
    String(bindText('EXTRACT(HOUR FROM NOW())', session)),
  );
});
