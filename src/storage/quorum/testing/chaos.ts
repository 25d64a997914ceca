// One run of everything at once: work goes on while nodes die, lose their disks, rot, freeze and are cut off, while primaries and the master die, and
// members are replaced. At most two members are unwell at a time, which is what a quorum of four of six bears; in the end all are well, work goes on, and every
// replica has every page.

import assert from 'node:assert/strict';
import type {TestStorage} from './quorum-nodes.ts';
import {QuorumWorld} from './quorum-world.ts';
import {StorageTrouble} from './storage-trouble.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly steps: number;
  readonly pages: number;
  readonly pagesPerGroup: number;
}

export class Chaos {
  readonly world: QuorumWorld;
  readonly #options: ChaosOptions;
  readonly #log: string[] = [];
  #nextNode = 7;
  readonly #trouble: StorageTrouble;
  /** Membership epoch in which the last replacement was begun. */
  #replacing = 0;

  constructor(options: ChaosOptions) {
    this.#options = options;
    this.world = new QuorumWorld(options.seed, options.pagesPerGroup);
    this.#trouble = new StorageTrouble(this.world, what => this.#note(what));
  }

  run(): void {
    const {world} = this;
    try {
      world.openVolume();
      world.startPrimary();
      world.startPrimary();
      for (let k = 0; k < this.#options.steps; k++) this.#step();
      this.#heal();
    } catch (error) {
      if (error instanceof Error)
        error.message += `\nseed ${this.#options.seed}; ${this.#log.join('; ')}\n${world.notes.slice(-15).join('\n')}`;
      throw error;
    }
  }

  #note(what: string): void {
    this.#log.push(`${this.world.time.now().toFixed(0)} ${what}`);
  }

  #step(): void {
    const {world} = this;
    const {prng} = world;
    for (let k = 0; k < 12; k++) {
      world.work(this.#options.pages);
      world.time.run(0.3);
    }
    if (prng.chance(0.15)) this.#trouble.strike(this.#members());
    if (prng.chance(0.15)) this.#trouble.mend();
    if (prng.chance(0.03))
      Object.assign(world.network.faults, {
        lost: prng.float() * 0.1,
        twice: prng.float() * 0.1,
        delay: 0.1 + prng.float() * 2,
      });
    if (prng.chance(0.03)) Object.assign(world.network.faults, {lost: 0, twice: 0, delay: 0.3});
    if (prng.chance(0.02)) this.#killPrimary();
    if (prng.chance(0.008)) this.#killMaster();
    if (prng.chance(0.008)) this.#replace();
    if (prng.chance(0.004)) {
      if (world.volume?.revertReplacement() === true) this.#note('replacement taken back');
    }
  }

  #members(): TestStorage[] {
    const {world} = this;
    const {membership} = world.volume?.ledger ?? {membership: {sets: [[1, 2, 3, 4, 5, 6]]}};
    return [...new Set(membership.sets.flat())].map(number => world.storage.get(number) as TestStorage);
  }

  #killPrimary(): void {
    const {world} = this;
    const primary = world.primaries[world.prng.below(Math.max(1, world.primaries.length))];
    if (primary === undefined) return;
    this.#note(`primary of ${primary.stream.incarnation} dies`);
    this.#afterHelp(() => world.killPrimary(primary));
    world.startPrimary();
  }

  #killMaster(): void {
    const {world} = this;
    this.#note('the master dies');
    const streams = world.primaries.map(primary => ({primary, acked: primary.stream.durableLsn}));
    world.killMaster();
    if (world.prng.chance(0.5)) {
      // It dies again while it recovers.
      world.startOpening();
      world.time.run(world.prng.float() * 400);
      if (world.volume !== undefined) {
        for (const {incarnation, state} of world.volume.incarnations())
          if (state === 1) world.volume.sealStream(incarnation, () => {});
        world.time.run(world.prng.float() * 300);
      }
      world.killMaster();
    }
    this.#afterHelp(() => {
      world.openVolume();
      for (const {incarnation, state} of world.volume?.incarnations() ?? []) {
        if (state === 3) continue;
        const stream = streams.find(({primary}) => primary.stream.incarnation === incarnation);
        world.seal(incarnation, stream?.primary);
      }
    });
    world.startPrimary();
    world.startPrimary();
  }

  /** Recovery waits for a quorum; nobody else helps while it does. */
  #afterHelp(action: () => void): void {
    for (const one of this.world.storage.values())
      if (!this.#trouble.isWell(one) && this.world.prng.chance(0.7)) this.#trouble.help(one);
    const down = [...this.world.storage.values()].filter(one => one.node === undefined);
    for (const one of down.slice(1)) this.#trouble.help(one);
    for (const one of [...this.world.storage.values()])
      if (this.world.network.frozen.has(one.number) || this.world.network.cut.has(one.number)) this.#trouble.help(one);
    action();
  }

  #replace(): void {
    const {world} = this;
    const volume = world.volume;
    if (
      volume === undefined ||
      volume.ledger.membership.sets.length > 1 ||
      this.#replacing === volume.ledger.membership.epoch
    )
      return;
    this.#replacing = volume.ledger.membership.epoch;
    const [set] = volume.ledger.membership.sets;
    const removed = set[world.prng.below(6)];
    const added = this.#nextNode++;
    const {zone} = world.storage.get(removed) as TestStorage;
    world.addStorage(added, zone);
    this.#note(`replace ${removed} by ${added}`);
    volume.replaceNode(removed, added, {zone, address: `node:${added}`});
  }

  /** All are well again: work goes on, nothing is lost, everybody has everything. */
  #heal(): void {
    const {world} = this;
    Object.assign(world.network.faults, {lost: 0, twice: 0, delay: 0.3});
    for (const one of world.storage.values()) this.#trouble.help(one);
    this.#note('all are well');
    const before = world.acknowledged;
    for (let k = 0; k < 1000 && world.acknowledged < before + 20; k++) {
      world.work(this.#options.pages);
      world.time.run(2);
    }
    assert.ok(world.acknowledged > before, 'work goes on');
    world.verifyAll();
    world.runUntil(() => world.volume?.ledger.membership.sets.length === 1, 'a replacement ends', 60_000);
    world.awaitWhole(60_000);
    world.verifyReplicas();
  }
}
