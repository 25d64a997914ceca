// Where everything lies in the adjudicator's memory: one buffer, made by the supervisor beside PMFS, in the optimistic mode only.
//
//   words     header, one record per node (the form of PMFS's node table, so that its latch can be used)
//   cuts      how far each node has applied each stream
//   entries   one per page that was ever proposed, open addressing by page number: arrays side by side
//
// Everything but the latch, the node states and the wishes is read and written under the one latch, so plain accesses do.

import {NODE_WORDS} from '../memory/layout.ts';

export const AdjudicatorHeader = {latch: 0, used: 2, sweeps: 3} as const;
const HEADER_WORDS = 64;

/** In a node's record, beside NodeField: how often it was asked to make its redo durable is no count but the LSN that is wanted, a 64-bit word. */
export const WISH_64 = 8;

export interface AdjudicatorOptions {
  readonly nodes: number;
  /** Pages that can be known at once; a power of two. */
  readonly entries: number;
}

/** Plain, and can be posted. */
export interface AdjudicatorDescriptor {
  readonly options: AdjudicatorOptions;
  readonly buffer: SharedArrayBuffer;
}

const ENTRY_BYTES = 3 * 8 + 5 * 4;

function cutsAt({nodes}: AdjudicatorOptions): number {
  return (HEADER_WORDS + nodes * NODE_WORDS) * 4;
}

function entriesAt(options: AdjudicatorOptions): number {
  return cutsAt(options) + options.nodes * options.nodes * 16;
}

/** The views over the memory of one adjudicator. */
export class AdjudicatorMemory {
  readonly options: AdjudicatorOptions;
  readonly buffer: SharedArrayBuffer;
  /** What the latch needs to know. */
  readonly layout = {nodes: HEADER_WORDS};
  readonly words: Int32Array;
  readonly words64: BigUint64Array;
  /** By node, then by stream's node. */
  readonly cutLsns: Float64Array;
  readonly cutIncarnations: Uint32Array;
  /** LLSN of the newest version. */
  readonly llsns: Float64Array;
  /** End of the mini-transaction that made it, in its maker's stream; 0 = long durable; negative: the maker died, -(sealed end + 1). */
  readonly lsns: Float64Array;
  /** The last version before that by another incarnation, which was durable. */
  readonly previousLlsns: Float64Array;
  readonly previousIncarnations: Uint32Array;
  readonly incarnations: Uint32Array;
  /** Page number + 1; 0 = the place is free. */
  readonly pages: Uint32Array;
  /** Node + 1 whose mini-transactions may change the page in their running poll; 0 = none. */
  readonly claims: Int32Array;
  /** Node + 1 that was refused and comes next, and from bit 8 on how many were refused for it since. */
  readonly reserved: Int32Array;

  private constructor({options, buffer}: AdjudicatorDescriptor) {
    const {nodes, entries} = options;
    this.options = options;
    this.buffer = buffer;
    this.words = new Int32Array(buffer, 0, HEADER_WORDS + nodes * NODE_WORDS);
    this.words64 = new BigUint64Array(buffer, 0, (HEADER_WORDS + nodes * NODE_WORDS) / 2);
    const cuts = cutsAt(options);
    this.cutLsns = new Float64Array(buffer, cuts, nodes * nodes);
    this.cutIncarnations = new Uint32Array(buffer, cuts + nodes * nodes * 8, nodes * nodes);
    const at = entriesAt(options);
    this.llsns = new Float64Array(buffer, at, entries);
    this.lsns = new Float64Array(buffer, at + entries * 8, entries);
    this.previousLlsns = new Float64Array(buffer, at + entries * 16, entries);
    const small = at + entries * 24;
    this.previousIncarnations = new Uint32Array(buffer, small, entries);
    this.incarnations = new Uint32Array(buffer, small + entries * 4, entries);
    this.pages = new Uint32Array(buffer, small + entries * 8, entries);
    this.claims = new Int32Array(buffer, small + entries * 12, entries);
    this.reserved = new Int32Array(buffer, small + entries * 16, entries);
  }

  /** A fresh memory: nobody lives, and storage knows the newest version of every page. */
  static create(options: AdjudicatorOptions): AdjudicatorMemory {
    return new AdjudicatorMemory({
      options,
      buffer: new SharedArrayBuffer(entriesAt(options) + options.entries * ENTRY_BYTES),
    });
  }

  static attach(descriptor: AdjudicatorDescriptor): AdjudicatorMemory {
    return new AdjudicatorMemory(descriptor);
  }

  descriptor(): AdjudicatorDescriptor {
    return {options: this.options, buffer: this.buffer};
  }
}
