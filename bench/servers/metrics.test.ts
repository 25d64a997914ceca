import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseMetrics} from './pando.ts';
import {counted} from './server.ts';

test('counters of the primaries are summed', () => {
  const text = [
    '# HELP pando_log_flushes_total log flushes',
    '# TYPE pando_log_flushes_total counter',
    'pando_log_flushes_total{primary="1"} 5',
    'pando_log_flushes_total{primary="2"} 7',
    'pando_storage_redo_files 3',
    'process_cpu_seconds_total 9',
  ].join('\n');
  assert.deepEqual(parseMetrics(text), {log_flushes: 12, storage_redo_files: 3});
});

test('only what has changed is told', () => {
  assert.deepEqual(counted({a: 1, b: 2}, {a: 1, b: 5, c: 4}), {b: 3, c: 4});
});
