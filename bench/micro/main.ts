// `node bench/micro/main.ts [names]`: the micro-benchmarks, each beside its limit. `--json` prints one line for a program.

import {short, table} from '../report/table.ts';
import {endAll} from '../system/children.ts';
import {commitMicros} from './commit.ts';
import type {Micro} from './measure.ts';
import {parseMicros} from './parse.ts';
import {redoMicros} from './redo.ts';
import {rowWireMicros} from './row-wire.ts';
import {searchMicros} from './search.ts';
import {transferMicros} from './transfer.ts';

const SUITES = new Map<string, () => Micro[] | Promise<Micro[]>>([
  ['search', searchMicros],
  ['row', rowWireMicros],
  ['redo', redoMicros],
  ['parse', parseMicros],
  ['transfer', transferMicros],
  ['commit', commitMicros],
]);

const args = process.argv.slice(2);
const isJson = args.includes('--json');
const wanted = args.filter(arg => !arg.startsWith('--'));
const found: Micro[] = [];
for (const [name, suite] of SUITES) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  try {
    found.push(...(await suite()));
  } catch (error) {
    // One suite that fails, while its room is being rebuilt, must not hide the others.
    console.error(`${name}: ${error instanceof Error ? error.stack : error}`);
    process.exitCode = isJson ? 0 : 1;
  }
}
await endAll();
if (isJson) console.log(JSON.stringify(found));
else if (found.length > 0) console.log(microTable(found));
// The engine's timers would keep the process alive.
process.exit();

function microTable(micros: readonly Micro[]): string {
  const rows = micros.map(one => [
    one.what,
    short(one.figure),
    one.unit,
    short(one.limit),
    one['share of limit'].toFixed(2),
    one['the limit is'],
  ]);
  return table([['what', 'figure', 'unit', 'limit', 'share', 'the limit is'], ...rows]);
}
