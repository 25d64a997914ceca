// What a history is: events of client processes, in the order a single observer saw them.
//
// This is the form that other checkers of the Elle family read: every operation is an `invoke` event followed by one completion of the same
// process. `ok` means it happened, `fail` means it certainly did not, and `info` means nobody knows. Calling an unknown outcome a failure
// makes a checker accuse an innocent database, so a doubtful outcome is always `info`.

/** Keys and values: compared by identity, so 1 and "1" differ. */
export type Scalar = number | string;

export type EventType = 'invoke' | 'ok' | 'fail' | 'info';

/** A micro-operation of a transaction: `["append", key, element]`, `["w", key, value]` or `["r", key, result]`. */
export type Mop =
  | readonly ['append', Scalar, Scalar]
  | readonly ['w', Scalar, Scalar]
  | readonly ['r', Scalar, Scalar | null | readonly Scalar[]];

/** One line of a history. Events of `nemesis` and other non-numeric processes are kept in files and ignored by the checkers. */
export interface HistoryEvent {
  /** Place in the history, strictly increasing; when absent the order of the file counts. */
  readonly index?: number;
  /** Nanoseconds since the start of the run; only for drawings, never for ordering. */
  readonly time?: number;
  readonly type: EventType;
  /** Processes are single-threaded; a process is retired after an `info`. */
  readonly process: Scalar;
  /** `txn` for transactions of mops; other names belong to the companion checkers. */
  readonly f?: string | null;
  readonly value?: unknown;
  /** Why an operation failed; for people. */
  readonly error?: string;
  /** The server that answered; for people, and for the comparison of final reads. */
  readonly node?: string;
  /** A read made after the run, when all faults are healed: it must show every acknowledged write. */
  readonly final?: boolean;
}

/** The history breaks the rules of histories, so nothing can be said about the database. */
export class HistoryError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'HistoryError';
  }
}
