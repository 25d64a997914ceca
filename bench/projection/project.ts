// Projects throughput: one cluster in virtual time for each mode and number of primaries; on it every mix with every share of transactions on shared tables.

import {SimClient} from '../../src/sim/client.ts';
import type {StudyRow} from '../report/result.ts';
import type {CostModel} from './cost-model.ts';
import {type Done, fill, type Groups, PROJECTED_MIXES, ProjectedClient, type ProjectedMix} from './load.ts';
import {ProjectedMachine, type ProjectedMode} from './machine.ts';

export const CLIENTS_PER_PRIMARY = 8;
/** Virtual time before, and of, a measurement. Milliseconds. */
const WARM_MS = 60;
/** Transactions of the last moment end in this time. */
const END_MS = 120_000;

export interface ProjectionPlan {
  readonly model: CostModel;
  readonly mode: ProjectedMode;
  readonly primaries: number;
  readonly shares: readonly number[];
  /** Virtual milliseconds that are measured. */
  readonly measureMs: number;
  readonly seed: number;
}

/** Counters shown per transaction. */
const COLUMNS: ReadonlyMap<string, readonly string[]> = new Map([
  ['cpu ms', ['processor ms']],
  ['transfers', ['page_transfers', 'page_returns']],
  ['storage reads', ['storage_reads']],
  ['messages', ['messages']],
  ['log forces', ['log_flushes']],
  ['retries', ['proposals_stale', 'proposals_busy']],
]);

/** Every load with every share, on one cluster. */
export function project(plan: ProjectionPlan): StudyRow[] {
  const machine = new ProjectedMachine(plan.mode, plan.primaries, plan.model, plan.seed);
  const groups = fill(machine);
  return PROJECTED_MIXES.flatMap(mix => plan.shares.map(share => measure(plan, machine, groups, mix, share)));
}

/** The mean of two runs that differ in nothing but chance, and how far apart their rates are. */
export function meanOf(first: StudyRow, second: StudyRow): StudyRow {
  const rates = [Number(first['tx/s']), Number(second['tx/s'])];
  const mean = Object.entries(first).map(([column, value]) => [
    column,
    typeof value === 'number' ? (value + Number(second[column])) / 2 : value,
  ]);
  return {...Object.fromEntries(mean), 'apart %': (200 * Math.abs(rates[0] - rates[1])) / (rates[0] + rates[1])};
}

function measure(
  {model, mode, primaries, measureMs, seed}: ProjectionPlan,
  machine: ProjectedMachine,
  groups: Groups,
  mix: ProjectedMix,
  share: number,
): StudyRow {
  const done: Done = {transactions: 0, aborts: 0, isStopping: false};
  const clients = machine.primaries.flatMap(primary =>
    Array.from(
      {length: CLIENTS_PER_PRIMARY},
      (_, i) =>
        new ProjectedClient(
          machine,
          groups,
          new SimClient(machine.world, primary),
          seed * 10_000 + primary.node * 100 + i,
        ),
    ),
  );
  const sims = clients.map(({client}) => client);
  machine.start(
    sims,
    clients.map(client => client.run(mix, share, done)),
  );
  machine.world.time.run(WARM_MS);
  const before = {...done, figures: machine.figures()};
  machine.world.time.run(measureMs);
  const transactions = done.transactions - before.transactions;
  const aborts = done.aborts - before.aborts;
  const figures = machine.figures();
  done.isStopping = true;
  if (!machine.world.time.runUntil(() => sims.every(client => client.idle), END_MS))
    throw new Error(`${mode}, ${primaries} primaries: clients do not end`);
  for (const {failure} of sims) if (failure !== undefined) throw failure;
  const per = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (figures.get(name) ?? 0) - (before.figures.get(name) ?? 0), 0) /
    Math.max(1, transactions);
  return {
    model: model.name,
    mode,
    mix: mix.name,
    'shared %': share,
    primaries,
    'tx/s': (transactions * 1000) / measureMs,
    aborts: aborts / Math.max(1, transactions),
    ...Object.fromEntries([...COLUMNS].map(([column, names]) => [column, per(names)])),
  };
}
