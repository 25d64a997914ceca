// Bits that flip under a volume at work and under one that is closed: named, repaired, or never served.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CorruptionError, OperatingError} from '../../base/errors.ts';
import {Prng} from '../../base/prng.ts';
import {Memory} from '../../format/memory.ts';
import {PAGE_DAMAGED} from '../api.ts';
import {REDO_FILE_HEADER} from '../segment/redo-files.ts';
import {PAGE_SIZE, TestWorld} from '../testing/test-world.ts';
import {checkVolume} from './check.ts';
import {Inspection} from './inspection.ts';

const PAGES = 6;
/** More than the last flush of `atWork`. */
const LAST_FRAME = 1500;

/** A volume at work: pages 0 .. 5 in images, some redo behind them; `keepRedo`: what made the images is still there. */
function atWork(seed: number, keepRedo: boolean): TestWorld {
  const world = new TestWorld(seed);
  const a = world.start(0);
  for (let i = 0; i < 60; i++) world.change(a, [i % PAGES]);
  world.flush(a);
  world.volume.checkpointAll();
  if (keepRedo) {
    for (let i = 0; i < 20; i++) world.change(a, [i % PAGES]);
    world.flush(a);
    world.volume.ingest();
    return world;
  }
  world.crash(true);
  world.volume.checkpointAll();
  return world;
}

/**
 * Bytes of each file that mean something, as [from, to). `lastFrame` bytes of a stream are left out: when the process is gone, a damaged last frame cannot be told from
 * a torn one (see the README of this room).
 */
function placesOf(world: TestWorld, lastFrame = 0): Map<string, [number, number]> {
  const {volume} = world;
  const places = new Map<string, [number, number]>([
    ['v/index.log', [0, volume.parts.index.usedBytes]],
    ['v/incarnations.log', [0, 2048]],
    ['v/images/000000.images', [0, volume.parts.images.slotCount * PAGE_SIZE]],
    ['v/volume.json', [0, world.disk.openSync('v/volume.json', {readOnly: true}).sizeSync()]],
  ]);
  for (const stream of volume.parts.streams.all())
    for (const {sequence} of stream.files.slice(0, 1)) {
      const name = `${String(stream.incarnation).padStart(10, '0')}-${String(sequence).padStart(8, '0')}`;
      places.set(`v/redo/${name}.redo`, [0, REDO_FILE_HEADER + stream.ingestedLsn - lastFrame]);
    }
  return places;
}

function inspect(world: TestWorld): Inspection {
  const inspection = new Inspection(world.volume);
  while (!inspection.step());
  return inspection;
}

test('a bit that flips in any file of a volume at work is found and made good, or named; nothing else is ever served', () => {
  const found = new Map<string, number>();
  const prng = new Prng(7);
  for (let round = 0; round < 400; round++) {
    const world = atWork(1 + (round % 5), true);
    const places = [...placesOf(world)];
    const [file, [from, to]] = places[prng.below(places.length)];
    const byte = from + prng.below(to - from);
    world.disk.flip(file, byte, prng.below(8));
    const {faults, repaired} = inspect(world);
    const told = [...faults, ...repaired];
    if (told.length > 0) found.set(file, (found.get(file) ?? 0) + 1);
    for (const line of told) assert.ok(line.includes(file), `${line} should name ${file} (byte ${byte})`);
    if (repaired.length > 0) assert.deepEqual(inspect(world).repaired, [], 'it has been made good');
    if (!file.includes('redo')) assert.deepEqual(faults, [], `${file} byte ${byte}`);
    world.verifyAll();
    assert.deepEqual(checkVolume(world.volume).faults, []);
  }
  for (const kind of ['index.log', 'incarnations.log', 'images', 'volume.json', 'redo'])
    assert.ok(
      [...found].some(([file, times]) => file.includes(kind) && times >= 5),
      `${kind}: ${JSON.stringify([...found])}`,
    );
});

test('an image whose redo is gone stays damaged, and is named with its file and page', () => {
  const world = atWork(2, false);
  const where = world.volume.whereIs(3) as string;
  const slot = Number(where.split(' ').at(-1));
  world.disk.flip('v/images/000000.images', slot * PAGE_SIZE + 99, 3);
  const {faults, repaired, images} = inspect(world);
  assert.equal(images, PAGES);
  assert.deepEqual(repaired, []);
  assert.equal(faults.length, 1);
  assert.match(faults[0], new RegExp(`v/images/000000.images slot ${slot}, page 3: `));
});

test('a bit that flips in any file of a closed volume is never served', () => {
  const prng = new Prng(8);
  const target = new Memory(new ArrayBuffer(PAGE_SIZE));
  const outcomes = {refused: 0, damaged: 0, whole: 0};
  for (let round = 0; round < 400; round++) {
    const world = atWork(1 + (round % 5), round % 2 === 0);
    const places = [...placesOf(world, LAST_FRAME)];
    const [file, [from, to]] = places[prng.below(places.length)];
    world.disk.flip(file, from + prng.below(to - from), prng.below(8));
    try {
      world.disk.kill();
      world.reopen();
      world.volume.ingest();
    } catch (error) {
      assert.ok(error instanceof CorruptionError || error instanceof OperatingError, String(error));
      outcomes.refused++;
      continue;
    }
    let damaged = 0;
    for (let pageNo = 0; pageNo < PAGES; pageNo++) {
      if (world.volume.readPage(pageNo, target, 0) === PAGE_DAMAGED) damaged++;
      else world.verifyPage(pageNo, true);
    }
    if (damaged > 0) outcomes.damaged++;
    else outcomes.whole++;
  }
  assert.ok(outcomes.refused > 50 && outcomes.damaged > 10 && outcomes.whole > 50, JSON.stringify(outcomes));
});

test('a page whose waiting redo does not lead on from its image is named (I4)', () => {
  const world = atWork(3, true);
  const {table, arena} = world.volume.parts;
  const leaf = table.leaf(2);
  const first = leaf.head[2];
  leaf.head[2] = arena.next(first);
  const {faults} = inspect(world);
  assert.ok(
    faults.some(fault => /page 2\b/.test(fault)),
    faults.join('\n'),
  );
});

test('a slot that two pages share is named', () => {
  const world = atWork(4, false);
  const {slot} = world.volume.parts.table.leaf(1);
  slot[4] = slot[1];
  assert.match(inspect(world).faults.join('\n'), /slot \d+ is mapped by pages 1 and 4/);
});

test('redo that is counted and does not wait is named', () => {
  const world = atWork(5, true);
  const [stream] = world.volume.parts.streams.all();
  stream.files[0].waiting++;
  assert.match(inspect(world).faults.join('\n'), /counts \d+ waiting records, \d+ wait/);
});

test('what the caller finds wrong with a page is named, unless it is gone at the second look (I8)', () => {
  const world = atWork(6, true);
  let looks = 0;
  const inspection = new Inspection(world.volume, page => {
    const llsn = page.view.getUint32(8, true);
    if (looks++ === 3) return ['gone soon'];
    return page.bytes.every((byte, i) => byte === bytesOf(world, 1)[i] || i < 4) ? [`unsound at ${llsn}`] : [];
  });
  while (!inspection.step());
  assert.equal(inspection.faults.length, 1);
  assert.match(inspection.faults[0], /^page 1: unsound/);
});

function bytesOf(world: TestWorld, pageNo: number): Uint8Array {
  const page = new Memory(new ArrayBuffer(PAGE_SIZE));
  world.volume.readPage(pageNo, page, 0);
  return page.bytes;
}
