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
  rollAt,
  rollPage,
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
  oldRollAt,
  oldRollPage,
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

/** Longest row payload: it must fit a page. */
const PAYLOAD_MAX = 65536;

/** State of a row's writer, from `writerState`: a CTS (> 0), or one of these. */
export const WRITER_SELF = 0;
export const WRITER_ACTIVE = -2;

export class VersionReader {
  readonly #pool: PagePool;
  readonly #fusion: TransactionFusion;
  readonly #incarnation: number;
  /** Tasks that met rows of an incarnation that is not recovered yet (K8). */
  readonly #unrecovered: WaitList;
  readonly #scratch = [new Memory(new ArrayBuffer(PAYLOAD_MAX)), new Memory(new ArrayBuffer(PAYLOAD_MAX))] as const;
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

  #findOlder(record: number, trx: Transaction, task: Task): number {
    const mem = this.#pool.memory;
    let page = rollPage(mem, record);
    let at = rollAt(mem, record);
    let incarnation = writerIncarnation(mem, record);
    let slot = writerSlot(mem, record);
    let version = writerVersion(mem, record);
    while (page !== 0) {
      const base = this.#pool.fix(page, PLockMode.shared, task);
      if (base < 0) return BLOCKED;
      const undo = undoAt(mem, base, at, incarnation, slot, version);
      if (undo === NO_UNDO) return this.#undoGone(page, at);
      this.undoReads++;
      const type = undoType(mem, undo);
      if (type === UndoType.insert) return DONE;
      if (type === UndoType.update || type === UndoType.revive) this.#stepBack(undo);
      this.flags = oldRowFlags(oldFlags(mem, undo));
      incarnation = oldIncarnation(mem, undo);
      slot = oldSlot(mem, undo);
      version = oldVersion(mem, undo);
      if (version === trx.version && slot === trx.slot && incarnation === this.#incarnation) return ROW;
      const hint = oldCts(mem, undo);
      const state = this.#judge(hint !== 0 ? hint : this.#fusion.slotState(incarnation, slot, version), task);
      if (state === BLOCKED) return BLOCKED;
      if (state > 0 && state <= trx.view.cts) return ROW;
      page = oldRollPage(mem, undo);
      at = oldRollAt(mem, undo);
    }
    return DONE;
  }

  /** Builds the payload of the version before, in the scratch buffer that does not hold the newer one. */
  #stepBack(undo: number): void {
    const [first, second] = this.#scratch;
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
