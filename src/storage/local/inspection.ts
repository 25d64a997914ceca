// Looks over a volume at work, a slice at a time, for bits that have changed on disk behind its back, and makes good what it can. What `pando check` asks for.
//
//   volume.json           against what was read at the start       written anew
//   incarnations.log      every entry and its twin                 written anew from memory
//   index.log             every entry, up to the last one          written anew from memory
//   redo/                 every frame that has been taken in       its pages are written, so that they need it no more; it is a fault all the same, for recovery may
//   images/               every image: checksum, page, version     rebuilt from redo where that reaches back far enough, and written to another place
//
// Then the invariants that can be seen from here while the volume works (I3, I4):
//
//   pages     every page can be built: its waiting redo leads on from its image without a gap; and it is sound, as far as the caller can say
//   slots     every slot of the image files is free, resting, or mapped by exactly one page
//   redo      what the redo files count as waiting is what waits

import {CorruptionError, OperatingError} from '../../base/errors.ts';
import {Memory} from '../../format/memory.ts';
import {PAGE_DAMAGED, PAGE_FOUND} from '../api.ts';
import {accountFaults} from './check.ts';
import type {LocalVolume} from './local-volume.ts';

/** Images verified in one slice: some milliseconds. */
const IMAGES_PER_SLICE = 64;

export class Inspection {
  readonly #volume: LocalVolume;
  readonly #scratch: Memory;
  readonly #steps: Generator<void, void, void>;
  readonly #pageFaults: (page: Memory) => readonly string[];
  /** What is damaged and stays so: file or page, and what is wrong. */
  readonly faults: string[] = [];
  /** What was damaged and has been made good. */
  readonly repaired: string[] = [];
  images = 0;

  /** `pageFaults` says what is wrong with a page, if it can. */
  constructor(volume: LocalVolume, pageFaults: (page: Memory) => readonly string[] = () => []) {
    this.#volume = volume;
    this.#pageFaults = pageFaults;
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
    yield* this.#lookAtPages();
    this.faults.push(...accountFaults(this.#volume));
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

  *#lookAtPages(): Generator<void, void, void> {
    const {table} = this.#volume.parts;
    const suspects: number[] = [];
    for (let pageNo = table.after(-1), n = 1; pageNo >= 0; pageNo = table.after(pageNo), n++) {
      const isKnown = this.#volume.damages.has(pageNo);
      const status = this.#volume.readPage(pageNo, this.#scratch, 0);
      if (status === PAGE_DAMAGED && !isKnown)
        this.faults.push(this.#volume.damages.get(pageNo) ?? `page ${pageNo} is damaged`);
      if (status === PAGE_FOUND && this.#pageFaults(this.#scratch).length > 0) suspects.push(pageNo);
      if (n % IMAGES_PER_SLICE === 0) yield;
    }
    yield* this.#lookAgain(suspects);
  }

  /** A page may be in the middle of a mini-transaction whose rest has not been taken in. */
  *#lookAgain(suspects: readonly number[]): Generator<void, void, void> {
    for (const pageNo of suspects) {
      yield;
      this.#volume.ingest();
      if (this.#volume.readPage(pageNo, this.#scratch, 0) !== PAGE_FOUND) continue;
      const faults = this.#pageFaults(this.#scratch);
      if (faults.length > 0) this.faults.push(`page ${pageNo}: ${faults.join('; ')}`);
    }
  }
}
