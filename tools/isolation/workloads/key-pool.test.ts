// Which keys are drawn.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Prng} from '../../../src/base/prng.ts';
import {KeyPool} from './key-pool.ts';

test('a turn stays within one group of neighbours, and all groups have their turns', () => {
  const pool = new KeyPool(new Prng(1), 20, 1 << 20, true, 4);
  const groups = new Set<number>();
  for (let turn = 0; turn < 200; turn++) {
    pool.turn();
    const keys = new Set(Array.from({length: 40}, () => pool.read()));
    const group = Math.floor(Math.min(...keys) / 4);
    assert.deepEqual(
      [...keys].sort((a, b) => a - b),
      [0, 1, 2, 3].map(i => group * 4 + i),
    );
    groups.add(group);
  }
  assert.equal(groups.size, 5);
});

test('a key is retired after its writes, and its values are never used twice', () => {
  const pool = new KeyPool(new Prng(2), 3, 16, false);
  const written = new Set<string>();
  for (let i = 0; i < 500; i++) {
    const {key, value} = pool.write();
    assert.ok(value <= 16);
    assert.ok(!written.has(`${key} ${value}`));
    written.add(`${key} ${value}`);
  }
  assert.ok(pool.used > 30);
});
