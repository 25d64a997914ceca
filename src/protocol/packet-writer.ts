// The output side of a connection: one growing buffer, into which packets are written one after the other.
//
//     [len seq payload][len seq payload][.... payload being written .... ]
//     0                                 #end   begin() = #end + 4        finish(end)
//
// A payload is written where it will be sent from, and its header is patched in front of it when its length is
// known. Nothing is sent before `flush`: all replies of one data callback go out by one write. When the socket has
// not taken the bytes they belong to it; then a fresh buffer takes over and `congested` stays set until drain.
// The same payload never exists twice, except for one of 16 MiB - 1 bytes and more, which is pulled apart for its headers.
//
// A writer owns a buffer only while something stands in it: a connection that waits for its client holds none. Buffers go round among the connections of a thread.

import {BugError} from '../base/assert.ts';
import type {Socket} from '../env/network.ts';
import {MAX_PACKET_PAYLOAD, PACKET_HEADER} from './constants.ts';

/** Replies that pass this size are sent before they are complete. */
const FLUSH_BYTES = 128 * 1024;
const FIRST_BYTES = 8 * 1024;
/** A buffer that grew beyond this is not kept after it was sent. */
const KEEP_BYTES = 512 * 1024;
/** Buffers kept for whoever writes next. */
const SPARE_MAX = 16;

interface Output {
  readonly buffer: Buffer;
  readonly view: DataView;
}

const NOTHING: Output = {buffer: Buffer.alloc(0), view: new DataView(new ArrayBuffer(0))};
/** Buffers that nobody writes to; those used last are warm, and come first. */
const spare: Output[] = [];

export class PacketWriter {
  /** The output buffer. Both views change whenever it grows or is given away: read them again after `begin`. */
  buffer: Buffer;
  view: DataView;
  /** Sequence number of the next packet. */
  sequence = 0;
  /** True from a write that the socket did not take until it has drained. */
  congested = false;

  #socket: Socket | undefined;
  #end = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.buffer = NOTHING.buffer;
    this.view = NOTHING.view;
  }

  /** Room for a payload of at most `maxBytes`; returns the offset in `buffer` where it starts. */
  begin(maxBytes: number): number {
    const start = this.#end + PACKET_HEADER;
    if (start + maxBytes > this.buffer.length) this.#grow(start + maxBytes, this.#end);
    return start;
  }

  /** Ends the packet whose payload ends before `end`. A payload that was begun and never ended is forgotten. */
  finish(end: number): void {
    const length = end - this.#end - PACKET_HEADER;
    if (length < 0 || end > this.buffer.length) throw new BugError('a packet ends outside the room made for it');
    if (length >= MAX_PACKET_PAYLOAD) this.#finishLong(length);
    else {
      this.#header(this.#end, length);
      this.#end = end;
    }
  }

  /** Takes packets that are complete with their headers; `count` of them, numbered from 1 in their own bytes. */
  append(packets: Buffer, count: number): void {
    const at = this.begin(packets.length) - PACKET_HEADER;
    packets.copy(this.buffer, at);
    if (this.sequence !== 1) this.#renumber(at, count);
    this.sequence = (this.sequence + count) & 0xff;
    this.#end = at + packets.length;
  }

  /** Where the next packet's header will stand; with `slice`, a way to look at packets just written. */
  get position(): number {
    return this.#end;
  }

  /** A copy of the finished packets from `from` on. */
  slice(from: number): Buffer {
    return Buffer.from(this.buffer.subarray(from, this.#end));
  }

  /** Sends early what has grown large. False: the client does not keep up; produce nothing until drain. */
  relieve(): boolean {
    if (this.#end >= FLUSH_BYTES) this.flush();
    return !this.congested;
  }

  /** Sends all finished packets by one write. */
  flush(): void {
    const length = this.#end;
    if (length === 0) return;
    this.#end = 0;
    if (this.#socket === undefined) return;
    const {buffer, view} = this;
    this.#use(NOTHING);
    if (!this.#socket.write(buffer.subarray(0, length))) this.congested = true;
    else if (buffer.length <= KEEP_BYTES && spare.length < SPARE_MAX) spare.push({buffer, view});
  }

  /** The peer is gone: what is written from now on is dropped, and the writer counts as congested for ever. */
  detach(): void {
    this.#socket = undefined;
    this.congested = true;
    this.#end = 0;
  }

  #header(at: number, length: number): void {
    const buffer = this.buffer;
    buffer[at] = length;
    buffer[at + 1] = length >>> 8;
    buffer[at + 2] = length >>> 16;
    buffer[at + 3] = this.sequence;
    this.sequence = (this.sequence + 1) & 0xff;
  }

  /** Pulls a payload apart into pieces of 16 MiB - 1, the last one shorter (perhaps empty), from the back. */
  #finishLong(length: number): void {
    const start = this.#end + PACKET_HEADER;
    const extra = Math.floor(length / MAX_PACKET_PAYLOAD);
    const end = start + length + extra * PACKET_HEADER;
    if (end > this.buffer.length) this.#grow(end, start + length);
    for (let i = extra; i > 0; i--) {
      const from = start + i * MAX_PACKET_PAYLOAD;
      this.buffer.copyWithin(from + i * PACKET_HEADER, from, Math.min(from + MAX_PACKET_PAYLOAD, start + length));
    }
    for (let i = 0; i < extra; i++) {
      this.#header(this.#end + i * (MAX_PACKET_PAYLOAD + PACKET_HEADER), MAX_PACKET_PAYLOAD);
    }
    this.#header(this.#end + extra * (MAX_PACKET_PAYLOAD + PACKET_HEADER), length - extra * MAX_PACKET_PAYLOAD);
    this.#end = end;
  }

  #renumber(at: number, count: number): void {
    const buffer = this.buffer;
    for (let i = 0; i < count; i++) {
      buffer[at + 3] = this.sequence + i;
      at += PACKET_HEADER + (buffer[at] | (buffer[at + 1] << 8) | (buffer[at + 2] << 16));
    }
  }

  #grow(needed: number, used: number): void {
    const kept = used === 0 ? spare.pop() : undefined;
    if (kept !== undefined && kept.buffer.length >= needed) {
      this.#use(kept);
      return;
    }
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2, FIRST_BYTES));
    this.buffer.copy(grown, 0, 0, used);
    this.#use({buffer: grown, view: viewOf(grown)});
  }

  #use({buffer, view}: Output): void {
    this.buffer = buffer;
    this.view = view;
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}
