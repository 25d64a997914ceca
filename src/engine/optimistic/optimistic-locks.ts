// Waits for transactions in the optimistic mode: inside a node they are as ever. Nobody waits for a transaction of another node that is under way: who meets its change or its lock comes second, and loses
// (1213). One that is being rolled back is waited for: it cannot win any more.

import {
  type LockFusion,
  type RowWait,
  SLOT_ACTIVE,
  type TransactionFusion,
  WAIT_DEADLOCK,
  type WaitKind,
} from '../../fusion/api.ts';

export class OptimisticLocks implements LockFusion {
  readonly #real: LockFusion;
  readonly #transactions: TransactionFusion;
  readonly #incarnation: number;
  /** Transactions that met another node's row. */
  conflicts = 0;

  constructor(real: LockFusion, transactions: TransactionFusion, incarnation: number) {
    this.#real = real;
    this.#transactions = transactions;
    this.#incarnation = incarnation;
  }

  registerWait(
    slot: number,
    holderIncarnation: number,
    holderSlot: number,
    holderVersion: number,
    resource: number,
    weight: number,
  ): number {
    if (
      holderIncarnation !== this.#incarnation &&
      this.#transactions.slotState(holderIncarnation, holderSlot, holderVersion) === SLOT_ACTIVE
    ) {
      this.conflicts++;
      return WAIT_DEADLOCK;
    }
    return this.#real.registerWait(slot, holderIncarnation, holderSlot, holderVersion, resource, weight);
  }

  cancelWait(waitId: number): void {
    this.#real.cancelWait(waitId);
  }

  hasWaiters(resource: number): boolean {
    return this.#real.hasWaiters(resource);
  }

  rowWaits(): readonly RowWait[] {
    return this.#real.rowWaits();
  }

  wakeResource(resource: number): void {
    this.#real.wakeResource(resource);
  }

  registerObjectWait(slot: number, kind: WaitKind, pageNo: number, weight: number): number {
    return this.#real.registerObjectWait(slot, kind, pageNo, weight);
  }

  registerObjectUse(slot: number, pageNo: number): void {
    this.#real.registerObjectUse(slot, pageNo);
  }

  unregisterObjectUse(slot: number, pageNo: number): void {
    this.#real.unregisterObjectUse(slot, pageNo);
  }
}
