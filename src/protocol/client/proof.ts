// What a client sends to prove that it knows its password; the server's side is auth/passwords.ts.

import type {Crypto} from '../../env/crypto.ts';
import {xor} from '../auth/passwords.ts';
import {AuthPlugin} from '../constants.ts';

export type ClientCrypto = Pick<Crypto, 'sha1' | 'sha256'>;

/** The answer of a plugin to a nonce; no password is proved by nothing. */
export function passwordProof(crypto: ClientCrypto, plugin: string, password: string, nonce: Uint8Array): Uint8Array {
  if (password === '') return new Uint8Array(0);
  return plugin === AuthPlugin.native ? nativeProof(crypto, password, nonce) : sha2Proof(crypto, password, nonce);
}

/** What a mysql_native_password client answers to a nonce. */
export function nativeProof(crypto: ClientCrypto, password: string, nonce: Uint8Array): Uint8Array {
  const stage1 = crypto.sha1(Buffer.from(password));
  return xor(stage1, crypto.sha1(Buffer.concat([nonce, crypto.sha1(stage1)])));
}

/** What a caching_sha2_password client answers to a nonce. */
export function sha2Proof(crypto: ClientCrypto, password: string, nonce: Uint8Array): Uint8Array {
  const stage1 = crypto.sha256(Buffer.from(password));
  return xor(stage1, crypto.sha256(Buffer.concat([crypto.sha256(stage1), nonce])));
}
