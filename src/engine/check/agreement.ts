// Names what disagrees between the rows of a table and one of its secondary indexes, by looking up each in the other. Slow, since the lookups jump about: only run
// when the fingerprints of the two differ.

import {RecordFlag} from '../../format/page/layout.ts';
import {pageNo} from '../../format/page/page.ts';
import {copyKey, payloadAt, payloadLength, primaryKeyLength, recordAt, recordFlags} from '../../format/page/records.ts';
import {findSlot} from '../../format/page/search.ts';
import {PLockMode} from '../../fusion/api.ts';
import {DONE, KEY_BYTES_MAX, ROW, type TableHandle, type TreeRef} from '../api.ts';
import {descend} from '../btree/descend.ts';
import {KeyBuffer} from '../btree/key-buffer.ts';
import type {EngineCore} from '../core.ts';
import type {Task} from '../schedule/task.ts';
import {LeafWalk} from './leaf-walk.ts';

type Index = TableHandle['secondaries'][number];

export class Agreement {
  readonly #core: EngineCore;
  readonly #task: Task;
  readonly #table: TableHandle;
  readonly #index: Index;
  readonly #report: (text: string) => void;
  readonly #walk: LeafWalk;
  readonly #key = new Uint8Array(KEY_BYTES_MAX + 16);
  readonly #made = new KeyBuffer();
  #inEntries = false;

  constructor(core: EngineCore, task: Task, table: TableHandle, index: Index, report: (text: string) => void) {
    this.#core = core;
    this.#task = task;
    this.#table = table;
    this.#index = index;
    this.#report = report;
    // The structure of the leaves has been reported already.
    this.#walk = new LeafWalk(core, task, () => {});
    this.#walk.start(table.clustered);
  }

  /** One leaf: of the rows first, then of the entries. ROW, DONE or BLOCKED. */
  poll(): number {
    const result = this.#walk.leaf(this.#inEntries ? this.#entry : this.#row);
    if (result !== DONE || this.#inEntries) return result;
    this.#inEntries = true;
    this.#walk.start(this.#index.tree);
    return ROW;
  }

  /** A live row has its entry. */
  readonly #row = (base: number, slot: number): number => {
    const mem = this.#core.pool.memory;
    const record = recordAt(mem, base, slot);
    if ((recordFlags(mem, record) & RecordFlag.deleted) !== 0) return ROW;
    const end = this.#index.key.extract(mem, payloadAt(mem, record), payloadLength(mem, record), this.#made.bytes, 0);
    if (end < 0) return ROW;
    const length = copyKey(mem, base, slot, this.#key, 0);
    this.#made.bytes.set(this.#key.subarray(0, length), end);
    const live = this.#isLive(this.#index.tree, this.#made.bytes, end + length);
    if (live < 0) return live;
    if (live === 0)
      this.#report(`row in page ${pageNo(mem, base)} slot ${slot} has no entry in tree ${this.#index.tree.treeId}`);
    return ROW;
  };

  /** A live entry leads to a live row. */
  readonly #entry = (base: number, slot: number): number => {
    const mem = this.#core.pool.memory;
    const record = recordAt(mem, base, slot);
    if ((recordFlags(mem, record) & RecordFlag.deleted) !== 0) return ROW;
    const length = copyKey(mem, base, slot, this.#key, 0);
    const primary = primaryKeyLength(mem, record);
    const live = this.#isLive(this.#table.clustered, this.#key.subarray(length - primary, length), primary);
    if (live < 0) return live;
    if (live === 0)
      this.#report(`entry in page ${pageNo(mem, base)} slot ${slot} of tree ${this.#index.tree.treeId} has no row`);
    return ROW;
  };

  /** 1: the tree has a live record with this key, 0: it has none; negative: BLOCKED. */
  #isLive(tree: TreeRef, key: Uint8Array, length: number): number {
    const {pool} = this.#core;
    const mem = pool.memory;
    const leaf = descend(pool, tree, 0, key, length, PLockMode.shared, this.#task);
    if (leaf < 0) return leaf;
    const found = findSlot(mem, leaf, key, length);
    return found >= 0 && (recordFlags(mem, recordAt(mem, leaf, found)) & RecordFlag.deleted) === 0 ? 1 : 0;
  }
}
