// A whole cluster in one thread: real primaries, real PMFS memory, a real local volume, over a simulated clock and disk (D2). One seed is one run.
//
// What is simulated: time, the disk, the doorbells, the way of a page from storage to a primary, death. What is real: everything else. A primary dies
// between two events of its own, as a thread would between two turns of its event loop; a redo write that is under way then may still reach the disk, or not.
// A primary may also stand still for a while, be declared dead meanwhile, and go on: a zombie, which must change nothing and answer nobody (K7). In production
// a thread is ended before it is recovered; across processes it will not be.
//
// Recovery is the supervisor's part (`decisionSteps`, one by one or all at once, S18) and the part of a living primary, to which undecided rollbacks are
// assigned; when that primary dies too, another one gets the same analysis.

import {OperatingError} from '../base/errors.ts';
import {Prng} from '../base/prng.ts';
import type {StreamDescription} from '../cluster/volume/cluster-volume.ts';
import {PrimaryEngine} from '../engine/engine.ts';
import type {Optimism} from '../engine/optimistic/optimism.ts';
import type {Granularity} from '../engine/optimistic/optimistic-pool.ts';
import {type Analysis, analyseStream} from '../engine/recovery/analysis.ts';
import {Replica} from '../engine/replica/replica.ts';
import type {Trace} from '../env/trace.ts';
import type {AdjudicatorMemory} from '../fusion/adjudicator/layout.ts';
import {SUPERVISOR_BELL} from '../fusion/api.ts';
import {Attachment} from '../fusion/attachment.ts';
import {FusionNode} from '../fusion/fusion.ts';
import {Members} from '../fusion/members.ts';
import {PmfsMemory} from '../fusion/memory/pmfs-memory.ts';
import {Recovery} from '../fusion/recovery.ts';
import {IncarnationState, type RedoStream} from '../storage/api.ts';
import {FedRedoStream} from '../storage/feed/fed-redo-stream.ts';
import type {SharedRedoFeed} from '../storage/feed/redo-feed.ts';
import {LocalStorage} from './local-storage.ts';
import {addPrimary, addVolume, type Probes} from './probes.ts';
import {QuorumStorage} from './quorum-storage.ts';
import {PLENTY, RareBranches, type SmallLimits} from './rare.ts';
import {SimBells} from './sim-bells.ts';
import {type SimClock, SimTime} from './sim-clock.ts';
import {SimCrash, SimDisk} from './sim-disk.ts';
import {endFeed, newAdjudicator, newFeed, newOptimism} from './sim-followers.ts';
import {PAGE_WAY, type PageWay} from './sim-pages.ts';
import type {SimReader, SimStorage, SimVolume} from './sim-storage.ts';

export interface SimOptions {
  readonly seed: number;
  /** Node ids; keep some spare if primaries are to die one after the other without a survivor. */
  readonly nodes: number;
  readonly pageSize: number;
  /** Frames of each local buffer pool. */
  readonly frames: number;
  readonly dbpFrames: number;
  readonly titSlots: number;
  readonly redoFileSize: number;
  /** The first primary is the writer, the others are its read replicas. */
  readonly singleWriter?: boolean;
  /** Nobody takes page locks: the adjudicator decides, about rows or whole pages. */
  readonly optimistic?: Granularity;
  /** Then: every snapshot sees what was committed before it anywhere. */
  readonly isRegional?: boolean;
  /** The volume is of six storage nodes, else a local one. */
  readonly quorum?: boolean;
  /** Chance with which rare branches are forced, each time they could be (rare.ts). */
  readonly rareRate: number;
  readonly small: SmallLimits;
}

export const SIM_DEFAULTS: SimOptions = {
  seed: 1,
  nodes: 2,
  pageSize: 1024,
  frames: 64,
  dbpFrames: 32,
  titSlots: 64,
  redoFileSize: 1 << 20,
  rareRate: 0,
  small: PLENTY,
};

/** Owners of events beside the primaries (node + 1). What owner 0 has planned ends with the process; the driver's plans go on. */
export const WORLD = 0;
const DISK = 100;
export const DRIVER = 1000;
/** Values by which the TSO limit runs ahead. */
const TSO_STEP = 1_000_000;

/** One primary of the simulated cluster. */
export interface SimPrimary {
  readonly node: number;
  readonly incarnation: number;
  readonly engine: PrimaryEngine;
  readonly fusion: FusionNode;
  readonly clock: SimClock;
  dead: boolean;
  /** Why it stopped itself; it is to be killed and recovered. */
  failure: string | undefined;
  /** It is a read replica, or was one. */
  readonly replica: Replica | undefined;
  readonly optimism: Optimism | undefined;
}

/** Told what a model has to know about the ends of transactions whose clients died. */
export interface SimObserver {
  /** These transactions of a dead incarnation are committed (CTS 0: it is older than everything in memory); all others that were open are not. */
  decided(incarnation: number, winners: readonly {slot: number; version: number; cts: number}[]): void;
  /** The shared memory is about to be lost. */
  crashing(): void;
}

/** An incarnation whose losers are not rolled back yet, and who does it. */
interface Unfinished {
  readonly analysis: Analysis;
  by: SimPrimary | undefined;
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
  /** Declared dead, but still there, each on its node. */
  readonly zombies = new Map<number, SimPrimary>();
  /** Disk operations take this many times longer. */
  diskSlowness = 1;
  pageWay: PageWay = {...PAGE_WAY};
  /** Timers of the host and of the supervisor take this many times longer: a run sets it while nothing happens, to get over it sooner. */
  idlePace = 1;
  /** Figures of primaries that have died, and of volumes that have been closed. */
  readonly probes: Probes = new Map();
  observer: SimObserver | undefined;
  readonly #rare: RareBranches;
  /** Decided incarnations that are not finished. */
  readonly unfinished = new Map<number, Unfinished>();
  memory!: PmfsMemory;
  readonly storage: SimStorage;
  volume!: SimVolume;
  supervisor!: Attachment;
  members!: Members;
  recovery!: Recovery;
  /** The writer's redo for its replicas, in the single-writer mode. */
  feed: SharedRedoFeed | undefined;
  adjudicator: AdjudicatorMemory | undefined;
  /** In the single-writer mode: the writer is dead and nobody is there to take its place. Who is born next is the writer. */
  isOrphaned = false;

  constructor(options: Partial<SimOptions> = {}) {
    this.options = {...SIM_DEFAULTS, ...options};
    this.prng = new Prng(this.options.seed);
    this.time = new SimTime(this.prng);
    this.#rare = new RareBranches(this.options.seed, this.options.rareRate);
    this.disk = new SimDisk({
      seed: this.options.seed + 1,
      later: run => {
        const ms = (0.05 + this.prng.float() * 0.3) * this.diskSlowness;
        this.time.schedule(ms, DISK + this.time.current, run);
      },
    });
    this.bells = new SimBells(this.time, this.prng);
    const note = (event: string, fields?: Readonly<Record<string, unknown>>): void => this.note(event, fields);
    this.trace = {info: note, warn: note, error: note};
    this.time.isDown = owner => owner < DRIVER && this.disk.isDead;
    this.time.caught = error => this.#isMachineFailure(error);
    const {quorum, seed} = this.options;
    this.storage = quorum === true ? new QuorumStorage(this, seed + 3) : new LocalStorage(this);
    this.openEverything();
  }

  /** What brings the machine down, not the run: the supervisor finds a dead disk or a volume that has failed, and starts the process anew. */
  #isMachineFailure(error: unknown): boolean {
    return error instanceof SimCrash || (error instanceof OperatingError && this.volume.failure !== undefined);
  }

  note(event: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.events.push(`${this.time.now.toFixed(3)} ${event} ${JSON.stringify(fields)}`);
  }

  /** Opens volume and shared memory: at the beginning, and after the death of everything. */
  openEverything(): void {
    const {nodes, pageSize, dbpFrames, frames, titSlots, small} = this.options;
    this.volume = this.storage.open();
    this.memory = PmfsMemory.create({
      nodes,
      dbpFrames,
      pageSize,
      directoryEntries: (frames * nodes + dbpFrames) * 2 + small.spareEntries,
      titSlots,
      waitEntries: 256,
      ringCapacity: small.ringCapacity,
    });
    this.adjudicator = newAdjudicator(this.options);
    this.feed = newFeed(this.options);
    this.isOrphaned = false;
    this.supervisor = new Attachment(this.memory, SUPERVISOR_BELL, 0, this.bells);
    this.members = new Members(this.supervisor);
    this.recovery = new Recovery(this.supervisor);
    this.bells.listen(SUPERVISOR_BELL, () => this.raiseTsoLimit());
    this.members.resumeTso(this.volume.tsoLimit);
    this.raiseTsoLimit();
  }

  raiseTsoLimit(): void {
    this.volume.raiseTsoLimit(this.volume.tsoLimit + TSO_STEP);
    this.members.raiseTsoLimit(this.volume.tsoLimit);
  }

  /** Primaries that live. */
  alive(): SimPrimary[] {
    return this.primaries.filter(primary => primary !== undefined);
  }

  /** A node id on which a primary can start, -1 when there is none. */
  freeNode(): number {
    for (let node = 0; node < this.options.nodes; node++) {
      const last = this.members.lastOn(node);
      const vacant = this.members.incarnationOn(node) === 0 && (last === 0 || this.#isFinished(last));
      if (vacant && this.primaries[node] === undefined && !this.zombies.has(node)) return node;
    }
    return -1;
  }

  #isFinished(incarnation: number): boolean {
    const info = this.volume.incarnations().find(known => known.incarnation === incarnation);
    return info === undefined || info.state === IncarnationState.finished;
  }

  /** Starts a primary on a free node. */
  start(node: number): SimPrimary {
    this.volume.maintain();
    const description = this.volume.openIncarnation(node);
    const {incarnation} = description;
    if (!this.members.join(node, incarnation)) throw new Error(`node ${node} cannot join yet`);
    const clock = this.#rare.clock(this.time, node + 1);
    const fusion = new FusionNode(this.memory, node, incarnation, this.bells);
    this.#rare.touchFusion(fusion, this.supervisor);
    const primary = this.#build(node, description, clock, fusion);
    this.primaries[node] = primary;
    this.bells.listen(node, () => this.#turn(primary));
    this.#tick(primary);
    this.note('started', {node, incarnation});
    return primary;
  }

  #build(node: number, description: StreamDescription, clock: SimClock, fusion: FusionNode): SimPrimary {
    const {feed} = this;
    const plain = this.#stream(description, clock, () => primary.dead);
    const stream = feed === undefined ? plain : new FedRedoStream(plain, feed, node, () => this.#ringAll(node));
    let turnAsked = false;
    const requestTurn = (): void => {
      if (turnAsked) return;
      turnAsked = true;
      clock.soon(() => {
        turnAsked = false;
        this.#turn(primary);
      });
    };
    const fail = (reason: string): void => {
      primary.failure ??= reason;
      this.note('failed', {node, reason});
    };
    const log = {chunkBytes: Math.min(1 << 20, stream.maxPayload), chunks: 8};
    const {pageSize, frames, redoFileSize} = this.options;
    const optimism = newOptimism(this, node, clock, fusion, () => this.#reader(node, clock));
    const replica =
      feed === undefined || feed.writer < 0 || this.isOrphaned || optimism !== undefined
        ? undefined
        : new Replica(fusion, this.#reader(node, clock), feed, {pageSize, clock, requestTurn});
    const engine = new PrimaryEngine(
      {
        clock,
        fusion: optimism?.fusion ?? replica?.fusion ?? fusion,
        stream,
        reader: optimism?.reader ?? replica?.reader ?? this.#reader(node, clock),
        fail,
        requestTurn,
        refreshed: () => optimism?.tick(),
        optimistic: optimism,
      },
      {
        pageSize,
        frames,
        log,
        checkpointBytes: redoFileSize >> 2,
        ...(feed && optimism === undefined && {viewPointsAsked: () => feed.asked}),
      },
    );
    replica?.attach(engine.core.pool);
    optimism?.attach(engine);
    const primary: SimPrimary = {
      node,
      incarnation: description.incarnation,
      engine,
      fusion,
      clock,
      dead: false,
      failure: undefined,
      replica,
      optimism,
    };
    if (feed !== undefined && replica === undefined) this.#beWriter(primary);
    return primary;
  }

  #beWriter({node, incarnation, engine}: SimPrimary): void {
    this.feed?.begin(node, incarnation, engine.core.stream.startLsn);
    if (engine.core.viewPoints !== undefined) engine.core.viewPoints.isOn = true;
  }

  /** A replica becomes the writer, once it has applied all that the dead writer, whose stream has been sealed, has left. False: not yet. */
  promote(primary: SimPrimary): boolean {
    const {replica} = primary;
    if (replica?.promote() !== true) return false;
    this.#beWriter(primary);
    this.note('promoted', {node: primary.node});
    return true;
  }

  #ringAll(node: number): void {
    for (const other of this.alive()) if (other.node !== node) this.bells.ring(other.node);
  }

  /** The stream of a primary: its acknowledgements die with it. */
  #stream(description: StreamDescription, clock: SimClock, isDead: () => boolean): RedoStream {
    const {node} = description;
    const stream = this.storage.stream(description, clock);
    let advanced = stream.onAdvance;
    Object.defineProperty(stream, 'onAdvance', {
      get: () => (error?: string) => {
        // The disk goes on while the primary stands still; it hears of it later.
        if (this.time.isHeld(node + 1)) this.time.schedule(0, node + 1, () => advanced(error));
        else if (!isDead()) advanced(error);
      },
      set: (value: typeof advanced) => {
        advanced = value;
      },
    });
    return stream;
  }

  #reader(node: number, clock: SimClock): SimReader {
    const reader = this.storage.reader(node, clock);
    this.#rare.touchReader(reader);
    return reader;
  }

  #turn(primary: SimPrimary): void {
    if (!primary.dead && primary.failure === undefined) primary.engine.turn();
  }

  /** A primary stands still, where it is. */
  pause(primary: SimPrimary): void {
    this.time.hold(primary.node + 1);
    this.note('paused', {node: primary.node});
  }

  resume(node: number): void {
    if (this.time.isHeld(node + 1)) this.note('resumed', {node});
    this.time.resume(node + 1);
  }

  /** The cluster declares a primary dead that may still be there: from now on it is a zombie. */
  disown(primary: SimPrimary): void {
    this.primaries[primary.node] = undefined;
    this.zombies.set(primary.node, primary);
    for (const open of this.unfinished.values()) if (open.by === primary) open.by = undefined;
    this.note('disowned', {node: primary.node, incarnation: primary.incarnation});
  }

  /** Figures of all primaries and volumes so far. */
  allProbes(): Probes {
    const all = new Map(this.probes);
    for (const primary of this.alive()) addPrimary(all, primary);
    addVolume(all, this.volume);
    return all;
  }

  /** The timers of the host: heartbeat, bells that found a full ring, storage's background work. */
  #tick(primary: SimPrimary): void {
    if (primary.dead || primary.failure !== undefined) return;
    primary.fusion.tick();
    primary.fusion.confirm(primary.engine.core.log.durableLsn);
    const {reader} = primary.engine.core;
    if ((reader as Partial<SimReader>).hasArrived === true || primary.fusion.hasMail()) this.#turn(primary);
    this.volume.maintain();
    primary.clock.after((2 + this.prng.float() * 4) * this.idlePace, () => this.#tick(primary));
  }

  /** A primary dies where it stands: nothing of it runs any more. A redo write under way reaches the disk or does not. */
  kill(primary: SimPrimary): void {
    primary.dead = true;
    this.time.forget(primary.node + 1);
    for (const write of this.time.take(DISK + primary.node + 1)) if (this.prng.chance(0.5)) write();
    this.bells.close(primary.node);
    this.storage.gone(primary.node);
    addPrimary(this.probes, primary);
    if (this.zombies.get(primary.node) === primary) this.zombies.delete(primary.node);
    else this.primaries[primary.node] = undefined;
    for (const open of this.unfinished.values()) if (open.by === primary) open.by = undefined;
    this.note('killed', {node: primary.node, incarnation: primary.incarnation});
  }

  /** Recovers a dead incarnation (S18): the supervisor's part now, the rollback of losers by `survivor` in its own time. */
  recover(incarnation: number, survivor: SimPrimary): void {
    for (const step of this.decisionSteps(incarnation)) step();
    this.assign(survivor);
  }

  /** Fence, seal, ingest, winners, losers, retained locks: what must be done before the dead one's rows can be judged, step by step. */
  decisionSteps(incarnation: number): (() => void)[] {
    const {recovery, volume} = this;
    let end = 0;
    let analysis: Analysis | undefined;
    const mustAnalysis = (): Analysis => analysis as Analysis;
    return [
      () => void recovery.fence(incarnation),
      () => {
        end = volume.sealStream(incarnation);
        endFeed(this, incarnation, end);
      },
      () => volume.ingest(),
      () => void (analysis = analyseStream(volume.readStream(incarnation))),
      () => this.#publishWinners(mustAnalysis()),
      () => {
        for (const {slot, version} of mustAnalysis().losers) recovery.makeLoser(incarnation, slot, version);
      },
      () => void recovery.endUntraced(incarnation, mustAnalysis().losers),
      () => recovery.decide(incarnation),
      () => {
        recovery.releaseRetained(incarnation, end);
        this.unfinished.set(incarnation, {analysis: mustAnalysis(), by: undefined});
        const {winners, losers, ended} = mustAnalysis();
        this.note('decided', {incarnation, winners: winners.length, losers: losers.length, ended: ended.length});
      },
    ];
  }

  #publishWinners(analysis: Analysis): void {
    const {incarnation} = analysis;
    const winners = analysis.winners.map(({slot, version}) => {
      let cts = this.recovery.publishWinner(incarnation, slot, version);
      for (; cts === -1; cts = this.recovery.publishWinner(incarnation, slot, version)) this.raiseTsoLimit();
      return {slot, version, cts};
    });
    this.observer?.decided(incarnation, winners);
  }

  /** Everything dies, with power or without; then volume and memory are opened again and every incarnation is decided. */
  crashEverything(power: boolean): void {
    this.observer?.crashing();
    for (const primary of [...this.alive(), ...this.zombies.values()]) this.kill(primary);
    addVolume(this.probes, this.volume);
    this.time.forget(WORLD);
    this.time.forget(SUPERVISOR_BELL + 1);
    this.time.take(DISK);
    this.unfinished.clear();
    this.storage.crash(power);
    this.note('everything died', {power});
    this.openEverything();
    const open = this.volume.incarnations().filter(info => info.state !== IncarnationState.finished);
    for (const {incarnation} of open) this.#adopt(incarnation);
    for (const {incarnation} of open) for (const step of this.decisionSteps(incarnation)) step();
  }

  /** Registers an incarnation that died in an earlier life. */
  #adopt(incarnation: number): void {
    if (!this.members.adopt(incarnation)) throw new Error(`no region for incarnation ${incarnation}`);
  }

  /** Gives what nobody rolls back to a primary, which does it in its own time. */
  assign(primary: SimPrimary): void {
    for (const open of this.unfinished.values()) {
      if (open.by !== undefined) continue;
      open.by = primary;
      this.#resume(open.analysis, primary);
    }
  }

  #resume(analysis: Analysis, primary: SimPrimary): void {
    const {recovery, volume} = this;
    primary.engine.recover(analysis, {
      loserEnded: (dead, slot, version) => recovery.endLoser(dead, slot, version),
      finished: dead => {
        recovery.finish(dead);
        volume.finishIncarnation(dead);
        this.unfinished.delete(dead);
        this.note('finished', {incarnation: dead});
      },
    });
  }
}
