// A MySQL client for one person at a terminal: login with or without TLS, text queries, several result sets. The server's errors are ServerError.

import {createHash} from 'node:crypto';
import {connect as connectPlain, type Socket} from 'node:net';
import {connect as connectTls} from 'node:tls';
import {OperatingError} from '../../base/errors.ts';
import {ClientPackets} from './packets.ts';

/** Capabilities asked for: protocol 4.1, long flags, transactions, secure authentication, multiple statements and results, plugins. */
const CAPABILITIES = 0x1 | 0x4 | 0x200 | 0x2000 | 0x8000 | 0x1_0000 | 0x2_0000 | 0x8_0000;
const CONNECT_WITH_DB = 0x8;
const SSL = 0x800;
const MORE_RESULTS = 0x8;
const UTF8MB4 = 255;
const PACKET_MAX = 0x4000_0000;
const COM_QUIT = 0x01;
const COM_QUERY = 0x03;
const OK = 0x00;
const MORE_DATA = 0x01;
const LOCAL_INFILE = 0xfb;
const EOF = 0xfe;
const ERROR = 0xff;
/** What caching_sha2_password says behind MORE_DATA. */
const FAST_OK = 3;

export interface ClientOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Use TLS where the server offers it. Its certificate is not verified. */
  readonly tls: boolean;
}

/** The server refused something. */
export class ServerError extends Error {
  constructor(errno: number, sqlState: string, message: string) {
    super(`ERROR ${errno} (${sqlState}): ${message}`);
  }
}

export interface ResultSet {
  /** Names of the columns; empty when the statement gives no rows. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly affectedRows: number;
  readonly warnings: number;
}

export class SqlClient {
  readonly #packets: ClientPackets;
  #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#packets = new ClientPackets(socket);
  }

  /** Connects and logs in. Throws OperatingError when nobody answers, ServerError when the server refuses. */
  static async open(options: ClientOptions): Promise<SqlClient> {
    const {host, port} = options;
    const socket = await new Promise<Socket>((done, fail) => {
      const plain = connectPlain({host, port, noDelay: true}, () => done(plain));
      plain.once('error', error =>
        fail(
          new OperatingError(
            `no server answers on ${host}:${port} (${error.message})`,
            'start one with `npm start`, or name it with --host and --port',
          ),
        ),
      );
    });
    const client = new SqlClient(socket);
    await client.#login(options);
    return client;
  }

  async #login(options: ClientOptions): Promise<void> {
    const greeting = readGreeting(await this.#next());
    const secure = options.tls && (greeting.capabilities & SSL) !== 0;
    const {user, password, database} = options;
    const capabilities = CAPABILITIES | (database === '' ? 0 : CONNECT_WITH_DB) | (secure ? SSL : 0);
    const head = Buffer.alloc(32);
    head.writeUInt32LE(capabilities, 0);
    head.writeUInt32LE(PACKET_MAX, 4);
    head[8] = UTF8MB4;
    if (secure) {
      this.#packets.send(head);
      await this.#startTls();
    }
    const proof = prove(greeting.plugin, password, greeting.nonce);
    const text = [user, ...(database === '' ? [] : [database]), greeting.plugin].map(part => Buffer.from(`${part}\0`));
    this.#packets.send(Buffer.concat([head, text[0], Buffer.of(proof.length), proof, ...text.slice(1)]));
    await this.#authenticate(password, secure);
  }

  /** The dialogue behind the login packet, until OK. */
  async #authenticate(password: string, secure: boolean): Promise<void> {
    for (;;) {
      const packet = await this.#next();
      if (packet[0] === OK) return;
      if (packet[0] === EOF) {
        const end = packet.indexOf(0, 1);
        const plugin = packet.toString('latin1', 1, end);
        this.#packets.send(prove(plugin, password, packet.subarray(end + 1, end + 21)));
      } else if (packet[0] === MORE_DATA && packet[1] !== FAST_OK) {
        if (!secure)
          throw new OperatingError(
            'this account needs its whole password, which is sent over TLS only',
            'leave out --no-tls',
          );
        this.#packets.send(Buffer.from(`${password}\0`));
      } else if (packet[0] !== MORE_DATA) throw new Error('the login got an answer that it does not know');
    }
  }

  #startTls(): Promise<void> {
    return new Promise((done, fail) => {
      this.#socket.removeAllListeners('data');
      const secure = connectTls({socket: this.#socket, rejectUnauthorized: false}, () => done());
      secure.once('error', fail);
      this.#packets.moveTo(secure);
      this.#socket = secure;
    });
  }

  /** The next payload; an ERR packet is thrown. */
  async #next(): Promise<Buffer> {
    const packet = await this.#packets.next();
    if (packet[0] !== ERROR) return packet;
    const hasState = packet[3] === 0x23;
    const state = hasState ? packet.toString('latin1', 4, 9) : 'HY000';
    throw new ServerError(packet.readUInt16LE(1), state, packet.toString('utf8', hasState ? 9 : 3));
  }

  /** Runs one text, and gives its result sets one by one. */
  async *query(sql: string): AsyncGenerator<ResultSet> {
    this.#packets.send(Buffer.concat([Buffer.of(COM_QUERY), Buffer.from(sql)]), true);
    for (let more = true; more; ) {
      const reader = new Fields(await this.#next());
      if (reader.bytes[0] === LOCAL_INFILE) {
        this.#packets.send(Buffer.alloc(0));
        continue;
      }
      const result = reader.bytes[0] === OK ? reader.ok() : await this.#rows(reader.integer());
      more = (result.status & MORE_RESULTS) !== 0;
      yield result;
    }
  }

  async #rows(count: number): Promise<ResultSet & {status: number}> {
    const columns: string[] = [];
    for (let i = 0; i < count; i++) {
      const definition = new Fields(await this.#next());
      for (let skipped = 0; skipped < 4; skipped++) definition.text();
      columns.push(definition.text() ?? '');
    }
    await this.#next();
    const rows: (string | null)[][] = [];
    for (;;) {
      const packet = await this.#next();
      if (packet[0] === EOF && packet.length < 9) {
        return {columns, rows, affectedRows: 0, warnings: packet.readUInt16LE(1), status: packet.readUInt16LE(3)};
      }
      const fields = new Fields(packet);
      rows.push(columns.map(() => fields.text()));
    }
  }

  /** Says good-bye. */
  close(): void {
    this.#packets.send(Buffer.of(COM_QUIT), true);
    this.#socket.end();
  }
}

/** Reads length-encoded fields. */
class Fields {
  readonly bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  integer(): number {
    const first = this.bytes[this.#at++];
    if (first < 0xfb) return first;
    const size = first === 0xfc ? 2 : first === 0xfd ? 3 : 8;
    const value = size === 8 ? Number(this.bytes.readBigUInt64LE(this.#at)) : this.bytes.readUIntLE(this.#at, size);
    this.#at += size;
    return value;
  }

  /** A string, or NULL. */
  text(): string | null {
    if (this.bytes[this.#at] === 0xfb) {
      this.#at++;
      return null;
    }
    const length = this.integer();
    this.#at += length;
    return this.bytes.toString('utf8', this.#at - length, this.#at);
  }

  /** The whole of an OK packet. */
  ok(): ResultSet & {status: number} {
    this.#at = 1;
    const affectedRows = this.integer();
    this.integer();
    const status = this.bytes.readUInt16LE(this.#at);
    return {columns: [], rows: [], affectedRows, status, warnings: this.bytes.readUInt16LE(this.#at + 2)};
  }
}

function readGreeting(packet: Buffer): {capabilities: number; nonce: Buffer; plugin: string} {
  const version = packet.indexOf(0, 1);
  const at = version + 5;
  const nonce = Buffer.concat([packet.subarray(at, at + 8), packet.subarray(at + 27, at + 39)]);
  const capabilities = packet.readUInt16LE(at + 9) | (packet.readUInt16LE(at + 14) << 16);
  const plugin = packet.toString('latin1', at + 40, packet.indexOf(0, at + 40));
  return {capabilities, nonce, plugin};
}

/** What proves the password to this plugin; no password is proved by nothing. */
function prove(plugin: string, password: string, nonce: Buffer): Buffer {
  if (password === '') return Buffer.alloc(0);
  const isNative = plugin === 'mysql_native_password';
  const hash = (...parts: Buffer[]): Buffer =>
    createHash(isNative ? 'sha1' : 'sha256')
      .update(Buffer.concat(parts))
      .digest();
  const once = hash(Buffer.from(password));
  const twice = hash(once);
  const mask = isNative ? hash(nonce, twice) : hash(twice, nonce);
  return Buffer.from(once.map((byte, i) => byte ^ mask[i]));
}
