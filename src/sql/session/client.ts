// What a session answers to: a connection's glue to the wire, or a test.

import type {SqlError} from '../../base/sql-error.ts';
import type {ResultSink} from '../exec/result-sink.ts';
import type {FileReceiver, FileRequest} from '../statement/load-data.ts';

/** How a statement ended. */
export interface Reply {
  readonly affectedRows: number;
  readonly lastInsertId: number | bigint;
  /** SERVER_STATUS_IN_TRANS, _AUTOCOMMIT, _NO_BACKSLASH_ESCAPES, _IN_TRANS_READONLY as the protocol numbers them. */
  readonly status: number;
  readonly warnings: number;
  readonly info: string;
  /** The default database, when the statement has changed it. */
  readonly schema: string | undefined;
  /** Another statement of the same text follows. */
  readonly more: boolean;
}

/** Receives the results of statements, in order. Each statement ends by exactly one of `ok`, `rowsEnded` and `failed`. */
export interface StatementClient extends ResultSink {
  /** A statement without a result set. */
  ok(reply: Reply): void;
  /** The result set is complete, and the statement with it (its transaction too, under autocommit). */
  rowsEnded(reply: Reply): void;
  failed(error: SqlError): void;
  /** Asks for a file of the client's, which goes to the receiver. Undefined: it gives none. */
  requestFile?(name: string, receiver: FileReceiver): FileRequest | undefined;
}

/** Status bits that a session knows of; the numbers are the protocol's. */
export const SessionStatus = {
  inTransaction: 0x0001,
  autocommit: 0x0002,
  noBackslashEscapes: 0x0200,
  inReadOnlyTransaction: 0x2000,
} as const;
