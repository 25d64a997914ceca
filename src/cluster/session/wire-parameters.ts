// Parameters of prepared statements: from what the protocol decoded to the value domain of SQL.

import {Decimal} from '../../format/value/decimal.ts';
import {DateTime, Duration} from '../../format/value/temporal.ts';
import type {Value} from '../../format/value/types.ts';
import type {WireDateTime, WireParameter, WireTime} from '../../protocol/api.ts';

/** One parameter as a value. A DECIMAL that is none stays the text it is; conversion will complain where it matters. */
export function valueOfParameter(parameter: WireParameter): Value {
  if (parameter === null || typeof parameter !== 'object' || parameter instanceof Uint8Array) return parameter;
  switch (parameter.kind) {
    case 'decimal':
      return Decimal.parse(parameter.text) ?? parameter.text;
    case 'time':
      return durationOf(parameter);
    default:
      return dateTimeOf(parameter);
  }
}

function dateTimeOf(p: WireDateTime): DateTime {
  return p.kind === 'date'
    ? DateTime.date(p.year, p.month, p.day)
    : DateTime.of(p.year, p.month, p.day, p.hour, p.minute, p.second, p.micros);
}

function durationOf(p: WireTime): Duration {
  return Duration.of(p.negative, p.days * 24 + p.hours, p.minutes, p.seconds, p.micros);
}
