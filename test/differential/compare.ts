// When are two outcomes the same? Rows are compared in order where the statement orders them, else as bags. Doubles may differ in their last
// digits: the two servers use different mathematical libraries.

import type {Outcome} from './outcome.ts';

const DOUBLE_TOLERANCE = 1e-13;

/** What differs, in one word, or undefined when nothing does. */
export function difference(sql: string, expected: Outcome, actual: Outcome): string | undefined {
  const isError = expected.head.startsWith('error ') || actual.head.startsWith('error ');
  if (isError) return expected.head === actual.head ? undefined : 'error';
  if (expected.kinds.length !== actual.kinds.length) return 'shape';
  if (!sameRows(sql, expected, actual)) return 'rows';
  if (expected.head !== actual.head && !differsInNullsOnly(expected, actual)) return headDifference(expected, actual);
  return sameWarnings(sql, expected, actual) ? undefined : 'warnings';
}

/** The type of a column that is NULL in every row, and is a string or nothing at all, is nobody's business. */
function differsInNullsOnly(expected: Outcome, actual: Outcome): boolean {
  const untyped = ['text', 'binary', 'null'];
  const head = (outcome: Outcome): string => {
    const kinds = outcome.kinds.map((kind, i) => {
      const isNull = outcome.rows.length > 0 && outcome.rows.every(row => row[i] === null);
      return isNull && untyped.includes(kind) ? 'untyped' : kind;
    });
    return JSON.stringify([outcome.names, kinds]);
  };
  return head(expected) === head(actual);
}

/** How often a query over tables warns depends on its plan: what it warns of must be the same, not how often. */
function sameWarnings(sql: string, expected: Outcome, actual: Outcome): boolean {
  const [a, b] = [expected.warnings, actual.warnings];
  if (!/^\s*\(?(select|with|values|table)\b.*\bfrom\b/is.test(sql)) return a.join() === b.join();
  return [...new Set(a)].join() === [...new Set(b)].join();
}

function headDifference(expected: Outcome, actual: Outcome): string {
  if (expected.kinds.length === 0) return 'affected';
  return expected.kinds.join() === actual.kinds.join() ? 'names' : 'types';
}

function sameRows(sql: string, expected: Outcome, actual: Outcome): boolean {
  if (expected.rows.length !== actual.rows.length) return false;
  const isOrdered = /\border\s+by\b/i.test(outside(sql)) || /^\s*(show|desc|explain|check)/i.test(sql);
  const rows = [plain(expected), plain(actual)];
  const [left, right] = isOrdered ? rows : rows.map(sorted);
  return left.every((row, i) =>
    row.every((value, column) => sameValue(value, right[i][column], expected.kinds[column])),
  );
}

/** Rows without what must not tell them apart: the sign of a zero, the last digits of a double. */
function plain({rows, kinds}: Outcome): Outcome['rows'] {
  return rows.map(row =>
    row.map((value, i) => {
      if (value === null || !/^(decimal|double)/.test(kinds[i])) return value;
      if (/^-0(\.0+)?$/.test(value)) return value.slice(1);
      return kinds[i] === 'double' ? String(Number(Number(value).toPrecision(12))) : value;
    }),
  );
}

function sorted(rows: Outcome['rows']): Outcome['rows'] {
  return [...rows]
    .map(row => ({row, key: row.map(value => value ?? '\0').join('\x01')}))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({row}) => row);
}

function sameValue(a: string | null, b: string | null, kind: string): boolean {
  if (a === b) return true;
  if (a === null || b === null || kind !== 'double') return false;
  const [x, y] = [Number(a), Number(b)];
  return Math.abs(x - y) <= DOUBLE_TOLERANCE * Math.max(Math.abs(x), Math.abs(y));
}

/** The statement without what stands in parentheses. */
function outside(sql: string): string {
  let text = sql;
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replaceAll(/\([^()]*\)/g, ' ');
  }
  return text;
}
