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
import {OracleSession} from './session.ts';

const HERE = import.meta.dirname;
const names = globSync('cases/*.sql', {cwd: HERE})
  .map(file => basename(file, '.sql'))
  .sort();
let server: RunningServer | undefined;

before(async () => {
  server = await startPando(await freePorts(4, 23_000));
});

after(() => server?.stop());

for (const name of names) {
  test(`${name}: the recorded answers`, async () => {
    const recorded = readRecorded(readFileSync(join(HERE, 'expected', `${name}.txt`), 'utf8'));
    const steps = parseScript(readFileSync(join(HERE, 'cases', `${name}.sql`), 'utf8')).filter(step => step.isSample);
    assert.deepEqual(
      recorded.map(({sql}) => sql),
      steps.map(({sql}) => sql),
      'the recorded statements are those of the file: run main.ts --record',
    );
    const session = await OracleSession.open(server?.port ?? 0, `diff_${name}`);
    const wrong: string[] = [];
    for (const {sql, outcome} of recorded) {
      const actual = (await session.run(sql)).outcome;
      const what = difference(sql, outcome, actual);
      if (what !== undefined) wrong.push(`${what}: ${sql}`, ...printOutcome(outcome), 'but', ...printOutcome(actual));
    }
    session.close();
    assert.deepEqual(wrong, []);
  });
}
