// What a long proof has got so far, kept in a file, so that several runs add up to one.

import {existsSync, readFileSync, renameSync, writeFileSync} from 'node:fs';

/** What the file had, or `fresh` when there is no file, or none is wanted. @throws Error when the file is of another proof */
export function readTally<T extends {readonly proof: string}>(file: string | undefined, fresh: T): T {
  if (file === undefined || !existsSync(file)) return fresh;
  const tally = JSON.parse(readFileSync(file, 'utf8')) as T;
  if (tally.proof !== fresh.proof) throw new Error(`${file} is the tally of ${tally.proof}, not of ${fresh.proof}`);
  return tally;
}

/** Writes it whole or not at all. */
export function writeTally(file: string | undefined, tally: object): void {
  if (file === undefined) return;
  writeFileSync(`${file}.new`, `${JSON.stringify(tally, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}
