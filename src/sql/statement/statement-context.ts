// What a statement gets to run with, and what it answers.

import type {EngineSession} from '../../engine/api.ts';
import type {AutoIncrement} from '../catalog/auto-increment.ts';
import type {Catalog} from '../catalog/catalog.ts';
import type {Rights} from '../catalog/rights.ts';
import type {Steps} from '../catalog/steps.ts';
import type {StoredView} from '../catalog/stored-table.ts';
import type {TableStatisticsCache} from '../catalog/table-statistics.ts';
import type {ExecContext} from '../exec/contract.ts';
import type {ResultColumn} from '../exec/result-column.ts';
import type {ResultSink} from '../exec/result-sink.ts';
import type {Source} from '../parse/source.ts';
import type {TableLocks} from '../session/lock-tables.ts';
import type {SqlSessionState} from '../session/session-state.ts';
import type {ProcessInfo, SqlWorld} from '../session/sql-world.ts';
import type {StatementDigests} from '../session/statement-digests.ts';
import type {TemporaryTables} from '../session/temporary-tables.ts';
import type {FileReceiver, FileRequest} from './load-data.ts';
import type {PlannedStatement} from './plan-statement.ts';

export interface StatementContext {
  readonly world: SqlWorld;
  readonly catalog: Catalog;
  readonly autoIncrement: AutoIncrement;
  readonly statistics: TableStatisticsCache;
  readonly state: SqlSessionState;
  readonly engine: EngineSession;
  /** For evaluating expressions; its parameters are those of this execution. */
  readonly exec: ExecContext;
  readonly sink: ResultSink;
  /** Asks the client for a file. Undefined: this client gives none. */
  requestFile(name: string, receiver: FileReceiver): FileRequest | undefined;
  /** The statement as written; offsets in the tree point into it. */
  readonly text: Source;
  /** What LOCK TABLES has locked; statements may use nothing else then. */
  readonly tableLocks: TableLocks | undefined;
  /** The session's temporary tables: they hide others of their names. */
  readonly temporary: TemporaryTables;
  /** What the session's account may do. */
  readonly rights: Rights;
  /** The rights of another account: the definer of a view. Undefined: there is no such account. */
  rightsOf(user: string, host: string): Steps<Rights | undefined>;
  /** Columns of the query of a view. */
  describeQuery(sql: string): Steps<readonly ResultColumn[]>;
  /** Can rows be changed through the view? */
  isUpdatable(view: StoredView): Steps<boolean>;
  /** Told of the plan that was made for this statement, when somebody wants to keep it. */
  readonly planned: ((planned: PlannedStatement) => void) | undefined;
  /** What statements have cost on this primary. */
  readonly digests: StatementDigests;
  /** All sessions of the cluster. */
  processes(): Steps<readonly ProcessInfo[]>;
  /** Names and values of the counters of SHOW STATUS. */
  statusRows(): readonly (readonly [name: string, value: string])[];
}

/** What a statement has done. Rows, if any, have gone to the sink. */
export interface Outcome {
  /** A result set was sent; the rest is for statements without one. */
  readonly hasRows: boolean;
  readonly affectedRows: number;
  /** What the OK packet tells as insert id. */
  readonly lastInsertId: number | bigint;
  /** "Rows matched: 1  Changed: 1  Warnings: 0" and the like. */
  readonly info: string;
}

export const NOTHING_DONE: Outcome = {hasRows: false, affectedRows: 0, lastInsertId: 0, info: ''};
export const ROWS_SENT: Outcome = {hasRows: true, affectedRows: 0, lastInsertId: 0, info: ''};

/** A statement that changed this many rows. */
export function changed(affectedRows: number, info = '', lastInsertId: number | bigint = 0): Outcome {
  return {hasRows: false, affectedRows, lastInsertId, info};
}
