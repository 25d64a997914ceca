// A client made of bytes: builds the packets of a MySQL client and takes apart what the server answers.

import {AuthPlugin, Capability, OFFERED_CAPABILITIES} from '../constants.ts';
import type {MysqlServer} from '../server.ts';
import {FakeSocket} from './fake-world.ts';

export interface WirePacket {
  readonly sequence: number;
  readonly payload: Buffer;
}

/** Bytes of a physical packet. */
export function packet(sequence: number, ...parts: (Uint8Array | string | number)[]): Buffer {
  const payload = bytes(...parts);
  const header = Buffer.of(payload.length & 0xff, (payload.length >> 8) & 0xff, payload.length >> 16, sequence);
  return Buffer.concat([header, payload]);
}

/** Joins bytes, text in UTF-8, and single bytes given as numbers. */
export function bytes(...parts: (Uint8Array | string | number)[]): Buffer {
  return Buffer.concat(parts.map(part => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part as string))));
}

/** Little-endian integer of a width in bytes. */
export function int(value: number, width: number): Buffer {
  const out = Buffer.alloc(width);
  for (let i = 0, rest = value; i < width; i++, rest = Math.floor(rest / 256)) out[i] = rest & 0xff;
  return out;
}

/** Takes a stream of packets apart; a rest that is no whole packet is an error. */
export function unpack(stream: Buffer): WirePacket[] {
  const packets: WirePacket[] = [];
  let at = 0;
  while (at < stream.length) {
    const length = stream.readUIntLE(at, 3);
    if (at + 4 + length > stream.length) throw new Error('the stream ends inside a packet');
    packets.push({sequence: stream[at + 3], payload: stream.subarray(at + 4, at + 4 + length)});
    at += 4 + length;
  }
  return packets;
}

export interface LoginFields {
  readonly user: string;
  readonly plugin?: string;
  readonly response?: Uint8Array;
  readonly database?: string;
  readonly capabilities?: number;
}

/** A login packet's payload, without attributes unless the capabilities say so (then with one). */
export function loginPayload(fields: LoginFields): Buffer {
  const {user, plugin = AuthPlugin.cachingSha2, response = new Uint8Array(0), database} = fields;
  let capabilities = fields.capabilities ?? OFFERED_CAPABILITIES & ~Capability.connectAttributes;
  if (database === undefined) capabilities &= ~Capability.connectWithDb;
  const attributes = (capabilities & Capability.connectAttributes) !== 0 ? [8, 3, 'key', 3, 'val'] : [];
  const databasePart = database === undefined ? [] : [database, 0];
  const head = [int(capabilities >>> 0, 4), int(1 << 24, 4), 255, Buffer.alloc(23)];
  return bytes(...head, user, 0, response.length, response, ...databasePart, plugin, 0, ...attributes);
}

/** A connection to a server, seen from the client. */
export class WireClient {
  readonly socket = new FakeSocket();
  /** The challenge of the greeting. */
  readonly nonce: Buffer;

  constructor(server: MysqlServer) {
    server.accept(this.socket);
    const [greeting] = this.received();
    if (greeting.payload[0] === 0xff) {
      this.nonce = Buffer.alloc(0);
      return;
    }
    const at = greeting.payload.indexOf(0) + 5;
    this.nonce = Buffer.concat([greeting.payload.subarray(at, at + 8), greeting.payload.subarray(at + 27, at + 39)]);
  }

  /** Packets received since the last call. */
  received(): WirePacket[] {
    return unpack(Buffer.concat(this.socket.writes.splice(0)));
  }

  /** Sends one packet and returns what came back at once. */
  send(sequence: number, ...parts: (Uint8Array | string | number)[]): WirePacket[] {
    this.socket.onData(packet(sequence, ...parts));
    return this.received();
  }

  /** Sends a command. */
  command(...parts: (Uint8Array | string | number)[]): WirePacket[] {
    return this.send(0, ...parts);
  }
}

/** The error of an ERR packet, as `errno state message`. */
export function errorText(payload: Buffer): string {
  if (payload[0] !== 0xff) throw new Error(`not an ERR packet: ${payload.toString('hex')}`);
  return `${payload.readUInt16LE(1)} ${payload.toString('utf8', 3)}`;
}
