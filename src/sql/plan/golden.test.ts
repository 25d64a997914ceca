// Queries and their rows, in golden/*.txt. Each file begins with the script that makes its tables; then come queries, each with the
// rows it gives below `----`, or `error <number>: <text>`. Lines that begin with `#` are prose.
//
// Every query runs four times: as it is, with every second and every third call of the engine BLOCKED, and with a slow client; the rows must
// be the same. Rows of queries without ORDER BY are compared in any order. GOLDEN=rewrite writes what the queries give: read the diff.

import assert from 'node:assert/strict';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {SqlError} from '../../base/sql-error.ts';
import {TestDatabase} from '../exec/testing/test-database.ts';

const FOLDER = new URL('./golden/', import.meta.url);
const REWRITE = process.env['GOLDEN'] === 'rewrite';

/** A stretch of a golden file: prose, or a query with its answer. */
type Part = {readonly prose: string} | {readonly sql: string; readonly expected: readonly string[]};

function parseGolden(text: string): {readonly script: string; readonly parts: readonly Part[]} {
  const [script, ...rest] = text.split('\n====\n');
  const parts = rest
    .join('\n====\n')
    .split('\n\n')
    .map((block): Part => {
      const [sql, expected] = block.split('\n----\n');
      if (expected === undefined && !block.endsWith('\n----')) return {prose: block};
      const lines = expected === undefined ? [] : expected.split('\n').filter(line => line !== '');
      return {sql: expected === undefined ? block.slice(0, -5) : sql, expected: lines};
    });
  return {script, parts};
}

/** What a query answers. */
function answer(db: TestDatabase, sql: string): string[] {
  try {
    return [...db.query(sql).rows].map(row => (row === '' ? "''" : row));
  } catch (error) {
    if (error instanceof SqlError) return [`error ${error.errno}: ${error.message}`];
    throw error;
  }
}

function isOrdered(sql: string): boolean {
  return /\border by\b[^)]*$/i.test(sql);
}

function normal(rows: readonly string[], sql: string): readonly string[] {
  return isOrdered(sql) ? rows : [...rows].sort();
}

/** How a query is run. */
const WAYS: readonly {readonly name: string; readonly blockEvery: number; readonly slowEvery: number}[] = [
  {name: 'undisturbed', blockEvery: 0, slowEvery: 0},
  {name: 'with every second call blocked', blockEvery: 2, slowEvery: 0},
  {name: 'with every third call blocked', blockEvery: 3, slowEvery: 0},
  {name: 'with a slow client', blockEvery: 0, slowEvery: 2},
];

for (const file of readdirSync(FOLDER)) {
  const path = new URL(file, FOLDER);
  const {script, parts} = parseGolden(readFileSync(path, 'utf8'));
  const fresh = (): TestDatabase => {
    const db = new TestDatabase();
    db.run(script);
    return db;
  };
  if (REWRITE) writeFileSync(path, rewritten(script, parts, fresh()));
  for (const way of WAYS) {
    test(`${file} ${way.name}`, () => {
      const db = fresh();
      db.engine.blocker.every = way.blockEvery;
      db.slowEvery = way.slowEvery;
      for (const part of parts) {
        if ('prose' in part || REWRITE) continue;
        const actual = answer(db, part.sql);
        assert.deepEqual(normal(actual, part.sql), normal(part.expected, part.sql), part.sql);
      }
      if (way.blockEvery > 0 && file !== 'errors.txt') assert.ok(db.engine.blocker.blocked > 0 || REWRITE);
    });
  }
}

function rewritten(script: string, parts: readonly Part[], db: TestDatabase): string {
  const blocks = parts.map(part =>
    'prose' in part ? part.prose : [part.sql, '----', ...answer(db, part.sql)].join('\n'),
  );
  return `${script}\n====\n${blocks.join('\n\n').trimEnd()}\n`;
}
