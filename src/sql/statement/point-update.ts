// UPDATE of one row by its whole primary key, leaving that and all unique keys as they are: read, change and write in one go, on the bytes of the row.
// Columns that are not named are copied and never decoded.

import {BLOCKED, DONE, LockMode, LockWait, type PointRead, ROW} from '../../engine/api.ts';
import type {Memory} from '../../format/memory.ts';
import {encodeChanged} from '../../format/row/change.ts';
import {ROW_TOO_LONG} from '../../format/row/encode.ts';
import {hasOverflow} from '../../format/row/overflow.ts';
import type {Expression} from '../bind/expression.ts';
import type {Source} from '../bind/source.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import type {ExecContext} from '../exec/contract.ts';
import {PointKey} from '../exec/point-get.ts';
import {RowReader} from '../exec/row-reader.ts';
import type {Assigner} from './assignments.ts';
import {ColumnTarget} from './column-target.ts';
import {RowStore, rowScratch} from './row-store.ts';
import type {StatementBody} from './statement-body.ts';
import {changed, NOTHING_DONE, type Outcome, type StatementContext} from './statement-context.ts';

export interface PointUpdateParts {
  readonly table: TableDefinition;
  readonly assigner: Assigner;
  readonly source: Source;
  /** The primary key. */
  readonly values: readonly Expression[];
  readonly registerCount: number;
}

/** How far the row is. */
const Step = {find: 0, write: 1, long: 2, done: 3} as const;

export class PointUpdate implements StatementBody {
  readonly #parts: PointUpdateParts;
  readonly #context: ExecContext;
  readonly #statement: StatementContext;
  readonly #target: ColumnTarget;
  readonly #key: PointKey;
  readonly #read: PointRead;
  readonly #reader: RowReader;
  readonly #store: RowStore;
  readonly #limit: number;
  #step: number = Step.find;
  #matched = 0;
  #changed = 0;
  #idBefore: number | bigint = 0;

  constructor(statement: StatementContext, parts: PointUpdateParts) {
    const {engine, exec, state, world} = statement;
    const {table, source, values, registerCount} = parts;
    this.#parts = parts;
    this.#statement = statement;
    const registers = new Array<null>(registerCount).fill(null);
    this.#context = {registers, parameters: exec.parameters, engine, session: state};
    this.#target = new ColumnTarget(state);
    this.#key = new PointKey(table.indexes[0].keyLayout, values);
    this.#read = engine.newPointRead();
    const columns = [...source.registers.keys()].filter(column => source.registers[column] >= 0);
    this.#reader = new RowReader(
      table.rowLayout,
      Int32Array.from(columns),
      Int32Array.from(columns, column => source.registers[column]),
    );
    this.#store = new RowStore(engine, table, world.pageSize);
    this.#limit = Math.floor(world.pageSize / 3);
  }

  start(context: StatementContext): void {
    this.#context.parameters = context.exec.parameters;
    this.#matched = 0;
    this.#changed = 0;
    this.#idBefore = this.#statement.state.lastInsertId;
    this.#reader.reset();
    this.#store.reset();
    this.#step = this.#key.make(this.#context) ? Step.find : Step.done;
  }

  poll(): number {
    if (this.#step === Step.find) {
      const found = this.#find();
      if (found !== ROW) return found === DONE ? this.#finished() : found;
    }
    if (this.#step === Step.write) {
      const written = this.#write();
      if (written !== ROW) return written === DONE ? this.#finished() : written;
    }
    if (this.#step === Step.long) {
      const {columns, values} = this.#parts.assigner;
      const written = this.#store.update(
        this.#key.bytes,
        this.#key.length,
        columns,
        values,
        this.#context.session.timeZone,
      );
      if (written !== ROW && written !== DONE) return written;
      if (written === ROW) this.#changed = 1;
    }
    return this.#finished();
  }

  #finished(): number {
    this.#step = Step.done;
    return DONE;
  }

  /** Locks the row and evaluates the assignments. ROW: there is something to write; DONE: there is not. */
  #find(): number {
    const {table, assigner} = this.#parts;
    if (!this.#reader.isPending) {
      const found = this.#read.get(table.handle, this.#key.bytes, this.#key.length, LockMode.exclusive, LockWait.wait);
      if (found !== ROW) return found;
      this.#step = hasOverflow(this.#read.memory, this.#read.payloadAt) ? Step.long : Step.write;
      const complete = this.#reader.read(this.#read, this.#context);
      if (complete !== ROW) return this.#waitForLong(complete);
    } else {
      this.#step = Step.long;
      const complete = this.#reader.resume(this.#context);
      if (complete !== ROW) return this.#waitForLong(complete);
    }
    this.#matched = 1;
    if (!assigner.assign(this.#context, this.#target)) return DONE;
    assigner.complete(this.#context, this.#target);
    return ROW;
  }

  /** Long values are on their way: the row is looked at when they are here. */
  #waitForLong(result: number): number {
    this.#step = Step.find;
    return result;
  }

  /** Writes the changed row. After a wait its old bytes may be elsewhere, so they are looked up again. */
  #write(): number {
    const {table, assigner} = this.#parts;
    const {engine, session} = this.#context;
    const {memory, payloadAt} = this.#read;
    const length = encodeChanged(
      table.rowLayout,
      memory,
      payloadAt,
      assigner.columns,
      assigner.values,
      rowScratch as Memory,
      0,
      session.timeZone,
    );
    if (length === ROW_TOO_LONG || length > this.#limit) {
      this.#step = Step.long;
      return ROW;
    }
    const written = engine.writer.update(table.handle, this.#key.bytes, this.#key.length, rowScratch, 0, length);
    if (written === ROW) {
      this.#changed = 1;
      return DONE;
    }
    // From here on the general way: it finds the row again.
    if (written === BLOCKED) this.#step = Step.long;
    return written;
  }

  get outcome(): Outcome {
    if (this.#step !== Step.done) return NOTHING_DONE;
    const {state} = this.#statement;
    const {warningCount} = state.diagnostics;
    const info = `Rows matched: ${this.#matched}  Changed: ${this.#changed}  Warnings: ${warningCount}`;
    const affected = state.countsFoundRows ? this.#matched : this.#changed;
    return changed(affected, info, state.lastInsertId === this.#idBefore ? 0 : state.lastInsertId);
  }

  finish(): void {
    this.#reader.reset();
    this.#store.reset();
  }
}
