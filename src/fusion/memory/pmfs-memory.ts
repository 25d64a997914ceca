// The memory of PMFS, and nothing else: two shared buffers and the views over them.
//
// Whoever holds a PmfsMemory can execute every transition on it. It is made once by the supervisor and attached by each primary from
// the descriptor that it is given at birth; it survives the death of any primary.

import {assert} from '../../base/assert.ts';
import {CTS_FIRST} from '../../format/ids.ts';
import {Memory} from '../../format/memory.ts';
import {Header, layoutOf, PMFS_MAGIC, PMFS_VERSION, type PmfsLayout, type PmfsOptions} from './layout.ts';

/** What a worker needs to attach; plain, and can be posted. */
export interface PmfsDescriptor {
  readonly options: PmfsOptions;
  readonly control: SharedArrayBuffer;
  readonly frames: SharedArrayBuffer;
}

export class PmfsMemory {
  readonly options: PmfsOptions;
  readonly layout: PmfsLayout;
  /** All control words. Read and written with Atomics only. */
  readonly words: Int32Array;
  /** The same bytes in 64-bit words: TSO, CTS, floors, LSNs (K15). */
  readonly words64: BigUint64Array;
  /** Bytes of the DBP frames; frame f begins at f * pageSize. */
  readonly frames: Memory;
  readonly control: SharedArrayBuffer;
  readonly #framesBuffer: SharedArrayBuffer;

  private constructor(descriptor: PmfsDescriptor) {
    this.options = descriptor.options;
    this.layout = layoutOf(descriptor.options);
    this.control = descriptor.control;
    this.#framesBuffer = descriptor.frames;
    this.words = new Int32Array(descriptor.control);
    this.words64 = new BigUint64Array(descriptor.control);
    this.frames = new Memory(descriptor.frames);
  }

  /** A fresh memory: nobody lives, nothing is locked, TSO is below the first CTS and its limit is zero (K9: raise it first). */
  static create(options: PmfsOptions): PmfsMemory {
    const layout = layoutOf(options);
    const control = new SharedArrayBuffer(layout.totalWords * 4);
    const frames = new SharedArrayBuffer(options.dbpFrames * options.pageSize);
    const memory = new PmfsMemory({options, control, frames});
    Atomics.store(memory.words64, Header.tso64, BigInt(CTS_FIRST - 1));
    Atomics.store(memory.words, Header.version, PMFS_VERSION);
    Atomics.store(memory.words, Header.magic, PMFS_MAGIC);
    return memory;
  }

  /** Attaches the memory of another thread. */
  static attach(descriptor: PmfsDescriptor): PmfsMemory {
    const memory = new PmfsMemory(descriptor);
    assert(Atomics.load(memory.words, Header.magic) === PMFS_MAGIC, () => 'not a PMFS memory');
    assert(Atomics.load(memory.words, Header.version) === PMFS_VERSION, () => 'PMFS memory of another version');
    return memory;
  }

  /** To be posted to a worker. */
  descriptor(): PmfsDescriptor {
    return {options: this.options, control: this.control, frames: this.#framesBuffer};
  }
}
