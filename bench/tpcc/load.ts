// Fills the tables as the standard says (4.3.3), several warehouses at a time over several connections.

import type {Value} from '../../src/protocol/client/row-reader.ts';
import {BulkInsert} from '../client/bulk.ts';
import {Connection} from '../client/connection.ts';
import {lastName, NAMES, TpccRandom} from './random.ts';
import {DISTRICTS, LINES_MAX, LINES_MIN, PAYMENT_START, type Scale} from './scale.ts';
import {DATABASE, TABLES} from './schema.ts';

const NOW = '2026-01-01 00:00:00';
const SEED = 20_240_601;

/** Makes the database anew and fills it; the loaders spread over the ports. */
export async function loadTpcc(ports: readonly number[], scale: Scale): Promise<void> {
  const first = await Connection.open({port: ports[0]});
  await first.query(`DROP DATABASE IF EXISTS ${DATABASE}`);
  await first.query(`CREATE DATABASE ${DATABASE}`);
  for (const [name, columns] of TABLES) await first.query(`CREATE TABLE ${DATABASE}.${name} (${columns})`);
  await first.close();
  const jobs = [loadItems, ...Array.from({length: scale.warehouses}, (_, i) => warehouseJob(i + 1))];
  await Promise.all(
    jobs.map(async (job, i) => {
      const connection = await Connection.open({port: ports[i % ports.length], database: DATABASE});
      await job(connection, scale);
      await connection.close();
    }),
  );
}

type Job = (connection: Connection, scale: Scale) => Promise<void>;

async function loadItems(connection: Connection, scale: Scale): Promise<void> {
  const random = new TpccRandom(SEED);
  const items = new BulkInsert(connection, 'item');
  for (let id = 1; id <= scale.items; id++) {
    await items.add([id, random.between(1, 10_000), random.text(14, 24), random.money(1, 100), random.data()]);
  }
  await items.flush();
}

function warehouseJob(warehouse: number): Job {
  return async (connection, scale) => {
    const random = new TpccRandom(SEED + warehouse);
    await insertOne(connection, 'warehouse', [
      warehouse,
      random.text(6, 10),
      ...address(random),
      random.between(0, 2000) / 10_000,
      DISTRICTS * scale.customers * PAYMENT_START,
    ]);
    await loadStock(connection, scale, random, warehouse);
    for (let district = 1; district <= DISTRICTS; district++) {
      await loadDistrict(connection, scale, random, warehouse, district);
    }
  };
}

async function insertOne(connection: Connection, table: string, row: readonly Value[]): Promise<void> {
  const insert = new BulkInsert(connection, table);
  await insert.add(row);
  await insert.flush();
}

function address(random: TpccRandom): string[] {
  return [random.text(10, 20), random.text(10, 20), random.text(10, 20), random.text(2, 2), random.zip()];
}

async function loadStock(connection: Connection, scale: Scale, random: TpccRandom, warehouse: number): Promise<void> {
  const stock = new BulkInsert(connection, 'stock');
  for (let item = 1; item <= scale.items; item++) {
    const districts = Array.from({length: DISTRICTS}, () => random.text(24, 24));
    await stock.add([item, warehouse, random.between(10, 100), ...districts, 0, 0, 0, random.data()]);
  }
  await stock.flush();
}

async function loadDistrict(
  connection: Connection,
  scale: Scale,
  random: TpccRandom,
  warehouse: number,
  district: number,
): Promise<void> {
  await insertOne(connection, 'district', [
    district,
    warehouse,
    random.text(6, 10),
    ...address(random),
    random.between(0, 2000) / 10_000,
    scale.customers * PAYMENT_START,
    scale.orders + 1,
  ]);
  await loadCustomers(connection, scale, random, warehouse, district);
  await loadOrders(connection, scale, random, warehouse, district);
}

async function loadCustomers(
  connection: Connection,
  scale: Scale,
  random: TpccRandom,
  warehouse: number,
  district: number,
): Promise<void> {
  const customers = new BulkInsert(connection, 'customer');
  const history = new BulkInsert(connection, `history (${HISTORY_COLUMNS})`);
  for (let id = 1; id <= scale.customers; id++) {
    await customers.add([
      id,
      district,
      warehouse,
      random.text(8, 16),
      'OE',
      id <= NAMES ? lastName(id - 1) : random.lastName(scale),
      ...address(random),
      random.digits(16),
      NOW,
      random.chance(10) ? 'BC' : 'GC',
      50_000,
      random.between(0, 5000) / 10_000,
      -PAYMENT_START,
      PAYMENT_START,
      1,
      0,
      random.text(300, 500),
    ]);
    await history.add([id, district, warehouse, district, warehouse, NOW, PAYMENT_START, random.text(12, 24)]);
  }
  await customers.flush();
  await history.flush();
}

export const HISTORY_COLUMNS = 'h_c_id, h_c_d_id, h_c_w_id, h_d_id, h_w_id, h_date, h_amount, h_data';

async function loadOrders(
  connection: Connection,
  scale: Scale,
  random: TpccRandom,
  warehouse: number,
  district: number,
): Promise<void> {
  const orders = new BulkInsert(connection, 'orders');
  const lines = new BulkInsert(connection, 'order_line');
  const fresh = new BulkInsert(connection, 'new_order');
  const customers = random.permutation(scale.customers);
  for (let id = 1; id <= scale.orders; id++) {
    const isNew = id >= scale.firstNewOrder;
    const count = random.between(LINES_MIN, LINES_MAX);
    const carrier = isNew ? null : random.between(1, 10);
    await orders.add([id, district, warehouse, customers[id - 1], NOW, carrier, count, 1]);
    for (let number = 1; number <= count; number++) {
      const item = random.between(1, scale.items);
      const amount = isNew ? random.between(1, 999_999) / 100 : 0;
      const delivered = isNew ? null : NOW;
      await lines.add([id, district, warehouse, number, item, warehouse, delivered, 5, amount, random.text(24, 24)]);
    }
    if (isNew) await fresh.add([id, district, warehouse]);
  }
  await orders.flush();
  await lines.flush();
  await fresh.flush();
}
