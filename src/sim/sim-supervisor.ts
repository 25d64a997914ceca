// The supervisor of the simulated cluster: notices deaths, decides dead incarnations step by step while everybody else goes on, hands rollbacks to
// living primaries, and starts new ones until there are as many as wanted. It belongs to the driver of a run, so it survives the death of everything.
//
// When all primaries have died one after the other and every node id still belongs to a dead one, nobody can roll back: the process starts anew. So it does
// when the volume has failed, and when the machine has died in the middle of a disk operation.

import {OperatingError} from '../base/errors.ts';
import type {Prng} from '../base/prng.ts';
import {mayWrite, SimWriters} from './sim-writers.ts';
import {DRIVER, type SimPrimary, type SimWorld} from './world.ts';

/** Told when a primary has started to serve, and when one is no more. */
export interface SimHost {
  started(primary: SimPrimary): void;
  died(primary: SimPrimary): void;
  /** It was a read replica, and writes from now on. */
  promoted?(primary: SimPrimary): void;
}

/** Mean pause between two looks. Milliseconds. */
const LOOK_MS = 1.5;

export class SimSupervisor {
  readonly #world: SimWorld;
  readonly #host: SimHost;
  readonly #prng: Prng;
  readonly #wanted: number;
  /** In the single-writer mode. */
  readonly #writers: SimWriters | undefined;
  /** Decision steps that are left, by dead incarnation. */
  readonly #deciding: {readonly incarnation: number; readonly steps: (() => void)[]}[] = [];
  /** False: dead primaries are recovered, but no new one is started. */
  restarts = true;

  constructor(world: SimWorld, host: SimHost, prng: Prng, wanted: number) {
    this.#world = world;
    this.#host = host;
    this.#prng = prng;
    this.#wanted = wanted;
    if (world.options.singleWriter === true) this.#writers = new SimWriters(world);
    this.#look();
  }

  /** One primary dies; its recovery begins at one of the next looks. */
  kill(primary: SimPrimary): void {
    this.#world.kill(primary);
    this.#lost(primary);
  }

  /** A primary that stands still is taken for dead. If it goes on, it is a zombie. */
  disown(primary: SimPrimary): void {
    this.#world.disown(primary);
    this.#lost(primary);
  }

  #lost(primary: SimPrimary): void {
    this.#host.died(primary);
    this.#writers?.died(primary);
    this.#deciding.push({incarnation: primary.incarnation, steps: this.#world.decisionSteps(primary.incarnation)});
  }

  crashEverything(power: boolean): void {
    const dying = this.#world.alive();
    this.#deciding.length = 0;
    this.#world.crashEverything(power);
    for (const primary of dying) {
      this.#host.died(primary);
      this.#writers?.died(primary);
    }
  }

  /** True when nobody is about to die, every dead incarnation is decided and every loser rolled back. */
  get isWhole(): boolean {
    const {unfinished, zombies, disk, volume} = this.#world;
    const isSettled = this.#deciding.length === 0 && unfinished.size === 0 && zombies.size === 0;
    if (!isSettled || disk.isDead || volume.failure !== undefined || this.#writers?.isServing === false) return false;
    const well = this.#world.alive().filter(({failure}) => failure === undefined);
    return well.length === this.#wanted;
  }

  #look(): void {
    const pace = this.#deciding.length === 0 ? this.#world.idlePace : 1;
    this.#world.time.schedule(this.#prng.float() * 2 * LOOK_MS * pace, DRIVER, () => this.#look());
    const {disk, volume, zombies} = this.#world;
    if (disk.isDead || volume.failure !== undefined) this.crashEverything(disk.isDead || this.#prng.chance(0.5));
    for (const primary of this.#world.alive()) if (primary.failure !== undefined) this.kill(primary);
    for (const zombie of [...zombies.values()]) if (zombie.failure !== undefined) this.#world.kill(zombie);
    this.#decide();
    this.#promote();
    this.#assign();
    this.#start();
    this.#world.recovery.ringAgain();
  }

  #decide(): void {
    const first = this.#deciding[0];
    if (first === undefined || !this.#prng.chance(0.7)) return;
    first.steps[0]?.();
    first.steps.shift();
    if (first.steps.length === 0) this.#deciding.shift();
  }

  #promote(): void {
    if (this.#writers === undefined || this.#deciding.length > 0) return;
    const promoted = this.#writers.look();
    if (promoted !== undefined) this.#host.promoted?.(promoted);
  }

  #assign(): void {
    const alive = this.#world
      .alive()
      .filter(primary => !this.#world.time.isHeld(primary.node + 1) && mayWrite(primary));
    if (alive.length === 0 || !this.#prng.chance(0.5)) return;
    this.#world.assign(alive[this.#prng.below(alive.length)]);
  }

  #start(): void {
    if (this.#writers?.isServing === false && !this.#world.isOrphaned) return;
    if (!this.restarts || this.#world.alive().length >= this.#wanted || !this.#prng.chance(0.3)) return;
    const node = this.#world.freeNode();
    if (node >= 0) this.#startOn(node);
    else if (this.#world.alive().length === 0 && this.#deciding.length === 0) this.crashEverything(false);
  }

  /** On a full disk no primary can start; there will be room later. */
  #startOn(node: number): void {
    try {
      const primary = this.#world.start(node);
      this.#writers?.started(primary);
      this.#host.started(primary);
    } catch (error) {
      if (!(error instanceof OperatingError)) throw error;
      this.#world.note('start refused', {node, why: error.message});
    }
  }
}
