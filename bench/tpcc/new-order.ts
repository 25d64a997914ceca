// The New-Order transaction (2.4): 5 to 15 lines, one in a hundred with an item that does not exist and is rolled back.
//
// The locking read of the district comes first, and lines are taken in the order of their stock rows: both are free in the standard,
// and keep transactions from crossing each other.

import {DISTRICTS, LINES_MAX, LINES_MIN} from './scale.ts';
import {stockDistrict} from './schema.ts';
import type {Terminal} from './terminal.ts';

interface Line {
  readonly item: number;
  readonly supplier: number;
  readonly quantity: number;
}

const ROLLBACK_PERCENT = 1;
const REMOTE_PERCENT = 1;

const LOCK_DISTRICT = 'SELECT d_next_o_id, d_tax FROM district WHERE d_w_id = ? AND d_id = ? FOR UPDATE';
const NEXT_ORDER = 'UPDATE district SET d_next_o_id = d_next_o_id + 1 WHERE d_w_id = ? AND d_id = ?';
const WAREHOUSE_TAX = 'SELECT w_tax FROM warehouse WHERE w_id = ?';
const CUSTOMER = 'SELECT c_discount, c_last, c_credit FROM customer WHERE c_w_id = ? AND c_d_id = ? AND c_id = ?';
const INSERT_ORDER =
  'INSERT INTO orders (o_id, o_d_id, o_w_id, o_c_id, o_entry_d, o_ol_cnt, o_all_local) VALUES (?, ?, ?, ?, ?, ?, ?)';
const INSERT_NEW = 'INSERT INTO new_order (no_o_id, no_d_id, no_w_id) VALUES (?, ?, ?)';
const ITEM = 'SELECT i_price, i_name, i_data FROM item WHERE i_id = ?';
const UPDATE_STOCK =
  'UPDATE stock SET s_quantity = ?, s_ytd = s_ytd + ?, s_order_cnt = s_order_cnt + 1, s_remote_cnt = s_remote_cnt + ? ' +
  'WHERE s_w_id = ? AND s_i_id = ?';
const INSERT_LINE =
  'INSERT INTO order_line (ol_o_id, ol_d_id, ol_w_id, ol_number, ol_i_id, ol_supply_w_id, ol_quantity, ol_amount, ol_dist_info) ' +
  'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)';
const LOCK_STOCK = Array.from(
  {length: DISTRICTS},
  (_, i) => `SELECT s_quantity, s_data, ${stockDistrict(i + 1)} FROM stock WHERE s_w_id = ? AND s_i_id = ? FOR UPDATE`,
);

/** Runs one; false when it was rolled back as the standard wants. */
export async function newOrder(terminal: Terminal): Promise<boolean> {
  const {random, scale, warehouse} = terminal;
  const district = random.between(1, DISTRICTS);
  const customer = random.customer(scale);
  const lines = chooseLines(terminal);
  const isLocal = lines.every(line => line.supplier === warehouse);
  await terminal.begin();
  const [order] = await terminal.row(LOCK_DISTRICT, [warehouse, district]);
  await terminal.execute(NEXT_ORDER, [warehouse, district]);
  await terminal.row(WAREHOUSE_TAX, [warehouse]);
  await terminal.row(CUSTOMER, [warehouse, district, customer]);
  const now = terminal.now();
  await terminal.execute(INSERT_ORDER, [order, district, warehouse, customer, now, lines.length, Number(isLocal)]);
  await terminal.execute(INSERT_NEW, [order, district, warehouse]);
  for (let i = 0; i < lines.length; i++) {
    if (await addLine(terminal, Number(order), district, i + 1, lines[i])) continue;
    await terminal.rollback();
    return false;
  }
  await terminal.commit();
  return true;
}

/** Items sorted by stock row; an item that does not exist is the last, so that the whole work is done before it is found missing. */
function chooseLines(terminal: Terminal): Line[] {
  const {random, scale, warehouse} = terminal;
  const lines = Array.from({length: random.between(LINES_MIN, LINES_MAX)}, () => ({
    item: random.item(scale),
    supplier: random.chance(REMOTE_PERCENT) ? terminal.otherWarehouse() : warehouse,
    quantity: random.between(1, 10),
  }));
  lines.sort((a, b) => a.supplier - b.supplier || a.item - b.item);
  if (random.chance(ROLLBACK_PERCENT)) lines[lines.length - 1] = {...lines[lines.length - 1], item: scale.items + 1};
  return lines;
}

/** False when there is no such item. */
async function addLine(
  terminal: Terminal,
  order: number,
  district: number,
  number: number,
  line: Line,
): Promise<boolean> {
  const {item, supplier, quantity} = line;
  const [found] = await terminal.rows(ITEM, [item]);
  if (found === undefined) return false;
  const [stock, , info] = await terminal.row(LOCK_STOCK[district - 1], [supplier, item]);
  const left = Number(stock) - quantity;
  const isRemote = Number(supplier !== terminal.warehouse);
  await terminal.execute(UPDATE_STOCK, [left >= 10 ? left : left + 91, quantity, isRemote, supplier, item]);
  const amount = (quantity * Math.round(Number(found[0]) * 100)) / 100;
  const {warehouse} = terminal;
  await terminal.execute(INSERT_LINE, [order, district, warehouse, number, item, supplier, quantity, amount, info]);
  return true;
}
