// The leaves of expressions: constants, parameters, columns, and slots (registers that an operator has filled).

import {BugError} from '../../base/assert.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import {Coercibility, Expression, Volatility} from './expression.ts';
import type {Source} from './source.ts';
import {domainOf} from './type-classes.ts';

/** Coercibility of a value that is not a string. */
export function coercibilityOf(type: SqlType, ifString: Coercibility): Coercibility {
  switch (domainOf(type)) {
    case 'text':
    case 'bytes':
    case 'json':
      return ifString;
    case 'null':
      return Coercibility.ignorable;
    default:
      return Coercibility.numeric;
  }
}

export class Constant extends Expression {
  readonly value: Value;
  readonly #text: string;

  /** `text` is how it was written, for messages and EXPLAIN. */
  constructor(value: Value, type: SqlType, text: string, coercibility: Coercibility = Coercibility.literal) {
    super(type, value === null, [], coercibilityOf(type, coercibility));
    this.value = value;
    this.#text = text;
  }

  override evaluate(): Value {
    return this.value;
  }

  override toString(): string {
    return this.#text;
  }
}

/** A `?`, or a literal that the plan cache took out: its value comes with each execution, already in the domain of `type`. */
export class Parameter extends Expression {
  readonly index: number;

  constructor(index: number, type: SqlType) {
    super(type, true, [], coercibilityOf(type, Coercibility.literal), Volatility.stable);
    this.index = index;
  }

  override evaluate(context: ExecContext): Value {
    return context.parameters[this.index];
  }

  override toString(): string {
    return `?${this.index}`;
  }
}

/** A column of a table, a derived table or a CTE: a register that the source's operator fills. */
export class ColumnRef extends Expression {
  readonly source: Source;
  readonly column: number;
  readonly register: number;

  /** Made by `Source.ref`, one per column. */
  constructor(
    source: Source,
    column: number,
    register: number,
    isNullExtended: boolean,
    coercibility: Coercibility = Coercibility.implicit,
  ) {
    const {type, nullable} = source.columns[column];
    super(type, nullable || isNullExtended, [], coercibilityOf(type, coercibility), Volatility.row);
    this.source = source;
    this.column = column;
    this.register = register;
  }

  get name(): string {
    return this.source.columns[this.column].name;
  }

  override evaluate(context: ExecContext): Value {
    return context.registers[this.register];
  }

  override toString(): string {
    return `${this.source.alias}.${this.name}`;
  }
}

/** A register that an operator fills with the value of something else: an aggregate, a window function, a subquery, a computed item. */
export class Slot extends Expression {
  readonly register: number;
  readonly #text: string;

  /** `volatility` is `stable` for a register that is filled once, before any row is read. */
  constructor(
    register: number,
    type: SqlType,
    nullable: boolean,
    text: string,
    coercibility?: Coercibility,
    volatility: Volatility = Volatility.row,
  ) {
    super(type, nullable, [], coercibility ?? coercibilityOf(type, Coercibility.implicit), volatility);
    this.register = register;
    this.#text = text;
  }

  override evaluate(context: ExecContext): Value {
    return context.registers[this.register];
  }

  override toString(): string {
    return this.#text;
  }
}

/** Several values as one operand: (a, b) = (1, 2). Never evaluated as a whole: the binder takes rows apart. */
export class RowValue extends Expression {
  constructor(items: readonly Expression[]) {
    super(
      items[0].type,
      items.some(i => i.nullable),
      items,
    );
  }

  override evaluate(): Value {
    throw new BugError('a row was evaluated as a value');
  }

  override toString(): string {
    return `(${this.children.join(', ')})`;
  }
}
