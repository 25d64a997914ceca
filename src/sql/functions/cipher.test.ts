// AES and zlib, with answers that MySQL-family servers gave.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {SqlError} from '../../base/sql-error.ts';
import {formatBytes, formatPicoTime} from './amount.ts';
import {foldedKey} from './cipher.ts';
import {evaluate, TestSession} from './testing/evaluate.ts';

function cbc(): TestSession {
  const session = new TestSession();
  session.systemVariable = name => (name === 'block_encryption_mode' ? 'aes-256-cbc' : null);
  return session;
}

function ecb(): TestSession {
  const session = new TestSession();
  session.systemVariable = name => (name === 'block_encryption_mode' ? 'aes-128-ecb' : null);
  return session;
}

test('AES in the default mode', () => {
  const text = (sql: string): string | null => evaluate(sql, ecb()).text;
  assert.equal(text("HEX(AES_ENCRYPT('text', 'key'))"), '15E36637363712FC2E699B9C95B75393');
  assert.equal(text("AES_DECRYPT(AES_ENCRYPT('text', 'key'), 'key')"), `x${Buffer.from('text').toString('hex')}`);
  assert.equal(text("AES_DECRYPT(AES_ENCRYPT('text', 'key'), 'other')"), null);
  assert.equal(text("AES_DECRYPT('no cipher', 'key')"), null);
  assert.equal(text("AES_ENCRYPT(NULL, 'key')"), null);
});

test('AES with blocks in a chain needs an initialization vector of 16 bytes', () => {
  const sql = "AES_DECRYPT(AES_ENCRYPT('text', 'key', '1234567890123456'), 'key', '1234567890123456')";
  assert.equal(evaluate(sql, cbc()).text, `x${Buffer.from('text').toString('hex')}`);
  const fails = (text: string, errno: number): void =>
    assert.throws(
      () => evaluate(text, cbc()),
      (e: unknown) => e instanceof SqlError && e.errno === errno,
    );
  fails("AES_ENCRYPT('a', 'b', 'short')", 1882);
  fails("AES_ENCRYPT('a', 'b')", 1582);
  fails("AES_ENCRYPT('a', 'b', 'c', 'hkdf')", 1235);
});

test('keys are folded by exclusive or', () => {
  assert.deepEqual([...foldedKey(Uint8Array.of(1, 2, 3, 4, 5), 4)], [1 ^ 5, 2, 3, 4]);
});

test('COMPRESS and back', () => {
  assert.equal(evaluate("HEX(COMPRESS('aaaaaaaaaaaaaaaa'))").text, '10000000789C4B4C44050033980611');
  assert.equal(evaluate("UNCOMPRESS(COMPRESS('hello hello'))").text, `x${Buffer.from('hello hello').toString('hex')}`);
  assert.equal(evaluate("UNCOMPRESSED_LENGTH(COMPRESS('hello'))").text, '5');
  assert.equal(evaluate("COMPRESS('')").text, 'x');
  const given = (sql: string): unknown => {
    const {text, warnings} = evaluate(sql);
    return [text, warnings];
  };
  assert.deepEqual(given("UNCOMPRESS('abc')"), [null, [1259]]);
  assert.deepEqual(given("UNCOMPRESS(X'0500000061626364')"), [null, [1259]]);
  assert.deepEqual(given("UNCOMPRESS('abcdefgh')"), [null, [1256]]);
});

test('amounts with their units', () => {
  assert.deepEqual([0, 512, 1536, 2 ** 64].map(formatBytes), ['   0 bytes', ' 512 bytes', '1.50 KiB', '16.00 EiB']);
  assert.deepEqual([900, 3501, 188732396662000, 2 * 86_400e12].map(formatPicoTime), [
    '900 ps',
    '3.50 ns',
    '3.15 min',
    '2.00 d',
  ]);
});
