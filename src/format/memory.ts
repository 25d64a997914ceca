// One region of bytes with every view the code needs, made once. A pool of pages, a DBP, a log chunk and a scratch
// buffer are each one Memory; a position in it is a plain integer. All code that reads pages takes (memory, base),
// so shared and private memory, engine and log applicator run the same functions with the same hidden class.

export class Memory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Int32 view; index = byte offset >> 2. Slot heads are read through it. */
  readonly ints: Int32Array;
  /** The Buffer over the same bytes, for its fast long copies and text decoding. */
  readonly buffer: Buffer;
  readonly size: number;

  /** `buffer` must have a byte length that is a multiple of 8. */
  constructor(buffer: ArrayBufferLike) {
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.ints = new Int32Array(buffer);
    this.buffer = Buffer.from(buffer as ArrayBuffer);
    this.size = buffer.byteLength;
  }
}
