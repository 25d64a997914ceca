// A file that the client sends in the middle of a command (LOAD DATA LOCAL): its packets go to a receiver, as long as that takes them, up to an empty one.

import type {FileReceiver} from './api.ts';

export class IncomingFile {
  #receiver: FileReceiver | undefined;
  #isFull = false;

  begin(receiver: FileReceiver): void {
    this.#receiver = receiver;
    this.#isFull = false;
  }

  /** Packets of a file are expected. */
  get isOpen(): boolean {
    return this.#receiver !== undefined;
  }

  /** The next packet may be taken from the client. */
  get takes(): boolean {
    return this.#receiver !== undefined && !this.#isFull;
  }

  /** The receiver takes more. */
  resume(): void {
    this.#isFull = false;
  }

  /** One packet; its bytes are copied. */
  packet(bytes: Uint8Array, at: number, end: number): void {
    const receiver = this.#receiver;
    if (receiver === undefined) return;
    if (at < end) {
      this.#isFull = !receiver.data(bytes.slice(at, end));
      return;
    }
    this.#receiver = undefined;
    receiver.end();
  }

  /** The client is gone. */
  abandon(): void {
    this.#receiver = undefined;
  }
}
