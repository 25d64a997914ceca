import assert from 'node:assert/strict';
import {test} from 'node:test';
import {NodeCrypto} from '../../os/crypto.ts';
import type {Account} from '../api.ts';
import {nativeProof, sha2Proof} from '../client/proof.ts';
import {AuthPlugin} from '../constants.ts';
import {fakeWorld, ManualClock} from '../testing/fake-world.ts';

import {DerivationQueue} from './derivation-queue.ts';
import {DigestCache} from './digest-cache.ts';
import {cachingSha2Secret, checkNative, checkSha2, nativeSecret, randomCharacters, sha2Digest} from './passwords.ts';
import {DEFAULT_ROUNDS, parseStored, Sha256Crypt, STORED_BYTES} from './sha256-crypt.ts';

const crypto = new NodeCrypto();
const world = fakeWorld(5);

function crypt(password: string, salt: string, rounds: number): string {
  const hash = new Sha256Crypt(crypto, Buffer.from(password), Buffer.from(salt), rounds);
  while (!hash.advance(999));
  return hash.finish();
}

test('SHA-crypt agrees with the C library', () => {
  assert.equal(crypt('Hello world!', 'saltstring', 5000), '5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5');
  assert.equal(crypt('x'.repeat(100), 'abc', 1000), 'OzVRBR4nd9/lzF0h4nhs5vk.9L1cKnXi0WXIf0XHBw8');
  assert.equal(crypt('', 'salt', 1000), 'oacEarljCLl1hnwSHaKByNaFLSC8faCZtGSPISXgwZ.');
});

test('a stored form that MySQL wrote is understood', () => {
  const stored = Buffer.from(
    '24412430303524031a69251c34295c4b35167c7f1e5a7b63091349503974624d34504b5a424679354856336868686f52485a736e4a733368786e427575516c73446469496537',
    'hex',
  );
  const parts = parseStored(stored) ?? assert.fail();
  assert.equal(parts.rounds, 5000);
  assert.equal(
    crypt('foobar', Buffer.from(parts.salt).toString('latin1'), parts.rounds),
    Buffer.from(parts.digest).toString(),
  );
});

test('a stored form that is none is refused', () => {
  const good = cachingSha2Secret(crypto, world.random, 'x');
  assert.equal(good.length, STORED_BYTES);
  assert.notEqual(parseStored(good), undefined);
  assert.equal(parseStored(good.subarray(1)), undefined);
  assert.equal(parseStored(Buffer.concat([Buffer.from('$B$005$'), good.subarray(7)])), undefined);
  assert.equal(parseStored(Buffer.concat([Buffer.from('$A$000$'), good.subarray(7)])), undefined);
  assert.equal(parseStored(new Uint8Array(0)), undefined);
});

test('empty passwords store nothing, long ones are refused without being named', () => {
  assert.equal(cachingSha2Secret(crypto, world.random, '').length, 0);
  assert.equal(nativeSecret(crypto, '').length, 0);
  assert.throws(() => cachingSha2Secret(crypto, world.random, 'p'.repeat(257)), /String '\*\*\*' is too long/);
});

test('a native proof is right for one password and one nonce', () => {
  const nonce = randomCharacters(world.random, 20);
  const secret = nativeSecret(crypto, 'pässword');
  assert.ok(checkNative(crypto, secret, nonce, nativeProof(crypto, 'pässword', nonce)));
  assert.ok(!checkNative(crypto, secret, nonce, nativeProof(crypto, 'password', nonce)));
  assert.ok(!checkNative(crypto, secret, randomCharacters(world.random, 20), nativeProof(crypto, 'pässword', nonce)));
  assert.ok(!checkNative(crypto, secret, nonce, new Uint8Array(19)));
  assert.ok(!checkNative(crypto, new Uint8Array(0), nonce, nativeProof(crypto, '', nonce)));
});

test('a sha2 proof is right for one password and one nonce', () => {
  const nonce = randomCharacters(world.random, 20);
  const digest = sha2Digest(crypto, Buffer.from('secret'));
  assert.ok(checkSha2(crypto, digest, nonce, sha2Proof(crypto, 'secret', nonce)));
  assert.ok(!checkSha2(crypto, digest, nonce, sha2Proof(crypto, 'Secret', nonce)));
  assert.ok(!checkSha2(crypto, digest, randomCharacters(world.random, 20), sha2Proof(crypto, 'secret', nonce)));
  assert.ok(!checkSha2(crypto, digest, nonce, new Uint8Array(0)));
});

test('challenge characters are neither zero nor a dollar sign nor above 127', () => {
  for (const character of randomCharacters(world.random, 5000)) {
    assert.ok(character > 0 && character < 128 && character !== 0x24);
  }
});

test('derivations take turns, one after the other, and can be withdrawn', () => {
  const clock = new ManualClock();
  const queue = new DerivationQueue(clock, crypto);
  const stored = cachingSha2Secret(crypto, world.random, 'right');
  const answers: string[] = [];
  const ask = (password: string, secret: Uint8Array): (() => void) =>
    queue.check(Buffer.from(password), secret, right => answers.push(`${password} ${right}`));
  ask('right', stored);
  ask('wrong', stored);
  const withdraw = ask('withdrawn', stored);
  ask('unreadable', Buffer.from('nonsense'));
  withdraw();
  assert.deepEqual(answers, []);
  const turns = clock.turns();
  assert.deepEqual(answers, ['right true', 'wrong false', 'unreadable false']);
  assert.ok(turns > (2 * DEFAULT_ROUNDS) / 300, `only ${turns} turns`);
  assert.equal(clock.turns(), 0);
});

test('a digest counts only for the secret that it was proved against', () => {
  const cache = new DigestCache();
  const secret = cachingSha2Secret(crypto, world.random, 'one');
  const account: Account = {
    user: '__proto__',
    host: '%',
    plugin: AuthPlugin.cachingSha2,
    secret,
    requireTls: false,
    locked: false,
  };
  const digest = sha2Digest(crypto, Buffer.from('one'));
  assert.equal(cache.find(account), undefined);
  cache.add(account, digest);
  assert.equal(cache.find({...account}), digest);
  assert.equal(cache.find({...account, host: 'localhost'}), undefined);
  assert.equal(cache.find({...account, secret: cachingSha2Secret(crypto, world.random, 'one')}), undefined);
});
