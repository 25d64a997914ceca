import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CorruptionError} from '../base/errors.ts';
import type {Clock} from '../env/clock.ts';
import type {Doorbells} from '../env/memory.ts';
import type {Memory} from '../format/memory.ts';
import {PAGE_DAMAGED, PAGE_FOUND} from './api.ts';
import {ChannelPageReader} from './channel-page-reader.ts';
import {DirectPageReader} from './direct-page-reader.ts';
import {PageChannel, pageChannelBytes, REQUEST_SLOTS} from './page-channel.ts';
import {PageServer, type PageSource} from './page-server.ts';
import {StorageThread} from './storage-thread.ts';
import {PAGE_SIZE, TestWorld} from './testing/test-world.ts';

const NODES = 2;
const BELL = 16;
const trace = {info: () => {}, warn: () => {}, error: () => {}};

/** Bells that are remembered and rung by hand. */
class TestBells implements Doorbells {
  readonly rung: number[] = [];
  readonly handlers = new Map<number, () => void>();
  ring(node: number): void {
    this.rung.push(node);
  }
  listen(node: number, handler: () => void): void {
    this.handlers.set(node, handler);
  }
  close(node: number): void {
    this.handlers.delete(node);
  }
}

/** Page n is PAGE_SIZE bytes of n; stream 5 has been taken in up to `ingested` after the next ingest. */
class TestSource implements PageSource {
  ingested = 100;
  durable = 100;
  readPage(pageNo: number, target: Memory, at: number): number {
    if (pageNo === 13) throw new CorruptionError('redo/x', 'broken');
    target.bytes.fill(pageNo & 255, at, at + PAGE_SIZE);
    return PAGE_FOUND;
  }
  ingest(): void {
    this.ingested = this.durable;
  }
  isIngested(_incarnation: number, lsn: number): boolean {
    return this.ingested >= lsn;
  }
  watch(): void {}
}

function setup() {
  const shared = new SharedArrayBuffer(pageChannelBytes(NODES, PAGE_SIZE));
  const bells = new TestBells();
  const source = new TestSource();
  // Both sides have a channel of their own over the same memory, as in two threads.
  const server = new PageServer(new PageChannel(shared, NODES, PAGE_SIZE), source, bells, BELL, trace);
  const reader = (node: number) => new ChannelPageReader(new PageChannel(shared, NODES, PAGE_SIZE), node, bells, BELL);
  return {bells, source, server, reader};
}

function collect(reader: ChannelPageReader): string[] {
  const got: string[] = [];
  reader.onPage = (pageNo, status, memory, at) =>
    got.push(`${pageNo}:${status}:${memory.bytes[at]}:${memory.bytes[at + PAGE_SIZE - 1]}`);
  reader.poll();
  return got.sort();
}

test('pages asked for by two nodes reach each its own', () => {
  const {bells, server, reader} = setup();
  const [a, b] = [reader(0), reader(1)];
  a.read(1, 0, 0);
  a.read(0xef00_0002, 5, 100);
  b.read(3, 0, 0);
  assert.deepEqual(bells.rung, [BELL, BELL, BELL]);
  assert.equal(a.poll(), 0);
  assert.equal(server.servePages(), 3);
  assert.deepEqual(bells.rung.slice(3), [0, 1], 'one bell for each node that got something');
  assert.deepEqual(collect(a), ['1:1:1:1', `${0xef00_0002}:1:2:2`]);
  assert.deepEqual(collect(b), ['3:1:3:3']);
  assert.equal(server.servePages(), 0);
  assert.equal(a.poll(), 0);
});

test('all slots can be in use, no more; each becomes free when its page was delivered', () => {
  const {server, reader} = setup();
  const a = reader(0);
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < REQUEST_SLOTS; i++) {
      assert.ok(a.canRead());
      a.read(i, 0, 0);
    }
    assert.ok(!a.canRead());
    assert.throws(() => a.read(99, 0, 0), {name: 'BugError'});
    server.servePages();
    assert.equal(collect(a).length, REQUEST_SLOTS);
  }
});

test('K3: a request waits until what it needs has been taken in; others are not held up', () => {
  const {source, server, reader} = setup();
  const a = reader(0);
  a.read(1, 5, 200);
  a.read(2, 5, 100);
  assert.equal(server.servePages(), 1);
  assert.deepEqual(collect(a), ['2:1:2:2']);
  assert.ok(server.hasWaiting());
  assert.equal(server.servePages(), 0);
  source.durable = 200;
  assert.equal(server.servePages(), 1);
  assert.deepEqual(collect(a), ['1:1:1:1']);
  assert.ok(!server.hasWaiting());
});

test('damaged redo makes the answer "damaged", not a dead storage thread', () => {
  const {server, reader} = setup();
  const a = reader(0);
  a.read(13, 0, 0);
  server.servePages();
  assert.match(collect(a)[0], new RegExp(`^13:${PAGE_DAMAGED}:`));
});

test('a node that is reborn never sees the answers to its earlier life', () => {
  const {server, reader} = setup();
  const old = reader(0);
  for (let i = 0; i < 10; i++) old.read(i, 0, 0);
  server.servePages();
  for (let i = 10; i < 40; i++) old.read(i, 0, 0);
  const reborn = reader(0);
  let room = 0;
  while (reborn.canRead()) {
    reborn.read(100 + room, 0, 0);
    room++;
  }
  assert.equal(room, REQUEST_SLOTS - 30, 'slots still asked for are not reused');
  server.servePages();
  const got = collect(reborn);
  assert.equal(got.length, room);
  assert.ok(got.every(page => page.startsWith('1')));
  for (let i = 0; i < REQUEST_SLOTS; i++) reborn.read(200, 0, 0);
  server.servePages();
  assert.equal(collect(reborn).length, REQUEST_SLOTS, 'all slots are back');
});

/** Time that stands still until it is told to move. */
class TestClock implements Clock {
  time = 0;
  queue: {at: number; fn: () => void}[] = [];
  now(): number {
    return this.time;
  }
  wallMicros(): number {
    return this.time * 1000;
  }
  after(ms: number, fn: () => void) {
    const entry = {at: this.time + ms, fn};
    this.queue.push(entry);
    return {cancel: () => void (this.queue = this.queue.filter(e => e !== entry))};
  }
  soon(fn: () => void): void {
    this.after(0, fn);
  }
  run(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.queue.filter(e => e.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.queue = this.queue.filter(e => e !== next);
      this.time = Math.max(this.time, next.at);
      next.fn();
    }
    this.time = end;
  }
}

test('the storage thread serves pages, keeps redo files ahead of need and moves pages out', () => {
  const world = new TestWorld(11, {redoFilesMax: 12});
  const bells = new TestBells();
  const clock = new TestClock();
  const shared = new SharedArrayBuffer(pageChannelBytes(4, PAGE_SIZE));
  const failures: Error[] = [];
  const thread = new StorageThread(
    {clock, bells, trace},
    {
      volume: world.volume,
      channel: new PageChannel(shared, 4, PAGE_SIZE),
      bell: BELL,
      onFailure: error => failures.push(error),
    },
  );
  thread.start();
  const a = world.start(0);
  for (let i = 0; i < 3000; i++) {
    assert.ok(world.change(a, [i % 50]), `there is room at step ${i}`);
    world.flush(a);
    if (i % 10 === 0) a.stream.setCheckpoint(a.stream.durableLsn);
    clock.run(6);
  }
  const reader = new ChannelPageReader(new PageChannel(shared, 4, PAGE_SIZE), 0, bells, BELL);
  reader.read(7, a.stream.incarnation, a.stream.durableLsn);
  bells.handlers.get(BELL)?.();
  assert.match(collect(reader)[0], /^7:1:/);
  assert.ok((world.volume.counters().get('redo_files') ?? 99) <= 12);
  assert.ok((world.volume.counters().get('images_written') ?? 0) > 0);
  world.verifyAll();
  world.disk.failNext('rename', 'redo', 'EIO');
  for (let i = 0; i < 600 && failures.length === 0; i++) {
    world.change(a, [i % 50]);
    world.flush(a);
    clock.run(6);
  }
  assert.equal(failures.length, 1, 'a disk failure is told once, and the thread stops');
  assert.equal(bells.handlers.size, 0);
  assert.equal(clock.queue.length, 0);
});

test('K5: a request for what is written and not durable is answered when whoever writes it rings, without the clock', () => {
  const world = new TestWorld(13);
  const bells = new TestBells();
  const clock = new TestClock();
  const channel = new PageChannel(new SharedArrayBuffer(pageChannelBytes(4, PAGE_SIZE)), 4, PAGE_SIZE);
  const onFailure = (error: Error): void => assert.fail(error);
  new StorageThread({clock, bells, trace}, {volume: world.volume, channel, bell: BELL, onFailure}).start();
  const [a, b] = [world.start(0), world.start(1)];
  world.change(a, [1]);
  world.change(b, [1]);
  world.write(b);
  const reader = new ChannelPageReader(channel, 2, bells, BELL);
  const ring = (): void => bells.handlers.get(BELL)?.();
  reader.read(1, b.stream.incarnation, b.stream.writtenLsn);
  ring();
  assert.deepEqual(collect(reader), [], 'what b wrote is on no disk yet');
  world.rung.length = 0;
  world.flush(b);
  assert.ok(world.rung.includes(BELL), 'b is synced');
  ring();
  assert.deepEqual(collect(reader), [], 'what b rests on is not durable yet');
  world.rung.length = 0;
  world.flush(a);
  b.stream.look();
  assert.ok(world.rung.includes(BELL), 'b is durable');
  ring();
  assert.match(collect(reader)[0], /^1:1:/);
});

test('the direct reader answers at once', () => {
  const world = new TestWorld(12);
  const a = world.start(0);
  world.change(a, [3]);
  world.flush(a);
  const reader = new DirectPageReader(world.volume, PAGE_SIZE);
  const got: number[] = [];
  reader.onPage = (pageNo, status) => got.push(pageNo, status);
  reader.read(3, a.stream.incarnation, a.ackedLsn);
  reader.read(4, 0, 0);
  assert.deepEqual(got, [3, PAGE_FOUND, 4, 0]);
  assert.throws(() => reader.read(3, a.stream.incarnation, a.ackedLsn + 1000), {name: 'BugError'});
});
