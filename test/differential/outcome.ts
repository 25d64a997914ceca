// What of an answer is compared: the error's number and SQLSTATE, or column names and kinds and the rows, or the affected rows; and the
// numbers of the warnings. Written as text, for reports and for the recorded answers.

import type {Answer, WireColumn} from './wire.ts';

/** An answer reduced to what both servers must agree on. */
export interface Outcome {
  /** `error 1064 42000`, `ok 3`, or the head of a result: `a integer | b decimal(2)`. */
  readonly head: string;
  readonly rows: readonly (readonly (string | null)[])[];
  readonly names: readonly string[];
  /** Kind of each column, for the comparison of values. */
  readonly kinds: readonly string[];
  /** Numbers of the warnings, ascending. */
  readonly warnings: readonly number[];
}

const UNSIGNED_FLAG = 32;
const ENUM_FLAG = 256;
const SET_FLAG = 2048;
const BINARY_CHARSET = 63;

const KINDS: ReadonlyMap<number, string> = new Map([
  [1, 'integer'],
  [2, 'integer'],
  [3, 'integer'],
  [8, 'integer'],
  [9, 'integer'],
  [4, 'double'],
  [5, 'double'],
  [6, 'null'],
  [7, 'datetime'],
  [10, 'date'],
  [12, 'datetime'],
  [11, 'time'],
  [13, 'year'],
  [16, 'bit'],
]);

/** The part of a column's type that the two servers share: width and length of integers and texts are left out, they differ by design. */
export function kindOf({type, flags, charset, decimals}: WireColumn): string {
  const kind = KINDS.get(type);
  if (type === 0 || type === 246) return `decimal(${decimals})`;
  if (kind === 'integer') return (flags & UNSIGNED_FLAG) !== 0 ? 'unsigned' : 'integer';
  if ((kind === 'datetime' || kind === 'time') && decimals > 0 && decimals <= 6) return `${kind}(${decimals})`;
  if (kind !== undefined) return kind;
  if ((flags & ENUM_FLAG) !== 0) return 'enum';
  if ((flags & SET_FLAG) !== 0) return 'set';
  return charset === BINARY_CHARSET && type !== 245 ? 'binary' : 'text';
}

/** Reduces an answer; `warnings` are the numbers that SHOW WARNINGS told. */
export function outcomeOf(answer: Answer, warnings: readonly number[]): Outcome {
  const sorted = [...warnings].sort((a, b) => a - b);
  if (answer.errno !== 0) {
    return {head: `error ${answer.errno} ${answer.sqlState}`, rows: [], names: [], kinds: [], warnings: []};
  }
  if (answer.columns.length === 0)
    return {head: `ok ${answer.affectedRows}`, rows: [], names: [], kinds: [], warnings: sorted};
  const kinds = answer.columns.map(kindOf);
  const head = answer.columns.map((column, i) => `${column.name} ${kinds[i]}`).join(' | ');
  return {head, rows: answer.rows, names: answer.columns.map(column => column.name), kinds, warnings: sorted};
}

/** An outcome as lines of text. */
export function printOutcome(outcome: Outcome): string[] {
  const lines = [escaped(outcome.head)];
  if (outcome.warnings.length > 0) lines.push(`warnings ${outcome.warnings.join(' ')}`);
  for (const row of outcome.rows) lines.push(`: ${row.map(printValue).join(' | ')}`);
  return lines;
}

/** A text on one line: backslashes doubled, newlines as \\n. */
export function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** Text that stays on one line and between bars. */
function printValue(value: string | null): string {
  if (value === null) return 'NULL';
  return /^NULL$|[\n\r|"\0\\]|^\s|\s$|^$/.test(value) ? JSON.stringify(value) : value;
}
