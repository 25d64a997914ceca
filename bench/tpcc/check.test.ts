// The checker of the consistency conditions finds what is wrong. A made-up database answers its queries from rows in memory.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Value} from '../../src/protocol/client/row-reader.ts';
import type {Connection} from '../client/connection.ts';
import {checkTpcc} from './check.ts';

/** One warehouse with one district: order 1 delivered with two lines of 3 and 4, order 2 new with one line of 5; one payment of 10. */
function consistent(): Map<RegExp, Value[][]> {
  return new Map<RegExp, Value[][]>([
    [/w_ytd FROM warehouse/, [[1, '10.00']]],
    [/d_ytd FROM district/, [[1, 1, '10.00']]],
    [/d_next_o_id - 1 FROM district/, [[1, 1, 2]]],
    [/MAX\(o_id\)/, [[1, 1, 2]]],
    [/MAX\(no_o_id\) - MIN/, [[1, 1, 1]]],
    [/MAX\(no_o_id\) FROM/, [[1, 1, 2]]],
    [/COUNT\(\*\) FROM new_order/, [[1, 1, 1]]],
    [/SUM\(o_ol_cnt\)/, [[1, 1, 3]]],
    [/ol_d_id, COUNT\(\*\) FROM order_line GROUP BY ol_w_id, ol_d_id$/, [[1, 1, 3]]],
    [/COUNT\(\*\) FROM orders WHERE o_carrier_id IS NULL/, [[1, 1, 1]]],
    [
      /o_ol_cnt FROM orders/,
      [
        [1, 1, 1, 2],
        [1, 1, 2, 1],
      ],
    ],
    [
      /ol_o_id, COUNT\(\*\)/,
      [
        [1, 1, 1, 2],
        [1, 1, 2, 1],
      ],
    ],
    [/ol_delivery_d IS NULL/, [[1, 1, 2, 1]]],
    [/o_id, 1 FROM orders WHERE o_carrier_id IS NULL/, [[1, 1, 2, 1]]],
    [/h_d_id, SUM\(h_amount\)/, [[1, 1, '10.00']]],
    [/h_c_id, SUM\(h_amount\)/, [[1, 1, 1, '10.00']]],
    [/SUM\(ol_amount\) FROM orders/, [[1, 1, 1, '7.00']]],
    [/c_balance FROM customer/, [[1, 1, 1, '-3.00']]],
    [/c_ytd_payment FROM customer/, [[1, 1, 1, '10.00']]],
  ]);
}

async function violations(change: (tables: Map<string, Value[][]>) => void = () => {}): Promise<readonly string[]> {
  const answers = [...consistent()];
  const tables = new Map(answers.map(([pattern, rows]) => [pattern.source, rows]));
  change(tables);
  const query = async (sql: string): Promise<{rows: Value[][]; affectedRows: number}> => {
    if (sql === 'BEGIN' || sql === 'COMMIT') return {rows: [], affectedRows: 0};
    const found = answers.find(([pattern]) => pattern.test(sql));
    assert.ok(found !== undefined, `unexpected query: ${sql}`);
    return {rows: tables.get(found[0].source) ?? [], affectedRows: 0};
  };
  return checkTpcc({query} as unknown as Connection);
}

test('a consistent database has no violation', async () => {
  assert.deepEqual(await violations(), []);
});

const FAULTS: readonly (readonly [string, RegExp, Value[][], RegExp])[] = [
  ['a lost payment of the warehouse', /w_ytd FROM warehouse/, [[1, '9.99']], /condition 1: .*condition 8: /s],
  ['an order number given twice', /d_next_o_id - 1 FROM district/, [[1, 1, 1]], /condition 2: /],
  ['a gap in new_order', /MAX\(no_o_id\) - MIN/, [[1, 1, 4]], /condition 3: /],
  [
    'a lost order line',
    /ol_o_id, COUNT\(\*\)/,
    [
      [1, 1, 1, 1],
      [1, 1, 2, 1],
    ],
    /condition 6: /,
  ],
  ['a line delivered without its order', /ol_delivery_d IS NULL/, [], /condition 7: /],
  ['a lost update of a balance', /c_balance FROM customer/, [[1, 1, 1, '-4.00']], /condition 10: .*condition 12: /s],
];

for (const [fault, pattern, rows, expected] of FAULTS) {
  test(`found: ${fault}`, async () => {
    const told = await violations(tables => tables.set(pattern.source, rows));
    assert.match(told.join('\n'), expected);
  });
}
