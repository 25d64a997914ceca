// The time: fixed for a statement (NOW), or asked anew (SYSDATE).

import {fromUtcSeconds, UTC} from '../../format/value/time-zone.ts';
import type {DateTime, TimeZone} from '../../format/value/temporal.ts';
import {constantValue} from '../bind/fold.ts';
import {type Expression, Volatility} from '../bind/expression.ts';
import {DATE, datetimeType, timeType} from '../bind/type-classes.ts';
import {SqlError} from '../../base/sql-error.ts';
import {call0} from './call.ts';
import {alias, type CallSite, define, type FunctionDefinition} from './definition.ts';

/** The wall clock of a zone at an instant, with fraction digits cut. */
export function momentOf(micros: number, zone: TimeZone, fsp: number): DateTime {
  const seconds = Math.floor(micros / 1_000_000);
  const moment = fromUtcSeconds(seconds, micros - seconds * 1_000_000, zone);
  return moment.withFsp(fsp, true) ?? moment;
}

/** Fraction digits asked for, 0 to 6 (1426). */
function fspOf([fsp]: readonly Expression[], {name, session}: CallSite): number {
  if (fsp === undefined) return 0;
  const value = Number(constantValue(fsp, session) ?? 0);
  if (value < 0 || value > 6) throw new SqlError('ER_TOO_BIG_PRECISION', value, name.toLowerCase(), 6);
  return value;
}

/** NOW(fsp) as an expression: also the default CURRENT_TIMESTAMP of columns. */
export function bindNow(fsp: number): Expression {
  return call0({name: 'now', type: datetimeType(fsp), volatility: Volatility.stable}, ({session}) =>
    momentOf(session.statementMicros, session.timeZone, fsp),
  );
}

function sysdate(args: readonly Expression[], site: CallSite): Expression {
  const fsp = fspOf(args, site);
  return call0({name: 'sysdate', type: datetimeType(fsp), volatility: Volatility.volatile}, ({session}) =>
    momentOf(session.nowMicros(), session.timeZone, fsp),
  );
}

function utcTimestamp(args: readonly Expression[], site: CallSite): Expression {
  const fsp = fspOf(args, site);
  return call0({name: 'utc_timestamp', type: datetimeType(fsp), volatility: Volatility.stable}, ({session}) =>
    momentOf(session.statementMicros, UTC, fsp),
  );
}

function today(name: string, isUtc: boolean) {
  return (): Expression =>
    call0({name, type: DATE, volatility: Volatility.stable}, ({session}) =>
      momentOf(session.statementMicros, isUtc ? UTC : session.timeZone, 0).toDate(),
    );
}

function clock(name: string, isUtc: boolean) {
  return (args: readonly Expression[], site: CallSite): Expression => {
    const fsp = fspOf(args, site);
    return call0({name, type: timeType(fsp), volatility: Volatility.stable}, ({session}) =>
      momentOf(session.statementMicros, isUtc ? UTC : session.timeZone, fsp).toDuration(),
    );
  };
}

const now = define('NOW', 'temporal', [0, 1], 'Date and time at which the statement began', (args, site) => bindNow(fspOf(args, site)));
const curdate = define('CURDATE', 'temporal', 0, 'Date at which the statement began', today('curdate', false));
const curtime = define('CURTIME', 'temporal', [0, 1], 'Time of day at which the statement began', clock('curtime', false));

export const temporalNowFunctions: readonly FunctionDefinition[] = [
  now,
  alias('CURRENT_TIMESTAMP', now),
  alias('LOCALTIME', now),
  alias('LOCALTIMESTAMP', now),
  define('SYSDATE', 'temporal', [0, 1], 'Date and time at which the function is called', sysdate),
  curdate,
  alias('CURRENT_DATE', curdate),
  curtime,
  alias('CURRENT_TIME', curtime),
  define('UTC_DATE', 'temporal', 0, 'Date in UTC', today('utc_date', true)),
  define('UTC_TIME', 'temporal', [0, 1], 'Time of day in UTC', clock('utc_time', true)),
  define('UTC_TIMESTAMP', 'temporal', [0, 1], 'Date and time in UTC', utcTimestamp),
];
