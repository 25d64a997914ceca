import assert from 'node:assert/strict';
import {test} from 'node:test';
import {cellOf, groupOf, runOf} from '../testing/results.ts';
import type {Verdict} from './result.ts';
import {judge} from './targets.ts';

function verdictOn(verdicts: readonly Verdict[], target: string): Verdict {
  const found = verdicts.find(one => one.target === target);
  assert.ok(found !== undefined, `no verdict on ${target}`);
  return found;
}

test('a rate at its target is met, one below is not', () => {
  const group = groupOf(
    ['mariadb', 'pando-2'],
    [
      cellOf('point_select', 8, {mariadb: [runOf(100)], 'pando-2': [runOf(90)]}),
      cellOf('read_only', 8, {mariadb: [runOf(100)], 'pando-2': [runOf(99)]}),
    ],
  );
  const verdicts = judge({groups: [group], studies: []});
  assert.equal(verdictOn(verdicts, 'pando-2 / mariadb: point_select, 8 connections').met, true);
  assert.equal(verdictOn(verdicts, 'pando-2 / mariadb: read_only, 8 connections').met, false);
  assert.equal(verdictOn(verdicts, 'pando-2 / mariadb: read_only, 32 connections').met, undefined);
});

test('latency is judged at eight connections', () => {
  const cell = (threads: number, p95Ms: number) =>
    cellOf('insert', threads, {mariadb: [runOf(100)], 'pando-2': [runOf(100, {p95Ms})]});
  const verdicts = judge({groups: [groupOf(['mariadb', 'pando-2'], [cell(8, 1.4), cell(32, 9)])], studies: []});
  assert.equal(verdictOn(verdicts, 'p95 of pando-2 / mariadb: insert').met, true);
});

test('refusals that the server does not count as deadlocks are found', () => {
  const group = (errors: number, deadlocks: number) =>
    groupOf(
      ['galera-3', 'pando-3'],
      [cellOf('write_only', 8, {'galera-3': [runOf(1)], 'pando-3': [runOf(3, {errors, counters: {deadlocks}})]})],
    );
  const on = 'pando-3: refusals that were no deadlocks';
  assert.equal(verdictOn(judge({groups: [group(5, 5)], studies: []}), on).met, true);
  assert.equal(verdictOn(judge({groups: [group(6, 5)], studies: []}), on).met, false);
});

test('a study is judged by the row it names', () => {
  const rows = [
    {server: 'pando-1', 'first query ms': 9000},
    {server: 'pando-memory-1', 'first query ms': 250},
  ];
  const study = {name: 'start', title: '', settings: {}, rows, notes: []};
  const verdicts = judge({groups: [], studies: [study]});
  assert.equal(verdictOn(verdicts, 'first query after process start, --memory, ms').met, true);
});
