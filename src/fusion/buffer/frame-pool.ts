// The frames of the distributed buffer pool: bytes, and a head that tells what they are.
//
//   owner     0 free · entry + 1 belongs to that directory entry · -(actor + 1) being filled by that actor
//   sequence  even: the bytes are whole; odd: being written. Each write moves it by two: the frame's generation.
//   page      number of the page whose bytes these are
//   used      second chance for the eviction clock
//
// A reader has no lock on the frame, only on the page: the frame may be taken and filled with another page while he copies. So he copies
// first and then asks whether it was what he wanted: generation unchanged, page number, identity and trailer right (K4).
// The sequence is read a second time by a read-modify-write, which on every processor orders the copy before it.

import {getU48} from '../../base/bytes.ts';
import type {Memory} from '../../format/memory.ts';
import {At, PAGE_MAGIC, PAGE_TRAILER} from '../../format/page/layout.ts';
import {FRAME_WORDS, FrameField, Header} from '../memory/layout.ts';
import type {PmfsMemory} from '../memory/pmfs-memory.ts';

/** Copies tried before the reader goes to storage. */
const COPY_TRIES = 4;

export class FramePool {
  readonly count: number;
  readonly pageSize: number;
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #bytes: Memory;
  readonly #claim: number;

  constructor(memory: PmfsMemory, actor: number) {
    this.count = memory.options.dbpFrames;
    this.pageSize = memory.options.pageSize;
    this.#words = memory.words;
    this.#at = memory.layout.frames;
    this.#bytes = memory.frames;
    this.#claim = -(actor + 1);
  }

  /** The frame that the clock hand, shared by all nodes, points at next. */
  nextByClock(): number {
    return (Atomics.add(this.#words, Header.frameHand, 1) >>> 0) % this.count;
  }

  /** 0 free, entry + 1, or -(actor + 1). */
  owner(frame: number): number {
    return this.#get(frame, FrameField.owner);
  }

  /** Takes a free frame. */
  tryClaim(frame: number): boolean {
    const at = this.#at + frame * FRAME_WORDS + FrameField.owner;
    return Atomics.compareExchange(this.#words, at, 0, this.#claim) === 0;
  }

  /** Takes a frame away from its entry; under the entry's latch, after the entry has let go of it. */
  detach(frame: number): void {
    this.#set(frame, FrameField.owner, this.#claim);
  }

  /** Gives a filled frame to an entry; under the entry's latch, before the entry names it. */
  attach(frame: number, entry: number): void {
    this.#set(frame, FrameField.used, 1);
    this.#set(frame, FrameField.owner, entry + 1);
  }

  /** Makes the frame free, whatever was in it. */
  free(frame: number): void {
    const sequence = this.#get(frame, FrameField.sequence);
    if ((sequence & 1) !== 0) this.#set(frame, FrameField.sequence, (sequence + 1) | 0);
    this.#set(frame, FrameField.owner, 0);
  }

  /** True once: the frame was used since the hand passed last. */
  takeSecondChance(frame: number): boolean {
    if (this.#get(frame, FrameField.used) === 0) return false;
    this.#set(frame, FrameField.used, 0);
    return true;
  }

  /** Copies a page into a frame that this actor has claimed. */
  write(frame: number, pageNo: number, source: Memory, at: number): void {
    const sequence = this.#get(frame, FrameField.sequence);
    this.#set(frame, FrameField.sequence, (sequence + 1) | 0);
    this.#set(frame, FrameField.page, pageNo | 0);
    source.buffer.copy(this.#bytes.buffer, frame * this.pageSize, at, at + this.pageSize);
    this.#set(frame, FrameField.sequence, (sequence + 2) | 0);
  }

  /** Copies the page out if the frame holds exactly this version of it, whole. `target` is overwritten in any case. */
  read(frame: number, pageNo: number, llsn: number, incarnation: number, target: Memory, at: number): boolean {
    for (let i = 0; i < COPY_TRIES; i++) {
      const before = this.#get(frame, FrameField.sequence);
      if ((before & 1) !== 0) continue;
      if (this.#get(frame, FrameField.page) !== (pageNo | 0)) return false;
      const from = frame * this.pageSize;
      this.#bytes.buffer.copy(target.buffer, at, from, from + this.pageSize);
      const sequenceAt = this.#at + frame * FRAME_WORDS + FrameField.sequence;
      if (Atomics.add(this.#words, sequenceAt, 0) !== before) continue;
      this.#set(frame, FrameField.used, 1);
      return this.#isVersion(target, at, pageNo, llsn, incarnation);
    }
    return false;
  }

  #isVersion(page: Memory, at: number, pageNo: number, llsn: number, incarnation: number): boolean {
    const {view} = page;
    const trailer = at + this.pageSize - PAGE_TRAILER;
    return (
      view.getUint32(at + At.pageNo, true) === pageNo &&
      view.getUint32(at + At.incarnation, true) === incarnation &&
      getU48(view, at + At.llsn) === llsn &&
      getU48(view, trailer) === llsn &&
      view.getUint16(trailer + 6, true) === PAGE_MAGIC
    );
  }

  #get(frame: number, field: number): number {
    return Atomics.load(this.#words, this.#at + frame * FRAME_WORDS + field);
  }

  #set(frame: number, field: number, value: number): void {
    Atomics.store(this.#words, this.#at + frame * FRAME_WORDS + field, value);
  }
}
