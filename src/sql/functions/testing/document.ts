// The list of functions in docs/mysql-compat.md, made from the registry: `node src/sql/functions/testing/document.ts` writes it, and a test
// compares. What has a syntax of its own, aggregates and window functions are listed here, and so is what is missing of the manual's list.

import {readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {allFunctions} from '../registry.ts';

const DOCUMENT = new URL('../../../../docs/mysql-compat.md', import.meta.url);
const BEGIN = '<!-- functions: made from the registry by src/sql/functions/testing/document.ts -->';
const END = '<!-- end of functions -->';

/** Functions whose arguments have a syntax of their own. */
export const SPECIAL_FORMS: readonly string[] = [
  'ANY_VALUE',
  'CASE',
  'CAST',
  'CHAR',
  'CONVERT',
  'DEFAULT',
  'GROUPING',
  'JSON_TABLE',
  'MEMBER OF',
  'VALUES',
];

export const AGGREGATES: readonly string[] = [
  'AVG',
  'BIT_AND',
  'BIT_OR',
  'BIT_XOR',
  'COUNT',
  'GROUP_CONCAT',
  'JSON_ARRAYAGG',
  'JSON_OBJECTAGG',
  'MAX',
  'MIN',
  'STD',
  'STDDEV',
  'STDDEV_POP',
  'STDDEV_SAMP',
  'SUM',
  'VARIANCE',
  'VAR_POP',
  'VAR_SAMP',
];

export const WINDOW_FUNCTIONS: readonly string[] = [
  'CUME_DIST',
  'DENSE_RANK',
  'FIRST_VALUE',
  'LAG',
  'LAST_VALUE',
  'LEAD',
  'NTH_VALUE',
  'NTILE',
  'PERCENT_RANK',
  'RANK',
  'ROW_NUMBER',
];

/** Functions of the MySQL 8.4 manual that are not there; a call is error 1305. */
export const MISSING: readonly string[] = [
  'EXTRACTVALUE',
  'GTID_SUBSET',
  'GTID_SUBTRACT',
  'JSON_SCHEMA_VALID',
  'JSON_SCHEMA_VALIDATION_REPORT',
  'MATCH',
  'ROLES_GRAPHML',
  'UPDATEXML',
  'WAIT_FOR_EXECUTED_GTID_SET',
];

/** The generated part of the document, between its marks. */
export function functionTable(): string {
  const rows = allFunctions().map(({name, category, minArgs, maxArgs, summary}) => {
    const most = maxArgs > 100 ? '' : String(maxArgs);
    const count = minArgs === maxArgs ? String(minArgs) : `${minArgs}..${most}`;
    return `| ${name} | ${category} | ${count} | ${summary.replaceAll('|', '\\|')} |`;
  });
  return [
    BEGIN,
    '',
    '| function | kind | arguments | what it gives |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    `With a syntax of their own: ${SPECIAL_FORMS.join(', ')}.`,
    `Aggregates, also over windows: ${AGGREGATES.join(', ')}.`,
    `Window functions: ${WINDOW_FUNCTIONS.join(', ')}.`,
    `Not there: ${MISSING.join(', ')}, spatial functions, and loadable functions.`,
    '',
    END,
  ].join('\n');
}

/** The document as it stands, and as it should. */
export function documented(): {readonly actual: string; readonly expected: string} {
  const actual = readFileSync(DOCUMENT, 'utf8');
  const begin = actual.indexOf(BEGIN);
  const end = actual.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('the document has lost the marks of its list of functions');
  return {actual, expected: actual.slice(0, begin) + functionTable() + actual.slice(end + END.length)};
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(DOCUMENT, documented().expected);
