// Where a walk from a row's newest version to an older one has got to, kept from poll to poll: the undo record to be read next.

import type {Memory} from '../../format/memory.ts';
import {UndoPlace} from './undo-place.ts';

export class VersionWalk extends UndoPlace {
  /** The version reached so far, if the walk was interrupted; undefined = it stands in the page. */
  memory: Memory | undefined;
  payloadLength = 0;
  flags = 0;
  // Where the walk began: the newest version, and the view it is for.
  readonly #start = new UndoPlace();
  readonly #newest = new UndoPlace();
  #view = 0;

  /** True: this very walk was interrupted and goes on. False: it begins at the record's roll pointer. */
  begin(mem: Memory, record: number, view: number): boolean {
    const newest = this.#newest;
    newest.toNewest(mem, record);
    if (newest.page !== 0 && this.#view === view && this.#start.is(newest)) return true;
    this.#start.set(newest);
    this.#view = view;
    this.set(newest);
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
    this.#start.page = 0;
    this.memory = undefined;
  }
}
