// Operator ranks, shown by writing every operation in parentheses.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Select, SelectExpression} from './ast.ts';
import type {Expression} from './ast-expression.ts';
import {formatExpression} from './format-expression.ts';
import {Mode, type Modes} from './modes.ts';
import {parse} from './statement.ts';

function expressionOf(text: string, modes: Modes = 0): Expression {
  const query = parse(`SELECT ${text}`, {modes});
  assert.equal(query.kind, 'query');
  const item = (query.body as Select).items[0] as SelectExpression;
  return item.expression;
}

/** The expression with each operation in brackets, names without quotes. */
function shape(e: Expression): string {
  switch (e.kind) {
    case 'column':
      return e.name;
    case 'unary':
      return `[${e.operator} ${shape(e.operand)}]`;
    case 'arithmetic':
    case 'comparison':
      return `[${shape(e.left)} ${e.operator} ${shape(e.right)}]`;
    case 'logical':
      return `[${e.operands.map(shape).join(` ${e.operator} `)}]`;
    case 'is':
      return `[${shape(e.value)} is ${e.negated ? 'not ' : ''}${e.test}]`;
    case 'between':
      return `[${shape(e.value)} between ${shape(e.low)} and ${shape(e.high)}]`;
    case 'inList':
      return `[${shape(e.value)} in ${e.items.map(shape).join(',')}]`;
    case 'like':
      return `[${shape(e.value)} like ${shape(e.pattern)}${e.escape === null ? '' : ` escape ${shape(e.escape)}`}]`;
    case 'regexp':
      return `[${shape(e.value)} regexp ${shape(e.pattern)}]`;
    case 'collate':
      return `[${shape(e.value)} collate ${e.collation}]`;
    case 'dateArithmetic':
      return `[${shape(e.value)} ${e.operator} ${shape(e.amount)} ${e.unit}]`;
    case 'call':
      return `${e.name}(${e.args.map(shape).join(', ')})`;
    case 'jsonPath':
      return `[${e.column.name} -> ${e.path}]`;
    case 'row':
      return `<${e.items.map(shape).join(', ')}>`;
    default:
      return formatExpression(e);
  }
}

const ranks: readonly (readonly [string, string])[] = [
  ['a || b && c', '[a or [b and c]]'],
  ['a or b xor c and d', '[a or [b xor [c and d]]]'],
  ['a xor b and c', '[a xor [b and c]]'],
  ['a and b or c and d', '[[a and b] or [c and d]]'],
  ['a and b and c', '[a and b and c]'],
  ['a and (b and c)', '[a and [b and c]]'],
  ['not a = b', '[not [a = b]]'],
  ['!a = b', '[[not a] = b]'],
  ['not a and b', '[[not a] and b]'],
  ['not not a', '[not [not a]]'],
  ['not a is null', '[not [a is null]]'],
  ['not a between b and c', '[not [a between b and c]]'],
  ['a = b = c', '[[a = b] = c]'],
  ['a = b is null', '[[a = b] is null]'],
  ['a = b is true', '[[a = b] is true]'],
  ['a is null = b', '[[a is null] = b]'],
  ['a is null is not true', '[[a is null] is not true]'],
  ['a < b + c', '[a < [b + c]]'],
  ['a = b in (c)', '[a = [b in c]]'],
  ['a = b like c', '[a = [b like c]]'],
  ['a between b and c and d', '[[a between b and c] and d]'],
  ['a between b | c and d between e and f', '[a between [b | c] and [d between e and f]]'],
  ['a like b and c', '[[a like b] and c]'],
  ['a + b like c', '[[a + b] like c]'],
  ["a like b escape 'c'", "[a like b escape 'c']"],
  ['a regexp b | c', '[a regexp [b | c]]'],
  ['a | b & c', '[a | [b & c]]'],
  ['a & b << c', '[a & [b << c]]'],
  ['a << b + c', '[a << [b + c]]'],
  ['a << 1 + 2', '[a << [1 + 2]]'],
  ['a + b * c', '[a + [b * c]]'],
  ['a - b - c', '[[a - b] - c]'],
  ['a * b ^ c', '[a * [b ^ c]]'],
  ['a / b % c', '[[a / b] % c]'],
  ['a mod b div c', '[[a % b] div c]'],
  ['-a ^ b', '[[- a] ^ b]'],
  ['- a collate x', '[- [a collate x]]'],
  ['~a + b', '[[~ a] + b]'],
  ['+a', 'a'],
  ['- - a', '[- [- a]]'],
  ['!a + b', '[[not a] + b]'],
  ['!-a', '[not [- a]]'],
  ['-!a', '[- [not a]]'],
  ['binary a = b', '[[binary a] = b]'],
  ['binary a collate x', '[binary [a collate x]]'],
  ['!binary a', '[not [binary a]]'],
  ["a -> '$.x' = 1", '[[a -> $.x] = 1]'],
  ["a ->> '$.x' + 1", '[[a -> $.x] + 1]'],
  ['a + interval 1 day - b', '[[a + 1 day] - b]'],
  ['interval 1 day + a * b', '[[a * b] + 1 day]'],
  ['a + interval (1) + 2 hour', '[a + [1 + 2] hour]'],
  ['a + interval(1, 2) * 3', '[a + [interval(1, 2) * 3]]'],
  ['a in (b, c) = d', '[[a in b,c] = d]'],
  ['(a, b) = (c, d)', '[<a, b> = <c, d>]'],
  ['(((a))) + b', '[a + b]'],
  ['((a), b) = c', '[<a, b> = c]'],
];

test('operators bind as in MySQL', () => {
  for (const [text, expected] of ranks) assert.equal(shape(expressionOf(text)), expected, text);
});

test('PIPES_AS_CONCAT makes || bind tighter than ^', () => {
  assert.equal(shape(expressionOf('a || b = c', Mode.pipesAsConcat)), '[concat(a, b) = c]');
  assert.equal(shape(expressionOf('a ^ b || c', Mode.pipesAsConcat)), '[a ^ concat(b, c)]');
  assert.equal(shape(expressionOf('-a || b', Mode.pipesAsConcat)), 'concat([- a], b)');
  assert.equal(shape(expressionOf('a like b || c', Mode.pipesAsConcat)), '[a like concat(b, c)]');
});

test('HIGH_NOT_PRECEDENCE makes NOT bind like !', () => {
  assert.equal(shape(expressionOf('not a = b', Mode.highNotPrecedence)), '[[not a] = b]');
  assert.equal(shape(expressionOf('a = not b', Mode.highNotPrecedence)), '[a = [not b]]');
});

test('IGNORE_SPACE lets a blank stand before the parenthesis of a built-in function', () => {
  assert.equal(expressionOf('count (*)', Mode.ignoreSpace).kind, 'aggregate');
  assert.equal(expressionOf('count (a)').kind, 'call');
  assert.equal(expressionOf('avg (a)').kind, 'aggregate', 'AVG is not one of those functions');
});

test('parentheses hold a query only if what follows the inner ones says so', () => {
  assert.equal(expressionOf('((select 1))').kind, 'subquery');
  assert.equal(expressionOf('((select 1) union (select 2))').kind, 'subquery');
  assert.equal(expressionOf('((select 1) limit 1)').kind, 'subquery');
  assert.equal(expressionOf('((select 1) + 2)').kind, 'arithmetic');
  assert.equal(expressionOf('((select 1), 2)').kind, 'row');
  assert.equal(expressionOf('a in ((select 1))').kind, 'inQuery');
  assert.equal(expressionOf('a in ((select 1), 2)').kind, 'inList');
});

test('literals keep their values', () => {
  const value = (text: string) => {
    const e = expressionOf(text);
    if (e.kind === 'decimal') return ['decimal', e.text];
    assert.ok(e.kind === 'integer' || e.kind === 'double' || e.kind === 'string' || e.kind === 'bytes', text);
    return [e.kind, e.value];
  };
  assert.deepEqual(value('9007199254740991'), ['integer', 9007199254740991]);
  assert.deepEqual(value('9007199254740992'), ['integer', 9007199254740992n]);
  assert.deepEqual(value('9007199254740993'), ['integer', 9007199254740993n]);
  assert.deepEqual(value('18446744073709551615'), ['integer', 18446744073709551615n]);
  assert.deepEqual(value('18446744073709551616'), ['decimal', '18446744073709551616']);
  assert.deepEqual(value('1.50'), ['decimal', '1.50']);
  assert.deepEqual(value('15e-1'), ['double', 1.5]);
  assert.deepEqual(value(String.raw`'a\'b\n\%\\'`), ['string', "a'b\n\\%\\"]);
  assert.deepEqual(value(`'it''s' "say ""x"""`), ['string', 'it\'ssay "x"']);
  assert.deepEqual(value("'日本' '語'"), ['string', '日本語']);
  assert.deepEqual(value('0x123'), ['bytes', Uint8Array.of(1, 0x23)]);
  assert.deepEqual(value("b'101010101'"), ['bytes', Uint8Array.of(1, 0x55)]);
  assert.throws(() => value('1e999'), {errno: 1367});
});

test('strings that are no UTF-8, and binary ones, are bytes', () => {
  const sql = Buffer.concat([Buffer.from("SELECT '"), Buffer.from([0xff, 0x27, 0x27, 0xc3]), Buffer.from("'")]);
  const query = parse(sql);
  assert.equal(query.kind, 'query');
  const literal = ((query.body as Select).items[0] as SelectExpression).expression;
  assert.deepEqual(withValue(literal), Uint8Array.of(0xff, 0x27, 0xc3));
  assert.deepEqual(withValue(expressionOf("_binary 'ab'")), Uint8Array.of(0x61, 0x62));
  assert.deepEqual(withValue(expressionOf("_latin1 x'e9'")), Uint8Array.of(0xe9));
  assert.equal(withValue(expressionOf("_utf8mb4 x'c3a9'")), 'é');
});

function withValue(e: Expression): unknown {
  assert.equal(e.kind, 'string');
  return e.value;
}

test('a column is named by its source text', () => {
  const query = parse("SELECT  a  +  1 , `b`, 'x' 'y', MAX( c )  m, 'é'");
  assert.equal(query.kind, 'query');
  const names = (query.body as Select).items.map(item => (item.kind === 'item' ? [item.alias, item.text] : []));
  assert.deepEqual(names, [
    [null, 'a  +  1'],
    [null, ''],
    [null, "'x' 'y'"],
    ['m', ''],
    [null, "'é'"],
  ]);
});
