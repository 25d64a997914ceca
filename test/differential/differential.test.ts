// The quick differential test: Pando alone, against the answers that `main.ts --record` took down from a run against MariaDB.

import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {after, before, test} from 'node:test';
import {difference} from './compare.ts';
import {printOutcome} from './outcome.ts';
import {readRecorded} from './recorded.ts';
import {parseScript} from './script.ts';
import {freePorts, type RunningServer, startPando} from './servers.ts';
import type {Way} from './session.ts';
import {SpreadSession} from './spread.ts';

const HERE = import.meta.dirname;
const names = globSync('cases/*.sql', {cwd: HERE})
  .map(file => basename(file, '.sql'))
  .sort();
/** Ways to run the statements; each must give the recorded answers. */
const WAYS: readonly {readonly name: string; readonly way: Way; readonly primaries: number}[] = [
  {name: 'text', way: 'text', primaries: 1},
  {name: 'prepared', way: 'prepared', primaries: 1},
  {name: 'spread over three primaries', way: 'text', primaries: 3},
];
let server: RunningServer | undefined;

before(async () => {
  server = await startPando(await freePorts(6, 23_000), 3);
});

after(() => server?.stop());

for (const {name: wayName, way, primaries} of WAYS) {
  for (const name of names) {
    test(`${name}, ${wayName}: the recorded answers`, () => runFile(name, way, primaries));
  }
}

async function runFile(name: string, way: Way, primaries: number): Promise<void> {
  const recorded = readRecorded(readFileSync(join(HERE, 'expected', `${name}.txt`), 'utf8'));
  const steps = parseScript(readFileSync(join(HERE, 'cases', `${name}.sql`), 'utf8')).filter(step => step.isSample);
  assert.deepEqual(
    recorded.map(({sql}) => sql),
    steps.map(({sql}) => sql),
    'the recorded statements are those of the file: run main.ts --record',
  );
  const session = await SpreadSession.open((server?.ports ?? []).slice(0, primaries), `diff_${name}`, way);
  const wrong: string[] = [];
  for (const {sql, outcome} of recorded) {
    const actual = (await session.run(sql)).outcome;
    const what = difference(sql, outcome, actual);
    if (what !== undefined) wrong.push(`${what}: ${sql}`, ...printOutcome(outcome), 'but', ...printOutcome(actual));
  }
  session.close();
  assert.deepEqual(wrong, []);
}
