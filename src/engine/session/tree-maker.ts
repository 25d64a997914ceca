// Makes and drops trees inside a transaction, so that DDL is as atomic as any other change (protocols G4): an undo record names the tree; rollback frees a
// tree that was made, purge frees a tree that was dropped, once no view can need it.

import {PageType} from '../../format/page/layout.ts';
import {INFINITE} from '../../format/page/page.ts';
import {bytesMax, formatMax} from '../../format/redo/bounds.ts';
import {beginUndo, endUndo} from '../../format/undo/encode.ts';
import {UNDO_HEADER, UndoType} from '../../format/undo/layout.ts';
import {ROW, type TreeRef} from '../api.ts';
import type {EngineCore} from '../core.ts';
import {Extents} from '../space/extents.ts';
import type {Session} from './session.ts';

const NO_KEY = new Uint8Array(0);

export class TreeMaker {
  readonly #core: EngineCore;
  readonly #session: Session;
  #id = 0;
  made: TreeRef = {treeId: 0, rootPage: 0};

  constructor(core: EngineCore, session: Session) {
    this.#core = core;
    this.#session = session;
  }

  /** An empty tree whose root is a leaf; see `made`. ROW, BLOCKED, NO_SPACE. */
  create(clustered: boolean): number {
    const {ids, extents, mtr} = this.#core;
    const {task} = this.#session;
    this.#session.locker.write();
    if (this.#id === 0) {
      const id = ids.take(task);
      if (id !== ROW) return id;
      this.#id = ids.value;
    }
    const began = this.#session.beginWrite();
    if (began !== ROW) return began;
    const room = this.#session.locker.reserve(UNDO_HEADER, formatMax(0, 0) + Extents.redoMax);
    if (room !== ROW) return room;
    const pages = extents.reserve(1, task);
    if (pages !== ROW) return pages;
    // Taking a new extent may have used log space; the undo page is held and has room since the first call.
    const again = this.#session.locker.reserve(UNDO_HEADER, formatMax(0, 0) + Extents.redoMax);
    if (again !== ROW) return again;
    mtr.begin();
    const base = extents.take();
    this.made = {treeId: this.#id, rootPage: extents.page};
    this.#undo(UndoType.createTree, this.made.treeId, this.made.rootPage, 0);
    const type = clustered ? PageType.clusteredLeaf : PageType.secondaryLeaf;
    mtr.format(base, this.made.rootPage, type, 0, this.#id, 0, NO_KEY, INFINITE, NO_KEY, INFINITE);
    mtr.commit();
    this.#id = 0;
    return ROW;
  }

  /** The tree is gone once the transaction has committed. */
  drop(tree: TreeRef): number {
    return this.noteDrop(UndoType.dropTree, tree.treeId, tree.rootPage, 0);
  }

  /** Appends an undo record that tells purge what to free: a tree (id, root), or an overflow value (number, first page, incarnation that wrote it). */
  noteDrop(type: UndoType, id: number, page: number, writer: number): number {
    const {locker, trx} = this.#session;
    locker.write();
    const began = this.#session.beginWrite();
    if (began !== ROW) return began;
    const room = locker.reserve(UNDO_HEADER, bytesMax(0));
    if (room !== ROW) return room;
    this.#core.mtr.begin();
    this.#undo(type, id, page, writer);
    this.#core.mtr.commit();
    trx.needsPurge = true;
    return ROW;
  }

  #undo(type: UndoType, id: number, page: number, writer: number): void {
    const {undo} = this.#core;
    const {trx, locker} = this.#session;
    locker.prepareUndoOf(id, page, writer);
    const end = beginUndo(undo.scratch, 0, type, locker.head, NO_KEY, 0);
    undo.append(trx, endUndo(undo.scratch, 0, end));
    trx.mustForce = true;
  }
}
