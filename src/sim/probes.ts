// Which rare paths a run has come by: the figures that primaries, their shared memory and the volume keep anyway, added up by name.

import type {SimVolume} from './sim-storage.ts';
import type {SimPrimary} from './world.ts';

export type Probes = Map<string, number>;

function add(probes: Probes, counters: Iterable<readonly [string, number]>): void {
  for (const [name, count] of counters) probes.set(name, (probes.get(name) ?? 0) + count);
}

export function addPrimary(probes: Probes, {engine, fusion, optimism, replica}: SimPrimary): void {
  add(probes, engine.counters());
  add(probes, fusion.counters());
  add(probes, optimism?.counters() ?? []);
  add(probes, replica?.counters() ?? []);
}

export function addVolume(probes: Probes, volume: SimVolume): void {
  add(probes, volume.counters());
}

/** Figures that count what must not happen here: purge gives up an undo record, and a page is damaged, only when the disk has changed bits behind the volume's back. */
const MUST_NOT: ReadonlySet<string> = new Set(['purge_failures', 'pages_damaged']);

/** Paths that no run has come by, though runs could. */
export function neverHit(probes: ReadonlyMap<string, number>): string[] {
  return [...probes].filter(([name, count]) => count === 0 && !MUST_NOT.has(name)).map(([name]) => name);
}
