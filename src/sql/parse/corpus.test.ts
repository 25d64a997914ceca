// The corpus: what must parse parses, its canonical text parses to the same tree, and what must not parse fails at the
// right place.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {SqlError} from '../../base/sql-error.ts';
import {otherCorpus} from './corpus-other.ts';
import {rejectedCorpus} from './corpus-rejected.ts';
import {rowCorpus} from './corpus-rows.ts';
import {formatStatement} from './format.ts';
import {parse} from './statement.ts';
import {withoutPlaces} from './tree-testing.ts';

for (const [group, statements] of [...Object.entries(rowCorpus), ...Object.entries(otherCorpus)]) {
  test(`accepted: ${group}`, () => {
    for (const sql of statements) assert.doesNotThrow(() => parse(sql), `must parse: ${sql}`);
  });

  test(`canonical text parses to the same tree: ${group}`, () => {
    for (const sql of statements) {
      const tree = parse(sql);
      const text = formatStatement(tree);
      assert.deepEqual(withoutPlaces(parse(text)), withoutPlaces(tree), `${sql}\n${text}`);
      assert.equal(formatStatement(parse(text)), text, 'and is canonical itself');
    }
  });
}

test('rejected statements quote the text from the offending token on, and its line', () => {
  for (const {sql, near, line = 1} of rejectedCorpus) {
    const expected = new SqlError('ER_PARSE_ERROR', near, line).message;
    assert.throws(() => parse(sql), {name: 'SqlError', errno: 1064, message: expected}, `must not parse: ${sql}`);
  }
});

test('the corpus is as large as it should be', () => {
  const accepted = [...Object.values(rowCorpus), ...Object.values(otherCorpus)].flat().length;
  assert.ok(accepted >= 450, `${accepted} accepted`);
  assert.ok(rejectedCorpus.length >= 60, `${rejectedCorpus.length} rejected`);
});
