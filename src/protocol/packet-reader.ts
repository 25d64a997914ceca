// Cuts the byte stream of a connection into packets.
//
//     chunk:  [len 3][seq 1][payload .....][len 3][seq 1][payl      a whole packet inside a chunk is read in place
//     backlog:                             [len 3][seq 1][payl      what is left when the callback returns is copied
//
// Bytes come in by `push`, packets come out by `next`, and `keep` saves the rest, because a chunk is valid only
// during its callback. A packet of 16 MiB - 1 bytes is continued by the next one; such a payload is put together
// in a buffer of its own. The length in a header is checked before its bytes are waited for, so a peer can
// never make the server hold more than the limit, and memory grows only with what has really arrived.

import {MAX_PACKET_PAYLOAD, PACKET_HEADER} from './constants.ts';

/** What `next` found. */
export const Found = {
  /** No whole packet yet. */
  nothing: 0,
  /** `bytes`, `at` and `end` give the payload, until the next call of any method. */
  packet: 1,
  /** The packet under way passes the limit. The stream cannot be read on. */
  tooLarge: 2,
  /** A sequence number is not the expected one. The stream cannot be read on. */
  outOfOrder: 3,
} as const;
export type Found = (typeof Found)[keyof typeof Found];

/** A backlog or assembly buffer above this size is not kept once it is empty. */
const KEEP_BYTES = 64 * 1024;
const NONE: Buffer = Buffer.alloc(0);

export class PacketReader {
  /** Largest payload that is accepted, over all its physical packets. */
  limit: number;
  /** The buffer the current payload lies in. */
  bytes: Buffer = NONE;
  at = 0;
  end = 0;
  /** Sequence number of the last packet that `next` looked at. */
  sequence = 0;

  #expected = 0;
  #source: Buffer = NONE;
  #sourceAt = 0;
  #sourceEnd = 0;
  /** The backlog's storage; `#source` is this buffer when bytes are held over. */
  #own: Buffer = NONE;
  #assembly: Buffer = NONE;
  #assembled = 0;
  #continued = false;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Bytes that have arrived and are not part of a packet that was given out. */
  get held(): number {
    return this.#sourceEnd - this.#sourceAt;
  }

  /** Says which sequence number the next packet must carry. */
  expect(sequence: number): void {
    this.#expected = sequence & 0xff;
  }

  /** Takes a chunk. It is read in place until `keep`, unless bytes are held over already. */
  push(chunk: Uint8Array): void {
    if (this.#sourceAt === this.#sourceEnd) {
      this.#source = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      this.#sourceAt = 0;
      this.#sourceEnd = chunk.length;
      return;
    }
    this.keep();
    this.#reserve(chunk.length);
    this.#own.set(chunk, this.#sourceEnd);
    this.#sourceEnd += chunk.length;
  }

  /** Copies what is left of the chunk, and lets go of the last packet; to be called before the chunk becomes invalid. */
  keep(): void {
    const length = this.held;
    if (!this.#continued) this.#dropAssembly();
    if (length === 0) {
      this.#source = NONE;
      this.#sourceAt = this.#sourceEnd = 0;
      if (this.#own.length > KEEP_BYTES) this.#own = NONE;
      return;
    }
    if (this.#source === this.#own) return;
    if (this.#own.length < length) this.#own = Buffer.allocUnsafeSlow(Math.max(512, length));
    this.#source.copy(this.#own, 0, this.#sourceAt, this.#sourceEnd);
    this.#source = this.#own;
    this.#sourceAt = 0;
    this.#sourceEnd = length;
  }

  /** Takes away all bytes that were not read, for somebody else to read (TLS). */
  takeRest(): Uint8Array {
    const rest = Buffer.from(this.#source.subarray(this.#sourceAt, this.#sourceEnd));
    this.#sourceAt = this.#sourceEnd;
    return rest;
  }

  /** Finds the next packet. */
  next(): Found {
    if (!this.#continued) this.#dropAssembly();
    for (;;) {
      const source = this.#source;
      const at = this.#sourceAt;
      const available = this.#sourceEnd - at - PACKET_HEADER;
      if (available < 0) return Found.nothing;
      const length = source[at] | (source[at + 1] << 8) | (source[at + 2] << 16);
      this.sequence = source[at + 3];
      if (this.sequence !== this.#expected) return Found.outOfOrder;
      if (this.#assembled + length > this.limit) return Found.tooLarge;
      if (available < length) return Found.nothing;
      this.#expected = (this.#expected + 1) & 0xff;
      const start = at + PACKET_HEADER;
      this.#sourceAt = start + length;
      if (!this.#continued && length < MAX_PACKET_PAYLOAD) return this.#give(source, start, start + length);
      this.#append(source, start, length);
      this.#continued = length === MAX_PACKET_PAYLOAD;
      if (!this.#continued) return this.#give(this.#assembly, 0, this.#assembled);
    }
  }

  #give(bytes: Buffer, at: number, end: number): Found {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    return Found.packet;
  }

  #append(source: Buffer, at: number, length: number): void {
    const needed = this.#assembled + length;
    if (this.#assembly.length < needed) {
      const grown = Buffer.allocUnsafeSlow(Math.min(needed * 2, Math.max(needed, this.limit)));
      this.#assembly.copy(grown, 0, 0, this.#assembled);
      this.#assembly = grown;
    }
    source.copy(this.#assembly, this.#assembled, at, at + length);
    this.#assembled = needed;
  }

  #dropAssembly(): void {
    if (this.#assembled === 0) return;
    this.#assembled = 0;
    if (this.#assembly.length > KEEP_BYTES) this.#assembly = NONE;
    this.bytes = NONE;
  }

  /** Room for `more` bytes behind the backlog: by moving it to the front if that is enough, else by doubling. */
  #reserve(more: number): void {
    const length = this.held;
    if (this.#sourceEnd + more <= this.#own.length) return;
    const fits = length + more <= this.#own.length;
    const target = fits ? this.#own : Buffer.allocUnsafeSlow(Math.max(512, (length + more) * 2));
    this.#own.copy(target, 0, this.#sourceAt, this.#sourceEnd);
    this.#own = this.#source = target;
    this.#sourceAt = 0;
    this.#sourceEnd = length;
  }
}
