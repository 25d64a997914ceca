// Rows that a hash table has no room for, in scratch files by the hash of their keys: rows of equal keys lie in one file, so that each file can be dealt
// with by itself. A file that is still too much is parted again, by another hash.

import type {Scratch} from '../../env/scratch.ts';
import type {Value} from '../../format/value/types.ts';
import type {RowKey} from './row-key.ts';
import {ScratchRows} from './scratch-rows.ts';

/** Estimated heap bytes that one hash table keeps before its rows go to scratch files. */
export const HASH_MEMORY_MAX: number = 64 * 1024 * 1024;

/** Files that rows are parted into at once. */
const FAN_OUT = 16;
/** How often rows are parted at most. What is too much then is rows of few keys: they stay in memory, and the statement ends with 1038 if they exceed that. */
export const LEVELS_MAX = 5;

/** The file that rows of this key go to. */
function partOf(key: RowKey, level: number): number {
  const text = typeof key === 'string' ? key : String(key);
  let h = 0x811c9dc5 ^ Math.imul(level + 1, 0x9e3779b1);
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return (h ^ (h >>> 13)) & (FAN_OUT - 1);
}

export class Partitions {
  readonly #scratch: Scratch;
  readonly #stride: number;
  /** How often these rows have been parted, this time included: 1 for the first time. */
  readonly level: number;
  /** By number; undefined where there are no rows. */
  readonly files: (ScratchRows | undefined)[] = new Array<ScratchRows | undefined>(FAN_OUT).fill(undefined);

  constructor(scratch: Scratch, stride: number, level: number) {
    this.#scratch = scratch;
    this.#stride = stride;
    this.level = level;
  }

  add(key: RowKey, valueAt: (column: number) => Value): void {
    const part = partOf(key, this.level);
    this.files[part] ??= new ScratchRows(this.#scratch, this.#stride);
    this.files[part].add(valueAt);
  }

  /** All rows have been added. */
  finish(): void {
    for (const file of this.files) file?.finish();
  }

  close(): void {
    for (const file of this.files) file?.close();
    this.files.fill(undefined);
  }
}

/** Rows of one file, and how often they have been parted. */
export interface Part {
  readonly rows: ScratchRows;
  readonly level: number;
}
