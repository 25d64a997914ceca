// Regular expressions: what patterns mean, and both engines against the platform's RegExp on random patterns.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {SqlError} from '../../base/sql-error.ts';
import {RegexpMachine} from './regexp-machine.ts';
import {NativeRegexp} from './regexp-native.ts';
import {RegexpPattern} from './regexp-pattern.ts';
import {type PatternFlags, parsePattern} from './regexp-syntax.ts';

const PLAIN: PatternFlags = {ignoreCase: false, multiLine: false, dotAll: false, unixLines: false};

/** What matches, from the start of the text on; undefined when nothing does. */
function found(pattern: string, text: string, flags: Partial<PatternFlags> = {}): string | undefined {
  const match = new RegexpPattern(pattern, {...PLAIN, ...flags}).find(text, 0);
  return match === undefined ? undefined : text.slice(match.start, match.end);
}

function groupsOf(pattern: string, text: string): (string | undefined)[] {
  const match = new RegexpPattern(pattern, PLAIN).find(text, 0);
  assert.ok(match !== undefined);
  return Array.from({length: match.groups.length / 2}, (_, i) => {
    const [start, end] = [match.groups[2 * i], match.groups[2 * i + 1]];
    return start < 0 ? undefined : text.slice(start, end);
  });
}

const rows: readonly (readonly [pattern: string, text: string, match: string | undefined])[] = [
  ['abc', 'xxabcxx', 'abc'],
  ['a|ab', 'ab', 'a'],
  ['ab|a', 'ab', 'ab'],
  ['a*', 'baaa', ''],
  ['a+?', 'aaa', 'a'],
  ['a{2,3}', 'aaaa', 'aaa'],
  ['a{2,3}?', 'aaaa', 'aa'],
  ['a{2}', 'a', undefined],
  ['(?:ab)+', 'ababa', 'abab'],
  ['^b', 'ab', undefined],
  ['b$', 'ab\n', 'b'],
  ['b\\z', 'ab\n', undefined],
  ['.+', 'a\nb', 'a'],
  ['\\d+', 'abc123', '123'],
  ['\\D+', 'abc123', 'abc'],
  ['\\w+', '!é_1!', 'é_1'],
  ['\\bfoo\\b', 'afoo foo', 'foo'],
  ['\\Boo', 'foo', 'oo'],
  ['[a-c]+', 'xxabcd', 'abc'],
  ['[^a-c]+', 'abxy', 'xy'],
  ['[]a]+', 'x]a', ']a'],
  ['[a-]+', 'x-a', '-a'],
  ['[[:alpha:]]+', '12ab', 'ab'],
  ['[[:^alpha:]]+', 'ab12', '12'],
  ['[a-z&&[^aeiou]]+', 'aeixyz', 'xyz'],
  ['[a-z--[m-z]]+', 'zab', 'ab'],
  ['[\\d.]+', 'v1.2', '1.2'],
  ['\\p{Lu}+', 'abCD', 'CD'],
  ['\\p{script=Greek}', 'aλ', 'λ'],
  ['\\Qa.b\\E+', 'xa.bb', 'a.bb'],
  ['\\Qa+|(\\Eb', 'a+|(b', 'a+|(b'],
  ['(\\Q)\\E)', ')', ')'],
  ['\\x41\\u0042\\x{43}', 'ABC', 'ABC'],
  ['😀+', 'a😀😀b', '😀😀'],
  ['a.c', 'a😀c', 'a😀c'],
  ['(?i)ABC', 'xabc', 'abc'],
  ['a(?i)B', 'ab', 'ab'],
  ['(?i:a)b', 'Ab', 'Ab'],
  ['(?i:a)b', 'AB', undefined],
  ['(?#note)a', 'a', 'a'],
  ['\\R', 'a\r\nb', '\r\n'],
  ['(?m)^b$', 'a\nb\nc', 'b'],
  ['(?s).+', 'a\nb', 'a\nb'],
  ['[\\u{1F600}-\\u{1F64F}]'.replaceAll('\\u{', '\\x{'), 'x😀', '😀'],
  ['}', '}', '}'],
];

for (const [pattern, text, match] of rows) {
  test(`${pattern} in ${JSON.stringify(text)}`, () => assert.equal(found(pattern, text), match));
}

test('groups are those of the preferred way', () => {
  assert.deepEqual(groupsOf('(a+)(b*)(c)?', 'aabb'), ['aa', 'bb', undefined]);
  assert.deepEqual(groupsOf('(a|ab)(c|bcd)(d*)', 'abcd'), ['a', 'bcd', '']);
  assert.deepEqual(groupsOf('(?:(a)|(b))+', 'ab'), ['a', 'b']);
  assert.deepEqual(groupsOf('(?<year>\\d+)-(\\d+)', '2024-03'), ['2024', '03']);
});

test('ends of lines: \\r\\n is one, and unix lines know only \\n', () => {
  assert.equal(found('a$', 'a\r\n'), 'a');
  assert.equal(found('\\r$', 'a\r\n'), undefined);
  assert.equal(found('a.', 'a\r', {unixLines: true}), 'a\r');
  assert.equal(found('^', 'a\r\nb', {multiLine: true}), '');
});

const refusals: readonly (readonly [pattern: string, errno: number])[] = [
  ['', 3685],
  ['*a', 3688],
  ['\\y', 3689],
  ['(a)\\1', 3690],
  ['a(?=b)', 3690],
  ['(?<!a)b', 3690],
  ['a++', 3690],
  ['(a', 3691],
  ['a)', 3691],
  ['a{x}', 3692],
  ['a{3,2}', 3693],
  ['[a', 3696],
  ['[b-a]', 3697],
  ['\\p{Nonsense}', 3685],
  ['((a{1000}){1000}){1000}', 3700],
  ['('.repeat(200) + ')'.repeat(200), 3700],
  ['a'.repeat(10_001), 3700],
];

for (const [pattern, errno] of refusals) {
  test(`${pattern.slice(0, 30)} is refused with ${errno}`, () => {
    assert.throws(
      () => new RegexpPattern(pattern, PLAIN),
      (error: unknown) => error instanceof SqlError && error.errno === errno,
    );
  });
}

test('patterns that make backtracking engines explode take their time once', () => {
  const evil = `${'a'.repeat(5000)}!`;
  for (const pattern of ['^(a+)+$', '^(a|a)*$', '(a*)*b', '(.*a){12}b', '^(a?){50}a{50}$']) {
    assert.equal(new RegexpPattern(pattern, PLAIN).test(evil), false, pattern);
  }
});

// --- Random patterns over a small alphabet -------------------------------------------------------------------------

const pattern: fc.Arbitrary<string> = fc.letrec<{node: string; atom: string}>(tie => ({
  atom: fc.oneof(
    {maxDepth: 3},
    fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '^', '$', '\\b'),
    tie('node').map(n => `(${n})`),
    tie('node').map(n => `(?:${n})`),
  ),
  node: fc.oneof(
    {maxDepth: 4},
    tie('atom'),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => a + b),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(?:${a}|${b})`),
    fc
      .tuple(fc.constantFrom('a', 'b', '[bc]'), fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '*?', '+?', '??'))
      .map(([a, q]) => a + q),
    // What is repeated is never empty: there the platform has a rule of its own.
    fc.tuple(tie('node'), fc.constantFrom('*', '+', '?', '{0,2}', '*?', '??')).map(([a, q]) => `(?:a${a}|b)${q}`),
  ),
})).node;

test('a match is where the platform finds it', () => {
  fc.assert(
    fc.property(
      pattern,
      fc.string({unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 8}),
      fc.boolean(),
      (source, text, ignoreCase) => {
        const expected = new RegExp(source, ignoreCase ? 'ui' : 'u').exec(text);
        const parsed = parsePattern(source, {...PLAIN, ignoreCase});
        for (const engine of [new RegexpMachine(parsed), NativeRegexp.of(parsed)]) {
          if (engine === undefined) continue;
          const match = engine.find(text, 0);
          assert.deepEqual(
            match === undefined ? null : [match.start, match.end],
            expected === null ? null : [expected.index, expected.index + expected[0].length],
          );
          assert.equal(engine.test(text, 0), expected !== null);
        }
      },
    ),
    {numRuns: 2000},
  );
});

test('both engines agree on groups that are not repeated', () => {
  const source = '(a|ab)(c|bcd)?(d*)$';
  const parsed = parsePattern(source, PLAIN);
  const native = NativeRegexp.of(parsed);
  assert.ok(native !== undefined);
  for (const text of ['abcd', 'ac', 'xab', 'abd\n', 'aab']) {
    assert.deepEqual(new RegexpMachine(parsed).find(text, 0), native.find(text, 0), text);
  }
});

test('the platform gets only what it cannot be slow at', () => {
  const native = (source: string): NativeRegexp | undefined => NativeRegexp.of(parsePattern(source, PLAIN));
  assert.equal(native('(a+)+$'), undefined);
  assert.equal(native('(a|b)*c'), undefined);
  assert.equal(native('(a|a)'.repeat(20)), undefined);
  assert.equal(native('a?'.repeat(30)), undefined);
  assert.equal(native('^[a-z]+@[a-z]+$')?.suits(100), true);
  assert.equal(native('^[a-z]+@[a-z]+$')?.suits(10_000), false);
  assert.equal(native('needle')?.suits(10_000), true);
});
