// Evaluates expressions into registers, once per row: group keys, select items that ORDER BY names, outputs of a UNION branch.

import {ROW} from '../../engine/api.ts';
import type {Expression} from '../bind/expression.ts';
import type {ExecContext, RowSource} from './contract.ts';

export class ComputeSource implements RowSource {
  readonly #child: RowSource;
  readonly #expressions: readonly Expression[];
  readonly #targets: Int32Array;

  constructor(child: RowSource, expressions: readonly Expression[], targets: Int32Array) {
    this.#child = child;
    this.#expressions = expressions;
    this.#targets = targets;
  }

  open(context: ExecContext): void {
    this.#child.open(context);
  }

  next(context: ExecContext): number {
    const result = this.#child.next(context);
    if (result === ROW) {
      const registers = context.registers;
      for (let i = 0; i < this.#expressions.length; i++) {
        registers[this.#targets[i]] = this.#expressions[i].evaluate(context);
      }
    }
    return result;
  }

  close(context: ExecContext): void {
    this.#child.close(context);
  }
}
