// A statement's client on the wire: rows and answers go into the connection's ResultWriter. One object per connection, reused.

import type {SqlError} from '../../base/sql-error.ts';
import type {Memory} from '../../format/memory.ts';
import type {TimeZone} from '../../format/value/temporal.ts';
import {UTC} from '../../format/value/time-zone.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import type {ColumnDefinition, ColumnsCache, OkInfo, ResultWriter} from '../../protocol/api.ts';
import type {ResultColumn} from '../../sql/exec/result-column.ts';
import type {RowWirePlans} from '../../sql/exec/result-sink.ts';
import type {Reply, StatementClient} from '../../sql/session/client.ts';
import type {FileReceiver, FileRequest} from '../../sql/statement/load-data.ts';
import {columnDefinition} from './column-definitions.ts';
import {BINARY_FIXED_MAX, isTextInBinary, pieceMax, putBinaryFixed, putPiece, textPiece} from './value-writer.ts';

/** What is kept of a plan's columns as long as the plan lives. */
interface ColumnSet {
  readonly types: readonly SqlType[];
  readonly definitions: readonly ColumnDefinition[];
  readonly cache: ColumnsCache;
}

const sets = new WeakMap<object, ColumnSet>();

export class WireSink implements StatementClient {
  #out: ResultWriter | undefined;
  #types: readonly SqlType[] = [];
  /** Columns have been sent: an error now ends a result set. */
  #begun = false;
  /** Zone that TIMESTAMP columns are shown in; set before each command. */
  zone: TimeZone = UTC;
  /** Status bits for the column definitions' EOF; set before each command. */
  status = 0;

  /** Where the next command's answer goes. */
  start(out: ResultWriter): void {
    this.#out = out;
    this.#begun = false;
  }

  get #writer(): ResultWriter {
    const out = this.#out;
    if (out === undefined) throw new Error('no command is under way');
    return out;
  }

  begin(columns: readonly ResultColumn[], cacheKey: object): void {
    let entry = sets.get(cacheKey);
    if (entry === undefined) {
      entry = {
        types: columns.map(column => column.type),
        definitions: columns.map(columnDefinition),
        cache: {bytes: undefined},
      };
      sets.set(cacheKey, entry);
    }
    const out = this.#writer;
    this.#types = entry.types;
    out.columns(entry.definitions, this.status, entry.cache);
    this.#begun = true;
  }

  row(values: readonly Value[], count: number): boolean {
    return this.#writer.binary ? this.#binaryRow(values, count) : this.#textRow(values, count);
  }

  #textRow(values: readonly Value[], count: number): boolean {
    const out = this.#writer;
    const pieces: (string | Uint8Array | null)[] = [];
    let max = 0;
    for (let i = 0; i < count; i++) {
      const piece = textPiece(values[i], this.#types[i]);
      pieces.push(piece);
      max += pieceMax(piece);
    }
    let at = out.rowBegin(max);
    const {buffer} = out;
    for (const piece of pieces) at = putPiece(buffer, at, piece);
    return out.rowEnd(at);
  }

  #binaryRow(values: readonly Value[], count: number): boolean {
    const out = this.#writer;
    const bitmap = (count + 9) >> 3;
    let max = 1 + bitmap;
    const pieces: (string | Uint8Array | null)[] = [];
    for (let i = 0; i < count; i++) {
      const asText = isTextInBinary(this.#types[i]);
      const piece = asText ? textPiece(values[i], this.#types[i]) : null;
      pieces.push(piece);
      max += asText ? pieceMax(piece) : BINARY_FIXED_MAX;
    }
    const start = out.rowBegin(max);
    const {buffer, view} = out;
    buffer.fill(0, start, start + 1 + bitmap);
    let at = start + 1 + bitmap;
    for (let i = 0; i < count; i++) {
      const value = values[i];
      if (value === null) buffer[start + 1 + ((i + 2) >> 3)] |= 1 << ((i + 2) & 7);
      else if (isTextInBinary(this.#types[i])) at = putPiece(buffer, at, pieces[i]);
      else at = putBinaryFixed(buffer, view, at, value, this.#types[i]);
    }
    return out.rowEnd(at);
  }

  rowBytes(plans: RowWirePlans, memory: Memory, payloadAt: number, payloadLength: number): boolean {
    const out = this.#writer;
    const plan = out.binary ? plans.binary : plans.text;
    const at = out.rowBegin(plan.maxBytes(payloadLength));
    return out.rowEnd(plan.write(memory, payloadAt, out.buffer, out.view, at, this.zone));
  }

  end(): void {
    // The statement's end follows with its status: rowsEnded.
  }

  ok(reply: Reply): void {
    const out = this.#writer;
    out.moreResults(reply.more);
    out.ok(okInfo(reply));
    this.#begun = false;
  }

  rowsEnded(reply: Reply): void {
    const out = this.#writer;
    out.moreResults(reply.more);
    out.end(okInfo(reply));
    this.#begun = false;
  }

  failed(error: SqlError): void {
    this.#writer.error(error.errno, error.sqlState, error.message);
    this.#begun = false;
  }

  requestFile(name: string, receiver: FileReceiver): FileRequest | undefined {
    const out = this.#writer;
    return out.requestFile(name, receiver) ? {resume: () => out.resumeFile()} : undefined;
  }

  /** A result set is open: for assertions and tests. */
  get isOpen(): boolean {
    return this.#begun;
  }
}

function okInfo(reply: Reply): OkInfo {
  const {affectedRows, lastInsertId, status, warnings, info, schema} = reply;
  return {affectedRows, lastInsertId, status, warnings, info, ...(schema === undefined ? {} : {schema})};
}
