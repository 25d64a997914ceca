// One row by its whole primary key.

import {
  DONE,
  type EngineSession,
  type LockMode,
  type LockWait,
  type PointRead,
  ROW,
  SKIPPED,
  type TableHandle,
} from '../../engine/api.ts';
import {encodeKey} from '../../format/key/encode-key.ts';
import {KEY_BYTES_MAX, type KeyLayout} from '../../format/key/key-layout.ts';
import type {Value} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import {ColumnBound, Side} from './column-bound.ts';
import type {ExecContext, RowSource} from './contract.ts';
import type {RowReader} from './row-reader.ts';

/** Makes the bytes of a whole key from expressions. */
export class PointKey {
  readonly bytes: Uint8Array = new Uint8Array(KEY_BYTES_MAX + 64);
  length = 0;
  readonly #layout: KeyLayout;
  readonly #values: readonly Expression[];
  readonly #bound: ColumnBound = new ColumnBound();
  readonly #converted: Value[] = [];

  constructor(layout: KeyLayout, values: readonly Expression[]) {
    this.#layout = layout;
    this.#values = values;
  }

  /** False: no row can have this key (NULL, out of the column's range). */
  make(context: ExecContext): boolean {
    const zone = context.session.timeZone;
    for (let i = 0; i < this.#values.length; i++) {
      const value = this.#values[i].evaluate(context);
      if (value === null) return false;
      this.#bound.find(value, this.#layout.parts[i].type, zone);
      if (this.#bound.side !== Side.same) return false;
      this.#converted[i] = this.#bound.value;
    }
    this.length = encodeKey(this.#layout, this.#converted, this.bytes, 0, zone);
    return this.length >= 0;
  }
}

export interface PointGetParts {
  readonly table: TableHandle;
  readonly key: PointKey;
  readonly lock: LockMode;
  readonly wait: LockWait;
  readonly reader: RowReader;
}

export class PointGetSource implements RowSource {
  readonly #parts: PointGetParts;
  #engine: EngineSession | undefined;
  #read!: PointRead;
  #isDone = false;

  constructor(parts: PointGetParts) {
    this.#parts = parts;
  }

  open(context: ExecContext): void {
    if (this.#engine !== context.engine) {
      this.#engine = context.engine;
      this.#read = context.engine.newPointRead();
    }
    this.#parts.reader.reset();
    this.#isDone = !this.#parts.key.make(context);
  }

  next(context: ExecContext): number {
    const {table, key, lock, wait, reader} = this.#parts;
    if (reader.isPending) return this.#finish(reader.resume(context));
    if (this.#isDone) return DONE;
    const result = this.#read.get(table, key.bytes, key.length, lock, wait);
    if (result === ROW) {
      const complete = reader.read(this.#read, context);
      return this.#finish(complete);
    }
    if (result === SKIPPED || result === DONE) {
      this.#isDone = true;
      return DONE;
    }
    return result;
  }

  close(): void {
    this.#isDone = true;
  }

  #finish(result: number): number {
    if (result === ROW) this.#isDone = true;
    return result;
  }
}
