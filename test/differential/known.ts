// Differences between MySQL 8.4 and MariaDB 10.11 that are no mistakes of Pando's, by pattern: the reason, what must be in the statement, and what
// the two answers look like. Differences of single statements stand in the statement files.

import type {Result} from './session.ts';

interface KnownDifference {
  readonly reason: string;
  /** What the statement contains. */
  readonly statement: RegExp;
  /** What both answers look like (their heads); left out where any will do. */
  readonly mariadb?: RegExp;
  readonly pando?: RegExp;
  /** A value that MariaDB gives. */
  readonly value?: RegExp;
}

const KNOWN: readonly KnownDifference[] = [
  {
    reason: 'MariaDB answers one row to SELECT DISTINCT of constants without looking at OFFSET',
    statement: /SELECT DISTINCT .* OFFSET/,
  },
  {
    reason:
      'digits that a quotient has inside an aggregate depend on whether groups are kept in a temporary table, in MySQL too',
    statement: /(AVG|SUM)\([^/]* \/ /,
  },
  {
    reason:
      'the digits of a quotient in one branch of a set operation, when that branch goes through a temporary table',
    statement: /\/ .*(UNION|EXCEPT|INTERSECT)|(UNION|EXCEPT|INTERSECT).* \//,
    mariadb: /decimal/,
    pando: /decimal/,
  },
  {
    reason: 'MariaDB keeps too few digits of results of short integers in a temporary table, and clips them',
    statement: /\/|AVG\(|DIV|GREATEST|LEAST/,
    value: /^-?(0|9+)\.9+$/,
  },
  {
    reason: 'MariaDB keeps too few characters of a quotient of DIV that is turned into text in a temporary table',
    statement: /CAST\(\(?[^ ]+ DIV .* AS CHAR/,
    value: /^-$/,
  },
  {
    reason: 'MariaDB overwrites the text of one argument of a function while it makes another',
    statement: /CONCAT\([A-Z]+\(|CONCAT_WS\('-', ([A-Z]+\()*x\d+\.o\d|[LR]PAD\(x\d+\.o\d|REPLACE\(x\d+\.o\d/,
  },
  {
    reason: 'MariaDB joins too many rows when one pair of columns is compared with = and with <=>',
    statement: /(x\d+\.\w+) = (x\d+\.\w+).*\1 <=> \2/,
  },
  {
    reason:
      'MariaDB takes a comparison with ALL or ANY that is unknown for false when something asks for the difference, or sorts by it',
    statement: /(ALL|ANY) \(SELECT .* (IS (NOT )?(UNKNOWN|TRUE|FALSE|NULL)|ORDER BY)/,
  },
  {
    reason:
      'MariaDB lets a computed column of a derived table on the inner side of an outer join have a value in rows without a partner',
    statement: /(LEFT|RIGHT) JOIN .*\(SELECT|\(SELECT .*(LEFT|RIGHT) JOIN|WITH cte .*(LEFT|RIGHT) JOIN/,
  },
  {
    reason: 'ROUND to more digits than a decimal has keeps its scale in MySQL',
    statement: /ROUND\(x\d+\.o\d/,
  },
  {
    reason: 'MariaDB rounds a constant with a fraction to the integer column that it is compared with',
    statement: /x\d+\.\w+ (=|<=>|<>|<|>|<=|>=) -?\d+\.\d+|-?\d+\.\d+(e0)? (=|<=>|<>|<|>|<=|>=) x\d+\.\w+/,
  },
  {
    reason: 'MariaDB compares a quotient with the digits it shows, MySQL with those it has inside',
    statement: /\/ .*(<=>|=|<|>|IN|BETWEEN)|(<=>|=|<|>) .*\/ /,
  },
  {
    reason:
      'MariaDB takes MIN and MAX of a column that is NOT NULL for not NULL in HAVING, where there is no row at all',
    statement: /HAVING .*\b(MIN|MAX)\((DISTINCT )?x\d+\.(id|j)\)/,
  },
  {
    reason: 'MariaDB drops the HAVING of an EXISTS',
    statement: /EXISTS \(SELECT .*HAVING/,
  },
  {
    reason: 'MariaDB rounds the fraction of a constant that is not equal to an integer column',
    statement: /NOT .*\([\d.]+ <> x\d+\.\w+\)/,
  },
  {
    reason:
      'MariaDB turns a comparison with ALL or ANY over aggregates into one with their MIN or MAX, and loses NULL; NOT IN as well',
    statement: /(ALL|ANY|IN) \(SELECT .*(MIN|MAX|SUM|AVG|COUNT|GROUP_CONCAT)\(/,
  },
  {
    reason: 'deviations and variances of exact numbers are doubles with all digits in MySQL',
    statement: /\b(STD|STDDEV|STDDEV_POP|STDDEV_SAMP|VARIANCE|VAR_POP|VAR_SAMP)\(/,
    mariadb: / double/,
    pando: / double/,
  },
  {
    reason: 'MariaDB prints PERCENT_RANK and CUME_DIST with ten digits',
    statement: /(PERCENT_RANK|CUME_DIST)\(/,
  },
  {
    reason: 'MySQL warns 3020 of arguments of logarithms, MariaDB 1365',
    statement: /SELECT (LN|LOG|LOG2|LOG10)\(/,
  },
  {
    reason: 'ranks are BIGINT UNSIGNED in MySQL',
    statement: /(ROW_NUMBER|RANK|DENSE_RANK|NTILE)\(/,
    mariadb: / integer/,
    pando: / unsigned/,
  },
  {
    reason: 'MariaDB has no third argument of LAG and LEAD, and no distance 0',
    statement: /(LAG|LEAD)\(\w+, \d+, /,
    mariadb: /^error 1064/,
  },
  {
    reason: 'errors of window functions have numbers of their own in each server',
    statement: /OVER/,
    mariadb: /^error 40\d\d/,
  },
  {
    reason: 'MariaDB says less of why a row breaks a CHECK',
    statement: /INTO/,
    mariadb: /^error 4025/,
    pando: /^error 3819/,
  },
  {
    reason: 'error 1366 has SQLSTATE 22007 in MariaDB, HY000 in MySQL',
    statement: /./,
    mariadb: /^error 1366 22007/,
    pando: /^error 1366 HY000/,
  },
];

/** How often each reason explained a difference in this run. */
export const explained: Map<string, number> = new Map();

/** True when a listed reason explains the difference. */
export function isKnownDifference(sql: string, expected: Result, actual: Result): boolean {
  const found = KNOWN.find(
    ({statement, mariadb, pando, value}) =>
      statement.test(sql) &&
      (value === undefined || expected.outcome.rows.some(row => row.some(v => v !== null && value.test(v)))) &&
      (mariadb?.test(expected.outcome.head) ?? true) &&
      (pando?.test(actual.outcome.head) ?? true),
  );
  if (found !== undefined) explained.set(found.reason, (explained.get(found.reason) ?? 0) + 1);
  return found !== undefined;
}
