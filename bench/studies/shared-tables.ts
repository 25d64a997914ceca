// The tables of the shared-data study: groups of a few tables each, made like sysbench's.

import {BulkInsert} from '../client/bulk.ts';
import {Connection} from '../client/connection.ts';
import {withConnection} from '../servers/server.ts';

export const DATABASE = 'shared_data';
export const TABLES_PER_GROUP = 4;
export const ROWS_PER_TABLE = 10_000;

/** Number of the group that all primaries use; the others are numbered like the primaries, from 0. */
export const SHARED = -1;

export function tableName(group: number, table: number): string {
  return group === SHARED ? `shared_${table}` : `own_${group}_${table}`;
}

/** Makes the database anew, with the empty tables of these groups. */
export async function createTables(port: number, groups: readonly number[]): Promise<void> {
  await withConnection(port, async connection => {
    await connection.query(`DROP DATABASE IF EXISTS ${DATABASE}`);
    await connection.query(`CREATE DATABASE ${DATABASE}`);
    for (const group of groups) {
      for (let table = 0; table < TABLES_PER_GROUP; table++) {
        await connection.query(
          `CREATE TABLE ${DATABASE}.${tableName(group, table)} ` +
            '(id INT NOT NULL, k INT NOT NULL, c CHAR(120) NOT NULL, pad CHAR(60) NOT NULL, PRIMARY KEY (id), KEY k (k))',
        );
      }
    }
  });
}

/** Fills the tables of a group through one port. */
export async function fillGroup(port: number, group: number): Promise<void> {
  const connection = await Connection.open({port, database: DATABASE});
  for (let table = 0; table < TABLES_PER_GROUP; table++) {
    const insert = new BulkInsert(connection, tableName(group, table));
    for (let id = 1; id <= ROWS_PER_TABLE; id++) await insert.add([id, id, 'c'.repeat(119), 'p'.repeat(59)]);
    await insert.flush();
  }
  await connection.close();
}
