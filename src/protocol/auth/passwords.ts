// What accounts store of passwords, and what clients send to prove that they know one. No password crosses the
// wire in these exchanges, and none is stored; a nonce makes each proof good for one login.
//
//     mysql_native_password   stored  SHA1(SHA1(password))
//                             proof   SHA1(password) xor SHA1(nonce, stored)
//     caching_sha2_password   stored  SHA-crypt (sha256-crypt.ts);   cached  SHA256(SHA256(password))
//                             proof   SHA256(password) xor SHA256(cached, nonce)

import {SqlError} from '../../base/sql-error.ts';
import type {Crypto} from '../../env/crypto.ts';
import type {Random} from '../../env/random.ts';
import {DEFAULT_ROUNDS, formatStored, PASSWORD_MAX, Sha256Crypt} from './sha256-crypt.ts';

/** Length of the random challenge of a login. */
export const NONCE_BYTES = 20;

const SALT_BYTES = 20;
const DOLLAR = 0x24;

/** Random characters that may stand in a zero-terminated string and in a stored form: 1 to 127 without `$`. */
export function randomCharacters(random: Random, length: number): Uint8Array {
  const bytes = random.secretBytes(length);
  for (let i = 0; i < length; i++) {
    bytes[i] &= 0x7f;
    if (bytes[i] === 0 || bytes[i] === DOLLAR) bytes[i]++;
  }
  return bytes;
}

/** What a mysql_native_password account stores; empty for the empty password. */
export function nativeSecret(crypto: Crypto, password: string): Uint8Array {
  return password === '' ? new Uint8Array(0) : crypto.sha1(crypto.sha1(Buffer.from(password)));
}

/**
 * What a caching_sha2_password account stores; empty for the empty password. Takes milliseconds (5000 rounds) and does
 * not yield: for CREATE USER and ALTER USER, not for logins. Throws SqlError for a password above 256 bytes.
 */
export function cachingSha2Secret(crypto: Crypto, random: Random, password: string): Uint8Array {
  if (password === '') return new Uint8Array(0);
  const bytes = Buffer.from(password);
  if (bytes.length > PASSWORD_MAX) throw new SqlError('ER_WRONG_STRING_LENGTH', '***', 'password', PASSWORD_MAX);
  const salt = randomCharacters(random, SALT_BYTES);
  const crypt = new Sha256Crypt(crypto, bytes, salt, DEFAULT_ROUNDS);
  crypt.advance(DEFAULT_ROUNDS);
  return formatStored(salt, crypt.finish());
}

/** Whether a mysql_native_password proof is right for the stored secret. */
export function checkNative(crypto: Crypto, secret: Uint8Array, nonce: Uint8Array, proof: Uint8Array): boolean {
  if (proof.length !== 20 || secret.length !== 20) return false;
  const hash = xor(proof, crypto.sha1(Buffer.concat([nonce, secret])));
  return crypto.equal(crypto.sha1(hash), secret);
}

/** Length of a caching_sha2_password proof. */
export const SHA2_PROOF_BYTES = 32;

/** Whether a caching_sha2_password proof is right for the cached digest. */
export function checkSha2(crypto: Crypto, digest: Uint8Array, nonce: Uint8Array, proof: Uint8Array): boolean {
  if (proof.length !== SHA2_PROOF_BYTES) return false;
  const hash = xor(proof, crypto.sha256(Buffer.concat([digest, nonce])));
  return crypto.equal(crypto.sha256(hash), digest);
}

/** The digest that a fast login is checked against. */
export function sha2Digest(crypto: Crypto, password: Uint8Array): Uint8Array {
  return crypto.sha256(crypto.sha256(password));
}

/** `bytes` xor the key, which is repeated. */
export function xor(bytes: Uint8Array, key: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = bytes[i] ^ key[i % key.length];
  return out;
}
