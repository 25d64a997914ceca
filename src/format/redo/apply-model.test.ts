// Random changes to one page against a sorted array. Every change is encoded and applied; the page must stay sound, hold the model's rows,
// and come out the same when the recorded redo is replayed on other memory.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {Prng} from '../../base/prng.ts';
import {Memory} from '../memory.ts';
import {checkPage} from '../page/check.ts';
import {samePageExceptHints} from '../page/compare.ts';
import {fitsInsert, fitsReplace} from '../page/edit.ts';
import {buildRightImage} from '../page/image.ts';
import {PAGE_SIZE_MAX, PageType} from '../page/layout.ts';
import {
  copyHighKey,
  copyLowKey,
  INFINITE,
  pageIncarnation,
  pageLlsn,
  pageMaxStart,
  prefixLength,
  slotCount,
} from '../page/page.ts';
import {printPage} from '../page/print.ts';
import {
  clusteredLength,
  copyKey,
  payloadAt,
  payloadLength,
  RowStamp,
  recordAt,
  recordCts,
  recordFlags,
  setRecordCts,
} from '../page/records.ts';
import {findSlot} from '../page/search.ts';
import {planSplit, SplitPlan} from '../page/split.ts';
import {applyRedo} from './apply.ts';
import {
  encodeFormat,
  encodeHeader,
  encodeImage,
  encodeInsertRow,
  encodeRemove,
  encodeSplitLeft,
  encodeUpdate,
} from './encode.ts';
import {redoLength} from './read.ts';

const NO_KEY = new Uint8Array(0);

/** A row as the model knows it. */
interface ModelRow {
  readonly key: Uint8Array;
  payload: Uint8Array;
  flags: number;
}

interface Logged {
  readonly bytes: Uint8Array;
  readonly incarnation: number;
}

/** A memory that holds these bytes at 0. */
function memoryOf(bytes: Uint8Array): Memory {
  const memory = new Memory(new ArrayBuffer((bytes.length + 7) & ~7));
  memory.bytes.set(bytes);
  return memory;
}

class Workbench {
  readonly pageSize: number;
  readonly page: Memory;
  readonly base: number;
  rows: ModelRow[] = [];
  readonly redo = new Memory(new ArrayBuffer(2 * PAGE_SIZE_MAX));
  readonly stamp = new RowStamp();
  readonly #log: Logged[] = [];
  #llsn = 0;
  #maxStart = 0;

  constructor(pageSize: number) {
    this.pageSize = pageSize;
    this.base = pageSize;
    this.page = new Memory(new ArrayBuffer(3 * pageSize));
    this.page.bytes.fill(0xaa);
    this.stamp.incarnation = 7;
  }

  /** Formats the page as a clustered leaf with these boundaries. */
  format(low: Uint8Array | undefined, high: Uint8Array | undefined): void {
    this.apply(
      encodeFormat(
        this.redo,
        0,
        5,
        ++this.#llsn,
        0,
        0,
        PageType.clusteredLeaf,
        0,
        9,
        77,
        low ?? NO_KEY,
        low ? low.length : INFINITE,
        high ?? NO_KEY,
        high ? high.length : INFINITE,
      ),
    );
    this.rows = [];
  }

  /** Applies the record that stands at 0 of `redo`, and remembers it. */
  apply(length: number): void {
    assert.equal(redoLength(this.redo, 0), length);
    const incarnation = 3 + (this.#llsn % 2);
    applyRedo(this.page, this.base, this.pageSize, this.redo, 0, incarnation);
    this.#log.push({bytes: this.redo.bytes.slice(0, length), incarnation});
    assert.equal(pageLlsn(this.page, this.base), this.#llsn);
    assert.equal(pageIncarnation(this.page, this.base), incarnation);
  }

  /** True when the key lies between the page's boundaries. */
  covers(key: Uint8Array): boolean {
    const buffer = new Uint8Array(PAGE_SIZE_MAX);
    const low = copyLowKey(this.page, this.base, buffer, 0);
    if (low !== INFINITE && Buffer.compare(key, buffer.subarray(0, low)) < 0) return false;
    const high = copyHighKey(this.page, this.base, buffer, 0);
    return high === INFINITE || Buffer.compare(key, buffer.subarray(0, high)) < 0;
  }

  /** Slot of the key by the model: index, or ~insertion point. Compared with findSlot. */
  locate(key: Uint8Array): number {
    let slot = this.rows.findIndex(row => Buffer.compare(row.key, key) >= 0);
    if (slot === -1) slot = ~this.rows.length;
    else if (Buffer.compare(this.rows[slot].key, key) !== 0) slot = ~slot;
    assert.equal(findSlot(this.page, this.base, key, key.length), slot);
    return slot;
  }

  insert(slot: number, key: Uint8Array, payload: Uint8Array): boolean {
    const length = clusteredLength(prefixLength(this.page, this.base), key.length, payload.length);
    if (!fitsInsert(this.page, this.base, length)) return false;
    this.apply(
      encodeInsertRow(
        this.redo,
        0,
        this.page,
        this.base,
        ++this.#llsn,
        slot,
        this.stamp,
        key,
        key.length,
        memoryOf(payload),
        0,
        payload.length,
      ),
    );
    this.rows.splice(slot, 0, {key, payload, flags: this.stamp.flags});
    this.#started();
    return true;
  }

  update(slot: number, payload: Uint8Array): boolean {
    if (!fitsReplace(this.page, this.base, slot, payload.length)) return false;
    const {redo, page, base, stamp} = this;
    this.apply(encodeUpdate(redo, 0, page, base, ++this.#llsn, slot, stamp, memoryOf(payload), 0, payload.length));
    this.rows[slot].payload = payload;
    this.rows[slot].flags = stamp.flags;
    this.#started();
    return true;
  }

  header(slot: number): void {
    this.apply(encodeHeader(this.redo, 0, this.page, this.base, ++this.#llsn, slot, this.stamp));
    this.rows[slot].flags = this.stamp.flags;
    this.#started();
  }

  /** The transaction of the stamp has changed a row (K1). */
  #started(): void {
    this.#maxStart = Math.max(this.#maxStart, this.stamp.startStamp);
  }

  remove(slot: number): void {
    this.apply(encodeRemove(this.redo, 0, this.page, this.base, ++this.#llsn, slot));
    this.rows.splice(slot, 1);
  }

  fillHint(slot: number, cts: number): void {
    setRecordCts(this.page, recordAt(this.page, this.base, slot), cts);
  }

  /** Splits for the row that does not fit, checks both halves, and goes on with the one asked for. False: the row is too big. */
  split(slot: number, key: Uint8Array, payload: Uint8Array, ascending: boolean, goRight: boolean): boolean {
    const {page, base, pageSize, redo} = this;
    const plan = new SplitPlan();
    const length = clusteredLength(prefixLength(page, base), key.length, payload.length);
    if (!planSplit(plan, page, base, pageSize, slot, key, key.length, length, ascending)) return false;
    const separator = plan.separator.slice(0, plan.separatorLength);
    const right = new Memory(new ArrayBuffer(pageSize));
    assert.ok(buildRightImage(right, 0, page, base, pageSize, plan.slot, separator, separator.length));
    const imageLength = encodeImage(redo, 0, 6, this.#llsn + 2, 0, 0, right, 0, pageSize);
    const image = redo.bytes.slice(0, imageLength);
    this.#llsn++;
    this.apply(encodeSplitLeft(redo, 0, page, base, this.#llsn, plan.slot, 6, separator, separator.length));
    const all = this.rows;
    this.rows = all.slice(0, plan.slot);
    this.check();
    assert.equal(this.covers(key), !plan.incomingRight);
    if (goRight) {
      this.#log.length = 0;
      redo.bytes.set(image);
      page.bytes.fill(0x55, base, base + pageSize);
      this.#llsn++;
      this.apply(imageLength);
      this.rows = all.slice(plan.slot);
      this.check();
      assert.equal(this.covers(key), plan.incomingRight);
    }
    return true;
  }

  /** The page is sound and holds exactly the model's rows. */
  check(): void {
    const {page, base} = this;
    assert.deepEqual(checkPage(page, base, this.pageSize), []);
    assert.equal(pageMaxStart(page, base), this.#maxStart);
    assert.equal(slotCount(page, base), this.rows.length, printPage(page, base, this.pageSize));
    const key = new Uint8Array(PAGE_SIZE_MAX);
    for (let slot = 0; slot < this.rows.length; slot++) {
      const row = this.rows[slot];
      const length = copyKey(page, base, slot, key, 0);
      assert.equal(Buffer.compare(key.subarray(0, length), row.key), 0);
      const record = recordAt(page, base, slot);
      const at = payloadAt(page, record);
      assert.equal(Buffer.compare(page.bytes.subarray(at, at + payloadLength(page, record)), row.payload), 0);
      assert.equal(recordFlags(page, record), row.flags);
    }
  }

  /** Replays what was remembered on other bytes; the result must be the same page. `exact`: garbage and free space too. */
  checkReplay(exact: boolean): void {
    const fresh = new Memory(new ArrayBuffer(this.pageSize));
    fresh.bytes.fill(0x33);
    for (const {bytes, incarnation} of this.#log) {
      applyRedo(fresh, 0, this.pageSize, memoryOf(bytes), 0, incarnation);
    }
    assert.equal(samePageExceptHints(this.page, this.base, fresh, 0, this.pageSize), undefined);
    for (let slot = 0; slot < this.rows.length; slot++) assert.equal(recordCts(fresh, recordAt(fresh, 0, slot)), 0);
    if (!exact) return;
    const own = this.page.bytes.subarray(this.base, this.base + this.pageSize);
    assert.equal(Buffer.compare(own, fresh.bytes), 0);
  }

  /** Nothing outside the page was touched. */
  checkSurroundings(): void {
    const {page, base, pageSize} = this;
    for (let i = 0; i < base; i++) assert.equal(page.bytes[i], 0xaa);
    for (let i = base + pageSize; i < page.size; i++) assert.equal(page.bytes[i], 0xaa);
  }
}

type StepKind = 'insert' | 'update' | 'remove' | 'header' | 'hint';
const STEP_KINDS: readonly StepKind[] = ['insert', 'insert', 'insert', 'update', 'update', 'remove', 'header', 'hint'];

/** Payload whose middle depends on `fill`, so that updates share beginnings and ends. */
function payloadOf(length: number, fill: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = i;
  if (length > 4) bytes.fill(fill, length >> 2, (length >> 2) + (fill % (length - (length >> 2))));
  return bytes;
}

/** Keys of many shapes: empty, one byte, zero tails, a long common beginning, anything. */
function randomKey(random: Prng, longest: number): Uint8Array {
  const tail = Uint8Array.from({length: random.below(5)}, () => random.below(4));
  switch (random.below(4)) {
    case 0:
      return tail;
    case 1:
      return Uint8Array.from({length: random.below(13)}, () => random.below(256));
    case 2:
      return Uint8Array.from([0x61, 0x61, 0x61, 0x61, 0x61, 0x61, ...tail]);
    default: {
      const key = new Uint8Array(1 + random.below(longest - 4) + tail.length).fill(0x61);
      key.set(tail, key.length - tail.length);
      return key;
    }
  }
}

/** Makes `count` random changes; the page is checked after each, and its replay at the end. */
function changeAtRandom(bench: Workbench, random: Prng, count: number, longestKey: number, longestRow: number): void {
  const hints = random.chance(0.5);
  for (let i = 0; i < count; i++) {
    const key = randomKey(random, longestKey);
    if (!bench.covers(key)) continue;
    bench.stamp.startStamp = 1000 + random.below(1000);
    bench.stamp.version = i;
    bench.stamp.flags = random.below(8);
    changeOnce(bench, random, key, payloadOf(random.below(longestRow), 1 + random.below(255)), hints);
    bench.check();
  }
  bench.checkReplay(!hints);
  bench.checkSurroundings();
}

function changeOnce(bench: Workbench, random: Prng, key: Uint8Array, payload: Uint8Array, hints: boolean): void {
  const kind = STEP_KINDS[random.below(STEP_KINDS.length)];
  const found = bench.locate(key);
  if (kind === 'insert' && found < 0) {
    insertOrSplit(bench, random, ~found, key, payload);
    return;
  }
  const count = bench.rows.length;
  if (count === 0) return;
  const slot = found >= 0 ? found : random.below(count);
  if (kind === 'remove') bench.remove(slot);
  else if (kind === 'header') bench.header(slot);
  else if (kind === 'hint' && hints) bench.fillHint(slot, 50 + random.below(1000));
  else bench.update(slot, payload);
}

function insertOrSplit(bench: Workbench, random: Prng, slot: number, key: Uint8Array, payload: Uint8Array): void {
  if (bench.insert(slot, key, payload)) return;
  if (!bench.split(slot, key, payload, random.chance(0.5), random.chance(0.4)) || !bench.covers(key)) return;
  assert.ok(bench.insert(~bench.locate(key), key, payload), 'the split made no room');
}

const SIZES = [
  {pageSize: 512, key: 40, row: 60, runs: 150},
  {pageSize: 1024, key: 150, row: 200, runs: 100},
  {pageSize: 16384, key: 3072, row: 1100, runs: 30},
  {pageSize: 32768, key: 3072, row: 6000, runs: 10},
];

for (const {pageSize, key, row, runs} of SIZES) {
  test(`random changes of a ${pageSize}-byte page equal a sorted array and their replay`, () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({min: 1, max: 200}), (seed, count) => {
        const bench = new Workbench(pageSize);
        bench.format(undefined, undefined);
        changeAtRandom(bench, new Prng(seed), count, key, row);
      }),
      {numRuns: runs},
    );
  });
}

test('a page between boundary keys strips what they share', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({min: 1, max: 200}), (seed, count) => {
      const bench = new Workbench(1024);
      bench.format(new Uint8Array(20).fill(0x61), new Uint8Array([...new Uint8Array(22).fill(0x61), 0x62]));
      changeAtRandom(bench, new Prng(seed), count, 60, 100);
    }),
    {numRuns: 60},
  );
});
