// Own framing over byte streams: u32 length of the rest · u32 length of the JSON · JSON of the message without `bytes` · `bytes`.
//
// The connection's checksum is TCP's; what must not be wrong (batches, pages, ledger) carries its own.

import type {Message} from './api.ts';

const HEAD = 8;
/** A longer frame is not one of ours. */
export const FRAME_MAX = 32 << 20;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The frame of a message, in memory of its own. */
export function encodeMessage(message: Message): Uint8Array {
  const {bytes, ...rest} = message as Message & {bytes?: Uint8Array};
  const json = encoder.encode(JSON.stringify(rest));
  const frame = new Uint8Array(HEAD + json.length + (bytes?.length ?? 0));
  const view = new DataView(frame.buffer);
  view.setUint32(0, frame.length - 4, true);
  view.setUint32(4, json.length, true);
  frame.set(json, HEAD);
  if (bytes !== undefined) frame.set(bytes, HEAD + json.length);
  return frame;
}

function decode(frame: Uint8Array): Message {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const json = view.getUint32(4, true);
  const message = JSON.parse(decoder.decode(frame.subarray(HEAD, HEAD + json))) as Message;
  return {...message, bytes: frame.subarray(HEAD + json)} as Message;
}

/** Puts the chunks of a connection together and hands out whole messages. Throws when the bytes are not ours. */
export class MessageSplitter {
  #held = new Uint8Array(0);
  #filled = 0;

  /** The bytes of a message are its own: they may be kept. */
  push(chunk: Uint8Array, visit: (message: Message) => void): void {
    this.#append(chunk);
    let at = 0;
    while (this.#filled - at >= HEAD) {
      const view = new DataView(this.#held.buffer, at, HEAD);
      const length = view.getUint32(0, true) + 4;
      if (length > FRAME_MAX || length < HEAD) throw new RangeError(`frame of ${length} bytes`);
      if (this.#filled - at < length) break;
      const message = decode(this.#held.slice(at, at + length));
      at += length;
      visit(message);
    }
    if (at > 0) {
      this.#held.copyWithin(0, at, this.#filled);
      this.#filled -= at;
    }
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#filled + chunk.length;
    if (needed > this.#held.length) {
      const grown = new Uint8Array(Math.max(needed, this.#held.length * 2, 1 << 16));
      grown.set(this.#held.subarray(0, this.#filled));
      this.#held = grown;
    }
    this.#held.set(chunk, this.#filled);
    this.#filled = needed;
  }
}
