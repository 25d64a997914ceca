// Recovery of dead incarnations, the supervisor's part (S18):
//
//   fence -> seal -> ingest -> winners published -> losers ABORTING -> rows can be judged
//   -> a living primary takes the analysis and stands in for the losers' metadata locks (K19)
//   -> those locks are handed to it, torn frames dropped, all other retained locks released
//   -> it rolls the losers back; at the end the incarnation is finished
//
// Everybody else keeps working. Every step can be repeated: if the primary that rolls back dies too, another one gets the same analysis, and with it the locks
// that the first one had been handed. When nobody lives, the locks are released at once: whoever starts first asks for them like anybody.

import {type Analysis, analyseStream} from '../../engine/recovery/analysis.ts';
import {metadataPage} from '../../engine/session/object-locks.ts';
import type {Trace} from '../../env/trace.ts';
import {IncarnationState} from '../../storage/api.ts';
import type {SharedState} from './shared-state.ts';

/** What the recoverer works on. */
export type RecoveryState = Pick<SharedState, 'volume' | 'members' | 'recovery' | 'raiseTsoLimit'>;

interface OpenRecovery {
  readonly analysis: Analysis;
  /** Sealed end of the stream. */
  readonly endLsn: number;
  /** Tables whose metadata locks the dead one held for losers: its own, and those it rolled back for others. */
  readonly tables: ReadonlySet<number>;
  /** Its retained locks are released. */
  released: boolean;
  /** Ordinal of the primary that rolls back; 0 = nobody yet. */
  by: number;
}

export class Recoverer {
  readonly #shared: RecoveryState;
  readonly #trace: Trace;
  /** By incarnation, in the order of death. */
  readonly #open = new Map<number, OpenRecovery>();

  constructor(shared: RecoveryState, trace: Trace) {
    this.#shared = shared;
    this.#trace = trace;
  }

  /** After the death of everything: decides all unfinished incarnations, before any primary lives. */
  decideAll(): void {
    const {volume, members} = this.#shared;
    const unfinished = volume.incarnations().filter(info => info.state !== IncarnationState.finished);
    for (const {incarnation} of unfinished) members.adopt(incarnation);
    for (const {incarnation} of unfinished) this.decide(incarnation, 0);
    this.releaseUnassigned();
  }

  /** One incarnation whose thread has ended. `ordinal` is the primary it was: what it rolled back for others needs somebody else; 0 = none. */
  decide(incarnation: number, ordinal: number): void {
    const {volume, recovery} = this.#shared;
    recovery.fence(incarnation);
    const endLsn = volume.sealStream(incarnation);
    volume.ingest();
    const analysis = analyseStream(volume.readStream(incarnation));
    for (const {slot, version} of analysis.winners) this.#publish(incarnation, slot, version);
    for (const {slot, version} of analysis.losers) recovery.makeLoser(incarnation, slot, version);
    recovery.endUntraced(incarnation, analysis.losers);
    recovery.decide(incarnation);
    const tables = new Set([...analysis.tables, ...this.#unassign(ordinal)]);
    this.#open.set(incarnation, {analysis, endLsn, tables, released: false, by: 0});
    const {losers, records, winners} = analysis;
    this.#trace.info('recovered', {
      incarnation,
      endLsn,
      redoRecords: records,
      committed: winners.length,
      toRollBack: losers.length,
    });
    if (tables.size === 0) this.#release(incarnation, -1);
    if (tables.size === 0 && leftNothing(analysis)) this.finished(incarnation);
  }

  #publish(incarnation: number, slot: number, version: number): void {
    while (this.#shared.recovery.publishWinner(incarnation, slot, version) === -1) this.#shared.raiseTsoLimit();
  }

  /** The primary that rolled back is dead itself. Returns the tables that it held for losers. */
  #unassign(ordinal: number): number[] {
    const tables: number[] = [];
    for (const open of this.#open.values()) {
      if (ordinal === 0 || open.by !== ordinal) continue;
      open.by = 0;
      tables.push(...open.tables);
    }
    return tables;
  }

  /** What nobody rolls back yet; the caller hands it to a primary, in this order. */
  assign(ordinal: number): Analysis[] {
    const given: Analysis[] = [];
    for (const open of this.#open.values()) {
      if (open.by !== 0) continue;
      open.by = ordinal;
      given.push(open.analysis);
    }
    return given;
  }

  /**
   * The primary on `node` holds the tables of this analysis, and of all that it was given before, as far as they can be had: the dead one's locks on them pass to
   * it, and whatever else the dead one retains is released.
   */
  tablesHeld(incarnation: number, node: number): void {
    this.#release(incarnation, node);
  }

  /** Nobody serves who could stand in for the losers. */
  releaseUnassigned(): void {
    for (const [incarnation, open] of this.#open) if (open.by === 0) this.#release(incarnation, -1);
  }

  #release(incarnation: number, node: number): void {
    const open = this.#open.get(incarnation);
    if (open === undefined || open.released) return;
    open.released = true;
    const {recovery} = this.#shared;
    if (node >= 0) for (const table of open.tables) recovery.handOver(incarnation, metadataPage(table), node);
    recovery.releaseRetained(incarnation, open.endLsn);
  }

  loserEnded(incarnation: number, slot: number, version: number): void {
    this.#shared.recovery.endLoser(incarnation, slot, version);
  }

  finished(incarnation: number): void {
    this.#open.delete(incarnation);
    this.#shared.recovery.finish(incarnation);
    this.#shared.volume.finishIncarnation(incarnation);
    this.#trace.info('recovery finished', {incarnation});
  }

  get unfinished(): number {
    return this.#open.size;
  }
}

/** Nothing to roll back, to purge, or to take over: nobody is needed to finish it. */
function leftNothing(analysis: Analysis): boolean {
  const {losers, ended, undoPages, extents} = analysis;
  return losers.length + ended.length + undoPages.length + extents.length === 0;
}
