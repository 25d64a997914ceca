// Runs the workloads on a group of servers, in rounds: A B C, A B C, ... Two runs that follow each other see the same machine, so their
// ratio is worth more than either rate. All servers of the group are up all the time; before each run the machine must have
// come to rest, because what one server still writes back would be paid by the next.

import {setTimeout as pause} from 'node:timers/promises';
import {Connection, ServerError} from './client/connection.ts';
import type {GroupPlan, Options} from './options.ts';
import {ratiosOf} from './report/ratios.ts';
import {type Cell, DISTURBED, type GroupResult, type Run, type ServerInfo} from './report/result.ts';
import {short} from './report/table.ts';
import {makeServer} from './servers/catalog.ts';
import {type Counters, counted, type Server} from './servers/server.ts';
import {stuckStatements} from './servers/stuck.ts';
import {connectionsOn, machineMs, ownMs, processorMs} from './system/process-stats.ts';
import type {Scratch} from './system/scratch.ts';
import {failed, type Sample, type Workload} from './workloads/workload.ts';

/** A run that has not ended this long after its time has hung. Seconds. */
const OVERTIME_SECONDS = 30;
/** At rest: all servers together use less than this share of a core over this long; waited for at most so long. */
const REST = {share: 0.15, milliseconds: 200, attempts: 25};
/** What a variable that a server does not know is refused with. */
const UNKNOWN_VARIABLE = 1193;

export interface Session {
  readonly options: Options;
  readonly scratch: Scratch;
  /** Milliseconds, as performance.now(), after which no cell begins. */
  readonly deadline: number;
  readonly say: (line: string) => void;
}

/** Starts the group's servers, runs all workloads, ends the servers. */
export async function runGroup(
  session: Session,
  plan: GroupPlan,
  workloads: readonly Workload[],
): Promise<GroupResult> {
  const group = new Group(session, plan);
  try {
    await group.start();
    for (const workload of workloads) await group.workload(workload);
  } finally {
    await group.stop();
  }
  return group.result();
}

class Group {
  readonly #session: Session;
  readonly #plan: GroupPlan;
  readonly #servers: Server[] = [];
  readonly #infos: ServerInfo[] = [];
  readonly #cells: Cell[] = [];
  readonly #notes: string[] = [];

  constructor(session: Session, plan: GroupPlan) {
    this.#session = session;
    this.#plan = plan;
  }

  async start(): Promise<void> {
    for (const name of this.#plan.servers) {
      const server = await this.#make(name);
      if (server === undefined) continue;
      try {
        const startMs = await server.start();
        await setIsolation(server, this.#session.options.snapshotIsolation);
        this.#servers.push(server);
        this.#infos.push({name, version: server.version, settings: server.settings, startMs});
        this.#session.say(`${name} ${server.version}: first query after ${startMs.toFixed(0)} ms`);
      } catch (error) {
        this.#note(`${name} did not start: ${words(error)}\n${server.output.trim().split('\n').slice(-8).join('\n')}`);
        await server.stop();
      }
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map(server => server.stop()));
  }

  result(): GroupResult {
    return {name: this.#plan.name, servers: this.#infos, cells: this.#cells, notes: this.#notes};
  }

  /** All cells of one workload, and its check. */
  async workload(workload: Workload): Promise<void> {
    const {options} = this.#session;
    const wanted = workload.threads ?? options.threads;
    const threads = wanted.filter(count => options.threads.includes(count));
    let isRun = false;
    for (const count of threads.length === 0 ? wanted.slice(0, 1) : threads) {
      if (this.#isLate(workload, count)) continue;
      await this.#cell(workload, count);
      isRun = true;
    }
    if (isRun && workload.check !== undefined) await this.#check(workload);
  }

  async #make(name: string): Promise<Server | undefined> {
    const {scratch, options} = this.#session;
    const server = await makeServer(name, {scratch, bufferMiB: options.bufferMiB}, options.galeraFlush);
    if (server === undefined) this.#note(`${name} is not installed`);
    return server;
  }

  #isLate(workload: Workload, threads: number): boolean {
    const {options, deadline} = this.#session;
    const seconds = (options.warmupSeconds + options.rounds * options.seconds) * this.#servers.length;
    if (performance.now() + seconds * 1000 <= deadline) return false;
    this.#note(`${workload.name} with ${threads} connections was left out: no time`);
    return true;
  }

  async #cell(workload: Workload, threads: number): Promise<void> {
    const {options, say} = this.#session;
    const runs: Record<string, Run[]> = {};
    for (const server of await this.#prepared(workload)) {
      runs[server.name] = [];
      if (options.warmupSeconds > 0) await timed(workload, server, threads, options.warmupSeconds);
    }
    for (let round = 1; round <= options.rounds; round++) {
      for (const server of this.#alive().filter(one => canGoOn(runs[one.name]))) {
        await this.#rest();
        const run = await measure(workload, server, threads, options.seconds);
        runs[server.name].push(run);
        say(`${workload.name}, ${threads} connections, round ${round}: ${server.name} ${told(run, workload.unit)}`);
        if (run.failure !== undefined) await this.#failed(workload, threads, server, run.failure);
      }
    }
    const ratios = ratiosOf(runs, this.#infos[0]?.name ?? '');
    this.#cells.push({workload: workload.name, unit: workload.unit, threads, runs, ratios});
  }

  /** Notes why a run failed. Who has hung is killed and started again, so that what it left does not spoil the other cells. */
  async #failed(workload: Workload, threads: number, server: Server, failure: string): Promise<void> {
    this.#note(`${workload.name}, ${threads} connections, ${server.name}: ${failure}`);
    this.#noteDeath(server);
    await server.kill();
    if (!server.canRestart) return;
    try {
      await server.start();
      await setIsolation(server, this.#session.options.snapshotIsolation);
    } catch (error) {
      this.#note(`${server.name} did not start again: ${words(error)}`);
      await server.kill();
    }
  }

  /** Servers whose data could be made ready. */
  async #prepared(workload: Workload): Promise<Server[]> {
    const ready: Server[] = [];
    for (const server of this.#alive()) {
      try {
        await workload.prepare(server);
        ready.push(server);
      } catch (error) {
        this.#note(`${workload.name} cannot be prepared on ${server.name}: ${words(error)}`);
        this.#noteDeath(server);
      }
    }
    return ready;
  }

  async #check(workload: Workload): Promise<void> {
    for (const server of this.#alive()) {
      try {
        for (const violation of (await workload.check?.(server)) ?? [])
          this.#note(`${server.name}, ${workload.name}: VIOLATION: ${violation}`);
      } catch (error) {
        this.#note(`${workload.name} cannot be checked on ${server.name}: ${words(error)}`);
      }
    }
  }

  #alive(): Server[] {
    return this.#servers.filter(server => server.pids.length > 0);
  }

  #noteDeath(server: Server): void {
    if (server.pids.length > 0) return;
    this.#note(`${server.name} has died: ${server.output.trim().split('\n').slice(-8).join('\n')}`);
  }

  #note(words: string): void {
    if (this.#notes.includes(words)) return;
    this.#notes.push(words);
    this.#session.say(`! ${words}`);
  }

  async #rest(): Promise<void> {
    const pids = this.#servers.flatMap(server => server.pids);
    for (let attempt = 0; attempt < REST.attempts; attempt++) {
      const before = processorMs(pids);
      await pause(REST.milliseconds);
      if (processorMs(pids) - before <= REST.share * REST.milliseconds) return;
    }
  }
}

/** A server takes part in the further rounds of a cell until one of its runs has failed. */
function canGoOn(runs: readonly Run[] | undefined): boolean {
  return runs?.every(run => run.failure === undefined) ?? false;
}

/** One run with its costs. */
async function measure(workload: Workload, server: Server, threads: number, seconds: number): Promise<Run> {
  const before = await countersOf(server);
  const processorBefore = processorMs(server.pids);
  const othersBefore = othersMs(server);
  const started = performance.now();
  let connections: Record<string, number> = {};
  const look = setTimeout(() => {
    connections = connectionsOn(server.ports);
  }, seconds * 500);
  const sample = await timed(workload, server, threads, seconds);
  clearTimeout(look);
  const processor = processorMs(server.pids) - processorBefore;
  const others = (othersMs(server) - othersBefore) / (performance.now() - started);
  const counters = counted(before, await countersOf(server));
  return {...sample, processorMs: processor / Math.max(1, sample.done), others, counters, connections};
}

/** Processor time of everybody else on the machine. */
function othersMs(server: Server): number {
  return machineMs() - processorMs(server.pids) - ownMs();
}

/** None when the server does not answer: its run has failed already, or will. */
async function countersOf(server: Server): Promise<Counters> {
  try {
    return await server.counters();
  } catch {
    return {};
  }
}

/** Runs the workload, but does not wait for ever; failures become samples. */
async function timed(workload: Workload, server: Server, threads: number, seconds: number): Promise<Sample> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Sample>(done => {
    timer = setTimeout(() => void hung(server).then(done), (seconds + OVERTIME_SECONDS) * 1000);
  });
  try {
    return await Promise.race([workload.run(server, threads, seconds), late]);
  } catch (error) {
    return failed(words(error));
  } finally {
    clearTimeout(timer);
  }
}

async function hung(server: Server): Promise<Sample> {
  return failed(`hung: clients got no answer; ${await stuckStatements(server)}`);
}

function told(run: Run, unit: string): string {
  if (run.failure !== undefined) return `failed: ${run.failure}`;
  const errors = run.errors === 0 ? '' : `, ${run.errors} errors`;
  const others = run.others < DISTURBED ? '' : `, disturbed: others used ${run.others.toFixed(2)} cores`;
  return `${short(run.rate)} ${unit}, p95 ${short(run.p95Ms)} ms, ${short(run.processorMs * 1000)} us of processor each${errors}${others}`;
}

/** The same rule for lost updates on all servers, so that none has to refuse what another lets pass. */
export async function setIsolation(server: Server, value: string): Promise<void> {
  if (value === 'default') return;
  for (const port of server.ports) {
    const connection = await Connection.open({port});
    try {
      await connection.query(`SET GLOBAL innodb_snapshot_isolation = ${value.toUpperCase()}`);
    } catch (error) {
      if (!(error instanceof ServerError) || error.errno !== UNKNOWN_VARIABLE) throw error;
    } finally {
      await connection.close();
    }
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
