import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Memory} from '../../format/memory.ts';
import {crashAfter, interleave} from '../../testing/atomics-hook.ts';
import {makePage, NONE, S, SMALL, World, X} from '../testing/world.ts';

const target = (): Memory => new Memory(new ArrayBuffer(SMALL.pageSize));

test('a page that was pushed is found by the next holder, with its identity and its need', () => {
  const world = new World();
  const [a, b] = world.start(2);
  const entry = a.hold(7, X);
  assert.equal(a.fusion.pages.newestIncarnation(entry), 0, 'nobody knows the page yet');
  const page = makePage(7, 2 ** 33 + 5, 1, 0xab);
  assert.ok(a.fusion.pages.push(entry, page, 0, 2 ** 34 + 9));
  b.fusion.pages.acquire(7, S);
  a.fusion.pages.release(entry, NONE);
  b.hold(7, S);
  const {pages} = b.fusion;
  assert.deepEqual([pages.newestLlsn(entry), pages.newestIncarnation(entry)], [2 ** 33 + 5, 1]);
  assert.deepEqual([pages.needStream(entry), pages.needLsn(entry)], [1, 2 ** 34 + 9]);
  const copy = target();
  assert.ok(pages.copyFromDbp(entry, copy, 0));
  assert.deepEqual(copy.bytes, page.bytes);
  assert.equal(b.fusion.counters().get('dbp_hits'), 1);
  world.check();
});

test('K10: what the grant says is the newest, whatever the reader has cached', () => {
  const world = new World();
  const [a, b] = world.start(2);
  const entry = b.hold(7, S);
  b.fusion.pages.offer(entry, makePage(7, 10, 3, 1), 0);
  const cached = [b.fusion.pages.newestLlsn(entry), b.fusion.pages.newestIncarnation(entry)];
  b.fusion.pages.release(entry, NONE);
  a.hold(7, X);
  a.fusion.pages.setNewest(entry, 11, 1, 500);
  a.fusion.pages.release(entry, NONE);
  b.hold(7, S);
  assert.notDeepEqual([b.fusion.pages.newestLlsn(entry), b.fusion.pages.newestIncarnation(entry)], cached);
  assert.ok(!b.fusion.pages.copyFromDbp(entry, target(), 0), 'the old frame went with the old version');
  world.check();
});

test('a clean page from storage makes the identity known; a stale one changes nothing', () => {
  const world = new World();
  const [a] = world.start(1);
  const entry = a.hold(7, S);
  a.fusion.pages.offer(entry, makePage(7, 10, 3, 1), 0);
  assert.equal(a.fusion.pages.newestLlsn(entry), 10);
  assert.equal(a.fusion.pages.needLsn(entry), 0, 'storage has served it already');
  a.hold(7, X);
  a.fusion.pages.setNewest(entry, 12, 1, 99);
  a.fusion.pages.offer(entry, makePage(7, 10, 3, 1), 0);
  assert.equal(a.fusion.pages.newestLlsn(entry), 12);
  assert.ok(!a.fusion.pages.copyFromDbp(entry, target(), 0));
  world.check();
});

test('K4: the directory switches after the copy; a death at any step leaves the old version or the new one', () => {
  for (let stores = 0; ; stores++) {
    const world = new World();
    const [a, b] = world.start(2);
    const entry = a.hold(7, X);
    a.fusion.pages.push(entry, makePage(7, 10, 1, 1), 0, 100);
    const crashed = crashAfter(stores, () => a.fusion.pages.push(entry, makePage(7, 11, 1, 2), 0, 200));
    world.recovery.fence(a.fusion.incarnation);
    const llsn = b.fusion.pages.newestLlsn(entry);
    const copy = target();
    assert.ok(b.fusion.pages.copyFromDbp(entry, copy, 0), `torn frame after ${stores} stores`);
    assert.deepEqual(copy.bytes, makePage(7, llsn, 1, llsn - 9).bytes);
    world.recover(a);
    world.check();
    if (!crashed) break;
  }
});

test('K4: a frame that is taken and refilled while a reader copies is not believed', () => {
  for (let k = 0; ; k++) {
    const world = new World({dbpFrames: 1});
    const [a, b] = world.start(2);
    const entry = a.hold(7, X);
    a.fusion.pages.push(entry, makePage(7, 10, 1, 1), 0, 100);
    a.fusion.pages.release(entry, NONE);
    b.hold(7, S);
    const other = a.hold(8, X);
    const copy = target();
    let found = false;
    const more = interleave(
      k,
      () => (found = b.fusion.pages.copyFromDbp(entry, copy, 0)),
      () => {
        for (let i = 0; i < 3; i++) a.fusion.pages.push(other, makePage(8, 10, 1, 2), 0, 101);
      },
    );
    if (found) assert.deepEqual(copy.bytes, makePage(7, 10, 1, 1).bytes, `the bytes of another page at step ${k}`);
    if (!more) break;
    world.check();
  }
});

test('K4: a copy that was torn by a refill in its middle is not believed', () => {
  const world = new World({dbpFrames: 1});
  const [a, b] = world.start(2);
  const entry = a.hold(7, X);
  a.fusion.pages.push(entry, makePage(7, 10, 1, 1), 0, 100);
  a.fusion.pages.release(entry, NONE);
  b.hold(7, S);
  const other = a.hold(8, X);
  const frames = world.memory.frames.buffer;
  const copy = frames.copy.bind(frames);
  let isTorn = false;
  frames.copy = (to, toAt = 0, from = 0, end = 0) => {
    const half = (from + end) / 2;
    copy(to, toAt, from, half);
    if (!isTorn) {
      isTorn = true;
      for (let i = 0; i < 2; i++) a.fusion.pages.push(other, makePage(8, 10, 1, 2), 0, 101);
    }
    return copy(to, toAt + half - from, half, end);
  };
  assert.ok(
    !b.fusion.pages.copyFromDbp(entry, target(), 0),
    'half of page 7, half of page 8, header and trailer right',
  );
  assert.ok(isTorn);
});

test('K4: bytes of another version or page, or torn ones, are refused though the directory names the frame', () => {
  const world = new World();
  const [a] = world.start(1);
  const entry = a.hold(7, X);
  a.fusion.pages.push(entry, makePage(7, 10, 1, 1), 0, 100);
  const {frames} = world.memory;
  const frame = a.fusion.attachment.directory.entries.frame(entry);
  for (const [at, what] of [
    [8, 'page'],
    [12, 'incarnation'],
    [16, 'llsn'],
    [504, 'trailer'],
    [510, 'magic'],
  ] as const) {
    const before = frames.bytes[frame * 512 + at];
    frames.bytes[frame * 512 + at] ^= 1;
    assert.ok(!a.fusion.pages.copyFromDbp(entry, target(), 0), what);
    frames.bytes[frame * 512 + at] = before;
  }
  assert.ok(a.fusion.pages.copyFromDbp(entry, target(), 0));
});

test('frames are taken from pages that were not used lately, and the identity stays', () => {
  const world = new World({dbpFrames: 2});
  const [a] = world.start(1);
  const held = [1, 2, 3].map(page => a.hold(page, X));
  for (const [i, entry] of held.entries()) {
    assert.ok(a.fusion.pages.push(entry, makePage(i + 1, 10, 1, i), 0, 100));
  }
  assert.equal(a.fusion.counters().get('dbp_evictions'), 1);
  const inFrames = held.filter(entry => a.fusion.pages.copyFromDbp(entry, target(), 0));
  assert.equal(inFrames.length, 2);
  for (const entry of held) assert.equal(a.fusion.pages.newestLlsn(entry), 10);
  world.check();
});

test('without frames a push records the identity, and storage serves the page', () => {
  const world = new World({dbpFrames: 0});
  const [a] = world.start(1);
  const entry = a.hold(7, X);
  assert.ok(!a.fusion.pages.push(entry, makePage(7, 10, 1, 1), 0, 100));
  assert.deepEqual([a.fusion.pages.newestLlsn(entry), a.fusion.pages.needLsn(entry)], [10, 100]);
  world.check();
});

test('a restarted primary starts warm', () => {
  const world = new World();
  const [a] = world.start(1);
  const entry = a.hold(7, X);
  a.fusion.pages.push(entry, makePage(7, 10, 1, 1), 0, 100);
  a.fusion.pages.release(entry, NONE);
  world.recover(a);
  const again = world.join(0);
  assert.ok(again.fusion.pages.copyFromDbp(again.hold(7, S), target(), 0));
});

test('K3: a page that a dead node held, but that another one changed last, is read with what that one wrote', () => {
  const world = new World();
  const [a, b, c] = world.start(3);
  const entry = a.hold(7, X);
  // The redo behind it has been written, but is not on disk yet: storage has not taken it in.
  a.fusion.pages.push(entry, makePage(7, 20, a.fusion.incarnation, 1), 0, 900);
  b.fusion.pages.acquire(7, X);
  a.fusion.pages.release(entry, NONE);
  b.poll();
  world.recover(b);
  c.hold(7, S);
  assert.equal(c.fusion.pages.newestIncarnation(entry), 0, 'who held it may have changed it');
  assert.deepEqual([c.fusion.pages.needStream(entry), c.fusion.pages.needLsn(entry)], [a.fusion.incarnation, 900]);
});
