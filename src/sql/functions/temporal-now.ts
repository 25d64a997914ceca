// What time it is: of the statement (NOW and friends: one value throughout a statement), or of this very moment (SYSDATE).

import {SqlError} from '../../base/sql-error.ts';
import {DateTime, type Duration, MICROS_PER_SECOND, type TimeZone} from '../../format/value/temporal.ts';
import {fromUtcSeconds, UTC} from '../../format/value/time-zone.ts';
import type {SqlType} from '../../format/value/types.ts';
import {type Expression, Volatility} from '../bind/expression.ts';
import {constantValue} from '../bind/fold.ts';
import {DATE, datetimeType, timeType} from '../bind/type-classes.ts';
import {call0} from './call.ts';
import {alias, type CallSite, define, type FunctionDefinition} from './definition.ts';

const FSP_MAX = 6;

/** The wall clock of a zone at an instant, its fraction cut to `fsp` digits. */
export function wallClock(micros: number, zone: TimeZone, fsp: number): DateTime {
  const seconds = Math.floor(micros / MICROS_PER_SECOND);
  const moment = fromUtcSeconds(seconds, micros - seconds * MICROS_PER_SECOND, zone);
  return moment.withFsp(fsp, true) ?? moment;
}

/** Remembers the last clock, which is the same for all rows of a statement. */
class StatementClock {
  readonly #fsp: number;
  #micros = -1;
  #zone: TimeZone = UTC;
  #moment: DateTime = DateTime.date(0, 0, 0);

  constructor(fsp: number) {
    this.#fsp = fsp;
  }

  read(micros: number, zone: TimeZone): DateTime {
    if (micros !== this.#micros || zone !== this.#zone) {
      this.#moment = wallClock(micros, zone, this.#fsp);
      this.#micros = micros;
      this.#zone = zone;
    }
    return this.#moment;
  }
}

type Part = (moment: DateTime) => DateTime | Duration;

function clock(name: string, type: SqlType, part: Part, utc: boolean = false): Expression {
  const statement = new StatementClock(type.decimals);
  return call0({name: shownName(name, type), type, volatility: Volatility.stable}, ({session}) =>
    part(statement.read(session.statementMicros, utc ? UTC : session.timeZone)),
  );
}

/** The name with its fraction digits, so that NOW() and NOW(6) are not taken for the same expression. */
function shownName(name: string, {decimals}: SqlType): string {
  return decimals === 0 ? name : `${name}_${decimals}`;
}

/** NOW(fsp): when the statement began, in the session's zone. */
export function bindNow(fsp: number): Expression {
  return clock('now', datetimeType(fsp), moment => moment);
}

/** The fraction digits asked for: a constant of 0 to 6 (1426). */
function fspArg([fsp]: readonly Expression[], {name, session}: CallSite): number {
  if (fsp === undefined) return 0;
  const value = constantValue(fsp, session);
  if (typeof value !== 'number' || value < 0) throw new SqlError('ER_WRONG_ARGUMENTS', name.toLowerCase());
  if (value > FSP_MAX) throw new SqlError('ER_TOO_BIG_PRECISION', value, name.toLowerCase(), FSP_MAX);
  return value;
}

function sysdate(fsp: number): Expression {
  const type = datetimeType(fsp);
  return call0({name: shownName('sysdate', type), type, volatility: Volatility.volatile}, ({session}) =>
    wallClock(session.nowMicros(), session.timeZone, fsp),
  );
}

const now = define('NOW', 'temporal', [0, 1], 'Date and time at which the statement began', (args, site) =>
  bindNow(fspArg(args, site)),
);
const today = define('CURDATE', 'temporal', 0, 'Date on which the statement began', () =>
  clock('curdate', DATE, moment => moment.toDate()),
);
const timeNow = define('CURTIME', 'temporal', [0, 1], 'Time of day at which the statement began', (args, site) =>
  clock('curtime', timeType(fspArg(args, site)), moment => moment.toDuration()),
);

export const temporalNowFunctions: readonly FunctionDefinition[] = [
  now,
  alias('CURRENT_TIMESTAMP', now),
  alias('LOCALTIME', now),
  alias('LOCALTIMESTAMP', now),
  today,
  alias('CURRENT_DATE', today),
  timeNow,
  alias('CURRENT_TIME', timeNow),
  define('UTC_DATE', 'temporal', 0, 'CURDATE in UTC', () => clock('utc_date', DATE, moment => moment.toDate(), true)),
  define('UTC_TIME', 'temporal', [0, 1], 'CURTIME in UTC', (args, site) =>
    clock('utc_time', timeType(fspArg(args, site)), moment => moment.toDuration(), true),
  ),
  define('UTC_TIMESTAMP', 'temporal', [0, 1], 'NOW in UTC', (args, site) =>
    clock('utc_timestamp', datetimeType(fspArg(args, site)), moment => moment, true),
  ),
  define('SYSDATE', 'temporal', [0, 1], 'Date and time of the very moment of the call', (args, site) =>
    sysdate(fspArg(args, site)),
  ),
];
