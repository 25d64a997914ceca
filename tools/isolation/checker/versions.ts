// The partial order of versions of a register. A register forgets its past, so the order is inferred from what transactions did:
//
//   initial      nil comes before every written value
//   own writes   a transaction that wrote v1 and then v2 put v2 after v1
//   read, write  a transaction that read v1 and then wrote v2 put v2 after v1 (the other way round would be a circle of information anyway)
//   real time    with `realtimeKeys`: what a completed transaction saw or left in a key comes before what a later one writes there
//
// The last holds for any store in which the writes of one key take effect between invocation and completion, as with row locks. It says
// nothing about reads, so a stale read is still called a stale read.

import {Status, type Transactions} from '../history/transactions.ts';
import {GraphBuilder} from './graph.ts';

/** Stands for the initial nil of every key in the version graph of that key. */
export const NIL = -1;

export interface VersionPairs {
  /** earlier[i] comes before later[i]; both of one key; earlier may be NIL only in `sources`. */
  readonly earlier: readonly number[];
  readonly later: readonly number[];
}

/** Pairs that follow from single transactions, and from real time if wanted. */
export function versionPairs(txns: Transactions, realtimeKeys: boolean): VersionPairs {
  const earlier: number[] = [];
  const later: number[] = [];
  const state = new Int32Array(txns.opTxn.length).fill(NIL);
  for (let op = 0; op < txns.opTxn.length; op++) {
    const before = txns.opBefore[op] === -1 ? NIL : state[txns.opBefore[op]];
    const written = txns.opVersion[op];
    state[op] = written !== -1 ? written : txns.readStart[op] === -1 ? before : stateRead(txns, op);
    if (written === -1 || before === NIL || txns.status[txns.opTxn[op]] === Status.fail) continue;
    earlier.push(before);
    later.push(written);
  }
  if (realtimeKeys && txns.timed) addRealtimePairs(txns, state, earlier, later);
  return {earlier, later};
}

/** The version a register read returned, or NIL. */
export function stateRead(txns: Transactions, op: number): number {
  return txns.readStart[op] === txns.readEnd[op] ? NIL : txns.elements[txns.readStart[op]];
}

/** The first version a transaction wrote of a key, or NIL, and the last it saw or left. */
interface Touch {
  readonly txn: number;
  firstWrite: number;
  last: number;
}

function addRealtimePairs(txns: Transactions, state: Int32Array, earlier: number[], later: number[]): void {
  touchesByKey(txns, state).forEach(touches => {
    const byInvocation = [...touches].sort((a, b) => txns.invokedAt[a.txn] - txns.invokedAt[b.txn]);
    const byCompletion = [...touches].sort((a, b) => txns.completedAt[a.txn] - txns.completedAt[b.txn]);
    let frontier: Touch[] = [];
    let completed = 0;
    for (const touch of byInvocation) {
      for (; txns.completedAt[byCompletion[completed].txn] < txns.invokedAt[touch.txn]; completed++) {
        const done = byCompletion[completed];
        // Only a write passes the order on to what comes after it.
        if (done.firstWrite !== NIL)
          frontier = frontier.filter(other => txns.completedAt[other.txn] >= txns.invokedAt[done.txn]);
        frontier.push(done);
      }
      for (const before of frontier) {
        if (before.last === NIL || touch.firstWrite === NIL || before.last === touch.firstWrite) continue;
        earlier.push(before.last);
        later.push(touch.firstWrite);
      }
    }
  });
}

function touchesByKey(txns: Transactions, state: Int32Array): Touch[][] {
  const touches: Touch[][] = txns.keys.map(() => []);
  for (let op = 0; op < txns.opTxn.length; op++) {
    const txn = txns.opTxn[op];
    if (txns.status[txn] !== Status.ok) continue;
    const list = touches[txns.opKey[op]];
    let touch = list[list.length - 1];
    if (touch === undefined || touch.txn !== txn) {
      touch = {txn, firstWrite: NIL, last: NIL};
      list.push(touch);
    }
    touch.last = state[op];
    if (touch.firstWrite === NIL) touch.firstWrite = txns.opVersion[op];
  }
  return touches;
}

/** The version graph, one node per version. */
export function versionGraph(txns: Transactions, pairs: VersionPairs): ReturnType<GraphBuilder['build']> {
  const builder = new GraphBuilder();
  pairs.earlier.forEach((version, i) => {
    builder.add(version, pairs.later[i], 1, -1);
  });
  return builder.build(txns.versionKey.length);
}
