// String functions. Most rows are the examples of MySQL's manual.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {evaluate, TestSession} from './testing/evaluate.ts';
import {checkErrors, checkValues} from './testing/table.ts';

checkValues([
  ["ASCII('2')", '50'],
  ['ASCII(2)', '50'],
  ["ASCII('')", '0'],
  ["ASCII('é')", '195'],
  ['BIN(12)', '1100'],
  ['BIN(-1)', '1'.repeat(64)],
  ['BIN(NULL)', null],
  ["BIT_LENGTH('text')", '32'],
  ["BIT_LENGTH('é')", '16'],
  ['CHAR(77,121,83,81,76)', 'x4d7953514c'],
  ["CHAR(77,77.3,'77.3')", 'x4d4d4d', 1292],
  ['CHAR(256)', 'x0100'],
  ['CHAR(77, NULL, 78 USING utf8mb4)', 'MN'],
  ["CHAR_LENGTH('naïve€😀')", '7'],
  ["CHARACTER_LENGTH(x'e282ac')", '3'],
  ["CONCAT('My', 'S', 'QL')", 'MySQL'],
  ["CONCAT('My', NULL, 'QL')", null],
  ['CONCAT(14.3)', '14.3'],
  ["CONCAT(x'00ff', x'01')", 'x00ff01'],
  ["CONCAT_WS(',', 'First name', 'Second name', 'Last Name')", 'First name,Second name,Last Name'],
  ["CONCAT_WS(',', 'First name', NULL, 'Last Name')", 'First name,Last Name'],
  ["CONCAT_WS(NULL, 'a', 'b')", null],
  ["CONCAT_WS(',', NULL, NULL)", ''],
  ["ELT(1, 'Aa', 'Bb', 'Cc', 'Dd')", 'Aa'],
  ["ELT(4, 'Aa', 'Bb', 'Cc', 'Dd')", 'Dd'],
  ["ELT(5, 'Aa', 'Bb')", null],
  ["EXPORT_SET(5,'Y','N',',',4)", 'Y,N,Y,N'],
  ["EXPORT_SET(6,'1','0',',',10)", '0,1,1,0,0,0,0,0,0,0'],
  ["FIELD('Bb', 'Aa', 'Bb', 'Cc', 'Dd', 'Ff')", '2'],
  ["FIELD('bb', 'Aa', 'Bb')", '2'],
  ["FIELD('Gg', 'Aa', 'Bb', 'Cc', 'Dd', 'Ff')", '0'],
  ['FIELD(NULL, 1, NULL)', '0'],
  ['FIELD(3, 1, 2, 3.0)', '3'],
  ["FIND_IN_SET('b','a,b,c,d')", '2'],
  ["FIND_IN_SET('x','a,b,c,d')", '0'],
  ["FIND_IN_SET('', '')", '0'],
  ['FORMAT(12332.123456, 4)', '12,332.1235'],
  ['FORMAT(12332.1,4)', '12,332.1000'],
  ['FORMAT(12332.2,0)', '12,332'],
  ['FORMAT(-1234567.5, 0)', '-1,234,568'],
  ["FORMAT(12332.2,2,'de_DE')", '12.332,20'],
  ["FORMAT(1234.5, 1, 'xx_XX')", '1,234.5', 1649],
  ['FORMAT(12345678901234567890.125, 2)', '12,345,678,901,234,567,890.13'],
  ['FORMAT(NULL, 2)', null],
  ['FORMAT(1e15, 2)', '1,000,000,000,000,000.00'],
  ["TO_BASE64('abc')", 'YWJj'],
  ["FROM_BASE64(TO_BASE64('abc'))", 'x616263'],
  ["FROM_BASE64('!')", null],
  ["HEX('abc')", '616263'],
  ['HEX(255)', 'FF'],
  ['HEX(-1)', 'FFFFFFFFFFFFFFFF'],
  ["HEX(x'0aff')", '0AFF'],
  ['HEX(10.5)', 'B'],
  ["INSERT('Quadratic', 3, 4, 'What')", 'QuWhattic'],
  ["INSERT('Quadratic', -1, 4, 'What')", 'Quadratic'],
  ["INSERT('Quadratic', 3, 100, 'What')", 'QuWhat'],
  ["INSTR('foobarbar', 'bar')", '4'],
  ["INSTR('xbar', 'foobar')", '0'],
  ["INSTR('foobarbar', 'BAR')", '4'],
  ["INSTR(x'414243', x'43')", '3'],
  ["INSTR('a😀b', 'b')", '3'],
  ["LCASE('QUADRATICALLY')", 'quadratically'],
  ["LOWER(x'4142')", 'x4142'],
  ["LEFT('foobarbar', 5)", 'fooba'],
  ["LEFT('foobarbar', -1)", ''],
  ["LENGTH('text')", '4'],
  ["LENGTH('€')", '3'],
  ["LOCATE('bar', 'foobarbar')", '4'],
  ["LOCATE('xbar', 'foobar')", '0'],
  ["LOCATE('bar', 'foobarbar', 5)", '7'],
  ["LOCATE('', 'abc')", '1'],
  ["LOCATE('', 'abc', 4)", '4'],
  ["LOCATE('', 'abc', 5)", '0'],
  ["LOCATE('a', 'abc', 0)", '0'],
  ["LOCATE('aab', 'aaaab')", '3'],
  ["LOCATE('abcabd', 'abcabcabd')", '4'],
  ["POSITION('bar' IN 'foobarbar')", '4'],
  ["LPAD('hi',4,'??')", '??hi'],
  ["LPAD('hi',1,'??')", 'h'],
  ["LPAD('hi', -1, 'x')", null],
  ["LPAD('7', 5, 'ab')", 'abab7'],
  ["RPAD('hi',5,'?')", 'hi???'],
  ["RPAD('hi',1,'?')", 'h'],
  ["LTRIM('  barbar ')", 'barbar '],
  ["RTRIM(' barbar   ')", ' barbar'],
  ["MAKE_SET(1,'a','b','c')", 'a'],
  ["MAKE_SET(1 | 4,'hello','nice','world')", 'hello,world'],
  ["MAKE_SET(1 | 4,'hello','nice',NULL,'world')", 'hello'],
  ["MAKE_SET(0,'a','b','c')", ''],
  ["MID('Sakila', 2, 3)", 'aki'],
  ['OCT(12)', '14'],
  ["ORD('2')", '50'],
  ["ORD('é')", '50089'],
  ["QUOTE('Don\\'t!')", "'Don\\'t!'"],
  ['QUOTE(NULL)', 'NULL'],
  ["REPEAT('MySQL', 3)", 'MySQLMySQLMySQL'],
  ["REPEAT('MySQL', -3)", ''],
  ["REPEAT('x', 100000000)", null, 1301],
  ["REPLACE('www.mysql.com', 'w', 'Ww')", 'WwWwWw.mysql.com'],
  ["REPLACE('aAa', 'A', 'x')", 'axa'],
  ["REPLACE('abc', '', 'x')", 'abc'],
  ["REVERSE('abc')", 'cba'],
  ["REVERSE('a😀b')", 'b😀a'],
  ["RIGHT('foobarbar', 4)", 'rbar'],
  ["SOUNDEX('Hello')", 'H400'],
  ["SOUNDEX('Quadratically')", 'Q36324'],
  ["SOUNDEX('')", ''],
  ["'Hello' SOUNDS LIKE 'Hallo'", '1'],
  ['SPACE(6)', '      '],
  ["STRCMP('text', 'text2')", '-1'],
  ["STRCMP('text2', 'text')", '1'],
  ["STRCMP('text', 'TEXT')", '0'],
  ["SUBSTRING('Quadratically',5)", 'ratically'],
  ["SUBSTRING('foobarbar' FROM 4)", 'barbar'],
  ["SUBSTRING('Quadratically',5,6)", 'ratica'],
  ["SUBSTRING('Sakila', -3)", 'ila'],
  ["SUBSTRING('Sakila', -5, 3)", 'aki'],
  ["SUBSTRING('Sakila' FROM -4 FOR 2)", 'ki'],
  ["SUBSTRING('Sakila', 0)", ''],
  ["SUBSTRING('Sakila', -9)", ''],
  ["SUBSTRING('Sakila', 2, -1)", ''],
  ["SUBSTRING('a😀bc', 2, 2)", '😀b'],
  ["SUBSTRING_INDEX('www.mysql.com', '.', 2)", 'www.mysql'],
  ["SUBSTRING_INDEX('www.mysql.com', '.', -2)", 'mysql.com'],
  ["SUBSTRING_INDEX('www.mysql.com', '.', 0)", ''],
  ["SUBSTRING_INDEX('www.mysql.com', 'x', 1)", 'www.mysql.com'],
  ["SUBSTRING_INDEX('www.mysql.com', '', 1)", ''],
  ["TRIM('  bar   ')", 'bar'],
  ["TRIM(LEADING 'x' FROM 'xxxbarxxx')", 'barxxx'],
  ["TRIM(BOTH 'x' FROM 'xxxbarxxx')", 'bar'],
  ["TRIM(TRAILING 'xyz' FROM 'barxxyz')", 'barx'],
  ["TRIM('' FROM 'bar')", 'bar'],
  ["TRIM('aa' FROM 'aaaa')", ''],
  ["UCASE('Hej')", 'HEJ'],
  ["UNHEX('4D7953514C')", 'x4d7953514c'],
  ["UNHEX('ABC')", 'x0abc'],
  ["UNHEX('GG')", null, 1411],
  ["CONV('a',16,2)", '1010'],
  ["CONV('6E',18,8)", '172'],
  ['CONV(-17,10,-18)', '-H'],
  ["CONV(10+'10'+'10'+x'0a',10,10)", '40'],
  ["CONV('ffffffffffffffffffff', 16, 10)", '18446744073709551615'],
  ['CONV(1, 1, 10)', null],
]);

checkErrors([
  ['CHAR(1 USING klingon)', 1115],
  ['CONCAT()', 1582],
  ["REVERSE('a', 'b')", 1064],
  ['no_such_function(1)', 1305],
]);

test('results have the collation of their arguments', () => {
  assert.equal(evaluate("CONCAT('a', 'b')").type.collation, 255);
  assert.equal(evaluate("CONCAT(_latin1'a', 'b')").type.collation, 255);
  assert.equal(evaluate("UPPER('a' COLLATE utf8mb4_bin)").type.collation, 46);
  assert.equal(evaluate("CONCAT(x'00', 'b' COLLATE utf8mb4_bin)").type.collation, 46);
});

test('results tell how long they may be', () => {
  assert.equal(evaluate("CONCAT('abc', 'de')").type.length, 5);
  assert.equal(evaluate("LEFT('abcdef', 2)").type.length <= 6, true);
});

test('a string is what its parts are', () => {
  fc.assert(
    fc.property(fc.string({unit: 'grapheme'}), fc.integer({min: 0, max: 12}), (text, at) => {
      const session = new TestSession();
      session.setUserVariable('t', text);
      const sql = `CONCAT(LEFT(@t, ${at}), SUBSTRING(@t, ${at + 1})) = @t COLLATE utf8mb4_bin`;
      assert.equal(evaluate(sql, session).text, '1');
    }),
    {numRuns: 50},
  );
});

test('UNHEX undoes HEX, FROM_BASE64 undoes TO_BASE64', () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 200}), bytes => {
      const session = new TestSession();
      session.setUserVariable('b', bytes);
      assert.equal(evaluate('UNHEX(HEX(@b)) = @b AND FROM_BASE64(TO_BASE64(@b)) = @b', session).text, '1');
    }),
    {numRuns: 50},
  );
});
