// The units of intervals.

import type {IntervalUnit, SimpleUnit} from './ast-function.ts';
import type {Parser} from './parser.ts';

const SIMPLE_UNITS = ['MICROSECOND', 'SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const;

const COMPOSED_UNITS = [
  'SECOND_MICROSECOND',
  'MINUTE_MICROSECOND',
  'MINUTE_SECOND',
  'HOUR_MICROSECOND',
  'HOUR_SECOND',
  'HOUR_MINUTE',
  'DAY_MICROSECOND',
  'DAY_SECOND',
  'DAY_MINUTE',
  'DAY_HOUR',
  'YEAR_MONTH',
] as const;

const UNITS = [...SIMPLE_UNITS, ...COMPOSED_UNITS];

/** A unit of an interval, composed ones included. */
export function intervalUnit(parser: Parser): IntervalUnit {
  return parser.expectOneOf(UNITS).toLowerCase() as IntervalUnit;
}

/** A unit of TIMESTAMPADD and TIMESTAMPDIFF; the ODBC spelling SQL_TSI_DAY is DAY. */
export function simpleUnit(parser: Parser): SimpleUnit {
  for (const unit of SIMPLE_UNITS) {
    if (!parser.isNamed(`SQL_TSI_${unit}`)) continue;
    parser.next();
    return unit.toLowerCase() as SimpleUnit;
  }
  return parser.expectOneOf(SIMPLE_UNITS).toLowerCase() as SimpleUnit;
}
