// What the wire protocol needs from the server behind it, and what it offers to it.
//
// The protocol room owns packets, sequence numbers, the handshake, authentication, TLS and the decoding of commands.
// It calls a `SessionHandler` for each command and hands it a `ResultWriter`; the handler answers through the
// writer, at once or later (when it was BLOCKED). No promise exists on that path. One command is under way per
// connection; pipelined commands wait in the connection's input buffer, and their answers share one socket write.

import type {TlsCredentials, TlsFacts} from '../env/network.ts';

/** What is known of the peer after the handshake. */
export interface ClientInfo {
  readonly connectionId: number;
  readonly user: string;
  readonly host: string;
  readonly database: string;
  readonly capabilities: number;
  /** Collation id asked for in the handshake. */
  readonly collation: number;
  readonly secure: boolean;
  /** What TLS has agreed on; undefined without TLS. */
  readonly tls?: TlsFacts | undefined;
  readonly attributes: ReadonlyMap<string, string>;
}

/** An account as authentication needs it. */
export interface Account {
  readonly user: string;
  /** Host pattern of the account that matched, for CURRENT_USER(). */
  readonly host: string;
  readonly plugin: 'caching_sha2_password' | 'mysql_native_password';
  /** native: SHA1(SHA1(password)), 20 bytes, or empty for no password.
   *  caching_sha2: the stored string `$A$005$<salt 20><digest 43>` as bytes, or empty for no password. */
  readonly secret: Uint8Array;
  readonly requireTls: boolean;
  readonly locked: boolean;
}

/** A DECIMAL parameter: its text, as the client wrote it and not looked into. */
export interface WireDecimal {
  readonly kind: 'decimal';
  readonly text: string;
}

/** A DATE, DATETIME or TIMESTAMP parameter. Each field is within its range (month 0-12, day 0-31), the whole need not be a date. */
export interface WireDateTime {
  readonly kind: 'date' | 'datetime';
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
}

/** A TIME parameter; the sign holds for all fields. */
export interface WireTime {
  readonly kind: 'time';
  readonly negative: boolean;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly micros: number;
}

/** One parameter of a prepared statement, decoded. Integers are numbers where safe, else bigints; character types are
 * strings, or bytes when they are not valid UTF-8; blob types and BIT are bytes. */
export type WireParameter = null | number | bigint | string | Uint8Array | WireDecimal | WireDateTime | WireTime;

/** In `types` of `execute`: the parameter was sent as unsigned. */
export const UNSIGNED_PARAMETER = 0x8000;

/** A column of a result set, ready for the wire. Cached per plan. */
export interface ColumnDefinition {
  readonly schema: string;
  readonly table: string;
  readonly orgTable: string;
  readonly name: string;
  readonly orgName: string;
  /** Collation id (63 = binary). */
  readonly collation: number;
  readonly length: number;
  /** MYSQL_TYPE_* (protocol/constants.ts). */
  readonly type: number;
  readonly flags: number;
  readonly decimals: number;
}

export interface OkInfo {
  readonly affectedRows?: number;
  readonly lastInsertId?: number | bigint;
  /** SERVER_STATUS_* bits; the writer adds MORE_RESULTS itself. */
  readonly status: number;
  readonly warnings?: number;
  readonly info?: string;
  /** The default database, when the command changed it: told to clients that track it. */
  readonly schema?: string;
}

/**
 * Writes one command's reply. Rows are written by the executor directly into the output buffer:
 * `rowBegin(maxBytes)` makes room and gives the offset at which the row's payload starts; the caller
 * writes into `buffer`/`view` from there and calls `rowEnd(endOffset)`.
 * After `rowEnd` returns false the client does not drain: the executor must return BLOCKED (wait DRAIN) and go on when polled again.
 */
export interface ResultWriter {
  /** True for COM_STMT_EXECUTE: rows are in the binary protocol. */
  readonly binary: boolean;
  /** Current output buffer and its view. Read them after rowBegin, never before it in the same expression: it may move them. */
  readonly buffer: Buffer;
  readonly view: DataView;
  /** Column count and definitions (and EOF where the client wants one). `cache` keeps the bytes per plan. */
  columns(columns: readonly ColumnDefinition[], status: number, cache?: ColumnsCache): void;
  /** Room for a row payload of at most `maxBytes`; returns its start offset in `buffer`. */
  rowBegin(maxBytes: number): number;
  /** Ends the row whose payload ends before `end`. False: stop producing until onDrain. */
  rowEnd(end: number): boolean;
  /** Ends the result set (EOF or OK with the EOF header). */
  end(info: OkInfo): void;
  /** An OK packet: a statement without a result set. */
  ok(info: OkInfo): void;
  /** An ERR packet. Legal at any point of a result set; ends the command. */
  error(errno: number, sqlState: string, message: string): void;
  /**
   * Asks the client for one of its files (LOAD DATA LOCAL), before anything else of the reply; its packets go to the receiver. False: this client has said that
   * it gives none.
   */
  requestFile(name: string, receiver: FileReceiver): boolean;
  /** The receiver, which has answered false, takes more. */
  resumeFile(): void;
  /** Says that another result set of the same command follows (multi-statements); call before end/ok/error. */
  moreResults(yes: boolean): void;
}

/** Takes a file that the client sends. Called between polls; not any more when the client has gone. */
export interface FileReceiver {
  /** The bytes are the receiver's own. False: no more until `resumeFile`. */
  data(bytes: Uint8Array): boolean;
  end(): void;
}

/** Opaque cache of encoded column definitions, one per plan; filled by the writer, the same for all clients. */
export interface ColumnsCache {
  bytes: Buffer | undefined;
}

/** What COM_STMT_PREPARE answers. */
export interface PreparedInfo {
  readonly statementId: number;
  readonly parameters: number;
  readonly columns: readonly ColumnDefinition[];
  readonly warnings: number;
}

/** The commands, decoded. Each ends by exactly one call of `done` after its reply is complete in the writer. */
export interface SessionHandler {
  /** COM_QUERY. `sql` is valid only during the call (copy what must stay). */
  query(sql: Uint8Array, at: number, end: number, out: ResultWriter, done: () => void): void;
  prepare(sql: string, reply: (info: PreparedInfo | {errno: number; sqlState: string; message: string}) => void): void;
  /** COM_STMT_EXECUTE of a statement that `prepare` gave out and that was not closed since. `types[i]` says how parameter
   * i was sent: MYSQL_TYPE_*, with UNSIGNED_PARAMETER; a number alone does not tell an integer from a double. Both arrays
   * are the connection's own and valid until `done`. */
  execute(
    statementId: number,
    parameters: readonly WireParameter[],
    types: Uint16Array,
    out: ResultWriter,
    done: () => void,
  ): void;
  closeStatement(statementId: number): void;
  resetStatement(statementId: number): void;
  initDb(database: string, out: ResultWriter, done: () => void): void;
  fieldList(table: string, wildcard: string, out: ResultWriter, done: () => void): void;
  /** COM_RESET_CONNECTION: roll back, drop statements, variables, locks. */
  reset(out: ResultWriter, done: () => void): void;
  /** COM_CHANGE_USER after a successful authentication. */
  changeUser(client: ClientInfo, account: Account, out: ResultWriter, done: () => void): void;
  statistics(): string;
  setMultiStatements(on: boolean): void;
  kill(connectionId: number, out: ResultWriter, done: () => void): void;
  /** SERVER_STATUS_* bits for replies that the protocol room makes itself (login, COM_PING, COM_STMT_PREPARE ...). */
  status(): number;
  /** Seconds without a command after which the connection is closed: wait_timeout, or interactive_timeout. */
  waitTimeoutSeconds(): number;
  /** The client is gone or is being cut off: roll back and free everything. Called once; also while a command is under way,
   * whose writer then swallows everything (rowEnd says false) and whose `done` need not be called any more. */
  closed(): void;
  /** The socket has drained: a BLOCKED writer may go on. */
  drained(): void;
}

/** What a session may do to its own connection (KILL, shutdown). */
export interface ConnectionControl {
  readonly connectionId: number;
  /** Ends the connection: at once when it is idle, else after the reply of the command under way. */
  disconnect(): void;
}

/** What a listening primary provides to its connections. */
export interface ServerHooks {
  readonly serverVersion: string;
  /** The next connection id, unique in the cluster, or -1 when there are too many connections. */
  connect(): number;
  disconnect(connectionId: number): void;
  /** The account for a user from a host, or undefined. May look into the catalog later: answer by callback. */
  account(user: string, host: string, reply: (account: Account | undefined) => void): void;
  /** Builds the session of an authenticated client; `database` '' is none. Answers an error (1049 ...) instead where it must. */
  session(
    client: ClientInfo,
    account: Account,
    reply: (handler: SessionHandler | {errno: number; sqlState: string; message: string}) => void,
    connection: ConnectionControl,
  ): void;
  /** Host and names for error texts; failed logins are counted here. */
  loginFailed(user: string, host: string): void;
}

/** Settings of a listening primary. */
export interface ServerOptions {
  /** Certificate and key; without them TLS is not offered. */
  readonly tls?: TlsCredentials;
  /** Largest command in bytes (max_allowed_packet). Default 64 MiB. */
  readonly maxAllowedPacket?: number;
  /** Seconds from the first byte to the end of the login (connect_timeout). Default 10. */
  readonly connectTimeoutSeconds?: number;
  /** Refuses logins without TLS (require_secure_transport). Default false. */
  readonly requireSecureTransport?: boolean;
}
