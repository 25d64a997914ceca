// The quorum volume of a simulated cluster: the real storage nodes, master, streams and readers over a simulated network, every node on a disk of its own.
//
// Messages to a primary are events of that primary, so they wait while it stands still and are gone when it is. A zombie's messages go out as ever: the seal is what refuses them. The
// supervisor's questions are answered before they return, as in production (src/cluster/volume/quorum-client.ts).

import {crc32} from '../base/crc32.ts';
import type {StreamDescription} from '../cluster/volume/cluster-volume.ts';
import {Memory} from '../format/memory.ts';
import {samePageExceptHints} from '../format/page/compare.ts';
import type {RedoStream} from '../storage/api.ts';
import type {VolumeView} from '../storage/quorum/api.ts';
import {Dispatcher} from '../storage/quorum/client/dispatcher.ts';
import {openQuorumVolume} from '../storage/quorum/client/open-volume.ts';
import {QuorumPageReader} from '../storage/quorum/client/page-reader.ts';
import {QuorumWords, quorumWordsBytes} from '../storage/quorum/client/quorum-words.ts';
import {QuorumRedoStream, type QuorumStreamDescription} from '../storage/quorum/client/redo-stream.ts';
import type {QuorumVolume} from '../storage/quorum/client/volume.ts';
import {LIMITS, QuorumNodes, type TestStorage} from '../storage/quorum/testing/quorum-nodes.ts';
import {StorageTrouble} from '../storage/quorum/testing/storage-trouble.ts';
import {QuorumSimVolume} from './quorum-volume.ts';
import type {SimClock} from './sim-clock.ts';
import type {SimReader, SimStorage, SimTrouble} from './sim-storage.ts';
import {StorageTime} from './storage-time.ts';
import type {SimWorld} from './world.ts';

/** Pages of a protection group: few, so that there are several. */
const PAGES_PER_GROUP = 64;
/** What the network may do to a message in some seeds: the chance that it is lost, that it comes twice; the mean delay in milliseconds. */
const LOST_MAX = 0.02;
const TWICE_MAX = 0.05;
const DELAY_MAX = 0.6;
const GOOD_NETWORK = {lost: 0, twice: 0, delay: 0.1};

export class QuorumStorage implements SimStorage, SimTrouble {
  readonly #world: SimWorld;
  readonly #time: StorageTime;
  readonly nodes: QuorumNodes<StorageTime>;
  readonly #trouble: StorageTrouble;
  /** Connections of each primary: of its stream and of its reader. */
  readonly #ports = new Map<number, Dispatcher[]>();
  #words!: QuorumWords;
  #master: Dispatcher | undefined;
  #volume: QuorumSimVolume | undefined;

  constructor(world: SimWorld, seed: number) {
    this.#world = world;
    this.#time = new StorageTime(world.time);
    this.nodes = new QuorumNodes(this.#time, seed, LIMITS);
    this.#trouble = new StorageTrouble(this.nodes, what => world.note(`storage: ${what}`));
    this.nodes.addSix();
    const {prng, network} = this.nodes;
    const isGood = prng.chance(0.5);
    Object.assign(
      network.faults,
      isGood
        ? GOOD_NETWORK
        : {lost: prng.float() * LOST_MAX, twice: prng.float() * TWICE_MAX, delay: 0.05 + prng.float() * DELAY_MAX},
    );
  }

  get trouble(): SimTrouble {
    return this;
  }

  open(): QuorumSimVolume {
    const {options, trace} = this.#world;
    const {prng} = this.nodes;
    this.#words = new QuorumWords(new ArrayBuffer(quorumWordsBytes(options.nodes)), options.nodes);
    const port = new Dispatcher(this.nodes.network.transport(0));
    this.#master = port;
    let opened: QuorumVolume | undefined;
    const random = {u32: () => prng.u32(), secretBytes: (n: number) => new Uint8Array(n).fill(prng.below(256))};
    openQuorumVolume(
      {clock: this.#time, crc32, trace, random},
      port,
      {
        nodes: () => this.nodes.places(),
        pageSize: options.pageSize,
        pagesPerGroup: PAGES_PER_GROUP,
        words: this.#words,
        deposed: reason => this.#volume?.fail(reason),
      },
      volume => (opened = volume),
    );
    this.#time.wait(() => opened !== undefined, 'the volume opens');
    const reader = new QuorumPageReader(this.#time, port, this.#words, {
      view: (opened as unknown as QuorumVolume).view(),
      wake: () => {},
    });
    this.#volume = new QuorumSimVolume(opened as unknown as QuorumVolume, reader, this.#time);
    return this.#volume;
  }

  /** A connection of a primary: what comes for it is an event of its own. */
  #connect(node: number): Dispatcher {
    const {time} = this.#world;
    const transport = this.nodes.network.transport(0);
    const port = new Dispatcher(transport);
    const hear = transport.onMessage;
    transport.onMessage = (from, message) => void time.schedule(0, node + 1, () => hear(from, message));
    this.#ports.set(node, [...(this.#ports.get(node) ?? []), port]);
    return port;
  }

  stream(description: StreamDescription, clock: SimClock): RedoStream {
    const port = this.#connect(description.node);
    return new QuorumRedoStream({clock, crc32}, port, this.#words, description as QuorumStreamDescription);
  }

  reader(node: number, clock: SimClock): SimReader {
    const view = (this.#volume as QuorumSimVolume).view();
    return new PolledReader(clock, this.#connect(node), this.#words, view, () => this.#world.bells.ring(node));
  }

  gone(node: number): void {
    for (const port of this.#ports.get(node) ?? []) port.close();
    this.#ports.delete(node);
  }

  crash(power: boolean): void {
    this.#volume?.close();
    this.#master?.close();
    this.#volume = undefined;
    for (const one of this.nodes.storage.values()) {
      this.#trouble.help(one);
      this.nodes.stopStorage(one.number, power ? 'power' : 'kill');
      this.nodes.startStorage(one.number);
    }
  }

  #members(): TestStorage[] {
    return [...this.nodes.storage.values()];
  }

  strike(): void {
    this.#trouble.strike(this.#members());
  }

  mend(): void {
    this.#trouble.mend();
  }

  end(): void {
    Object.assign(this.nodes.network.faults, GOOD_NETWORK);
    for (const one of this.#members()) this.#trouble.help(one);
  }

  /** Every node becomes whole, and then has every page by itself, as the others have it. */
  check(): readonly string[] {
    const volume = this.#volume as QuorumSimVolume;
    this.#time.wait(() => volume.isWhole && this.#members().every(({node}) => node?.isWhole === true), 'all are whole');
    const faults: string[] = [];
    const [{node: first}] = this.#members();
    for (const pg of first?.replicas.keys() ?? []) {
      for (let pageNo = pg * PAGES_PER_GROUP; pageNo < (pg + 1) * PAGES_PER_GROUP; pageNo++) {
        const fault = this.#pageFault(pg, pageNo);
        if (fault !== undefined) faults.push(`page ${pageNo}: ${fault}`);
      }
    }
    return faults;
  }

  #pageFault(pg: number, pageNo: number): string | undefined {
    const {pageSize} = this.#world.options;
    const needs = this.#words.needs(pg);
    let first: {status: string; page: Memory} | undefined;
    for (const {number, node} of this.#members()) {
      const replica = node?.replicas.get(pg);
      const status: string = replica?.read(pageNo, needs) ?? 'absent';
      const page = new Memory(new ArrayBuffer(pageSize));
      if (status === 'found') page.bytes.set(replica?.result as Uint8Array);
      first ??= {status, page};
      if (status !== 'found' && status !== 'absent') return `node ${number} has it ${status}`;
      if (status !== first.status) return `node ${number} has it ${status}, another one ${first.status}`;
      const difference = samePageExceptHints(page, 0, first.page, 0, pageSize);
      if (difference !== undefined) return `node ${number}: ${difference}`;
    }
    return undefined;
  }

  digest(): number {
    let digest = 0;
    for (const {disk} of this.#members()) digest = (digest * 31 + disk.digest()) >>> 0;
    return digest;
  }
}

/** Says what is under way, and what has come. */
class PolledReader implements SimReader {
  underWay = 0;
  hasArrived = false;
  readonly #reader: QuorumPageReader;

  constructor(clock: SimClock, port: Dispatcher, words: QuorumWords, view: VolumeView, ring: () => void) {
    const wake = (): void => {
      this.hasArrived = true;
      ring();
    };
    this.#reader = new QuorumPageReader(clock, port, words, {view, wake});
  }

  get onPage(): QuorumPageReader['onPage'] {
    return this.#reader.onPage;
  }

  set onPage(deliver: QuorumPageReader['onPage']) {
    this.#reader.onPage = deliver;
  }

  canRead(): boolean {
    return this.#reader.canRead();
  }

  read(pageNo: number, needStream: number, needLsn: number): void {
    this.underWay++;
    this.#reader.read(pageNo, needStream, needLsn);
  }

  poll(): number {
    this.hasArrived = false;
    const count = this.#reader.poll();
    this.underWay -= count;
    return count;
  }
}
