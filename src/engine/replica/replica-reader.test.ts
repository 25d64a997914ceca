// A page that storage serves to a replica may be ahead of the replica's cut, or may lack redo that the cut has passed meanwhile. Neither may reach the pool.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Memory} from '../../format/memory.ts';
import {PAGE_FOUND, type PageReader, type RedoFeed} from '../../storage/api.ts';
import {Follower} from './follower.ts';
import {ReplicaPageReader} from './replica-reader.ts';

const PAGE_SIZE = 512;

function setup() {
  const state = {durable: 100, written: 300};
  const feed: RedoFeed = {
    nodes: 2,
    writer: 0,
    ringBytes: 4096,
    incarnation: () => 1,
    predecessor: () => 0,
    startLsn: () => 8,
    written: () => state.written,
    durable: () => state.durable,
    endLsn: () => 0,
    ask: () => {},
    setCut: () => {},
    copy: () => false,
  };
  const follower = new Follower(feed, 1, PAGE_SIZE, {moved: () => {}, forget: () => {}, more: () => {}});
  follower.run();
  const asked: number[] = [];
  const inner: PageReader = {
    canRead: () => true,
    read: (_pageNo, _stream, lsn) => void asked.push(lsn),
    onPage: () => {},
    poll: () => 0,
  };
  const reader = new ReplicaPageReader(inner, feed, follower, PAGE_SIZE);
  const got: number[] = [];
  reader.onPage = pageNo => got.push(pageNo);
  const arrive = (): void => inner.onPage(5, PAGE_FOUND, new Memory(new ArrayBuffer(PAGE_SIZE)), 0);
  const cutTo = (lsn: number): void => {
    state.durable = lsn;
    follower.cutLsn = lsn;
  };
  return {reader, got, asked, arrive, cutTo};
}

test('a page is handed over when the cut has reached all that storage can have known', () => {
  const {reader, got, asked, arrive, cutTo} = setup();
  reader.read(5, 0, 0);
  assert.deepEqual(asked, [100], 'it is asked for at the cut');
  arrive();
  reader.poll();
  assert.deepEqual(got, []);
  cutTo(299);
  reader.poll();
  assert.deepEqual(got, []);
  cutTo(300);
  reader.poll();
  assert.deepEqual(got, [5]);
});

test('a page whose redo has been passed over is asked for again; the third time the cut waits for it', () => {
  const {reader, got, asked, arrive, cutTo} = setup();
  reader.read(5, 0, 0);
  for (const cut of [150, 200]) {
    assert.equal(reader.find(5), -1, 'it is not here yet: redo of it is passed over');
    cutTo(cut);
    assert.ok(!reader.holdsCut);
    arrive();
  }
  assert.deepEqual(asked, [100, 150, 200]);
  assert.ok(reader.holdsCut);
  arrive();
  assert.ok(!reader.holdsCut);
  cutTo(300);
  reader.poll();
  assert.deepEqual(got, [5]);
});
