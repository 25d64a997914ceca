// mariadb (npm): a pool per primary, batches, prepared statements, streams, and its own view of metadata.

import assert from 'node:assert/strict';
import mariadbDriver, {type PoolConnection, type UpsertResult} from 'mariadb';
import {type Client, type Target, Turn} from './client.ts';

const ROWS = 500;

async function run({host, ports, database}: Target): Promise<void> {
  const open = (port: number) =>
    mariadbDriver.createPool({
      host,
      port,
      user: 'root',
      database,
      connectionLimit: 2,
      dateStrings: true,
      allowPublicKeyRetrieval: true,
    });
  const pools = ports.map(open);
  const turn = new Turn(pools);
  try {
    await turn
      .next()
      .query(`CREATE TABLE reading (id BIGINT PRIMARY KEY AUTO_INCREMENT, sensor VARCHAR(20) NOT NULL, value DOUBLE, day DATE,
      took TIME(3), flags BIT(9), doubled DOUBLE GENERATED ALWAYS AS (value * 2) VIRTUAL, KEY by_sensor (sensor, day))`);
    const batch = Array.from({length: ROWS}, (_, i) => [`s${i % 7}`, i / 4, '2024-03-01', '-01:02:03.500']);
    const made = await turn
      .next()
      .batch<UpsertResult[]>('INSERT INTO reading (sensor, value, day, took) VALUES (?, ?, ?, ?)', batch);
    assert.equal(made.length, ROWS);

    const [sum] = await turn
      .next()
      .execute('SELECT COUNT(*) AS n, SUM(doubled) AS total FROM reading WHERE sensor = ?', ['s3']);
    assert.deepEqual({...sum}, {n: 71n, total: 8804});

    await turn
      .next()
      .query(
        'ALTER TABLE reading CHANGE COLUMN value amount FLOAT, DROP COLUMN doubled, RENAME INDEX by_sensor TO by_place',
      );
    await turn.next().query("UPDATE reading SET flags = b'100000001', took = '838:59:59' WHERE id = 1");
    const [first] = await turn.next().query('SELECT flags, took, amount FROM reading WHERE id = 1');
    assert.deepEqual({...first}, {flags: Buffer.of(1, 1), took: '838:59:59.000', amount: 0});

    await streams(await turn.next().getConnection());

    const one = await turn.next().getConnection();
    await one.beginTransaction();
    await one.query('DELETE FROM reading WHERE id > 10');
    await one.commit();
    await one.release();
    const meta = await turn.next().query({sql: 'SELECT id, day, took FROM reading LIMIT 0', metaAsArray: true});
    assert.deepEqual(
      meta[1].map((column: {type: string; name(): string}) => `${column.name()} ${column.type}`),
      ['id BIGINT', 'day DATE', 'took TIME'],
    );
    const indexes = await turn.next().query('SHOW INDEX FROM reading');
    assert.deepEqual(
      indexes.map((index: {Key_name: string; Column_name: string}) => `${index.Key_name} ${index.Column_name}`),
      ['PRIMARY id', 'by_place sensor', 'by_place day'],
    );
    const left = await turn.next().query('SELECT COUNT(*) AS n FROM reading');
    assert.equal(left[0].n, 10n);
  } finally {
    await Promise.all(pools.map(pool => pool.end()));
  }
}

async function streams(connection: PoolConnection): Promise<void> {
  let rows = 0;
  for await (const row of connection.queryStream('SELECT id, sensor FROM reading ORDER BY id')) {
    assert.match(row.sensor, /^s\d$/);
    rows++;
  }
  assert.equal(rows, ROWS);
  await connection.release();
}

export const mariadb: Client = {name: 'mariadb (npm)', missing: () => undefined, run};
