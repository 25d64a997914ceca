// Finding a customer by number or by last name, as Payment and Order-Status do.

import type {Value} from '../../src/protocol/client/row-reader.ts';
import type {Terminal} from './terminal.ts';

const BY_NAME_PERCENT = 60;

const COLUMNS = 'c_id, c_balance, c_credit, c_first, c_middle, c_last';
const BY_ID = `SELECT ${COLUMNS} FROM customer WHERE c_w_id = ? AND c_d_id = ? AND c_id = ?`;
const BY_NAME = `SELECT ${COLUMNS} FROM customer WHERE c_w_id = ? AND c_d_id = ? AND c_last = ? ORDER BY c_first`;

/** Row of a customer: `c_id, c_balance, c_credit` and names. By name: the middle one of all with that name. */
export async function findCustomer(
  terminal: Terminal,
  warehouse: number,
  district: number,
  lock: boolean,
): Promise<Value[]> {
  const {random, scale} = terminal;
  const suffix = lock ? ' FOR UPDATE' : '';
  if (!random.chance(BY_NAME_PERCENT)) {
    return terminal.row(BY_ID + suffix, [warehouse, district, random.customer(scale)]);
  }
  const name = random.lastName(scale);
  const rows = await terminal.rows(BY_NAME + suffix, [warehouse, district, name]);
  if (rows.length === 0) throw new Error(`no customer is called ${name}`);
  return rows[(rows.length - 1) >> 1];
}
