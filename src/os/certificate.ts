// Makes the self-signed certificate that a server without one starts with, so that TLS works out of the box. Clients
// cannot verify it and by default do not try; whoever wants that hands in a certificate of a CA.
//
// Node can read X.509 but not issue it, so the certificate is written here in DER: the few types it takes are the first
// half of this file. Fields: version 3, random serial, ecdsa-with-SHA256, issuer = subject = CN, validity, the public
// key as node exports it, and the extensions basicConstraints, keyUsage, extendedKeyUsage and subjectAltName.

import {createHash, generateKeyPairSync, randomBytes, sign} from 'node:crypto';
import {isIPv4} from 'node:net';
import type {TlsCredentials} from '../env/network.ts';

const DAY_MS = 86_400_000;

/** Tags of DER. */
const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** Context-specific: version, extensions, and the names of a subjectAltName. */
  version: 0xa0,
  extensions: 0xa3,
  dnsName: 0x82,
  ipAddress: 0x87,
} as const;

const Oid = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/** What the certificate says. */
export interface CertificateRequest {
  readonly commonName: string;
  /** Host names and IPv4 addresses it is for. */
  readonly names: readonly string[];
  readonly notBefore: Date;
  readonly days: number;
}

/** A fresh P-256 key and a certificate for it, signed by itself; both in PEM, to be stored by the caller. */
export function selfSignedCertificate(request: CertificateRequest): TlsCredentials {
  const {publicKey, privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  const spki = publicKey.export({type: 'spki', format: 'der'});
  const body = certificateBody(request, spki);
  const signature = sign('sha256', body, privateKey);
  const certificate = sequence(body, algorithm(), der(Tag.bitString, Buffer.concat([Buffer.of(0), signature])));
  return {
    certificate: pem('CERTIFICATE', certificate),
    privateKey: privateKey.export({type: 'pkcs8', format: 'pem'}).toString(),
  };
}

function certificateBody(request: CertificateRequest, spki: Buffer): Buffer {
  const name = sequence(
    der(Tag.set, sequence(objectId(Oid.commonName), der(Tag.utf8String, Buffer.from(request.commonName)))),
  );
  const notAfter = new Date(request.notBefore.getTime() + request.days * DAY_MS);
  return sequence(
    der(Tag.version, der(Tag.integer, Buffer.of(2))),
    der(Tag.integer, serialNumber()),
    algorithm(),
    name,
    sequence(time(request.notBefore), time(notAfter)),
    name,
    spki,
    der(Tag.extensions, sequence(...extensions(request, spki))),
  );
}

function extensions(request: CertificateRequest, spki: Buffer): Buffer[] {
  const keyId = createHash('sha1').update(spki).digest();
  // digitalSignature and keyCertSign: it is its own CA, so that a client may be told to trust it.
  const usage = der(Tag.bitString, Buffer.of(2, 0b1000_0100));
  const isCa = sequence(der(Tag.boolean, Buffer.of(0xff)));
  return [
    extension(Oid.basicConstraints, true, isCa),
    extension(Oid.keyUsage, true, usage),
    extension(Oid.extendedKeyUsage, false, sequence(objectId(Oid.serverAuth))),
    extension(Oid.subjectKeyId, false, der(Tag.octetString, keyId)),
    extension(Oid.subjectAltName, false, sequence(...request.names.map(alternativeName))),
  ];
}

function extension(oid: string, critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [der(Tag.boolean, Buffer.of(0xff))] : [];
  return sequence(objectId(oid), ...flag, der(Tag.octetString, value));
}

function alternativeName(name: string): Buffer {
  if (isIPv4(name)) return der(Tag.ipAddress, Buffer.from(name.split('.').map(Number)));
  return der(Tag.dnsName, Buffer.from(name));
}

/** Sixteen random bytes, positive and without a leading zero. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] & 0x3f) | 0x40;
  return bytes;
}

function algorithm(): Buffer {
  return sequence(objectId(Oid.ecdsaWithSha256));
}

/** Two-digit years up to 2049, four-digit ones from then on, as X.509 demands. */
function time(date: Date): Buffer {
  const digits = date
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:T]/g, '');
  if (date.getUTCFullYear() < 2050) return der(Tag.utcTime, Buffer.from(digits.slice(2)));
  return der(Tag.generalizedTime, Buffer.from(digits));
}

function sequence(...parts: Buffer[]): Buffer {
  return der(Tag.sequence, Buffer.concat(parts));
}

/** A value with its tag and its length in the shortest form. */
function der(tag: number, value: Buffer): Buffer {
  const {length} = value;
  if (length < 128) return Buffer.concat([Buffer.of(tag, length), value]);
  const size = length < 256 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
  return Buffer.concat([Buffer.of(tag), size, value]);
}

/** The first two numbers share a byte; the others are base 128, high bit set on all bytes but the last. */
function objectId(text: string): Buffer {
  const [first, second, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const number of rest) bytes.push(...base128(number));
  return der(Tag.objectId, Buffer.from(bytes));
}

function base128(number: number): number[] {
  const bytes = [number & 0x7f];
  for (let high = number >>> 7; high > 0; high >>>= 7) bytes.unshift((high & 0x7f) | 0x80);
  return bytes;
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
