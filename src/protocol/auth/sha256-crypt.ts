// The slow hash of caching_sha2_password: SHA-crypt with SHA-256, in steps.
//
// The stored form is `$A$` three hex digits `$` salt (20 bytes) digest (43 characters); the digits times 1000 are the
// rounds, 5000 by default. A derivation takes milliseconds, by design, which an event loop that serves others must not be
// held for. So a derivation is an object that is advanced by a number of rounds at a time; whoever owns the loop
// (derivation-queue.ts) decides how many. The algorithm is Drepper's "Unix crypt using SHA-256 and SHA-512", his numbers
// in the comments; MySQL differs only in the prefix and the longer salt.

import {must} from '../../base/assert.ts';
import type {Crypto} from '../../env/crypto.ts';

const PREFIX = '$A$';
const SALT_BYTES = 20;
const DIGEST_CHARS = 43;
const HEADER_BYTES = 7;
/** Length of the stored form. */
export const STORED_BYTES = HEADER_BYTES + SALT_BYTES + DIGEST_CHARS;
const ROUNDS_UNIT = 1000;
const DEFAULT_COST = 5;

/** Longest password, in bytes. Part of the algorithm is quadratic in it. */
export const PASSWORD_MAX = 256;

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** One hash under way. */
export class Sha256Crypt {
  readonly #crypto: Crypto;
  /** P and S of the algorithm: password and salt, stretched to their own lengths (16, 20). */
  readonly #password: Buffer;
  readonly #salt: Buffer;
  readonly #message: Buffer;
  #digest: Uint8Array;
  #round = 0;
  readonly #rounds: number;

  /** `password` is at most PASSWORD_MAX bytes and may be overwritten afterwards. */
  constructor(crypto: Crypto, password: Uint8Array, salt: Uint8Array, rounds: number) {
    this.#crypto = crypto;
    this.#rounds = rounds;
    this.#digest = firstDigest(crypto, password, salt);
    const repeated = Buffer.concat(new Array<Uint8Array>(password.length).fill(password));
    this.#password = stretch(crypto.sha256(repeated), password.length);
    const salts = Buffer.concat(new Array<Uint8Array>(16 + this.#digest[0]).fill(salt));
    this.#salt = stretch(crypto.sha256(salts), salt.length);
    this.#message = Buffer.alloc(64 + 2 * password.length + salt.length);
    repeated.fill(0);
  }

  /** Does up to `count` more rounds (21). True when all are done. */
  advance(count: number): boolean {
    const stop = Math.min(this.#rounds, this.#round + count);
    while (this.#round < stop) this.#doRound();
    return this.#round === this.#rounds;
  }

  /** The digest in 43 characters (22); only after `advance` has said true. Wipes what it held of the password. */
  finish(): string {
    this.#password.fill(0);
    this.#message.fill(0);
    return encodeDigest(this.#digest);
  }

  #doRound(): void {
    const i = this.#round++;
    const odd = (i & 1) !== 0;
    let length = this.#put(0, odd ? this.#password : this.#digest);
    if (i % 3 !== 0) length = this.#put(length, this.#salt);
    if (i % 7 !== 0) length = this.#put(length, this.#password);
    length = this.#put(length, odd ? this.#digest : this.#password);
    this.#digest = this.#crypto.sha256(this.#message.subarray(0, length));
  }

  #put(at: number, bytes: Uint8Array): number {
    this.#message.set(bytes, at);
    return at + bytes.length;
  }
}

/** Steps 1 to 12: the digest A that the rounds start from. */
function firstDigest(crypto: Crypto, password: Uint8Array, salt: Uint8Array): Uint8Array {
  const b = crypto.sha256(Buffer.concat([password, salt, password]));
  const parts: Uint8Array[] = [password, salt, stretch(b, password.length)];
  for (let bits = password.length; bits > 0; bits >>= 1) parts.push((bits & 1) !== 0 ? b : password);
  const message = Buffer.concat(parts);
  const digest = crypto.sha256(message);
  message.fill(0);
  return digest;
}

/** The digest repeated to `length` bytes. */
function stretch(digest: Uint8Array, length: number): Buffer {
  const out = Buffer.alloc(length);
  for (let i = 0; i < length; i++) out[i] = digest[i % digest.length];
  return out;
}

/** Step 22: three bytes at a time, in the algorithm's own order, six bits per character, low bits first. */
function encodeDigest(digest: Uint8Array): string {
  let text = '';
  for (let first = 0; first < 210; first += 21) {
    const group = (digest[first % 30] << 16) | (digest[(first + 10) % 30] << 8) | digest[(first + 20) % 30];
    text += encodeGroup(group, 4);
  }
  return text + encodeGroup((digest[31] << 8) | digest[30], 3);
}

function encodeGroup(bits: number, characters: number): string {
  let text = '';
  for (let i = 0; i < characters; i++) text += ALPHABET[(bits >>> (i * 6)) & 63];
  return text;
}

/** The parts of a stored form. */
export interface StoredHash {
  readonly rounds: number;
  readonly salt: Uint8Array;
  readonly digest: Uint8Array;
}

/** Takes a stored form apart; undefined when it is not one. */
export function parseStored(stored: Uint8Array): StoredHash | undefined {
  if (stored.length !== STORED_BYTES) return undefined;
  const header = /^\$A\$([0-9A-Fa-f]{3})\$$/.exec(Buffer.from(stored.subarray(0, HEADER_BYTES)).toString('latin1'));
  if (header === null) return undefined;
  const rounds =
    Number.parseInt(
      must(header[1], () => 'the cost digits'),
      16,
    ) * ROUNDS_UNIT;
  if (rounds === 0) return undefined;
  const digestAt = HEADER_BYTES + SALT_BYTES;
  return {rounds, salt: stored.subarray(HEADER_BYTES, digestAt), digest: stored.subarray(digestAt)};
}

/** The stored form of a salt and a digest at the default cost. */
export function formatStored(salt: Uint8Array, digest: string): Uint8Array {
  const cost = DEFAULT_COST.toString(16).toUpperCase().padStart(3, '0');
  return Buffer.concat([Buffer.from(`${PREFIX}${cost}$`), salt, Buffer.from(digest)]);
}

/** The rounds of a new hash. */
export const DEFAULT_ROUNDS = DEFAULT_COST * ROUNDS_UNIT;
