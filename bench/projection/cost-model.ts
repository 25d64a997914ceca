// What things cost in the projection. The engine is the real one; time is not: these figures say how long what it does would take on a machine where every primary has a processor of its own.
//
// Processor times are estimates, in the range of what docs/performance.md and the micro-benchmarks show; nobody has fitted them. Latencies are parameters: of memory that is reached by RDMA, and of a local network. A one-sided access keeps the
// processor waiting; a message and a disk do not.

/** Milliseconds each, but where it says otherwise. */
export interface CostModel {
  readonly name: string;
  /** Processor time of a reading and of a writing statement, with parsing, protocol, locks and log; of BEGIN and COMMIT together. */
  readonly readStatement: number;
  readonly writeStatement: number;
  readonly transaction: number;
  /** From the client and back. */
  readonly clientRoundTrip: number;
  /** A one-sided read or change of a word in PMFS: lock words, timestamps, transaction slots, proposals. */
  readonly verb: number;
  /** A page to the distributed buffer pool, or from it. */
  readonly pageCopy: number;
  /** A bell from node to node until it is heard; and what it costs the processor at both ends together. */
  readonly message: number;
  readonly messageProcessor: number;
  /** Applying a record of another node's redo to a cached page; passing over one whose page is not cached. */
  readonly applyRecord: number;
  readonly passOverRecord: number;
  /** Processor time of a page read from storage, beside its way (0.02 to 0.22 ms, the simulator's). */
  readonly storageRead: number;
  /** A log force: mean of the disk (the simulator's 0.05 to 0.35 ms, slowed down by this factor), and what it costs the processor. */
  readonly diskSlowness: number;
  readonly logForce: number;
}

const MEASURED = {
  readStatement: 0.045,
  writeStatement: 0.07,
  transaction: 0.06,
  applyRecord: 0.001,
  passOverRecord: 0.0001,
  storageRead: 0.01,
  logForce: 0.01,
  messageProcessor: 0.004,
};

export const RDMA: CostModel = {
  ...MEASURED,
  name: 'rdma',
  clientRoundTrip: 0.1,
  verb: 0.003,
  pageCopy: 0.008,
  message: 0.01,
  diskSlowness: 1,
};

export const LAN: CostModel = {
  ...MEASURED,
  name: 'lan',
  clientRoundTrip: 0.2,
  verb: 0.05,
  pageCopy: 0.08,
  message: 0.1,
  diskSlowness: 3,
};

export const COST_MODELS: readonly CostModel[] = [RDMA, LAN];

/** Counters that only grow, by name, of one primary. */
export type Figures = ReadonlyMap<string, number>;

/** Processor time that the engine's coherence has cost since `before`: what the statements themselves cost is charged by statement. */
export function coherenceMs(model: CostModel, before: Figures, now: Figures): number {
  const grown = (name: string): number => (now.get(name) ?? 0) - (before.get(name) ?? 0);
  const verbs =
    grown('plock_grants') + grown('plock_releases') + grown('proposals') * 2 + grown('transaction_commits') * 3;
  return (
    verbs * model.verb +
    (grown('dbp_hits') + grown('dbp_pushes') - grown('dbp_pushes_without_frame')) * model.pageCopy +
    (grown('bells_sent') + grown('bells_delivered')) * (model.messageProcessor / 2) +
    grown('peer_records_applied') * model.applyRecord +
    grown('peer_records_passed_over') * model.passOverRecord +
    grown('storage_reads') * model.storageRead +
    grown('log_flushes') * model.logForce
  );
}
