// The Order-Status transaction (2.6): the last order of a customer, reading only.

import {findCustomer} from './customer.ts';
import {DISTRICTS} from './scale.ts';
import type {Terminal} from './terminal.ts';

const LAST_ORDER =
  'SELECT o_id, o_carrier_id, o_entry_d FROM orders WHERE o_w_id = ? AND o_d_id = ? AND o_c_id = ? ORDER BY o_id DESC LIMIT 1';
const LINES =
  'SELECT ol_i_id, ol_supply_w_id, ol_quantity, ol_amount, ol_delivery_d FROM order_line ' +
  'WHERE ol_w_id = ? AND ol_d_id = ? AND ol_o_id = ?';

export async function orderStatus(terminal: Terminal): Promise<boolean> {
  const {random, warehouse} = terminal;
  const district = random.between(1, DISTRICTS);
  await terminal.begin();
  const [customer] = await findCustomer(terminal, warehouse, district, false);
  const [order] = await terminal.rows(LAST_ORDER, [warehouse, district, customer]);
  if (order !== undefined) await terminal.rows(LINES, [warehouse, district, order[0]]);
  await terminal.commit();
  return true;
}
