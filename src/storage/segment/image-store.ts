// The page images: slots of one page each in files that only grow. An image is never overwritten in place (S15).
//
// A slot goes round:
//
//   free -- allocate --> taken -- its batch is in the index --> taken
//   taken -- a newer image of its page is in the index --> resting -- one more batch is in the index --> free
//
// Why slots rest for one batch: the last entry of the index cannot be told from a torn one when it is damaged (record-log.ts).
// If it is lost, the mapping is that of the batch before, and all that it names must still be there.
//
// Slots are taken in ascending order, so that a batch is a few long writes. A file holds up to 2^16 slots and grows by steps of zeros.

import {assert} from '../../base/assert.ts';
import {DiskFailure, type File} from '../../env/disk.ts';
import type {Memory} from '../../format/memory.ts';
import {sealChecksum, verifyPage} from '../../format/page/page.ts';
import type {StorageEnv} from './options.ts';
import {NONE} from './page-table.ts';

const FILE_SLOTS = 1 << 16;
const FREE = 0;
const TAKEN = 1;
const RESTING = 2;

export class ImageStore {
  readonly #env: StorageEnv;
  readonly #directory: string;
  readonly #pageSize: number;
  readonly #growPages: number;
  readonly #reserve: number;
  /** There was no room to grow when the last batch was gathered. */
  #cannotGrow = false;
  readonly #files: File[] = [];
  #state = new Uint8Array(0);
  #slots = 0;
  #free = 0;
  #cursor = 0;
  #resting: number[] = [];
  readonly #written = new Set<File>();

  /** `growPages`: by so many slots the file grows. `reserve`: so many are kept for a full disk, for only who writes pages gets redo files back. */
  constructor(env: StorageEnv, directory: string, pageSize: number, growPages: number, reserve: number) {
    this.#reserve = reserve;
    this.#env = env;
    this.#directory = directory;
    this.#pageSize = pageSize;
    this.#growPages = growPages;
    for (let n = 0; env.disk.existsSync(this.#path(n)); n++) {
      const file = env.disk.openSync(this.#path(n), {});
      this.#files.push(file);
      this.#slots = n * FILE_SLOTS + Math.floor(file.sizeSync() / pageSize);
    }
    this.#free = this.#slots;
    this.#state = new Uint8Array(this.#slots);
  }

  #path(n: number): string {
    return `${this.#directory}/${String(n).padStart(6, '0')}.images`;
  }

  /** Where a slot is, for messages. */
  where(slot: number): string {
    return `${this.#path(Math.floor(slot / FILE_SLOTS))} slot ${slot % FILE_SLOTS}`;
  }

  get slotCount(): number {
    return this.#slots;
  }

  get freeCount(): number {
    return this.#free;
  }

  /** While the index is loaded: the slot holds a page's image. False when it does not exist, or another page has it. */
  adopt(slot: number): boolean {
    if (slot >= this.#slots || this.#state[slot] !== FREE) return false;
    this.#state[slot] = TAKEN;
    this.#free--;
    return true;
  }

  isTaken(slot: number): boolean {
    return this.#state[slot] === TAKEN;
  }

  /** Sees to it that the slots for a full disk are there while there is room for them. */
  keepReserve(): void {
    if (this.#free <= this.#reserve && !this.#cannotGrow) this.#cannotGrow = !this.#grow();
  }

  /** A slot for a new image, or NONE when the disk is full. */
  allocate(): number {
    this.keepReserve();
    if (this.#free === 0 && !this.#grow()) return NONE;
    while (this.#state[this.#cursor] !== FREE) this.#cursor = (this.#cursor + 1) % this.#slots;
    const slot = this.#cursor;
    this.#state[slot] = TAKEN;
    this.#free--;
    this.#cursor = (slot + 1) % this.#slots;
    return slot;
  }

  /** Makes the file longer, by less where there is less room. False: not even by one slot. */
  #grow(): boolean {
    for (let pages = this.#growPages; pages >= 1; pages >>= 2) if (this.#growBy(pages)) return true;
    return false;
  }

  #growBy(pages: number): boolean {
    const n = Math.floor(this.#slots / FILE_SLOTS);
    const here = this.#slots % FILE_SLOTS;
    const target = Math.min(FILE_SLOTS, here + pages);
    try {
      if (n === this.#files.length) {
        this.#files.push(this.#env.disk.openSync(this.#path(n), {create: true}));
        this.#env.disk.syncDirectorySync(this.#directory);
      }
      this.#files[n].allocateSync(target * this.#pageSize);
    } catch (error) {
      if (error instanceof DiskFailure && error.code === 'ENOSPC') return false;
      throw error;
    }
    this.#cursor = this.#slots;
    this.#slots = n * FILE_SLOTS + target;
    this.#free += target - here;
    const state = new Uint8Array(this.#slots);
    state.set(this.#state);
    this.#state = state;
    return true;
  }

  /** A slot that was allocated and has not been used: it is free at once. */
  giveBack(slot: number): void {
    assert(this.#state[slot] === TAKEN, () => `slot ${slot} is given back twice`);
    this.#state[slot] = FREE;
    this.#free++;
  }

  /** The image in `slot` has been replaced in the index: free after one more batch. */
  retire(slot: number): void {
    assert(this.#state[slot] === TAKEN, () => `slot ${slot} is retired twice`);
    this.#state[slot] = RESTING;
    this.#resting.push(slot);
  }

  /** A batch has become durable in the index; `retiredBefore` slots had been retired before it. Those are free now. */
  endRest(retiredBefore: number): void {
    this.#cannotGrow = false;
    for (const slot of this.#resting.slice(0, retiredBefore)) this.#state[slot] = FREE;
    this.#free += retiredBefore;
    this.#resting = this.#resting.slice(retiredBefore);
  }

  /** Slots that rest. */
  get restingCount(): number {
    return this.#resting.length;
  }

  /** Completes the checksum of the page at `at` of `memory`. */
  seal(memory: Memory, at: number): void {
    sealChecksum(memory, at, this.#pageSize, this.#env.crc32);
  }

  /** Writes `count` sealed pages that stand one behind the other into consecutive slots from `slot`. Durable after `sync`. */
  write(memory: Memory, at: number, slot: number, count: number): void {
    const file = this.#files[Math.floor(slot / FILE_SLOTS)];
    file.writeSync(memory.bytes, at, count * this.#pageSize, (slot % FILE_SLOTS) * this.#pageSize);
    this.#written.add(file);
  }

  /** True when a run of pages may go on from slot `a` to slot `b`. */
  areAdjacent(a: number, b: number): boolean {
    return b === a + 1 && b % FILE_SLOTS !== 0;
  }

  /** Makes all written images durable. A failure is final (S15): the caller must refuse the volume. */
  sync(): void {
    for (const file of this.#written) file.syncSync();
    this.#written.clear();
  }

  /** Reads the image in `slot` and verifies that it is this page. Returns undefined, or what is wrong with it. */
  read(slot: number, pageNo: number, target: Memory, at: number): string | undefined {
    const file = this.#files[Math.floor(slot / FILE_SLOTS)];
    let n: number;
    try {
      n = file.readSync(target.bytes, at, this.#pageSize, (slot % FILE_SLOTS) * this.#pageSize);
    } catch (error) {
      if (error instanceof DiskFailure) return error.message;
      throw error;
    }
    if (n < this.#pageSize) return `only ${n} bytes could be read`;
    return verifyPage(target, at, this.#pageSize, pageNo, this.#env.crc32);
  }

  close(): void {
    for (const file of this.#files) file.closeSync();
  }
}
