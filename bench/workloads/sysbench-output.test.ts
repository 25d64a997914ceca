import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseSysbench} from './sysbench-output.ts';

const SUMMARY = `
SQL statistics:
    queries performed:
        read:                            0
        write:                           14990
        other:                           7497
        total:                           22487
    transactions:                        3749   (1869.22 per sec.)
    queries:                             22487  (11435.72 per sec.)
    ignored errors:                      95     (47.37 per sec.)
    reconnects:                          2      (1.00 per sec.)

General statistics:
    total time:                          2.0041s
    total number of events:              3749

Latency (ms):
         min:                                    0.93
         avg:                                    4.27
         max:                                   45.13
         95th percentile:                        8.74
         sum:                                16005.20
`;

test('a summary gives rate, latency, errors and reconnects', () => {
  assert.deepEqual(parseSysbench(SUMMARY), {
    rate: 1869.22,
    p95Ms: 8.74,
    done: 3749,
    errors: 95,
    reconnects: 2,
    more: {queriesPerSecond: 11435.72},
  });
});

test('an error that ends the run is its failure, even beside a summary', () => {
  const sample = parseSysbench(`FATAL: mysql_stmt_execute() returned error 1047 (unknown)\n${SUMMARY}`);
  assert.match(sample.failure ?? '', /1047/);
  assert.ok(Number.isNaN(sample.rate));
});

test('output without a summary is a failure', () => {
  assert.match(parseSysbench('Threads started!\n').failure ?? '', /no summary/);
});
