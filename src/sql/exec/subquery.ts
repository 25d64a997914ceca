// Subqueries inside expressions, as steps (apply.ts). Each has a register for its answer.
//
// A subquery that does not depend on outer rows runs once per execution: its epoch tells whether the kept answer is still good.

import {SqlError} from '../../base/sql-error.ts';
import {DONE, ROW} from '../../engine/api.ts';
import type {Expression} from '../bind/expression.ts';
import type {BlockingStep} from './apply.ts';
import type {ExecContext, RowSource} from './contract.ts';
import type {Epoch} from './epoch.ts';
import type {MemoryBudget} from './memory-budget.ts';
import {RowBuffer} from './registers.ts';
import {KeyMaker, type RowKey} from './row-key.ts';

/** What all subquery steps share: a source, and the rule when to run it again. */
abstract class SubqueryStep implements BlockingStep {
  protected readonly source: RowSource;
  readonly #epoch: Epoch | undefined;
  #ranIn = -1;
  #isOpen = false;

  /** `epoch` undefined: correlated, runs for each row. */
  constructor(source: RowSource, epoch: Epoch | undefined) {
    this.source = source;
    this.#epoch = epoch;
  }

  start(context: ExecContext): void {
    this.close(context);
    if (this.#epoch !== undefined && this.#ranIn === this.#epoch.value) return;
    this.#ranIn = -1;
    this.begin();
    this.source.open(context);
    this.#isOpen = true;
  }

  poll(context: ExecContext): number {
    if (this.#isOpen) {
      const result = this.run(context);
      if (result !== DONE) return result;
      this.close(context);
      if (this.#epoch !== undefined) this.#ranIn = this.#epoch.value;
    }
    this.answer(context);
    return ROW;
  }

  close(context: ExecContext): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.source.close(context);
  }

  /** Before the source is opened. */
  protected abstract begin(): void;
  /** Reads from the source as far as needed. DONE: the answer is known. */
  protected abstract run(context: ExecContext): number;
  /** Puts the answer into registers. */
  protected abstract answer(context: ExecContext): void;
}

/** (SELECT a, b ...) as a value or a row: at most one row; none is all NULL. */
export class ScalarSubqueryStep extends SubqueryStep {
  readonly #outputs: readonly Expression[];
  readonly #targets: Int32Array;
  readonly #row: RowBuffer;

  constructor(
    source: RowSource,
    outputs: readonly Expression[],
    targets: Int32Array,
    epoch: Epoch | undefined,
    budget: MemoryBudget,
  ) {
    super(source, epoch);
    this.#outputs = outputs;
    this.#targets = targets;
    this.#row = new RowBuffer(targets.length, budget);
  }

  protected override begin(): void {
    this.#row.clear();
  }

  protected override run(context: ExecContext): number {
    for (;;) {
      const result = this.source.next(context);
      if (result !== ROW) return result;
      if (this.#row.count === 1) throw new SqlError('ER_SUBQUERY_NO_1_ROW');
      this.#row.pushValues(this.#outputs.map(output => output.evaluate(context)));
    }
  }

  protected override answer(context: ExecContext): void {
    const found = this.#row.count === 1;
    for (let i = 0; i < this.#targets.length; i++) {
      context.registers[this.#targets[i]] = found ? this.#row.get(0, i) : null;
    }
  }
}

/** EXISTS (SELECT ...): 1 or 0. */
export class ExistsStep extends SubqueryStep {
  readonly #target: number;
  #found = 0;

  constructor(source: RowSource, target: number, epoch: Epoch | undefined) {
    super(source, epoch);
    this.#target = target;
  }

  protected override begin(): void {
    this.#found = 0;
  }

  protected override run(context: ExecContext): number {
    const result = this.source.next(context);
    if (result !== ROW) return result;
    this.#found = 1;
    return DONE;
  }

  protected override answer(context: ExecContext): void {
    context.registers[this.#target] = this.#found;
  }
}

/**
 * `left op ANY (SELECT ...)` and `left op ALL (SELECT ...)`, IN and NOT IN among them: tests a condition per row and stops when
 * the answer cannot change. `decisive` is the truth value of the condition that decides (ANY: 1, ALL: 0).
 */
export class QuantifiedStep extends SubqueryStep {
  readonly #outputs: readonly Expression[];
  readonly #outputRegisters: Int32Array;
  readonly #condition: Expression;
  readonly #decisive: number;
  readonly #target: number;
  #answer: number | null = null;

  constructor(parts: QuantifiedParts, decisive: 0 | 1) {
    super(parts.source, undefined);
    this.#outputs = parts.outputs;
    this.#outputRegisters = parts.outputRegisters;
    this.#condition = parts.condition;
    this.#decisive = decisive;
    this.#target = parts.target;
  }

  protected override begin(): void {
    this.#answer = 1 - this.#decisive;
  }

  protected override run(context: ExecContext): number {
    for (;;) {
      const result = this.source.next(context);
      if (result !== ROW) return result;
      for (let i = 0; i < this.#outputs.length; i++) {
        context.registers[this.#outputRegisters[i]] = this.#outputs[i].evaluate(context);
      }
      const truth = this.#condition.evaluate(context);
      if (truth === null) this.#answer = null;
      else if (truth === this.#decisive) {
        this.#answer = this.#decisive;
        return DONE;
      }
    }
  }

  protected override answer(context: ExecContext): void {
    context.registers[this.#target] = this.#answer;
  }
}

export interface QuantifiedParts {
  readonly source: RowSource;
  readonly outputs: readonly Expression[];
  /** Where the condition reads the outputs. */
  readonly outputRegisters: Int32Array;
  readonly condition: Expression;
  readonly target: number;
}

/** `left IN (SELECT ...)` of an uncorrelated subquery: its rows are hashed once, each outer row probes. */
export class HashedInStep extends SubqueryStep {
  readonly #parts: QuantifiedParts;
  readonly #leftKey: KeyMaker;
  readonly #rightKey: KeyMaker;
  readonly #keys: Set<RowKey> = new Set();
  /** All rows when they have several columns, for the comparison with NULL parts. */
  readonly #rows: RowBuffer;
  readonly #budget: MemoryBudget;
  #sawNull = false;
  #count = 0;
  #bytes = 0;

  /** `left` and `right` are converted to common types; `right` reads the output registers. */
  constructor(
    parts: QuantifiedParts,
    left: readonly Expression[],
    right: readonly Expression[],
    epoch: Epoch,
    budget: MemoryBudget,
  ) {
    super(parts.source, epoch);
    this.#parts = parts;
    this.#leftKey = new KeyMaker(left);
    this.#rightKey = new KeyMaker(right);
    this.#rows = new RowBuffer(parts.outputRegisters.length, budget);
    this.#budget = budget;
  }

  protected override begin(): void {
    this.#keys.clear();
    this.#rows.clear();
    this.#budget.give(this.#bytes);
    this.#bytes = 0;
    this.#sawNull = false;
    this.#count = 0;
  }

  protected override run(context: ExecContext): number {
    const {outputs, outputRegisters} = this.#parts;
    for (;;) {
      const result = this.source.next(context);
      if (result !== ROW) return result;
      for (let i = 0; i < outputs.length; i++) context.registers[outputRegisters[i]] = outputs[i].evaluate(context);
      const key = this.#rightKey.of(context);
      this.#count++;
      if (this.#rightKey.hasNull) this.#sawNull = true;
      else this.#keys.add(key);
      if (outputs.length > 1) this.#rows.push(context.registers, outputRegisters);
      this.#bytes += 64;
      this.#budget.take(64);
    }
  }

  protected override answer(context: ExecContext): void {
    context.registers[this.#parts.target] = this.#probe(context);
  }

  #probe(context: ExecContext): number | null {
    if (this.#count === 0) return 0;
    const key = this.#leftKey.of(context);
    if (!this.#leftKey.hasNull) {
      if (this.#keys.has(key)) return 1;
      if (!this.#sawNull) return 0;
    }
    return this.#parts.outputs.length === 1 ? null : this.#compareAll(context);
  }

  #compareAll(context: ExecContext): number | null {
    let answer: number | null = 0;
    for (let row = 0; row < this.#rows.count; row++) {
      this.#rows.restore(row, context.registers, this.#parts.outputRegisters);
      const truth = this.#parts.condition.evaluate(context);
      if (truth === 1) return 1;
      if (truth === null) answer = null;
    }
    return answer;
  }
}
