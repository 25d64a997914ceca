// Brings the newest version of a page into a frame whose page lock is held: the bytes that are there, if their identity is the one in the directory (K10), else the
// DBP frame, else storage (K3).

import {assert} from '../../base/assert.ts';
import {getU48} from '../../base/bytes.ts';
import {CorruptionError} from '../../base/errors.ts';
import type {Memory} from '../../format/memory.ts';
import {At, PAGE_HEADER} from '../../format/page/layout.ts';
import type {PageFusion} from '../../fusion/api.ts';
import {PAGE_ABSENT, PAGE_FOUND, type PageReader} from '../../storage/api.ts';
import {CONTENDED_USES, FrameState, type Frames} from './frames.ts';

export class PageLoader {
  readonly #frames: Frames;
  readonly #memory: Memory;
  readonly #pageSize: number;
  readonly #pages: PageFusion;
  readonly #reader: PageReader;
  readonly #incarnation: number;
  /** Told when a frame has been filled by a read that `validate` began. */
  readonly #loaded: (frame: number) => void;
  /** Frames whose read found the reader full. */
  readonly #toRead: number[] = [];
  /** Metrics. */
  misses = 0;
  storageReads = 0;
  dbpReads = 0;

  constructor(
    frames: Frames,
    memory: Memory,
    pageSize: number,
    pages: PageFusion,
    reader: PageReader,
    incarnation: number,
    loaded: (frame: number) => void,
  ) {
    this.#frames = frames;
    this.#memory = memory;
    this.#pageSize = pageSize;
    this.#pages = pages;
    this.#reader = reader;
    this.#incarnation = incarnation;
    this.#loaded = loaded;
    reader.onPage = (pageNo, status, from, at) => this.#pageArrived(pageNo, status, from, at);
  }

  /** Lock held: are the bytes the newest version? True: they can be used. False: a read is under way. Throws CorruptionError when it failed at once. */
  validate(frame: number, fresh: boolean): boolean {
    const frames = this.#frames;
    const base = frame * this.#pageSize;
    if (this.#isNewest(frame)) {
      if (frames.contended[frame] > 0) frames.contended[frame]--;
      frames.setState(frame, FrameState.ready);
      return true;
    }
    const newest = this.#pages.newestIncarnation(frames.entry[frame]);
    if (newest !== 0 && newest !== this.#incarnation) frames.contended[frame] = CONTENDED_USES;
    if (fresh) {
      this.#memory.bytes.fill(0, base, base + PAGE_HEADER);
      frames.setState(frame, FrameState.fresh);
      return true;
    }
    this.misses++;
    if (this.#pages.copyFromDbp(frames.entry[frame], this.#memory, base)) {
      this.dbpReads++;
      frames.setState(frame, FrameState.ready);
      return true;
    }
    frames.setState(frame, FrameState.loading);
    this.#read(frame);
    if (frames.state[frame] === FrameState.damaged) throw this.damaged(frame);
    return frames.state[frame] === FrameState.ready;
  }

  /** What whoever asks for a damaged page is told. */
  damaged(frame: number): CorruptionError {
    return new CorruptionError(`page ${this.#frames.pageNo[frame]}`, 'storage could not build it');
  }

  /** Bytes whose identity is the one in the directory are the newest (K10). */
  #isNewest(frame: number): boolean {
    const entry = this.#frames.entry[frame];
    const base = frame * this.#pageSize;
    const incarnation = this.#pages.newestIncarnation(entry);
    if (incarnation === 0) return false;
    const {view} = this.#memory;
    if (view.getUint32(base + At.pageNo, true) !== this.#frames.pageNo[frame]) return false;
    return (
      view.getUint32(base + At.incarnation, true) === incarnation &&
      getU48(view, base + At.llsn) === this.#pages.newestLlsn(entry)
    );
  }

  #read(frame: number): void {
    if (!this.#reader.canRead()) {
      this.#toRead.push(frame);
      return;
    }
    this.storageReads++;
    const entry = this.#frames.entry[frame];
    this.#reader.read(this.#frames.pageNo[frame], this.#pages.needStream(entry), this.#pages.needLsn(entry));
  }

  #pageArrived(pageNo: number, status: number, memory: Memory, at: number): void {
    const frames = this.#frames;
    const frame = frames.table.find(pageNo);
    if (frame >= 0 && frames.state[frame] === FrameState.loading) {
      this.#fill(frame, status, memory, at);
      this.#loaded(frame);
    }
    while (this.#toRead.length > 0 && this.#reader.canRead()) this.#read(this.#toRead.shift() as number);
  }

  #fill(frame: number, status: number, memory: Memory, at: number): void {
    const frames = this.#frames;
    const base = frame * this.#pageSize;
    if (status === PAGE_FOUND) {
      memory.buffer.copy(this.#memory.buffer, base, at, at + this.#pageSize);
      this.#checkIdentity(frame);
      frames.setState(frame, FrameState.ready);
      this.#pages.offer(frames.entry[frame], this.#memory, base);
    } else if (status === PAGE_ABSENT) {
      this.#memory.bytes.fill(0, base, base + this.#pageSize);
      frames.setState(frame, FrameState.ready);
    } else {
      frames.setState(frame, FrameState.damaged);
    }
  }

  /** Storage must not answer with another version than the directory knows (K3). */
  #checkIdentity(frame: number): void {
    const entry = this.#frames.entry[frame];
    const known = this.#pages.newestIncarnation(entry);
    assert(known === 0 || this.#isNewest(frame), () => {
      const base = frame * this.#pageSize;
      const got = `${getU48(this.#memory.view, base + At.llsn)} of ${this.#memory.view.getUint32(base + At.incarnation, true)}`;
      return `storage served page ${this.#frames.pageNo[frame]} at LLSN ${got}, the directory knows ${this.#pages.newestLlsn(entry)} of ${known}`;
    });
  }
}
