// Ended transactions of a dead incarnation, as purge wants them (G1).

import type {EndedTransaction} from '../txn/history.ts';
import type {WritingTransaction} from './checkpoint.ts';

/** Undo pages alone, as one ended transaction: to be freed when every view has passed it. */
export function onlyPages(incarnation: number, undoPages: readonly number[]): EndedTransaction {
  return {stamp: 0, incarnation, slot: 0, version: 0, undoPages, tails: []};
}

/** What purge has to know of a transaction of a dead incarnation. */
export function endedTransaction(incarnation: number, trx: WritingTransaction, rolledBack: boolean): EndedTransaction {
  const tail = {page: trx.undoPage, at: trx.undoAt, stopPage: 0, stopAt: 0, rolledBack};
  return {
    stamp: 0,
    incarnation,
    slot: trx.slot,
    version: trx.version,
    undoPages: trx.undoPages,
    tails: [...trx.tails, tail],
  };
}
