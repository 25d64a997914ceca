// Whatever the bytes, the parser gives a tree or throws an SqlError, the digest never throws, and what parses survives
// formatting.
//
// Each run has a seed of its own, which every test's title names. `FUZZ_SEED=7 FUZZ_TIMES=20` repeats that run, twenty times as long.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import type {Statement} from './ast.ts';
import {otherCorpus} from './corpus-other.ts';
import {rowCorpus} from './corpus-rows.ts';
import {digestText} from './digest.ts';
import {formatStatement} from './format.ts';
import {WORDS} from './keywords.ts';
import {normalize} from './normalize.ts';
import {Scanner, Token} from './scanner.ts';
import {sourceOf} from './source.ts';
import {parse} from './statement.ts';
import {isSqlError, withoutPlaces} from './tree-testing.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000);
const times = Number(process.env['FUZZ_TIMES'] ?? 1);

const corpus = [...Object.values(rowCorpus), ...Object.values(otherCorpus)].flat();

/** The tree, or null after an SqlError. Anything else thrown fails the test. */
function parseOrNull(sql: Uint8Array | string, modes = 0): Statement | null {
  try {
    return parse(sql, {modes});
  } catch (error) {
    if (!isSqlError(error)) throw error;
    return null;
  }
}

function check(source: string, modes: number): void {
  const bytes = Buffer.from(source, 'latin1');
  const tree = parseOrNull(bytes, modes);
  digestText(bytes, modes);
  normalize(bytes, modes);
  if (tree === null) return;
  const text = formatStatement(tree);
  assert.deepEqual(withoutPlaces(parse(text)), withoutPlaces(tree), `${source}\n${text}`);
}

test(`random bytes, seed ${seed}`, () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 60}), fc.integer({min: 0, max: 31}), (bytes, modes) => {
      parseOrNull(bytes, modes);
      digestText(bytes, modes);
      normalize(bytes, modes);
    }),
    {numRuns: 3000 * times, seed},
  );
});

const word = fc.constantFrom(
  ...WORDS.filter(text => text !== '' && text !== '|concat|'),
  'a',
  '1',
  "'x'",
  '`y`',
  '@v',
  '?',
);

test(`random words, seed ${seed}`, () => {
  fc.assert(
    fc.property(fc.array(word, {maxLength: 25}), words => check(words.join(' '), 0)),
    {numRuns: 3000 * times, seed},
  );
});

/** A corpus statement in which tokens were dropped, doubled, exchanged or replaced. */
const mutated = fc
  .tuple(
    fc.constantFrom(...corpus),
    fc.array(fc.tuple(fc.constantFrom('drop', 'double', 'exchange', 'replace', 'insert'), fc.nat(), word), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([sql, changes]) => {
    const tokens = tokensOf(sql);
    for (const [change, place, other] of changes) mutate(tokens, change, place % Math.max(tokens.length, 1), other);
    return tokens.join(' ').replaceAll(' (', '(').replaceAll(' . ', '.');
  });

function tokensOf(sql: string): string[] {
  const scanner = new Scanner(sourceOf(sql), 0);
  const tokens: string[] = [];
  for (scanner.next(); scanner.kind !== Token.end; scanner.next()) {
    tokens.push(scanner.text.slice(scanner.start, scanner.end));
  }
  return tokens;
}

function mutate(tokens: string[], change: string, place: number, other: string): void {
  switch (change) {
    case 'drop':
      tokens.splice(place, 1);
      break;
    case 'double':
      tokens.splice(place, 0, tokens[place] ?? other);
      break;
    case 'exchange':
      tokens.splice(place, 2, tokens[place + 1] ?? other, tokens[place] ?? other);
      break;
    case 'replace':
      tokens.splice(place, 1, other);
      break;
    case 'insert':
      tokens.splice(place, 0, other);
  }
}

test(`mutated statements, seed ${seed}`, () => {
  fc.assert(
    fc.property(mutated, source => check(source, 0)),
    {numRuns: 8000 * times, seed},
  );
});

test(`statements cut short or with a byte changed, seed ${seed}`, () => {
  const cut = fc.tuple(fc.constantFrom(...corpus), fc.nat(), fc.integer({min: 0, max: 255}), fc.boolean());
  fc.assert(
    fc.property(cut, fc.integer({min: 0, max: 31}), ([sql, place, byte, isCut], modes) => {
      const source = sourceOf(sql);
      const at = place % source.length;
      const changed = isCut
        ? source.slice(0, at)
        : source.slice(0, at) + String.fromCharCode(byte) + source.slice(at + 1);
      parseOrNull(Buffer.from(changed, 'latin1'), modes);
    }),
    {numRuns: 4000 * times, seed},
  );
});
