// Functions about the session, addresses, digests, regular expressions, and casts.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {evaluate, TestSession} from './testing/evaluate.ts';
import {checkErrors, checkValues} from './testing/table.ts';

checkValues([
  // Session and types.
  ['DATABASE()', 'shop'],
  ['SCHEMA()', 'shop'],
  ['USER()', 'ann@office'],
  ['SESSION_USER()', 'ann@office'],
  ['CONNECTION_ID()', '7'],
  ['CURRENT_ROLE()', 'NONE'],
  ['ROW_COUNT()', '-1'],
  ['FOUND_ROWS()', '0'],
  ["CHARSET('abc')", 'utf8mb4'],
  ["CHARSET(CONVERT('abc' USING latin1))", 'latin1'],
  ['CHARSET(USER())', 'utf8mb3'],
  ['CHARSET(12)', 'binary'],
  ["COLLATION('abc')", 'utf8mb4_0900_ai_ci'],
  ["COLLATION('abc' COLLATE utf8mb4_bin)", 'utf8mb4_bin'],
  ["COERCIBILITY('abc' COLLATE utf8mb4_bin)", '0'],
  ['COERCIBILITY(USER())', '3'],
  ["COERCIBILITY('abc')", '4'],
  ['COERCIBILITY(1000)', '5'],
  ['COERCIBILITY(NULL)', '6'],
  ["BENCHMARK(3, MD5('a'))", '0'],
  ['BENCHMARK(-1, 1)', null, 1411],
  ["NAME_CONST('a', 5)", '5'],

  // Addresses and identifiers.
  ["INET_ATON('10.0.5.9')", '167773449'],
  ["INET_ATON('127.1')", '2130706433'],
  ["INET_ATON('256.0.0.1')", null],
  ['INET_NTOA(167773449)', '10.0.5.9'],
  ["HEX(INET6_ATON('fdfe::5a55:caff:fefa:9089'))", 'FDFE0000000000005A55CAFFFEFA9089'],
  ["HEX(INET6_ATON('10.0.5.9'))", '0A000509'],
  ["INET6_NTOA(INET6_ATON('fdfe::5a55:caff:fefa:9089'))", 'fdfe::5a55:caff:fefa:9089'],
  ["INET6_NTOA(INET6_ATON('::'))", '::'],
  ["INET6_NTOA(INET6_ATON('::1'))", '::1'],
  ["INET6_NTOA(INET6_ATON('1:0:0:2:0:0:0:3'))", '1:0:0:2::3'],
  ["INET6_NTOA(INET6_ATON('2001:db8:10:1:2:3:4:5'))", '2001:db8:10:1:2:3:4:5'],
  ["INET6_NTOA(INET6_ATON('a0:0:0:0:0:0:0:1'))", 'a0::1'],
  ["INET6_NTOA(UNHEX('0A000509'))", '10.0.5.9'],
  ["IS_IPV4('10.0.5.9')", '1'],
  ["IS_IPV4('10.0.5.256')", '0'],
  ["IS_IPV6('::1')", '1'],
  ["IS_IPV6('10.0.5.9')", '0'],
  ["IS_IPV4_COMPAT(INET6_ATON('::10.0.5.9'))", '1'],
  ["IS_IPV4_MAPPED(INET6_ATON('::ffff:10.0.5.9'))", '1'],
  ["IS_IPV4_MAPPED(INET6_ATON('::10.0.5.9'))", '0'],
  ["IS_UUID('6ccd780c-baba-1026-9564-5b8c656024db')", '1'],
  ["IS_UUID('6ccd780c-baba-1026-9564-5b8c6560')", '0'],
  ['IS_UUID(UUID())', '1'],
  ["HEX(UUID_TO_BIN('6ccd780c-baba-1026-9564-5b8c656024db', 0))", '6CCD780CBABA102695645B8C656024DB'],
  ["HEX(UUID_TO_BIN('6ccd780c-baba-1026-9564-5b8c656024db', 1))", '1026BABA6CCD780C95645B8C656024DB'],
  ["BIN_TO_UUID(UUID_TO_BIN('6ccd780c-baba-1026-9564-5b8c656024db', 1), 1)", '6ccd780c-baba-1026-9564-5b8c656024db'],

  // Digests show what was hashed.
  ["MD5('a')", 'md5(61)'],
  ["SHA1('é')", 'sha1(c3a9)'],
  ["SHA2('a', 0)", 'sha256(61)'],
  ["SHA2('a', 512)", 'sha512(61)'],
  ["SHA2('a', 100)", null],
  ['MD5(NULL)', null],
  ['HEX(RANDOM_BYTES(3))', '010203'],

  // Regular expressions.
  ["'Michael!' REGEXP '.*'", '1'],
  ["'a' REGEXP '^[a-d]'", '1'],
  ["REGEXP_LIKE('fo\\no', '^fo$')", '0'],
  ["REGEXP_LIKE('fo\\nfo', '^fo$', 'm')", '1'],
  ["REGEXP_LIKE('abc', 'ABC')", '1'],
  ["REGEXP_LIKE('abc', 'ABC', 'c')", '0'],
  ["REGEXP_LIKE('abc' COLLATE utf8mb4_bin, 'ABC')", '0'],
  ["REGEXP_LIKE('justalnums', '[[:alnum:]]+')", '1'],
  ["REGEXP_LIKE('!!', '[[:alnum:]]+')", '0'],
  ["REGEXP_LIKE('a\\nb', 'a.b')", '0'],
  ["REGEXP_LIKE('a\\nb', 'a.b', 'n')", '1'],
  ["REGEXP_LIKE(NULL, 'a')", null],
  ["REGEXP_INSTR('dog cat dog', 'dog')", '1'],
  ["REGEXP_INSTR('dog cat dog', 'dog', 2)", '9'],
  ["REGEXP_INSTR('aa aaa aaaa', 'a{4}')", '8'],
  ["REGEXP_INSTR('dog cat dog', 'dog', 1, 2, 1)", '12'],
  ["REGEXP_REPLACE('a b c', 'b', 'X')", 'a X c'],
  ["REGEXP_REPLACE('abc def ghi', '[a-z]+', 'X', 1, 3)", 'abc def X'],
  ["REGEXP_REPLACE('abc', '(a)(b)', '$2$1')", 'bac'],
  ["REGEXP_SUBSTR('abc def ghi', '[a-z]+')", 'abc'],
  ["REGEXP_SUBSTR('abc def ghi', '[a-z]+', 1, 3)", 'ghi'],
  ["REGEXP_SUBSTR('abc', 'x')", null],
  ["REGEXP_REPLACE('abc', 'x*', '-')", '-a-b-c-'],
  ["REGEXP_REPLACE('a😀b', '.', '<$0>')", '<a><😀><b>'],
  ["REGEXP_REPLACE('abc', 'b', '\\\\$1')", 'a$1c'],
  ["REGEXP_INSTR('a😀b', 'b')", '3'],

  // Casts.
  ["CAST('123abc' AS SIGNED)", '123', 1292],
  ['CAST(-1 AS UNSIGNED)', '18446744073709551615'],
  ['CAST(1-2 AS UNSIGNED)', '18446744073709551615'],
  ["CAST('12.345' AS DECIMAL(5,2))", '12.35'],
  ['CAST(1.5 AS SIGNED)', '2'],
  ["CAST('abcdef' AS CHAR(3))", 'abc', 1292],
  ["CAST('a' AS BINARY(3))", 'x610000'],
  ["CAST('2020-01-02 10:11:12' AS DATE)", '2020-01-02'],
  ["CAST('2020-01-02' AS DATETIME)", '2020-01-02 00:00:00'],
  ["CAST('10:11:12.55' AS TIME(1))", '10:11:12.6'],
  ["CAST('[1,2]' AS JSON)", '[1, 2]'],
  ["CAST('1.5' AS DOUBLE)", '1.5'],
  ["CAST(JSON_EXTRACT('{\"a\": 5}', '$.a') AS SIGNED)", '5'],
  ["CONVERT('é' USING ascii)", '?'],
  ["CONVERT('12', SIGNED)", '12'],
  ["CAST('1990' AS YEAR)", '1990'],
]);

checkErrors([
  ['BENCHMARK(1e9, 1)', 1235],
  ["'a' REGEXP '('", 3691],
  ["'a' REGEXP '['", 3696],
  ["'a' REGEXP ''", 3685],
  ["CAST('{' AS JSON)", 3141],
  ["CONVERT('a' USING klingon)", 1115],
  ["UUID_TO_BIN('nonsense')", 1411],
  ['RANDOM_BYTES(0)', 1690],
  ['CAST(1 AS DECIMAL(70,2))', 1426],
]);

test('LAST_INSERT_ID(n) keeps n', () => {
  const session = new TestSession();
  assert.equal(evaluate('LAST_INSERT_ID(42)', session).text, '42');
  assert.equal(evaluate('LAST_INSERT_ID()', session).text, '42');
});

test('a pattern that makes backtracking engines explode ends', () => {
  assert.equal(evaluate("CONCAT(REPEAT('a', 40), '!') REGEXP '^(a+)+$'").text, '0');
});
