// A client for differential runs: text protocol only, no password, everything the server says about a statement kept as it came. Statements
// may be sent ahead (`run` does not wait for the answers before), which is what makes 100,000 queries a matter of minutes.

import {connect, type Socket} from 'node:net';

const CLIENT_PROTOCOL_41 = 0x200;
const CLIENT_TRANSACTIONS = 0x2000;
const CLIENT_SECURE_CONNECTION = 0x8000;
const CLIENT_PLUGIN_AUTH = 0x80000;
const CLIENT_LONG_FLAG = 0x4;
const UTF8MB4_GENERAL_CI = 45;
const COM_QUERY = 3;
const OK = 0x00;
const EOF = 0xfe;
const ERROR = 0xff;
const NULL_VALUE = 0xfb;

/** A column of a result as its definition packet tells. */
export interface WireColumn {
  readonly name: string;
  readonly charset: number;
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  readonly decimals: number;
}

/** Everything one statement was answered with. Values are texts; bytes that are no UTF-8 are written as `x'..'`. */
export interface Answer {
  readonly columns: readonly WireColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly affectedRows: number;
  readonly insertId: number;
  readonly info: string;
  readonly warnings: number;
  /** 0 when the statement did not fail. */
  readonly errno: number;
  readonly sqlState: string;
  readonly message: string;
}

const EMPTY: Answer = {
  columns: [],
  rows: [],
  affectedRows: 0,
  insertId: 0,
  info: '',
  warnings: 0,
  errno: 0,
  sqlState: '',
  message: '',
};

/** One answer being put together. */
interface Pending {
  readonly done: (answer: Answer) => void;
  readonly fail: (error: Error) => void;
  state: 'first' | 'columns' | 'rows';
  columnsLeft: number;
  readonly columns: WireColumn[];
  readonly rows: (string | null)[][];
}

export class WireClient {
  readonly #socket: Socket;
  readonly #pending: Pending[] = [];
  #first = 0;
  #received: Buffer = Buffer.alloc(0);
  #ready: (() => void) | undefined;
  #broken: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', bytes => this.#receive(bytes));
    socket.on('error', error => this.#break(error));
    socket.on('close', () => this.#break(new Error('the server closed the connection')));
  }

  /** Connects as root without a password. */
  static connect(port: number): Promise<WireClient> {
    return new Promise((done, fail) => {
      const client = new WireClient(connect(port, '127.0.0.1'));
      client.#ready = () => {
        client.#ready = undefined;
        if (client.#broken === undefined) done(client);
        else fail(client.#broken);
      };
    });
  }

  /** Sends a statement; answers come in the order of the statements. A statement that fails is an answer, a lost connection is an error. */
  run(sql: string): Promise<Answer> {
    return new Promise((done, fail) => {
      if (this.#broken !== undefined) {
        fail(this.#broken);
        return;
      }
      this.#pending.push({done, fail, state: 'first', columnsLeft: 0, columns: [], rows: []});
      const text = Buffer.from(sql, 'utf8');
      this.#send(Buffer.concat([Buffer.of(COM_QUERY), text]), 0);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(payload: Buffer, sequence: number): void {
    const head = Buffer.alloc(4);
    head.writeUIntLE(payload.length, 0, 3);
    head[3] = sequence;
    this.#socket.write(Buffer.concat([head, payload]));
  }

  #break(error: Error): void {
    this.#broken ??= error;
    this.#ready?.();
    for (let i = this.#first; i < this.#pending.length; i++) this.#pending[i].fail(this.#broken);
    this.#pending.length = 0;
    this.#first = 0;
  }

  #receive(bytes: Buffer): void {
    let all = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    while (all.length >= 4) {
      const length = all.readUIntLE(0, 3);
      if (all.length < 4 + length) break;
      this.#packet(all.subarray(4, 4 + length), all[3]);
      all = all.subarray(4 + length);
    }
    this.#received = all;
  }

  #packet(packet: Buffer, sequence: number): void {
    if (this.#ready !== undefined) this.#greet(packet, sequence);
    else this.#answer(packet);
  }

  /** Handshake: whatever method the server names, an account without a password answers with nothing. */
  #greet(packet: Buffer, sequence: number): void {
    if (sequence === 0) {
      const capabilities =
        CLIENT_PROTOCOL_41 | CLIENT_TRANSACTIONS | CLIENT_SECURE_CONNECTION | CLIENT_PLUGIN_AUTH | CLIENT_LONG_FLAG;
      const head = Buffer.alloc(32);
      head.writeUInt32LE(capabilities, 0);
      head.writeUInt32LE(1 << 24, 4);
      head[8] = UTF8MB4_GENERAL_CI;
      this.#send(Buffer.concat([head, Buffer.from('root\0\0mysql_native_password\0')]), 1);
    } else if (packet[0] === EOF) {
      this.#send(Buffer.alloc(0), sequence + 1);
    } else if (packet[0] === OK) {
      this.#ready?.();
    } else if (packet[0] === ERROR) {
      this.#break(new Error(packet.toString('utf8', 9)));
    }
  }

  #answer(packet: Buffer): void {
    const pending = this.#pending[this.#first];
    if (packet[0] === ERROR) {
      this.#finish({
        ...EMPTY,
        errno: packet.readUInt16LE(1),
        sqlState: packet.toString('latin1', 4, 9),
        message: packet.toString('utf8', 9),
      });
    } else if (pending.state === 'first') {
      this.#firstPacket(pending, packet);
    } else if (packet[0] === EOF && packet.length < 9) {
      if (pending.state === 'columns') pending.state = 'rows';
      else this.#finish({...EMPTY, columns: pending.columns, rows: pending.rows, warnings: packet.readUInt16LE(1)});
    } else if (pending.state === 'columns') {
      pending.columns.push(readColumn(packet));
    } else {
      pending.rows.push(readRow(packet, pending.columns));
    }
  }

  #firstPacket(pending: Pending, packet: Buffer): void {
    if (packet[0] !== OK) {
      pending.state = 'columns';
      return;
    }
    const reader = new Reader(packet, 1);
    const affectedRows = reader.integer();
    const insertId = reader.integer();
    reader.at += 2;
    const warnings = packet.readUInt16LE(reader.at);
    this.#finish({...EMPTY, affectedRows, insertId, warnings, info: packet.toString('utf8', reader.at + 2)});
  }

  #finish(answer: Answer): void {
    const pending = this.#pending[this.#first++];
    if (this.#first === this.#pending.length) {
      this.#pending.length = 0;
      this.#first = 0;
    }
    pending.done(answer);
  }
}

/** Reads length-encoded things. */
class Reader {
  readonly #packet: Buffer;
  at: number;

  constructor(packet: Buffer, at: number) {
    this.#packet = packet;
    this.at = at;
  }

  integer(): number {
    const first = this.#packet[this.at++];
    if (first < NULL_VALUE) return first;
    const size = first === 0xfc ? 2 : first === 0xfd ? 3 : 8;
    const value = size === 8 ? Number(this.#packet.readBigUInt64LE(this.at)) : this.#packet.readUIntLE(this.at, size);
    this.at += size;
    return value;
  }

  text(): string | null {
    if (this.#packet[this.at] === NULL_VALUE) {
      this.at++;
      return null;
    }
    const length = this.integer();
    const bytes = this.#packet.subarray(this.at, this.at + length);
    this.at += length;
    return showBytes(bytes);
  }
}

function readColumn(packet: Buffer): WireColumn {
  const reader = new Reader(packet, 0);
  for (let i = 0; i < 4; i++) reader.text();
  const name = reader.text() ?? '';
  reader.text();
  const at = reader.at + 1;
  return {
    name,
    charset: packet.readUInt16LE(at),
    length: packet.readUInt32LE(at + 2),
    type: packet[at + 6],
    flags: packet.readUInt16LE(at + 7),
    decimals: packet[at + 9],
  };
}

function readRow(packet: Buffer, columns: readonly WireColumn[]): (string | null)[] {
  const reader = new Reader(packet, 0);
  return columns.map(() => reader.text());
}

const utf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

function showBytes(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return `x'${bytes.toString('hex')}'`;
  }
}
