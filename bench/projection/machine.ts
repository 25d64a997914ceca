// A cluster in virtual time in which every primary has one processor: the simulator's world, with the costs of a model.
//
// Work is done at once and paid afterwards: whatever a primary has done is added up, and it stands still for that long. So its statements, its messages and the redo of its peers share one processor, as in a thread.

import type {Session} from '../../src/engine/session/session.ts';
import {bootstrapSpace} from '../../src/engine/space/bootstrap.ts';
import {type Script, SimClient} from '../../src/sim/client.ts';
import {must} from '../../src/sim/script.ts';
import {DRIVER, type SimOptions, type SimPrimary, SimWorld} from '../../src/sim/world.ts';
import {type CostModel, coherenceMs, type Figures, SIM_STORAGE_PAGE_MS} from './cost-model.ts';

/** How often the coherence work of a primary is looked at and charged. Milliseconds. */
const CHARGE_MS = 0.25;
const PAGE_SIZE = 4096;

export type ProjectedMode = 'fusion' | 'log-replay' | 'optimistic' | 'optimistic, page';
export const PROJECTED_MODES: readonly ProjectedMode[] = ['fusion', 'log-replay', 'optimistic', 'optimistic, page'];

/** Page reads of a primary that storage takes at once: as many as the real channel. */
const PAGE_READS = 64;
/** Room enough that storage writes no images: that is not what is measured, and the simulated disk is slow to run. */
const ROOM = {
  limits: {growPages: 4096, pendingBytesMax: 1 << 30, redoFilesMax: 4096},
  ringCapacity: 64,
  spareEntries: 256,
};

function worldOptions(mode: ProjectedMode, primaries: number, seed: number): Partial<SimOptions> {
  return {
    seed,
    small: ROOM,
    nodes: primaries,
    pageSize: PAGE_SIZE,
    frames: 8192,
    dbpFrames: mode === 'fusion' ? 16384 : 0,
    titSlots: 4096,
    redoFileSize: 1 << 23,
    ...(mode === 'optimistic' && {optimistic: 'row'}),
    ...(mode === 'optimistic, page' && {optimistic: 'page'}),
  };
}

export class ProjectedMachine {
  readonly world: SimWorld;
  readonly primaries: SimPrimary[] = [];
  readonly model: CostModel;
  /** Bells rung. */
  messages = 0;
  readonly #busyUntil: number[] = [];
  readonly #processorMs: number[] = [];
  readonly #charged: Figures[] = [];

  constructor(mode: ProjectedMode, primaries: number, model: CostModel, seed: number) {
    this.model = model;
    this.world = new SimWorld(worldOptions(mode, primaries, seed));
    this.#bells();
    this.world.diskSlowness = model.diskSlowness;
    this.world.pageWay = {slowness: model.storagePage / SIM_STORAGE_PAGE_MS, requestsMax: PAGE_READS};
    for (let node = 0; node < primaries; node++) this.#start(node);
    this.#charge();
  }

  /** Messages take the model's time. */
  #bells(): void {
    const {bells, time} = this.world;
    const handlers = new Map<number, () => void>();
    const listen = bells.listen.bind(bells);
    bells.listen = (node, handler) => {
      handlers.set(node, handler);
      listen(node, handler);
    };
    bells.ring = node => {
      this.messages++;
      time.schedule(this.model.message, node + 1, () => handlers.get(node)?.());
    };
  }

  #start(node: number): void {
    const primary = this.world.start(node);
    this.primaries.push(primary);
    this.#busyUntil.push(0);
    this.#processorMs.push(0);
    this.#charged.push(this.figuresOf(primary));
    if (node === 0) {
      const client = new SimClient(this.world, primary);
      this.finish([client], [openSpace(client)], 1000);
    }
  }

  figuresOf({engine, fusion, optimism}: SimPrimary): Figures {
    return new Map([...engine.counters(), ...fusion.counters(), ...(optimism?.counters() ?? [])]);
  }

  /** Sum over the primaries of all counters. */
  figures(): Map<string, number> {
    const sums = new Map<string, number>([['messages', this.messages]]);
    for (const primary of this.primaries)
      for (const [name, value] of this.figuresOf(primary)) sums.set(name, (sums.get(name) ?? 0) + value);
    sums.set(
      'processor ms',
      this.#processorMs.reduce((sum, ms) => sum + ms, 0),
    );
    return sums;
  }

  /** The primary's processor is busy for so long from now on, behind what it is busy with already. */
  work(node: number, ms: number): void {
    const {time} = this.world;
    this.#processorMs[node] += ms;
    this.#busyUntil[node] = Math.max(this.#busyUntil[node], time.now) + ms;
    const until = this.#busyUntil[node];
    time.hold(node + 1);
    time.schedule(until - time.now, DRIVER, () => {
      if (this.#busyUntil[node] <= until) time.resume(node + 1);
    });
  }

  #charge(): void {
    for (const primary of this.primaries) {
      const now = this.figuresOf(primary);
      const cost = coherenceMs(this.model, this.#charged[primary.node], now);
      this.#charged[primary.node] = now;
      if (cost > 0) this.work(primary.node, cost);
    }
    this.world.time.schedule(CHARGE_MS, DRIVER, () => this.#charge());
  }

  /** Starts a script of each client, in its primary's turn. */
  start(clients: readonly SimClient[], scripts: readonly Script<void>[]): void {
    clients.forEach((client, i) => {
      this.world.time.schedule(0, client.primary.node + 1, () => client.start(scripts[i]));
    });
  }

  /** Starts scripts and lets time pass until all have ended. */
  finish(clients: readonly SimClient[], scripts: readonly Script<void>[], ms: number): void {
    let started = 0;
    clients.forEach((client, i) => {
      this.world.time.schedule(0, client.primary.node + 1, () => {
        started++;
        client.start(scripts[i]);
      });
    });
    const isOver = (): boolean => started === clients.length && clients.every(client => client.idle);
    if (!this.world.time.runUntil(isOver, ms)) throw new Error(`scripts have not ended after ${ms} ms of virtual time`);
    for (const {failure} of clients) if (failure !== undefined) throw failure;
  }
}

function* openSpace(client: SimClient): Script<void> {
  yield* must(() => bootstrapSpace(client.primary.engine.core, (client.session as Session).task));
}
