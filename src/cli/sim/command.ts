// `pando sim`: whole clusters in simulated worlds, each from one seed, while everything goes wrong. A seed that fails is printed with the command that runs it again.

import {availableParallelism} from 'node:os';
import pc from 'picocolors';
import {OperatingError} from '../../base/errors.ts';
import {type Mode, parseMode} from '../../cluster/supervisor/modes.ts';
import {PANDO_VERSION} from '../../host/version.ts';
import {neverHit} from '../../sim/probes.ts';
import type {VolumeKind} from '../../sim/run.ts';
import {WORKLOAD_NAMES, type WorkloadName} from '../../sim/workloads.ts';
import {parseCount} from '../sizes.ts';
import {printTable} from '../table.ts';
import {runSeeds, type SeedResult, type SeedTask} from './jobs.ts';

export interface SimArguments {
  readonly seed: string;
  readonly seeds: string;
  readonly for?: string;
  readonly primaries?: string;
  readonly workload: string;
  readonly mode: string;
  readonly volume: string;
  readonly threads?: string;
  readonly keepGoing: boolean;
  readonly twice: boolean;
  readonly probes: boolean;
}

/** Milliseconds of 150ms, 60s, 2m; throws OperatingError when it is none of these. */
function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text.trim());
  const unit = {ms: 1, s: 1000, m: 60_000}[match?.[2] ?? ''];
  if (match === null || unit === undefined)
    throw new OperatingError(`--for ${text} is no duration`, 'write it like --for 60s');
  return Number(match[1]) * unit;
}

function parseWorkloads(text: string): readonly WorkloadName[] {
  if (text === 'all') return WORKLOAD_NAMES;
  const name = WORKLOAD_NAMES.find(known => known === text);
  if (name === undefined)
    throw new OperatingError(`there is no workload ${text}`, `choose from ${WORKLOAD_NAMES.join(', ')}, all`);
  return [name];
}

/** Those that the mode can run. */
function workloadsIn(mode: Mode, wanted: readonly WorkloadName[]): readonly WorkloadName[] {
  if (mode !== 'single-writer') return wanted;
  if (!wanted.includes('bank'))
    throw new OperatingError(`${wanted[0]} writes on every primary, and here one of them writes`, 'choose bank');
  return ['bank'];
}

function parseVolume(text: string, mode: Mode): VolumeKind {
  if (text !== 'local' && text !== 'quorum') throw new OperatingError(`--volume ${text}`, 'choose local or quorum');
  if (text === 'quorum' && mode === 'optimistic')
    throw new OperatingError('the optimistic mode needs the local volume', 'choose fusion or log-replay');
  return text;
}

/** The tasks asked for; where several workloads are wanted, the seeds take turns. */
function tasksOf(options: SimArguments): SeedTask[] {
  const first = parseCount(options.seed, '--seed', 0, 2 ** 31);
  const count = parseCount(options.seeds, '--seeds', 1, 10_000_000);
  const primaries = options.primaries === undefined ? undefined : parseCount(options.primaries, '--primaries', 1, 8);
  const faultMs = options.for === undefined ? undefined : parseDuration(options.for);
  const mode = parseMode(options.mode);
  const volume = parseVolume(options.volume, mode);
  const workloads = workloadsIn(mode, parseWorkloads(options.workload));
  const tasks = Array.from({length: count}, (_, i) => ({
    seed: first + i,
    workload: workloads[i % workloads.length],
    primaries,
    faultMs,
    mode,
    volume,
  }));
  return options.twice ? tasks.flatMap(task => [task, task]) : tasks;
}

/** The command that runs a seed again. */
function replayOf({workload, seed, primaries, faultMs, mode, volume}: SeedTask): string {
  const forMs = faultMs === undefined ? '' : ` --for ${faultMs}ms`;
  const on = primaries === undefined ? '' : ` --primaries ${primaries}`;
  const inMode = mode === 'fusion' ? '' : ` --mode ${mode}`;
  return `npm run sim -- --workload ${workload} --seed ${seed}${forMs}${on}${inMode}${volume === 'local' ? '' : ` --volume ${volume}`}`;
}

class Summary {
  readonly #probes = new Map<string, number>();
  readonly #faults = new Map<string, number>();
  readonly #digests = new Map<string, string>();
  readonly #started = performance.now();
  runs = 0;
  failures = 0;
  #virtualMs = 0;
  #steps = 0;

  add(result: SeedResult): void {
    this.runs++;
    this.#virtualMs += result.virtualMs;
    this.#steps += result.steps;
    for (const [name, count] of result.probes) this.#probes.set(name, (this.#probes.get(name) ?? 0) + count);
    for (const [name, count] of Object.entries(result.faults))
      this.#faults.set(name, (this.#faults.get(name) ?? 0) + count);
    const failure = result.failure ?? this.#strayed(result);
    if (failure === undefined) return;
    this.failures++;
    console.log(`\n${pc.red(`${result.workload}, seed ${result.seed} failed`)} (Pando ${PANDO_VERSION})`);
    console.log(`${failure}\nrun it again: ${pc.bold(replayOf(result))}\n`);
  }

  /** A seed that ran before must have ended in the same state. */
  #strayed({workload, seed, digest}: SeedResult): string | undefined {
    const name = `${workload} ${seed}`;
    const before = this.#digests.get(name);
    if (digest !== undefined) this.#digests.set(name, digest);
    return before === undefined || digest === undefined || before === digest
      ? undefined
      : `the same seed ended in two states: ${before} and ${digest}`;
  }

  line(of: number): string {
    const real = (performance.now() - this.#started) / 1000;
    const virtual = this.#virtualMs / 1000;
    const pace = `${virtual.toFixed(0)} s simulated in ${real.toFixed(0)} s, ${this.#steps} steps`;
    return `${this.runs} of ${of} seeds, ${this.failures} failed; ${pace}`;
  }

  tables(): string {
    const rows = (counts: ReadonlyMap<string, number>): string[][] =>
      [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => [name, String(count)]);
    const never = neverHit(this.#probes).join(', ') || 'none';
    const tables = [
      printTable(['fault', 'made'], rows(this.#faults)),
      printTable(['probe', 'count'], rows(this.#probes)),
    ];
    return `${tables.join('\n\n')}\n\nprobes never hit: ${never}`;
  }
}

export async function sim(options: SimArguments): Promise<void> {
  const tasks = tasksOf(options);
  const threads =
    options.threads === undefined ? availableParallelism() : parseCount(options.threads, '--threads', 1, 256);
  const summary = new Summary();
  const isTerminal = process.stdout.isTTY === true;
  await runSeeds(tasks, threads, result => {
    summary.add(result);
    if (isTerminal) process.stdout.write(`\r${summary.line(tasks.length)} `);
    else if (summary.runs % 50 === 0) console.log(summary.line(tasks.length));
    return summary.failures === 0 || options.keepGoing;
  });
  console.log(`${isTerminal ? '\r' : ''}${summary.line(tasks.length)}`);
  if (options.probes) console.log(`\n${summary.tables()}`);
  if (summary.failures > 0) process.exitCode = 1;
}
