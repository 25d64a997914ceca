// One link of a row's chain of versions: where an undo record stands, and whose it must be (undo pages are used again; G1, ADR 0002).

import type {Memory} from '../../format/memory.ts';
import {rollAt, rollPage, writerIncarnation, writerSlot, writerVersion} from '../../format/page/records.ts';
import {oldIncarnation, oldRollAt, oldRollPage, oldSlot, oldVersion} from '../../format/undo/read.ts';

export class UndoPlace {
  /** 0 = none: the chain ends. */
  page = 0;
  at = 0;
  incarnation = 0;
  slot = 0;
  version = 0;

  set(other: UndoPlace): void {
    this.page = other.page;
    this.at = other.at;
    this.incarnation = other.incarnation;
    this.slot = other.slot;
    this.version = other.version;
  }

  is(other: UndoPlace): boolean {
    return (
      this.page === other.page &&
      this.at === other.at &&
      this.version === other.version &&
      this.slot === other.slot &&
      this.incarnation === other.incarnation
    );
  }

  /** To the undo record that made the newest version of the row. */
  toNewest(mem: Memory, record: number): void {
    this.page = rollPage(mem, record);
    this.at = rollAt(mem, record);
    this.incarnation = writerIncarnation(mem, record);
    this.slot = writerSlot(mem, record);
    this.version = writerVersion(mem, record);
  }

  /** To the one before `undo`, which made the version that `undo` replaced. */
  toOlder(mem: Memory, undo: number): void {
    this.page = oldRollPage(mem, undo);
    this.at = oldRollAt(mem, undo);
    this.incarnation = oldIncarnation(mem, undo);
    this.slot = oldSlot(mem, undo);
    this.version = oldVersion(mem, undo);
  }
}
