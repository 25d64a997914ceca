// Checkers over a simulated cluster that is at rest, and the digest by which two runs of one seed are compared.

import {crc32} from '../base/crc32.ts';
import {Memory} from '../format/memory.ts';
import {checkPage} from '../format/page/check.ts';
import {samePageExceptHints} from '../format/page/compare.ts';
import {isTreeType, pageType} from '../format/page/page.ts';
import {checkFusion} from '../fusion/check-fusion.ts';
import {PAGE_ABSENT, PAGE_FOUND} from '../storage/api.ts';
import type {SimWorld} from './world.ts';

/** Everything that is wrong, in words. The logs must be durable and no session may be in the middle of something. */
export function checkWorld(world: SimWorld): string[] {
  const faults = [...checkFusion(world.supervisor), ...world.storage.check()];
  for (const primary of world.alive()) {
    primary.engine.core.pool.forEachPage((pageNo, memory, base) => {
      const fault = cachedPageFault(world, pageNo, memory, base);
      if (fault !== undefined) faults.push(`node ${primary.node}, page ${pageNo}: ${fault}`);
    });
  }
  return faults;
}

/** I3: a page in a primary's pool is what applyRedo makes of the log, and it is sound. */
function cachedPageFault(world: SimWorld, pageNo: number, memory: Memory, base: number): string | undefined {
  const {pageSize} = world.options;
  const stored = new Memory(new ArrayBuffer(pageSize));
  const status = world.volume.readPage(pageNo, stored, 0);
  if (status === PAGE_ABSENT) return pageType(memory, base) === 0 ? undefined : 'is cached, but no redo ever made it';
  if (status !== PAGE_FOUND) return 'storage cannot build it';
  if (isTreeType(pageType(memory, base))) {
    const faults = checkPage(memory, base, pageSize);
    if (faults.length > 0) return faults.join('; ');
  }
  return samePageExceptHints(memory, base, stored, 0, pageSize);
}

/** What two runs of one seed have in common: every durable byte, every event on the way, and how many steps it took. */
export function digestOf(world: SimWorld): string {
  let events = 0;
  for (const event of world.events)
    events = crc32(
      Uint8Array.from(event, character => character.charCodeAt(0)),
      events,
    );
  return `${world.storage.digest().toString(16)}.${events.toString(16)}.${world.time.steps}`;
}
