// Packets of the MySQL protocol over a socket, as a client sees them: `next` gives one payload after the other, `send` writes one. A payload of 16 MiB - 1 bytes
// and more travels in several packets.

import type {Socket} from 'node:net';

const HEADER = 4;
const PIECE_MAX = 0xff_ffff;

export class ClientPackets {
  #socket: Socket;
  #chunks: Buffer[] = [];
  #held = 0;
  #wake: (() => void) | undefined;
  #failure: Error | undefined;
  #sequence = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /** Goes on over another stream on the same connection (TLS). */
  moveTo(socket: Socket): void {
    this.#socket.removeAllListeners('data');
    this.#socket = socket;
    this.#listen();
  }

  #listen(): void {
    this.#socket.on('data', (bytes: Buffer) => {
      this.#chunks.push(bytes);
      this.#held += bytes.length;
      this.#wakeUp();
    });
    this.#socket.on('error', error => this.#end(error));
    this.#socket.on('close', () => this.#end(new Error('the server closed the connection')));
  }

  #end(error: Error): void {
    this.#failure ??= error;
    this.#wakeUp();
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** The next payload. Rejects when the connection is over. */
  async next(): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (;;) {
      const header = await this.#take(HEADER);
      const length = header.readUIntLE(0, 3);
      this.#sequence = (header[3] + 1) & 0xff;
      pieces.push(await this.#take(length));
      if (length < PIECE_MAX) return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    }
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#held < length) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>(wake => {
        this.#wake = wake;
      });
    }
    const all = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    this.#held -= length;
    this.#chunks = this.#held === 0 ? [] : [all.subarray(length)];
    return all.subarray(0, length);
  }

  /** Sends a payload that goes on with the dialogue; `first`: it begins a new one, a command. */
  send(payload: Buffer, first = false): void {
    if (first) this.#sequence = 0;
    for (let at = 0; ; at += PIECE_MAX) {
      const piece = payload.subarray(at, at + PIECE_MAX);
      const header = Buffer.alloc(HEADER);
      header.writeUIntLE(piece.length, 0, 3);
      header[3] = this.#sequence;
      this.#sequence = (this.#sequence + 1) & 0xff;
      this.#socket.write(header);
      this.#socket.write(piece);
      if (piece.length < PIECE_MAX) return;
    }
  }
}
