// The words through which a redo stream and the storage thread tell each other how far they are, one cache line per node:
//
//   word  written by      meaning
//   0     storage         incarnation whose stream this is; 0 = none
//   1     the primary     durable LSN (VDL): everything below is durable and its mini-transactions are whole
//   2     storage         number of the highest redo file that is ready
//   3     the primary     LSN from which the stream is needed (checkpoint)
//   4     both            StreamFlag
//   5     storage         LSN up to which storage has taken the stream in
//
// 64-bit words with Atomics (K15); touched per flush and per page read from storage, never per row.

const WORDS_PER_STREAM = 8;

const Word = {incarnation: 0, durable: 1, preparedFiles: 2, checkpoint: 3, flags: 4, ingested: 5} as const;

/** Bits of the flag word. */
export const StreamFlag = {
  /** The primary has closed the stream: nothing more comes. */
  closed: 1,
  /** A write failed: the stream has ended where its durable LSN stands (S15). */
  failed: 2,
  /** Storage has sealed it: a write that ends now must not be acknowledged (K7). */
  sealed: 4,
} as const;
export type StreamFlag = (typeof StreamFlag)[keyof typeof StreamFlag];

/** Bytes of shared memory for the streams of `nodes` nodes. */
export function streamWordsBytes(nodes: number): number {
  return nodes * WORDS_PER_STREAM * 8;
}

export class StreamWords {
  readonly #words: BigUint64Array;

  /** `memory` is shared (or private, in tests); `offset` a multiple of 8; the region must be zero at first. */
  constructor(memory: ArrayBufferLike, offset: number, nodes: number) {
    this.#words = new BigUint64Array(memory, offset, nodes * WORDS_PER_STREAM);
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
    this.#set(node, Word.durable, startLsn);
    this.#set(node, Word.preparedFiles, 0);
    this.#set(node, Word.checkpoint, startLsn);
    this.#set(node, Word.flags, 0);
    this.#set(node, Word.ingested, startLsn);
    this.#set(node, Word.incarnation, incarnation);
  }

  incarnation(node: number): number {
    return this.#get(node, Word.incarnation);
  }

  durable(node: number): number {
    return this.#get(node, Word.durable);
  }

  setDurable(node: number, lsn: number): void {
    this.#set(node, Word.durable, lsn);
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

  hasFlag(node: number, flag: StreamFlag): boolean {
    return (this.#get(node, Word.flags) & flag) !== 0;
  }

  setFlag(node: number, flag: StreamFlag): void {
    Atomics.or(this.#words, node * WORDS_PER_STREAM + Word.flags, BigInt(flag));
  }
}
