// Chance.

export interface Random {
  /** A uniform unsigned 32-bit integer; not for secrets. */
  u32(): number;
  /** Bytes fit for keys, salts and nonces. */
  secretBytes(length: number): Uint8Array;
}
