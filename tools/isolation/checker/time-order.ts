// Edges that come from the observer and not from the data: the order of a process's own transactions, and real time.

import {NEVER, Status, type Transactions} from '../history/transactions.ts';
import {type GraphBuilder, Kind} from './graph.ts';

/** Calls back for each event in order of place: invocation or completion of a transaction that is not `fail`. */
function eachEvent(txns: Transactions, invoked: (txn: number) => void, completed: (txn: number) => void): void {
  const started = new Int32Array(txns.places).fill(-1);
  const ended = new Int32Array(txns.places).fill(-1);
  for (let t = 0; t < txns.count; t++) {
    if (txns.status[t] === Status.fail) continue;
    started[txns.invokedAt[t]] = t;
    if (txns.completedAt[t] !== NEVER) ended[txns.completedAt[t]] = t;
  }
  for (let place = 0; place < txns.places; place++) {
    if (started[place] !== -1) invoked(started[place]);
    if (ended[place] !== -1) completed(ended[place]);
  }
}

/** Each ok transaction to the next one of its process. */
export function addProcessOrder(txns: Transactions, graph: GraphBuilder): void {
  const last = new Map<number, number>();
  eachEvent(
    txns,
    txn => {
      const before = last.get(txns.process[txn]);
      if (before !== undefined) graph.add(before, txn, Kind.process, -1);
    },
    txn => last.set(txns.process[txn], txn),
  );
}

/**
 * T1 to T2 where T1 completed before T2 was invoked, without the edges that follow from others: only completed transactions that no other
 * completed one already follows are sources, so there are at most as many edges per transaction as processes.
 */
export function addRealtimeOrder(txns: Transactions, graph: GraphBuilder): void {
  let frontier: number[] = [];
  eachEvent(
    txns,
    txn => {
      for (const before of frontier) graph.add(before, txn, Kind.realtime, -1);
    },
    txn => {
      frontier = frontier.filter(before => txns.completedAt[before] >= txns.invokedAt[txn]);
      frontier.push(txn);
    },
  );
}
