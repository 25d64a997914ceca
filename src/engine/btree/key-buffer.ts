// A key being searched or remembered: bytes and length, reused. Keys are order-preserving bytes; the tree knows no types.

import {KEY_BYTES_MAX} from '../api.ts';

export class KeyBuffer {
  readonly bytes = new Uint8Array(KEY_BYTES_MAX + 16);
  length = 0;

  /** Takes a copy. */
  set(source: Uint8Array, at: number, length: number): void {
    const bytes = this.bytes;
    if (length < 64) for (let i = 0; i < length; i++) bytes[i] = source[at + i];
    else bytes.set(source.subarray(at, at + length));
    this.length = length;
  }

  setFrom(other: KeyBuffer): void {
    this.set(other.bytes, 0, other.length);
  }

  equals(source: Uint8Array, length: number): boolean {
    if (length !== this.length) return false;
    for (let i = 0; i < length; i++) if (this.bytes[i] !== source[i]) return false;
    return true;
  }
}
