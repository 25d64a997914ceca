// A whole cluster in one thread: real primaries, real PMFS memory, a real local volume, over a simulated clock and disk (D2).

import {Prng} from '../base/prng.ts';
import type {Doorbells} from '../env/memory.ts';
import type {Trace} from '../env/trace.ts';
import {crc32} from '../base/crc32.ts';
import {PrimaryEngine} from '../engine/engine.ts';
import {type Analysis, analyseStream} from '../engine/recovery/analysis.ts';
import {checkFusion} from '../fusion/check-fusion.ts';
import {SUPERVISOR_BELL} from '../fusion/api.ts';
import {Attachment} from '../fusion/attachment.ts';
import {FusionNode} from '../fusion/fusion.ts';
import {Members} from '../fusion/members.ts';
import {PmfsMemory} from '../fusion/memory/pmfs-memory.ts';
import {Recovery} from '../fusion/recovery.ts';
import {IncarnationState} from '../storage/api.ts';
import {DirectPageReader} from '../storage/direct-page-reader.ts';
import {LocalVolume} from '../storage/local/local-volume.ts';
import {LocalRedoStream} from '../storage/local/redo-stream.ts';
import {StreamWords, streamWordsBytes} from '../storage/local/stream-words.ts';
import {SimClock, SimTime} from './sim-clock.ts';
import {SimDisk} from './sim-disk.ts';

export interface SimOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly pageSize: number;
  /** Frames of each local buffer pool. */
  readonly frames: number;
  readonly dbpFrames: number;
  readonly titSlots: number;
  readonly redoFileSize: number;
}

export const SIM_DEFAULTS: SimOptions = {
  seed: 1,
  nodes: 2,
  pageSize: 1024,
  frames: 64,
  dbpFrames: 32,
  titSlots: 64,
  redoFileSize: 1 << 20,
};

/** Bells of the simulated machine: a ring runs the handler a little later. */
class SimBells implements Doorbells {
  readonly #time: SimTime;
  readonly #prng: Prng;
  readonly #handlers = new Map<number, () => void>();

  constructor(time: SimTime, prng: Prng) {
    this.#time = time;
    this.#prng = prng;
  }

  ring(node: number): void {
    this.#time.schedule(0.005 + this.#prng.float() * 0.1, node + 1, () => this.#handlers.get(node)?.());
  }

  listen(node: number, handler: () => void): void {
    this.#handlers.set(node, handler);
  }

  close(node: number): void {
    this.#handlers.delete(node);
  }
}

/** One primary of the simulated cluster. */
export interface SimPrimary {
  readonly node: number;
  readonly incarnation: number;
  readonly engine: PrimaryEngine;
  readonly fusion: FusionNode;
  readonly clock: SimClock;
  dead: boolean;
}

export class SimWorld {
  readonly options: SimOptions;
  readonly prng: Prng;
  readonly time: SimTime;
  readonly disk: SimDisk;
  readonly bells: SimBells;
  readonly trace: Trace;
  readonly events: string[] = [];
  readonly primaries: (SimPrimary | undefined)[] = [];
  memory!: PmfsMemory;
  volume!: LocalVolume;
  words!: StreamWords;
  supervisor!: Attachment;
  members!: Members;
  recovery!: Recovery;

  constructor(options: Partial<SimOptions> = {}) {
    this.options = {...SIM_DEFAULTS, ...options};
    this.prng = new Prng(this.options.seed);
    this.time = new SimTime(this.prng);
    this.disk = new SimDisk({
      seed: this.options.seed + 1,
      later: run => void this.time.schedule(0.05 + this.prng.float() * 0.3, 0, run),
    });
    this.bells = new SimBells(this.time, this.prng);
    const note = (event: string, fields?: Readonly<Record<string, unknown>>): void => {
      this.events.push(`${this.time.now.toFixed(3)} ${event} ${JSON.stringify(fields ?? {})}`);
    };
    this.trace = {info: note, warn: note, error: note};
    this.openEverything();
  }

  /** Opens volume and shared memory: at the beginning, and after the death of everything. */
  openEverything(): void {
    const {nodes, pageSize, redoFileSize, dbpFrames, frames, titSlots} = this.options;
    this.words = new StreamWords(new SharedArrayBuffer(streamWordsBytes(nodes)), 0, nodes);
    this.volume = LocalVolume.open(
      {disk: this.disk, crc32, trace: this.trace, random: {u32: () => this.prng.u32(), secretBytes: n => new Uint8Array(n)}},
      {directory: 'volume', shape: {pageSize, redoFileSize}, words: this.words},
    );
    this.memory = PmfsMemory.create({
      nodes,
      dbpFrames,
      pageSize,
      directoryEntries: (frames * nodes + dbpFrames) * 2 + 256,
      titSlots,
      waitEntries: 256,
      ringCapacity: 64,
    });
    this.supervisor = new Attachment(this.memory, SUPERVISOR_BELL, 0, this.bells);
    this.members = new Members(this.supervisor);
    this.recovery = new Recovery(this.supervisor);
    this.members.resumeTso(this.volume.tsoLimit);
    this.volume.raiseTsoLimit(this.volume.tsoLimit + 1_000_000);
    this.members.raiseTsoLimit(this.volume.tsoLimit);
  }

  /** Starts a primary on a free node. */
  start(node: number): SimPrimary {
    const description = this.volume.openIncarnation(node);
    const {incarnation} = description;
    if (!this.members.join(node, incarnation)) throw new Error(`node ${node} cannot join yet`);
    const clock = new SimClock(this.time, node + 1);
    const fusion = new FusionNode(this.memory, node, incarnation, this.bells);
    this.volume.maintain();
    const stream = new LocalRedoStream(this.disk, crc32, this.words, description);
    let turnAsked = false;
    const engine = new PrimaryEngine(
      {
        clock,
        fusion,
        stream,
        reader: new DirectPageReader(this.volume, this.options.pageSize),
        fail: reason => this.events.push(`primary ${node} failed: ${reason}`),
        requestTurn: () => {
          if (turnAsked) return;
          turnAsked = true;
          clock.soon(() => {
            turnAsked = false;
            engine.turn();
          });
        },
      },
      {
        pageSize: this.options.pageSize,
        frames: this.options.frames,
        log: {chunkBytes: Math.min(1 << 20, stream.maxPayload), chunks: 8},
        checkpointBytes: this.options.redoFileSize >> 2,
      },
    );
    const primary: SimPrimary = {node, incarnation, engine, fusion, clock, dead: false};
    this.primaries[node] = primary;
    this.bells.listen(node, () => engine.turn());
    this.#tick(primary);
    return primary;
  }

  /** The timers of the host: heartbeat, bells that found a full ring, storage's background work. */
  #tick(primary: SimPrimary): void {
    if (primary.dead) return;
    primary.fusion.tick();
    primary.fusion.confirm(primary.engine.core.log.durableLsn);
    this.volume.maintain();
    primary.clock.after(5, () => this.#tick(primary));
  }

  /** A primary dies where it stands: nothing of it runs any more. Recovery is `recover`. */
  kill(primary: SimPrimary): void {
    primary.dead = true;
    this.time.forget(primary.node + 1);
    this.bells.close(primary.node);
    this.primaries[primary.node] = undefined;
  }

  /** Recovers a dead incarnation (S18): the supervisor's part now, the rollback of losers by `survivor` in its own time. */
  recover(incarnation: number, survivor: SimPrimary): void {
    this.resume([this.decide(incarnation)], survivor);
  }

  /** Fence, seal, ingest, winners, losers, retained locks: everything that must be done before the dead one's rows can be judged. */
  decide(incarnation: number): Analysis {
    this.recovery.fence(incarnation);
    const end = this.volume.sealStream(incarnation);
    this.volume.ingest();
    const analysis = analyseStream(this.volume.readStream(incarnation));
    for (const {slot, version} of analysis.winners) this.recovery.publishWinner(incarnation, slot, version);
    for (const {slot, version} of analysis.losers) this.recovery.makeLoser(incarnation, slot, version);
    this.recovery.endUntraced(incarnation);
    this.recovery.decide(incarnation);
    this.recovery.releaseRetained(incarnation, end);
    return analysis;
  }

  /** Everything dies, with power or without; then volume and memory are opened again and every incarnation is decided. Returns what is to be recovered. */
  crashEverything(power: boolean): Analysis[] {
    for (const primary of this.primaries) if (primary !== undefined) this.kill(primary);
    this.time.forget(0);
    if (power) this.disk.crash();
    else this.disk.kill();
    this.openEverything();
    const unfinished = this.volume.incarnations().filter(info => info.state !== IncarnationState.finished);
    for (const {incarnation} of unfinished) this.members.adopt(incarnation);
    return unfinished.map(({incarnation}) => this.decide(incarnation));
  }

  /** Gives what was decided to a primary, which rolls the losers back in its own time. */
  resume(analyses: readonly Analysis[], primary: SimPrimary): void {
    for (const analysis of analyses) {
      primary.engine.recover(analysis, {
        loserEnded: (dead, slot, version) => this.recovery.endLoser(dead, slot, version),
        finished: dead => {
          this.recovery.finish(dead);
          this.volume.finishIncarnation(dead);
        },
      });
    }
  }

  /** Faults that the checkers of the shared memory find now. */
  check(): string[] {
    return checkFusion(this.supervisor);
  }
}
