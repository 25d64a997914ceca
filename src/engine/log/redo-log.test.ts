// Room for redo is promised before the first change, or not at all (S14).

import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {RedoStream} from '../../storage/api.ts';
import {BLOCKED, NO_SPACE, ROW} from '../api.ts';
import {Scheduler, Task} from '../schedule/task.ts';
import {RedoLog} from './redo-log.ts';

/** A stream on a disk that has this much room. */
function streamWith(room: () => number, isOutOfSpace: () => boolean): RedoStream {
  return {
    incarnation: 1,
    startLsn: 8,
    durableLsn: 8,
    writtenLsn: 8,
    maxPayload: 1 << 16,
    onAdvance: () => {},
    write: () => assert.fail('nothing may be written'),
    sync: () => false,
    restOn: () => {},
    encodeRests: () => 0,
    look: () => {},
    room,
    isOutOfSpace,
    setReadPoint: () => {},
    setCheckpoint: () => {},
    close: () => {},
  };
}

test('S14: a reservation that the disk has no room for waits, and is refused when that lasts; the rest of the disk is for those who clean up', () => {
  let now = 0;
  let room = 1 << 20;
  let isFull = false;
  const clock = {now: () => now, wallMicros: () => 0, after: () => ({cancel: () => {}}), soon: () => {}};
  const options = {chunkBytes: 1 << 16, chunks: 4};
  const log = new RedoLog(
    streamWith(
      () => room,
      () => isFull,
    ),
    options,
    clock,
    () => assert.fail('the primary goes on'),
  );
  const task = new Task(new Scheduler(() => {}), () => {});
  assert.equal(log.reserve(100, task, false), ROW);
  room = options.chunkBytes;
  assert.equal(log.reserve(100, task, false), BLOCKED, 'what is left is kept');
  assert.equal(log.reserve(100, task, true), ROW, 'for rollbacks, purge, commits');
  room = 0;
  assert.equal(log.reserve(100, task, true), BLOCKED);
  now = 5000;
  assert.equal(log.reserve(100, task, false), BLOCKED, 'storage is slow, and that is no error');
  isFull = true;
  now = 5500;
  assert.equal(log.reserve(100, task, false), BLOCKED, 'it may pass');
  now = 6001;
  assert.equal(log.reserve(100, task, false), NO_SPACE);
  room = 1 << 20;
  assert.equal(log.reserve(100, task, false), ROW, 'there is room again');
});
