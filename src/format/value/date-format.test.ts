import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {dayNumber, MAX_DAY} from './calendar.ts';
import {formatDateTime, formatDuration} from './date-format.ts';
import {SqlMode} from './sql-mode.ts';
import {formatKind, strToDate} from './str-to-date.ts';
import {DateTime, Duration} from './temporal.ts';
import {LENIENT, Problem} from './temporal-parse.ts';

const value = DateTime.of(2024, 2, 3, 14, 5, 6, 7);

test('every specifier', () => {
  const all = 'a b c D d e f H h I i j k l M m p r S s T U u V v W w X x Y y % q'.split(' ');
  const text = formatDateTime(value, all.map(s => `%${s}`).join('|'));
  assert.equal(
    text,
    'Sat|Feb|2|3rd|03|3|000007|14|02|02|05|034|14|2|February|02|PM|02:05:06 PM|06|06|14:05:06|04|05|04|05|Saturday|6|2024|2024|2024|24|%|q',
  );
});

test('suffixes, noon, and formats that end in a percent sign', () => {
  const suffix = (day: number): string | null => formatDateTime(DateTime.date(2024, 1, day), '%D');
  assert.deepEqual([1, 2, 3, 4, 11, 12, 13, 21, 22, 31].map(suffix), [
    ...['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd', '31st'],
  ]);
  assert.equal(formatDateTime(DateTime.of(2024, 1, 1, 0), '%h %p'), '12 AM');
  assert.equal(formatDateTime(DateTime.of(2024, 1, 1, 12), '%h %p'), '12 PM');
  assert.equal(formatDateTime(value, 'x%'), 'x%');
});

test('a name of month zero is NULL, its number is not', () => {
  const zero = DateTime.of(2024, 0, 0);
  assert.equal(formatDateTime(zero, '%M'), null);
  assert.equal(formatDateTime(zero, '%W'), null);
  assert.equal(formatDateTime(zero, '%m-%d'), '00-00');
});

test('times have hours beyond a day', () => {
  assert.equal(formatDuration(Duration.of(true, 100, 2, 3, 4), '%H|%k|%h|%i|%s|%f'), '-100|100|04|02|03|000004');
});

const read = (text: string, format: string, mode = 0): string => {
  const {value: result, problem} = strToDate(text, format, {...LENIENT, mode});
  const printed = result === undefined ? 'invalid' : result.toText(formatKind(format).fsp);
  return problem === Problem.truncated ? `${printed} truncated` : printed;
};

test('STR_TO_DATE reads back what DATE_FORMAT wrote', () => {
  const formats = [
    '%Y-%m-%d %H:%i:%s.%f',
    '%D %M %Y, %r .%f',
    '%b %e %Y %T.%f',
    '%Y %j %k-%i-%S %f',
    '%W %x %v %H%i%s%f',
    '%a %X %V %H%i%s%f',
  ];
  const day = fc.integer({min: dayNumber(1000, 1, 8), max: MAX_DAY});
  fc.assert(
    fc.property(day, fc.integer({min: 0, max: 86399}), fc.integer({min: 0, max: 999_999}), (d, s, us) => {
      const moment = DateTime.fromDay(d, s, us);
      for (const format of formats) {
        const text = formatDateTime(moment, format);
        assert.ok(text !== null);
        assert.equal(read(text, format), moment.toText(6), `${text} by ${format}`);
      }
    }),
    {numRuns: 50},
  );
});

test('STR_TO_DATE: forms and faults', () => {
  const cases: [string, string, string][] = [
    ['01,5,2013', '%d,%m,%Y', '2013-05-01'],
    ['May 1, 2013', '%M %d,%Y', '2013-05-01'],
    ['a09:30:17', 'a%h:%i:%s', '09:30:17'],
    ['a09:30:17', '%h:%i:%s', 'invalid'],
    ['09:30:17a', '%h:%i:%s', '09:30:17 truncated'],
    ['12:00:00 AM', '%r', '00:00:00'],
    ['13:00 PM', '%h:%i %p', 'invalid'],
    ['9', '%s', '00:00:09'],
    ['200442 Monday', '%X%V %W', '2004-10-18'],
    ['70-1-2', '%y-%c-%e', '1970-01-02'],
    ['2020-02-30', '%Y-%m-%d', 'invalid'],
    ['2020-01-02', '%Y-%m-%d %H:%i', '2020-01-02 00:00:00'],
    ['--2020x1', '%.%Y%@%m', '2020-01-00'],
    ['jan', '%M', '0000-01-00'],
    ['ju 2020', '%M %Y', 'invalid'],
  ];
  for (const [text, format, expected] of cases) assert.equal(read(text, format), expected, `${text} by ${format}`);
  assert.equal(read('9', '%m', SqlMode.noZeroInDate), 'invalid');
});

test('the kind of the result follows from the format', () => {
  assert.deepEqual(formatKind('%Y-%m'), {kind: 'date', fsp: 0});
  assert.deepEqual(formatKind('%H%%d'), {kind: 'time', fsp: 0});
  assert.deepEqual(formatKind('%T %d %f'), {kind: 'datetime', fsp: 6});
});
