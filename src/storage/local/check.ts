// The checker of this room's invariants: the storage parts of I3 and I4, and the accounts. Runs after tests, in the simulator, in `pando check`,
// and a slice at a time as the scrubber. It changes nothing but the list of damages (and notes rebuilt pages for repair).
//
//   images    every mapped slot holds a whole image of its page in the version that the index names (S15)
//   chains    the waiting records of every page lead from its image without a gap (I4) and can be applied (I3)
//   slots     every slot is free, resting, or mapped by exactly one page
//   redo      what the redo files count as waiting is what waits

import {CorruptionError} from '../../base/errors.ts';
import {Memory} from '../../format/memory.ts';
import {PAGE_DAMAGED} from '../api.ts';
import {NONE, type PageLeaf} from '../segment/page-table.ts';
import type {LocalVolume, VolumeParts} from './local-volume.ts';

/** What a check found; empty when all is well. */
export interface CheckReport {
  readonly pages: number;
  readonly images: number;
  readonly faults: readonly string[];
}

/** Checks everything. Reads every image: minutes on a large volume; use Scrubber beside running work. */
export function checkVolume(volume: LocalVolume): CheckReport {
  const faults: string[] = [];
  const scratch = new Memory(new ArrayBuffer(volume.pageSize));
  let pages = 0;
  let images = 0;
  try {
    volume.ingest();
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    return {pages, images, faults: [error.message]};
  }
  volume.parts.table.forEach((pageNo, leaf, i) => {
    pages++;
    if (leaf.slot[i] !== NONE) images++;
    const fault = imageFault(volume.parts, pageNo, leaf, i, scratch);
    if (fault !== undefined) faults.push(fault);
    if (leaf.head[i] !== NONE && volume.readPage(pageNo, scratch, 0) === PAGE_DAMAGED)
      faults.push(volume.damages.get(pageNo) ?? `page ${pageNo}`);
  });
  faults.push(...accountFaults(volume));
  return {pages, images, faults};
}

/** The accounts of slots and of waiting redo: what is in memory only, and quick to look over. */
export function accountFaults({parts}: LocalVolume): string[] {
  return [...slotFaults(parts), ...redoFaults(parts)];
}

function imageFault(
  parts: VolumeParts,
  pageNo: number,
  leaf: PageLeaf,
  i: number,
  scratch: Memory,
): string | undefined {
  if (leaf.slot[i] === NONE) return undefined;
  const fault = parts.applicator.verifyImage(pageNo, leaf, i, scratch, 0);
  return fault === undefined ? undefined : `${parts.images.where(leaf.slot[i])}, page ${pageNo}: ${fault}`;
}

function slotFaults(parts: VolumeParts): string[] {
  const faults: string[] = [];
  const owner = new Map<number, number>();
  parts.table.forEach((pageNo, leaf, i) => {
    const slot = leaf.slot[i];
    if (slot === NONE) return;
    const other = owner.get(slot);
    if (other !== undefined) faults.push(`slot ${slot} is mapped by pages ${other} and ${pageNo}`);
    if (!parts.images.isTaken(slot)) faults.push(`slot ${slot} of page ${pageNo} counts as free`);
    owner.set(slot, pageNo);
  });
  const {slotCount, freeCount, restingCount} = parts.images;
  if (owner.size + freeCount + restingCount !== slotCount) {
    faults.push(`${slotCount} slots are not ${owner.size} mapped + ${freeCount} free + ${restingCount} resting`);
  }
  return faults;
}

function redoFaults(parts: VolumeParts): string[] {
  const faults: string[] = [];
  const waiting = new Map<number, number>();
  let total = 0;
  parts.table.forEach((_pageNo, leaf, i) => {
    for (let record = leaf.head[i]; record !== NONE; record = parts.arena.next(record)) {
      const file = parts.arena.fileOf(record);
      waiting.set(file, (waiting.get(file) ?? 0) + 1);
      total++;
    }
  });
  for (const stream of parts.streams.all()) {
    for (const file of stream.files) {
      const counted = waiting.get(file.id) ?? 0;
      if (counted !== file.waiting) {
        faults.push(
          `redo file ${file.sequence} of incarnation ${file.incarnation} counts ${file.waiting} waiting records, ${counted} wait`,
        );
      }
    }
  }
  if (total !== parts.arena.waiting) faults.push(`${total} records wait, ${parts.arena.waiting} are counted`);
  return faults;
}

/** Verifies a few images at a time, round and round, so that damage is found while the redo to rebuild may still exist. */
export class Scrubber {
  readonly #volume: LocalVolume;
  readonly #scratch: Memory;
  #pages: number[] = [];
  /** Rounds completed. */
  rounds = 0;

  constructor(volume: LocalVolume) {
    this.#volume = volume;
    this.#scratch = new Memory(new ArrayBuffer(volume.pageSize));
  }

  /** Verifies up to `count` images; returns how many were damaged beyond repair. Damage is told to the trace and kept in `volume.damages`. */
  step(count: number): number {
    if (this.#pages.length === 0) this.#begin();
    let damaged = 0;
    for (let k = 0; k < count; k++) {
      const pageNo = this.#pages.pop();
      if (pageNo === undefined) break;
      if (this.#volume.scrubPage(pageNo, this.#scratch, 0) === PAGE_DAMAGED) damaged++;
    }
    if (this.#pages.length === 0) this.rounds++;
    return damaged;
  }

  #begin(): void {
    this.#volume.parts.table.forEach((pageNo, leaf, i) => {
      if (leaf.slot[i] !== NONE) this.#pages.push(pageNo);
    });
    this.#pages.reverse();
  }
}
