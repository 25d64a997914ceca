// DELETE of one row by its whole primary key.

import {DONE, ROW} from '../../engine/api.ts';
import type {Expression} from '../bind/expression.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import type {ExecContext} from '../exec/contract.ts';
import {PointKey} from '../exec/point-get.ts';
import {RowStore} from './row-store.ts';
import type {StatementBody} from './statement-body.ts';
import {changed, type Outcome, type StatementContext} from './statement-context.ts';

const NONE = changed(0);
const ONE = changed(1);

export class PointDelete implements StatementBody {
  readonly #context: ExecContext;
  readonly #key: PointKey;
  readonly #store: RowStore;
  #hasKey = false;
  outcome: Outcome = NONE;

  constructor(
    statement: StatementContext,
    table: TableDefinition,
    values: readonly Expression[],
    registerCount: number,
  ) {
    const {engine, exec, state, world} = statement;
    const registers = new Array<null>(registerCount).fill(null);
    this.#context = {registers, parameters: exec.parameters, engine, session: state};
    this.#key = new PointKey(table.indexes[0].keyLayout, values);
    this.#store = new RowStore(engine, table, world.pageSize);
  }

  start(context: StatementContext): void {
    this.#context.parameters = context.exec.parameters;
    this.#store.reset();
    this.#hasKey = this.#key.make(this.#context);
    this.outcome = NONE;
  }

  poll(): number {
    if (!this.#hasKey) return DONE;
    const removed = this.#store.remove(this.#key.bytes, this.#key.length);
    if (removed !== ROW) return removed;
    this.outcome = ONE;
    return DONE;
  }

  finish(): void {
    this.#store.reset();
  }
}
