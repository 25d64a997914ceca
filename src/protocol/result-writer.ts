// Writes the reply of one command as packets: column definitions, rows, and the packet that ends a result.
//
//     result set:   count, definition ..., [EOF]  row ...  EOF | OK under 0xFE | ERR
//     no rows:      OK | ERR
//     field list:   definition with default ..., EOF | OK under 0xFE | ERR
//
// Which of the two ends a client wants (capability deprecateEof) is decided here and nowhere else. Column
// definitions are the largest part of a small answer and always the same for a plan: their packets are kept in the plan's
// cache in finished form, without the EOF, so that all clients share them, and sent by one copy.

import type {ColumnDefinition, ColumnsCache, FileReceiver, OkInfo, PreparedInfo, ResultWriter} from './api.ts';
import {BINARY_COLLATION, Capability, ColumnFlag, ColumnType, Header, Status} from './constants.ts';
import {
  LENENC_MAX,
  lenencTextMax,
  putInt16,
  putInt32,
  putLenencInt,
  putLenencInteger,
  putLenencText,
  putText,
} from './encode.ts';
import type {PacketWriter} from './packet-writer.ts';

/** What COM_STMT_PREPARE says of a parameter: nothing is known but that it is there. */
const PARAMETER: ColumnDefinition = {
  schema: '',
  table: '',
  orgTable: '',
  name: '?',
  orgName: '',
  collation: BINARY_COLLATION,
  length: 0,
  type: ColumnType.varString,
  flags: ColumnFlag.binary,
  decimals: 0,
};

/** The longest message an ERR packet carries, in UTF-16 units; longer ones are cut. */
const MESSAGE_MAX = 2048;

/** The connection's side of a file that the client sends. */
export interface FileChannel {
  begin(receiver: FileReceiver): void;
  resume(): void;
}

export class PacketResultWriter implements ResultWriter {
  binary = false;
  /** Set for COM_FIELD_LIST, whose definitions have no count before them and a default value behind. */
  fieldList = false;
  /** The capabilities in force; zero until the login packet has been read. */
  capabilities = 0;

  readonly #packets: PacketWriter;
  #files: FileChannel | undefined;
  #more = 0;

  constructor(packets: PacketWriter) {
    this.#packets = packets;
  }

  get buffer(): Buffer {
    return this.#packets.buffer;
  }

  get view(): DataView {
    return this.#packets.view;
  }

  /** Prepares for the reply of the next command. */
  start(binary: boolean, fieldList: boolean): void {
    this.binary = binary;
    this.fieldList = fieldList;
    this.#more = 0;
  }

  columns(columns: readonly ColumnDefinition[], status: number, cache?: ColumnsCache): void {
    if (this.fieldList) {
      for (const column of columns) this.#definition(column);
      return;
    }
    if (cache?.bytes !== undefined) this.#packets.append(cache.bytes, columns.length + 1);
    else this.#encodeColumns(columns, cache);
    if ((this.capabilities & Capability.deprecateEof) === 0) this.#eofPacket(status | this.#more, 0);
  }

  rowBegin(maxBytes: number): number {
    return this.#packets.begin(maxBytes);
  }

  rowEnd(end: number): boolean {
    this.#packets.finish(end);
    return this.#packets.relieve();
  }

  end(info: OkInfo): void {
    if ((this.capabilities & Capability.deprecateEof) !== 0) this.#okPacket(Header.eof, info);
    else this.#eofPacket(info.status | this.#more, info.warnings ?? 0);
  }

  ok(info: OkInfo): void {
    this.#okPacket(Header.ok, info);
  }

  error(errno: number, sqlState: string, message: string): void {
    const packets = this.#packets;
    const text = message.length > MESSAGE_MAX ? message.slice(0, MESSAGE_MAX) : message;
    let at = packets.begin(9 + text.length * 3);
    const buffer = packets.buffer;
    buffer[at] = Header.error;
    at = putInt16(buffer, at + 1, errno);
    if ((this.capabilities & Capability.protocol41) !== 0) at = putText(buffer, at, `#${sqlState}`);
    packets.finish(putText(buffer, at, text));
  }

  requestFile(name: string, receiver: FileReceiver): boolean {
    if ((this.capabilities & Capability.localFiles) === 0 || this.#files === undefined) return false;
    let at = this.#packets.begin(1 + name.length * 3);
    this.#packets.buffer[at] = Header.localInfile;
    at = putText(this.#packets.buffer, at + 1, name);
    this.#packets.finish(at);
    this.#files.begin(receiver);
    return true;
  }

  resumeFile(): void {
    this.#files?.resume();
  }

  /** Who takes the packets of files in. */
  receiveFiles(files: FileChannel): void {
    this.#files = files;
  }

  moreResults(yes: boolean): void {
    this.#more = yes ? Status.moreResults : 0;
  }

  /** The reply to COM_STMT_PREPARE. */
  prepared(info: PreparedInfo, status: number): void {
    const packets = this.#packets;
    let at = packets.begin(12);
    const buffer = packets.buffer;
    buffer[at] = Header.ok;
    at = putInt32(buffer, at + 1, info.statementId);
    at = putInt16(buffer, at, info.columns.length);
    at = putInt16(buffer, at, info.parameters);
    buffer[at] = 0;
    packets.finish(putInt16(buffer, at + 1, Math.min(info.warnings, 0xffff)));
    for (let i = 0; i < info.parameters; i++) this.#definition(PARAMETER);
    this.#endDefinitions(info.parameters, status);
    for (const column of info.columns) this.#definition(column);
    this.#endDefinitions(info.columns.length, status);
  }

  /** A packet that is nothing but text (COM_STATISTICS). */
  text(text: string): void {
    const at = this.#packets.begin(text.length * 3);
    this.#packets.finish(putText(this.#packets.buffer, at, text));
  }

  #encodeColumns(columns: readonly ColumnDefinition[], cache: ColumnsCache | undefined): void {
    const packets = this.#packets;
    const from = packets.position;
    const cacheable = packets.sequence === 1;
    const at = packets.begin(LENENC_MAX);
    packets.finish(putLenencInt(packets.buffer, at, columns.length));
    for (const column of columns) this.#definition(column);
    if (cache !== undefined && cacheable) cache.bytes = packets.slice(from);
  }

  #definition(column: ColumnDefinition): void {
    const packets = this.#packets;
    let at = packets.begin(definitionMax(column));
    const buffer = packets.buffer;
    at = putLenencText(buffer, at, 'def');
    at = putLenencText(buffer, at, column.schema);
    at = putLenencText(buffer, at, column.table);
    at = putLenencText(buffer, at, column.orgTable);
    at = putLenencText(buffer, at, column.name);
    at = putLenencText(buffer, at, column.orgName);
    buffer[at] = 12;
    at = putInt16(buffer, at + 1, column.collation);
    at = putInt32(buffer, at, column.length);
    buffer[at] = column.type;
    at = putInt16(buffer, at + 1, column.flags);
    buffer[at] = column.decimals;
    at = putInt16(buffer, at + 1, 0);
    if (this.fieldList) buffer[at++] = Header.nullValue;
    packets.finish(at);
  }

  #endDefinitions(count: number, status: number): void {
    if (count > 0 && (this.capabilities & Capability.deprecateEof) === 0) this.#eofPacket(status, 0);
  }

  #eofPacket(status: number, warnings: number): void {
    const packets = this.#packets;
    let at = packets.begin(5);
    packets.buffer[at] = Header.eof;
    at = putInt16(packets.buffer, at + 1, Math.min(warnings, 0xffff));
    packets.finish(putInt16(packets.buffer, at, status));
  }

  #okPacket(header: number, info: OkInfo): void {
    const packets = this.#packets;
    const text = info.info ?? '';
    const schema = (this.capabilities & Capability.sessionTrack) !== 0 ? info.schema : undefined;
    let at = packets.begin(32 + lenencTextMax(text) + (schema === undefined ? 0 : lenencTextMax(schema)));
    const buffer = packets.buffer;
    buffer[at] = header;
    at = putLenencInt(buffer, at + 1, info.affectedRows ?? 0);
    at = putLenencInteger(buffer, at, info.lastInsertId ?? 0);
    at = putInt16(buffer, at, info.status | this.#more | (schema === undefined ? 0 : Status.sessionStateChanged));
    at = putInt16(buffer, at, Math.min(info.warnings ?? 0, 0xffff));
    if (text !== '' || schema !== undefined) at = putLenencText(buffer, at, text);
    if (schema !== undefined) at = putSchemaChange(buffer, at, schema);
    packets.finish(at);
  }
}

/** The most bytes a column definition takes. */
function definitionMax(column: ColumnDefinition): number {
  const units =
    column.schema.length + column.table.length + column.orgTable.length + column.name.length + column.orgName.length;
  return 20 + 5 * LENENC_MAX + units * 3;
}

/** The session state block: one entry of type 1, the new default database. */
function putSchemaChange(buffer: Buffer, at: number, schema: string): number {
  const name = Buffer.byteLength(schema);
  const entry = name < 251 ? 1 + name : 3 + name;
  at = putLenencInt(buffer, at, entry + (entry < 251 ? 2 : 4));
  buffer[at] = 1;
  at = putLenencInt(buffer, at + 1, entry);
  return putLenencText(buffer, at, schema);
}
