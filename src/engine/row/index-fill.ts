// Puts the entries of rows into indexes that are being built while others write (ADR 0009).
//
// The builder reads a row as its view shows it and puts in the entry of that version, unless one is there: whoever has changed the row since the index was
// published has put in, or marked, every entry that the builder could be too late for. While the builder's view is open, purge removes none of them.
//
// Nothing of it is in the undo log: a build that fails gives its whole tree up.

import type {Memory} from '../../format/memory.ts';
import {DUPLICATE, INTERRUPTED, type IndexFill, ROW, type TableHandle, TOO_BIG} from '../api.ts';
import {KeyBuffer} from '../btree/key-buffer.ts';
import type {EngineCore} from '../core.ts';
import type {VersionReader} from '../mvcc/version-reader.ts';
import type {Session} from '../session/session.ts';
import {Entries} from './entries.ts';
import type {RowLocker} from './row-locker.ts';

/** The entry of one index. */
class Entry {
  readonly key = new KeyBuffer();
  /** Length of the index parts; the rest is the primary key. */
  indexLength = 0;
  /** Its key must not be there twice. */
  unique = false;
  isIn = false;
}

export class Filler implements IndexFill {
  readonly #session: Session;
  readonly #entries: Entries;
  readonly #primary = new KeyBuffer();
  /** By secondary index; made for those that are being built. */
  readonly #planned: (Entry | undefined)[] = [];
  /** Secondary index to go on with; -1: nothing is under way. */
  #next = -1;
  noted = 0;

  constructor(core: EngineCore, session: Session, locker: RowLocker, versions: VersionReader) {
    this.#session = session;
    this.#entries = new Entries(core, session, locker, versions);
  }

  get isUnderWay(): boolean {
    return this.#next >= 0;
  }

  fill(table: TableHandle, memory: Memory, payloadAt: number, payloadLength: number): number {
    const primary = this.#primary;
    const end = table.primaryKey.extract(memory, payloadAt, payloadLength, primary.bytes, 0);
    if (end < 0) return TOO_BIG;
    primary.length = end;
    for (let i = 0; i < table.secondaries.length; i++) {
      if (table.secondaries[i].build === undefined) continue;
      if (!this.#plan(table, i, memory, payloadAt, payloadLength)) return TOO_BIG;
    }
    this.#next = 0;
    return this.resume(table);
  }

  /** False: the key is too long. */
  #plan(table: TableHandle, i: number, memory: Memory, payloadAt: number, payloadLength: number): boolean {
    const index = table.secondaries[i];
    const entry = (this.#planned[i] ??= new Entry());
    const {key} = entry;
    const primary = this.#primary;
    entry.isIn = false;
    entry.indexLength = index.key.extract(memory, payloadAt, payloadLength, key.bytes, 0);
    entry.unique = index.unique && !index.key.hasNull;
    if (entry.indexLength < 0 || entry.indexLength + primary.length > key.bytes.length) return false;
    key.bytes.set(primary.bytes.subarray(0, primary.length), entry.indexLength);
    key.length = entry.indexLength + primary.length;
    return true;
  }

  resume(table: TableHandle): number {
    for (; this.#next < table.secondaries.length; this.#next++) {
      const result = this.#enter(table, this.#next);
      if (result !== ROW) return result;
    }
    this.#next = -1;
    return ROW;
  }

  #enter(table: TableHandle, i: number): number {
    const index = table.secondaries[i];
    const {build} = index;
    if (build === undefined) return ROW;
    if (this.#session.task.interrupted) return INTERRUPTED;
    const began = this.#session.beginWrite();
    if (began !== ROW) return began;
    const entry = this.#planned[i] as Entry;
    const primaryLength = this.#primary.length;
    if (!entry.isIn) {
      const put = this.#entries.put(index.tree, entry.key, primaryLength);
      if (put !== ROW) return put;
      entry.isIn = true;
    }
    if (!entry.unique) return ROW;
    const unique = this.#entries.checkUnique(table, index, entry.key, entry.indexLength);
    if (unique !== DUPLICATE) return unique;
    const noted = this.#entries.put(build.notes, entry.key, primaryLength);
    if (noted === ROW) this.noted++;
    return noted;
  }
}
