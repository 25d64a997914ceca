// Civil-day arithmetic: dates as day numbers and back, weekdays, weeks.
//
// Day numbers are those of TO_DAYS: 0000-01-01 is 1, 1970-01-01 is 719528, 9999-12-31 is 3652424. Year 0 has 365 days
// here, as in MySQL, so that its January and February lie one day off the proleptic Gregorian calendar; everything
// after is Gregorian. The formulas count from March, which puts the leap day at the end of a year.

/** TO_DAYS('1970-01-01'). */
export const EPOCH_DAY = 719528;
/** TO_DAYS('9999-12-31'). */
export const MAX_DAY = 3652424;

const DAYS_IN_MONTH = Uint8Array.of(0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || (year % 400 === 0 && year !== 0));
}

/** Days of a month; 31 for month 0 (the "no month" of a date like 2020-00-00). */
export function daysInMonth(year: number, month: number): number {
  if (month === 2 && isLeapYear(year)) return 29;
  return month === 0 ? 31 : DAYS_IN_MONTH[month];
}

/** The day number of a date. `month` is in [1, 12]; `day` may lie outside of the month and counts on from there. */
export function dayNumber(year: number, month: number, day: number): number {
  if (year === 0 && month <= 2) return (month - 1) * 31 + day;
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra + 60;
}

/** A date as a number: year * 10000 + month * 100 + day. Inverse of `dayNumber` for days in [1, MAX_DAY]. */
export function dateOfDay(days: number): number {
  if (days < 60) return days <= 31 ? 100 + days : 200 + days - 31;
  const z = days - 60;
  const era = Math.floor(z / 146097);
  const dayOfEra = z - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return year * 10000 + month * 100 + day;
}

/** Day of the week of a day number, Monday = 0. */
export function weekdayOfDay(days: number): number {
  return (days + 5) % 7;
}

/** Day of the year, 1 to 366. */
export function dayOfYear(year: number, month: number, day: number): number {
  return dayNumber(year, month, day) - dayNumber(year, 1, 1) + 1;
}

/** First day of week 1 of a year under a week mode (see `weekOfDay`). */
function firstWeekStart(year: number, mode: number): number {
  const mondayFirst = (mode & 1) !== 0;
  const needsFourDays = mondayFirst !== ((mode & 4) !== 0);
  const newYear = dayNumber(year, 1, 1);
  const weekday = mondayFirst ? weekdayOfDay(newYear) : (weekdayOfDay(newYear) + 1) % 7;
  if (needsFourDays) return weekday <= 3 ? newYear - weekday : newYear - weekday + 7;
  return weekday === 0 ? newYear : newYear - weekday + 7;
}

/**
 * The week of a date as year * 100 + week, under MySQL's week modes 0 to 7: bit 0 starts weeks on Monday instead of
 * Sunday; bit 1 gives the days before week 1 to the last week of the year before (else they are week 0); with
 * bit 0 xor bit 2, week 1 is the first with four days in the year, else the first that begins in it.
 */
export function weekOfDay(year: number, month: number, day: number, mode: number): number {
  const days = dayNumber(year, month, day);
  let ofYear = year;
  let start = firstWeekStart(year, mode);
  if ((mode & 2) !== 0) {
    if (days < start) {
      ofYear = year - 1;
      start = firstWeekStart(ofYear, mode);
    } else if (days >= firstWeekStart(year + 1, mode)) {
      ofYear = year + 1;
      start = firstWeekStart(ofYear, mode);
    }
  }
  return ofYear * 100 + (days < start ? 0 : Math.floor((days - start) / 7) + 1);
}
