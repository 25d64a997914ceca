// What is told beside the redo of a ring: how far those who follow it have come.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {redoFeedBytes, SharedRedoFeed} from './redo-feed.ts';

const NODES = 4;
const RING = 1024;

function newFeed(): SharedRedoFeed {
  return new SharedRedoFeed(new SharedArrayBuffer(redoFeedBytes(NODES, RING)), NODES, RING);
}

test('PGMRPL: what nobody reads any more lies below the lowest cut of those who follow this very stream', () => {
  const feed = newFeed();
  feed.begin(0, 11, 8);
  assert.equal(feed.lowestCut(11, 900), 900, 'nobody follows: all that is durable');
  feed.setCut(1, 11, 500);
  feed.setCut(2, 11, 300);
  feed.setCut(3, 10, 100);
  assert.equal(feed.lowestCut(11, 900), 300, 'who follows an older stream does not count');
  feed.setCut(2, 11, 700);
  assert.equal(feed.lowestCut(11, 900), 500);
  feed.setCut(1, 0, 0);
  assert.equal(feed.lowestCut(11, 900), 700, 'a dead one holds up nothing');
});

test('a node that begins anew is never read half: its row says nobody until all of it is there', () => {
  const feed = newFeed();
  feed.begin(0, 11, 8);
  feed.setDurable(0, 900);
  feed.end(0, 900);
  assert.equal(feed.isFollowing(0), false);
  feed.begin(0, 12, 40);
  assert.deepEqual([feed.incarnation(0), feed.startLsn(0), feed.durable(0), feed.endLsn(0)], [12, 40, 40, 0]);
  assert.equal(feed.predecessor(0), 11);
  assert.equal(feed.isFollowing(0), true);
});
