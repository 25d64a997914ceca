// Golden scripts: a test that is a document.
//
//   # prose
//   command
//   another command
//   ---
//   what the commands answered
//
// Blocks are separated by blank lines. Each block's commands are run, and their answers must equal the lines below `---`. With the
// environment variable GOLDEN_REWRITE=1 the answers are written into the script instead; read the diff before you keep it.

import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';

/** Runs one script. `execute` gets a command line and returns its answer, without a final newline ('' for none). */
export function runGolden(path: string, execute: (command: string) => string): void {
  const before = readFileSync(path, 'utf8');
  const after = before
    .trimEnd()
    .split(/\n{2,}/)
    .map(block => runBlock(block, execute))
    .join('\n\n');
  if (process.env.GOLDEN_REWRITE === '1') writeFileSync(path, `${after}\n`);
  else assert.equal(`${after}\n`, before, path);
}

function runBlock(block: string, execute: (command: string) => string): string {
  const input = block.split('\n---')[0];
  const commands = input.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  if (commands.length === 0) return block;
  const answers = commands.map(execute).filter(answer => answer !== '');
  return `${input}\n---\n${answers.length === 0 ? 'ok' : answers.join('\n')}`;
}
