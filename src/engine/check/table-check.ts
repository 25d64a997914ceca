// Checks one table: the structure of its trees (I8), and that rows and secondary entries agree. For CHECK TABLE, `pando check`, tests and the simulator.
//
// It reads like everybody else, page by page under S, so it can run while others write; then only what no concurrent change explains is reported:
// structure inside a page, keys against boundaries, levels. Agreement of rows and entries is exact only on a quiet table.

import {checkPage} from '../../format/page/check.ts';
import {RecordFlag} from '../../format/page/layout.ts';
import {copyHighKey, INFINITE, pageLevel, pageNo, pageRight, pageTreeId, slotCount} from '../../format/page/page.ts';
import {copyKey, payloadAt, payloadLength, primaryKeyLength, recordAt, recordFlags} from '../../format/page/records.ts';
import {findSlot} from '../../format/page/search.ts';
import {PLockMode} from '../../fusion/api.ts';
import {DONE, KEY_BYTES_MAX, ROW, type TableHandle, type TreeRef} from '../api.ts';
import {descend} from '../btree/descend.ts';
import {KeyBuffer} from '../btree/key-buffer.ts';
import type {EngineCore} from '../core.ts';
import type {Task} from '../schedule/task.ts';

/** Violations kept; more are only counted. */
const REPORT_MAX = 100;
/** Leaves looked at in one poll. */
const PAGES_PER_POLL = 16;

export class TableCheck {
  readonly #core: EngineCore;
  readonly #task: Task;
  readonly #table: TableHandle;
  readonly #from = new KeyBuffer();
  readonly #entry = new Uint8Array(KEY_BYTES_MAX + 16);
  readonly #made = new KeyBuffer();
  readonly violations: string[] = [];
  /** Live rows seen in the clustered tree, and live entries in the index under way. */
  rows = 0;
  entries = 0;
  #index = 0;
  #done = false;

  constructor(core: EngineCore, task: Task, table: TableHandle) {
    this.#core = core;
    this.#task = task;
    this.#table = table;
  }

  /** DONE when everything has been looked at; ROW: poll again soon; BLOCKED. */
  poll(): number {
    for (let i = 0; i < PAGES_PER_POLL; i++) {
      if (this.#done) return DONE;
      const result = this.#leaf();
      if (result !== ROW) return result;
    }
    return ROW;
  }

  get #tree(): TreeRef {
    return this.#index === 0 ? this.#table.clustered : this.#table.secondaries[this.#index - 1].tree;
  }

  #report(text: string): void {
    if (this.violations.length < REPORT_MAX) this.violations.push(text);
  }

  /** Checks the leaf that holds #from, then moves on. */
  #leaf(): number {
    const {pool} = this.#core;
    const mem = pool.memory;
    const tree = this.#tree;
    const base = descend(pool, tree, 0, this.#from.bytes, this.#from.length, PLockMode.shared, this.#task);
    if (base < 0) return base;
    for (const fault of checkPage(mem, base, pool.pageSize)) this.#report(`page ${pageNo(mem, base)}: ${fault}`);
    if (pageTreeId(mem, base) !== tree.treeId || pageLevel(mem, base) !== 0)
      this.#report(`page ${pageNo(mem, base)} is not a leaf of tree ${tree.treeId}`);
    const count = slotCount(mem, base);
    for (let slot = 0; slot < count; slot++) {
      const result = this.#index === 0 ? this.#row(base, slot) : this.#secondary(base, slot);
      if (result !== ROW) return result;
    }
    this.#countLive(base, count);
    this.#advance(base);
    return ROW;
  }

  #countLive(base: number, count: number): void {
    const mem = this.#core.pool.memory;
    for (let slot = 0; slot < count; slot++) {
      if ((recordFlags(mem, recordAt(mem, base, slot)) & RecordFlag.deleted) !== 0) continue;
      if (this.#index === 0) this.rows++;
      else this.entries++;
    }
  }

  #advance(base: number): void {
    const mem = this.#core.pool.memory;
    const length = copyHighKey(mem, base, this.#entry, 0);
    if (length !== INFINITE) {
      if (pageRight(mem, base) === 0)
        this.#report(`page ${pageNo(mem, base)} ends below infinity but has no right sibling`);
      this.#from.set(this.#entry, 0, length);
      return;
    }
    if (this.#index > 0 && this.entries !== this.rows) {
      this.#report(
        `index ${this.#index} of table ${this.#table.tableId} has ${this.entries} live entries for ${this.rows} rows`,
      );
    }
    this.#from.length = 0;
    this.#index++;
    this.entries = 0;
    this.#done = this.#index > this.#table.secondaries.length;
  }

  /** Every live row has its key and all its entries. */
  #row(base: number, slot: number): number {
    const {pool} = this.#core;
    const mem = pool.memory;
    const record = recordAt(mem, base, slot);
    if ((recordFlags(mem, record) & RecordFlag.deleted) !== 0) return ROW;
    const keyLength = copyKey(mem, base, slot, this.#entry, 0);
    for (const index of this.#table.secondaries) {
      const end = index.key.extract(mem, payloadAt(mem, record), payloadLength(mem, record), this.#made.bytes, 0);
      if (end < 0) {
        this.#report(`row in page ${pageNo(mem, base)} slot ${slot}: key too long for tree ${index.tree.treeId}`);
        continue;
      }
      for (let i = 0; i < keyLength; i++) this.#made.bytes[end + i] = this.#entry[i];
      this.#made.length = end + keyLength;
      const leaf = descend(pool, index.tree, 0, this.#made.bytes, this.#made.length, PLockMode.shared, this.#task);
      if (leaf < 0) return leaf;
      const found = findSlot(mem, leaf, this.#made.bytes, this.#made.length);
      const live = found >= 0 && (recordFlags(mem, recordAt(mem, leaf, found)) & RecordFlag.deleted) === 0;
      if (!live)
        this.#report(`row in page ${pageNo(mem, base)} slot ${slot} has no entry in tree ${index.tree.treeId}`);
    }
    return ROW;
  }

  /** Every live entry leads to a live row. */
  #secondary(base: number, slot: number): number {
    const {pool} = this.#core;
    const mem = pool.memory;
    const record = recordAt(mem, base, slot);
    if ((recordFlags(mem, record) & RecordFlag.deleted) !== 0) return ROW;
    const length = copyKey(mem, base, slot, this.#entry, 0);
    const primary = primaryKeyLength(mem, record);
    const key = this.#entry.subarray(length - primary, length);
    const leaf = descend(pool, this.#table.clustered, 0, key, primary, PLockMode.shared, this.#task);
    if (leaf < 0) return leaf;
    const found = findSlot(mem, leaf, key, primary);
    const live = found >= 0 && (recordFlags(mem, recordAt(mem, leaf, found)) & RecordFlag.deleted) === 0;
    if (!live) this.#report(`entry in page ${pageNo(mem, base)} slot ${slot} of tree ${this.#tree.treeId} has no row`);
    return ROW;
  }
}
