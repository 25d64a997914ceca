// One run of the simulator: a cluster under load while things fail, then health, then progress is demanded, then rest and checks.
//
// What the load is, and what must be true of it, is a subclass: bank.ts, workload.ts. Everything is drawn from one seed; the digest of the end state is the
// same whenever the seed is.

import {Prng} from '../base/prng.ts';
import type {Mode} from '../cluster/supervisor/modes.ts';
import type {Session} from '../engine/session/session.ts';
import {bootstrapSpace} from '../engine/space/bootstrap.ts';
import {checkWorld, digestOf} from './check-world.ts';
import {type Script, SimClient} from './client.ts';
import {describeWorld} from './describe.ts';
import {expect} from './expect.ts';
import {drawBells, drawMix, FaultMaker, type FaultMix, NO_FAULTS} from './faults.ts';
import {drawLimits, PLENTY} from './rare.ts';
import {must, sleep} from './script.ts';
import {type BellFaults, GOOD_BELLS} from './sim-bells.ts';
import {type SimHost, SimSupervisor} from './sim-supervisor.ts';
import {mayWrite} from './sim-writers.ts';
import {DRIVER, type SimOptions, type SimPrimary, SimWorld} from './world.ts';

export interface RunOptions {
  readonly seed: number;
  readonly primaries: number;
  /** Faults are made for this long. Milliseconds of simulated time. */
  readonly faultMs: number;
  /** Mean pause between two faults; 0 = none. */
  readonly faultEveryMs: number;
  readonly faults: FaultMix;
  readonly bells: BellFaults;
  readonly world: Partial<SimOptions>;
}

export const RUN_DEFAULTS: RunOptions = {
  seed: 1,
  primaries: 2,
  faultMs: 150,
  faultEveryMs: 40,
  faults: {...NO_FAULTS, kill: 2, crash: 1, power: 1},
  bells: GOOD_BELLS,
  world: {},
};

/** Steps that every client must get done once all is well again, and the time it has for them. */
const HEALTHY_STEPS = 3;
const HEALTHY_MS = 60_000;
/** So many steps in so little time are a livelock: bells and polls, and no disk or clock is waited for. */
const SPIN_STEPS = 200_000;
const SPIN_MS = 1;
/** Longer runs than this are not under load all the time: it comes in bursts, with quiet between them, else a minute would cost minutes. Milliseconds. */
const DENSE_MS = 2000;
const BURST_EVERY_MS = 1000;
const BURST_MS = 15;
/** Mean pause of a client outside a burst. Milliseconds. */
const QUIET_MS = 1000;
/** How much slower the timers of host and supervisor run meanwhile. */
const QUIET_PACE = 6;

/** What may be asked for beside the seed; the rest is drawn from it. */
export interface RunRequest {
  readonly seed: number;
  readonly primaries?: number | undefined;
  /** Faults are made for this long, milliseconds of simulated time. */
  readonly faultMs?: number | undefined;
  /** How pages are kept coherent; fusion when it is not said. */
  readonly mode?: Mode | undefined;
  /** What the volume is; local when it is not said. */
  readonly volume?: VolumeKind | undefined;
}

export type VolumeKind = 'local' | 'quorum';

/** A cluster that is short of everything, and what goes wrong in it, drawn from the seed. */
export function shortOfEverything({
  seed,
  primaries: asked,
  faultMs: askedMs,
  mode = 'fusion',
  volume,
}: RunRequest): RunOptions {
  const prng = new Prng(seed * 7919 + 13);
  const drawn = 2 + prng.below(2);
  const primaries = asked ?? drawn;
  const drawnMs = 100 + prng.below(150);
  const drawnEvery = prng.chance(0.15) ? 0 : 10 + prng.below(80);
  const faultMs = askedMs ?? drawnMs;
  return {
    seed,
    primaries,
    faultMs,
    faultEveryMs: drawnEvery * (faultMs > DENSE_MS ? 30 : 1),
    faults: drawMix(prng),
    bells: drawBells(prng),
    world: {
      nodes: primaries + 3,
      pageSize: prng.chance(0.8) ? 512 : 1024,
      frames: 16 + prng.below(12),
      dbpFrames: framesIn(mode, 4 + prng.below(5)),
      ...(mode === 'optimistic' ? {optimistic: 'row' as const, isRegional: true} : {}),
      ...(volume === 'quorum' ? {quorum: true} : {}),
      ...(mode === 'single-writer' ? {singleWriter: true} : {}),
      titSlots: 8 + prng.below(24),
      redoFileSize: 1 << (17 + prng.below(3)),
      rareRate: prng.chance(0.5) ? prng.float() * 0.03 : 0,
      small: prng.chance(0.7) ? drawLimits(prng) : PLENTY,
    },
  };
}

/** The few frames that were drawn; none but in fusion. They are drawn in every mode, so that a seed brings the same faults in each. */
function framesIn(mode: Mode, drawn: number): number {
  return mode === 'fusion' ? drawn : 0;
}

/** A client and what it has got done. */
export interface RunClient {
  readonly client: SimClient;
  done: number;
}

export abstract class SimRun implements SimHost {
  readonly world: SimWorld;
  readonly supervisor: SimSupervisor;
  protected readonly prng: Prng;
  protected clients: RunClient[] = [];
  /** Clients of primaries that were declared dead: they may get nothing wrong either. */
  #ghosts: RunClient[] = [];
  readonly #faultMaker: FaultMaker;
  #mayRest = true;
  /** Clients end what they are at, and begin nothing new. */
  stopping = false;
  #ready = false;
  readonly #options: RunOptions;

  constructor(options: RunOptions) {
    this.#options = options;
    const {seed, primaries} = options;
    this.prng = new Prng(seed ^ 0x5bd1e995);
    this.world = new SimWorld({nodes: primaries + 3, ...options.world, seed});
    this.supervisor = new SimSupervisor(this.world, this, new Prng(seed + 77), primaries);
    this.#faultMaker = new FaultMaker(this.world, this.supervisor, new Prng(seed + 78), options.faults);
  }

  /** Faults made, by kind. */
  get faults(): Readonly<Record<string, number>> {
    return this.#faultMaker.made;
  }

  /** Makes tables and their first rows, on a healthy cluster. */
  protected abstract open(client: SimClient): Script<void>;
  /** Starts the load on a primary that has come to life. */
  protected abstract load(primary: SimPrimary): void;
  /** Starts the load of writers. */
  protected loadWriter(_primary: SimPrimary): void {
    expect.fail('this workload is not made for the single-writer mode');
  }
  /** Checks the books, on a cluster at rest. */
  protected abstract check(client: SimClient): Script<void>;

  /** Faults, then health, then progress, then rest and checks. Returns the digest of the end state; what it throws says where the cluster stood. */
  run(): string {
    try {
      return this.#run();
    } catch (error) {
      if (error instanceof Error) error.message += `\n${describeWorld(this.world)}`;
      throw error;
    }
  }

  #run(): string {
    expect.ok(
      this.#pass(1000, () => this.supervisor.isWhole),
      'the cluster starts',
    );
    this.#once(client => this.#openAll(client));
    this.#ready = true;
    for (const primary of this.world.alive()) this.load(primary);
    const {faultMs, faultEveryMs, bells} = this.#options;
    this.#mayRest = faultMs > DENSE_MS;
    this.world.bells.faults = bells;
    if (faultEveryMs > 0) this.#planFault(this.world.time.now + faultMs);
    if (this.#mayRest) this.#pace();
    this.#pass(faultMs);
    this.#faultMaker.end();
    this.#demandProgress();
    this.#stop();
    this.#once(client => this.check(client));
    this.#rest();
    expect.deepEqual(checkWorld(this.world), []);
    return digestOf(this.world);
  }

  *#openAll(client: SimClient): Script<void> {
    yield* must(() => bootstrapSpace(client.primary.engine.core, (client.session as Session).task));
    yield* this.open(client);
  }

  started(primary: SimPrimary): void {
    if (this.#ready) this.load(primary);
  }

  /** A read replica has become the writer, and gets a writer's load beside its own. */
  promoted(primary: SimPrimary): void {
    if (this.#ready) this.loadWriter(primary);
  }

  died(primary: SimPrimary): void {
    this.#ghosts = this.#ghosts.filter(({client}) => !client.primary.dead);
    if (!primary.dead) this.#ghosts.push(...this.clients.filter(({client}) => client.primary === primary));
    this.clients = this.clients.filter(({client}) => client.primary !== primary);
  }

  get #isQuiet(): boolean {
    return this.#mayRest && this.world.time.now % BURST_EVERY_MS > BURST_MS;
  }

  /** Between two bursts the timers run slower too. */
  #pace(): void {
    this.world.idlePace = this.#isQuiet ? QUIET_PACE : 1;
    if (this.#mayRest) this.world.time.schedule(BURST_MS, DRIVER, () => this.#pace());
  }

  /** A client's pause between two transactions: short, or in the quiet between two bursts long. */
  protected *think(client: SimClient, meanMs: number): Script<void> {
    const mean = this.#isQuiet ? QUIET_MS : meanMs;
    if (mean > 0) yield* sleep(client, this.prng.float() * 2 * mean);
  }

  /** Starts a client that runs a script for ever. */
  protected addClient(primary: SimPrimary, script: (self: RunClient) => Script<void>): void {
    const self = {client: new SimClient(this.world, primary), done: 0};
    this.clients.push(self);
    self.client.start(script(self));
  }

  /** Lets time pass; what a client meets is thrown here. */
  #pass(ms: number, until: () => boolean = () => false): boolean {
    const {time} = this.world;
    let [at, steps] = [time.now, time.steps];
    const reached = time.runUntil(() => {
      if (time.now - at > SPIN_MS) [at, steps] = [time.now, time.steps];
      else if (time.steps - steps > SPIN_STEPS) expect.fail(`everybody polls and nobody gets on: ${this.#stuck()}`);
      return until() || this.#failure() !== undefined;
    }, ms);
    const failure = this.#failure();
    if (failure !== undefined) throw failure;
    return reached;
  }

  #failure(): Error | undefined {
    for (const {client} of this.clients) if (client.failure !== undefined) return client.failure;
    for (const {client} of this.#ghosts) if (client.failure !== undefined) return client.failure;
    return undefined;
  }

  /** Runs one script to its end on any primary. */
  #once(script: (client: SimClient) => Script<void>): void {
    const client = new SimClient(this.world, this.world.alive().find(mayWrite) as SimPrimary);
    client.start(script(client));
    const ended = this.#pass(HEALTHY_MS, () => client.idle);
    if (client.failure !== undefined) throw client.failure;
    expect.ok(ended, `a script does not end: ${client.blockedIn}`);
  }

  #planFault(end: number): void {
    const pause = this.prng.float() * 2 * this.#options.faultEveryMs;
    this.world.time.schedule(pause, DRIVER, () => {
      if (this.world.time.now >= end) return;
      this.#planFault(end);
      this.#faultMaker.make();
    });
  }

  #demandProgress(): void {
    this.#mayRest = false;
    this.world.idlePace = 1;
    expect.ok(
      this.#pass(HEALTHY_MS, () => this.supervisor.isWhole),
      'the cluster becomes whole again',
    );
    const before = new Map(this.clients.map(self => [self, self.done]));
    const all = (): boolean => [...before].every(([self, done]) => self.done >= done + HEALTHY_STEPS);
    if (this.#pass(HEALTHY_MS, all)) return;
    const stuck = [...before].filter(([self, done]) => self.done < done + HEALTHY_STEPS);
    expect.fail(`${stuck.length} of ${before.size} clients make no progress: ${this.#stuck()}`);
  }

  #stop(): void {
    this.stopping = true;
    const areIdle = this.#pass(HEALTHY_MS, () => this.clients.every(({client}) => client.idle));
    expect.ok(areIdle, `the clients stop, but: ${this.#stuck()}`);
    this.#rest();
  }

  /** Purge catches up, the logs become durable, and read replicas have applied all of it. */
  #rest(): void {
    const atRest = (): boolean =>
      this.world.alive().every(({engine, replica}) => {
        if (replica !== undefined && new Map(replica.counters()).get('replica_lag_bytes') !== 0) return false;
        const {history, log, undo, shrinker} = engine.core;
        const purged = history.length === 0 && undo.unneeded.length === 0 && !shrinker.hasWork;
        return purged && log.endLsn === log.durableLsn;
      });
    expect.ok(this.#pass(HEALTHY_MS, atRest), 'purge catches up');
  }

  /** What clients are blocked in. */
  #stuck(): string {
    const busy = this.clients.filter(({client}) => !client.idle);
    return busy.map(({client}) => `node ${client.primary.node}: ${client.blockedIn}`).join('; ');
  }
}
