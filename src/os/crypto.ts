// Crypto over node:crypto.

import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  hash,
  type KeyObject,
  privateDecrypt,
  timingSafeEqual,
} from 'node:crypto';
import {promisify} from 'node:util';
import {deflateSync, inflateSync} from 'node:zlib';
import type {Crypto} from '../env/crypto.ts';

const RSA_BITS = 2048;

/** The hash functions and the RSA key of this machine. */
export class NodeCrypto implements Crypto {
  #privateKey: KeyObject | undefined = undefined;
  #publicPem: string | undefined = undefined;

  /** `rsaPrivateKey` in PEM, for passwords without TLS. Without it a key is made at the first use, which holds the thread
   * for about a tenth of a second: servers should hand one in (`generateRsaKey`). */
  constructor(rsaPrivateKey?: string) {
    if (rsaPrivateKey !== undefined) this.#privateKey = createPrivateKey(rsaPrivateKey);
  }

  sha1(bytes: Uint8Array): Uint8Array {
    return hash('sha1', bytes, 'buffer');
  }

  sha256(bytes: Uint8Array): Uint8Array {
    return hash('sha256', bytes, 'buffer');
  }

  hashHex(algorithm: 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512', bytes: Uint8Array): string {
    return hash(algorithm, bytes, 'hex');
  }

  aes(
    direction: 'encrypt' | 'decrypt',
    mode: string,
    key: Uint8Array,
    iv: Uint8Array | undefined,
    bytes: Uint8Array,
  ): Uint8Array | undefined {
    try {
      const make = direction === 'encrypt' ? createCipheriv : createDecipheriv;
      const cipher = make(mode, key, iv ?? null);
      return Buffer.concat([cipher.update(bytes), cipher.final()]);
    } catch {
      return undefined;
    }
  }

  deflate(bytes: Uint8Array): Uint8Array {
    return deflateSync(bytes);
  }

  inflate(stream: Uint8Array, lengthMax: number): Uint8Array | undefined {
    try {
      return inflateSync(stream, {maxOutputLength: Math.max(lengthMax, 1)});
    } catch {
      return undefined;
    }
  }

  equal(a: Uint8Array, b: Uint8Array): boolean {
    return a.length === b.length ? timingSafeEqual(a, b) : !timingSafeEqual(a, a);
  }

  rsaDecrypt(cipher: Uint8Array): Uint8Array | undefined {
    try {
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      return privateDecrypt({key: this.#key(), padding, oaepHash: 'sha1'}, cipher);
    } catch {
      return undefined;
    }
  }

  rsaPublicKey(): string {
    this.#publicPem ??= createPublicKey(this.#key()).export({type: 'spki', format: 'pem'}).toString();
    return this.#publicPem;
  }

  #key(): KeyObject {
    this.#privateKey ??= generateKeyPairSync('rsa', {modulusLength: RSA_BITS}).privateKey;
    return this.#privateKey;
  }
}

/** A fresh RSA private key in PEM (PKCS #8), made off the thread. */
export async function generateRsaKey(): Promise<string> {
  const {privateKey} = await promisify(generateKeyPair)('rsa', {modulusLength: RSA_BITS});
  return privateKey.export({type: 'pkcs8', format: 'pem'}).toString();
}
