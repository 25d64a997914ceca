// The order of a recovery, seen from PMFS and the volume: what is called when, for a dead one whose loser has changed table 13.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {metadataPage} from '../../engine/session/object-locks.ts';
import {Memory} from '../../format/memory.ts';
import {PageType} from '../../format/page/layout.ts';
import {INFINITE} from '../../format/page/page.ts';
import {applyRedo} from '../../format/redo/apply.ts';
import {encodeFormat, encodeUndoAppend} from '../../format/redo/encode.ts';
import {beginUndo, endUndo, UndoHead} from '../../format/undo/encode.ts';
import {UndoType} from '../../format/undo/layout.ts';
import type {StreamReader} from '../../storage/api.ts';
import {Recoverer, type RecoveryState} from './recoverer.ts';

const TABLE = 13;
const PAGE_SIZE = 4096;
const NO_KEY = new Uint8Array(0);
const silent = {info: () => {}, warn: () => {}, error: () => {}};

/** One redo record: transaction 40.5 appends undo of a change in TABLE. */
function redoOfLoser(): Memory {
  const redo = new Memory(new ArrayBuffer(2 * PAGE_SIZE));
  const page = new Memory(new ArrayBuffer(PAGE_SIZE));
  encodeFormat(redo, 0, 2, 1, 0, 0, PageType.undo, 0, 0, 0, NO_KEY, INFINITE, NO_KEY, INFINITE);
  applyRedo(page, 0, PAGE_SIZE, redo, 0, 3);
  const head = Object.assign(new UndoHead(), {incarnation: 3, slot: 40, version: 5, treeId: 11, rootPage: 12});
  head.tableId = TABLE;
  const undo = new Memory(new ArrayBuffer(PAGE_SIZE));
  const length = endUndo(undo, 0, beginUndo(undo, 0, UndoType.insert, head, Uint8Array.of(1), 1));
  encodeUndoAppend(redo, 0, page, 0, 2, undo, 0, length);
  return redo;
}

/** A recoverer over a state that notes what is called. `withLoser` says which incarnations have left one. */
function recoverer(withLoser: (incarnation: number) => boolean): {recoverer: Recoverer; calls: string[]} {
  const calls: string[] = [];
  const note =
    (name: string) =>
    (...args: readonly unknown[]): number => {
      calls.push([name, ...args].join(' '));
      return 0;
    };
  const redo = redoOfLoser();
  const readStream = (incarnation: number): StreamReader => ({
    incarnation,
    checkpointLsn: 0,
    endLsn: 100,
    scan: (_from, visit) => {
      if (withLoser(incarnation)) visit(redo, 0, 0);
    },
  });
  const sealStream = (incarnation: number): number => {
    calls.push(`seal ${incarnation}`);
    return 100;
  };
  const volume = {sealStream, ingest: note('ingest'), readStream, finishIncarnation: note('forget')};
  const recovery = {
    fence: note('fence'),
    makeLoser: note('loser'),
    endUntraced: () => 0,
    decide: note('decide'),
    handOver: note('handOver'),
    releaseRetained: note('release'),
    finish: note('finish'),
  };
  const state = {volume, recovery, members: {}, raiseTsoLimit: () => {}} as unknown as RecoveryState;
  return {recoverer: new Recoverer(state, silent), calls};
}

const MDL = metadataPage(TABLE);

/** Fenced before its end is looked for, and everything up to there taken in before anybody is told what became of its transactions (S18). */
const beforeFates = (incarnation: number): string[] => [`fence ${incarnation}`, `seal ${incarnation}`, 'ingest'];

test('S18: fence, seal, ingest, then who has won and who has lost, and only then may its rows be judged and its locks released', () => {
  const {recoverer: it, calls} = recoverer(() => true);
  it.decide(3, 2);
  it.releaseUnassigned();
  assert.deepEqual(calls, [...beforeFates(3), 'loser 3 40 5', 'decide 3', 'release 3 100']);
});

test('K19: the locks of a table that a loser has changed pass to who rolls back, before the rest is released', () => {
  const {recoverer: it, calls} = recoverer(() => true);
  it.decide(3, 2);
  calls.length = 0;
  assert.equal(it.assign(1).length, 1);
  it.tablesHeld(3, 7);
  assert.deepEqual(calls, [`handOver 3 ${MDL} 7`, 'release 3 100']);
  it.tablesHeld(3, 7);
  assert.equal(calls.length, 2, 'once is enough');
});

test('K19: when who rolls back dies too, the next one gets the work and the locks that had been handed over', () => {
  const {recoverer: it, calls} = recoverer(incarnation => incarnation === 3);
  it.decide(3, 2);
  it.assign(1);
  it.tablesHeld(3, 7);
  calls.length = 0;
  it.decide(4, 1);
  assert.deepEqual(
    it.assign(5).map(analysis => analysis.incarnation),
    [3, 4],
  );
  assert.deepEqual(calls, [...beforeFates(4), 'decide 4']);
  calls.length = 0;
  it.tablesHeld(3, 9);
  it.tablesHeld(4, 9);
  assert.deepEqual(calls, [`handOver 4 ${MDL} 9`, 'release 4 100']);
});

test('when nobody lives, everything is released at once, and whoever starts rolls back', () => {
  const {recoverer: it, calls} = recoverer(() => true);
  it.decide(3, 1);
  calls.length = 0;
  it.releaseUnassigned();
  assert.deepEqual(calls, ['release 3 100']);
  assert.equal(it.assign(1).length, 1);
});

test('who left nothing is finished without anybody, so that its node id is free', () => {
  const {recoverer: it, calls} = recoverer(() => false);
  it.decide(3, 1);
  assert.deepEqual(calls, [...beforeFates(3), 'decide 3', 'release 3 100', 'finish 3', 'forget 3']);
  assert.equal(it.unfinished, 0);
});
