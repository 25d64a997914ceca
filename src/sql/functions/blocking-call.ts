// Functions that may block: SLEEP, GET_LOCK, BENCHMARK's cousins. As expressions they read a register; the planner runs them as
// steps of their own (exec/apply.ts).

import {ROW} from '../../engine/api.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import {Coercibility, type Expression, Volatility} from '../bind/expression.ts';
import {BlockingExpression} from '../bind/subquery.ts';
import type {BlockingStep} from '../exec/apply.ts';
import type {ExecContext} from '../exec/contract.ts';

/** What a blocking function does: `start` once per call, then `poll` until it answers ROW. */
export interface BlockingFunction {
  start(args: readonly Value[], context: ExecContext): void;
  /** ROW: `result` is there; BLOCKED or an engine result code otherwise. */
  poll(context: ExecContext): number;
  readonly result: Value;
}

export class BlockingCall extends BlockingExpression {
  readonly register: number;
  readonly #name: string;
  readonly #make: () => BlockingFunction;

  constructor(
    name: string,
    type: SqlType,
    args: readonly Expression[],
    register: number,
    make: () => BlockingFunction,
  ) {
    super(type, true, args, Coercibility.numeric, Volatility.volatile);
    this.register = register;
    this.#name = name;
    this.#make = make;
  }

  newStep(): BlockingStep {
    return new BlockingCallStep(this.children, this.register, this.#make());
  }

  override evaluate(context: ExecContext): Value {
    return context.registers[this.register];
  }

  override toString(): string {
    return `${this.#name}(${this.children.join(', ')})`;
  }
}

class BlockingCallStep implements BlockingStep {
  readonly #args: readonly Expression[];
  readonly #register: number;
  readonly #function: BlockingFunction;

  constructor(args: readonly Expression[], register: number, f: BlockingFunction) {
    this.#args = args;
    this.#register = register;
    this.#function = f;
  }

  start(context: ExecContext): void {
    this.#function.start(
      this.#args.map(arg => arg.evaluate(context)),
      context,
    );
  }

  poll(context: ExecContext): number {
    const result = this.#function.poll(context);
    if (result === ROW) context.registers[this.#register] = this.#function.result;
    return result;
  }

  close(): void {}
}
