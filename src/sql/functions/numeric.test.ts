// Mathematical functions. Most rows are the examples of MySQL's manual.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Kind} from '../../format/value/types.ts';
import {bindText, contextOf, evaluate, newScope, TestSession} from './testing/evaluate.ts';
import {checkErrors, checkValues} from './testing/table.ts';

checkValues([
  ['ABS(2)', '2'],
  ['ABS(-32)', '32'],
  ['ABS(-1.50)', '1.50'],
  ["ABS('-1.5')", '1.5'],
  ['ABS(NULL)', null],
  ['ACOS(1)', '0'],
  ['ACOS(1.0001)', null],
  ['ASIN(0.2)', '0.2013579207903308'],
  ['ATAN(2)', '1.1071487177940904'],
  ['ATAN(-2,2)', '-0.7853981633974483'],
  ['ATAN2(PI(),0)', '1.5707963267948966'],
  ['CEILING(1.23)', '2'],
  ['CEIL(-1.23)', '-1'],
  ['FLOOR(1.23)', '1'],
  ['FLOOR(-1.23)', '-2'],
  ['FLOOR(1.5e0)', '1'],
  ["CEIL('1.5')", '2'],
  ['COS(PI())', '-1'],
  ['COT(12)', '-1.5726734063976893'],
  ["CRC32('MySQL')", '3259397556'],
  ["CRC32('mysql')", '2501908538'],
  ['DEGREES(PI())', '180'],
  ['EXP(0)', '1'],
  ['EXP(2)', '7.38905609893065'],
  ['LN(2)', '0.6931471805599453'],
  ['LN(-2)', null, 3020],
  ['LOG(2, 65536)', '16'],
  ['LOG(10, 100)', '2'],
  ['LOG(1, 100)', null, 3020],
  ['LOG2(65536)', '16'],
  ['LOG2(-100)', null, 3020],
  ['LOG10(2)', '0.3010299956639812'],
  ['LOG10(100)', '2'],
  ['MOD(234, 10)', '4'],
  ['MOD(29, 9)', '2'],
  ['MOD(34.5, 3)', '1.5'],
  ['MOD(5, 0)', null, 1365],
  ['MOD(-29, 9)', '-2'],
  ['PI()', '3.141593'],
  ['PI() + 0.000000000000000000', '3.141592653589793'],
  ['POW(2,2)', '4'],
  ['POWER(2,-2)', '0.25'],
  ['RADIANS(90)', '1.5707963267948966'],
  ['ROUND(-1.23)', '-1'],
  ['ROUND(-1.58)', '-2'],
  ['ROUND(1.58)', '2'],
  ['ROUND(1.298, 1)', '1.3'],
  ['ROUND(1.298, 0)', '1'],
  ['ROUND(23.298, -1)', '20'],
  ['ROUND(150.000, 2)', '150.00'],
  ['ROUND(150, 2)', '150'],
  ['ROUND(2.5)', '3'],
  ['ROUND(-2.5)', '-3'],
  ['ROUND(25E-1)', '2'],
  ['ROUND(1.5E0, 3)', '1.500'],
  ['ROUND(1250, -2)', '1300'],
  ['ROUND(NULL, 1)', null],
  ['ROUND(1.5, NULL)', null],
  ['ROUND(18446744073709551615, -1)', '18446744073709551620'],
  ['SIGN(-32)', '-1'],
  ['SIGN(0)', '0'],
  ['SIGN(234)', '1'],
  ['SIN(0)', '0'],
  ['SQRT(4)', '2'],
  ['SQRT(20)', '4.47213595499958'],
  ['SQRT(-16)', null],
  ['TAN(0)', '0'],
  ['TRUNCATE(1.223,1)', '1.2'],
  ['TRUNCATE(1.999,0)', '1'],
  ['TRUNCATE(-1.999,1)', '-1.9'],
  ['TRUNCATE(122,-2)', '100'],
  ['TRUNCATE(10.28*100,0)', '1028'],
  ['BIT_COUNT(29)', '4'],
  ["BIT_COUNT(b'101010')", '3'],
  ['BIT_COUNT(-1)', '64'],
  ['GREATEST(2, 0)', '2'],
  ['GREATEST(34.0, 3.0, 5.0, 767.0)', '767.0'],
  ["GREATEST('B', 'A', 'C')", 'C'],
  ['GREATEST(1, NULL)', null],
  ['LEAST(2, 0)', '0'],
  ["LEAST('B', 'A', 'C')", 'A'],
  ['INTERVAL(23, 1, 15, 17, 30, 44, 200)', '3'],
  ['INTERVAL(10, 1, 10, 100, 1000)', '2'],
  ['INTERVAL(22, 23, 30, 44, 200)', '0'],
  ['INTERVAL(NULL, 1)', '-1'],
  ['COALESCE(NULL, 1)', '1'],
  ['COALESCE(NULL, NULL)', null],
  ['ISNULL(1 + 1)', '0'],
  ['ISNULL(1 / 0)', '1', 1365],
  ['IF(1 > 2, 2, 3)', '3'],
  ["IF(STRCMP('test', 'test1'), 'no', 'yes')", 'no'],
  ["IF(NULL, 'a', 'b')", 'b'],
  ["IFNULL(1 / 0, 'yes')", 'yes', 1365],
  ['IFNULL(1, 0)', '1'],
  ['NULLIF(1, 1)', null],
  ['NULLIF(1, 2)', '1'],
  ["NULLIF('a', 'A')", null],
]);

checkErrors([
  ['EXP(1000)', 1690],
  ['POW(10, 1000)', 1690],
  ['COT(0)', 1690],
  ['ABS(-9223372036854775808)', 1690],
]);

test('the result of rounding has the type of its argument', () => {
  assert.equal(evaluate('ROUND(1.298, 1)').type.decimals, 1);
  assert.equal(evaluate('ROUND(1.298, 1)').type.kind, Kind.decimal);
  assert.equal(evaluate('ROUND(1.5e0)').type.kind, Kind.double);
  assert.equal(evaluate('CEIL(1.5)').type.kind, Kind.bigint);
});

test('RAND(seed) is a sequence, the same at each execution', () => {
  const session = new TestSession();
  const context = contextOf(session);
  const run = (): string[] => {
    const e = bindText('RAND(3)', session);
    return Array.from({length: 3}, () => String(e.evaluate(context)));
  };
  assert.deepEqual(run(), ['0.9057697559760601', '0.37307905813034536', '0.14808605345719125']);
  assert.deepEqual(run(), run());
});

test('RAND(seed) starts again when a statement is run again', () => {
  const session = new TestSession();
  const scope = newScope(session);
  const e = bindText('RAND(3)', session, scope);
  const context = contextOf(session);
  const first = [e.evaluate(context), e.evaluate(context)];
  assert.notEqual(first[0], first[1]);
  scope.binder.epoch.advance();
  assert.deepEqual([e.evaluate(context), e.evaluate(context)], first);
});

test('RAND() without a seed gives the numbers of the session, one by one', () => {
  const session = new TestSession();
  const e = bindText('RAND()', session);
  const context = contextOf(session);
  assert.notEqual(e.evaluate(context), e.evaluate(context));
});
