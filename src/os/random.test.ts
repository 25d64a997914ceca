import assert from 'node:assert/strict';
import {test} from 'node:test';
import {SystemRandom} from './random.ts';

test('secret bytes are never given out twice, whatever lengths are asked for', () => {
  const random = new SystemRandom();
  const seen = new Set<string>();
  for (let i = 0; i < 3000; i++) {
    const bytes = random.secretBytes(16 + (i % 30));
    assert.equal(bytes.length, 16 + (i % 30));
    seen.add(Buffer.from(bytes.subarray(0, 16)).toString('hex'));
  }
  assert.equal(seen.size, 3000);
});

test('more than a portion comes in one piece, and what was given out stays', () => {
  const random = new SystemRandom();
  const small = random.secretBytes(20);
  const before = Buffer.from(small).toString('hex');
  const large = random.secretBytes(10_000);
  random.secretBytes(4000);
  random.secretBytes(4000);
  assert.equal(large.length, 10_000);
  assert.ok(large.subarray(9000).some(byte => byte !== 0));
  assert.equal(Buffer.from(small).toString('hex'), before);
});
