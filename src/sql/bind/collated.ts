// COLLATE: the same text, compared another way.

import {SqlError} from '../../base/sql-error.ts';
import {type Collation, collationOf} from '../../format/value/collation.ts';
import type {Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import {Coercibility, Expression} from './expression.ts';
import {isStringType} from './type-classes.ts';

export class Collated extends Expression {
  readonly operand: Expression;
  readonly collation: Collation;

  /** `operand` is a text. A collation of another character set is error 1253; Unicode ones stand for each other. */
  constructor(operand: Expression, collation: Collation) {
    super({...operand.type, collation: collation.id}, operand.nullable, [operand], Coercibility.explicit);
    if (isStringType(operand.type)) checkCharset(operand.type.collation, collation);
    this.operand = operand;
    this.collation = collation;
  }

  override evaluate(context: ExecContext): Value {
    return this.operand.evaluate(context);
  }

  override toString(): string {
    return `(${this.operand} collate ${this.collation.name})`;
  }
}

function checkCharset(from: number, to: Collation): void {
  const {charset} = collationOf(from);
  if (charset === to.charset) return;
  throw new SqlError('ER_COLLATION_CHARSET_MISMATCH', to.name, charset.name);
}
