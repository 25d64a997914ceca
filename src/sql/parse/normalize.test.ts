// What is taken out of statements for the plan cache, and that the parser numbers the same literals.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {otherCorpus} from './corpus-other.ts';
import {rowCorpus} from './corpus-rows.ts';
import {type LiteralValue, normalize} from './normalize.ts';
import {Scanner, Token} from './scanner.ts';
import {sourceOf} from './source.ts';
import {parseOne} from './statement.ts';
import {isSqlError} from './tree-testing.ts';

/** The literals that become parameters when the statement is parsed, in order. */
function parameterValues(sql: string | Uint8Array): LiteralValue[] {
  const {statement, parameterCount} = parseOne(sql, {literalsAsParameters: true});
  const values: LiteralValue[] = new Array(parameterCount);
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
    if ('kind' in node && node.kind === 'parameter' && 'literal' in node && 'index' in node) {
      const literal = node.literal as {kind: string; value: LiteralValue; text: string};
      values[node.index as number] = literal.kind === 'decimal' ? literal.text : literal.value;
      return;
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(statement);
  return values;
}

/** The key with its markers made readable. */
function readable(sql: string): string | null {
  const normalized = normalize(sql, 0);
  if (normalized === null) return null;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the markers are control characters
  return normalized.key.replace(/[\x01-\x08]/g, marker => `«${'.iudesbhz'[marker.charCodeAt(0)]}»`);
}

const cases: readonly (readonly [string, string])[] = [
  ['SELECT c FROM t WHERE id=50123', 'SELECT c FROM t WHERE id=«i»'],
  ['/* x */ SELECT c FROM t WHERE id = 5 ; -- y', 'SELECT c FROM t WHERE id = «i»'],
  ["SELECT c+1 FROM t WHERE a=1.5 AND b=1e3 AND c='x'", 'SELECT c+1 FROM t WHERE a=«d» AND b=«e» AND c=«s»'],
  ['SELECT * FROM t WHERE a IN (1,2,-3) LIMIT 5, 10', 'SELECT * FROM t WHERE a IN («i»,«i»,-«i») LIMIT «i», «i»'],
  [
    'SELECT 1, (SELECT 2 FROM t WHERE a = 3) FROM t WHERE b = 4',
    'SELECT 1, (SELECT 2 FROM t WHERE a = 3) FROM t WHERE b = «i»',
  ],
  [
    'SELECT a FROM t WHERE b = 1 GROUP BY a, 2 HAVING c > 3 ORDER BY 4, 5 LIMIT 6',
    'SELECT a FROM t WHERE b = «i» GROUP BY a, 2 HAVING c > 3 ORDER BY 4, 5 LIMIT «i»',
  ],
  ['SELECT a FROM t JOIN u ON t.x = u.x AND u.y = 5', 'SELECT a FROM t JOIN u ON t.x = u.x AND u.y = «i»'],
  [
    'SELECT a FROM (SELECT 1 FROM v WHERE x = 2) d WHERE y = 3',
    'SELECT a FROM (SELECT 1 FROM v WHERE x = «i») d WHERE y = «i»',
  ],
  [
    'SELECT a FROM t WHERE b = (SELECT MAX(c)+1 FROM u WHERE d=5 ORDER BY 1)',
    'SELECT a FROM t WHERE b = (SELECT MAX(c)+1 FROM u WHERE d=«i» ORDER BY 1)',
  ],
  ["INSERT INTO t (a, b) VALUES (1, 'x'), (2, NULL)", 'INSERT INTO t (a, b) VALUES («i», «s»), («i», NULL)'],
  [
    'INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a) + 5',
    'INSERT INTO t VALUES («i») ON DUPLICATE KEY UPDATE a = VALUES(a) + «i»',
  ],
  ['INSERT INTO t VALUES ROW(1), ROW(2)', 'INSERT INTO t VALUES ROW(1), ROW(2)'],
  [
    "UPDATE t SET a = 1, b = 'x' WHERE c = 2 ORDER BY 3 LIMIT 4",
    'UPDATE t SET a = «i», b = «s» WHERE c = «i» ORDER BY 3 LIMIT «i»',
  ],
  ['DELETE FROM t WHERE a > 5', 'DELETE FROM t WHERE a > «i»'],
  [
    "SELECT a FROM t WHERE b = DATE '2024-01-01' AND c LIKE 'x' ESCAPE '|' AND d->'$.e' = 5",
    "SELECT a FROM t WHERE b = DATE '2024-01-01' AND c LIKE «s» ESCAPE '|' AND d->'$.e' = «i»",
  ],
  [
    "SELECT a FROM t WHERE b = CAST('1' AS DECIMAL(10,2)) AND c = f('2')",
    "SELECT a FROM t WHERE b = CAST('1' AS DECIMAL(10,2)) AND c = f(«s»)",
  ],
  [
    "SELECT a FROM t WHERE b = _latin1'x' AND c = N'y' AND d = x'41' AND e = b'1'",
    "SELECT a FROM t WHERE b = _latin1'x' AND c = N'y' AND d = «h» AND e = «z»",
  ],
  [
    'SELECT a FROM t WHERE b = 18446744073709551615 AND c = 18446744073709551616',
    'SELECT a FROM t WHERE b = «u» AND c = «d»',
  ],
  [
    'SELECT a FROM t USE INDEX FOR ORDER BY (i), (SELECT 1 FROM u WHERE x = 2) v',
    'SELECT a FROM t USE INDEX FOR ORDER BY (i), (SELECT 1 FROM u WHERE x = «i») v',
  ],
  [
    'SELECT a FROM t WHERE b = NOW(6) AND c > SUBSTRING(d FROM 2)',
    'SELECT a FROM t WHERE b = NOW(6) AND c > SUBSTRING(d FROM «i»)',
  ],
  [
    'WITH c AS (SELECT 1 FROM t WHERE a = 2) SELECT * FROM c WHERE b = 3',
    'WITH c AS (SELECT 1 FROM t WHERE a = «i») SELECT * FROM c WHERE b = «i»',
  ],
];

test('literals are taken where only their value matters', () => {
  for (const [sql, expected] of cases) assert.equal(readable(sql), expected, sql);
});

test('statements that are not for the plan cache', () => {
  for (const sql of [
    'CREATE TABLE t AS SELECT 1 FROM u WHERE a = 1',
    'EXPLAIN SELECT 1',
    'SET a = 1',
    'SELECT ? FROM t',
    'SELECT 1; SELECT 2',
    "SELECT 'open",
    "SELECT a FROM t WHERE b = 'x' 'y'",
    "SELECT a FROM t WHERE b = 1 INTO OUTFILE '/x'",
    'SELECT a FROM t WHERE b = 1e999',
    'SELECT (',
    'SELECT )',
    '',
  ]) {
    const normalized = normalize(sql, 0);
    if (sql === 'SELECT (') assert.deepEqual(normalized?.literals, [], 'harmless: the parser refuses it');
    else assert.equal(normalized, null, sql);
  }
});

test('values are in the domain of the SQL layer', () => {
  const sql = "SELECT a FROM t WHERE a IN (1, 9007199254740993, 1.50, 1e2, 'it''s', 'é', x'ff', b'11')";
  assert.deepEqual(normalize(sql, 0)?.literals, [
    1,
    9007199254740993n,
    '1.50',
    100,
    "it's",
    'é',
    Uint8Array.of(255),
    Uint8Array.of(3),
  ]);
});

test('the key tells list lengths and literal types apart, and not values', () => {
  const key = (condition: string) => normalize(`SELECT a FROM t WHERE ${condition}`, 0)?.key;
  assert.equal(key('a IN (1, 2)'), key('a IN (3, 4)'));
  assert.notEqual(key('a IN (1, 2)'), key('a IN (1, 2, 3)'));
  assert.notEqual(key('a = 1'), key("a = '1'"));
  assert.notEqual(key('a = 1'), key('a = 1.0'));
  assert.notEqual(key('a = 1'), key('a = NULL'));
});

const corpus = [...Object.values(rowCorpus), ...Object.values(otherCorpus)].flat();

test('the parser numbers the same literals: corpus', () => {
  let compared = 0;
  for (const sql of corpus) {
    const normalized = normalize(sql, 0);
    if (normalized === null) {
      continue;
    }
    assert.deepEqual(parameterValues(sql), normalized.literals, sql);
    compared++;
  }
  assert.ok(compared > 150, `${compared} compared`);
});

/** A corpus statement with pieces of another in it: nested where a literal or name stood. */
const grafted = fc
  .tuple(fc.constantFrom(...corpus), fc.constantFrom(...corpus), fc.nat())
  .map(([host, guest, place]) => graft(host, guest, place));

function graft(host: string, guest: string, place: number): string {
  const scanner = new Scanner(sourceOf(host), 0);
  const spots: (readonly [number, number])[] = [];
  for (scanner.next(); scanner.kind !== Token.end; scanner.next()) {
    const isSpot = scanner.kind === Token.integer || (scanner.kind === Token.word && scanner.index === 0);
    if (isSpot) spots.push([scanner.start, scanner.end]);
  }
  if (spots.length === 0) return host;
  const [start, end] = spots[place % spots.length];
  return `${scanner.text.slice(0, start)}(${sourceOf(guest).replace(/;\s*$/, '')})${scanner.text.slice(end)}`;
}

test('the parser numbers the same literals: statements grafted into each other', () => {
  fc.assert(
    fc.property(grafted, source => {
      const bytes = Buffer.from(source, 'latin1');
      const normalized = normalize(bytes, 0);
      if (normalized === null) return;
      let values: LiteralValue[];
      try {
        values = parameterValues(bytes);
      } catch (error) {
        assert.ok(isSqlError(error), `${error}`);
        return;
      }
      assert.deepEqual(values, normalized.literals, source);
    }),
    {numRuns: 6000, seed: 20240501},
  );
});
