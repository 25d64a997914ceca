// Pages on their way from storage: handed over when the cut has reached all that storage can have known, with the redo that came meanwhile.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Memory} from '../../format/memory.ts';
import {PageType} from '../../format/page/layout.ts';
import {formatPage, INFINITE, pageLlsn, setIdentity} from '../../format/page/page.ts';
import {encodeBytes} from '../../format/redo/encode.ts';
import {PAGE_FOUND, type PageReader} from '../../storage/api.ts';
import {PageRequests} from './page-requests.ts';
import type {Peers} from './peers.ts';

const PAGE_SIZE = 512;
const NO_KEY = new Uint8Array(0);

function setup() {
  const state = {reached: false};
  const asked: number[] = [];
  const inner: PageReader = {
    canRead: () => true,
    read: pageNo => void asked.push(pageNo),
    onPage: () => {},
    poll: () => 0,
  };
  const requests = new PageRequests(inner, PAGE_SIZE, 2);
  const peers = {isReached: () => state.reached, noteWritten: () => {}, run: () => {}, check: () => {}};
  requests.attach(peers as unknown as Peers);
  const delivered: number[] = [];
  requests.onPage = (_pageNo, _status, memory, at) => delivered.push(pageLlsn(memory, at));
  return {state, asked, inner, requests, delivered};
}

/** A page as storage sends it. */
function pageAt(pageNo: number, llsn: number): Memory {
  const page = new Memory(new ArrayBuffer(PAGE_SIZE));
  formatPage(page, 0, PAGE_SIZE, pageNo, PageType.counter, 0, 0, 0, NO_KEY, 0, INFINITE, NO_KEY, 0, INFINITE);
  setIdentity(page, 0, PAGE_SIZE, llsn, 1);
  return page;
}

/** One redo record for that page. */
function redoOf(page: Memory, llsn: number): Memory {
  const redo = new Memory(new ArrayBuffer(256));
  encodeBytes(redo, 0, page, 0, llsn, 100, new Memory(new ArrayBuffer(8)), 0, 4);
  return redo;
}

test('a page is handed over when the cut has reached all that storage can have known', () => {
  const {state, inner, requests, delivered} = setup();
  requests.read(7, 0, 0);
  inner.onPage(7, PAGE_FOUND, pageAt(7, 50), 0);
  requests.poll();
  assert.deepEqual(delivered, []);
  assert.ok(requests.find(7) >= 0, 'it is kept up to date meanwhile');
  state.reached = true;
  requests.poll();
  assert.deepEqual(delivered, [50]);
  assert.equal(requests.find(7), -1);
});

test('redo that comes before its page is put on it, unless storage has done so', () => {
  const {state, inner, requests, delivered} = setup();
  state.reached = true;
  for (const [pageNo, servedAt, expected] of [
    [7, 50, 60],
    [8, 60, 60],
  ]) {
    requests.read(pageNo, 0, 0);
    assert.ok(requests.missed(pageNo, redoOf(pageAt(pageNo, 50), 60), 0, 1));
    assert.ok(!requests.missed(99, redoOf(pageAt(99, 50), 60), 0, 1), 'nobody has asked for that one');
    inner.onPage(pageNo, PAGE_FOUND, pageAt(pageNo, servedAt), 0);
    requests.poll();
    assert.equal(delivered.pop(), expected);
  }
});

test('after a jump of the cut everything is asked for anew', () => {
  const {state, asked, inner, requests, delivered} = setup();
  state.reached = true;
  requests.read(7, 0, 0);
  requests.forget();
  inner.onPage(7, PAGE_FOUND, pageAt(7, 50), 0);
  requests.poll();
  assert.deepEqual(delivered, []);
  assert.deepEqual(asked, [7, 7]);
  inner.onPage(7, PAGE_FOUND, pageAt(7, 70), 0);
  requests.poll();
  assert.deepEqual(delivered, [70]);
});
