// Recorded answers: one text per statement file, made by `main.ts --record` from a run against MariaDB. `>` begins a statement and its answer
// by MariaDB, `!` one that is known to differ, with the answer that Pando must give.

import {escaped, type Outcome, printOutcome} from './outcome.ts';

/** A statement with the answer it must get. */
export interface Recorded {
  readonly sql: string;
  readonly isKnown: boolean;
  readonly outcome: Outcome;
}

/** The text for a list of recorded answers. */
export function printRecorded(answers: readonly Recorded[]): string {
  const lines = answers.flatMap(({sql, isKnown, outcome}) => [
    `${isKnown ? '!' : '>'} ${escaped(sql)}`,
    ...printOutcome(outcome),
  ]);
  return `${lines.join('\n')}\n`;
}

/** Answers by statement, as texts: what `textOf` gives for an outcome is compared with. */
export function readRecorded(text: string): readonly Recorded[] {
  const answers: Recorded[] = [];
  for (const block of text.split(/\n(?=[>!] )/)) {
    const lines = block.replace(/\n$/, '').split('\n');
    const sql = unescaped(lines[0].slice(2));
    answers.push({sql, isKnown: lines[0].startsWith('!'), outcome: readOutcome(lines.slice(1))});
  }
  return answers;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(\\|n)/g, (_, c) => (c === 'n' ? '\n' : '\\'));
}

function readOutcome(lines: readonly string[]): Outcome {
  const head = unescaped(lines[0]);
  const warned = lines[1]?.startsWith('warnings ') ?? false;
  const warnings = warned ? lines[1].slice(9).split(' ').map(Number) : [];
  const rows = lines.slice(warned ? 2 : 1).map(line => readRow(line.slice(2)));
  const kinds = rows.length > 0 || !/^(ok|error) \d/.test(head) ? kindsOf(head) : [];
  const names = namesOf(head, kinds);
  return {head, rows, names, kinds, warnings};
}

/** Kinds of the columns are the last words of the head's parts. */
function kindsOf(head: string): readonly string[] {
  const kind =
    / (integer|unsigned|double|decimal\(\d+\)|text|binary|datetime(?:\(\d\))?|time(?:\(\d\))?|date|year|bit|null|enum|set)(?: \| |$)/g;
  return Array.from(head.matchAll(kind), match => match[1]);
}

/** What stands before each kind. */
function namesOf(head: string, kinds: readonly string[]): readonly string[] {
  const names: string[] = [];
  let at = 0;
  for (const kind of kinds) {
    const end = head.indexOf(` ${kind}`, at);
    names.push(head.slice(at, end));
    at = end + kind.length + 4;
  }
  return names;
}

function readRow(line: string): (string | null)[] {
  const values: (string | null)[] = [];
  const value = /("(?:[^"\\]|\\.)*"|.*?)(?: \| |$)/y;
  while (values.length === 0 || value.lastIndex <= line.length) {
    const match = value.exec(line);
    if (match === null) break;
    values.push(readValue(match[1]));
    if (value.lastIndex === line.length && !match[0].endsWith(' | ')) break;
  }
  return values;
}

function readValue(text: string): string | null {
  if (text === 'NULL') return null;
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}
