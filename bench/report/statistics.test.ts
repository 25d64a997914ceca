import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Latencies, quantile, spread} from './statistics.ts';

test('quantiles are interpolated', () => {
  assert.equal(quantile([1, 2, 3, 4], 0.5), 2.5);
  assert.equal(quantile([1, 2, 3, 4, 5], 0.95), 4.8);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test('the spread passes over rounds that gave no number', () => {
  assert.deepEqual(spread([3, Number.NaN, 1, 2]), {min: 1, median: 2, max: 3});
  assert.equal(spread([Number.NaN]), undefined);
});

test('latencies keep their quantiles when there are more than fit', () => {
  const latencies = new Latencies();
  for (let i = 0; i < 500_000; i++) latencies.add((i * 7919) % 1000);
  assert.ok(Math.abs(latencies.quantile(0.5) - 500) < 10);
  assert.ok(Math.abs(latencies.quantile(0.95) - 950) < 10);
});
