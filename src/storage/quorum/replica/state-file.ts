// A small durable state, written whole: two files with the same content, one after the other. Whatever a crash tears or a disk damages in one of them, the
// other has this state or the one before, and the one before only when this one was never acknowledged.
//
//   0 u32 magic · 4 u32 crc32 of bytes 8..20+length · 8 u32 length · 12 u48 sequence · 18 u16 0 · 20 JSON

import {getU48, setU48} from '../../../base/bytes.ts';
import type {Checksum} from '../../../env/crypto.ts';
import type {Disk} from '../../../env/disk.ts';

const MAGIC = 0x5353_4e50;
const HEADER = 20;
const SUFFIXES = ['a', 'b'] as const;
const LENGTH_MAX = 16 << 20;

export interface StateFileEnv {
  readonly disk: Disk;
  readonly crc32: Checksum;
}

export class StateFile<T> {
  readonly #env: StateFileEnv;
  readonly #path: string;
  #sequence = 0;
  /** One of the two was damaged, or behind, when the state was read. */
  repaired = false;

  constructor(env: StateFileEnv, path: string) {
    this.#env = env;
    this.#path = path;
  }

  /** The state, or undefined when there is none. `damaged` is called when there is one that cannot be read. */
  read(damaged: () => void): T | undefined {
    const found = SUFFIXES.map(suffix => this.#readOne(suffix));
    const whole = found.filter(one => one.value !== undefined).sort((a, b) => b.sequence - a.sequence);
    if (whole.length === 0) {
      if (found.some(one => one.exists)) damaged();
      return undefined;
    }
    this.#sequence = whole[0].sequence;
    this.repaired = whole.length < 2 || whole[1].sequence !== whole[0].sequence;
    // What is read may not be durable yet (K6), and the twin may be behind.
    if (whole[0].value !== undefined) this.write(whole[0].value);
    return whole[0].value;
  }

  #readOne(suffix: string): {exists: boolean; sequence: number; value: T | undefined} {
    const path = `${this.#path}.${suffix}`;
    const nothing = {exists: false, sequence: 0, value: undefined};
    if (!this.#env.disk.existsSync(path)) return nothing;
    const file = this.#env.disk.openSync(path, {readOnly: true});
    const size = Math.min(file.sizeSync(), LENGTH_MAX);
    const bytes = new Uint8Array(size);
    file.readSync(bytes, 0, size, 0);
    file.closeSync();
    const view = new DataView(bytes.buffer);
    const exists = bytes.some(byte => byte !== 0);
    if (size < HEADER || view.getUint32(0, true) !== MAGIC) return {...nothing, exists};
    const end = HEADER + view.getUint32(8, true);
    if (end > size || this.#env.crc32(bytes.subarray(8, end)) >>> 0 !== view.getUint32(4, true))
      return {...nothing, exists};
    const value = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER, end))) as T;
    return {exists, sequence: getU48(view, 12), value};
  }

  /** Durable when it returns. Throws DiskFailure. */
  write(value: T): void {
    const json = new TextEncoder().encode(JSON.stringify(value));
    const bytes = new Uint8Array(HEADER + json.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, MAGIC, true);
    view.setUint32(8, json.length, true);
    setU48(view, 12, ++this.#sequence);
    bytes.set(json, HEADER);
    view.setUint32(4, this.#env.crc32(bytes.subarray(8)), true);
    for (const suffix of SUFFIXES) {
      const path = `${this.#path}.${suffix}`;
      const isNew = !this.#env.disk.existsSync(path);
      const file = this.#env.disk.openSync(path, {create: true});
      file.writeSync(bytes, 0, bytes.length, 0);
      file.syncSync();
      file.closeSync();
      if (isNew) this.#env.disk.syncDirectorySync(path.slice(0, path.lastIndexOf('/')));
    }
  }
}
