// Hashes and keys for authentication, and the checksum of pages and redo.

/** CRC-32 (ISO-HDLC, the polynomial of zlib) of the bytes, continued from `seed`. */
export type Checksum = (bytes: Uint8Array, seed?: number) => number;

/** Ciphers and compression for the SQL functions. */
export interface Codec {
  /** AES with PKCS #7 padding in a mode such as `aes-128-ecb` or `aes-256-cbc`; undefined when bytes cannot be deciphered. */
  aes(
    direction: 'encrypt' | 'decrypt',
    mode: string,
    key: Uint8Array,
    iv: Uint8Array | undefined,
    bytes: Uint8Array,
  ): Uint8Array | undefined;
  /** A zlib stream (RFC 1950). */
  deflate(bytes: Uint8Array): Uint8Array;
  /** What the stream holds; undefined when it is damaged or holds more than `lengthMax` bytes. */
  inflate(stream: Uint8Array, lengthMax: number): Uint8Array | undefined;
}

export interface Crypto extends Codec {
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
