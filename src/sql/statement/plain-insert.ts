// INSERT ... VALUES without IGNORE, REPLACE or ON DUPLICATE KEY UPDATE: the common insert, one poll object without a generator.

import {DONE, DUPLICATE, ROW} from '../../engine/api.ts';
import type {ExecContext} from '../exec/contract.ts';
import {PollClock} from '../exec/poll-clock.ts';
import {ColumnTarget} from './column-target.ts';
import {duplicateEntry} from './duplicate-key.ts';
import type {InsertPlan} from './insert-plan.ts';
import {NewRow} from './new-row.ts';
import {RowStore} from './row-store.ts';
import type {StatementBody} from './statement-body.ts';
import {changed, NOTHING_DONE, type Outcome, type StatementContext} from './statement-context.ts';
import type {ValueRows} from './value-rows.ts';

/** How often a generated AUTO_INCREMENT value that is taken is replaced by the next one. */
export const GENERATED_RETRIES_MAX = 10_000;

/** Where the row at hand is. */
const Step = {evaluate: 0, number: 1, store: 2} as const;

export class PlainInsert implements StatementBody {
  readonly #plan: InsertPlan;
  readonly #rows: ValueRows;
  readonly #context: ExecContext;
  readonly #statement: StatementContext;
  readonly #target: ColumnTarget;
  readonly #store: RowStore;
  readonly #row: NewRow;
  readonly #clock: PollClock = new PollClock();
  #next = 0;
  #step: number = Step.evaluate;
  #tries = 0;
  outcome: Outcome = NOTHING_DONE;

  constructor(statement: StatementContext, plan: InsertPlan, rows: ValueRows) {
    const {engine, exec, state, world} = statement;
    this.#statement = statement;
    this.#plan = plan;
    this.#rows = rows;
    const registers = new Array<null>(plan.registerCount).fill(null);
    this.#context = {registers, parameters: exec.parameters, engine, session: state};
    this.#target = new ColumnTarget(state);
    this.#store = new RowStore(engine, plan.table, world.pageSize);
    this.#row = new NewRow(plan, statement, this.#context, this.#target, rows.count > 1);
  }

  start(context: StatementContext): void {
    this.#context.parameters = context.exec.parameters;
    this.#target.row = 1;
    this.#row.restart();
    this.#store.reset();
    this.#next = 0;
    this.#tries = 0;
    this.#step = Step.evaluate;
  }

  poll(): number {
    const row = this.#row;
    while (this.#next < this.#rows.count) {
      if (this.#step === Step.evaluate) {
        const tick = this.#clock.tick(this.#context);
        if (tick !== ROW) return tick;
        row.takeBound(this.#rows.at(this.#next));
        this.#step = Step.number;
      }
      if (this.#step === Step.number) {
        const numbered = row.complete(this.#rows.count - this.#next);
        if (numbered !== ROW) return numbered;
        row.finish();
        this.#step = Step.store;
      }
      const result = this.#store.insert(row.values, this.#context.session.timeZone);
      if (result === DUPLICATE) this.#duplicate();
      else if (result !== ROW) return result;
      else this.#stored();
    }
    this.#end();
    return DONE;
  }

  #stored(): void {
    this.#row.noteStored();
    this.#next++;
    this.#target.row++;
    this.#tries = 0;
    this.#step = Step.evaluate;
  }

  /** A generated value that somebody has stored explicitly is tried again with the next one (S17); else 1062. */
  #duplicate(): void {
    const {table, autoColumn} = this.#plan;
    const {conflictIndex} = this.#context.engine.writer;
    const isGenerated = this.#row.isGenerated && table.indexes[conflictIndex].parts[0].column === autoColumn;
    if (!isGenerated || conflictIndex > 0 || this.#tries++ > GENERATED_RETRIES_MAX) {
      throw duplicateEntry(table, conflictIndex, this.#row.values);
    }
    this.#row.discardGenerated();
    this.#step = Step.number;
  }

  #end(): void {
    const row = this.#row;
    const {state} = this.#statement;
    const {autoColumn} = this.#plan;
    const count = this.#rows.count;
    row.giveBack();
    let id: number | bigint = 0;
    if (row.firstGenerated > 0) {
      state.lastInsertId = row.firstGenerated;
      id = row.firstGenerated;
    } else if (autoColumn >= 0) {
      const explicit = row.values[autoColumn];
      if (typeof explicit === 'number' || typeof explicit === 'bigint') id = explicit;
    }
    const {warningCount} = state.diagnostics;
    this.outcome = changed(count, count > 1 ? `Records: ${count}  Duplicates: 0  Warnings: ${warningCount}` : '', id);
  }

  finish(): void {
    this.#store.reset();
  }
}
