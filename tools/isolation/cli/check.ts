// `check`: reads a history from a file and says what it shows.

import {closeSync, openSync, readFileSync, readSync} from 'node:fs';
import {checkTransactions, type Report, verdictOf} from '../checker/check.ts';
import {type Explanation, explain, explanationLines, summaryLines} from '../checker/explain.ts';
import {type LevelName, levelNames, levelOf} from '../checker/levels.ts';
import {parseEdn} from '../history/edn.ts';
import {JsonLinesReader, parseJson} from '../history/json.ts';
import {TransactionsBuilder} from '../history/transactions.ts';
import type {HistoryEvent} from '../history/types.ts';

const CHUNK = 1 << 20;

/** Gives the events of a file one by one: JSON lines without holding them all, a JSON array or EDN at once. @throws HistoryError */
export function readEvents(path: string, give: (event: HistoryEvent) => void): void {
  if (path.endsWith('.edn')) {
    for (const event of parseEdn(readFileSync(path, 'utf8'))) give(event);
    return;
  }
  const file = openSync(path, 'r');
  try {
    const decoder = new TextDecoder('utf-8');
    const chunk = new Uint8Array(CHUNK);
    const reader = new JsonLinesReader(give);
    let first = true;
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      const text = decoder.decode(chunk.subarray(0, read), {stream: true});
      if (first && text.trimStart().startsWith('[')) {
        for (const event of parseJson(readFileSync(path, 'utf8'))) give(event);
        return;
      }
      first = false;
      reader.feed(text);
    }
    reader.end();
  } finally {
    closeSync(file);
  }
}

export interface CheckCommand {
  readonly path: string;
  readonly level: string;
  readonly json: boolean;
  readonly realtimeKeys: boolean;
  readonly examples: number;
}

/** Returns the exit code: 0 the level holds, 1 it is refuted. @throws HistoryError, Error for an unknown level */
export function runCheck(command: CheckCommand, print: (line: string) => void): number {
  const level = parseLevel(command.level);
  const builder = new TransactionsBuilder();
  readEvents(command.path, event => builder.add(event));
  const report = checkTransactions(builder.finish(), {
    examples: command.examples,
    realtimeKeys: command.realtimeKeys,
  });
  if (command.json) print(JSON.stringify(jsonReport(report, level), undefined, 2));
  else for (const line of textReport(report, level)) print(line);
  return verdictOf(report, level).valid ? 0 : 1;
}

/** @throws Error when there is no such level */
export function parseLevel(name: string): LevelName {
  const level = levelOf(name);
  if (level === undefined) throw new Error(`${name} is not a level; levels are ${levelNames.join(', ')}`);
  return level;
}

function textReport(report: Report, level: LevelName): string[] {
  const verdict = verdictOf(report, level);
  const lines = [...summaryLines(report)];
  for (const explanation of explain(report)) {
    if (verdict.because.includes(explanation.name)) lines.push('', ...explanationLines(explanation));
  }
  lines.push('', `${level}: ${verdict.valid ? 'holds' : `refuted by ${verdict.because.join(', ')}`}`);
  return lines;
}

function jsonReport(report: Report, level: LevelName): object {
  return {
    valid: verdictOf(report, level).valid,
    level,
    transactions: report.transactions.count,
    anomalies: Object.fromEntries(report.counts),
    refuted: report.verdicts.filter(v => !v.valid).map(v => v.level),
    weakestRefuted: report.weakestRefuted,
    explanations: explain(report).map(({name, because, cast}: Explanation) => ({name, cast, because})),
  };
}
