// Damage to a volume at rest: bits that flip, writes that landed in the wrong place, files that are gone. What is served afterwards is what was there, or it is
// named as damaged; it is never something else.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CorruptionError, OperatingError} from '../base/errors.ts';
import {Prng} from '../base/prng.ts';
import {EXTENT_PAGES, HeaderAt} from '../engine/space/space-layout.ts';
import {DiskFailure} from '../env/disk.ts';
import {Memory} from '../format/memory.ts';
import {samePageExceptHints} from '../format/page/compare.ts';
import {PAGE_DAMAGED, PAGE_FOUND} from '../storage/api.ts';
import type {LocalVolume} from '../storage/local/local-volume.ts';
import {WORKLOADS} from './workloads.ts';
import type {SimWorld} from './world.ts';

const SEEDS = 4;
const DAMAGES = 12;

/** All pages of the volume as they should be. */
function pagesOf(world: SimWorld): Memory[] {
  const {pageSize} = world.options;
  const read = (pageNo: number): Memory => {
    const page = new Memory(new ArrayBuffer(pageSize));
    world.volume.readPage(pageNo, page, 0);
    return page;
  };
  const count = read(0).view.getUint32(HeaderAt.extents, true) * EXTENT_PAGES;
  return Array.from({length: count}, (_, pageNo) => read(pageNo));
}

function damage(world: SimWorld, prng: Prng): string {
  const files = world.disk.files().filter(file => file.startsWith('volume/'));
  const file = files[prng.below(files.length)];
  const size = world.disk.openSync(file, {readOnly: true}).sizeSync();
  if (prng.chance(0.1) || size < 1024) {
    world.disk.lose(file);
    return `${file} is lost`;
  }
  const at = prng.below(size - 1024);
  if (prng.chance(0.3)) {
    const from = prng.below(size - 1024);
    world.disk.misdirect(file, at & ~511, from & ~511, 512);
    return `512 bytes of ${file} stand at ${at & ~511} too`;
  }
  world.disk.flip(file, at, prng.below(8));
  return `a bit of ${file} at ${at}`;
}

/** True when this is an answer that names the damage. */
function isRefusal(error: unknown): boolean {
  return error instanceof CorruptionError || error instanceof OperatingError || error instanceof DiskFailure;
}

/** Opens the volume again and reads every page. */
function readAgain(world: SimWorld, wanted: readonly Memory[], what: string): 'refused' | 'damaged' | 'whole' {
  const {pageSize} = world.options;
  let damaged = 0;
  try {
    world.openEverything();
    for (const {incarnation} of world.volume.incarnations()) world.volume.sealStream(incarnation);
    const page = new Memory(new ArrayBuffer(pageSize));
    wanted.forEach((should, pageNo) => {
      page.bytes.fill(0);
      const status = world.volume.readPage(pageNo, page, 0);
      if (status === PAGE_DAMAGED) damaged++;
      else if (status === PAGE_FOUND)
        assert.equal(samePageExceptHints(page, 0, should, 0, pageSize), undefined, `${what}: page ${pageNo}`);
    });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return 'refused';
  }
  return damaged > 0 ? 'damaged' : 'whole';
}

test('a damaged volume serves what was there, or says that it is damaged', () => {
  const outcomes = new Map<string, number>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const run = WORKLOADS.random({seed});
    run.run();
    const {world} = run;
    (world.volume as LocalVolume).checkpointAll();
    const wanted = pagesOf(world);
    for (const primary of world.alive()) world.kill(primary);
    world.disk.crash();
    const whole = world.disk.copy();
    const prng = new Prng(seed);
    for (let i = 0; i < DAMAGES; i++) {
      world.disk.restore(whole);
      const outcome = readAgain(world, wanted, damage(world, prng));
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  assert.ok((outcomes.get('damaged') ?? 0) + (outcomes.get('refused') ?? 0) > 0, 'some damage was noticed');
});
