// What things cost in the projection. The engine is the real one; time is not: these figures say how long what it does would take on a machine where every primary has a processor of its own.
//
// Processor times are measured (measure.ts). Latencies are parameters: of memory that is reached by RDMA, and of a local network. A one-sided access keeps the processor waiting; a message, a page from storage and a disk do not.

/** Processor time of a primary for one operation, milliseconds. */
export interface ProcessorTimes {
  /** A reading and a writing statement, with protocol, locks and log; BEGIN and COMMIT together. */
  readonly readStatement: number;
  readonly writeStatement: number;
  readonly transaction: number;
  /** Applying a record of another node's redo to a cached page; passing over one whose page is not cached. */
  readonly applyRecord: number;
  readonly passOverRecord: number;
  /** A page read from storage. */
  readonly storageRead: number;
  readonly logForce: number;
  /** A bell, both ends together. */
  readonly messageProcessor: number;
}

/** Milliseconds each, but where it says otherwise. */
export interface CostModel extends ProcessorTimes {
  readonly name: string;
  /** From the client and back. */
  readonly clientRoundTrip: number;
  /** A one-sided read or change of a word in PMFS: lock words, timestamps, transaction slots, proposals. */
  readonly verb: number;
  /** A page to the distributed buffer pool, or from it. */
  readonly pageCopy: number;
  /** A bell from node to node until it is heard. */
  readonly message: number;
  /** A page from storage, mean: between a sixth of it and nearly twice as much. It has to be built from the log first, so the log has to be there. */
  readonly storagePage: number;
  /** A log force takes the simulator's 0.05 to 0.35 ms times this factor. */
  readonly diskSlowness: number;
}

/** By `node bench/projection/measure.ts`, on the machine of docs/performance.md while other programs used it too: the least of six rounds. */
const MEASURED: ProcessorTimes = {
  readStatement: 0.078,
  writeStatement: 0.27,
  transaction: 0.11,
  applyRecord: 0.00034,
  passOverRecord: 0.00003,
  storageRead: 0.015,
  logForce: 0.1,
  messageProcessor: 0.01,
};

export const RDMA: CostModel = {
  ...MEASURED,
  name: 'rdma',
  clientRoundTrip: 0.1,
  verb: 0.003,
  pageCopy: 0.008,
  message: 0.01,
  storagePage: 0.12,
  diskSlowness: 1,
};

/**
 * As `rdma`, but the pages come from servers of their own: the log goes to its store first, from there to them, and a page that was changed a moment ago is there when they have it. Aurora's replicas have a change
 * after 2.6 to 5.4 ms (SIGMOD 2017), which is that way without the page's own.
 */
const afterMs = (storagePage: number): CostModel => ({
  ...RDMA,
  name: `rdma, pages after ${storagePage} ms`,
  storagePage,
});
export const PAGE_SERVERS: readonly CostModel[] = [afterMs(2), afterMs(5), afterMs(10)];

export const LAN: CostModel = {
  ...MEASURED,
  name: 'lan',
  clientRoundTrip: 0.2,
  verb: 0.05,
  pageCopy: 0.08,
  message: 0.1,
  storagePage: 0.5,
  diskSlowness: 3,
};

/** In these all modes are projected. */
export const COST_MODELS: readonly CostModel[] = [RDMA, LAN];

/** Mean of the simulator's way of a page from storage. */
export const SIM_STORAGE_PAGE_MS = 0.12;

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
