// Tree search: one page, and the way down through the engine's pool; visibility of the row found.
//
// The limit of a page search is the bare loop over an array of int32 heads, without prefix, tails or records. The limit of a
// lookup is that loop once per level.

import {Prng} from '../../src/base/prng.ts';
import {LockMode, LockWait, ROW} from '../../src/engine/api.ts';
import {descend} from '../../src/engine/btree/descend.ts';
import type {Session} from '../../src/engine/session/session.ts';
import {slotCount} from '../../src/format/page/page.ts';
import {recordAt, recordCts} from '../../src/format/page/records.ts';
import {findSlot} from '../../src/format/page/search.ts';
import {PLockMode} from '../../src/fusion/api.ts';
import {type Micro, nanoseconds, time} from './measure.ts';
import {type FilledTable, fillTable, keyBytes} from './table.ts';

const ROWS = 60_000;
/** Random keys looked up in turn. A power of two. */
const KEYS = 1 << 14;

export function searchMicros(): Micro[] {
  const filled = fillTable(ROWS);
  const prng = new Prng(7);
  const keys = Array.from({length: KEYS}, () => keyBytes(1 + prng.below(ROWS)));
  const caller = filled.world.newSession();
  const session = caller.session as Session;
  session.begin(true, false);
  session.beginStatement();
  // Every page is brought in once, and every row's hint is filled in.
  const read = session.newPointRead();
  for (let id = 1; id <= ROWS; id++)
    if (caller.get(read, filled.table, keyBytes(id)) !== ROW) throw new Error(`row ${id} is missing`);
  const bare = bareSearch(keys.length);
  return [
    pageSearch(filled, session, keys, bare),
    ...lookups(filled, session, keys, bare),
    visibility(filled, session, keys),
  ];
}

/** The bare loop: 80 heads per page, as many pages as the table has leaves. */
function bareSearch(keys: number): number {
  const slots = 80;
  const pages = Math.ceil(ROWS / slots);
  const heads = new Int32Array(pages * 4096);
  for (let page = 0; page < pages; page++)
    for (let slot = 0; slot < slots; slot++) heads[page * 4096 + slot * 2] = slot * 7;
  const prng = new Prng(8);
  const bases = Int32Array.from({length: keys}, () => prng.below(pages) * 4096);
  const wanted = Int32Array.from({length: keys}, () => prng.below(slots) * 7);
  return nanoseconds(count => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += bareFind(heads, bases[i & (keys - 1)], slots, wanted[i & (keys - 1)]);
    return sum;
  });
}

function bareFind(heads: Int32Array, base: number, slots: number, head: number): number {
  let low = 0;
  let left = slots;
  while (left > 1) {
    const half = left >>> 1;
    low += half & -Number(heads[base + ((low + half - 1) << 1)] < head);
    left -= half;
  }
  return low;
}

function pageSearch(filled: FilledTable, session: Session, keys: readonly Uint8Array[], bare: number): Micro {
  const {pool} = filled.world.engine.core;
  const mem = pool.memory;
  const bases = inPoll(session, () => keys.map(key => leafOf(filled, session, key)));
  const found = nanoseconds(count => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += findSlot(mem, bases[i & (KEYS - 1)], keys[i & (KEYS - 1)], 8);
    return sum;
  });
  const slots = Math.round(bases.reduce((sum, base) => sum + slotCount(mem, base), 0) / bases.length);
  return time(
    `page search (${slots} rows, 8-byte keys, random pages)`,
    'ns',
    found,
    bare,
    'bare binary search of int32 heads',
  );
}

function lookups(filled: FilledTable, session: Session, keys: readonly Uint8Array[], bare: number): Micro[] {
  const {table} = filled;
  const levels = treeLevels(filled, session);
  const down = inPoll(session, () =>
    nanoseconds(count => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += leafOf(filled, session, keys[i & (KEYS - 1)]);
      return sum;
    }),
  );
  const read = session.newPointRead();
  const point = inPoll(session, () =>
    nanoseconds(count => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += read.get(table, keys[i & (KEYS - 1)], 8, LockMode.none, LockWait.wait);
      return sum;
    }),
  );
  const limit = `${levels} bare searches`;
  return [
    time(
      `tree descent (${levels} levels, ${ROWS} rows, cached)`,
      'ns',
      down,
      bare * (levels - 1),
      `${levels - 1} bare searches`,
    ),
    time('point read: descent, search, visible version', 'ns', point, bare * levels, limit),
  ];
}

/** The check of one row whose writer is known, against the load of its CTS. */
function visibility(filled: FilledTable, session: Session, keys: readonly Uint8Array[]): Micro {
  const {pool} = filled.world.engine.core;
  const mem = pool.memory;
  const records = inPoll(session, () => {
    return Int32Array.from(keys, key => {
      const base = leafOf(filled, session, key);
      return recordAt(mem, base, findSlot(mem, base, key, 8));
    });
  });
  const {versions, trx, task} = session;
  const checked = nanoseconds(count => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += versions.find(records[i & (KEYS - 1)], trx, task);
    return sum;
  });
  const {cts} = trx.view;
  const bare = nanoseconds(count => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += Number(recordCts(mem, records[i & (KEYS - 1)]) <= cts);
    return sum;
  });
  return time('visibility check of one row', 'ns', checked, bare, 'load of the CTS in the row, one comparison');
}

function leafOf(filled: FilledTable, session: Session, key: Uint8Array): number {
  return descend(
    filled.world.engine.core.pool,
    filled.table.clustered,
    0,
    key,
    key.length,
    PLockMode.shared,
    session.task,
  );
}

function treeLevels(filled: FilledTable, session: Session): number {
  const found = {rows: 0, pages: 0, levels: 0};
  inPoll(session, () => filled.world.engine.statistics(session, filled.table.clustered, found));
  return found.levels;
}

/** Pages are fixed inside a poll. */
function inPoll<T>(session: Session, work: () => T): T {
  session.core.pool.pollStarts(session.task);
  const result = work();
  session.core.pool.pollEnded(session.task);
  return result;
}
