// The packets of the connection phase: the greeting, what clients answer to it, and COM_CHANGE_USER.
//
//   greeting       0A  version NUL  connection id 4  nonce[0..8) NUL  capabilities low 2  collation 1  status 2
//                  capabilities high 2  21  zeros 10  nonce[8..20) NUL  plugin NUL
//   SSL request    capabilities 4  largest packet 4  collation 1  zeros 23                    (and then TLS begins)
//   login          the same 32 bytes, then: user NUL  response (counted)  [database NUL]  [plugin NUL]  [attributes]
//   change user    user NUL  response (counted)  database NUL  [collation 2]  [plugin NUL]  [attributes]
//
// These are read before anybody has proved anything: every field is bounded by the packet, the packet by the connection.

import {AuthPlugin, Capability, DEFAULT_COLLATION, Status} from './constants.ts';
import type {PayloadReader} from './payload-reader.ts';

/** Largest payload before the login is done, and of COM_CHANGE_USER. */
export const LOGIN_PACKET_MAX = 16 * 1024;

/** Length of the part that an SSL request consists of. */
const FIXED_PART = 32;

/** Attributes kept of a connection at most; further ones are read over. */
const ATTRIBUTES_MAX = 64;

/** The first packet of the server. `capabilities` is what it offers; the nonce has 20 bytes. */
export function encodeGreeting(
  version: string,
  connectionId: number,
  nonce: Uint8Array,
  capabilities: number,
): Uint8Array {
  const head = Buffer.from(`\x0a${version}\0`);
  const fixed = Buffer.alloc(31);
  fixed.writeUInt32LE(connectionId >>> 0, 0);
  fixed.set(nonce.subarray(0, 8), 4);
  fixed.writeUInt16LE(capabilities & 0xffff, 13);
  fixed[15] = DEFAULT_COLLATION;
  fixed.writeUInt16LE(Status.autocommit, 16);
  fixed.writeUInt16LE(capabilities >>> 16, 18);
  fixed[20] = nonce.length + 1;
  return Buffer.concat([head, fixed, nonce.subarray(8), Buffer.from(`\0${AuthPlugin.cachingSha2}\0`)]);
}

/** What a client says of itself in a login or a change of user. */
export interface LoginPacket {
  /** What client and server both have. */
  readonly capabilities: number;
  readonly collation: number;
  readonly user: string;
  readonly response: Uint8Array;
  readonly database: string;
  readonly plugin: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Whether this is the short packet that asks for TLS. */
export function isTlsRequest(reader: PayloadReader): boolean {
  return reader.left === FIXED_PART && (reader.bytes[reader.at + 1] & (Capability.ssl >> 8)) !== 0;
}

/** Reads the login packet; undefined when it is malformed or from a client older than MySQL 4.1. */
export function decodeLogin(reader: PayloadReader, offered: number): LoginPacket | undefined {
  const capabilities = reader.i32() & offered;
  reader.take(4);
  const collation = reader.u8();
  reader.take(23);
  if (reader.failed || (capabilities & Capability.protocol41) === 0) return undefined;
  const user = reader.zeroText();
  const response = readResponse(reader, capabilities);
  const database = (capabilities & Capability.connectWithDb) !== 0 && reader.left > 0 ? reader.zeroText() : '';
  const plugin = readPlugin(reader, capabilities);
  const attributes = readAttributes(reader, capabilities);
  if (reader.failed) return undefined;
  return {capabilities, collation, user, response, database, plugin, attributes};
}

/** Reads COM_CHANGE_USER behind its command byte; undefined when it is malformed. */
export function decodeChangeUser(reader: PayloadReader, capabilities: number): LoginPacket | undefined {
  const user = reader.zeroText();
  const response = reader.copy(reader.u8());
  const database = reader.zeroText();
  const collation = reader.left >= 2 ? reader.u16() : DEFAULT_COLLATION;
  const plugin = readPlugin(reader, capabilities);
  const attributes = readAttributes(reader, capabilities);
  if (reader.failed) return undefined;
  return {capabilities, collation, user, response, database, plugin, attributes};
}

function readResponse(reader: PayloadReader, capabilities: number): Uint8Array {
  if ((capabilities & Capability.pluginAuthLenenc) !== 0) return reader.copy(reader.lenenc());
  if ((capabilities & Capability.secureConnection) !== 0) return reader.copy(reader.u8());
  return Buffer.from(reader.zeroText(), 'latin1');
}

/** The plugin's name; clients that name none speak mysql_native_password. */
function readPlugin(reader: PayloadReader, capabilities: number): string {
  if ((capabilities & Capability.pluginAuth) === 0 || reader.left === 0) return AuthPlugin.native;
  return reader.zeroText();
}

function readAttributes(reader: PayloadReader, capabilities: number): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  if ((capabilities & Capability.connectAttributes) === 0 || reader.left === 0) return attributes;
  const length = reader.lenenc();
  if (reader.failed || length > reader.left) {
    reader.failed = true;
    return attributes;
  }
  const end = reader.at + length;
  while (reader.at < end && !reader.failed) {
    const name = reader.text(reader.lenenc());
    const value = reader.text(reader.lenenc());
    if (attributes.size < ATTRIBUTES_MAX) attributes.set(name, value);
  }
  if (reader.at !== end) reader.failed = true;
  return attributes;
}
