// Ratios between servers, round by round: two runs that followed each other saw the same machine, so their ratio is steadier than either.

import type {Cell, Run} from './result.ts';
import {type Spread, spread} from './statistics.ts';

type Runs = Readonly<Record<string, readonly Run[]>>;

/** Spread of the ratios of every server against `baseline`; servers without a good round in common with it are left out. */
export function ratiosOf(runs: Runs, baseline: string): Record<string, Spread> {
  const ratios: Record<string, Spread> = {};
  const base = runs[baseline] ?? [];
  for (const [name, own] of Object.entries(runs)) {
    if (name === baseline) continue;
    const rounds = own.map((run, i) => (isGood(run) && isGood(base[i]) ? run.rate / base[i].rate : Number.NaN));
    const found = spread(rounds);
    if (found !== undefined) ratios[name] = found;
  }
  return ratios;
}

function isGood(run: Run | undefined): run is Run {
  return run !== undefined && run.failure === undefined && run.rate > 0;
}

/** Spread of one figure over the good rounds of a server. */
export function figure(cell: Cell, server: string, of: (run: Run) => number): Spread | undefined {
  return spread((cell.runs[server] ?? []).filter(isGood).map(of));
}

/** Sum of one figure over all rounds. */
export function total(cell: Cell, server: string, of: (run: Run) => number): number {
  return (cell.runs[server] ?? []).reduce((sum, run) => sum + of(run), 0);
}
