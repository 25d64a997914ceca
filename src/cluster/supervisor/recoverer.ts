// Recovery of dead incarnations, the supervisor's part (S18):
//
//   fence -> seal -> ingest -> winners published -> losers ABORTING -> rows can be judged -> torn frames dropped -> retained locks released
//   then a living primary rolls the losers back; at the end the incarnation is finished
//
// Everybody else keeps working. Every step can be repeated: if the primary that rolls back dies too, another one gets the same analysis.

import {type Analysis, analyseStream} from '../../engine/recovery/analysis.ts';
import type {Trace} from '../../env/trace.ts';
import {IncarnationState} from '../../storage/api.ts';
import type {SharedState} from './shared-state.ts';

export class Recoverer {
  readonly #shared: SharedState;
  readonly #trace: Trace;
  /** Analyses whose losers are not rolled back yet, and who does it: an ordinal, 0 = nobody yet. */
  readonly #open = new Map<number, {analysis: Analysis; by: number}>();

  constructor(shared: SharedState, trace: Trace) {
    this.#shared = shared;
    this.#trace = trace;
  }

  /** After the death of everything: decides all unfinished incarnations, before any primary lives. */
  decideAll(): void {
    const {volume, members} = this.#shared;
    const unfinished = volume.incarnations().filter(info => info.state !== IncarnationState.finished);
    for (const {incarnation} of unfinished) members.adopt(incarnation);
    for (const {incarnation} of unfinished) this.decide(incarnation);
  }

  /** One incarnation whose thread has ended. */
  decide(incarnation: number): void {
    const {volume, recovery} = this.#shared;
    recovery.fence(incarnation);
    const end = volume.sealStream(incarnation);
    volume.ingest();
    const analysis = analyseStream(volume.readStream(incarnation));
    for (const {slot, version} of analysis.winners) this.#publish(incarnation, slot, version);
    for (const {slot, version} of analysis.losers) recovery.makeLoser(incarnation, slot, version);
    recovery.endUntraced(incarnation);
    recovery.decide(incarnation);
    recovery.releaseRetained(incarnation, end);
    this.#open.set(incarnation, {analysis, by: 0});
    const {losers, records, winners} = analysis;
    this.#trace.info('recovered', {
      incarnation,
      endLsn: end,
      redoRecords: records,
      committed: winners.length,
      toRollBack: losers.length,
    });
  }

  #publish(incarnation: number, slot: number, version: number): void {
    while (this.#shared.recovery.publishWinner(incarnation, slot, version) === -1) this.#shared.raiseTsoLimit();
  }

  /** What nobody rolls back yet; the caller hands it to a primary. */
  assign(ordinal: number): Analysis[] {
    const given: Analysis[] = [];
    for (const open of this.#open.values()) {
      if (open.by !== 0) continue;
      open.by = ordinal;
      given.push(open.analysis);
    }
    return given;
  }

  /** The primary that rolled back is dead itself. */
  unassign(ordinal: number): void {
    for (const open of this.#open.values()) if (open.by === ordinal) open.by = 0;
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
