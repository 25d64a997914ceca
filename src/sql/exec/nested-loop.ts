// Nested loops: for each row of the outer source the inner one is opened anew. Conditions of the join are a filter over the inner source:
// it reads the outer row from the same registers, so that an index lookup inside is an ordinary scan with bounds that name outer columns.

import {DONE, ROW} from '../../engine/api.ts';
import type {ExecContext, RowSource} from './contract.ts';
import {setNull} from './registers.ts';

/** What a join keeps of the outer rows. */
export type JoinKind = 'inner' | 'left' | 'semi' | 'anti';

/** Every pair. */
export class InnerLoopSource implements RowSource {
  readonly #outer: RowSource;
  readonly #inner: RowSource;
  #inInner = false;

  constructor(outer: RowSource, inner: RowSource) {
    this.#outer = outer;
    this.#inner = inner;
  }

  open(context: ExecContext): void {
    this.#inInner = false;
    this.#outer.open(context);
  }

  next(context: ExecContext): number {
    for (;;) {
      if (!this.#inInner) {
        const result = this.#outer.next(context);
        if (result !== ROW) return result;
        this.#inner.open(context);
        this.#inInner = true;
      }
      const result = this.#inner.next(context);
      if (result !== DONE) return result;
      this.#inner.close(context);
      this.#inInner = false;
    }
  }

  close(context: ExecContext): void {
    if (this.#inInner) this.#inner.close(context);
    this.#inInner = false;
    this.#outer.close(context);
  }
}

/** Every pair, and each outer row without a partner once, with the inner registers NULL. */
export class LeftLoopSource implements RowSource {
  readonly #outer: RowSource;
  readonly #inner: RowSource;
  readonly #innerRegisters: Int32Array;
  #inInner = false;
  #matched = false;

  constructor(outer: RowSource, inner: RowSource, innerRegisters: Int32Array) {
    this.#outer = outer;
    this.#inner = inner;
    this.#innerRegisters = innerRegisters;
  }

  open(context: ExecContext): void {
    this.#inInner = false;
    this.#outer.open(context);
  }

  next(context: ExecContext): number {
    for (;;) {
      if (!this.#inInner) {
        const result = this.#outer.next(context);
        if (result !== ROW) return result;
        this.#inner.open(context);
        this.#inInner = true;
        this.#matched = false;
      }
      const result = this.#inner.next(context);
      if (result === ROW) this.#matched = true;
      if (result !== DONE) return result;
      this.#inner.close(context);
      this.#inInner = false;
      if (this.#matched) continue;
      setNull(context.registers, this.#innerRegisters);
      return ROW;
    }
  }

  close(context: ExecContext): void {
    if (this.#inInner) this.#inner.close(context);
    this.#inInner = false;
    this.#outer.close(context);
  }
}

/** Each outer row that has a partner (semi), or that has none (anti), once. */
export class ExistsLoopSource implements RowSource {
  readonly #outer: RowSource;
  readonly #inner: RowSource;
  readonly #wanted: number;
  #inInner = false;

  constructor(outer: RowSource, inner: RowSource, anti: boolean) {
    this.#outer = outer;
    this.#inner = inner;
    this.#wanted = anti ? DONE : ROW;
  }

  open(context: ExecContext): void {
    this.#inInner = false;
    this.#outer.open(context);
  }

  next(context: ExecContext): number {
    for (;;) {
      if (!this.#inInner) {
        const result = this.#outer.next(context);
        if (result !== ROW) return result;
        this.#inner.open(context);
        this.#inInner = true;
      }
      const result = this.#inner.next(context);
      if (result !== ROW && result !== DONE) return result;
      this.#inner.close(context);
      this.#inInner = false;
      if (result === this.#wanted) return ROW;
    }
  }

  close(context: ExecContext): void {
    if (this.#inInner) this.#inner.close(context);
    this.#inInner = false;
    this.#outer.close(context);
  }
}
