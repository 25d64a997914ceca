// The chain of a page (I4): order between streams, gaps that close, gaps that do not.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Memory} from '../../format/memory.ts';
import {PAGE_DAMAGED, PAGE_FOUND} from '../api.ts';
import {StreamWords} from '../segment/stream-words.ts';
import {PAGE_SIZE, type TestNode, TestWorld} from '../testing/test-world.ts';
import {checkVolume} from './check.ts';

const target = new Memory(new ArrayBuffer(PAGE_SIZE));

/** Nodes a and b change page 1 in turn; all of it is durable. */
function pingPong(world: TestWorld, rounds: number): [TestNode, TestNode] {
  const [a, b] = [world.start(0), world.start(1)];
  for (let i = 0; i < rounds; i++) world.change(i % 2 === 0 ? a : b, [1]);
  world.flush(a);
  world.flush(b);
  return [a, b];
}

/** From now on the stream of this node says that it is durable up to here, as long as nothing is written. */
function lie(world: TestWorld, node: number, lsn: number): void {
  const {words} = world;
  words.durable = other => (other === node ? lsn : StreamWords.prototype.durable.call(words, other));
}

test('records of two streams for one page are applied in LLSN order', () => {
  const world = new TestWorld(1);
  pingPong(world, 101);
  world.verifyPage(1, true);
  assert.equal(world.volume.parts.arena.waiting, 101);
});

test('a record that is missing below a durable end is named: page, LLSNs, writer', () => {
  const world = new TestWorld(1);
  const [a] = pingPong(world, 6);
  // The stream of a claims to end before its last record: what b built on it has no base.
  const truth = world.words.durable(a.node);
  const last =
    world.pages
      .get(1)
      ?.versions.filter(v => v.incarnation === 1)
      .at(-2)?.lsn ?? 0;
  lie(world, a.node, last);
  assert.equal(world.volume.readPage(1, target, 0), PAGE_DAMAGED);
  assert.equal(
    world.volume.damages.get(1),
    'page 1: record with LLSN 6 builds on LLSN 5 of incarnation 1, but its chain ends at LLSN 4',
  );
  assert.match(checkVolume(world.volume).faults.join(), /builds on LLSN 5/);
  lie(world, a.node, truth);
  world.verifyPage(1, true);
  assert.equal(world.volume.damages.size, 0, 'what can be read again is not damaged any more');
});

test('a record whose predecessor became durable after its stream was looked at is no damage', () => {
  const world = new TestWorld(1);
  const [a] = pingPong(world, 6);
  const truth = world.words.durable(a.node);
  const last =
    world.pages
      .get(1)
      ?.versions.filter(v => v.incarnation === 1)
      .at(-2)?.lsn ?? 0;
  // The first look at a comes too early, as it may when both nodes go on writing.
  let looks = 0;
  world.words.durable = node => (node === a.node && looks++ === 0 ? last : truth);
  assert.equal(world.volume.readPage(1, target, 0), PAGE_FOUND);
  world.verifyPage(1, true);
  assert.ok(looks >= 2);
});

test('a checkpoint writes a page up to a gap and keeps the rest waiting', () => {
  const world = new TestWorld(1);
  const [a] = pingPong(world, 6);
  const truth = world.words.durable(a.node);
  const last =
    world.pages
      .get(1)
      ?.versions.filter(v => v.incarnation === 1)
      .at(-2)?.lsn ?? 0;
  lie(world, a.node, last);
  world.volume.ingest();
  assert.equal(world.volume.checkpointStep(), 1);
  assert.equal(world.volume.parts.table.leaf(1).llsn[1], 4);
  assert.equal(world.volume.checkpointStep(), 0, 'no progress, no write');
  lie(world, a.node, truth);
  world.volume.ingest();
  assert.equal(world.volume.checkpointStep(), 1);
  assert.equal(world.volume.parts.table.leaf(1).llsn[1], 6);
  world.verifyPage(1, true);
});

test('redo that waits in memory is bounded: at the bound pages are written before more is taken in', () => {
  const world = new TestWorld(1, {pendingBytesMax: 128 << 10, redoFilesAhead: 40, redoFilesMax: 100});
  const a = world.start(0);
  while (world.volume.parts.streams.prepareFiles());
  for (let i = 0; i < 5000; i++) assert.ok(world.change(a, [i % 300]));
  world.flush(a);
  assert.ok(a.ackedLsn > 256 << 10, `${a.ackedLsn} bytes of redo`);
  world.volume.ingest();
  assert.ok(world.volume.parts.arena.fullness <= 1, `${world.volume.parts.arena.fullness} of the arena`);
  assert.ok(world.volume.parts.checkpointer.pagesWritten > 0);
  world.verifyAll();
  assert.deepEqual(world.warnings, []);
});

test('a question about a page that cannot exist costs nothing and finds nothing', () => {
  const world = new TestWorld(1);
  for (const pageNo of [0, 77, 0xefff_ffff, 0xffff_ffff]) assert.equal(world.volume.readPage(pageNo, target, 0), 0);
  let pages = 0;
  world.volume.parts.table.forEach(() => {
    pages++;
  });
  assert.equal(pages, 0);
  assert.equal(world.volume.parts.table.find(0xefff_ffff), undefined);
});
