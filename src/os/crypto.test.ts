import assert from 'node:assert/strict';
import {constants, publicEncrypt, X509Certificate} from 'node:crypto';
import {test} from 'node:test';
import {selfSignedCertificate} from './certificate.ts';
import {generateRsaKey, NodeCrypto} from './crypto.ts';

function encrypt(publicKey: string, text: string): Buffer {
  return publicEncrypt(
    {key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1'},
    Buffer.from(text),
  );
}

test('hashes agree with their published vectors', () => {
  const crypto = new NodeCrypto();
  const abc = Buffer.from('abc');
  assert.equal(Buffer.from(crypto.sha1(abc)).toString('hex'), 'a9993e364706816aba3e25717850c26c9cd0d89d');
  assert.match(Buffer.from(crypto.sha256(abc)).toString('hex'), /^ba7816bf8f01cfea.*f20015ad$/);
  assert.equal(crypto.hashHex('md5', abc), '900150983cd24fb0d6963f7d28e17f72');
});

test('equality looks at contents and takes any lengths', () => {
  const crypto = new NodeCrypto();
  assert.ok(crypto.equal(Buffer.from('same'), new Uint8Array(Buffer.from('same'))));
  assert.ok(!crypto.equal(Buffer.from('same'), Buffer.from('Same')));
  assert.ok(!crypto.equal(Buffer.from('same'), Buffer.from('longer')));
  assert.ok(crypto.equal(new Uint8Array(0), new Uint8Array(0)));
});

test('what is encrypted for the key comes back, anything else does not', async () => {
  const crypto = new NodeCrypto(await generateRsaKey());
  const cipher = encrypt(crypto.rsaPublicKey(), 'secret');
  assert.equal(Buffer.from(crypto.rsaDecrypt(cipher) ?? []).toString(), 'secret');
  cipher[10] ^= 1;
  assert.equal(crypto.rsaDecrypt(cipher), undefined);
  assert.equal(crypto.rsaDecrypt(Buffer.alloc(3)), undefined);
});

test('a certificate is signed by itself and names its hosts and days', () => {
  for (const year of [2026, 2055]) {
    const notBefore = new Date(Date.UTC(year, 0, 2, 3, 4, 5));
    const names = ['localhost', '127.0.0.1', 'n'.repeat(200)];
    const {certificate} = selfSignedCertificate({commonName: 'Pändo', names, notBefore, days: 365});
    const parsed = new X509Certificate(certificate);
    assert.ok(parsed.verify(parsed.publicKey));
    assert.ok(parsed.ca);
    assert.equal(parsed.subject, 'CN=Pändo');
    assert.equal(parsed.issuer, parsed.subject);
    assert.equal(parsed.validFromDate.getTime(), notBefore.getTime());
    assert.equal(parsed.validToDate.getTime(), notBefore.getTime() + 365 * 86_400_000);
    assert.equal(parsed.checkHost('localhost'), 'localhost');
    assert.equal(parsed.checkHost('elsewhere'), undefined);
    assert.equal(parsed.checkIP('127.0.0.1'), '127.0.0.1');
  }
});

test('two certificates differ in key and serial number', () => {
  const request = {commonName: 'x', names: ['x'], notBefore: new Date(), days: 1};
  const [a, b] = [selfSignedCertificate(request), selfSignedCertificate(request)];
  assert.notEqual(a.privateKey, b.privateKey);
  assert.notEqual(new X509Certificate(a.certificate).serialNumber, new X509Certificate(b.certificate).serialNumber);
});
