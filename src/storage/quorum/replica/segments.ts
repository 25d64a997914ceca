// The replicas of one storage node, one per PG: opening and making them, and what is asked of all of them together.

import {concatBytes} from '../../../base/bytes.ts';
import {CorruptionError} from '../../../base/errors.ts';
import type {StorageEnv} from '../../segment/options.ts';
import {STREAM_START, type StreamFence, type StreamPoint} from '../api.ts';
import type {StreamChain} from '../chain.ts';
import type {NodeState} from './node-state.ts';
import {Replica, type ReplicaHost} from './replica.ts';
import type {SegmentLimits} from './segment-pages.ts';

const DIRECTORY = /^pg-(\d{6})$/;

export class Segments {
  readonly replicas = new Map<number, Replica>();
  readonly #env: StorageEnv;
  readonly #directory: string;
  readonly #limits: SegmentLimits;
  readonly #state: NodeState;
  readonly #host: ReplicaHost;

  constructor(env: StorageEnv, directory: string, limits: SegmentLimits, state: NodeState, host: ReplicaHost) {
    this.#env = env;
    this.#directory = directory;
    this.#limits = limits;
    this.#state = state;
    this.#host = host;
  }

  #path(pg: number): string {
    return `${this.#directory}/pg-${String(pg).padStart(6, '0')}`;
  }

  /** Opens all that the directory holds. */
  load(): void {
    for (const name of this.#env.disk.listSync(this.#directory)) {
      const pg = DIRECTORY.exec(name);
      if (pg !== null) this.open(Number(pg[1]));
    }
  }

  /** Removes what an earlier life in this directory left. */
  wipeAll(): void {
    for (const name of this.#env.disk.listSync(this.#directory)) {
      if (DIRECTORY.test(name)) wipe(this.#env, `${this.#directory}/${name}`);
    }
  }

  /** Opens or makes a replica. One that cannot be opened is emptied, and the node is no longer whole. */
  open(pg: number): Replica {
    const {uuid, pageSize} = this.#state.ledger ?? {uuid: '', pageSize: 0};
    const options = {directory: this.#path(pg), pg, uuid, pageSize, limits: this.#limits};
    let replica: Replica;
    try {
      replica = new Replica(this.#env, options, this.#host);
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      const fields = {node: this.#state.node, pg, what: error.message};
      this.#env.trace.error('a replica cannot be opened and is rebuilt', fields);
      wipe(this.#env, options.directory);
      replica = new Replica(this.#env, options, this.#host);
      replica.beginCopy([]);
      this.#state.setWhole(false);
    }
    this.replicas.set(pg, replica);
    return replica;
  }

  get(pg: number): Replica | undefined {
    return this.replicas.get(pg);
  }

  all(): Replica[] {
    return [...this.replicas.values()];
  }

  points(): StreamPoint[] {
    return this.all().flatMap(replica => replica.points());
  }

  chainsOf(incarnation: number): StreamChain[] {
    return this.all().flatMap(replica => replica.chains.get(incarnation) ?? []);
  }

  /** SCL of a stream in a PG, its start when nothing of it is here. */
  reached(pg: number, incarnation: number): number {
    return this.replicas.get(pg)?.chains.get(incarnation)?.scl ?? STREAM_START;
  }

  /** Batches that came before `before` and that a peer with these points lacks, about `limit` bytes of them. */
  lacking(points: readonly StreamPoint[], before: number, limit: number): Uint8Array {
    const theirs = new Map(points.map(([pg, incarnation, , scl]) => [`${pg}:${incarnation}`, scl]));
    const bytes: Uint8Array[] = [];
    let left = limit;
    for (const replica of this.all()) {
      for (const chain of replica.chains.values()) {
        const reached = theirs.get(`${replica.pg}:${chain.incarnation}`) ?? STREAM_START;
        if (reached >= chain.highest || reached < chain.base || left <= 0) continue;
        const found = replica.fetch(chain.incarnation, reached, left, before);
        for (const batch of found.bytes) left -= batch.length;
        bytes.push(...found.bytes);
      }
    }
    return concatBytes(bytes);
  }

  hasHole(): boolean {
    return this.all().some(replica => [...replica.chains.values()].some(chain => chain.waiting.size > 0));
  }

  /** Sealed streams of which everything is here. */
  settled(): number[] {
    const whole = ({incarnation, tails}: StreamFence): boolean =>
      Object.keys(tails).every(pg => this.get(Number(pg))?.chains.get(incarnation)?.isWhole === true);
    return this.#state
      .fences()
      .filter(fence => fence.end > 0 && whole(fence))
      .map(fence => fence.incarnation);
  }

  /** Lets go of what is left of streams that are over for everybody. */
  forgetRetired(): void {
    for (const replica of this.all()) {
      for (const incarnation of replica.chains.keys()) {
        if (this.#state.isRetired(incarnation)) replica.forget(incarnation);
      }
    }
    for (const {incarnation} of this.#state.fences()) {
      if (this.#state.isRetired(incarnation) && this.chainsOf(incarnation).length === 0)
        this.#state.dropFence(incarnation);
    }
  }

  /** Verifies a few images and batches of every replica. Returns PG and number of the pages that are damaged. */
  scrub(images: number, batches: number): (readonly [number, number])[] {
    return this.all().flatMap(replica => replica.scrub(images, batches).map(pageNo => [replica.pg, pageNo] as const));
  }

  /** Figures, summed. */
  counters(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const replica of this.all()) {
      for (const [name, value] of Object.entries(replica.counters())) sums[name] = (sums[name] ?? 0) + value;
    }
    return sums;
  }

  close(): void {
    for (const replica of this.all()) replica.close();
  }
}

/** Removes the files of a replica. */
function wipe(env: StorageEnv, directory: string): void {
  const {disk} = env;
  for (const path of [`${directory}/log`, `${directory}/images`, directory]) {
    if (!disk.existsSync(path)) continue;
    for (const name of disk.listSync(path)) {
      const isDirectory = path === directory && (name === 'log' || name === 'images');
      if (!isDirectory) disk.removeSync(`${path}/${name}`);
    }
    disk.syncDirectorySync(path);
  }
}
