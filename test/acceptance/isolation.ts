// Isolation through the wire: random transactions on all primaries at once, while primaries are crashed and everything is killed, judged by the isolation checker.
//
//   node test/acceptance/isolation.ts --transactions 1000000 --primaries 3
//   node test/acceptance/isolation.ts --transactions 20000 --levels SERIALIZABLE --workloads append
//
// One round is one workload at one level on tables of its own, for some seconds; the levels take turns until so many transactions have been tried (committed, rolled back, or with an outcome that nobody knows). A round
// that shows what its level forbids is kept as a history beside its explanation.

import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import type {LevelName} from '../../tools/isolation/checker/levels.ts';
import {writeJson} from '../../tools/isolation/history/json.ts';
import type {HistoryEvent} from '../../tools/isolation/history/types.ts';
import {mysqlServer} from '../../tools/isolation/runner/mysql2-server.ts';
import {runWorkload} from '../../tools/isolation/runner/run.ts';
import {createWorkload} from '../../tools/isolation/workloads/catalog.ts';
import type {ReadMode, Workload} from '../../tools/isolation/workloads/workload.ts';
import {Server} from '../support/server.ts';

const {values: options} = parseArgs({
  options: {
    transactions: {type: 'string', default: '20000'},
    primaries: {type: 'string', default: '3'},
    levels: {type: 'string', default: 'READ COMMITTED,REPEATABLE READ,SERIALIZABLE'},
    workloads: {type: 'string', default: 'append,register'},
    clients: {type: 'string', default: '40'},
    seconds: {type: 'string', default: '40'},
    // Mean pause between two crashes of a primary, and between two kills of everything. Milliseconds.
    crashes: {type: 'string', default: '8000'},
    kills: {type: 'string', default: '30000'},
    port: {type: 'string'},
    seed: {type: 'string', default: '1'},
    data: {type: 'string'},
    keep: {type: 'string'},
  },
});
/** What each level is judged as: REPEATABLE READ is snapshot isolation, and a commit that was answered is in every later snapshot on every primary. */
const JUDGED_AS: ReadonlyMap<string, LevelName> = new Map([
  ['READ COMMITTED', 'read-committed'],
  ['REPEATABLE READ', 'strong-snapshot-isolation'],
  ['SERIALIZABLE', 'strict-serializable'],
]);
/** How the rounds of a level read, one after the other. */
const READS: readonly ReadMode[] = ['plain', 'plain', 'index', 'plain', 'update'];
/** Keys in use at a time, whether they are all as likely as each other, and how far apart they lie. */
const KEYS = [
  {keys: 300, even: true, filler: 1500},
  {keys: 12, even: false, filler: 0},
  {keys: 300, even: true, filler: 1500},
  {keys: 100, even: true, filler: 1500},
  {keys: 60, even: true, filler: 0},
];
const PATIENCE = 60_000;
const TIMEOUT = 20_000;
const TICK_MS = 50;

interface Sums {
  rounds: number;
  ok: number;
  fail: number;
  info: number;
  crashes: number;
  kills: number;
  /** Times that the process ended without being asked to. */
  deaths: number;
  refuted: number;
}

const primaries = Number(options.primaries);
const data = options.data ?? mkdtempSync(join(tmpdir(), 'pando-isolation-'));
const server = await Server.start({
  primaries,
  data,
  args: ['--dbp', '64M', '--lbp', '16M'],
  ...(options.port === undefined ? {} : {port: Number(options.port)}),
});

function pause(ms: number): Promise<void> {
  return new Promise(done => setTimeout(done, ms));
}

/** A moment that comes after so many milliseconds on average. */
function later(ms: string): number {
  return performance.now() + Number(ms) * (0.5 + Math.random());
}

/** Makes trouble until it is told to end; the server runs then. */
class Nemesis {
  #ending = false;
  readonly #sums: Sums;
  readonly over: Promise<void>;

  constructor(sums: Sums) {
    this.#sums = sums;
    this.over = this.#run();
  }

  end(): Promise<void> {
    this.#ending = true;
    return this.over;
  }

  async #run(): Promise<void> {
    let crashAt = later(options.crashes);
    let killAt = later(options.kills);
    for (; !this.#ending; await pause(TICK_MS)) {
      if (performance.now() > killAt) {
        await this.#killAll();
        killAt = later(options.kills);
      } else if (performance.now() > crashAt) {
        await this.#crashOne();
        crashAt = later(options.crashes);
      }
    }
  }

  async #crashOne(): Promise<void> {
    const victim = 1 + Math.floor(Math.random() * primaries);
    try {
      const {status} = await server.admin('POST', `/primaries/crash/${victim}`);
      if (status === 200) this.#sums.crashes++;
    } catch (error) {
      console.log(`the server has died by itself: ${error}\n${server.output.slice(-5000)}`);
      this.#sums.deaths++;
      await this.#killAll();
    }
  }

  async #killAll(): Promise<void> {
    await server.end('SIGKILL');
    this.#sums.kills++;
    await server.run();
  }
}

function judge(workload: Workload, events: readonly HistoryEvent[], isolation: string, round: string): boolean {
  const {valid, lines} = workload.check(events, JUDGED_AS.get(isolation) as LevelName);
  if (valid) return true;
  console.log(lines.join('\n'));
  if (options.keep !== undefined) {
    mkdirSync(options.keep, {recursive: true});
    const history = events.map(event => `${writeJson(event)}\n`).join('');
    writeFileSync(join(options.keep, `${round}.jsonl`), history);
  }
  return false;
}

async function runRound(isolation: string, name: string, seed: number, sums: Sums): Promise<void> {
  const reads = READS[seed % READS.length];
  const settings = {
    seed,
    pause: Math.floor(seed / 2) % 2,
    reads,
    ...KEYS[Math.floor(seed / 2) % KEYS.length],
    writesPerKey: 128,
  };
  const workload = createWorkload(name, settings) as Workload;
  const servers = Array.from({length: primaries}, (_, i) =>
    mysqlServer(`mysql://root@127.0.0.1:${server.portOf(i + 1)}/isolation`, {
      isolation,
      variables: [],
      password: undefined,
      prepared: seed % 2 === 0,
      timeout: TIMEOUT,
    }),
  );
  let nemesis: Nemesis | undefined;
  const time = {now: () => performance.now(), sleep: pause};
  const events = await runWorkload(workload, servers, time, {
    clients: Number(options.clients),
    duration: Number(options.seconds) * 1000,
    hop: 0.1,
    seed,
    patience: PATIENCE,
    begun: () => {
      nemesis = new Nemesis(sums);
    },
    calm: async () => nemesis?.end(),
  });
  for (const {type} of events) if (type !== 'invoke') sums[type]++;
  sums.rounds++;
  if (!judge(workload, events, isolation, `${isolation.replace(' ', '-')}-${name}-${seed}`)) sums.refuted++;
}

function tried({ok, fail, info}: Sums): number {
  return ok + fail + info;
}

const levels = options.levels.split(',');
const names = options.workloads.split(',');
const all = new Map<string, Sums>(
  levels.map(level => [level, {rounds: 0, ok: 0, fail: 0, info: 0, crashes: 0, kills: 0, deaths: 0, refuted: 0}]),
);
const total = (): number => [...all.values()].reduce((sum, sums) => sum + tried(sums), 0);
try {
  for (let seed = Number(options.seed); total() < Number(options.transactions); seed++) {
    for (const [isolation, sums] of all) {
      const name = names[seed % names.length];
      await runRound(isolation, name, seed, sums);
      console.log(`${total()} transactions; ${isolation} ${name} seed ${seed}: ${JSON.stringify(sums)}`);
    }
  }
} finally {
  await server.end('SIGTERM');
  if (options.data === undefined) rmSync(data, {recursive: true, force: true});
}
for (const [isolation, sums] of all) {
  const holds = sums.refuted === 0 && sums.deaths === 0;
  console.log(
    `${isolation} as ${JUDGED_AS.get(isolation)}: ${holds ? 'holds' : 'REFUTED'}; ${tried(sums)} transactions, ${JSON.stringify(sums)}`,
  );
  if (!holds) process.exitCode = 1;
}
