import assert from 'node:assert/strict';
import {test} from 'node:test';
import {lastName, TpccRandom} from './random.ts';
import {scaleOf} from './scale.ts';

test('last names are made of the syllables of their digits', () => {
  assert.equal(lastName(371), 'PRICALLYOUGHT');
  assert.equal(lastName(0), 'BARBARBAR');
  assert.equal(lastName(999), 'EINGEINGEING');
});

test('the same seed gives the same values', () => {
  const values = (seed: number): unknown[] => {
    const random = new TpccRandom(seed);
    return [random.text(5, 9), random.money(1, 100), random.permutation(10), random.zip()];
  };
  assert.deepEqual(values(3), values(3));
  assert.notDeepEqual(values(3), values(4));
});

test('customers, items and names exist at every scale', () => {
  for (const share of [0.001, 0.05, 1]) {
    const scale = scaleOf(1, share);
    const random = new TpccRandom(1);
    const loaded = new Set(Array.from({length: Math.min(1000, scale.customers)}, (_, i) => lastName(i)));
    for (let i = 0; i < 2000; i++) {
      const customer = random.customer(scale);
      assert.ok(customer >= 1 && customer <= scale.customers);
      const item = random.item(scale);
      assert.ok(item >= 1 && item <= scale.items);
      assert.ok(loaded.has(random.lastName(scale)));
    }
  }
});

test('a permutation has every number once', () => {
  assert.deepEqual(
    new TpccRandom(5).permutation(50).sort((a, b) => a - b),
    Array.from({length: 50}, (_, i) => i + 1),
  );
});
