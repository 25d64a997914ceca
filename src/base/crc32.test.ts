import assert from 'node:assert/strict';
import {test} from 'node:test';
import {crc32 as platform} from 'node:zlib';
import {crc32} from './crc32.ts';
import {Prng} from './prng.ts';

test('agrees with the platform on runs of every length, also continued', () => {
  const prng = new Prng(7);
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({length}, () => prng.below(256));
    assert.equal(crc32(bytes), platform(bytes));
    assert.equal(crc32(bytes, 0x1234), platform(bytes, 0x1234));
  }
});
