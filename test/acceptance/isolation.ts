// Isolation through the wire: random transactions on all primaries at once, while primaries crash, the process stands still, the disk is full and everything is killed, judged by the isolation checker.
//
//   node test/acceptance/isolation.ts --transactions 1000000 --primaries 3 --resume FILE [--directory DIR]
//   node test/acceptance/isolation.ts --transactions 20000 --levels SERIALIZABLE --workloads append
//
// One round is one workload at one level on tables of its own, for some seconds, and is judged by itself, so that memory stays what it is; the levels take turns until so many transactions have committed. A round that
// shows what its level forbids is kept (`--keep DIR`) as a history beside its explanation. `--resume` keeps the sums in a file after every round and goes on from there, so that several runs add up. DIR is an empty
// directory on a small file system of its own (mount -t tmpfs -o size=1500m tmpfs DIR): the data are there, and the disk is full now and then.

import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import type {LevelName} from '../../tools/isolation/checker/levels.ts';
import {writeJson} from '../../tools/isolation/history/json.ts';
import type {HistoryEvent} from '../../tools/isolation/history/types.ts';
import {mariadbServer} from '../../tools/isolation/runner/mariadb-server.ts';
import {mysqlServer} from '../../tools/isolation/runner/mysql2-server.ts';
import {runWorkload} from '../../tools/isolation/runner/run.ts';
import {createWorkload} from '../../tools/isolation/workloads/catalog.ts';
import type {Workload, WorkloadOptions} from '../../tools/isolation/workloads/workload.ts';
import {Nemesis, NO_TROUBLES, type Troubles} from '../support/nemesis.ts';
import {Server} from '../support/server.ts';
import {SmallDisk} from '../support/small-disk.ts';
import {readTally, writeTally} from '../support/tally.ts';

const {values: options} = parseArgs({
  options: {
    transactions: {type: 'string', default: '20000'},
    primaries: {type: 'string', default: '3'},
    levels: {type: 'string', default: 'READ COMMITTED,REPEATABLE READ,SERIALIZABLE'},
    workloads: {type: 'string', default: 'append,register'},
    clients: {type: 'string', default: '60'},
    seconds: {type: 'string', default: '40'},
    // Mean pause between two troubles of a kind, 0 for none. Milliseconds.
    crashes: {type: 'string', default: '15000'},
    kills: {type: 'string', default: '60000'},
    stops: {type: 'string', default: '60000'},
    full: {type: 'string', default: '90000'},
    directory: {type: 'string'},
    port: {type: 'string'},
    seed: {type: 'string', default: '1'},
    data: {type: 'string'},
    keep: {type: 'string'},
    resume: {type: 'string'},
    // Say when each trouble came.
    tell: {type: 'boolean', default: false},
  },
});
/** What each level is judged as: REPEATABLE READ is snapshot isolation, and a commit that was answered is in every later snapshot on every primary. */
const JUDGED_AS: ReadonlyMap<string, LevelName> = new Map([
  ['READ COMMITTED', 'read-committed'],
  ['REPEATABLE READ', 'strong-snapshot-isolation'],
  ['SERIALIZABLE', 'strict-serializable'],
]);
/** What rounds look like, one after the other: keys in use at a time, how many of them a transaction chooses from, how far apart they lie, how they are read, and whether statements wait for each other. */
const SHAPES: readonly Partial<WorkloadOptions>[] = [
  {keys: 2000, group: 4, filler: 300, reads: 'plain', atOnce: true},
  {keys: 300, group: 3, filler: 1500, reads: 'plain', atOnce: true},
  {keys: 1000, group: 4, filler: 100, reads: 'index', atOnce: true},
  {keys: 12, even: false, filler: 0, reads: 'plain', pause: 1},
  {keys: 1000, group: 3, filler: 300, reads: 'plain', atOnce: true},
  {keys: 500, group: 5, filler: 300, reads: 'update', atOnce: true},
  {keys: 2000, group: 6, filler: 0, reads: 'plain', atOnce: true},
  {keys: 200, group: 4, filler: 1500, reads: 'plain', pause: 0},
];
const PATIENCE = 60_000;
const TIMEOUT = 20_000;

interface Sums extends Troubles {
  rounds: number;
  ok: number;
  fail: number;
  info: number;
  refuted: number;
  /** Longest time within a round that nobody's commit was answered, in seconds. */
  longestGap: number;
}

interface Tally {
  readonly proof: 'isolation';
  nextSeed: number;
  /** Processor time aside, how long all of it took. */
  seconds: number;
  readonly levels: Record<string, Sums>;
}

const primaries = Number(options.primaries);
const disk = options.directory === undefined ? undefined : new SmallDisk(options.directory);
const data = options.data ?? mkdtempSync(join(options.directory ?? tmpdir(), 'pando-isolation-'));
const pauses = {
  crashes: Number(options.crashes),
  kills: Number(options.kills),
  stops: Number(options.stops),
  full: disk === undefined ? 0 : Number(options.full),
  isTold: options.tell,
};
const server = await Server.start({
  primaries,
  data,
  args: ['--dbp', '64M', '--lbp', '16M'],
  ...(options.port === undefined ? {} : {port: Number(options.port)}),
});

/** When the commits of a round were answered. */
class Pace {
  readonly perSecond: number[] = [];
  longestGap = 0;

  constructor(events: readonly HistoryEvent[]) {
    const begun = seconds(events[0]);
    let last = begun;
    for (const event of events) {
      if (event.type !== 'ok' || event.final === true) continue;
      const at = seconds(event);
      this.longestGap = Math.max(this.longestGap, Math.round((at - last) * 10) / 10);
      last = at;
      const second = Math.floor(at - begun);
      while (this.perSecond.length <= second) this.perSecond.push(0);
      this.perSecond[second]++;
    }
  }
}

function seconds({time = 0}: HistoryEvent): number {
  return time / 1e9;
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
  const shape = SHAPES[Math.floor(seed / 2) % SHAPES.length];
  const workload = createWorkload(name, {seed, pause: 0, writesPerKey: 128, even: true, ...shape}) as Workload;
  const servers = Array.from({length: primaries}, (_, i) => {
    const url = `mysql://root@127.0.0.1:${server.portOf(i + 1)}/isolation`;
    const session = {isolation, password: undefined, timeout: TIMEOUT};
    if (shape.atOnce === true) return mariadbServer(url, {...session, variables: ['autocommit=0']});
    return mysqlServer(url, {...session, variables: [], prepared: seed % 2 === 0});
  });
  let nemesis: Nemesis | undefined;
  const time = {now: () => performance.now(), sleep: pause};
  const events = await runWorkload(workload, servers, time, {
    clients: Number(options.clients),
    duration: Number(options.seconds) * 1000,
    hop: 0.1,
    seed,
    patience: PATIENCE,
    begun: () => {
      nemesis = new Nemesis(server, pauses, sums, disk);
    },
    calm: async () => nemesis?.end(),
  });
  const pace = new Pace(events);
  sums.longestGap = Math.max(sums.longestGap, pace.longestGap);
  if (options.tell) console.log(`commits in each second: ${pace.perSecond.join(' ')}`);
  for (const {type, final} of events) if (type !== 'invoke' && final !== true) sums[type]++;
  sums.rounds++;
  if (!judge(workload, events, isolation, `${isolation.replace(' ', '-')}-${name}-${seed}`)) sums.refuted++;
}

const levels = options.levels.split(',');
const names = options.workloads.split(',');
const tally = readTally<Tally>(options.resume, {
  proof: 'isolation',
  nextSeed: Number(options.seed),
  seconds: 0,
  levels: {},
});
for (const level of levels)
  tally.levels[level] ??= {rounds: 0, ok: 0, fail: 0, info: 0, refuted: 0, longestGap: 0, ...NO_TROUBLES};
const committed = (): number => Object.values(tally.levels).reduce((sum, {ok}) => sum + ok, 0);
try {
  while (committed() < Number(options.transactions)) {
    for (const isolation of levels) {
      const name = names[tally.nextSeed % names.length];
      const sums = tally.levels[isolation];
      const [before, started] = [committed(), performance.now()];
      await runRound(isolation, name, tally.nextSeed, sums);
      const seconds = (performance.now() - started) / 1000;
      tally.seconds += seconds;
      writeTally(options.resume, tally);
      const rate = ((committed() - before) / seconds).toFixed(0);
      console.log(
        `${committed()} committed, ${rate}/s; ${isolation} ${name} seed ${tally.nextSeed}: ${JSON.stringify(sums)}`,
      );
    }
    tally.nextSeed++;
  }
} finally {
  await server.end('SIGTERM');
  disk?.release();
  if (options.data === undefined) rmSync(data, {recursive: true, force: true});
}
for (const [isolation, sums] of Object.entries(tally.levels)) {
  const holds = sums.refuted === 0 && sums.deaths === 0;
  console.log(`${isolation} as ${JUDGED_AS.get(isolation)}: ${holds ? 'holds' : 'REFUTED'}; ${JSON.stringify(sums)}`);
  if (!holds) process.exitCode = 1;
}
console.log(`${committed()} transactions committed in ${tally.seconds.toFixed(0)} s`);
