// Tokens, one by one.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {isReserved, keywordOf, WORDS} from './keywords.ts';
import {Mode, type Modes, modesOf} from './modes.ts';
import {Scanner, Token} from './scanner.ts';
import {sourceOf} from './source.ts';

const KINDS = new Map<number, string>(Object.entries(Token).map(([name, kind]) => [kind, name]));

/** The tokens of a text: keywords and symbols as they are, others as `kind:text`. */
function tokens(text: string, modes: Modes = 0): string[] {
  const scanner = new Scanner(sourceOf(text), modes);
  const found: string[] = [];
  for (scanner.next(); scanner.kind !== Token.end; scanner.next()) {
    const piece = scanner.text.slice(scanner.start, scanner.end);
    found.push(scanner.word === '' ? `${KINDS.get(scanner.kind)}:${piece}` : scanner.word);
    if (scanner.kind === Token.bad) break;
  }
  return found;
}

const cases: readonly (readonly [string, readonly string[]])[] = [
  ['select FROM wHeRe', ['SELECT', 'FROM', 'WHERE']],
  ['a $b _c é 1a 12_', ['word:a', 'word:$b', 'word:_c', `word:${sourceOf('é')}`, 'word:1a', 'word:12_']],
  ['`a``b` "c"', ['quoted:`a``b`', 'string:"c"']],
  ['t.select', ['word:t', '.', 'word:select']],
  ['t. select', ['word:t', '.', 'SELECT']],
  ['select.a', ['word:select', '.', 'word:a']],
  ['t.1 t.5a t.`b`', ['word:t', '.', 'word:1', 'word:t', '.', 'word:5a', 'word:t', '.', 'quoted:`b`']],
  [
    '1 1.5 .5 5. 1e5 1.5e-3 1e+2',
    ['integer:1', 'decimal:1.5', 'decimal:.5', 'decimal:5.', 'double:1e5', 'double:1.5e-3', 'double:1e+2'],
  ],
  ['1e 1e5a 1ex', ['word:1e', 'double:1e5', 'word:a', 'word:1ex']],
  ["0x1F 0xG 0X1 x'1f' X'1' 0b101 0b12 b'1'", ['hex:0x1F', 'word:0xG', 'word:0X1', "hex:x'1f'", "bad:X'1'"]],
  ["0b101 0b12 b'1' B''", ['bit:0b101', 'word:0b12', "bit:b'1'", "bit:B''"]],
  ["'a\\'b' 'c''d' n'e' N'f'", ["string:'a\\'b'", "string:'c''d'", "nationalString:n'e'", "nationalString:N'f'"]],
  ["'open", ["bad:'open"]],
  [
    "@a @b.c @`d e` @'f' @@g @",
    ['variable:@a', 'variable:@b.c', 'variable:@`d e`', "variable:@'f'", '@@', 'word:g', '@'],
  ],
  ["u@localhost 'u'@'%'", ['word:u', 'variable:@localhost', "string:'u'", "variable:@'%'"]],
  [
    '<=> <= <> << < >= >> > != ! || | && & := : -> ->> -',
    ['<=>', '<=', '<>', '<<', '<', '>=', '>>', '>', '!=', '!', '||', '|', '&&', '&', ':=', ':', '->', '->>', '-'],
  ],
  ['1--1', ['integer:1', '-', '-', 'integer:1']],
  ['1 -- 2\n3 # 4\n/* 5 */ 6 --', ['integer:1', 'integer:3', 'integer:6']],
  ['1 --\t2', ['integer:1']],
  ['1 /* open', ['integer:1', 'bad:/* open']],
  ['? ?', ['placeholder:?', 'placeholder:?']],
  ['\\', ['bad:\\']],
];

test('texts are cut into tokens as by MySQL', () => {
  for (const [text, expected] of cases) assert.deepEqual(tokens(text), expected, text);
});

test('version comments are run up to our version, and skipped with the comments in them beyond', () => {
  assert.deepEqual(tokens('/*! a */ /*!40101 b */ /*!80400 c*/ /*!80500 d */ /*!999999 e /* f */ g */ h'), [
    'word:a',
    'word:b',
    'word:c',
    'word:h',
  ]);
  assert.deepEqual(tokens('/*M! a */ /*M!100100 b */ /*M!110000 c */'), ['word:a', 'word:b']);
  assert.deepEqual(tokens('/*!123 a */'), ['integer:123', 'word:a'], 'fewer than five digits are no version');
  assert.deepEqual(tokens('a */ b'), ['word:a', '*', '/', 'word:b'], 'a close without an open is no comment');
  assert.deepEqual(tokens('/*! a'), ['word:a', 'bad:'], 'an open one never ends the statement');
});

test('sql_mode changes how text is read', () => {
  assert.deepEqual(tokens('"a" \'b\'', Mode.ansiQuotes), ['quoted:"a"', "string:'b'"]);
  assert.deepEqual(tokens("'a\\' 'b'", Mode.noBackslashEscapes), ["string:'a\\'", "string:'b'"]);
  assert.deepEqual(tokens('a || b', Mode.pipesAsConcat), ['word:a', '|concat|', 'word:b']);
  assert.equal(modesOf('STRICT_TRANS_TABLES,ansi_quotes, PIPES_AS_CONCAT'), Mode.ansiQuotes | Mode.pipesAsConcat);
  assert.equal(modesOf('ANSI'), Mode.ansiQuotes | Mode.pipesAsConcat | Mode.ignoreSpace);
});

test('a place taken can be gone back to', () => {
  const scanner = new Scanner('/*! a . b */ c', 0);
  scanner.next();
  const mark = scanner.mark();
  const first = [scanner.start, scanner.end];
  for (let i = 0; i < 3; i++) scanner.next();
  scanner.reset(mark);
  assert.deepEqual([scanner.start, scanner.end], first);
  const rest: string[] = [];
  for (; scanner.kind !== Token.end; scanner.next()) rest.push(scanner.text.slice(scanner.start, scanner.end));
  assert.deepEqual(rest, ['a', '.', 'b', 'c']);
});

test('every keyword is found in any case, and nothing else is', () => {
  for (let index = 1; index < WORDS.length; index++) {
    const word = WORDS[index];
    if (!/^\w+$/.test(word)) continue;
    assert.deepEqual(tokens(word.toLowerCase()), [word]);
    assert.equal(keywordOf(word), index);
    assert.notDeepEqual(tokens(`${word}x`), [word]);
  }
  assert.equal(isReserved(keywordOf('select')), true);
  assert.equal(isReserved(keywordOf('offset')), false);
  assert.equal(keywordOf('__proto__'), 0);
});
