// Reads the fields of one packet's payload. Every read is checked against the end of the payload, here and nowhere
// else: a read that does not fit gives zero or nothing, moves nothing, and leaves `failed` set for good. So a parser
// reads all its fields in a straight line and looks at `failed` once before it believes any of them.

const TWO32 = 4294967296;
const scratch = new DataView(new ArrayBuffer(8));

/** A bounded cursor over payload bytes. Reused for every packet of a connection. */
export class PayloadReader {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  end = 0;
  /** True once a read did not fit. */
  failed = false;

  /** Starts over on the payload `[at, end)` of `bytes`. */
  reset(bytes: Buffer, at: number, end: number): void {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.failed = false;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.end - this.at;
  }

  /** Moves over `length` bytes and returns where they start, or -1 when there are fewer. */
  take(length: number): number {
    const start = this.at;
    if (length < 0 || length > this.end - start) {
      this.failed = true;
      return -1;
    }
    this.at = start + length;
    return start;
  }

  u8(): number {
    const at = this.take(1);
    return at < 0 ? 0 : this.bytes[at];
  }

  u16(): number {
    const at = this.take(2);
    return at < 0 ? 0 : this.bytes[at] | (this.bytes[at + 1] << 8);
  }

  u24(): number {
    const at = this.take(3);
    return at < 0 ? 0 : this.bytes[at] | (this.bytes[at + 1] << 8) | (this.bytes[at + 2] << 16);
  }

  i32(): number {
    const at = this.take(4);
    if (at < 0) return 0;
    const bytes = this.bytes;
    return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  }

  u32(): number {
    return this.i32() >>> 0;
  }

  /** A 64-bit integer: a number when it is safe, else a bigint. */
  int64(unsigned: boolean): number | bigint {
    if (this.left < 8) {
      this.failed = true;
      return 0;
    }
    const low = this.u32();
    const high = unsigned ? this.u32() : this.i32();
    const value = high * TWO32 + low;
    if (Number.isSafeInteger(value)) return value;
    return BigInt(high) * 4294967296n + BigInt(low);
  }

  float(): number {
    scratch.setInt32(0, this.i32());
    return scratch.getFloat32(0);
  }

  double(): number {
    if (this.left < 8) {
      this.failed = true;
      return 0;
    }
    scratch.setInt32(4, this.i32());
    scratch.setInt32(0, this.i32());
    return scratch.getFloat64(0);
  }

  /** A length-encoded integer. NULL, the error mark and anything above 2^53 fail. */
  lenenc(): number {
    const first = this.u8();
    if (first < 251) return first;
    if (first === 0xfc) return this.u16();
    if (first === 0xfd) return this.u24();
    if (first === 0xfe) {
      const value = this.int64(true);
      if (typeof value === 'number') return value;
    }
    this.failed = true;
    return 0;
  }

  /** Text up to a zero byte, which must be there; the zero is taken too. */
  zeroText(): string {
    const stop = this.bytes.indexOf(0, this.at);
    if (stop < 0 || stop >= this.end) {
      this.failed = true;
      return '';
    }
    const start = this.at;
    this.at = stop + 1;
    return this.bytes.toString('utf8', start, stop);
  }

  /** Text of `length` bytes. */
  text(length: number): string {
    const start = this.take(length);
    return start < 0 ? '' : this.bytes.toString('utf8', start, start + length);
  }

  /** All that is left, as text. */
  restText(): string {
    return this.text(this.left);
  }

  /** A copy of `length` bytes. */
  copy(length: number): Uint8Array {
    const start = this.take(length);
    return start < 0 ? new Uint8Array(0) : new Uint8Array(this.bytes.subarray(start, start + length));
  }
}
