// Reports of a made-up result: the text has its figures, the plots are well-formed.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {cellOf, groupOf, runOf} from '../testing/results.ts';
import {charts} from './charts.ts';
import {type BenchResult, RESULT_FORMAT} from './result.ts';
import {short, table} from './table.ts';
import {reportText} from './text.ts';
import {folderName} from './write.ts';

const RESULT: BenchResult = {
  format: RESULT_FORMAT,
  startedAt: '2026-05-04T03:02:01.000Z',
  seconds: 10,
  profile: 'quick',
  machine: {
    processor: 'a <fast> one',
    cores: 2,
    memoryGiB: 8,
    system: 'Linux',
    fileSystem: 'ext4',
    node: 'v24',
    v8: '13',
    syncUs: {p50: 80, p99: 120},
    loadBefore: 0.1,
  },
  tools: {},
  settings: {},
  workloads: {},
  groups: [
    groupOf(
      ['mariadb', 'pando-2'],
      [
        cellOf('insert', 8, {mariadb: [runOf(1000)], 'pando-2': [runOf(1500, {errors: 7, others: 1})]}),
        cellOf('insert', 32, {mariadb: [runOf(2000)], 'pando-2': [runOf(1000)]}),
      ],
    ),
  ],
  studies: [
    {
      name: 'shared-data',
      title: 'Shared <data>',
      settings: {},
      rows: [1, 2].map(primaries => ({
        mix: 'write_only',
        'shared %': 10,
        primaries,
        'cpu ms': primaries,
        transfers: 0.5,
      })),
      notes: ['a note'],
    },
  ],
  verdicts: [{target: 'be fast', wanted: '>= 1', measured: '0.50', met: false}],
};

test('the text has rates, ratios, errors, disturbances, studies and verdicts', () => {
  const text = reportText(RESULT);
  assert.match(text, /insert +8 +tx\/s +1000 .* 1500 .* 7 .* 1\.50 +1\.50\.\.1\.50/);
  assert.match(text, /1 of 4 runs were disturbed/);
  assert.match(text, /! a note/);
  assert.match(text, /NOT MET +be fast +>= 1 +0\.50/);
});

test('every plot is balanced XML without raw markup from names', () => {
  const files = charts(RESULT);
  assert.deepEqual([...files.keys()], ['rates-group.svg', 'ratios-group.svg', 'shared-data.svg']);
  for (const [name, svg] of files) {
    assert.match(svg, /^<svg [^>]*>/, name);
    assert.doesNotMatch(svg, /NaN|undefined|Infinity/, name);
    assert.equal(svg.match(/<text /g)?.length, svg.match(/<\/text>/g)?.length, name);
  }
});

test('a folder is named by time and profile', () => {
  assert.equal(folderName(RESULT), '20260504-0302-quick');
});

test('tables align their columns', () => {
  assert.equal(
    table([
      ['name', 'n'],
      ['a', '10'],
      ['long name', '9'],
    ]),
    'name        n\n---------  --\na          10\nlong name   9',
  );
});

test('numbers are shortened to what counts', () => {
  assert.deepEqual([0, 0.0123, 1.234, 45.67, 999.4, 12_345, 234_567, Number.NaN].map(short), [
    '0',
    '0.012',
    '1.23',
    '45.7',
    '999',
    '12.3k',
    '235k',
    '-',
  ]);
});
