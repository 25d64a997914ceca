// Checks one table: the structure of its trees (I8), and that rows and secondary entries agree. For CHECK TABLE, `pando check`, tests and the simulator.
//
// It reads like everybody else, page by page under S, so it can run while others write; then only what no concurrent change explains is reported:
// structure inside a page, keys against boundaries, levels. Agreement of rows and entries is exact only on a quiet table.
//
// Each tree is read once, from left to right: while the rows pass, the entry that each must have in each index is added to a fingerprint, and the index's own
// entries must give the same one. Only where they differ are rows and entries looked up one by one (agreement.ts).

import {RecordFlag} from '../../format/page/layout.ts';
import {pageNo} from '../../format/page/page.ts';
import {copyKey, payloadAt, payloadLength, recordAt, recordFlags} from '../../format/page/records.ts';
import {DONE, KEY_BYTES_MAX, ROW, type TableHandle} from '../api.ts';
import {KeyBuffer} from '../btree/key-buffer.ts';
import type {EngineCore} from '../core.ts';
import type {Task} from '../schedule/task.ts';
import {Agreement} from './agreement.ts';
import {Fingerprint} from './fingerprint.ts';
import {LeafWalk} from './leaf-walk.ts';

/** Violations kept; more are only counted. */
const REPORT_MAX = 100;
/** Leaves looked at in one poll. */
const PAGES_PER_POLL = 16;

export class TableCheck {
  readonly #core: EngineCore;
  readonly #task: Task;
  readonly #table: TableHandle;
  readonly #walk: LeafWalk;
  readonly #key = new Uint8Array(KEY_BYTES_MAX + 16);
  readonly #made = new KeyBuffer();
  readonly violations: string[] = [];
  /** Live rows seen in the clustered tree. */
  rows = 0;
  /** What the rows demand of each index. */
  readonly #demanded: readonly Fingerprint[];
  #found = new Fingerprint();
  /** 0: the clustered tree, k: the k-th secondary index. */
  #index = 0;
  #agreement: Agreement | undefined;
  #done = false;

  constructor(core: EngineCore, task: Task, table: TableHandle) {
    this.#core = core;
    this.#task = task;
    this.#table = table;
    this.#demanded = table.secondaries.map(() => new Fingerprint());
    this.#walk = new LeafWalk(core, task, this.#report);
    this.#walk.start(table.clustered);
  }

  /** DONE when everything has been looked at; ROW: poll again soon; BLOCKED. */
  poll(): number {
    for (let i = 0; i < PAGES_PER_POLL; i++) {
      if (this.#done) return DONE;
      const result = this.#step();
      if (result !== ROW) return result;
    }
    return ROW;
  }

  readonly #report = (text: string): void => {
    if (this.violations.length < REPORT_MAX) this.violations.push(text);
  };

  /** One leaf. */
  #step(): number {
    if (this.#agreement !== undefined) {
      const result = this.#agreement.poll();
      if (result === DONE) this.#nextIndex();
      return result === DONE ? ROW : result;
    }
    const result = this.#walk.leaf(this.#index === 0 ? this.#row : this.#entry);
    if (result !== DONE) return result;
    if (this.#index === 0 || this.#found.equals(this.#demanded[this.#index - 1])) this.#nextIndex();
    else this.#lookCloser();
    return ROW;
  }

  #lookCloser(): void {
    const {count} = this.#found;
    const wanted = this.#demanded[this.#index - 1].count;
    if (count !== wanted)
      this.#report(`index ${this.#index} of table ${this.#table.tableId} has ${count} live entries for ${wanted} rows`);
    const index = this.#table.secondaries[this.#index - 1];
    this.#agreement = new Agreement(this.#core, this.#task, this.#table, index, this.#report);
  }

  #nextIndex(): void {
    this.#agreement = undefined;
    this.#found = new Fingerprint();
    this.#done = this.#index === this.#table.secondaries.length;
    if (!this.#done) this.#walk.start(this.#table.secondaries[this.#index++].tree);
  }

  readonly #row = (base: number, slot: number): number => {
    const mem = this.#core.pool.memory;
    const record = recordAt(mem, base, slot);
    if ((recordFlags(mem, record) & RecordFlag.deleted) !== 0) return ROW;
    this.rows++;
    const {secondaries} = this.#table;
    if (secondaries.length === 0) return ROW;
    const keyLength = copyKey(mem, base, slot, this.#key, 0);
    const made = this.#made.bytes;
    for (let i = 0; i < secondaries.length; i++) {
      const {key, tree} = secondaries[i];
      const end = key.extract(mem, payloadAt(mem, record), payloadLength(mem, record), made, 0);
      if (end < 0) {
        this.#report(`row in page ${pageNo(mem, base)} slot ${slot}: key too long for tree ${tree.treeId}`);
        continue;
      }
      for (let j = 0; j < keyLength; j++) made[end + j] = this.#key[j];
      this.#demanded[i].add(made, end + keyLength);
    }
    return ROW;
  };

  readonly #entry = (base: number, slot: number): number => {
    const mem = this.#core.pool.memory;
    if ((recordFlags(mem, recordAt(mem, base, slot)) & RecordFlag.deleted) !== 0) return ROW;
    this.#found.add(this.#key, copyKey(mem, base, slot, this.#key, 0));
    return ROW;
  };
}
