// The local volume of a simulated cluster, on the machine's disk.

import {crc32} from '../base/crc32.ts';
import type {StreamDescription} from '../cluster/volume/cluster-volume.ts';
import {checkPage} from '../format/page/check.ts';
import type {RedoStream} from '../storage/api.ts';
import {checkVolume} from '../storage/local/check.ts';
import {Inspection} from '../storage/local/inspection.ts';
import {LocalVolume} from '../storage/local/local-volume.ts';
import {LocalRedoStream, type RedoStreamDescription} from '../storage/local/redo-stream.ts';
import {StreamWords, streamWordsBytes} from '../storage/segment/stream-words.ts';
import {SimPageReader} from './sim-pages.ts';
import type {SimStorage} from './sim-storage.ts';
import {type SimWorld, WORLD} from './world.ts';

export class LocalStorage implements SimStorage {
  readonly trouble = undefined;
  readonly #world: SimWorld;
  #words!: StreamWords;
  #volume!: LocalVolume;

  constructor(world: SimWorld) {
    this.#world = world;
  }

  open(): LocalVolume {
    const {disk, trace, prng, options} = this.#world;
    const {nodes, pageSize, redoFileSize, small} = options;
    this.#words = new StreamWords(new SharedArrayBuffer(streamWordsBytes(nodes)), 0, nodes);
    this.#volume = LocalVolume.open(
      {disk, crc32, trace, random: {u32: () => prng.u32(), secretBytes: n => new Uint8Array(n)}},
      {directory: 'volume', shape: {pageSize, redoFileSize}, limits: small.limits, words: this.#words},
    );
    return this.#volume;
  }

  stream(description: StreamDescription): RedoStream {
    const {disk, bells} = this.#world;
    return new LocalRedoStream(disk, crc32, this.#words, description as RedoStreamDescription, node =>
      bells.ring(node),
    );
  }

  reader(node: number): SimPageReader {
    const {time, prng, bells, pageWay, options} = this.#world;
    const world = {
      volume: this.#volume,
      way: pageWay,
      later: (ms: number, run: () => void) => void time.schedule(ms, WORLD, run),
      random: () => prng.float(),
    };
    return new SimPageReader(world, options.pageSize, () => bells.ring(node));
  }

  gone(): void {}

  crash(power: boolean): void {
    const {disk} = this.#world;
    if (power) disk.crash();
    else disk.kill();
    disk.capacity = Number.POSITIVE_INFINITY;
  }

  check(): readonly string[] {
    const {pageSize} = this.#volume;
    const inspection = new Inspection(this.#volume, page => checkPage(page, 0, pageSize));
    while (!inspection.step());
    return [...checkVolume(this.#volume).faults, ...inspection.faults, ...inspection.repaired];
  }

  digest(): number {
    return this.#world.disk.digest();
  }
}
