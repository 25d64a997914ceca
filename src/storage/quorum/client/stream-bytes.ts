// The redo of a sealed stream from its checkpoint to D, in memory: what recovery decides by (K8). Put together from the runs of all PGs.

import {assert} from '../../../base/assert.ts';
import {CorruptionError} from '../../../base/errors.ts';
import {Memory} from '../../../format/memory.ts';
import {isCpl, redoFault, redoLength} from '../../../format/redo/read.ts';
import type {StreamReader} from '../../api.ts';

export class StreamBytes implements StreamReader {
  readonly incarnation: number;
  readonly checkpointLsn: number;
  #bytes = new Uint8Array(1 << 16);
  /** LSN of the first byte. */
  #base = -1;
  #filled = 0;
  #endLsn: number;

  constructor(incarnation: number, checkpointLsn: number) {
    this.incarnation = incarnation;
    this.checkpointLsn = checkpointLsn;
    this.#endLsn = checkpointLsn;
  }

  /** The same in another thread: `bytes` of redo from LSN `base` on. */
  static from(
    incarnation: number,
    checkpointLsn: number,
    base: number,
    endLsn: number,
    bytes: Uint8Array<ArrayBuffer>,
  ): StreamBytes {
    const made = new StreamBytes(incarnation, checkpointLsn);
    made.#bytes = bytes;
    made.#base = base;
    made.#filled = bytes.length;
    made.#endLsn = endLsn;
    return made;
  }

  /** LSN of the first byte; -1 when there is none. */
  get base(): number {
    return this.#base;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#filled);
  }

  /** D, once `cut` has been called. */
  get endLsn(): number {
    return this.#endLsn;
  }

  /** Adds a run that begins at or before the end; false when there is a hole before it. */
  add(lsn: number, bytes: Uint8Array): boolean {
    if (this.#base < 0) {
      if (lsn > this.checkpointLsn) return false;
      this.#base = lsn;
    }
    const skip = this.#base + this.#filled - lsn;
    if (skip < 0)
      return lsn + bytes.length <= this.checkpointLsn ? this.#restart(lsn, bytes) : this.#isBelow(lsn, bytes);
    if (skip >= bytes.length) return true;
    const needed = this.#filled + bytes.length - skip;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#filled));
      this.#bytes = grown;
    }
    this.#bytes.set(bytes.subarray(skip), this.#filled);
    this.#filled = needed;
    return true;
  }

  /** What lies before the checkpoint may have holes: it is not needed. */
  #restart(lsn: number, bytes: Uint8Array): boolean {
    this.#base = lsn;
    this.#filled = 0;
    return this.add(lsn, bytes);
  }

  #isBelow(lsn: number, bytes: Uint8Array): boolean {
    return this.#base + this.#filled < this.checkpointLsn && lsn <= this.checkpointLsn && this.#restart(lsn, bytes);
  }

  /** Cuts behind the last end of a mini-transaction, or at `fixed` when that is not 0 and reached. Returns that LSN: D. */
  cut(fixed: number): number {
    const memory = this.#memory();
    let end = this.checkpointLsn;
    for (let at = 0; at < this.#filled; ) {
      const fault = redoFault(memory, at, this.#filled);
      if (fault !== undefined) throw new CorruptionError(`stream ${this.incarnation} at LSN ${this.#base + at}`, fault);
      const next = at + redoLength(memory, at);
      if (isCpl(memory, at)) end = Math.max(end, this.#base + next);
      at = next;
    }
    this.#endLsn = fixed > 0 ? Math.min(end, fixed) : end;
    return this.#endLsn;
  }

  #memory(): Memory {
    const memory = new Memory(new ArrayBuffer((this.#filled + 7) & ~7));
    memory.bytes.set(this.#bytes.subarray(0, this.#filled));
    return memory;
  }

  scan(fromLsn: number, visit: (memory: Memory, at: number, lsn: number) => void): void {
    if (fromLsn >= this.#endLsn) return;
    assert(
      fromLsn >= this.#base && this.#base >= 0,
      () => `scan of stream ${this.incarnation} from LSN ${fromLsn}, it begins at ${this.#base}`,
    );
    const memory = this.#memory();
    for (let at = 0; this.#base + at < this.#endLsn; at += redoLength(memory, at)) {
      if (this.#base + at >= fromLsn) visit(memory, at, this.#base + at);
    }
  }
}
