// What the protocol keeps of each prepared statement of a connection: how many parameters it has, the types sent
// last, and long data sent ahead of its execution. The plan itself is the session's.
//
// COM_STMT_SEND_LONG_DATA has no reply, so what is wrong with it is told by the next execution.

import {SqlError} from '../base/sql-error.ts';
import type {WireParameter} from './api.ts';

/** Long data of one parameter: the pieces as they came, and what they count for against the limit. */
interface LongData {
  readonly pieces: Uint8Array[];
  cost: number;
}

/** What a piece costs in memory beyond its bytes, so that a million tiny pieces are not free. */
const PIECE_COST = 128;

const NO_TYPES = new Uint16Array(0);

/** Wire-side state of one prepared statement. */
export class StatementParameters {
  /** Parameters of the statement, attributes not counted. */
  readonly count: number;
  /** Types of the parameters of the last execution, and of its attributes behind them. */
  types: Uint16Array = NO_TYPES;
  /** The decoded values; written anew by each execution. */
  readonly values: WireParameter[];
  /** What a COM_STMT_SEND_LONG_DATA did wrong. */
  longFault: SqlError | undefined = undefined;

  #long: Map<number, LongData> | undefined = undefined;

  constructor(count: number) {
    this.count = count;
    this.values = new Array<WireParameter>(count).fill(null);
  }

  hasLongData(index: number): boolean {
    return this.#long?.has(index) ?? false;
  }

  /** The whole long value of a parameter that has one. */
  longData(index: number): Buffer {
    return Buffer.concat(this.#long?.get(index)?.pieces ?? []);
  }

  /** Appends to the long value of a parameter. An empty piece still says that the parameter is sent this way. */
  addLongData(index: number, piece: Uint8Array): void {
    this.#long ??= new Map();
    const data = this.#long.get(index) ?? {pieces: [], cost: 0};
    data.pieces.push(piece);
    data.cost += piece.length + PIECE_COST;
    this.#long.set(index, data);
  }

  /** Forgets long data and faults; returns what they counted for. */
  dropLongData(): number {
    if (this.#long === undefined && this.longFault === undefined) return 0;
    let bytes = 0;
    for (const data of this.#long?.values() ?? []) bytes += data.cost;
    this.#long = undefined;
    this.longFault = undefined;
    return bytes;
  }
}

/** The prepared statements of one connection, by id. */
export class PreparedStatements {
  readonly #byId = new Map<number, StatementParameters>();
  /** Long data held at most over all statements of the connection, in bytes. */
  readonly #longLimit: number;
  #longBytes = 0;

  constructor(longLimit: number) {
    this.#longLimit = longLimit;
  }

  open(id: number, parameters: number): void {
    this.close(id);
    this.#byId.set(id, new StatementParameters(parameters));
  }

  find(id: number): StatementParameters | undefined {
    return this.#byId.get(id);
  }

  /** True when there was such a statement. */
  close(id: number): boolean {
    const statement = this.#byId.get(id);
    if (statement !== undefined) this.dropLongData(statement);
    return this.#byId.delete(id);
  }

  clear(): void {
    this.#byId.clear();
    this.#longBytes = 0;
  }

  /** COM_STMT_SEND_LONG_DATA. The piece must be the caller's to give away. */
  addLongData(id: number, index: number, piece: Uint8Array): void {
    const statement = this.#byId.get(id);
    if (statement === undefined || statement.longFault !== undefined) return;
    const fault = this.#longFault(statement, index, piece.length);
    if (fault !== undefined) {
      this.dropLongData(statement);
      statement.longFault = fault;
      return;
    }
    this.#longBytes += piece.length + PIECE_COST;
    statement.addLongData(index, piece);
  }

  /** After an execution or a reset of the statement. */
  dropLongData(statement: StatementParameters): void {
    this.#longBytes -= statement.dropLongData();
  }

  #longFault(statement: StatementParameters, index: number, length: number): SqlError | undefined {
    if (index >= statement.count) return new SqlError('ER_WRONG_ARGUMENTS', 'mysqld_stmt_send_long_data');
    if (this.#longBytes + length + PIECE_COST <= this.#longLimit) return undefined;
    return new SqlError(
      'ER_UNKNOWN_ERROR',
      "Parameter of prepared statement which is set through mysql_send_long_data() is longer than 'max_allowed_packet' bytes",
    );
  }
}
