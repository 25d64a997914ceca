// The random run: schemas from a seed, queries in batches to both servers, and each difference shrunk to a small statement.

import {difference} from '../compare.ts';
import {explained, isKnownDifference} from '../known.ts';
import {printOutcome} from '../outcome.ts';
import {OracleSession, type Result} from '../session.ts';
import {Dice} from './dice.ts';
import {type Node, smaller} from './node.ts';
import {Queries} from './query.ts';
import {schemaStatements} from './schema.ts';

const SCHEMA = 'diff_random';
/** Queries over one set of tables, and queries sent before answers are awaited. */
const QUERIES_PER_SCHEMA = 500;
const BATCH = 25;
const SHRINK_TRIES_MAX = 1500;
/** Differences after which a run ends: more of the same help nobody. */
const REPORTS_MAX = 20;

interface Sessions {
  readonly maria: OracleSession;
  readonly pando: OracleSession;
}

/** Runs `count` queries from this seed on; the number of differences found. */
export async function runRandom(mariaPort: number, pandoPort: number, count: number, seed: number): Promise<number> {
  const started = performance.now();
  let found = 0;
  let done = 0;
  for (let round = 0; done < count && found < REPORTS_MAX; round++) {
    const dice = new Dice(seed + round);
    const sessions = {
      maria: await OracleSession.open(mariaPort, SCHEMA),
      pando: await OracleSession.open(pandoPort, SCHEMA),
    };
    const statements = schemaStatements(dice);
    await Promise.all([sessions.maria.must(...statements), sessions.pando.must(...statements)]);
    const queries = new Queries(dice);
    for (let i = 0; i < QUERIES_PER_SCHEMA && done < count && found < REPORTS_MAX; i += BATCH, done += BATCH) {
      const batch = Array.from({length: BATCH}, () => queries.statement());
      found += await runBatch(sessions, batch, `seed ${seed + round}`);
    }
    sessions.maria.close();
    sessions.pando.close();
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${done} random queries in ${seconds.toFixed(0)} s (${(done / seconds).toFixed(0)}/s), ${found} differences`,
  );
  for (const [reason, times] of explained) console.log(`  ${times} x ${reason}`);
  return found;
}

async function runBatch(sessions: Sessions, batch: readonly Node[], name: string): Promise<number> {
  const texts = batch.map(String);
  const [expected, actual] = await Promise.all([
    Promise.all(texts.map(sql => sessions.maria.runFast(sql))),
    Promise.all(texts.map(sql => sessions.pando.runFast(sql))),
  ]);
  let found = 0;
  for (const [i, sql] of texts.entries()) {
    const what = unlisted(sql, expected[i], actual[i]);
    if (what === undefined) continue;
    const small = await shrink(sessions, batch[i], what);
    if (small === undefined) continue;
    found++;
    report(name, small, await both(sessions, String(small)));
  }
  return found;
}

/** What differs, when it is neither listed nor a matter of types and names only. */
function unlisted(sql: string, expected: Result, actual: Result): string | undefined {
  const what = difference(sql, expected.outcome, actual.outcome);
  if (what === undefined || what === 'types' || what === 'names' || what === 'warnings') return undefined;
  return isKnownDifference(sql, expected, actual) ? undefined : what;
}

async function both(sessions: Sessions, sql: string): Promise<readonly [Result, Result]> {
  return Promise.all([sessions.maria.runFast(sql), sessions.pando.runFast(sql)]);
}

/** The smallest query found that still differs in the same way; undefined when the difference does not come again. */
async function shrink(sessions: Sessions, query: Node, what: string): Promise<Node | undefined> {
  const differs = async (candidate: Node): Promise<boolean> => {
    const sql = String(candidate);
    return unlisted(sql, ...(await both(sessions, sql))) === what;
  };
  if (!(await differs(query))) return undefined;
  let best = query;
  let tries = 0;
  for (let progress = true; progress; ) {
    progress = false;
    for (const candidate of smaller(best)) {
      if (++tries > SHRINK_TRIES_MAX) return best;
      if (!(await differs(candidate))) continue;
      best = candidate;
      progress = true;
      break;
    }
  }
  return best;
}

function report(name: string, query: Node, results: readonly [Result, Result]): void {
  console.log(`\nrandom, ${name}: ${query}`);
  for (const [i, server] of ['mariadb', 'pando'].entries()) {
    const shown = printOutcome(results[i].outcome).slice(0, 8).join('\n    ').slice(0, 800);
    console.log(
      `  ${server.padEnd(7)} ${shown}${results[i].message === '' ? '' : `  [${results[i].message.slice(0, 200)}]`}`,
    );
  }
}
