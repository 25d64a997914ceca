// The first pages of a new volume: the space header and the map of extent 0, in one mini-transaction. Done by the first primary that finds none; the
// X lock on the header decides between several.

import {Memory} from '../../format/memory.ts';
import {PageType} from '../../format/page/layout.ts';
import {pageType} from '../../format/page/page.ts';
import {PLockMode} from '../../fusion/api.ts';
import {ROW} from '../api.ts';
import type {EngineCore} from '../core.ts';
import type {Task} from '../schedule/task.ts';
import {HeaderAt, mapPage} from './space-layout.ts';

/** ROW when the volume has its first pages; BLOCKED or NO_SPACE: call again. */
export function bootstrapSpace(core: EngineCore, task: Task): number {
  const {pool, log, mtr, extents} = core;
  const seen = pool.fix(0, PLockMode.shared, task);
  if (seen < 0) return seen;
  if (pageType(pool.memory, seen) === PageType.spaceHeader) return ROW;
  const header = pool.fix(0, PLockMode.exclusive, task);
  if (header < 0) return header;
  const map = pool.fixFresh(mapPage(0), task);
  if (map < 0) return map;
  const space = log.reserve(1024, task, true);
  if (space !== ROW) return space;
  const one = new Memory(new ArrayBuffer(8));
  one.view.setUint32(0, 1, true);
  mtr.begin();
  mtr.formatPlain(header, 0, PageType.spaceHeader, 0);
  mtr.bytes(header, HeaderAt.extents, one, 0, 4);
  extents.formatMap(map, 0);
  mtr.commit();
  core.requestFlush();
  return ROW;
}
