// The Payment transaction (2.5): warehouse and district take money, a customer's balance falls, and a line of history is written.

import {findCustomer} from './customer.ts';
import {HISTORY_COLUMNS} from './load.ts';
import {DISTRICTS} from './scale.ts';
import type {Terminal} from './terminal.ts';

const REMOTE_PERCENT = 15;
const DATA_MAX = 500;

const PAY_WAREHOUSE = 'UPDATE warehouse SET w_ytd = w_ytd + ? WHERE w_id = ?';
const WAREHOUSE = 'SELECT w_street_1, w_street_2, w_city, w_state, w_zip, w_name FROM warehouse WHERE w_id = ?';
const PAY_DISTRICT = 'UPDATE district SET d_ytd = d_ytd + ? WHERE d_w_id = ? AND d_id = ?';
const DISTRICT =
  'SELECT d_street_1, d_street_2, d_city, d_state, d_zip, d_name FROM district WHERE d_w_id = ? AND d_id = ?';
const PAY_CUSTOMER =
  'UPDATE customer SET c_balance = c_balance - ?, c_ytd_payment = c_ytd_payment + ?, c_payment_cnt = c_payment_cnt + 1 ' +
  'WHERE c_w_id = ? AND c_d_id = ? AND c_id = ?';
const BAD_CREDIT_DATA = 'SELECT c_data FROM customer WHERE c_w_id = ? AND c_d_id = ? AND c_id = ?';
const SET_DATA = 'UPDATE customer SET c_data = ? WHERE c_w_id = ? AND c_d_id = ? AND c_id = ?';
const INSERT_HISTORY = `INSERT INTO history (${HISTORY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

export async function payment(terminal: Terminal): Promise<boolean> {
  const {random, warehouse} = terminal;
  const district = random.between(1, DISTRICTS);
  const isRemote = random.chance(REMOTE_PERCENT);
  const ofWarehouse = isRemote ? terminal.otherWarehouse() : warehouse;
  const ofDistrict = isRemote ? random.between(1, DISTRICTS) : district;
  const amount = random.money(1, 5000);
  await terminal.begin();
  await terminal.execute(PAY_WAREHOUSE, [amount, warehouse]);
  const from = await terminal.row(WAREHOUSE, [warehouse]);
  await terminal.execute(PAY_DISTRICT, [amount, warehouse, district]);
  const at = await terminal.row(DISTRICT, [warehouse, district]);
  const [customer, , credit] = await findCustomer(terminal, ofWarehouse, ofDistrict, true);
  const key = [ofWarehouse, ofDistrict, customer];
  await terminal.execute(PAY_CUSTOMER, [amount, amount, ...key]);
  if (credit === 'BC') {
    const [data] = await terminal.row(BAD_CREDIT_DATA, key);
    const note = `${customer} ${ofDistrict} ${ofWarehouse} ${district} ${warehouse} ${amount} | ${data}`;
    await terminal.execute(SET_DATA, [note.slice(0, DATA_MAX), ...key]);
  }
  const note = `${from[5]}    ${at[5]}`;
  await terminal.execute(INSERT_HISTORY, [
    customer,
    ofDistrict,
    ofWarehouse,
    district,
    warehouse,
    terminal.now(),
    amount,
    note,
  ]);
  await terminal.commit();
  return true;
}
