// The server's keys: a certificate for TLS and an RSA key for passwords without TLS, made at the first start and kept beside the volume.
//
// The certificate takes milliseconds and is there at once. The RSA key takes a fifth of a second of processor time and is made when the primaries serve: in the first life of
// a database only root without a password exists at first, and a primary that is asked for a key before this one is there makes one for itself.

import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {TlsCredentials} from '../env/network.ts';
import {selfSignedCertificate} from '../os/certificate.ts';
import {generateRsaKey} from '../os/crypto.ts';

export interface ServerKeys {
  readonly tls: TlsCredentials;
  /** PEM; undefined when it is not made yet. */
  readonly rsaKey: string | undefined;
}

const FILES = {certificate: 'server-cert.pem', key: 'server-key.pem', rsa: 'password-key.pem'} as const;

/** Reads the keys in `directory`, and makes the certificate if there is none. */
export function serverKeys(directory: string): ServerKeys {
  const path = (name: string): string => join(directory, name);
  const read = (name: string): string => readFileSync(path(name), 'utf8');
  const write = (name: string, text: string): void => writeFileSync(path(name), text, {mode: 0o600});
  mkdirSync(directory, {recursive: true, mode: 0o700});
  if (!existsSync(path(FILES.certificate)) || !existsSync(path(FILES.key))) {
    const names = ['localhost', '127.0.0.1'];
    const made = selfSignedCertificate({commonName: 'Pando', names, notBefore: new Date(), days: 3650});
    write(FILES.certificate, made.certificate);
    write(FILES.key, made.privateKey);
  }
  const tls = {certificate: read(FILES.certificate), privateKey: read(FILES.key)};
  return {tls, rsaKey: existsSync(path(FILES.rsa)) ? read(FILES.rsa) : undefined};
}

/** Makes the RSA key if there is none, off the thread, for the next lives of the primaries. */
export async function makeRsaKey(directory: string): Promise<void> {
  const path = join(directory, FILES.rsa);
  if (existsSync(path)) return;
  const pem = await generateRsaKey();
  // A directory that is gone by now belonged to a throw-away database.
  if (existsSync(directory)) writeFileSync(path, pem, {mode: 0o600});
}
