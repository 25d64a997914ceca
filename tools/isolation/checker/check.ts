// The checker: a history in, findings and a verdict per isolation level out.
//
// Time is linear in the size of the history but for the search for short witnesses, which has a budget (see cycles.ts). The verdicts are
// exact for what the inferred dependencies show; a history that shows nothing does not prove a database right.

import {type Transactions, transactionsOf} from '../history/transactions.ts';
import type {HistoryEvent} from '../history/types.ts';
import {type AnomalyName, type Finding, Findings} from './anomaly.ts';
import {type Cycle, type CycleLimits, defaultLimits, findCycles} from './cycles.ts';
import {GraphBuilder} from './graph.ts';
import {judge, type LevelName, type LevelVerdict, weakestRefuted} from './levels.ts';
import {analyzeListAppend} from './list-append.ts';
import {analyzeRwRegister} from './rw-register.ts';
import {addProcessOrder, addRealtimeOrder} from './time-order.ts';

export interface CheckOptions {
  /** Findings kept per name; all are counted. Default 5. */
  readonly examples?: number;
  /** For registers: the writes of each key are known to take effect in real time, which orders its versions. Default false. */
  readonly realtimeKeys?: boolean;
  /** Limits of the witness search; `examples` overrides theirs. */
  readonly limits?: CycleLimits;
}

export interface Report {
  readonly transactions: Transactions;
  readonly dependencies: number;
  /** Anomalies that are not cycles. */
  readonly findings: readonly Finding[];
  readonly cycles: readonly Cycle[];
  /** How often each name was found; for cycles the number of distinct witnesses kept. */
  readonly counts: ReadonlyMap<AnomalyName, number>;
  readonly verdicts: readonly LevelVerdict[];
  /** The weakest levels that the history refutes; empty when it shows nothing. */
  readonly weakestRefuted: readonly LevelName[];
}

/** Checks a history of events. @throws HistoryError when it is not a well-formed history */
export function checkHistory(events: Iterable<HistoryEvent>, options: CheckOptions = {}): Report {
  return checkTransactions(transactionsOf(events), options);
}

/** Checks a history that is in columns already. */
export function checkTransactions(txns: Transactions, options: CheckOptions = {}): Report {
  const examples = options.examples ?? defaultLimits.examples;
  const findings = new Findings(examples);
  const builder = new GraphBuilder();
  if (txns.model === 'list-append') analyzeListAppend(txns, findings, builder);
  else analyzeRwRegister(txns, findings, builder, options.realtimeKeys ?? false);
  addProcessOrder(txns, builder);
  if (txns.timed) addRealtimeOrder(txns, builder);
  const cycles = findCycles(builder.build(txns.count), {...(options.limits ?? defaultLimits), examples});
  const counts = new Map<AnomalyName, number>(findings.counts);
  for (const cycle of cycles) counts.set(cycle.name, (counts.get(cycle.name) ?? 0) + 1);
  const verdicts = judge(counts.keys());
  return {
    transactions: txns,
    dependencies: builder.edges,
    findings: findings.kept,
    cycles,
    counts,
    verdicts,
    weakestRefuted: weakestRefuted(verdicts),
  };
}

/** The verdict of one level. */
export function verdictOf(report: Report, level: LevelName): LevelVerdict {
  return report.verdicts.find(v => v.level === level) as LevelVerdict;
}
