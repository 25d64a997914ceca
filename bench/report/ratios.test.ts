import assert from 'node:assert/strict';
import {test} from 'node:test';
import {cellOf, runOf} from '../testing/results.ts';
import {failed} from '../workloads/workload.ts';
import {figure, ratiosOf, total} from './ratios.ts';

test('ratios are made round by round, not from the medians', () => {
  const ratios = ratiosOf(
    {base: [runOf(100), runOf(200), runOf(400)], other: [runOf(50), runOf(300), runOf(400)]},
    'base',
  );
  assert.deepEqual(ratios, {other: {min: 0.5, median: 1, max: 1.5}});
});

test('a failed round on either side counts on neither', () => {
  const bad = {...runOf(1), ...failed('it broke')};
  const runs = {base: [runOf(100), bad, runOf(100)], other: [bad, runOf(1000), runOf(70)]};
  assert.deepEqual(ratiosOf(runs, 'base'), {other: {min: 0.7, median: 0.7, max: 0.7}});
  assert.deepEqual(ratiosOf({base: [bad], other: [runOf(1)]}, 'base'), {});
});

test('figures leave failed runs out, totals do not', () => {
  const cell = cellOf('w', 8, {a: [runOf(10, {errors: 3}), {...failed('x'), ...runOf(1), errors: 4, failure: 'x'}]});
  assert.deepEqual(
    figure(cell, 'a', run => run.rate),
    {min: 10, median: 10, max: 10},
  );
  assert.equal(
    total(cell, 'a', run => run.errors),
    7,
  );
});
