// What goes wrong in a run, drawn from its seed: deaths of one and of everything, deaths in the middle of a disk operation, primaries that stand still and are taken
// for dead, disks that are slow, full or broken, clocks that jump, bells that are not heard.
//
// Where the volume is of storage nodes, these fail in place of the machine's disk.
//
// A seed uses some kinds of faults and not others (swarm): a rare fault would never come alone if the common ones always came first.

import type {Prng} from '../base/prng.ts';
import {type BellFaults, GOOD_BELLS} from './sim-bells.ts';
import type {SimTrouble} from './sim-storage.ts';
import type {SimSupervisor} from './sim-supervisor.ts';
import {mayWrite} from './sim-writers.ts';
import {DRIVER, type SimPrimary, type SimWorld} from './world.ts';

export const FAULT_KINDS = [
  'kill',
  'crash',
  'power',
  'halfDone',
  'pause',
  'zombie',
  'slowDisk',
  'fullDisk',
  'brokenRedo',
  'brokenImages',
  'clockJump',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What the disk of the machine does. */
const OF_THE_DISK: ReadonlySet<FaultKind> = new Set(['halfDone', 'slowDisk', 'fullDisk', 'brokenRedo', 'brokenImages']);

/** Chance that a storage node is struck by what strikes primaries. */
const ALSO_STORAGE = 0.5;

/** How often each kind comes beside the others; 0 = never. */
export type FaultMix = Readonly<Record<FaultKind, number>>;

export const NO_FAULTS: FaultMix = Object.fromEntries(FAULT_KINDS.map(kind => [kind, 0])) as Record<FaultKind, number>;

/** Some kinds, with weights. */
export function drawMix(prng: Prng): FaultMix {
  const mix = {...NO_FAULTS} as Record<FaultKind, number>;
  for (const kind of FAULT_KINDS) if (prng.chance(0.4)) mix[kind] = 1 + prng.below(4);
  mix.kill ||= prng.below(3);
  return mix;
}

export function drawBells(prng: Prng): BellFaults {
  if (prng.chance(0.5)) return GOOD_BELLS;
  return {lost: prng.float() * 0.3, doubled: prng.float() * 0.3, late: prng.float() * 0.3};
}

export class FaultMaker {
  readonly #world: SimWorld;
  readonly #supervisor: SimSupervisor;
  readonly #prng: Prng;
  readonly #mix: FaultMix;
  /** Faults made, by kind. */
  readonly made: Record<FaultKind, number> = {...NO_FAULTS};
  #isOver = false;

  constructor(world: SimWorld, supervisor: SimSupervisor, prng: Prng, mix: FaultMix) {
    this.#world = world;
    this.#supervisor = supervisor;
    this.#prng = prng;
    this.#mix = mix;
  }

  /** Makes one fault now. */
  make(): void {
    const kind = this.#draw();
    if (kind === undefined) return;
    this.made[kind]++;
    this.#world.note('fault', {kind});
    const {trouble} = this.#world.storage;
    if (trouble === undefined) this.#makers[kind]();
    else {
      if (!OF_THE_DISK.has(kind)) this.#makers[kind]();
      if (OF_THE_DISK.has(kind) || this.#prng.chance(ALSO_STORAGE)) this.#shake(trouble);
    }
  }

  #draw(): FaultKind | undefined {
    let total = 0;
    for (const kind of FAULT_KINDS) total += this.#mix[kind];
    if (total === 0) return undefined;
    let ticket = this.#prng.below(total);
    return FAULT_KINDS.find(kind => (ticket -= this.#mix[kind]) < 0);
  }

  /** All is well again: disks work, nobody stands still. */
  end(): void {
    const {disk, primaries, zombies} = this.#world;
    this.#isOver = true;
    this.#world.diskSlowness = 1;
    this.#world.bells.faults = GOOD_BELLS;
    disk.capacity = Number.POSITIVE_INFINITY;
    disk.forgetFailures();
    this.#world.storage.trouble?.end();
    for (let node = 0; node < primaries.length; node++) this.#world.resume(node);
    for (const zombie of [...zombies.values()]) this.#world.kill(zombie);
  }

  /** Where storage is of nodes, something is done to one of them, and later one is helped up. */
  #shake(trouble: SimTrouble): void {
    trouble.strike();
    this.#later(60, () => {
      if (!this.#isOver) trouble.mend();
    });
  }

  readonly #makers: Readonly<Record<FaultKind, () => void>> = {
    kill: () => this.#onAny(primary => this.#supervisor.kill(this.#writerOr(primary))),
    crash: () => this.#supervisor.crashEverything(false),
    power: () => this.#supervisor.crashEverything(true),
    halfDone: () => this.#world.disk.crashAfter(1 + this.#prng.below(this.#prng.chance(0.5) ? 10 : 200)),
    pause: () => this.#onAny(primary => this.#pause(primary, false)),
    // A thread has ended before its writer's place is taken: no zombie feeds replicas.
    zombie: () => this.#onAny(primary => this.#pause(primary, this.#world.options.singleWriter !== true)),
    slowDisk: () => {
      this.#world.diskSlowness = 10 + this.#prng.below(200);
      this.#later(50, () => (this.#world.diskSlowness = 1));
    },
    fullDisk: () => {
      this.#world.disk.capacity = this.#world.disk.usedBytes() + this.#prng.below(20_000);
      this.#later(80, () => (this.#world.disk.capacity = Number.POSITIVE_INFINITY));
    },
    brokenRedo: () => this.#world.disk.failNext('write', 'volume/redo', 'EIO'),
    brokenImages: () => this.#world.disk.failNext(this.#prng.chance(0.5) ? 'write' : 'sync', 'volume/images', 'EIO'),
    clockJump: () => (this.#world.time.wallError += Math.floor((this.#prng.float() - 0.5) * 1e10)),
  };

  #onAny(act: (primary: SimPrimary) => void): void {
    const awake = this.#world.alive().filter(({node}) => !this.#world.time.isHeld(node + 1));
    if (awake.length > 0) act(awake[this.#prng.below(awake.length)]);
  }

  /** Where one primary writes, its death is the one that matters. */
  #writerOr(primary: SimPrimary): SimPrimary {
    const {options} = this.#world;
    if (options.singleWriter !== true || this.#prng.chance(0.5)) return primary;
    return this.#world.alive().find(mayWrite) ?? primary;
  }

  #later(withinMs: number, act: () => void): void {
    this.#world.time.schedule(this.#prng.float() * withinMs, DRIVER, act);
  }

  /** The primary stands still; if `isDisowned` it is recovered meanwhile, and goes on as a zombie. */
  #pause(primary: SimPrimary, isDisowned: boolean): void {
    this.#world.pause(primary);
    if (isDisowned) {
      this.#later(3, () => {
        if (!this.#isOver && !primary.dead && primary.failure === undefined) this.#supervisor.disown(primary);
      });
    }
    this.#later(30, () => {
      if (primary.dead) return;
      this.#world.resume(primary.node);
      this.#later(20, () => {
        if (!primary.dead && this.#world.zombies.get(primary.node) === primary) this.#world.kill(primary);
      });
    });
  }
}
