// Looks over a volume at work, a slice at a time, for bits that have changed on disk behind its back, and makes good what it can. What `pando check` asks for.
//
//   volume.json           against what was read at the start       written anew
//   incarnations.log      every entry and its twin                 written anew from memory
//   index.log             every entry, up to the last one          written anew from memory
//   redo/                 every frame that has been taken in       its pages are written, so that they need it no more; it is a fault all the same, for recovery may
//   images/               every image: checksum, page, version     rebuilt from redo where that reaches back far enough, and written to another place
//
// What lives only in memory is believed: it was verified when it was read, and nobody else writes it.

import {CorruptionError, OperatingError} from '../../base/errors.ts';
import {Memory} from '../../format/memory.ts';
import {PAGE_DAMAGED} from '../api.ts';
import type {LocalVolume} from './local-volume.ts';

/** Images verified in one slice: some milliseconds. */
const IMAGES_PER_SLICE = 64;

export class Inspection {
  readonly #volume: LocalVolume;
  readonly #scratch: Memory;
  readonly #steps: Generator<void, void, void>;
  /** What is damaged and stays so: file or page, and what is wrong. */
  readonly faults: string[] = [];
  /** What was damaged and has been made good. */
  readonly repaired: string[] = [];
  images = 0;

  constructor(volume: LocalVolume) {
    this.#volume = volume;
    this.#scratch = new Memory(new ArrayBuffer(volume.pageSize));
    this.#steps = this.#run();
  }

  /** One slice. True when it was the last. */
  step(): boolean {
    return this.#steps.next().done === true;
  }

  *#run(): Generator<void, void, void> {
    const {index, journal, streams} = this.#volume.parts;
    this.#look(() => this.#volume.inspectHeader());
    this.#look(() => journal.inspect());
    this.#look(() => index.inspect());
    yield;
    for (const incarnation of Array.from(streams.all(), stream => stream.incarnation)) {
      this.#lookAtRedo(incarnation);
      yield;
    }
    yield* this.#lookAtImages();
  }

  /** `inspect` says what was wrong and has been written anew; what it throws could not be. */
  #look(inspect: () => string | undefined): void {
    try {
      const fault = inspect();
      if (fault !== undefined) this.repaired.push(`${fault}; written anew`);
    } catch (error) {
      if (!(error instanceof CorruptionError) && !(error instanceof OperatingError)) throw error;
      this.faults.push(error.message);
    }
  }

  #lookAtRedo(incarnation: number): void {
    const {streams} = this.#volume.parts;
    if (streams.get(incarnation) === undefined) return;
    try {
      streams.verifyIngested(incarnation);
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      this.faults.push(error.message);
      this.#volume.checkpointAll();
    }
  }

  *#lookAtImages(): Generator<void, void, void> {
    const {table, applicator} = this.#volume.parts;
    for (let pageNo = table.after(-1), n = 1; pageNo >= 0; pageNo = table.after(pageNo), n++) {
      const where = this.#volume.whereIs(pageNo);
      if (where !== undefined) this.images++;
      const known = applicator.repairs.has(pageNo);
      if (this.#volume.scrubPage(pageNo, this.#scratch, 0) === PAGE_DAMAGED)
        this.faults.push(this.#volume.damages.get(pageNo) ?? `page ${pageNo} is damaged`);
      else if (!known && applicator.repairs.has(pageNo))
        this.repaired.push(`${where}, page ${pageNo}: damaged; rebuilt from redo`);
      if (n % IMAGES_PER_SLICE === 0) yield;
    }
    if (applicator.repairs.size > 0) this.#volume.checkpointAll();
  }
}
