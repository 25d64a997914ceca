// Finds the version of a row that a read view sees (design 6, 10).
//
// The newest version stands in the leaf; each older one is the newer one with an undo record applied. A version is judged by its writer: the reader itself,
// a CTS written beside it, or the writer's TIT slot. What the slot says is noted in the row as a hint, in this node's private copy of
// the page (S11); the next reader here needs no slot.
//
//   leaf:  v3 (writer C) --roll--> undo of C: C made v3 from v2 (writer B) --> undo of B: B made v2 from v1 ...
//
// A version that only locked (lockOnly) has the bytes of the version before; its header tells nothing about who wrote them (S10).

import {BugError} from '../../base/assert.ts';
import {Memory} from '../../format/memory.ts';
import {
  payloadAt,
  payloadLength,
  recordCts,
  recordFlags,
  setRecordCts,
  writerIncarnation,
  writerSlot,
  writerVersion,
} from '../../format/page/records.ts';
import {UndoType} from '../../format/undo/layout.ts';
import {
  NO_UNDO,
  oldCts,
  oldFlags,
  oldIncarnation,
  oldSlot,
  oldVersion,
  reconstructPayload,
  undoAt,
  undoType,
} from '../../format/undo/read.ts';
import {PLockMode, SLOT_UNRECOVERED, type TransactionFusion} from '../../fusion/api.ts';
import {BLOCKED, DONE, ROW} from '../api.ts';
import type {PagePool} from '../pool/page-pool.ts';
import type {Task} from '../schedule/task.ts';
import type {WaitList} from '../schedule/wait-list.ts';
import type {Transaction} from '../txn/transaction.ts';
import {oldRowFlags} from '../txn/undo-entries.ts';
import {VersionWalk} from './version-walk.ts';

/** Undo records read in one poll before others get their turn. */
const STEPS_PER_POLL = 500;

/** State of a row's writer, from `writerState`: a CTS (> 0), or one of these. */
export const WRITER_SELF = 0;
export const WRITER_ACTIVE = -2;

export class VersionReader {
  readonly #pool: PagePool;
  readonly #fusion: TransactionFusion;
  readonly #incarnation: number;
  /** Tasks that met rows of an incarnation that is not recovered yet (K8). */
  readonly #unrecovered: WaitList;
  /** Room for older versions; most sessions never meet one. */
  #scratch: readonly [Memory, Memory] | undefined;
  readonly #walk = new VersionWalk();
  /** Where the version found lies: in the page, or in scratch. Valid until the poll ends or the next call. */
  memory: Memory;
  payloadAt = 0;
  payloadLength = 0;
  /** RecordFlag bits of the version found. */
  flags = 0;
  /** Metrics. */
  undoReads = 0;

  constructor(pool: PagePool, fusion: TransactionFusion, incarnation: number, unrecovered: WaitList) {
    this.#pool = pool;
    this.#fusion = fusion;
    this.#incarnation = incarnation;
    this.#unrecovered = unrecovered;
    this.memory = pool.memory;
  }

  /** Takes the version in the page, whoever wrote it. */
  takeNewest(record: number): void {
    const mem = this.#pool.memory;
    this.memory = mem;
    this.payloadAt = payloadAt(mem, record);
    this.payloadLength = payloadLength(mem, record);
    this.flags = recordFlags(mem, record);
  }

  /** Who wrote the version in the page: WRITER_SELF, WRITER_ACTIVE, BLOCKED (not recovered yet), or the CTS. Fills in the hint. */
  writerState(record: number, trx: Transaction, task: Task): number {
    const mem = this.#pool.memory;
    const slot = writerSlot(mem, record);
    const version = writerVersion(mem, record);
    const incarnation = writerIncarnation(mem, record);
    if (version === trx.version && slot === trx.slot && incarnation === this.#incarnation) return WRITER_SELF;
    const hint = recordCts(mem, record);
    if (hint !== 0) return hint;
    const state = this.#fusion.slotState(incarnation, slot, version);
    if (state > 0) setRecordCts(mem, record, state);
    return this.#judge(state, task);
  }

  /** True when the writer of the newest version has ended, or is the reader itself. */
  isSettled(record: number, trx: Transaction, task: Task): boolean {
    return this.writerState(record, trx, task) >= 0;
  }

  #judge(state: number, task: Task): number {
    if (state > 0) return state;
    if (state !== SLOT_UNRECOVERED) return WRITER_ACTIVE;
    this.#unrecovered.add(task);
    return BLOCKED;
  }

  /**
   * Finds the version of the record that the transaction's view sees. ROW: it is in memory/payloadAt/payloadLength/flags (it may be delete-marked).
   * DONE: the row did not exist then. BLOCKED.
   */
  find(record: number, trx: Transaction, task: Task): number {
    const state = this.writerState(record, trx, task);
    if (state === BLOCKED) return BLOCKED;
    this.takeNewest(record);
    if (state === WRITER_SELF || (state > 0 && state <= trx.view.cts)) return ROW;
    return this.#findOlder(record, trx, task);
  }

  /**
   * Walks back from the newest version, which stands in memory/payloadAt. A hot row and an old snapshot make the way long: longer than the pool has frames, or than a
   * poll may last. So the place is kept when the walk is BLOCKED. Older versions do not change, and the view keeps them, so it may go on there.
   */
  #findOlder(record: number, trx: Transaction, task: Task): number {
    const mem = this.#pool.memory;
    const walk = this.#walk;
    if (walk.begin(mem, record, trx.view.cts)) this.#resume();
    for (let steps = 0; walk.page !== 0; steps++) {
      if (steps === STEPS_PER_POLL) {
        task.wake();
        return this.#pause();
      }
      const base = this.#pool.fix(walk.page, PLockMode.shared, task);
      if (base < 0) return this.#pause();
      const undo = undoAt(mem, base, walk.at, walk.incarnation, walk.slot, walk.version);
      if (undo === NO_UNDO) return this.#undoGone(walk.page, walk.at);
      this.undoReads++;
      if (undoType(mem, undo) === UndoType.insert) break;
      const found = this.#judgeOlder(undo, trx, task);
      if (found === BLOCKED) return this.#pause();
      if (undoType(mem, undo) === UndoType.update || undoType(mem, undo) === UndoType.revive) this.#stepBack(undo);
      this.flags = oldRowFlags(oldFlags(mem, undo));
      if (found === ROW) {
        walk.end();
        return ROW;
      }
      walk.toOlder(mem, undo);
    }
    walk.end();
    return DONE;
  }

  /** Does the view see the version before this undo record? ROW, DONE (no), BLOCKED. */
  #judgeOlder(undo: number, trx: Transaction, task: Task): number {
    const mem = this.#pool.memory;
    const incarnation = oldIncarnation(mem, undo);
    const slot = oldSlot(mem, undo);
    const version = oldVersion(mem, undo);
    if (version === trx.version && slot === trx.slot && incarnation === this.#incarnation) return ROW;
    const hint = oldCts(mem, undo);
    const state = this.#judge(hint !== 0 ? hint : this.#fusion.slotState(incarnation, slot, version), task);
    if (state === BLOCKED) return BLOCKED;
    return state > 0 && state <= trx.view.cts ? ROW : DONE;
  }

  /** Keeps the version reached so far, whose bytes may be in a page. */
  #pause(): number {
    const {memory, payloadAt: at, payloadLength: length} = this;
    let kept = memory;
    if (memory === this.#pool.memory) {
      kept = this.#room()[0];
      kept.bytes.set(memory.bytes.subarray(at, at + length));
    }
    this.#walk.keep(kept, length, this.flags);
    return BLOCKED;
  }

  #resume(): void {
    const walk = this.#walk;
    if (walk.memory === undefined) return;
    this.memory = walk.memory;
    this.payloadAt = 0;
    this.payloadLength = walk.payloadLength;
    this.flags = walk.flags;
  }

  #room(): readonly [Memory, Memory] {
    const {pageSize} = this.#pool;
    this.#scratch ??= [new Memory(new ArrayBuffer(pageSize)), new Memory(new ArrayBuffer(pageSize))];
    return this.#scratch;
  }

  /** Builds the payload of the version before, in the scratch buffer that does not hold the newer one. */
  #stepBack(undo: number): void {
    const [first, second] = this.#room();
    const target = this.memory === first ? second : first;
    const {memory, payloadAt: at, payloadLength: length} = this;
    this.payloadLength = reconstructPayload(this.#pool.memory, undo, memory, at, length, target, 0);
    this.memory = target;
    this.payloadAt = 0;
  }

  /** Undo of a version above an open view is kept by the horizon (K2, K14): missing it is a bug, never an answer. */
  #undoGone(page: number, at: number): never {
    throw new BugError(`undo record at page ${page}, offset ${at} is gone although a view needs it`);
  }
}
