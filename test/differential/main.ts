// The differential run: every statement file on MariaDB and on Pando, then random queries, and a report of what differs.
//
//   node test/differential/main.ts [--record] [--only NAME] [--shown N] [--random N] [--seed S] [--prepared] [--primaries N] [--port P] [--maria-port P] [--pando-port P]
//
// `--record` writes the answers that the quick test compares Pando with. With `--maria-port` or `--pando-port` the server that listens there
// is used instead of one started for the run; its schemas `diff_...` are dropped and made anew. `--prepared` sends Pando the statements prepared,
// `--primaries 3` spreads them over three primaries.

import {globSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {parseArgs} from 'node:util';
import {difference} from './compare.ts';
import {isKnownDifference} from './known.ts';
import {printOutcome} from './outcome.ts';
import {runRandom} from './random/run.ts';
import {printRecorded, type Recorded} from './recorded.ts';
import {parseScript} from './script.ts';
import {existingServer, findMariadbd, freePorts, type RunningServer, startMariadb, startPando} from './servers.ts';
import {OracleSession, type Result} from './session.ts';
import {SpreadSession} from './spread.ts';

const HERE = import.meta.dirname;

const {values: options} = parseArgs({
  options: {
    record: {type: 'boolean', default: false},
    only: {type: 'string'},
    // Differences of one table of expressions that are printed; the others are counted.
    shown: {type: 'string', default: '3'},
    random: {type: 'string', default: '0'},
    seed: {type: 'string', default: '1'},
    prepared: {type: 'boolean', default: false},
    primaries: {type: 'string', default: '1'},
    port: {type: 'string', default: '21200'},
    'maria-port': {type: 'string'},
    'pando-port': {type: 'string'},
  },
});

/** Figures of a run. */
interface Totals {
  statements: number;
  known: number;
  differences: number;
}

/** Both servers answer one file. */
async function runFile(path: string, maria: number, pando: readonly number[], totals: Totals): Promise<void> {
  const name = basename(path, '.sql');
  const schema = `diff_${name.replaceAll('-', '_')}`;
  const [left, right] = await Promise.all([
    OracleSession.open(maria, schema),
    SpreadSession.open(pando, schema, options.prepared ? 'prepared' : 'text'),
  ]);
  const answers: Recorded[] = [];
  const shown = new Map<string, number>();
  for (const {sql, template, isSample, differs} of parseScript(readFileSync(path, 'utf8'))) {
    const [expected, actual] = await Promise.all([left.run(sql), right.run(sql)]);
    const what = difference(sql, expected.outcome, actual.outcome);
    totals.statements++;
    const isListed = what !== undefined && (differs !== undefined || isKnownDifference(sql, expected, actual));
    if (isListed) totals.known++;
    if (what !== undefined && !isListed) {
      totals.differences++;
      const count = (shown.get(template) ?? 0) + 1;
      shown.set(template, count);
      if (count <= Number(options.shown)) report(name, sql, what, expected, actual);
    }
    if (!isSample) continue;
    answers.push({sql, isKnown: isListed, outcome: isListed ? actual.outcome : expected.outcome});
  }
  left.close();
  right.close();
  if (!options.record) return;
  mkdirSync(join(HERE, 'expected'), {recursive: true});
  writeFileSync(join(HERE, 'expected', `${name}.txt`), printRecorded(answers));
}

function report(name: string, sql: string, what: string, expected: Result, actual: Result): void {
  console.log(`\n${name}: ${what} differ: ${sql}`);
  for (const [server, {outcome, message}] of [
    ['mariadb', expected],
    ['pando', actual],
  ] as const) {
    const shown = printOutcome(outcome).slice(0, 8).join('\n    ').slice(0, 1500);
    console.log(
      `  ${server.padEnd(7)} ${shown}${message === '' ? '' : `  [${message.replaceAll('\n', '; ').slice(0, 200)}]`}`,
    );
  }
}

async function servers(): Promise<readonly [RunningServer, RunningServer]> {
  const primaries = Number(options.primaries);
  const first = await freePorts(primaries + 3, Number(options.port));
  const maria = options['maria-port'];
  const pando = options['pando-port'];
  const program = findMariadbd();
  if (maria === undefined && program === undefined) {
    console.error(
      'MariaDB is not installed here: apt-get install mariadb-server, or name a running one with --maria-port.',
    );
    process.exit(2);
  }
  return Promise.all([
    maria === undefined ? startMariadb(program as string, first) : existingServer(Number(maria)),
    pando === undefined ? startPando(first + 1, primaries) : existingServer(Number(pando)),
  ]);
}

const totals: Totals = {statements: 0, known: 0, differences: 0};
const [maria, pando] = await servers();
try {
  const files = globSync('cases/*.sql', {cwd: HERE}).sort();
  for (const file of files) {
    if (options.only !== undefined && !file.includes(options.only)) continue;
    await runFile(join(HERE, file), maria.port, pando.ports, totals);
  }
  console.log(
    `\n${totals.statements} statements, ${totals.known} known to differ, ${totals.differences} unlisted differences`,
  );
  const count = Number(options.random);
  if (count > 0) totals.differences += await runRandom(maria.port, pando.port, count, Number(options.seed));
} finally {
  await Promise.all([maria.stop(), pando.stop()]);
}
process.exitCode = totals.differences === 0 ? 0 : 1;
