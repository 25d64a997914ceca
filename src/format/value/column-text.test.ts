import assert from 'node:assert/strict';
import {test} from 'node:test';
import {LATIN1, UTF8MB4} from './charset.ts';
import {columnTypeText, dataTypeName, wireCollation, wireFlags, wireLength, wireType} from './column-text.ts';
import {DEFAULT_SQL_MODE, formatSqlMode, isStrict, parseSqlMode, SqlMode} from './sql-mode.ts';
import {Kind, sqlType} from './types.ts';

test('types as SHOW CREATE TABLE writes them', () => {
  const text = (length: number) => sqlType(Kind.text, {length, collation: 255});
  const cases = [
    [sqlType(Kind.int), 'int'],
    [sqlType(Kind.bigint, {unsigned: true}), 'bigint unsigned'],
    [sqlType(Kind.tinyint, {length: 1}), 'tinyint(1)'],
    [sqlType(Kind.tinyint, {length: 4}), 'tinyint'],
    [sqlType(Kind.decimal, {length: 10, decimals: 0}), 'decimal(10,0)'],
    [sqlType(Kind.double, {decimals: 31}), 'double'],
    [sqlType(Kind.float, {length: 5, decimals: 2, unsigned: true}), 'float(5,2) unsigned'],
    [sqlType(Kind.bit, {length: 1}), 'bit(1)'],
    [sqlType(Kind.datetime, {decimals: 6}), 'datetime(6)'],
    [sqlType(Kind.timestamp), 'timestamp'],
    [sqlType(Kind.varchar, {length: 20, collation: 255}), 'varchar(20)'],
    [text(255), 'tinytext'],
    [text(65535), 'text'],
    [text(16777215), 'mediumtext'],
    [text(4294967295), 'longtext'],
    [sqlType(Kind.blob, {length: 65535}), 'blob'],
    [sqlType(Kind.enum, {members: ['a', "b'c", 'd,e']}), "enum('a','b''c','d,e')"],
    [sqlType(Kind.json), 'json'],
    [sqlType(Kind.year), 'year'],
  ] as const;
  for (const [type, expected] of cases) assert.equal(columnTypeText(type), expected);
  assert.equal(dataTypeName(sqlType(Kind.blob, {length: 4294967295})), 'longblob');
});

test('column definitions', () => {
  const varchar = sqlType(Kind.varchar, {length: 20, collation: 255});
  assert.deepEqual(
    [wireType(varchar), wireLength(varchar, UTF8MB4), wireLength(varchar, LATIN1), wireCollation(varchar, 45)],
    [253, 80, 20, 45],
  );
  const int = sqlType(Kind.int);
  assert.deepEqual([wireType(int), wireLength(int, UTF8MB4), wireFlags(int), wireCollation(int, 45)], [3, 11, 0, 63]);
  const decimal = sqlType(Kind.decimal, {length: 10, decimals: 2});
  assert.deepEqual([wireType(decimal), wireLength(decimal, UTF8MB4)], [246, 12]);
  assert.deepEqual([wireType(sqlType(Kind.json)), wireFlags(sqlType(Kind.json))], [245, 144]);
  assert.equal(wireLength(sqlType(Kind.datetime, {decimals: 6}), UTF8MB4), 26);
  assert.equal(wireFlags(sqlType(Kind.set, {members: ['a'], collation: 46})), 2048 | 128);
  assert.equal(wireLength(sqlType(Kind.enum, {members: ['a', 'long'], collation: 255}), UTF8MB4), 16);
});

test('sql_mode names and bits', () => {
  assert.equal(
    formatSqlMode(DEFAULT_SQL_MODE),
    'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  );
  assert.equal(parseSqlMode(formatSqlMode(DEFAULT_SQL_MODE).toLowerCase()), DEFAULT_SQL_MODE);
  assert.equal(parseSqlMode(''), 0);
  assert.equal(parseSqlMode('STRICT_ALL_TABLES, nonsense'), 'nonsense');
  assert.equal(parseSqlMode('__proto__'), '__proto__');
  const traditional = parseSqlMode('traditional');
  assert.ok(typeof traditional === 'number' && isStrict(traditional) && (traditional & SqlMode.noZeroDate) !== 0);
});
