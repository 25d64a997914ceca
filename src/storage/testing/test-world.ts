// For the tests of this room: primaries that change pages as the engine will (redo first applied to their own copy, mini-transactions,
// K5 at every hand-over), a volume on a simulated disk, and the model to compare with: every version that every page ever had.

import assert from 'node:assert/strict';
import {crc32} from 'node:zlib';
import {Prng} from '../../base/prng.ts';
import type {Random} from '../../env/random.ts';
import type {Trace} from '../../env/trace.ts';
import {Memory} from '../../format/memory.ts';
import {applyRedo} from '../../format/redo/apply.ts';
import {restsMax} from '../../format/redo/control.ts';
import {markCpl} from '../../format/redo/encode.ts';
import {FRAME_HEADER} from '../../format/redo/layout.ts';
import {SimCrash, SimDisk} from '../../sim/sim-disk.ts';
import {IncarnationState, PAGE_ABSENT, PAGE_FOUND} from '../api.ts';
import {LocalVolume} from '../local/local-volume.ts';
import {LocalRedoStream} from '../local/redo-stream.ts';
import type {StorageEnv, VolumeLimits, VolumeShape} from '../segment/options.ts';
import {StreamWords, streamWordsBytes} from '../segment/stream-words.ts';
import {RandomRedo} from './random-redo.ts';

export const NODES = 4;
export const PAGE_SIZE = 512;
export const SHAPE: VolumeShape = {pageSize: PAGE_SIZE, redoFileSize: 1 << 14};
export const LIMITS: Partial<VolumeLimits> = {
  pendingBytesMax: 192 << 10,
  cachedPagesMax: 4,
  batchPages: 5,
  redoFilesAhead: 2,
  redoFilesMax: 64,
  freeRedoFilesMax: 3,
  growPages: 8,
  indexRewriteBytes: 600,
};
const BUFFER = 4096;
const RESTS_MAX = restsMax(16);

/** One version of a page, and the record that made it. */
interface Version {
  readonly llsn: number;
  readonly incarnation: number;
  /** End of its record in its stream. */
  readonly lsn: number;
  readonly bytes: Uint8Array;
}

/** A page of the model: all versions, the newest last; the newest is also in `memory`. */
interface ModelPage {
  readonly memory: Memory;
  versions: Version[];
  /** Node that changed it last, and the mini-transaction end that must be durable before another one may. */
  owner: TestNode | undefined;
  cplLsn: number;
}

export class TestNode {
  readonly node: number;
  readonly stream: LocalRedoStream;
  readonly memory = new Memory(new ArrayBuffer(BUFFER + FRAME_HEADER + 8 + RESTS_MAX));
  filled = 0;
  lsn: number;
  frameLsn: number;
  cplLsn = 0;
  llsn = 0;
  /** Everything below was acknowledged. */
  ackedLsn: number;
  failure: string | undefined;

  constructor(node: number, stream: LocalRedoStream) {
    this.node = node;
    this.stream = stream;
    this.lsn = stream.startLsn;
    this.frameLsn = stream.startLsn;
    this.ackedLsn = stream.startLsn;
  }
}

export class TestWorld {
  readonly disk: SimDisk;
  readonly prng: Prng;
  readonly pages = new Map<number, ModelPage>();
  readonly warnings: string[] = [];
  readonly nodes: (TestNode | undefined)[] = [];
  /** Bells that the streams have rung. */
  readonly rung: number[] = [];
  readonly limits: Partial<VolumeLimits>;
  words = new StreamWords(new SharedArrayBuffer(streamWordsBytes(NODES)), 0, NODES);
  volume: LocalVolume;
  readonly #redo: RandomRedo;
  readonly #target = new Memory(new ArrayBuffer(PAGE_SIZE));

  constructor(seed: number, limits: Partial<VolumeLimits> = {}) {
    this.prng = new Prng(seed);
    this.#redo = new RandomRedo(this.prng, PAGE_SIZE);
    this.disk = new SimDisk({seed: seed + 1});
    this.limits = {...LIMITS, ...limits};
    this.volume = this.#open();
  }

  get env(): StorageEnv {
    const note = (event: string, fields?: Readonly<Record<string, unknown>>): void =>
      void this.warnings.push(`${event} ${JSON.stringify(fields)}`);
    const trace: Trace = {info: () => {}, warn: note, error: note};
    const random: Random = {u32: () => this.prng.u32(), secretBytes: n => new Uint8Array(n).fill(0xab)};
    return {disk: this.disk, crc32, trace, random};
  }

  #open(): LocalVolume {
    return LocalVolume.open(this.env, {directory: 'v', shape: SHAPE, limits: this.limits, words: this.words});
  }

  start(node: number): TestNode {
    const ring = (bell: number): void => {
      this.rung.push(bell);
      this.nodes[bell]?.stream.look();
    };
    const stream = new LocalRedoStream(this.disk, crc32, this.words, this.volume.openIncarnation(node), ring);
    const started = new TestNode(node, stream);
    stream.onAdvance = error => {
      started.failure = error;
      if (error === undefined) started.ackedLsn = stream.durableLsn;
    };
    this.nodes[node] = started;
    return started;
  }

  /** Changes some pages in one mini-transaction; first has the redo of their last owners written, and rests on it (K5). False: there is no room. */
  change(node: TestNode, pageNos: readonly number[]): boolean {
    const length = pageNos.length * 128 + RESTS_MAX;
    if (node.stream.room() < node.filled + length) return false;
    if (node.filled + length > Math.min(BUFFER, node.stream.maxPayload)) this.flush(node);
    for (const pageNo of pageNos) {
      const {owner, cplLsn} = this.#page(pageNo);
      if (owner === undefined || owner === node) continue;
      if (owner.stream.writtenLsn < cplLsn) this.write(owner);
      node.stream.restOn(owner.stream.incarnation, cplLsn, node.frameLsn);
    }
    let last = 0;
    for (const pageNo of pageNos) last = this.#record(node, pageNo);
    markCpl(node.memory, last);
    node.cplLsn = node.lsn;
    for (const pageNo of pageNos) Object.assign(this.#page(pageNo), {owner: node, cplLsn: node.lsn});
    return true;
  }

  #page(pageNo: number): ModelPage {
    let page = this.pages.get(pageNo);
    if (page === undefined) {
      page = {memory: new Memory(new ArrayBuffer(PAGE_SIZE)), versions: [], owner: undefined, cplLsn: 0};
      this.pages.set(pageNo, page);
    }
    return page;
  }

  #record(node: TestNode, pageNo: number): number {
    const page = this.#page(pageNo);
    const at = FRAME_HEADER + node.filled;
    const newest = page.versions.at(-1);
    node.llsn = Math.max(node.llsn, newest?.llsn ?? 0) + 1;
    const length = this.#redo.encode(node.memory, at, pageNo, node.llsn, page.memory, newest);
    applyRedo(page.memory, 0, PAGE_SIZE, node.memory, at, node.stream.incarnation);
    node.filled += length;
    node.lsn += length;
    page.versions.push({
      llsn: node.llsn,
      incarnation: node.stream.incarnation,
      lsn: node.lsn,
      bytes: page.memory.bytes.slice(4),
    });
    return at;
  }

  /** Hands what the node has gathered to the system. */
  write(node: TestNode): void {
    if (node.filled === 0) return;
    const rests = node.stream.encodeRests(node.memory, FRAME_HEADER + node.filled, node.frameLsn);
    if (rests > 0) {
      markCpl(node.memory, FRAME_HEADER + node.filled);
      node.filled += rests;
      node.lsn += rests;
      node.cplLsn = node.lsn;
    }
    node.stream.write(node.memory, 0, node.filled, node.frameLsn, node.cplLsn, rests);
    node.frameLsn += node.filled;
    node.filled = 0;
    if (this.disk.isDead) throw new SimCrash('in a redo write');
  }

  /** Writes what the node has gathered and makes it durable, if all that it rests on is. */
  flush(node: TestNode): void {
    this.write(node);
    node.stream.sync();
    this.disk.runCallbacks();
    if (this.disk.isDead) throw new SimCrash('in a redo sync');
  }

  /** A random step of a random node, or of the storage thread. */
  step(pageCount: number): void {
    const nodes = this.nodes.filter(n => n !== undefined);
    const node = nodes[this.prng.below(nodes.length)];
    if (this.prng.chance(0.002)) {
      this.die(node);
      this.start(node.node);
      return;
    }
    const dice = this.prng.below(21);
    if (dice < 10) {
      const pageNos = new Set(Array.from({length: 1 + this.prng.below(3)}, () => this.prng.below(pageCount)));
      if (!this.change(node, [...pageNos])) this.volume.maintain();
    } else if (dice < 13) this.flush(node);
    else if (dice === 20) this.write(node);
    else if (dice < 15) node.stream.setCheckpoint(node.stream.durableLsn);
    else if (dice < 16) this.volume.checkpointStep();
    else if (dice < 17) this.verifyPage(this.prng.below(pageCount), false);
    else this.volume.maintain();
  }

  /** All threads die; the volume is opened again and recovered as the cluster will do it. `power`: the disk loses what was not synced. */
  crash(power: boolean): void {
    if (power) this.disk.crash();
    else this.disk.kill();
    this.reopen();
  }

  /** Opens the volume after a crash and recovers it. */
  reopen(): void {
    this.words = new StreamWords(new SharedArrayBuffer(streamWordsBytes(NODES)), 0, NODES);
    this.volume = this.#open();
    this.recover();
  }

  /** One primary dies; the others go on. Nothing that it had written is lost (K5). */
  die(node: TestNode): void {
    const {incarnation, writtenLsn} = node.stream;
    const end = this.volume.sealStream(incarnation);
    assert.ok(
      end >= Math.min(writtenLsn, node.cplLsn),
      `stream ${incarnation} ends at ${end}, written up to ${writtenLsn}`,
    );
    this.#cut(new Map([[incarnation, end]]));
    this.#finish(incarnation);
    this.nodes[node.node] = undefined;
    for (const page of this.pages.values()) if (page.owner === node) page.owner = undefined;
    for (const other of this.nodes) other?.stream.look();
  }

  /** Seals and finishes everything that is open, and cuts the model where the streams were cut. */
  recover(): void {
    const ends = new Map<number, number>();
    for (const {incarnation, state} of this.volume.incarnations()) {
      if (state === IncarnationState.finished) continue;
      const end = this.volume.sealStream(incarnation);
      const node = this.nodes.find(n => n?.stream.incarnation === incarnation);
      if (node !== undefined)
        assert.ok(end >= node.ackedLsn, `stream ${incarnation} ends at ${end}, acknowledged was ${node.ackedLsn}`);
      ends.set(incarnation, end);
    }
    this.#cut(ends);
    for (const incarnation of ends.keys()) this.#finish(incarnation);
    for (const page of this.pages.values()) page.owner = undefined;
    this.nodes.length = 0;
  }

  #finish(incarnation: number): void {
    let scanned = 0;
    const reader = this.volume.readStream(incarnation);
    reader.scan(reader.checkpointLsn, () => scanned++);
    this.volume.finishIncarnation(incarnation);
  }

  /** Takes what is lost out of the model. Nothing that is kept may rest on it (K5). */
  #cut(ends: ReadonlyMap<number, number>): void {
    for (const [pageNo, page] of this.pages) {
      const isLost = (v: Version): boolean => v.lsn > (ends.get(v.incarnation) ?? Number.POSITIVE_INFINITY);
      const lost = page.versions.findIndex(isLost);
      if (lost < 0) continue;
      assert.ok(page.versions.slice(lost).every(isLost), `page ${pageNo}: a version is kept whose predecessor is lost`);
      page.versions = page.versions.slice(0, lost);
      page.memory.bytes.set(page.versions.at(-1)?.bytes ?? new Uint8Array(PAGE_SIZE - 4), 4);
    }
  }

  /** Compares a page with the model: the newest durable version (`exact`), or at least one that includes all that was acknowledged. */
  verifyPage(pageNo: number, exact: boolean): void {
    const status = this.volume.readPage(pageNo, this.#target, 0);
    const page = this.pages.get(pageNo);
    const versions = page?.versions ?? [];
    const durable = versions.findLastIndex(v => this.#isDurable(v));
    if (durable < 0) {
      assert.equal(status, PAGE_ABSENT, `page ${pageNo}`);
      return;
    }
    assert.equal(status, PAGE_FOUND, `page ${pageNo}: ${this.volume.damages.get(pageNo)}`);
    if (exact) assert.equal(durable, versions.length - 1, 'the model has been cut to what is durable');
    assert.deepEqual(
      this.#target.bytes.slice(4),
      versions[durable].bytes,
      `page ${pageNo} at LLSN ${versions[durable].llsn}`,
    );
  }

  #isDurable(version: Version): boolean {
    const writer = this.nodes.find(n => n?.stream.incarnation === version.incarnation);
    // What the words really say: tests may have them lie to the volume.
    return writer === undefined || version.lsn <= StreamWords.prototype.durable.call(this.words, writer.node);
  }

  /** Compares every page with the model. */
  verifyAll(): void {
    for (const pageNo of this.pages.keys()) this.verifyPage(pageNo, this.nodes.length === 0);
  }
}
