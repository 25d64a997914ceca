// A whole quorum volume in one thread, from one seed: storage nodes on simulated disks, a master, primaries that change pages as the engine will, and the model
// to compare with: every version that every page ever had.

import assert from 'node:assert/strict';
import {crc32} from 'node:zlib';
import {Memory} from '../../../format/memory.ts';
import {applyRedo} from '../../../format/redo/apply.ts';
import {markCpl} from '../../../format/redo/encode.ts';
import {FRAME_HEADER} from '../../../format/redo/layout.ts';
import {PAGE_ABSENT, PAGE_FOUND} from '../../api.ts';
import {RandomRedo} from '../../testing/random-redo.ts';
import {Dispatcher} from '../client/dispatcher.ts';
import {openQuorumVolume} from '../client/open-volume.ts';
import {QuorumPageReader} from '../client/page-reader.ts';
import {QuorumWords, quorumWordsBytes} from '../client/quorum-words.ts';
import {QuorumRedoStream, type QuorumStreamDescription} from '../client/redo-stream.ts';
import type {QuorumVolume} from '../client/volume.ts';
import type {Replica} from '../replica/replica.ts';
import {LIMITS, QuorumNodes, type TestStorage} from './quorum-nodes.ts';
import {SimTime} from './sim-network.ts';

export const PAGE_SIZE = 512;
const SLOTS = 4;
const BUFFER = 4096;
interface Version {
  readonly llsn: number;
  readonly incarnation: number;
  /** End of its mini-transaction in its stream; set when that is complete. */
  cpl: number;
  readonly bytes: Uint8Array;
}

interface ModelPage {
  readonly memory: Memory;
  versions: Version[];
  owner: TestPrimary | undefined;
  cpl: number;
}

/** A primary of the test: one stream. */
export class TestPrimary {
  readonly slot: number;
  readonly stream: QuorumRedoStream;
  readonly reader: QuorumPageReader;
  readonly port: Dispatcher;
  readonly memory = new Memory(new ArrayBuffer(BUFFER + FRAME_HEADER + 8));
  filled = 0;
  lsn: number;
  frameLsn: number;
  cplLsn = 0;
  llsn = 0;
  inFlight = false;
  /** Pages that are being read, and the version that was durable when the read began. */
  readonly reading = new Map<number, number>();
  failure: string | undefined;

  constructor(slot: number, stream: QuorumRedoStream, reader: QuorumPageReader, port: Dispatcher) {
    this.slot = slot;
    this.stream = stream;
    this.reader = reader;
    this.port = port;
    this.lsn = this.frameLsn = stream.startLsn;
  }
}

export class QuorumWorld extends QuorumNodes<SimTime> {
  readonly pages = new Map<number, ModelPage>();
  readonly primaries: TestPrimary[] = [];
  readonly pagesPerGroup: number;
  words: QuorumWords;
  volume: QuorumVolume | undefined;
  masterPort: Dispatcher | undefined;
  readonly #redo: RandomRedo;
  /** Mini-transactions acknowledged. */
  acknowledged = 0;

  constructor(seed: number, pagesPerGroup = 16) {
    super(new SimTime(), seed, LIMITS);
    this.#redo = new RandomRedo(this.prng, PAGE_SIZE);
    this.pagesPerGroup = pagesPerGroup;
    this.words = newWords();
    this.addSix();
  }

  /** Opens (or creates) the volume as a new master. */
  openVolume(): QuorumVolume {
    this.startOpening();
    this.runUntil(() => this.volume !== undefined, 'the volume opens');
    return this.volume as QuorumVolume;
  }

  startOpening(): void {
    this.words = newWords();
    const port = new Dispatcher(this.network.transport(0));
    this.masterPort = port;
    this.volume = undefined;
    const env = this.env(this.storageOf(1).disk, 'master');
    const options = {
      nodes: () => this.places(),
      pageSize: PAGE_SIZE,
      pagesPerGroup: this.pagesPerGroup,
      words: this.words,
      deposed: (reason: string) => void this.notes.push(`deposed: ${reason}`),
    };
    openQuorumVolume({...env, clock: this.time}, port, options, volume => {
      if (this.masterPort === port) this.volume = volume;
    });
  }

  /** The master's process dies, and with it all primaries. */
  killMaster(): void {
    this.volume?.close();
    this.masterPort?.close();
    this.volume = undefined;
    for (const primary of this.primaries.splice(0)) this.#bury(primary);
  }

  #bury(primary: TestPrimary): void {
    primary.port.close();
    primary.failure = 'dead';
  }

  runUntil(condition: () => boolean, what: string, limitMs = 20_000): void {
    const until = this.time.now() + limitMs;
    while (!condition()) {
      const moved = this.time.step(until);
      assert.ok(moved, `${what}: not within ${limitMs} ms\n${this.notes.slice(-40).join('\n')}`);
    }
  }

  /** Starts a primary on a free slot. */
  startPrimary(): TestPrimary {
    const volume = this.volume as QuorumVolume;
    const slot = [0, 1, 2, 3].find(one => !this.primaries.some(primary => primary.slot === one)) ?? -1;
    assert.ok(slot >= 0 && slot < SLOTS);
    let opened: QuorumStreamDescription | undefined;
    volume.openIncarnation(slot, description => {
      opened = description;
    });
    this.runUntil(() => opened !== undefined, 'an incarnation opens');
    const description = opened as QuorumStreamDescription;
    const port = new Dispatcher(this.network.transport(0));
    const stream = new QuorumRedoStream(
      {clock: this.time, crc32: (b, s) => crc32(b, s)},
      port,
      this.words,
      description,
    );
    const reader = new QuorumPageReader(this.time, port, this.words, {view: description.view, wake: () => {}});
    const primary = new TestPrimary(slot, stream, reader, port);
    volume.onView = view => {
      for (const one of this.primaries) {
        one.stream.setView(view);
        one.reader.setView(view);
      }
    };
    this.primaries.push(primary);
    return primary;
  }

  /** Kills a primary; its stream is sealed. */
  killPrimary(primary: TestPrimary): void {
    this.primaries.splice(this.primaries.indexOf(primary), 1);
    this.#bury(primary);
    this.seal(primary.stream.incarnation, primary);
  }

  /** Seals a stream and cuts the model to D. */
  seal(incarnation: number, primary: TestPrimary | undefined): void {
    const acked = primary?.stream.durableLsn ?? 0;
    let end = -1;
    const volume = this.volume as QuorumVolume;
    volume.sealStream(incarnation, reader => {
      end = reader.endLsn;
      let lsn = reader.checkpointLsn;
      reader.scan(lsn, (_memory, _at, next) => {
        assert.ok(next >= lsn);
        lsn = next;
      });
    });
    this.runUntil(() => end >= 0 || this.volume !== volume, `stream ${incarnation} is sealed`);
    assert.ok(this.volume === volume, 'the master lives');
    assert.ok(end >= acked, `stream ${incarnation} ends at ${end}, acknowledged was ${acked}`);
    this.cut(incarnation, end);
    volume.finishIncarnation(incarnation);
  }

  /** Nothing of the stream beyond `end` exists. */
  cut(incarnation: number, end: number): void {
    for (const page of this.pages.values()) {
      const lost = page.versions.findIndex(version => version.incarnation === incarnation && version.cpl > end);
      if (lost < 0) continue;
      for (const version of page.versions.slice(lost))
        assert.equal(version.incarnation, incarnation, 'nobody built on what is cut');
      page.versions = page.versions.slice(0, lost);
      page.memory.bytes.set(page.versions.at(-1)?.bytes ?? new Uint8Array(PAGE_SIZE - 4), 4);
      page.owner = undefined;
    }
  }

  /** After the death of the master: everything that was open is sealed. */
  recoverAll(): void {
    for (const {incarnation, state} of (this.volume as QuorumVolume).incarnations())
      if (state !== 3) this.seal(incarnation, undefined);
  }

  /** Changes some pages in one mini-transaction, if the redo of their last owners is durable (K5) and there is room. */
  change(primary: TestPrimary, pageNos: readonly number[]): boolean {
    if (primary.failure !== undefined || primary.filled + pageNos.length * 128 > BUFFER) return false;
    if (primary.stream.room() < primary.filled + pageNos.length * 128) return false;
    for (const pageNo of pageNos) {
      const {owner, cpl} = this.#page(pageNo);
      if (owner !== undefined && owner !== primary && owner.stream.durableLsn < cpl) return false;
    }
    let last = 0;
    const made: Version[] = [];
    for (const pageNo of pageNos) last = this.#record(primary, pageNo, made);
    markCpl(primary.memory, last);
    primary.cplLsn = primary.lsn;
    for (const version of made) version.cpl = primary.lsn;
    for (const pageNo of pageNos) Object.assign(this.#page(pageNo), {owner: primary, cpl: primary.lsn});
    return true;
  }

  #page(pageNo: number): ModelPage {
    let page = this.pages.get(pageNo);
    if (page === undefined) {
      page = {memory: new Memory(new ArrayBuffer(PAGE_SIZE)), versions: [], owner: undefined, cpl: 0};
      this.pages.set(pageNo, page);
    }
    return page;
  }

  #record(primary: TestPrimary, pageNo: number, made: Version[]): number {
    const page = this.#page(pageNo);
    const at = FRAME_HEADER + primary.filled;
    const newest = page.versions.at(-1);
    const {incarnation} = primary.stream;
    primary.llsn = Math.max(primary.llsn, newest?.llsn ?? 0) + 1;
    const length = this.#redo.encode(primary.memory, at, pageNo, primary.llsn, page.memory, newest);
    applyRedo(page.memory, 0, PAGE_SIZE, primary.memory, at, incarnation);
    primary.filled += length;
    primary.lsn += length;
    const version = {llsn: primary.llsn, incarnation, cpl: Number.POSITIVE_INFINITY, bytes: page.memory.bytes.slice(4)};
    page.versions.push(version);
    made.push(version);
    return at;
  }

  /** Writes what a primary has gathered, if nothing is under way. */
  flush(primary: TestPrimary): void {
    if (primary.filled === 0 || primary.inFlight || primary.failure !== undefined) return;
    primary.inFlight = true;
    const length = primary.filled;
    const {cplLsn} = primary;
    primary.stream.onAdvance = error => {
      if (error !== undefined) primary.failure ??= error;
      if (primary.stream.durableLsn < cplLsn) return;
      primary.inFlight = false;
      this.acknowledged++;
    };
    primary.stream.write(primary.memory, 0, length, primary.frameLsn, cplLsn);
    primary.filled = 0;
    primary.frameLsn += length;
  }

  /** One small step of the work: a change, a flush, a checkpoint, a read. */
  work(pageCount: number): void {
    if (this.primaries.length === 0) return;
    const primary = this.primaries[this.prng.below(this.primaries.length)];
    const dice = this.prng.below(20);
    primary.reader.poll();
    if (dice < 11) {
      const pageNos = new Set(Array.from({length: 1 + this.prng.below(3)}, () => this.prng.below(pageCount)));
      this.change(primary, [...pageNos]);
    } else if (dice < 17) this.flush(primary);
    else if (dice < 18) primary.stream.setCheckpoint(primary.stream.durableLsn);
    else if (primary.reader.canRead()) this.readLater(primary, this.prng.below(pageCount));
  }

  /** Reads a page in the middle of everything: it must be as new as what was durable when the read began, and a version that there was. */
  readLater(primary: TestPrimary, pageNo: number): void {
    if (primary.reading.has(pageNo)) return;
    const versions = this.pages.get(pageNo)?.versions ?? [];
    const floor = versions.findLastIndex(version => this.#isDurable(version));
    primary.reading.set(pageNo, floor < 0 ? 0 : versions[floor].llsn);
    primary.reader.onPage = (number, status, memory, at) => {
      const minimum = primary.reading.get(number) ?? 0;
      primary.reading.delete(number);
      if (status === PAGE_ABSENT) assert.equal(minimum, 0, `page ${number} is absent, version ${minimum} was durable`);
      else this.#assertVersion(number, memory.bytes.slice(at + 4, at + PAGE_SIZE), minimum);
    };
    primary.reader.read(pageNo, 0, 0);
  }

  #assertVersion(pageNo: number, bytes: Uint8Array, minimum: number): void {
    const versions = this.pages.get(pageNo)?.versions ?? [];
    const found = versions.find(version => Buffer.compare(version.bytes, bytes) === 0);
    // What was cut while the read was under way is gone from the model; then the page is older than the cut, and cannot be checked here.
    if (found !== undefined)
      assert.ok(found.llsn >= minimum, `page ${pageNo} was read at ${found.llsn}, ${minimum} was durable`);
  }

  #isDurable(version: Version): boolean {
    const writer = this.primaries.find(primary => primary.stream.incarnation === version.incarnation);
    return writer === undefined || version.cpl <= writer.stream.durableLsn;
  }

  /** Everything gathered becomes durable. */
  settle(): void {
    for (const primary of this.primaries) {
      assert.equal(primary.failure, undefined);
      while (primary.filled > 0 || primary.inFlight) {
        this.flush(primary);
        this.runUntil(() => !primary.inFlight, 'a write becomes durable');
      }
    }
  }

  /** Reads every page and compares it with the newest version. */
  verifyAll(): void {
    this.settle();
    const primary = this.primaries[0] ?? this.startPrimary();
    this.runUntil(() => {
      primary.reader.poll();
      return primary.reading.size === 0;
    }, 'the reads end');
    for (const [pageNo, {versions}] of this.pages) {
      let answer: {status: number; bytes: Uint8Array} | undefined;
      primary.reader.onPage = (number, status, memory, at) => {
        if (number === pageNo) answer = {status, bytes: memory.bytes.slice(at + 4, at + PAGE_SIZE)};
      };
      primary.reader.read(pageNo, 0, 0);
      this.runUntil(() => {
        primary.reader.poll();
        return answer !== undefined;
      }, `page ${pageNo} is read`);
      const newest = versions.at(-1);
      assert.equal(answer?.status, newest === undefined ? PAGE_ABSENT : PAGE_FOUND, `page ${pageNo}`);
      if (newest !== undefined) assert.deepEqual(answer?.bytes, newest.bytes, `page ${pageNo} at LLSN ${newest.llsn}`);
    }
  }

  /** Waits until every member is whole and has everything. */
  awaitWhole(limitMs = 30_000): void {
    const members = (): TestStorage[] =>
      (this.volume as QuorumVolume).ledger.membership.sets.flat().map(number => this.storageOf(number));
    this.runUntil(() => members().every(({node}) => node?.isWhole === true), 'all nodes are whole', limitMs);
    this.runUntil(
      () => (this.volume as QuorumVolume).storageNodes().every(view => view.health === 'whole' && view.lag === 0),
      'nobody lags',
      limitMs,
    );
  }

  /** Every replica alone, without its peers, has every page in its newest version. Call after `settle` and `awaitWhole`. */
  verifyReplicas(): void {
    // Damaged images that nobody has read are found by the scrubber.
    this.time.run(2500);
    for (const {number, node} of this.storage.values()) {
      const members = (this.volume as QuorumVolume).ledger.membership.sets.flat();
      if (node === undefined || !members.includes(number)) continue;
      for (const [pageNo, {versions}] of this.pages) {
        const pg = Math.floor(pageNo / this.pagesPerGroup);
        const newest = versions.at(-1);
        const replica: Replica | undefined = node.replicas.get(pg);
        const result: string = replica?.read(pageNo, this.words.needs(pg)) ?? 'absent';
        assert.equal(result, newest === undefined ? 'absent' : 'found', `page ${pageNo} on node ${number}`);
        if (newest !== undefined)
          assert.deepEqual(replica?.result.slice(4), newest.bytes, `page ${pageNo} on node ${number}`);
      }
    }
  }
}

function newWords(): QuorumWords {
  return new QuorumWords(new ArrayBuffer(quorumWordsBytes(SLOTS)), SLOTS);
}
