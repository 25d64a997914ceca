// Where a walk from a row's newest version to an older one has got to, kept from poll to poll.

import type {Memory} from '../../format/memory.ts';
import {rollAt, rollPage, writerIncarnation, writerSlot, writerVersion} from '../../format/page/records.ts';

export class VersionWalk {
  /** The undo record to be read next, and the transaction that wrote it; page 0 = none. */
  page = 0;
  at = 0;
  incarnation = 0;
  slot = 0;
  version = 0;
  /** The version reached so far, if the walk was interrupted; undefined = it stands in the page. */
  memory: Memory | undefined;
  payloadLength = 0;
  flags = 0;
  // Where the walk began: the newest version, and the view it is for.
  #startPage = 0;
  #startAt = 0;
  #startIncarnation = 0;
  #startSlot = 0;
  #startVersion = 0;
  #view = 0;

  /** True: this very walk was interrupted and goes on. False: it begins at the record's roll pointer. */
  begin(mem: Memory, record: number, view: number): boolean {
    const page = rollPage(mem, record);
    const at = rollAt(mem, record);
    const incarnation = writerIncarnation(mem, record);
    const slot = writerSlot(mem, record);
    const version = writerVersion(mem, record);
    const goesOn =
      this.#startPage === page &&
      this.#startAt === at &&
      this.#startIncarnation === incarnation &&
      this.#startSlot === slot &&
      this.#startVersion === version &&
      this.#view === view &&
      page !== 0;
    if (goesOn) return true;
    this.#startPage = page;
    this.#startAt = at;
    this.#startIncarnation = incarnation;
    this.#startSlot = slot;
    this.#startVersion = version;
    this.#view = view;
    this.page = page;
    this.at = at;
    this.incarnation = incarnation;
    this.slot = slot;
    this.version = version;
    this.memory = undefined;
    return false;
  }

  keep(memory: Memory, payloadLength: number, flags: number): void {
    this.memory = memory;
    this.payloadLength = payloadLength;
    this.flags = flags;
  }

  /** The version was found, or there is none: nothing is kept. */
  end(): void {
    this.#startPage = 0;
    this.memory = undefined;
  }
}
