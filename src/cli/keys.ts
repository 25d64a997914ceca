// The server's keys: a certificate for TLS and an RSA key for passwords without TLS, made at the first start and kept beside the volume.

import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {TlsCredentials} from '../env/network.ts';
import {selfSignedCertificate} from '../os/certificate.ts';
import {generateRsaKey} from '../os/crypto.ts';

export interface ServerKeys {
  readonly tls: TlsCredentials;
  readonly rsaKey: string;
  /** True when they were made just now. */
  readonly made: boolean;
}

const FILES = {certificate: 'server-cert.pem', key: 'server-key.pem', rsa: 'password-key.pem'} as const;

/** Reads the keys in `directory`, or makes them. */
export async function serverKeys(directory: string): Promise<ServerKeys> {
  const path = (name: string): string => join(directory, name);
  if (Object.values(FILES).every(name => existsSync(path(name)))) {
    const read = (name: string): string => readFileSync(path(name), 'utf8');
    return {
      tls: {certificate: read(FILES.certificate), privateKey: read(FILES.key)},
      rsaKey: read(FILES.rsa),
      made: false,
    };
  }
  mkdirSync(directory, {recursive: true, mode: 0o700});
  const tls = selfSignedCertificate({
    commonName: 'Pando',
    names: ['localhost', '127.0.0.1'],
    notBefore: new Date(),
    days: 3650,
  });
  const rsaKey = await generateRsaKey();
  const write = (name: string, text: string): void => writeFileSync(path(name), text, {mode: 0o600});
  write(FILES.certificate, tls.certificate);
  write(FILES.key, tls.privateKey);
  write(FILES.rsa, rsaKey);
  return {tls, rsaKey, made: true};
}
