// The rows of VALUES, bound: the first ones when the statement is planned, those left as text (parse/literal-rows.ts) one by one when it is their turn.

import type {Expression as Ast} from '../parse/ast-expression.ts';
import type {LiteralRows} from '../parse/literal-rows.ts';
import type {BoundValue} from './insert-plan.ts';

export class ValueRows {
  readonly count: number;
  readonly #first: readonly (readonly BoundValue[])[];
  readonly #more: LiteralRows | null;
  readonly #bind: (row: readonly Ast[]) => readonly BoundValue[];
  #rest: Iterator<readonly Ast[], void> | undefined;

  constructor(
    first: readonly (readonly BoundValue[])[],
    more: LiteralRows | null,
    bind: (row: readonly Ast[]) => readonly BoundValue[],
  ) {
    this.count = first.length + (more?.count ?? 0);
    this.#first = first;
    this.#more = more;
    this.#bind = bind;
  }

  /** Row `i`, from 0. Each is asked for once, in ascending order; an execution that begins anew asks for row 0 again. */
  at(i: number): readonly BoundValue[] {
    const first = this.#first;
    if (i < first.length) return first[i];
    if (i === first.length) this.#rest = this.#more?.[Symbol.iterator]();
    const next = this.#rest?.next();
    if (next === undefined || next.done === true) throw new RangeError(`row ${i} of ${this.count}`);
    return this.#bind(next.value);
  }
}
