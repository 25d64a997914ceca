import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {setU48} from '../../base/bytes.ts';
import {Memory} from '../../format/memory.ts';
import {REDO_HEADER, RedoAt} from '../../format/redo/layout.ts';
import {leafIndex, NONE, type PageLeaf, PageTable} from './page-table.ts';
import {ARENA_FULL, RedoArena} from './redo-arena.ts';

const source = new Memory(new ArrayBuffer(1 << 16));

function add(
  arena: RedoArena,
  table: PageTable,
  pageNo: number,
  llsn: number,
  length = REDO_HEADER,
  force = false,
): number {
  source.view.setUint16(RedoAt.length, length, true);
  source.view.setUint32(RedoAt.pageNo, pageNo, true);
  setU48(source.view, RedoAt.llsn, llsn);
  return arena.add(table.leaf(pageNo), source, 0, pageNo % 7, force);
}

function llsns(arena: RedoArena, leaf: PageLeaf, i: number): number[] {
  const found: number[] = [];
  for (let record = leaf.head[i]; record !== NONE; record = arena.next(record)) found.push(arena.llsn(record));
  return found;
}

test('a page list is a sorted list of what was added and not released', () => {
  const operation = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({page: fc.constantFrom(1, 2, 5000), llsn: fc.integer({min: 1, max: 1e12})}),
    },
    {weight: 2, arbitrary: fc.record({sort: fc.constantFrom(1, 2, 5000)})},
    {weight: 2, arbitrary: fc.record({release: fc.constantFrom(1, 2, 5000)})},
  );
  fc.assert(
    fc.property(fc.array(operation, {maxLength: 80}), operations => {
      const arena = new RedoArena(1);
      const table = new PageTable();
      const model = new Map<number, number[]>([
        [1, []],
        [2, []],
        [5000, []],
      ]);
      for (const op of operations) {
        if ('page' in op) {
          add(arena, table, op.page, op.llsn);
          model.get(op.page)?.push(op.llsn);
        } else if ('sort' in op) {
          arena.sort(table.leaf(op.sort), leafIndex(op.sort));
          model.get(op.sort)?.sort((a, b) => a - b);
        } else if ((model.get(op.release)?.length ?? 0) > 0) {
          arena.releaseHead(table.leaf(op.release), leafIndex(op.release));
          model.get(op.release)?.shift();
        }
      }
      let total = 0;
      for (const [page, expected] of model) {
        assert.deepEqual(llsns(arena, table.leaf(page), leafIndex(page)), expected);
        total += expected.length;
      }
      assert.equal(arena.waiting, total);
      assert.equal(arena.waitingBytes, total * REDO_HEADER);
    }),
    {numRuns: 200},
  );
});

test('a full arena refuses, and takes again when a whole chunk has been released', () => {
  const arena = new RedoArena(128 << 10);
  const table = new PageTable();
  let added = 0;
  while (add(arena, table, added % 3, added + 1, 4000) !== ARENA_FULL) added++;
  assert.equal(added, 2 * 16);
  assert.equal(arena.fullness, 1);
  assert.notEqual(add(arena, table, 1, 1000, 4000, true), ARENA_FULL, 'by force it grows');
  for (let k = 0; k < 16; k++) arena.releaseHead(table.leaf(k % 3), k % 3);
  let again = 0;
  while (add(arena, table, 9, 2000 + again, 4000) !== ARENA_FULL) again++;
  assert.ok(again >= 16 && again < 32, `${again} fit into the chunk that became free, and what was begun`);
});

test('the oldest pages come first', () => {
  const arena = new RedoArena(4 << 20);
  const table = new PageTable();
  for (let i = 0; i < 60; i++) add(arena, table, i, i + 1, 40_000);
  const seen: number[] = [];
  arena.forOldestPages(pageNo => seen.push(pageNo) < 10);
  assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
