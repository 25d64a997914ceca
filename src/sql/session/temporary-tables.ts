// TEMPORARY tables: definitions that one session knows, over trees like those of any other table.
//
// They are in no catalog. Their trees are made in transactions of their own, so that CREATE and DROP leave the client's transaction alone. The trees of
// a dropped table are freed when no transaction of the session is open any more, for it may have changed them. When a primary dies, the pages
// of its temporary tables are lost to the volume.

import {buildTable} from '../catalog/build-table.ts';
import type {OpenTable} from '../catalog/catalog.ts';
import type {StoredTable} from '../catalog/stored-table.ts';

export class TemporaryTables {
  readonly #tables: Map<string, OpenTable> = new Map();
  #dropped: StoredTable[] = [];
  readonly #changed: () => void;

  /** `changed` is called when a name means another table than before. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  find(schema: string, name: string): OpenTable | undefined {
    return this.#tables.size === 0 ? undefined : this.#tables.get(`${schema}\0${name}`);
  }

  /** Adds a table, in the place of one of the same name if there is one. */
  add(stored: StoredTable): void {
    const {schema, name, id} = stored;
    this.remove(schema, name);
    const opened: OpenTable = {kind: 'table', id, epoch: 0, readAt: 0, definition: buildTable(stored), stored};
    this.#tables.set(`${schema}\0${name}`, opened);
    this.#changed();
  }

  /** False: there is none. */
  remove(schema: string, name: string): boolean {
    const found = this.find(schema, name);
    if (found === undefined) return false;
    this.#tables.delete(`${schema}\0${name}`);
    this.#dropped.push(found.stored);
    this.#changed();
    return true;
  }

  get hasDropped(): boolean {
    return this.#dropped.length > 0;
  }

  /** The tables whose trees are to be freed; it is the caller's business from now on. */
  takeDropped(): readonly StoredTable[] {
    const dropped = this.#dropped;
    this.#dropped = [];
    return dropped;
  }

  /** The session ends, or begins anew: all tables are dropped. */
  removeAll(): void {
    for (const {stored} of [...this.#tables.values()]) this.remove(stored.schema, stored.name);
  }
}
