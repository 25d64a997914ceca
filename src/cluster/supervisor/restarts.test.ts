import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Restarts} from './restarts.ts';

test('one death is answered at once, deaths in a row by longer and longer pauses, to a bound', () => {
  const restarts = new Restarts();
  const pauses = Array.from({length: 10}, () => restarts.died(2, 300));
  assert.deepEqual(pauses, [0, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
  assert.equal(restarts.deathsOf(2), 10);
  assert.equal(restarts.died(1, 300), 0, 'another primary has its own count');
});

test('a good life, or somebody who asks for it, begins the count anew', () => {
  const restarts = new Restarts();
  restarts.died(1, 10);
  restarts.died(1, 10);
  assert.equal(restarts.died(1, 60_000), 0);
  assert.equal(restarts.died(1, 10), 200);
  restarts.forget(1);
  assert.equal(restarts.died(1, 10), 0);
});
