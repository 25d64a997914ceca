// The Delivery transaction (2.7): the oldest undelivered order of each of the ten districts, in one database transaction.

import {DISTRICTS} from './scale.ts';
import type {Terminal} from './terminal.ts';

const OLDEST = 'SELECT no_o_id FROM new_order WHERE no_w_id = ? AND no_d_id = ? ORDER BY no_o_id LIMIT 1 FOR UPDATE';
const TAKE = 'DELETE FROM new_order WHERE no_w_id = ? AND no_d_id = ? AND no_o_id = ?';
const CUSTOMER = 'SELECT o_c_id FROM orders WHERE o_w_id = ? AND o_d_id = ? AND o_id = ?';
const CARRY = 'UPDATE orders SET o_carrier_id = ? WHERE o_w_id = ? AND o_d_id = ? AND o_id = ?';
const DELIVER = 'UPDATE order_line SET ol_delivery_d = ? WHERE ol_w_id = ? AND ol_d_id = ? AND ol_o_id = ?';
const AMOUNT = 'SELECT SUM(ol_amount) FROM order_line WHERE ol_w_id = ? AND ol_d_id = ? AND ol_o_id = ?';
const CHARGE =
  'UPDATE customer SET c_balance = c_balance + ?, c_delivery_cnt = c_delivery_cnt + 1 WHERE c_w_id = ? AND c_d_id = ? AND c_id = ?';

export async function delivery(terminal: Terminal): Promise<boolean> {
  const {random, warehouse} = terminal;
  const carrier = random.between(1, 10);
  await terminal.begin();
  for (let district = 1; district <= DISTRICTS; district++) {
    const [oldest] = await terminal.rows(OLDEST, [warehouse, district]);
    if (oldest === undefined) continue;
    const key = [warehouse, district, oldest[0]];
    await terminal.execute(TAKE, key);
    const [customer] = await terminal.row(CUSTOMER, key);
    await terminal.execute(CARRY, [carrier, ...key]);
    await terminal.execute(DELIVER, [terminal.now(), ...key]);
    const [amount] = await terminal.row(AMOUNT, key);
    await terminal.execute(CHARGE, [Number(amount), warehouse, district, customer]);
  }
  await terminal.commit();
  return true;
}
