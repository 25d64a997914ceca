// Hashes and keys for authentication, and the checksum of pages and redo.

/** CRC-32 (ISO-HDLC, the polynomial of zlib) of the bytes, continued from `seed`. */
export type Checksum = (bytes: Uint8Array, seed?: number) => number;

export interface Crypto {
  sha1(bytes: Uint8Array): Uint8Array;
  sha256(bytes: Uint8Array): Uint8Array;
  /** Hex digest for the SQL functions MD5, SHA1, SHA2; undefined when the algorithm is unknown. */
  hashHex(algorithm: 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512', bytes: Uint8Array): string;
  /** Equal without telling by the time taken where they differ. Lengths may differ. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
  /** RSA-OAEP (SHA-1) decryption with the server's key, for caching_sha2_password without TLS; undefined when it fails. */
  rsaDecrypt(cipher: Uint8Array): Uint8Array | undefined;
  /** The server's RSA public key in PEM. */
  rsaPublicKey(): string;
}
