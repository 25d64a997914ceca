// The syntax tree of commands: transactions, variables, accounts, SHOW, prepared statements, and the administration of
// tables and server. The rules that hold for all nodes are in ast.ts.

import type {Limit, Statement} from './ast.ts';
import type {AccountName, ColumnName, Expression, SystemVariable, TableName, UserVariable} from './ast-expression.ts';

// --- Transactions --------------------------------------------------------------------------------------------------

/** START TRANSACTION, BEGIN. */
export interface StartTransaction {
  readonly kind: 'startTransaction';
  readonly at: number;
  readonly consistentSnapshot: boolean;
  readonly access: 'readOnly' | 'readWrite' | null;
}

/** COMMIT, ROLLBACK. null: as completion_type says. */
export interface EndTransaction {
  readonly kind: 'commit' | 'rollback';
  readonly at: number;
  readonly chain: boolean | null;
  readonly release: boolean | null;
}

/** SAVEPOINT name, ROLLBACK TO name, RELEASE SAVEPOINT name. */
export interface SavepointStatement {
  readonly kind: 'savepoint' | 'rollbackTo' | 'releaseSavepoint';
  readonly at: number;
  readonly name: string;
}

export type IsolationLevel = 'readUncommitted' | 'readCommitted' | 'repeatableRead' | 'serializable';

export interface SetTransaction {
  readonly kind: 'setTransaction';
  readonly at: number;
  /** null: the next transaction only. */
  readonly scope: 'global' | 'session' | null;
  readonly isolation: IsolationLevel | null;
  readonly access: 'readOnly' | 'readWrite' | null;
}

export interface LockTables {
  readonly kind: 'lockTables';
  readonly at: number;
  readonly locks: readonly {
    readonly table: TableName;
    readonly alias: string | null;
    readonly mode: 'read' | 'readLocal' | 'write';
  }[];
}

/** A transaction id of XA: global id, branch qualifier, format number. */
export interface XaId {
  readonly global: string | Uint8Array;
  readonly branch: string | Uint8Array;
  readonly format: number | bigint;
}

export interface XaStatement {
  readonly kind: 'xa';
  readonly at: number;
  readonly action: 'start' | 'end' | 'prepare' | 'commit' | 'rollback' | 'recover';
  /** null for RECOVER. */
  readonly id: XaId | null;
  readonly option: 'join' | 'resume' | 'suspend' | 'suspendForMigrate' | 'onePhase' | 'convertXid' | null;
}

// --- Variables -----------------------------------------------------------------------------------------------------

/** SET of one or more variables and options, carried out in order. */
export interface SetStatement {
  readonly kind: 'set';
  readonly at: number;
  readonly assignments: readonly VariableAssignment[];
}

export type VariableAssignment =
  | {readonly kind: 'user'; readonly variable: UserVariable; readonly value: Expression}
  /** Without @@ it may be a variable of a stored program too. Value null: DEFAULT. A bare word is a string literal. */
  | {
      readonly kind: 'system';
      readonly variable: SystemVariable;
      readonly marked: boolean;
      readonly value: Expression | null;
    }
  /** NEW.column in a trigger. */
  | {readonly kind: 'column'; readonly column: ColumnName; readonly value: Expression | null}
  /** null: DEFAULT. */
  | {readonly kind: 'names'; readonly charset: string | null; readonly collation: string | null}
  | {readonly kind: 'charset'; readonly charset: string | null};

// --- Accounts ------------------------------------------------------------------------------------------------------

/** How an account proves itself. `secret` is a password to hash ('by') or an already hashed string ('as'). */
export interface Authentication {
  readonly plugin: string | null;
  readonly method: 'by' | 'as' | 'random' | null;
  readonly secret: string | null;
  /** ALTER USER: REPLACE 'current password'. */
  readonly replace: string | null;
  readonly retainCurrent: boolean;
  readonly discardOld: boolean;
}

export interface AccountDefinition {
  readonly account: AccountName;
  readonly authentication: Authentication | null;
}

/** An option behind the list of accounts: its words in capitals ('ACCOUNT LOCK', 'PASSWORD EXPIRE INTERVAL') and its value. */
export interface AccountOption {
  readonly name: string;
  readonly value: string | number | null;
}

export interface TlsRequirement {
  readonly kind: 'none' | 'ssl' | 'x509' | 'cipher' | 'issuer' | 'subject';
  readonly value: string | null;
}

export interface UserStatement {
  readonly kind: 'createUser' | 'alterUser';
  readonly at: number;
  /** IF NOT EXISTS, or IF EXISTS. */
  readonly ifExists: boolean;
  readonly accounts: readonly AccountDefinition[];
  /** CREATE USER ... DEFAULT ROLE. */
  readonly defaultRoles: readonly AccountName[];
  readonly require: readonly TlsRequirement[];
  readonly options: readonly AccountOption[];
}

export interface CreateRole {
  readonly kind: 'createRole';
  readonly at: number;
  readonly ifNotExists: boolean;
  readonly roles: readonly AccountName[];
}

export interface DropAccounts {
  readonly kind: 'dropUser' | 'dropRole';
  readonly at: number;
  readonly ifExists: boolean;
  readonly accounts: readonly AccountName[];
}

export interface RenameUser {
  readonly kind: 'renameUser';
  readonly at: number;
  readonly renames: readonly {readonly from: AccountName; readonly to: AccountName}[];
}

/** SET PASSWORD. `account` null: my own; `password` null: TO RANDOM. */
export interface SetPassword {
  readonly kind: 'setPassword';
  readonly at: number;
  readonly account: AccountName | null;
  readonly password: string | null;
  readonly replace: string | null;
  readonly retainCurrent: boolean;
}

export interface Privilege {
  /** In capitals: 'SELECT', 'ALL', 'CREATE TEMPORARY TABLES', or a dynamic one. */
  readonly name: string;
  readonly columns: readonly string[];
}

/** What privileges are on. `*.*`: schema '*', name '*'. `*`: schema null, name '*' (the current database). */
export interface PrivilegeTarget {
  readonly type: 'table' | 'function' | 'procedure' | null;
  readonly schema: string | null;
  readonly name: string;
}

export interface GrantStatement {
  readonly kind: 'grant' | 'revoke';
  readonly at: number;
  readonly ifExists: boolean;
  readonly ignoreUnknownUser: boolean;
  readonly privileges: readonly Privilege[];
  /** null: REVOKE ALL PRIVILEGES, GRANT OPTION FROM ... */
  readonly target: PrivilegeTarget | null;
  readonly accounts: readonly AccountName[];
  readonly grantOption: boolean;
  /** GRANT ... AS user [WITH ROLE ...] */
  readonly as: AccountName | null;
  readonly withRoles: RoleSet | null;
}

export interface GrantRoles {
  readonly kind: 'grantRoles' | 'revokeRoles';
  readonly at: number;
  readonly ifExists: boolean;
  readonly ignoreUnknownUser: boolean;
  readonly roles: readonly AccountName[];
  readonly accounts: readonly AccountName[];
  readonly adminOption: boolean;
}

/** GRANT PROXY ON account TO ..., REVOKE PROXY ON account FROM ... */
export interface GrantProxy {
  readonly kind: 'grantProxy' | 'revokeProxy';
  readonly at: number;
  readonly proxied: AccountName;
  readonly accounts: readonly AccountName[];
  readonly grantOption: boolean;
}

export interface RoleSet {
  readonly kind: 'default' | 'none' | 'all' | 'allExcept' | 'list';
  readonly roles: readonly AccountName[];
}

export interface SetRole {
  readonly kind: 'setRole';
  readonly at: number;
  readonly roles: RoleSet;
}

export interface SetDefaultRole {
  readonly kind: 'setDefaultRole';
  readonly at: number;
  readonly roles: RoleSet;
  readonly accounts: readonly AccountName[];
}

// --- SHOW, EXPLAIN -------------------------------------------------------------------------------------------------

export type ShowSubject =
  | 'binaryLogs'
  | 'binaryLogStatus'
  | 'binlogEvents'
  | 'charset'
  | 'collation'
  | 'columns'
  | 'countErrors'
  | 'countWarnings'
  | 'createDatabase'
  | 'createEvent'
  | 'createFunction'
  | 'createProcedure'
  | 'createTable'
  | 'createTrigger'
  | 'createUser'
  | 'createView'
  | 'databases'
  | 'engine'
  | 'engines'
  | 'errors'
  | 'events'
  | 'functionCode'
  | 'functionStatus'
  | 'grants'
  | 'index'
  | 'openTables'
  | 'parseTree'
  | 'plugins'
  | 'privileges'
  | 'procedureCode'
  | 'procedureStatus'
  | 'processlist'
  | 'profile'
  | 'profiles'
  | 'relaylogEvents'
  | 'replicaStatus'
  | 'replicas'
  | 'status'
  | 'tables'
  | 'tableStatus'
  | 'triggers'
  | 'variables'
  | 'warnings';

export interface Show {
  readonly kind: 'show';
  readonly at: number;
  readonly subject: ShowSubject;
  readonly full: boolean;
  readonly extended: boolean;
  /** STATUS and VARIABLES. */
  readonly scope: 'global' | 'session' | null;
  /** The object shown: a table for columns, index and create...; the engine, log file or channel in `name`. */
  readonly target: TableName | null;
  /** The database in FROM, when it is not part of `target`. */
  readonly schema: string | null;
  readonly ifNotExists: boolean;
  readonly like: string | null;
  readonly where: Expression | null;
  readonly limit: Limit | null;
  /** GRANTS [FOR account [USING roles]], CREATE USER. */
  readonly account: AccountName | null;
  readonly using: readonly AccountName[];
  /** ENGINE engine STATUS | MUTEX | LOGS, PROFILE types: the words, in capitals. */
  readonly words: readonly string[];
  /** PROFILE FOR QUERY n, events FROM position. */
  readonly number: number | null;
  /** PARSE_TREE. */
  readonly statement: Statement | null;
}

/** EXPLAIN or DESCRIBE of a statement, or of the statement a connection is running. */
export interface Explain {
  readonly kind: 'explain';
  readonly at: number;
  readonly analyze: boolean;
  readonly format: string | null;
  readonly into: string | null;
  readonly schema: string | null;
  readonly statement: Statement | null;
  readonly connection: number | null;
}

// --- Prepared statements -------------------------------------------------------------------------------------------

export interface Prepare {
  readonly kind: 'prepare';
  readonly at: number;
  readonly name: string;
  readonly source: string | UserVariable;
}

export interface Execute {
  readonly kind: 'execute';
  readonly at: number;
  readonly name: string;
  readonly using: readonly UserVariable[];
}

export interface Deallocate {
  readonly kind: 'deallocate';
  readonly at: number;
  readonly name: string;
}

// --- The rest ------------------------------------------------------------------------------------------------------

export interface Use {
  readonly kind: 'use';
  readonly at: number;
  readonly schema: string;
}

export interface CallStatement {
  readonly kind: 'callProcedure';
  readonly at: number;
  readonly name: TableName;
  readonly args: readonly Expression[];
}

export interface Do {
  readonly kind: 'do';
  readonly at: number;
  readonly expressions: readonly Expression[];
}

export interface Kill {
  readonly kind: 'kill';
  readonly at: number;
  readonly queryOnly: boolean;
  readonly id: Expression;
}

/** ANALYZE, CHECK, CHECKSUM, OPTIMIZE, REPAIR TABLE. */
export interface TableMaintenance {
  readonly kind: 'tableMaintenance';
  readonly at: number;
  readonly action: 'analyze' | 'check' | 'checksum' | 'optimize' | 'repair';
  readonly local: boolean;
  readonly tables: readonly TableName[];
  /** In capitals: QUICK, FAST, MEDIUM, EXTENDED, CHANGED, FOR UPGRADE, USE_FRM. */
  readonly options: readonly string[];
  readonly histogram: Histogram | null;
}

export interface Histogram {
  readonly action: 'update' | 'drop';
  readonly columns: readonly string[];
  readonly buckets: number | null;
  readonly auto: boolean | null;
  readonly data: string | null;
}

export interface Flush {
  readonly kind: 'flush';
  readonly at: number;
  readonly local: boolean;
  /** In capitals: TABLES, PRIVILEGES, STATUS, BINARY LOGS ... */
  readonly options: readonly string[];
  readonly tables: readonly TableName[];
  readonly tableAction: 'withReadLock' | 'forExport' | null;
  readonly channel: string | null;
}

export interface Handler {
  readonly kind: 'handler';
  readonly at: number;
  readonly table: TableName;
  readonly action: 'open' | 'read' | 'close';
  readonly alias: string | null;
  readonly index: string | null;
  readonly position: 'first' | 'next' | 'prev' | 'last' | '=' | '<=' | '>=' | '<' | '>' | null;
  readonly key: readonly Expression[];
  readonly where: Expression | null;
  readonly limit: Limit | null;
}

export interface Help {
  readonly kind: 'help';
  readonly at: number;
  readonly topic: string;
}

/**
 * A statement that is known by name only: replication, plugins, tablespaces, servers and the like. `command` has its
 * leading words in capitals; `text` is all of it as written.
 */
export interface Administrative {
  readonly kind: 'administrative';
  readonly at: number;
  readonly command: string;
  readonly text: string;
}

/** UNLOCK TABLES. */
export interface UnlockTables {
  readonly kind: 'unlockTables';
  readonly at: number;
}

export type CommandStatement =
  | StartTransaction
  | EndTransaction
  | SavepointStatement
  | SetTransaction
  | LockTables
  | UnlockTables
  | XaStatement
  | SetStatement
  | UserStatement
  | CreateRole
  | DropAccounts
  | RenameUser
  | SetPassword
  | GrantStatement
  | GrantRoles
  | GrantProxy
  | SetRole
  | SetDefaultRole
  | Show
  | Explain
  | Prepare
  | Execute
  | Deallocate
  | Use
  | CallStatement
  | Do
  | Kill
  | TableMaintenance
  | Flush
  | Handler
  | Help
  | Administrative;
