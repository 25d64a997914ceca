// What a replica's background work costs while its log cannot be collected, as when a peer is frozen: it is done a hundred times a second, in the thread that acknowledges.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {crc32} from 'node:zlib';
import {Prng} from '../../../base/prng.ts';
import {Memory} from '../../../format/memory.ts';
import {applyRedo} from '../../../format/redo/apply.ts';
import {SimDisk} from '../../../sim/sim-disk.ts';
import {RandomRedo} from '../../testing/random-redo.ts';
import {STREAM_START} from '../api.ts';
import {encodeBatch, readBatch} from '../batch.ts';
import {LIMITS} from '../testing/quorum-nodes.ts';
import {PAGE_SIZE} from '../testing/quorum-world.ts';
import {Replica} from './replica.ts';

const checksum = (bytes: Uint8Array, seed?: number): number => crc32(bytes, seed);
const STREAM = 1;
const PAGES = 3;

/** A replica that gets one small batch after the other, all of a few pages that change all the time. */
class Written {
  readonly replica: Replica;
  readonly #disk = new SimDisk({seed: 1});
  readonly #redo = new RandomRedo(new Prng(1), PAGE_SIZE);
  readonly #memory = new Memory(new ArrayBuffer(1024));
  readonly #pages = new Map<number, {readonly memory: Memory; readonly newest: {llsn: number; incarnation: number}}>();
  #lsn = STREAM_START;
  /** What the slowest peer has. */
  peersReached = Number.POSITIVE_INFINITY;
  /** Questions to the node, one for each time that the log is looked at somewhere. */
  looks = 0;

  constructor() {
    const quiet = {info: () => {}, warn: () => {}, error: () => {}};
    const random = {u32: () => 7, secretBytes: (n: number) => new Uint8Array(n)};
    const env = {disk: this.#disk, crc32: checksum, trace: quiet, random};
    const host = {
      now: () => 0,
      fenceOf: () => undefined,
      isFinished: () => false,
      peersReached: () => {
        this.looks++;
        return this.peersReached;
      },
      fail: assert.fail,
      lost: assert.fail,
    };
    const options = {directory: 'pg', pg: 0, uuid: 'u', pageSize: PAGE_SIZE, limits: LIMITS};
    this.replica = new Replica(env, options, host);
  }

  /** Writes one batch; it is durable everywhere, and below the stream's checkpoint, at once. */
  write(): void {
    const pageNo = this.#lsn % PAGES;
    const page = this.#pages.get(pageNo) ?? {memory: new Memory(new ArrayBuffer(PAGE_SIZE)), newest: undefined};
    const length = this.#redo.encode(this.#memory, 0, pageNo, this.#lsn, page.memory, page.newest);
    applyRedo(page.memory, 0, PAGE_SIZE, this.#memory, 0, STREAM);
    this.#pages.set(pageNo, {memory: page.memory, newest: {llsn: this.#lsn, incarnation: STREAM}});
    const [prev, end] = [this.#lsn, this.#lsn + length];
    const head = {incarnation: STREAM, pg: 0, prev, end, checkpoint: end, vdl: end};
    const bytes = encodeBatch(head, [{lsn: prev, at: 0, length}], this.#memory.bytes, checksum);
    const batch = readBatch(bytes, 0, checksum);
    assert.ok(batch !== undefined);
    this.replica.accept(batch, () => {});
    this.#disk.runCallbacks();
    this.replica.noteDurable(STREAM, end, end);
    this.#lsn = end;
  }

  fillFiles(count: number): void {
    while (this.figure('log_files') < count) this.write();
  }

  figure(name: string): number {
    return this.replica.counters()[name];
  }
}

test('a log that a peer holds back is looked at by files, not by batches', () => {
  const written = new Written();
  written.fillFiles(2);
  // The peer has most of the first file: all of its batches but the last ones could go.
  written.peersReached = written.replica.points()[0][3] - 500;
  written.fillFiles(3);
  written.replica.checkpointAll();
  assert.equal(written.figure('log_files'), 3, 'held back');
  written.looks = 0;
  for (let k = 0; k < 10; k++) written.replica.maintain();
  assert.ok(written.looks > 0 && written.looks <= 10 * 3, `${written.looks} looks`);
  written.peersReached = Number.POSITIVE_INFINITY;
  written.replica.maintain();
  assert.equal(written.figure('log_files'), 1, 'the peer has caught up');
});

test('pages that change all the time are not written again and again because a peer holds the log back', () => {
  const written = new Written();
  written.peersReached = STREAM_START;
  written.fillFiles(LIMITS.logFilesBusy);
  while (written.replica.maintain());
  const [files, pages] = [written.figure('log_files'), written.figure('pages_written')];
  assert.ok(pages > 0, 'the older files are in images');
  for (let k = 0; k < 40; k++) {
    written.write();
    written.replica.maintain();
  }
  assert.equal(written.figure('log_files'), files);
  assert.ok(
    written.figure('pages_written') - pages <= PAGES,
    `${written.figure('pages_written') - pages} pages written`,
  );
});
