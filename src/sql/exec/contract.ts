// The contract of execution: how statements run, poll by poll, and where their rows go.
//
// A statement is an object with `poll()`. It runs until it is finished or something is not here yet (BLOCKED); the session's driver
// polls it again. Row sources of the generic operator tree share one register file: a source decodes just the columns that
// somebody needs into registers, expressions read registers, and `next()` answers with a small integer. The common plans do not
// use registers at all: they copy bytes from page to packet.

import type {EngineSession} from '../../engine/api.ts';
import type {Codec} from '../../env/crypto.ts';
import type {Scratch} from '../../env/scratch.ts';
import type {ConversionContext} from '../../format/value/conversion-context.ts';
import type {TimeZone} from '../../format/value/temporal.ts';
import type {Value} from '../../format/value/types.ts';
import type {ResultSink} from './result-sink.ts';

/** The values of the current row, by register number. Registers are given out at plan time, one per needed column or computed value. */
export type Registers = Value[];

/** A row source of the generic tree. */
export interface RowSource {
  /** Starts (again): called before the first next, and for each outer row of a nested loop. */
  open(context: ExecContext): void;
  /** ROW, DONE, BLOCKED or an engine result code below BLOCKED. After BLOCKED call again. */
  next(context: ExecContext): number;
  close(context: ExecContext): void;
}

/** What one execution carries; reused by the session from statement to statement. */
export interface ExecContext {
  readonly registers: Registers;
  /** Values of `?` and of the literals that the plan cache took out, in order. */
  parameters: readonly Value[];
  readonly engine: EngineSession;
  readonly session: SessionState;
}

/** What expressions and statements may see of the session (variables, time zone, diagnostics). It is a ConversionContext. */
export interface SessionState extends ConversionContext {
  readonly connectionId: number;
  readonly user: string;
  readonly host: string;
  /** The account that the session has the rights of: user@host pattern. */
  readonly account: string;
  /** CURRENT_ROLE(): the active roles; NONE. */
  readonly currentRole: string;
  database: string;
  /** sql_mode as bits (format/value/sql-mode.ts). */
  readonly sqlMode: number;
  /** @@time_zone. */
  readonly timeZone: TimeZone;
  /** Fixed for the statement: NOW() and friends, microseconds since 1970 UTC. */
  readonly statementMicros: number;
  readonly collationConnection: number;
  lastInsertId: number | bigint;
  rowCount: number;
  foundRows: number;
  userVariable(name: string): Value;
  setUserVariable(name: string, value: Value): void;
  systemVariable(name: string, scope: 'global' | 'session'): Value;
  warning(level: 'Note' | 'Warning' | 'Error', errno: number, message: string): void;
  /** Random numbers for RAND() and UUID(), clock for SLEEP: the env's. */
  random(): number;
  secretBytes(length: number): Uint8Array;
  nowMicros(): number;
  /** Named locks that the session holds. */
  readonly namedLocks: Set<string>;
  /** The connection that holds a named lock, on any primary; 0: nobody does; BLOCKED: not known yet, and the session's waiter is woken. */
  lockHolder(name: string): number;
  /** SLEEP: ROW when `nowMicros` has reached the deadline; else BLOCKED, and the session's waiter is woken then; INTERRUPTED by KILL. */
  sleepUntil(deadlineMicros: number): number;
  /** Files for what does not fit into memory; undefined where there are none. */
  readonly scratch?: Scratch | undefined;
  /** Ciphers and compression: the env's. */
  readonly codec: Codec;
  hashHex(algorithm: 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512', bytes: Uint8Array): string;
}

/** A running statement. */
export interface Execution {
  /** Runs on. ROW (1) never; DONE: finished, the sink has the whole answer; BLOCKED; or an engine result code for the session to turn into an error. */
  poll(context: ExecContext, sink: ResultSink): number;
}
