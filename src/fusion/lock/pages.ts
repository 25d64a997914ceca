// What the engine sees of page locks, directory and buffer pool: one object, every call a few atomic operations. Whatever changes
// something looks at the fence first (K7).

import type {Memory} from '../../format/memory.ts';
import type {PageFusion, PLockMode} from '../api.ts';
import type {Dbp} from '../buffer/dbp.ts';
import {EntryField} from '../memory/layout.ts';
import type {Fence} from '../transaction/fence.ts';
import type {Directory} from './directory.ts';
import {type Entries, heldBy} from './entries.ts';
import type {PageLocks} from './page-locks.ts';

export class Pages implements PageFusion {
  readonly #locks: PageLocks;
  readonly #dbp: Dbp;
  readonly #entries: Entries;
  readonly #node: number;
  readonly #fence: Fence;
  entry = -1;

  constructor(directory: Directory, locks: PageLocks, dbp: Dbp, node: number, fence: Fence) {
    this.#locks = locks;
    this.#dbp = dbp;
    this.#entries = directory.entries;
    this.#node = node;
    this.#fence = fence;
  }

  acquire(pageNo: number, mode: PLockMode): number {
    this.#fence.check();
    const result = this.#locks.acquire(pageNo >>> 0, mode);
    this.entry = this.#locks.entry;
    return result;
  }

  heldMode(entry: number): PLockMode {
    return heldBy(this.#entries.lock(entry), this.#node);
  }

  grantOf(entry: number): number {
    return this.#entries.grantOf(entry, this.#node);
  }

  newestLlsn(entry: number): number {
    return this.#entries.newestLlsn(entry);
  }

  newestIncarnation(entry: number): number {
    return this.#entries.newestIncarnation(entry);
  }

  needStream(entry: number): number {
    return this.#entries.needStream(entry);
  }

  needLsn(entry: number): number {
    return this.#entries.needLsn(entry);
  }

  isWanted(entry: number): boolean {
    return this.#entries.isWantedByOther(entry, this.#node);
  }

  copyFromDbp(entry: number, target: Memory, at: number): boolean {
    return this.#dbp.copyOut(entry, target, at);
  }

  push(entry: number, source: Memory, at: number, lsn: number): boolean {
    this.#fence.check();
    return this.#dbp.push(entry, source, at, lsn);
  }

  setNewest(entry: number, llsn: number, incarnation: number, lsn: number): void {
    this.#fence.check();
    this.#dbp.setNewest(entry, llsn, incarnation, lsn);
  }

  offer(entry: number, source: Memory, at: number): void {
    this.#fence.check();
    this.#dbp.offer(entry, source, at);
  }

  release(entry: number, keep: PLockMode): PLockMode {
    this.#fence.check();
    return this.#locks.release(entry, keep);
  }

  cancel(pageNo: number): void {
    this.#fence.check();
    this.#locks.cancel(pageNo >>> 0);
  }

  objectVersion(entry: number): number {
    return this.#entries.get(entry, EntryField.objectVersion) >>> 0;
  }

  setObjectVersion(entry: number, version: number): void {
    this.#fence.check();
    this.#entries.set(entry, EntryField.objectVersion, version | 0);
  }
}
