// What one statement of a simulated SQL session answered: rows as texts, or an error.

import type {SqlResult, SqlValue} from '../../../tools/isolation/workloads/sql-client.ts';
import {SqlFailure} from '../../../tools/isolation/workloads/sql-client.ts';
import type {SqlError} from '../../base/sql-error.ts';
import type {Memory} from '../../format/memory.ts';
import {toText} from '../../format/value/domain.ts';
import type {Value} from '../../format/value/types.ts';
import type {ResultColumn} from '../../sql/exec/result-column.ts';
import type {RowWirePlans} from '../../sql/exec/result-sink.ts';
import type {Reply, StatementClient} from '../../sql/session/client.ts';
import type {SqlSession} from '../../sql/session/session.ts';

/** The answer that says that this primary does not serve any more; the client's session is gone with it. */
const SERVER_SHUTDOWN = 1053;
/** Marks of the text protocol: NULL, and lengths of two and three bytes. */
const NULL_MARK = 0xfb;
const TWO_BYTES = 0xfc;
const THREE_BYTES = 0xfd;

export class SqlAnswers implements StatementClient {
  readonly #session: SqlSession;
  #columns: readonly ResultColumn[] = [];
  #rows: (string | null)[][] = [];
  #reply: Reply | undefined;
  failure: SqlFailure | undefined;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  get result(): SqlResult {
    return {
      rows: this.#rows,
      affectedRows: this.#reply?.affectedRows ?? 0,
      insertId: Number(this.#reply?.lastInsertId ?? 0),
    };
  }

  begin(columns: readonly ResultColumn[]): void {
    this.#columns = columns;
    this.#rows = [];
  }

  row(values: readonly Value[], count: number): boolean {
    const columns = this.#columns;
    this.#rows.push(values.slice(0, count).map((value, i) => (value === null ? null : toText(value, columns[i].type))));
    return true;
  }

  rowBytes({text}: RowWirePlans, memory: Memory, payloadAt: number, payloadLength: number): boolean {
    const out = Buffer.alloc(text.maxBytes(payloadLength));
    const view = new DataView(out.buffer, out.byteOffset, out.length);
    this.#rows.push(textRow(out, text.write(memory, payloadAt, out, view, 0, this.#session.state.timeZone)));
    return true;
  }

  end(): void {}

  ok(reply: Reply): void {
    this.#reply = reply;
  }

  rowsEnded(reply: Reply): void {
    this.#reply = reply;
  }

  failed(error: SqlError): void {
    this.failure = new SqlFailure(`${error.errno} ${error.message}`, error.errno, error.errno === SERVER_SHUTDOWN);
  }
}

function textRow(out: Buffer, end: number): (string | null)[] {
  const row: (string | null)[] = [];
  for (let at = 0; at < end; ) {
    const mark = out[at++];
    if (mark === NULL_MARK) {
      row.push(null);
      continue;
    }
    const bytes = mark === TWO_BYTES ? 2 : mark === THREE_BYTES ? 3 : 0;
    const length = bytes === 0 ? mark : out.readUIntLE(at, bytes);
    at += bytes;
    row.push(out.toString('utf8', at, at + length));
    at += length;
  }
  return row;
}

/** A statement with its values written into it. */
export function textOf(sql: string, values: readonly SqlValue[]): string {
  let next = 0;
  return sql.replaceAll('?', () => {
    const value = values[next++];
    return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
  });
}
