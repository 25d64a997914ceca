// The Stock-Level transaction (2.8): how many of the items last sold in a district are low in stock, reading only.

import {DISTRICTS} from './scale.ts';
import type {Terminal} from './terminal.ts';

const RECENT_ORDERS = 20;

const NEXT = 'SELECT d_next_o_id FROM district WHERE d_w_id = ? AND d_id = ?';
const LOW =
  'SELECT COUNT(DISTINCT s_i_id) FROM order_line, stock WHERE ol_w_id = ? AND ol_d_id = ? AND ol_o_id < ? AND ol_o_id >= ? ' +
  'AND s_w_id = ? AND s_i_id = ol_i_id AND s_quantity < ?';

export async function stockLevel(terminal: Terminal): Promise<boolean> {
  const {random, warehouse} = terminal;
  const district = random.between(1, DISTRICTS);
  const threshold = random.between(10, 20);
  await terminal.begin();
  const [next] = await terminal.row(NEXT, [warehouse, district]);
  await terminal.row(LOW, [warehouse, district, next, Number(next) - RECENT_ORDERS, warehouse, threshold]);
  await terminal.commit();
  return true;
}
