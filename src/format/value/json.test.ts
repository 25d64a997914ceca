import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {compareJsonTexts, normalizeJson, parseJson, parseStoredJson} from './json.ts';
import {evaluateJsonPath, parseJsonPath} from './json-path.ts';
import {jsonDepth, jsonTypeName, printJson} from './json-tree.ts';

function normal(text: string): string {
  const result = normalizeJson(text);
  return typeof result === 'string' ? result : `${result.message} @${result.position}`;
}

test('any document of the platform survives, and its own form is final', () => {
  fc.assert(
    fc.property(fc.jsonValue({maxDepth: 5}), document => {
      const text = normal(JSON.stringify(document));
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(document)));
      assert.equal(normal(text), text);
      assert.equal(compareJsonTexts(text, text), 0);
    }),
    {numRuns: 300},
  );
});

test('normal form: names by length then bytes, the last of a name, separators, numbers', () => {
  const cases: [string, string][] = [
    ['{"bb":1,"a":2,"c":3,"ä":4,"B":5}', '{"B": 5, "a": 2, "c": 3, "bb": 1, "ä": 4}'],
    ['{"a":1,"a":2}', '{"a": 2}'],
    ['{"__proto__":{"x":1},"constructor":2}', '{"__proto__": {"x": 1}, "constructor": 2}'],
    ['[ ]', '[]'],
    ['{ }', '{}'],
    ['[1,1.0,1e2,1.50,-0,-0.0]', '[1, 1.0, 100.0, 1.5, 0, -0.0]'],
    ['18446744073709551615', '18446744073709551615'],
    ['18446744073709551616', '1.8446744073709552e19'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['9007199254740993', '9007199254740993'],
    ['"a\\u00e9\\n\\/\\ud83d\\ude00\\u0001"', '"aé\\n/😀\\u0001"'],
    [' true ', 'true'],
  ];
  for (const [text, expected] of cases) assert.equal(normal(text), expected, text);
});

test('faults come with words and a position', () => {
  const cases: [string, string][] = [
    ['', 'The document is empty. @0'],
    ['abc', 'Invalid value. @0'],
    ['[1,]', 'Invalid value. @3'],
    ['[1 2]', 'Missing a comma or ] after an array element. @3'],
    ['{"a" 1}', 'Missing a colon after a name of object member. @5'],
    ['{"a":1,}', 'Missing a name for object member. @7'],
    ['{"a":1', 'Missing a comma or } after an object member. @6'],
    ['"abc', 'Missing a closing quotation mark in string. @0'],
    ['"\\x"', 'Invalid escape character in string. @1'],
    ['"\\u12g4"', 'Incorrect hex digit after \\u escape in string. @1'],
    ['"\\ud800"', 'The surrogate pair in string is invalid. @7'],
    ['"a\nb"', 'Invalid encoding in string. @2'],
    ['1 2', 'The document root must not be followed by other values. @2'],
    ['1.', 'Miss fraction part in number. @2'],
    ['1e999', 'Number too big to be stored in double. @0'],
    ['01', 'The document root must not be followed by other values. @1'],
  ];
  for (const [text, expected] of cases) assert.equal(normal(text), expected, JSON.stringify(text));
});

test('depth is bounded at 100', () => {
  const nested = (n: number): string => '['.repeat(n) + ']'.repeat(n);
  assert.equal(jsonDepth(parseStoredJson(nested(100))), 100);
  assert.deepEqual(parseJson(nested(101)).fault?.message, '');
  assert.deepEqual(parseJson(nested(100_000)).fault?.message, '');
});

test('types and order', () => {
  const types = ['null', 'true', '1', '18446744073709551615', '1.5', '"x"', '[]', '{}'];
  assert.deepEqual(
    types.map(t => jsonTypeName(parseStoredJson(t))),
    [...['NULL', 'BOOLEAN', 'INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'STRING', 'ARRAY', 'OBJECT']],
  );
  const ascending = [
    'null',
    '-1',
    '1.5',
    '2',
    '"a"',
    '"b"',
    '{}',
    '{"a": 1}',
    '[]',
    '[1]',
    '[1, 2]',
    '[2]',
    'false',
    'true',
  ];
  for (const [i, a] of ascending.entries()) {
    for (const [j, b] of ascending.entries())
      assert.equal(Math.sign(compareJsonTexts(a, b)), Math.sign(i - j), `${a} ${b}`);
  }
});

const DOCUMENT = parseStoredJson('{"a": [1, {"b": 2, "c d": [3, [4]]}, "x"], "b": {"b": 5}, "__proto__": 6}');

function at(path: string): string {
  return evaluateJsonPath(DOCUMENT, parseJsonPath(path)).map(printJson).join(' | ');
}

test('paths', () => {
  const cases: [string, string][] = [
    ['$.a[0]', '1'],
    ['$.a[1]."c d"[1][0]', '4'],
    ['$.a[last]', '"x"'],
    ['$.a[last-2]', '1'],
    ['$.a[last - 3]', ''],
    ['$.a[9]', ''],
    ['$.a[0 to 1]', '1 | {"b": 2, "c d": [3, [4]]}'],
    ['$.a[last-1 to last]', '{"b": 2, "c d": [3, [4]]} | "x"'],
    ['$.a[0 to 99].b', '2'],
    ['$.a[*].b', '2'],
    ['$.b[0].b', '5'],
    ['$.b[last].b[0]', '5'],
    ['$.b[1]', ''],
    ['$**.b', '{"b": 5} | 2 | 5'],
    ['$.*.b', '5'],
    ['$.b.*', '5'],
    ['$**[1]', '{"b": 2, "c d": [3, [4]]} | [4]'],
    ['$.__proto__', '6'],
    ['$.toString', ''],
    [' $ . a [ 0 ] ', '1'],
  ];
  for (const [path, expected] of cases) assert.equal(at(path), expected, path);
});

test('arrays that two ellipses reach on several ways come once', () => {
  const found = evaluateJsonPath(parseStoredJson('[[[1]]]'), parseJsonPath('$**[*]**[*]')).filter(Array.isArray);
  assert.deepEqual(found.map(printJson), ['[1]']);
});

test('wrong paths are refused with their position', () => {
  for (const path of [
    '',
    'a',
    '$.',
    '$[',
    '$[a]',
    '$[-1]',
    '$**',
    '$***.a',
    '$.a b',
    '$."a',
    '$[2 to 1]',
    '$[last to last-1]',
    '$.1a',
    '$[99999999999]',
  ]) {
    assert.throws(() => parseJsonPath(path), {errno: 3143}, path);
  }
  assert.throws(() => parseJsonPath('$.a.'), /position 5/);
  assert.equal(parseJsonPath('$.a[1]').hasWildcard, false);
  assert.equal(parseJsonPath('$.a[*]').hasWildcard, true);
});
