// A store in memory that runs random transactions interleaved step by step under a known isolation level, and writes the history down.
// Correct levels must never be accused; weaker ones must be convicted of exactly what they allow.

import {Prng} from '../../../src/base/prng.ts';
import type {HistoryEvent, Mop} from '../history/types.ts';

export type StoreLevel =
  /** Snapshots, and at commit everything read must still be current. */
  | 'serializable'
  /** Snapshots, first committer wins. */
  | 'snapshot-isolation'
  /** The same with snapshots that may be old. */
  | 'stale-snapshot-isolation'
  /** Two nodes that show each other's commits late; first committer wins everywhere. */
  | 'parallel-snapshot-isolation'
  /** Every read sees what is committed now; writes go to the newest version under row locks. */
  | 'read-committed'
  /** Plain reads from a snapshot, writes to the newest version under row locks. */
  | 'innodb-repeatable-read'
  /** Everybody works in place; rolling back takes the writes out again. */
  | 'read-uncommitted';

export interface StoreOptions {
  readonly seed: number;
  readonly level: StoreLevel;
  readonly model?: 'list-append' | 'rw-register';
  readonly transactions?: number;
  readonly clients?: number;
  readonly keys?: number;
  readonly opsMax?: number;
  readonly writesPerKey?: number;
  readonly abortRate?: number;
  readonly infoRate?: number;
}

interface Version {
  readonly node: number;
  readonly seq: number;
  readonly list: readonly number[];
}

interface Running {
  readonly plan: readonly Mop[];
  readonly done: Mop[];
  readonly node: number;
  readonly snapshot: readonly number[];
  readonly own: Map<number, number[]>;
  /** Under row locks: the newest list at the time of the first write. */
  readonly locked: Map<number, readonly number[]>;
  doomed: boolean;
}

const EMPTY: readonly number[] = [];

/** Runs the store and returns its history. The same options give the same history. */
export function runModelStore(options: StoreOptions): HistoryEvent[] {
  return new ModelStore(options).run();
}

class ModelStore {
  readonly #options: Required<StoreOptions>;
  readonly #random: Prng;
  readonly #events: HistoryEvent[] = [];
  readonly #versions = new Map<number, Version[]>();
  readonly #locks = new Map<number, Running>();
  readonly #writes = new Map<number, number>();
  readonly #active: number[] = [];
  /** Commits of node i, and how many of node i's commits node j shows: shown[j][i]. */
  readonly #shown: number[][];
  #nextKey = 0;

  constructor(options: StoreOptions) {
    this.#options = {
      model: 'list-append',
      transactions: 200,
      clients: 5,
      keys: 4,
      opsMax: 4,
      writesPerKey: 32,
      abortRate: 0.05,
      infoRate: 0.03,
      ...options,
    };
    this.#random = new Prng(options.seed);
    const nodes = options.level === 'parallel-snapshot-isolation' ? 2 : 1;
    this.#shown = Array.from({length: nodes}, () => new Array<number>(nodes).fill(0));
    while (this.#active.length < this.#options.keys) this.#active.push(this.#nextKey++);
  }

  run(): HistoryEvent[] {
    const {clients, transactions} = this.#options;
    const running = new Array<Running | undefined>(clients).fill(undefined);
    const processes = Array.from({length: clients}, (_, i) => i);
    let left = transactions;
    let busy = 0;
    while (left > 0 || busy > 0) {
      this.#deliver();
      const client = this.#random.below(clients);
      const txn = running[client];
      if (txn === undefined) {
        if (left === 0) continue;
        left--;
        busy++;
        running[client] = this.#begin(client, processes[client]);
      } else if (txn.done.length < txn.plan.length && !txn.doomed) {
        this.#step(txn);
      } else {
        busy--;
        running[client] = undefined;
        if (this.#end(txn, processes[client]) === 'info') processes[client] += clients;
      }
    }
    return this.#events;
  }

  #record(type: HistoryEvent['type'], process: number, value: readonly Mop[]): void {
    const index = this.#events.length;
    this.#events.push({index, time: index * 1000, type, process, f: 'txn', value});
  }

  /** The other node's oldest hidden commit becomes visible, now and then. */
  #deliver(): void {
    if (this.#shown.length < 2 || !this.#random.chance(0.08)) return;
    const to = this.#random.below(2);
    const from = 1 - to;
    if (this.#shown[to][from] < this.#shown[from][from]) this.#shown[to][from]++;
  }

  #begin(client: number, process: number): Running {
    const plan = Array.from({length: 1 + this.#random.below(this.#options.opsMax)}, () => this.#planned());
    const node = client % this.#shown.length;
    const snapshot = [...this.#shown[node]];
    if (this.#options.level === 'stale-snapshot-isolation')
      snapshot[0] = Math.max(0, snapshot[0] - this.#random.below(6));
    this.#record('invoke', process, plan);
    return {plan, done: [], node, snapshot, own: new Map(), locked: new Map(), doomed: false};
  }

  #planned(): Mop {
    const place = this.#random.below(this.#active.length);
    const key = this.#active[place];
    if (this.#random.chance(0.5)) return ['r', key, null];
    const value = (this.#writes.get(key) ?? 0) + 1;
    this.#writes.set(key, value);
    if (value >= this.#options.writesPerKey) this.#active[place] = this.#nextKey++;
    return [this.#options.model === 'list-append' ? 'append' : 'w', key, value];
  }

  #step(txn: Running): void {
    const [f, key, value] = txn.plan[txn.done.length];
    if (f === 'r') {
      const list = this.#read(txn, key as number);
      txn.done.push(['r', key, this.#options.model === 'list-append' ? list : (list[list.length - 1] ?? null)]);
      return;
    }
    this.#write(txn, key as number, value as number);
    txn.done.push(txn.plan[txn.done.length]);
  }

  #latest(key: number): Version | undefined {
    return this.#versions.get(key)?.at(-1);
  }

  #read(txn: Running, key: number): readonly number[] {
    const own = txn.own.get(key);
    const base = txn.locked.get(key) ?? this.#base(txn, key);
    return own === undefined ? base : [...base, ...own];
  }

  #base(txn: Running, key: number): readonly number[] {
    const {level} = this.#options;
    if (level === 'read-committed' || level === 'read-uncommitted') return this.#latest(key)?.list ?? EMPTY;
    const versions = this.#versions.get(key) ?? [];
    for (let i = versions.length - 1; i >= 0; i--) {
      if (versions[i].seq <= txn.snapshot[versions[i].node]) return versions[i].list;
    }
    return EMPTY;
  }

  #write(txn: Running, key: number, value: number): void {
    const {level} = this.#options;
    if (level === 'read-uncommitted') {
      this.#versions.set(key, [{node: 0, seq: 0, list: [...(this.#latest(key)?.list ?? EMPTY), value]}]);
    } else if ((level === 'innodb-repeatable-read' || level === 'read-committed') && !this.#lock(txn, key)) {
      txn.doomed = true;
      return;
    }
    const own = txn.own.get(key);
    if (level === 'read-uncommitted') txn.own.set(key, []);
    else if (own === undefined) txn.own.set(key, [value]);
    else own.push(value);
  }

  #lock(txn: Running, key: number): boolean {
    const holder = this.#locks.get(key);
    if (holder !== undefined && holder !== txn) return false;
    this.#locks.set(key, txn);
    if (!txn.locked.has(key)) txn.locked.set(key, this.#latest(key)?.list ?? EMPTY);
    return true;
  }

  #end(txn: Running, process: number): HistoryEvent['type'] {
    const {abortRate, infoRate} = this.#options;
    const unknown = this.#random.chance(infoRate);
    const aborts =
      txn.doomed || this.#random.chance(abortRate) || (unknown && this.#random.chance(0.5)) || this.#conflict(txn);
    if (aborts) this.#rollBack(txn);
    else this.#commit(txn);
    for (const key of txn.locked.keys()) if (this.#locks.get(key) === txn) this.#locks.delete(key);
    const type = unknown ? 'info' : aborts ? 'fail' : 'ok';
    this.#record(type, process, type === 'ok' ? txn.done : txn.plan);
    return type;
  }

  #conflict(txn: Running): boolean {
    const {level} = this.#options;
    if (level === 'read-committed' || level === 'read-uncommitted' || level === 'innodb-repeatable-read') return false;
    const keys = level === 'serializable' ? txn.plan.map(mop => mop[1] as number) : [...txn.own.keys()];
    return keys.some(key => {
      const version = this.#latest(key);
      return version !== undefined && version.seq > txn.snapshot[version.node];
    });
  }

  #commit(txn: Running): void {
    if (this.#options.level === 'read-uncommitted' || txn.own.size === 0) return;
    const {node} = txn;
    const seq = ++this.#shown[node][node];
    for (const [key, values] of txn.own) {
      const list = [...(this.#latest(key)?.list ?? EMPTY), ...values];
      const versions = this.#versions.get(key);
      if (versions === undefined) this.#versions.set(key, [{node, seq, list}]);
      else versions.push({node, seq, list});
    }
  }

  #rollBack(txn: Running): void {
    if (this.#options.level !== 'read-uncommitted') return;
    for (const [f, key, value] of txn.done) {
      if (f === 'r') continue;
      const list = (this.#latest(key as number)?.list ?? EMPTY).filter(other => other !== value);
      this.#versions.set(key as number, [{node: 0, seq: 0, list}]);
    }
  }
}
