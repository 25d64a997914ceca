// Tables of expressions and what they give: one test for each row.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {SqlError} from '../../../base/sql-error.ts';
import {evaluate} from './evaluate.ts';

/** An expression, its value as a client sees it (bytes as x and hexadecimal digits), and the numbers of its warnings. */
export type Row = readonly [sql: string, text: string | null, ...warnings: number[]];

export function checkValues(rows: readonly Row[]): void {
  for (const [sql, text, ...warnings] of rows) {
    test(sql, () => {
      const outcome = evaluate(sql);
      assert.equal(outcome.text, text);
      assert.deepEqual(outcome.warnings, warnings);
    });
  }
}

/** Expressions that fail, with the number of the error. */
export function checkErrors(rows: readonly (readonly [sql: string, errno: number])[]): void {
  for (const [sql, errno] of rows) {
    test(`${sql}: error ${errno}`, () => {
      assert.throws(
        () => evaluate(sql),
        (error: unknown) => error instanceof SqlError && error.errno === errno,
      );
    });
  }
}
