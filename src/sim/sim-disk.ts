// A disk in memory that fails the way real ones do, from one seed.
//
// Every file keeps two images: what readers see, and what survives a crash. A write goes to the first and is remembered as a list of
// sectors; `sync` (or durableWrites) moves it to the second. `crash()` throws the first image away - but not cleanly: each sector
// that was written and not synced survives or is lost by the throw of a coin, so writes are torn and reordered. Names behave the same
// way: creations, removals and renames that were not made durable by syncDirectorySync survive up to a random point in their order.
//
// Faults: `crashAfter(n)` makes the n-th operation from now die half done (SimCrash), and every later one too, until `crash()`;
// `capacity` gives ENOSPC; `failNext` gives EIO - a failed write or sync loses the data for good although reads still show it, as Linux does,
// so that code which retries is caught (S15); `flip` damages a bit.
//
// Left out: delays (the simulator's scheduler is handed in and decides when callbacks run), permissions, directories as objects
// (a directory exists when it was made; its removal is not modelled).

import {crc32} from '../base/crc32.ts';
import {Prng} from '../base/prng.ts';
import {type DirectoryLock, type Disk, type DiskError, DiskFailure, type File, type OpenOptions} from '../env/disk.ts';

const SECTOR = 512;

/** Thrown by every operation once the simulated process is dead. Not an error of the disk: nothing may catch it to go on. */
export class SimCrash extends Error {
  override readonly name = 'SimCrash';
}

interface Inode {
  /** What readers see; `visible.length` is the size. */
  visible: Uint8Array;
  durable: Uint8Array;
  /** Sectors written since they were last made durable. */
  readonly dirty: Set<number>;
  /** Readers see bytes that will never be durable: a write or a sync has failed. */
  isLying: boolean;
}

/** A change of the name space: `remove` goes and `add` comes, in one step. */
interface NameChange {
  readonly remove: string;
  readonly add: string;
  readonly inode: Inode | undefined;
}

/** Which operation a planned failure hits. */
export type SimOperation = 'read' | 'write' | 'sync' | 'open' | 'rename';

interface PlannedFailure {
  readonly operation: SimOperation;
  readonly path: string;
  readonly code: string;
}

export interface SimDiskOptions {
  readonly seed: number;
  /** Bytes that all files together may hold; default without limit. */
  readonly capacity?: number;
  /** Runs a completion later; default: kept until `runCallbacks`. */
  readonly later?: (run: () => void) => void;
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function rename(names: Map<string, Inode>, change: NameChange): void {
  names.delete(change.remove);
  if (change.inode !== undefined) names.set(change.add, change.inode);
}

function resized(bytes: Uint8Array, size: number): Uint8Array {
  const next = new Uint8Array(size);
  next.set(bytes.subarray(0, Math.min(size, bytes.length)));
  return next;
}

class SimFile implements File {
  readonly path: string;
  readonly #disk: SimDisk;
  readonly #inode: Inode;
  readonly #options: OpenOptions;
  readonly #life: number;
  #open = true;

  constructor(disk: SimDisk, path: string, inode: Inode, options: OpenOptions, life: number) {
    this.#disk = disk;
    this.path = path;
    this.#inode = inode;
    this.#options = options;
    this.#life = life;
  }

  #begin(operation: SimOperation): boolean {
    if (!this.#open) throw new DiskFailure('EBADF', `${this.path}: file is closed`);
    if (this.#life !== this.#disk.life) throw new SimCrash(`${this.path}: opened before the crash`);
    return this.#disk.begin(operation, this.path);
  }

  readSync(target: Uint8Array, targetAt: number, length: number, position: number): number {
    this.#begin('read');
    const bytes = this.#inode.visible;
    const n = Math.max(0, Math.min(length, bytes.length - position));
    target.set(bytes.subarray(position, position + n), targetAt);
    return n;
  }

  writeSync(source: Uint8Array, sourceAt: number, length: number, position: number): void {
    let dies: boolean;
    try {
      dies = this.#begin('write');
    } catch (error) {
      if (error instanceof DiskFailure) this.#show(source, sourceAt, length, position);
      throw error;
    }
    this.#apply(source, sourceAt, length, position);
    if (dies) throw new SimCrash(`crash in write to ${this.path}`);
    if (this.#options.durableWrites === true) this.#disk.persist(this.#inode, position, length);
  }

  /** A failed write: the bytes may be seen, but nobody will ever write them out. */
  #show(source: Uint8Array, sourceAt: number, length: number, position: number): void {
    const {visible} = this.#inode;
    this.#inode.isLying = true;
    if (position + length <= visible.length) visible.set(source.subarray(sourceAt, sourceAt + length), position);
  }

  #apply(source: Uint8Array, sourceAt: number, length: number, position: number): void {
    if (this.#options.readOnly === true) throw new DiskFailure('EBADF', `${this.path}: opened for reading`);
    const inode = this.#inode;
    if (position + length > inode.visible.length) this.#disk.resize(inode, position + length, this.path);
    inode.visible.set(source.subarray(sourceAt, sourceAt + length), position);
    for (let sector = Math.floor(position / SECTOR); sector * SECTOR < position + length; sector++)
      inode.dirty.add(sector);
  }

  write(
    source: Uint8Array,
    sourceAt: number,
    length: number,
    position: number,
    done: (error?: DiskError) => void,
  ): void {
    const disk = this.#disk;
    disk.runLater(() => {
      try {
        this.writeSync(source, sourceAt, length, position);
      } catch (error) {
        if (error instanceof DiskFailure) return done({code: error.code, message: error.message});
        if (error instanceof SimCrash) return;
        throw error;
      }
      done();
    });
  }

  sync(done: (error?: DiskError) => void): void {
    this.#disk.runLater(() => {
      try {
        this.syncSync();
      } catch (error) {
        if (error instanceof DiskFailure) return done({code: error.code, message: error.message});
        if (error instanceof SimCrash) return;
        throw error;
      }
      done();
    });
  }

  syncSync(): void {
    let dies: boolean;
    try {
      dies = this.#begin('sync');
    } catch (error) {
      if (error instanceof DiskFailure) this.#disk.giveUp(this.#inode);
      throw error;
    }
    if (dies) throw new SimCrash(`crash in sync of ${this.path}`);
    this.#disk.persist(this.#inode, 0, this.#inode.visible.length);
  }

  sizeSync(): number {
    return this.#inode.visible.length;
  }

  allocateSync(size: number): void {
    const dies = this.#begin('write');
    const before = this.#inode.visible.length;
    if (size > before) {
      this.#disk.resize(this.#inode, size, this.path);
      for (let sector = Math.floor(before / SECTOR); sector * SECTOR < size; sector++) this.#inode.dirty.add(sector);
    }
    if (dies) throw new SimCrash(`crash in allocation of ${this.path}`);
  }

  truncateSync(size: number): void {
    const dies = this.#begin('write');
    this.#disk.resize(this.#inode, size, this.path);
    if (dies) throw new SimCrash(`crash in truncation of ${this.path}`);
  }

  closeSync(): void {
    this.#open = false;
  }
}

/** Disk in memory, with crashes and faults; deterministic for a seed. */
export class SimDisk implements Disk {
  /** Bytes that all files together may hold. May be changed at any time. */
  capacity: number;
  /** Operations begun since construction or the last crash; reads are not counted, for a crash in one is the crash before it. */
  operations = 0;
  /** Where the last planned crash struck: operation and path. */
  crashedIn = '';
  /** Counts the crashes; files opened in an earlier life are dead. */
  life = 0;
  readonly #prng: Prng;
  readonly #later: ((run: () => void) => void) | undefined;
  #queue: (() => void)[] = [];
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  readonly #directories = new Set<string>();
  #changes = new Map<string, NameChange[]>();
  readonly #locks = new Set<string>();
  readonly #failures: PlannedFailure[] = [];
  #crashAt = Number.POSITIVE_INFINITY;
  #dead = false;

  constructor(options: SimDiskOptions) {
    this.#prng = new Prng(options.seed);
    this.capacity = options.capacity ?? Number.POSITIVE_INFINITY;
    this.#later = options.later;
  }

  /** The operation number `n` from now (1 = the next) dies half done, and everything after it. */
  crashAfter(n: number): void {
    this.#crashAt = this.operations + n;
  }

  /** True once a planned crash has struck and `crash()` has not been called yet. */
  get isDead(): boolean {
    return this.#dead;
  }

  /** The next `operation` on a path that contains `path` fails with `code`. */
  failNext(operation: SimOperation, path: string, code: string): void {
    this.#failures.push({operation, path, code});
  }

  /** Planned failures that have not struck will not. */
  forgetFailures(): void {
    this.#failures.length = 0;
    this.#crashAt = Number.POSITIVE_INFINITY;
  }

  /** Flips one bit, in what is read and in what survives. */
  flip(path: string, byte: number, bit: number): void {
    const inode = this.#names.get(path);
    if (inode === undefined || byte >= inode.visible.length)
      throw new DiskFailure('ENOENT', `${path}: no byte ${byte}`);
    inode.visible[byte] ^= 1 << bit;
    if (byte < inode.durable.length) inode.durable[byte] ^= 1 << bit;
  }

  /** The file is gone, for good: the medium has lost it. */
  lose(path: string): void {
    this.#names.delete(path);
    this.#durableNames.delete(path);
  }

  /** What is durable now, for `restore`. */
  copy(): ReadonlyMap<string, Uint8Array> {
    return new Map([...this.#durableNames].map(([path, {durable}]) => [path, durable.slice()]));
  }

  /** The disk is again as it was when `copy` was taken; all files are closed. */
  restore(files: ReadonlyMap<string, Uint8Array>): void {
    this.#names = new Map();
    for (const [path, bytes] of files) {
      this.#names.set(path, {visible: bytes.slice(), durable: bytes.slice(), dirty: new Set(), isLying: false});
    }
    this.#durableNames = new Map(this.#names);
    this.#changes = new Map();
    this.kill();
  }

  /** Paths of all files, in order. */
  files(): string[] {
    return [...this.#names.keys()].sort();
  }

  /** A write that was meant for elsewhere has landed at `at`: the `length` bytes that stand at `from` are there too, in what is read and in what survives. */
  misdirect(path: string, at: number, from: number, length: number): void {
    const inode = this.#names.get(path);
    if (inode === undefined) throw new DiskFailure('ENOENT', `${path}: no such file`);
    for (const image of [inode.visible, inode.durable])
      image.copyWithin(at, from, Math.min(from + length, image.length));
  }

  /** A number that two disks with the same durable bytes under the same names have in common. */
  digest(): number {
    let sum = 0;
    for (const path of [...this.#durableNames.keys()].sort()) {
      const {durable} = this.#durableNames.get(path) as Inode;
      const name = Uint8Array.from(path, character => character.charCodeAt(0));
      sum = crc32(durable, crc32(name, sum));
    }
    return sum;
  }

  /** Death of the process alone: files are closed and locks free, but what was written is still there, synced or not (K6 a). */
  kill(): void {
    this.#queue = [];
    this.#locks.clear();
    this.#failures.length = 0;
    this.#crashAt = Number.POSITIVE_INFINITY;
    this.#dead = false;
    this.operations = 0;
    this.life++;
  }

  /** Power failure: what was not synced is lost or torn; all files are closed, all locks are free. */
  crash(): void {
    this.#crashNames();
    for (const inode of new Set(this.#names.values())) this.#crashInode(inode);
    this.kill();
  }

  #crashInode(inode: Inode): void {
    // One coin for the file decides how cruel to be: everything lost, everything kept, or sector by sector.
    const mood = this.#prng.below(3);
    const size = inode.visible.length;
    if (!inode.isLying && inode.dirty.size === 0 && inode.durable.length === size) return;
    if (mood !== 0 && inode.durable.length < size) inode.durable = resized(inode.durable, size);
    for (const sector of inode.dirty) {
      if (mood === 0 || (mood === 2 && this.#prng.chance(0.5))) continue;
      const from = sector * SECTOR;
      inode.durable.set(inode.visible.subarray(from, Math.min(from + SECTOR, size)), from);
    }
    inode.dirty.clear();
    inode.isLying = false;
    inode.visible = inode.durable.slice();
  }

  #crashNames(): void {
    for (const changes of this.#changes.values()) {
      const kept = this.#prng.below(changes.length + 1);
      for (let i = 0; i < kept; i++) rename(this.#durableNames, changes[i]);
    }
    this.#changes = new Map();
    this.#names = new Map(this.#durableNames);
  }

  /** Runs the callbacks of writes and syncs that are under way, in order. */
  runCallbacks(): void {
    while (this.#queue.length > 0) this.#queue.shift()?.();
  }

  /** For SimFile. */
  runLater(run: () => void): void {
    if (this.#later === undefined) this.#queue.push(run);
    else this.#later(run);
  }

  /** For SimFile: counts the operation and throws its planned fault; true when it must die half done. */
  begin(operation: SimOperation, path: string): boolean {
    if (this.#dead) throw new SimCrash(`the machine is down: ${path}`);
    if (operation !== 'read' && ++this.operations >= this.#crashAt) {
      this.#dead = true;
      this.crashedIn = `${operation} ${path}`;
      return true;
    }
    const i = this.#failures.findIndex(f => f.operation === operation && path.includes(f.path));
    if (i >= 0) {
      const [failure] = this.#failures.splice(i, 1);
      throw new DiskFailure(failure.code, `${path}: planned failure of ${operation}`);
    }
    return false;
  }

  /** For SimFile: what was written and not synced never will be. */
  giveUp(inode: Inode): void {
    inode.dirty.clear();
    inode.isLying = true;
  }

  /** For SimFile: makes a range durable. */
  persist(inode: Inode, position: number, length: number): void {
    const size = inode.visible.length;
    if (inode.durable.length !== size) inode.durable = resized(inode.durable, size);
    const first = Math.floor(position / SECTOR);
    const last = Math.min(size, position + length);
    for (const sector of inode.dirty) {
      const from = sector * SECTOR;
      if (sector < first || from >= last) continue;
      inode.dirty.delete(sector);
      inode.durable.set(inode.visible.subarray(from, Math.min(from + SECTOR, size)), from);
    }
  }

  /** For SimFile: changes the size, within the capacity. */
  resize(inode: Inode, size: number, path: string): void {
    if (this.usedBytes() + size - inode.visible.length > this.capacity)
      throw new DiskFailure('ENOSPC', `${path}: no space left`);
    inode.visible = resized(inode.visible, size);
    if (size < inode.durable.length) inode.durable = resized(inode.durable, size);
  }

  /** Bytes that all files hold now. */
  usedBytes(): number {
    let total = 0;
    for (const inode of this.#names.values()) total += inode.visible.length;
    return total;
  }

  openSync(path: string, options: OpenOptions): File {
    const dies = this.begin('open', path);
    let inode = this.#names.get(path);
    if (inode === undefined) {
      if (options.create !== true) throw new DiskFailure('ENOENT', `${path}: no such file`);
      if (!this.#directories.has(directoryOf(path))) throw new DiskFailure('ENOENT', `${path}: no such directory`);
      inode = {visible: new Uint8Array(0), durable: new Uint8Array(0), dirty: new Set(), isLying: false};
      this.#change(path, {remove: '', add: path, inode});
    }
    if (dies) throw new SimCrash(`crash in open of ${path}`);
    return new SimFile(this, path, inode, options, this.life);
  }

  #change(path: string, change: NameChange): void {
    const directory = directoryOf(path);
    const changes = this.#changes.get(directory);
    if (changes === undefined) this.#changes.set(directory, [change]);
    else changes.push(change);
    rename(this.#names, change);
  }

  existsSync(path: string): boolean {
    return this.#names.has(path) || this.#directories.has(path);
  }

  listSync(directory: string): string[] {
    if (!this.#directories.has(directory)) throw new DiskFailure('ENOENT', `${directory}: no such directory`);
    const prefix = `${directory}/`;
    const names = new Set<string>();
    for (const path of [...this.#names.keys(), ...this.#directories]) {
      if (path.startsWith(prefix)) names.add(path.slice(prefix.length).split('/')[0]);
    }
    return [...names].sort();
  }

  makeDirectorySync(path: string): void {
    const parts = path.split('/');
    for (let i = 1; i <= parts.length; i++) this.#directories.add(parts.slice(0, i).join('/'));
  }

  removeSync(path: string): void {
    const dies = this.begin('rename', path);
    if (!this.#names.has(path)) throw new DiskFailure('ENOENT', `${path}: no such file`);
    this.#change(path, {remove: path, add: '', inode: undefined});
    if (dies) throw new SimCrash(`crash in removal of ${path}`);
  }

  renameSync(from: string, to: string): void {
    const dies = this.begin('rename', from);
    const inode = this.#names.get(from);
    if (inode === undefined) throw new DiskFailure('ENOENT', `${from}: no such file`);
    if (directoryOf(from) !== directoryOf(to)) throw new DiskFailure('EXDEV', `${from}: rename leaves its directory`);
    this.#change(from, {remove: from, add: to, inode});
    if (dies) throw new SimCrash(`crash in rename of ${from}`);
  }

  syncDirectorySync(path: string): void {
    const dies = this.begin('sync', path);
    if (dies) throw new SimCrash(`crash in sync of ${path}`);
    for (const change of this.#changes.get(path) ?? []) rename(this.#durableNames, change);
    this.#changes.delete(path);
  }

  lockDirectorySync(path: string): DirectoryLock | undefined {
    if (this.#locks.has(path)) return undefined;
    this.#locks.add(path);
    return {release: () => void this.#locks.delete(path)};
  }
}
