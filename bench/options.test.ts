import assert from 'node:assert/strict';
import {test} from 'node:test';
import {readOptions} from './options.ts';

const read = (...args: string[]) => readOptions(args, 'results');

test('groups of servers are split at semicolons', () => {
  const options = read('--servers', 'mariadb,pando-2;galera-3,pando-3');
  assert.deepEqual(
    options?.groups.map(group => group.servers),
    [
      ['mariadb', 'pando-2'],
      ['galera-3', 'pando-3'],
    ],
  );
  assert.equal(options?.profile, 'custom');
});

test('what is not known is refused with a word on what is', () => {
  assert.throws(() => read('--servers', 'oracle'), /no server "oracle"/);
  assert.throws(() => read('--workloads', 'read_most'), /none of point_select/);
  assert.throws(() => read('--threads', '8,x'), /"x" is no number/);
  assert.throws(() => read('--rounds', '0'), /no number from 1/);
  assert.throws(() => read('--nonsense'), /nonsense/);
});

test('quick has a deadline, a run of chosen parts has none', () => {
  assert.ok((read('--quick')?.deadlineSeconds ?? 0) < 120);
  assert.equal(read('--quick', '--workloads', 'insert')?.deadlineSeconds, Number.POSITIVE_INFINITY);
  assert.equal(read('--help'), undefined);
});
