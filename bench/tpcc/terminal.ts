// One terminal: a connection with its statements prepared, a home warehouse, and its random numbers.

import type {Value} from '../../src/protocol/client/row-reader.ts';
import type {Connection, Result, Statement} from '../client/connection.ts';
import {TpccRandom} from './random.ts';
import type {Scale} from './scale.ts';

export class Terminal {
  readonly connection: Connection;
  readonly scale: Scale;
  /** Home warehouse, 1 .. */
  readonly warehouse: number;
  readonly random: TpccRandom;
  readonly #statements = new Map<string, Statement>();

  constructor(connection: Connection, scale: Scale, warehouse: number, seed: number) {
    this.connection = connection;
    this.scale = scale;
    this.warehouse = warehouse;
    this.random = new TpccRandom(seed);
  }

  /** Runs a statement, prepared at its first use. */
  async execute(sql: string, values: readonly Value[]): Promise<Result> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = await this.connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return this.connection.execute(statement, values);
  }

  /** Rows of a statement. */
  async rows(sql: string, values: readonly Value[]): Promise<Value[][]> {
    return (await this.execute(sql, values)).rows;
  }

  /** The one row of a statement; throws when there is none. */
  async row(sql: string, values: readonly Value[]): Promise<Value[]> {
    const {rows} = await this.execute(sql, values);
    if (rows.length === 0) throw new Error(`no row: ${sql} [${values.join(', ')}]`);
    return rows[0];
  }

  begin(): Promise<Result> {
    return this.connection.query('BEGIN');
  }

  commit(): Promise<Result> {
    return this.connection.query('COMMIT');
  }

  rollback(): Promise<Result> {
    return this.connection.query('ROLLBACK');
  }

  /** Now, as DATETIME text. */
  now(): string {
    return new Date().toISOString().slice(0, 19).replace('T', ' ');
  }

  /** Another warehouse than the home one, where there is one. */
  otherWarehouse(): number {
    const {warehouses} = this.scale;
    if (warehouses === 1) return 1;
    const other = this.random.between(1, warehouses - 1);
    return other >= this.warehouse ? other + 1 : other;
  }
}
