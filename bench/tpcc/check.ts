// The consistency conditions of the standard (3.3.2, 1 to 12) after a run. Sums are fetched by group and compared here, so that the check
// needs nothing of a server but GROUP BY.

import type {Value} from '../../src/protocol/client/row-reader.ts';
import type {Connection} from '../client/connection.ts';

/** At most this many violations are told of each condition. */
const TOLD_MAX = 3;

type Groups = Map<string, number>;

/** Violations, in words; none for a consistent database. Reads one snapshot. */
export async function checkTpcc(connection: Connection): Promise<readonly string[]> {
  await connection.query('BEGIN');
  const violations = await checkAll(connection);
  await connection.query('COMMIT');
  return violations;
}

async function checkAll(connection: Connection): Promise<readonly string[]> {
  const read = (sql: string, keys: number): Promise<Groups> => readGroups(connection, sql, keys);
  const perDistrict = (column: string, table: string, prefix: string): Promise<Groups> =>
    read(`SELECT ${prefix}_w_id, ${prefix}_d_id, ${column} FROM ${table} GROUP BY ${prefix}_w_id, ${prefix}_d_id`, 2);
  const warehouseYtd = await read('SELECT w_id, w_ytd FROM warehouse', 1);
  const districtYtd = await read('SELECT d_w_id, d_id, d_ytd FROM district', 2);
  const lastGiven = await read('SELECT d_w_id, d_id, d_next_o_id - 1 FROM district', 2);
  const newest = await perDistrict('MAX(o_id)', 'orders', 'o');
  const newestNew = await perDistrict('MAX(no_o_id)', 'new_order', 'no');
  const spanNew = await perDistrict('MAX(no_o_id) - MIN(no_o_id) + 1', 'new_order', 'no');
  const countNew = await perDistrict('COUNT(*)', 'new_order', 'no');
  const linesWanted = await perDistrict('SUM(o_ol_cnt)', 'orders', 'o');
  const lines = await perDistrict('COUNT(*)', 'order_line', 'ol');
  const undelivered = await read(
    'SELECT o_w_id, o_d_id, COUNT(*) FROM orders WHERE o_carrier_id IS NULL GROUP BY o_w_id, o_d_id',
    2,
  );
  return [
    ...differences('1: w_ytd is the sum of d_ytd', warehouseYtd, sumUp(districtYtd)),
    ...differences('2: d_next_o_id - 1 is the newest order', lastGiven, newest),
    ...differences('2: the newest order is in new_order', newestNew, pick(newest, newestNew)),
    ...differences('3: new_order has no gap', spanNew, countNew),
    ...differences('4: sum of o_ol_cnt is the number of lines', linesWanted, lines),
    ...differences('5: orders without carrier are in new_order', undelivered, countNew),
    ...(await checkOrders(read)),
    ...(await checkMoney(read, warehouseYtd, districtYtd)),
  ];
}

type Read = (sql: string, keys: number) => Promise<Groups>;

/** Conditions on single orders: 6 and 7. */
async function checkOrders(read: Read): Promise<string[]> {
  const wanted = await read('SELECT o_w_id, o_d_id, o_id, o_ol_cnt FROM orders', 3);
  const found = await read(
    'SELECT ol_w_id, ol_d_id, ol_o_id, COUNT(*) FROM order_line GROUP BY ol_w_id, ol_d_id, ol_o_id',
    3,
  );
  const open = await read(
    'SELECT ol_w_id, ol_d_id, ol_o_id, 1 FROM order_line WHERE ol_delivery_d IS NULL GROUP BY ol_w_id, ol_d_id, ol_o_id',
    3,
  );
  const undelivered = await read('SELECT o_w_id, o_d_id, o_id, 1 FROM orders WHERE o_carrier_id IS NULL', 3);
  return [
    ...differences('6: o_ol_cnt is the number of lines of the order', wanted, found),
    ...differences('7: lines without delivery date belong to orders without carrier', open, undelivered),
  ];
}

/** Conditions on money: 8 to 12. */
async function checkMoney(read: Read, warehouseYtd: Groups, districtYtd: Groups): Promise<string[]> {
  const paid = await read('SELECT h_w_id, h_d_id, SUM(h_amount) FROM history GROUP BY h_w_id, h_d_id', 2);
  const paidBy = await read(
    'SELECT h_c_w_id, h_c_d_id, h_c_id, SUM(h_amount) FROM history GROUP BY h_c_w_id, h_c_d_id, h_c_id',
    3,
  );
  const bought = await read(
    'SELECT o_w_id, o_d_id, o_c_id, SUM(ol_amount) FROM orders, order_line WHERE ol_w_id = o_w_id AND ol_d_id = o_d_id ' +
      'AND ol_o_id = o_id AND ol_delivery_d IS NOT NULL GROUP BY o_w_id, o_d_id, o_c_id',
    3,
  );
  const balance = await read('SELECT c_w_id, c_d_id, c_id, c_balance FROM customer', 3);
  const payments = await read('SELECT c_w_id, c_d_id, c_id, c_ytd_payment FROM customer', 3);
  const expected = new Map([...balance.keys()].map(key => [key, (bought.get(key) ?? 0) - (paidBy.get(key) ?? 0)]));
  const together = new Map([...balance].map(([key, value]) => [key, value + (payments.get(key) ?? 0)]));
  const amounts = new Map([...balance.keys()].map(key => [key, bought.get(key) ?? 0]));
  return [
    ...differences('8: w_ytd is the sum of history', warehouseYtd, sumUp(paid)),
    ...differences('9: d_ytd is the sum of history', districtYtd, paid),
    ...differences('10: c_balance is what was delivered less what was paid', balance, expected),
    ...differences('12: c_balance + c_ytd_payment is what was delivered', together, amounts),
  ];
}

/** Groups by their first columns; the last column is the figure, in hundredths, so that comparisons are exact. */
async function readGroups(connection: Connection, sql: string, keys: number): Promise<Groups> {
  const {rows} = await connection.query(sql);
  return new Map(rows.map(row => [row.slice(0, keys).join('/'), hundredths(row[keys])]));
}

function hundredths(value: Value): number {
  return Math.round(Number(value) * 100);
}

/** Sums over all but the first key. */
function sumUp(groups: Groups): Groups {
  const sums: Groups = new Map();
  for (const [key, value] of groups) {
    const first = key.split('/')[0] as string;
    sums.set(first, (sums.get(first) ?? 0) + value);
  }
  return sums;
}

/** Only the groups that `like` has: a district without new orders has no newest one. */
function pick(groups: Groups, like: Groups): Groups {
  return new Map([...groups].filter(([key]) => like.has(key)));
}

function differences(condition: string, left: Groups, right: Groups): string[] {
  const wrong = [...new Set([...left.keys(), ...right.keys()])].filter(key => left.get(key) !== right.get(key));
  return wrong
    .slice(0, TOLD_MAX)
    .map(
      key =>
        `condition ${condition}: ${key} has ${hundred(left.get(key))} and ${hundred(right.get(key))} (${wrong.length} differ)`,
    );
}

function hundred(value: number | undefined): string {
  return value === undefined ? 'nothing' : String(value / 100);
}
