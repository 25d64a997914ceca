// The column a value is about to be stored in, as conversions and their complaints see it. One object serves a statement.

import {SqlError} from '../../base/sql-error.ts';
import {type ColumnContext, complain, refuses} from '../../format/value/conversion-context.ts';
import {coerceForColumn} from '../../format/value/convert.ts';
import {Decimal} from '../../format/value/decimal.ts';
import {DateTime, Duration, type TimeZone} from '../../format/value/temporal.ts';
import {Kind, type SqlType, type Value} from '../../format/value/types.ts';
import type {ColumnDefinition} from '../catalog/definition.ts';
import type {SessionState} from '../exec/contract.ts';

export class ColumnTarget implements ColumnContext {
  readonly #session: SessionState;
  column = '';
  row = 1;
  ignore = false;

  constructor(session: SessionState) {
    this.#session = session;
  }

  get sqlMode(): number {
    return this.#session.sqlMode;
  }

  get timeZone(): TimeZone {
    return this.#session.timeZone;
  }

  get statementMicros(): number {
    return this.#session.statementMicros;
  }

  warning(level: 'Note' | 'Warning' | 'Error', errno: number, message: string): void {
    this.#session.warning(level, errno, message);
  }

  /**
   * The value as the column keeps it. NULL for a column that is NOT NULL is error 1048; with IGNORE, or (`isMany`) in a later row or an
   * UPDATE without strict mode, it is the column's implicit default and a warning.
   */
  store(value: Value, from: SqlType, to: ColumnDefinition, isMany: boolean): Value {
    this.column = to.name;
    if (value === null) return to.nullable ? null : this.#nullFor(to, isMany);
    return coerceForColumn(value, from, to.type, this);
  }

  #nullFor(to: ColumnDefinition, isMany: boolean): Value {
    if (!this.ignore && (!isMany || refuses(this))) throw new SqlError('ER_BAD_NULL', to.name);
    this.warning('Warning', 1048, `Column '${to.name}' cannot be null`);
    return implicitDefault(to.type);
  }

  /** A column that gets no value and has no default: error 1364, or a warning and the implicit default. */
  missing(to: ColumnDefinition): Value {
    this.column = to.name;
    complain(this, 'ER_NO_DEFAULT_FOR_FIELD', to.name);
    return implicitDefault(to.type);
  }
}

/** What MySQL puts into a NOT NULL column that has no value, where it does not refuse. */
export function implicitDefault(type: SqlType): Value {
  switch (type.kind) {
    case Kind.decimal:
      return new Decimal(0n, type.decimals);
    case Kind.date:
      return DateTime.date(0, 0, 0);
    case Kind.datetime:
    case Kind.timestamp:
      return DateTime.of(0, 0, 0);
    case Kind.time:
      return new Duration(0);
    case Kind.char:
    case Kind.varchar:
    case Kind.text:
    case Kind.set:
      return '';
    case Kind.binary:
      return new Uint8Array(type.length);
    case Kind.varbinary:
    case Kind.blob:
      return new Uint8Array(0);
    case Kind.enum:
      return type.members[0];
    case Kind.json:
      return 'null';
    default:
      return 0;
  }
}
