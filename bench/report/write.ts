// Writes a result: result.json, report.txt and the plots, in a folder of its own.

import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {charts} from './charts.ts';
import type {BenchResult} from './result.ts';
import {reportText} from './text.ts';

/** Name of a result's folder: its time and profile. */
export function folderName(result: BenchResult): string {
  return `${result.startedAt.slice(0, 16).replace(/[-:]/g, '').replace('T', '-')}-${result.profile}`;
}

/** Writes the files below `parent`; returns the folder. */
export function writeResult(result: BenchResult, parent: string): string {
  const folder = join(parent, folderName(result));
  mkdirSync(folder, {recursive: true});
  writeFileSync(join(folder, 'result.json'), `${JSON.stringify(result, null, 1)}\n`);
  writeFileSync(join(folder, 'report.txt'), `${reportText(result)}\n`);
  for (const [name, svg] of charts(result)) writeFileSync(join(folder, name), svg);
  return folder;
}
