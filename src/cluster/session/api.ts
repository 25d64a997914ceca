// What a primary (cluster/node/primary.ts) needs of its SQL server. Implemented by the class SqlServer in sql-server.ts:
//
//   new SqlServer(env, engine, options): PrimarySqlServer
//
// It is the ServerHooks of the wire protocol: accounts, sessions, connection ids.

import type {ServerHooks} from '../../protocol/api.ts';
import type {PeersView, ProcessInfo, ReplicaView} from '../../sql/session/sql-world.ts';

export interface SqlServerOptions {
  /** "8.4.x-Pando-<version>": what the handshake and VERSION() say. */
  readonly version: string;
  /** The primary's number, 1 ..; connection ids are made unique with it (for example id * 16 + ordinal). */
  readonly ordinal: number;
  readonly maxConnections: number;
  /** This primary is a read replica, or was one. */
  readonly replica?: ReplicaView | undefined;
  /** Primaries follow each other (optimistic mode). */
  readonly peers?: PeersView | undefined;
  /** KILL of a connection that is not on this primary. */
  readonly killElsewhere: (connectionId: number, queryOnly: boolean) => void;
  /** Asks the other primaries for their sessions; `processesAsked` and `processesAnswered` follow. */
  readonly askProcesses: (question: number) => void;
}

export interface PrimarySqlServer extends ServerHooks {
  /** Makes the first pages of a new volume (engine/space/bootstrap.ts) and the catalog if they are not there; several primaries may do it at once. */
  bootstrap(done: () => void): void;
  /** KILL from another primary: does nothing when the connection is not here. */
  kill(connectionId: number, queryOnly: boolean): void;
  /** Sessions of this primary, for others. */
  ownProcesses(): readonly ProcessInfo[];
  /** A question has gone to so many primaries; one of them has answered. */
  processesAsked(question: number, count: number): void;
  processesAnswered(question: number, processes: readonly ProcessInfo[]): void;
  /** The primary's own port, which the system may have chosen. */
  listensOn(port: number): void;
  /** The read replica writes from now on. */
  promoted(): void;
  /** CHECK TABLE for every table of every schema and for the catalog. */
  check(done: (result: {tables: number; rows: number; violations: readonly string[]}) => void): void;
  /** Sessions that are not closed completely (rolled back) yet. */
  readonly sessions: number;
}
