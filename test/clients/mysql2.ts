// mysql2: text and prepared statements, values of all kinds, a transaction, what the driver says about columns.

import assert from 'node:assert/strict';
import {createConnection, type ResultSetHeader, type RowDataPacket} from 'mysql2/promise';
import {type Client, type Target, Turn} from './client.ts';

const MOMENT = '2024-02-29 12:34:56.123456';

async function run({host, ports, database}: Target): Promise<void> {
  const open = (port: number) =>
    createConnection({
      host,
      port,
      user: 'root',
      database,
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
    });
  const connections = await Promise.all(ports.map(open));
  const turn = new Turn(connections);
  const rows = async (sql: string, values: readonly (string | number | Buffer | null)[] = []) =>
    (await turn.next().execute<RowDataPacket[]>(sql, [...values]))[0];
  try {
    await turn.next().query(`CREATE TABLE item (
      id INT UNSIGNED PRIMARY KEY AUTO_INCREMENT, name VARCHAR(40) NOT NULL, price DECIMAL(12,2), big BIGINT UNSIGNED, at DATETIME(6),
      raw VARBINARY(20), doc JSON, kind ENUM('a','b') DEFAULT 'a', UNIQUE KEY by_name (name))`);
    await turn.next().query(`CREATE TABLE part (item INT UNSIGNED NOT NULL, no INT NOT NULL, PRIMARY KEY (item, no),
      CONSTRAINT of_item FOREIGN KEY (item) REFERENCES item (id) ON DELETE CASCADE)`);

    const insert = 'INSERT INTO item (name, price, big, at, raw, doc) VALUES (?, ?, ?, ?, ?, ?)';
    const values = ['größe 🌳', '1234567890.12', '18446744073709551615', MOMENT, Buffer.of(0, 255, 10), '{"a":[1,2]}'];
    const [made] = await turn.next().execute<ResultSetHeader>(insert, values);
    assert.equal(made.affectedRows, 1);
    const id = made.insertId;
    await turn.next().execute('INSERT INTO part VALUES (?, 1), (?, 2)', [id, id]);
    assert.deepEqual(await rows('SELECT name, price, big, at, raw, doc, kind FROM item WHERE id = ?', [id]), [
      {
        name: 'größe 🌳',
        price: '1234567890.12',
        big: '18446744073709551615',
        at: MOMENT,
        raw: Buffer.of(0, 255, 10),
        doc: {a: [1, 2]},
        kind: 'a',
      },
    ]);
    await assert.rejects(turn.next().execute(insert, values), {errno: 1062, sqlState: '23000'});

    await turn
      .next()
      .query("ALTER TABLE item ADD COLUMN note TEXT, ADD INDEX by_price (price), MODIFY kind ENUM('a','b','c')");
    await turn.next().execute("UPDATE item SET note = 'moved', kind = 'c' WHERE id = ?", [id]);
    assert.deepEqual(await rows('SELECT note, kind FROM item'), [{note: 'moved', kind: 'c'}]);

    const one = turn.next();
    await one.beginTransaction();
    await one.execute('DELETE FROM item WHERE id = ?', [id]);
    await one.rollback();
    assert.deepEqual(await rows('SELECT COUNT(*) AS parts FROM part'), [{parts: '2'}]);
    await turn.next().execute('DELETE FROM item WHERE id = ?', [id]);
    assert.deepEqual(await rows('SELECT COUNT(*) AS parts FROM part'), [{parts: '0'}]);

    await reflect(rows, database);
    const [, fields] = await turn.next().query<RowDataPacket[]>('SELECT id, raw, price FROM item');
    assert.deepEqual(
      fields.map(field => [field.name, field.columnType, field.orgTable]),
      [
        ['id', 3, 'item'],
        ['raw', 253, 'item'],
        ['price', 246, 'item'],
      ],
    );
  } finally {
    for (const connection of connections) connection.destroy();
  }
}

async function reflect(
  rows: (sql: string, values?: readonly string[]) => Promise<RowDataPacket[]>,
  database: string,
): Promise<void> {
  const columns = await rows(
    `SELECT column_name AS name, column_type AS type FROM information_schema.columns
     WHERE table_schema = ? AND table_name = 'item' ORDER BY ordinal_position`,
    [database],
  );
  assert.deepEqual(
    columns.map(column => `${column.name} ${column.type}`),
    [
      'id int unsigned',
      'name varchar(40)',
      'price decimal(12,2)',
      'big bigint unsigned',
      'at datetime(6)',
      'raw varbinary(20)',
      'doc json',
      "kind enum('a','b','c')",
      'note text',
    ],
  );
  const keys = await rows(
    `SELECT constraint_name AS name, referenced_table_name AS parent, delete_rule AS rule
     FROM information_schema.referential_constraints WHERE constraint_schema = ?`,
    [database],
  );
  assert.deepEqual(keys, [{name: 'of_item', parent: 'item', rule: 'CASCADE'}]);
}

export const mysql2: Client = {name: 'mysql2', missing: () => undefined, run};
