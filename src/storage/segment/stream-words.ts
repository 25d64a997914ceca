// The words through which the redo streams and the storage thread tell each other how far they are, one cache line per node:
//
//   word  written by      meaning
//   0     storage         incarnation whose stream this is; 0 = none
//   1     all primaries   durable LSN (VDL): everything below is durable with all it rests on, and its mini-transactions are whole. The incarnation's low
//                         16 bits stand above bit 48, so that nobody raises it for a stream that is not there any more
//   2     storage         number of the highest redo file that is ready
//   3     the primary     LSN from which the stream is needed (checkpoint)
//   4     both            StreamFlag
//   5     storage         LSN up to which storage has taken the stream in
//   6     the primary     synced LSN: everything below is on disk, whatever other streams it rests on
//   7     all             bells (a bit each) of those who wait for word 6 to rise: nodes', and the storage thread's, which waits for word 1
//
// Behind them a matrix, one row per node, written by that node's primary: what its stream rests on. Cell (a, b) holds the low 16 bits of the
// incarnation that ran on b in bits 48..63 and the LSN of b's stream in the rest; 0 = nothing. See stream-rests.ts.
//
// 64-bit words with Atomics (K15); touched per flush and per page read from storage, never per row.

const WORDS_PER_STREAM = 8;

const Word = {
  incarnation: 0,
  durable: 1,
  preparedFiles: 2,
  checkpoint: 3,
  flags: 4,
  ingested: 5,
  synced: 6,
  waiting: 7,
} as const;

const LSN_BITS = 48n;
const LSN_MASK = (1n << LSN_BITS) - 1n;

function packed(incarnation: number, lsn: number): bigint {
  return (BigInt(incarnation & 0xffff) << LSN_BITS) | BigInt(lsn);
}

/** Bits of the flag word. */
export const StreamFlag = {
  /** The primary has closed the stream: nothing more comes. */
  closed: 1,
  /** A write failed: the stream has ended where its durable LSN stands (S15). */
  failed: 2,
  /** Storage has sealed it: a write that ends now must not be acknowledged (K7). */
  sealed: 4,
  /** The disk has refused room for more redo, or for the pages that must be written before redo files are free again. */
  outOfSpace: 8,
} as const;
export type StreamFlag = (typeof StreamFlag)[keyof typeof StreamFlag];

/** Bytes of shared memory for the streams of `nodes` nodes. */
export function streamWordsBytes(nodes: number): number {
  return nodes * (WORDS_PER_STREAM + nodes) * 8;
}

export class StreamWords {
  readonly nodes: number;
  readonly #words: BigUint64Array;

  /** `memory` is shared (or private, in tests); `offset` a multiple of 8; the region must be zero at first. */
  constructor(memory: ArrayBufferLike, offset: number, nodes: number) {
    this.nodes = nodes;
    this.#words = new BigUint64Array(memory, offset, nodes * (WORDS_PER_STREAM + nodes));
  }

  #get(node: number, word: number): number {
    return Number(Atomics.load(this.#words, node * WORDS_PER_STREAM + word));
  }

  #set(node: number, word: number, value: number): void {
    Atomics.store(this.#words, node * WORDS_PER_STREAM + word, BigInt(value));
  }

  /** Begins a stream: all words of the node are set, the incarnation last. */
  begin(node: number, incarnation: number, startLsn: number): void {
    this.#set(node, Word.incarnation, 0);
    this.#set(node, Word.durable, 0);
    this.#set(node, Word.preparedFiles, 0);
    this.#set(node, Word.checkpoint, startLsn);
    this.#set(node, Word.flags, 0);
    this.#set(node, Word.ingested, startLsn);
    this.#set(node, Word.synced, startLsn);
    this.#set(node, Word.waiting, 0);
    for (let other = 0; other < this.nodes; other++) Atomics.store(this.#words, this.#cell(node, other), 0n);
    Atomics.store(this.#words, node * WORDS_PER_STREAM + Word.durable, packed(incarnation, startLsn));
    this.#set(node, Word.incarnation, incarnation);
  }

  incarnation(node: number): number {
    return this.#get(node, Word.incarnation);
  }

  durable(node: number): number {
    return Number(Atomics.load(this.#words, node * WORDS_PER_STREAM + Word.durable) & LSN_MASK);
  }

  /** The stream of this incarnation is durable at least up to `lsn`. Anybody may say so; nothing happens when it is not there any more. */
  raiseDurable(node: number, incarnation: number, lsn: number): void {
    const index = node * WORDS_PER_STREAM + Word.durable;
    const raised = packed(incarnation, lsn);
    for (;;) {
      const word = Atomics.load(this.#words, index);
      if (word >> LSN_BITS !== raised >> LSN_BITS || word >= raised) return;
      if (Atomics.compareExchange(this.#words, index, word, raised) === word) return;
    }
  }

  preparedFiles(node: number): number {
    return this.#get(node, Word.preparedFiles);
  }

  setPreparedFiles(node: number, sequence: number): void {
    this.#set(node, Word.preparedFiles, sequence);
  }

  checkpoint(node: number): number {
    return this.#get(node, Word.checkpoint);
  }

  setCheckpoint(node: number, lsn: number): void {
    this.#set(node, Word.checkpoint, lsn);
  }

  ingested(node: number): number {
    return this.#get(node, Word.ingested);
  }

  setIngested(node: number, lsn: number): void {
    this.#set(node, Word.ingested, lsn);
  }

  synced(node: number): number {
    return this.#get(node, Word.synced);
  }

  setSynced(node: number, lsn: number): void {
    this.#set(node, Word.synced, lsn);
  }

  /** The bell `waiter` (below 31: a node's, or the storage thread's) is to be rung when `node` is synced further, or durable. */
  addWaiter(node: number, waiter: number): void {
    Atomics.or(this.#words, node * WORDS_PER_STREAM + Word.waiting, 1n << BigInt(waiter));
  }

  /** Bitmap of those who wait for `node`; they wait no more. */
  takeWaiters(node: number): number {
    if (this.#get(node, Word.waiting) === 0) return 0;
    return Number(Atomics.exchange(this.#words, node * WORDS_PER_STREAM + Word.waiting, 0n));
  }

  #cell(node: number, other: number): number {
    return this.nodes * WORDS_PER_STREAM + node * this.nodes + other;
  }

  /** LSN of the stream now on `other` that the stream of `node` rests on; 0 = none of it. */
  restOf(node: number, other: number): number {
    const word = Atomics.load(this.#words, this.#cell(node, other));
    const isPresent = Number(word >> LSN_BITS) === (this.incarnation(other) & 0xffff);
    return isPresent ? Number(word & LSN_MASK) : 0;
  }

  setRest(node: number, other: number, incarnation: number, lsn: number): void {
    Atomics.store(this.#words, this.#cell(node, other), packed(incarnation, lsn));
  }

  hasFlag(node: number, flag: StreamFlag): boolean {
    return (this.#get(node, Word.flags) & flag) !== 0;
  }

  setFlag(node: number, flag: StreamFlag): void {
    Atomics.or(this.#words, node * WORDS_PER_STREAM + Word.flags, BigInt(flag));
  }

  clearFlag(node: number, flag: StreamFlag): void {
    Atomics.and(this.#words, node * WORDS_PER_STREAM + Word.flags, ~BigInt(flag) & 0xffn);
  }
}
