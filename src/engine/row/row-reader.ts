// Reads one row by its primary key: the version a view sees, or the newest one locked. The path of a point select: one descent, one visibility check, no
// allocation.

import type {Memory} from '../../format/memory.ts';
import {RecordFlag} from '../../format/page/layout.ts';
import {pageMaxStart} from '../../format/page/page.ts';
import {recordAt, recordFlags} from '../../format/page/records.ts';
import {findSlot} from '../../format/page/search.ts';
import {PLockMode} from '../../fusion/api.ts';
import {
  BLOCKED,
  DONE,
  INTERRUPTED,
  Isolation,
  LockMode,
  type LockWait,
  type PointRead,
  ROW,
  type TableHandle,
} from '../api.ts';
import {descend} from '../btree/descend.ts';
import type {EngineCore} from '../core.ts';
import {WRITER_ACTIVE} from '../mvcc/version-reader.ts';
import type {Session} from '../session/session.ts';

export class RowReader implements PointRead {
  readonly #core: EngineCore;
  readonly #session: Session;
  memory: Memory;
  payloadAt = 0;
  payloadLength = 0;

  constructor(core: EngineCore, session: Session) {
    this.#core = core;
    this.#session = session;
    this.memory = core.pool.memory;
  }

  get(table: TableHandle, key: Uint8Array, keyLength: number, lock: LockMode, wait: LockWait): number {
    if (lock !== LockMode.current) this.#session.reads?.addPoint(table, key, keyLength);
    return this.read(table, key, keyLength, lock, wait);
  }

  /** Like get, for a row that is part of a walk: SERIALIZABLE notes the walk. */
  read(table: TableHandle, key: Uint8Array, keyLength: number, lock: LockMode, wait: LockWait): number {
    const session = this.#session;
    session.locker.write();
    if (session.task.interrupted) return INTERRUPTED;
    if (lock === LockMode.current) return this.#current(table, key, keyLength, wait);
    if (lock !== LockMode.none) return this.#locked(table, key, keyLength, wait);
    const {pool} = this.#core;
    const mem = pool.memory;
    const base = descend(pool, table.clustered, 0, key, keyLength, PLockMode.shared, session.task);
    if (base < 0) return base;
    const slot = findSlot(mem, base, key, keyLength);
    if (slot < 0) return DONE;
    const record = recordAt(mem, base, slot);
    const {versions, trx} = session;
    if (pageMaxStart(mem, base) < trx.view.low || session.isolation === Isolation.readUncommitted) {
      versions.takeNewest(record);
    } else {
      const found = versions.find(record, trx, session.task);
      if (found !== ROW) return found;
    }
    return this.#take();
  }

  #take(): number {
    const {versions} = this.#session;
    this.memory = versions.memory;
    this.payloadAt = versions.payloadAt;
    this.payloadLength = versions.payloadLength;
    return (versions.flags & RecordFlag.deleted) === 0 ? ROW : DONE;
  }

  #locked(table: TableHandle, key: Uint8Array, keyLength: number, wait: LockWait): number {
    const session = this.#session;
    const {pool} = this.#core;
    const mem = pool.memory;
    const base = descend(pool, table.clustered, 0, key, keyLength, PLockMode.exclusive, session.task);
    if (base < 0) return base;
    const slot = findSlot(mem, base, key, keyLength);
    if (slot < 0) return this.#gone(DONE);
    const record = recordAt(mem, base, slot);
    const before = recordFlags(mem, record) & RecordFlag.deleted;
    if (before !== 0 && session.versions.isSettled(record, session.trx, session.task))
      return this.#gone(session.locker.deleted(record));
    const locked = session.locker.acquire(table, base, slot, key, keyLength, wait);
    if (locked !== ROW) return locked;
    session.versions.takeNewest(record);
    return this.#take();
  }

  /** The newest version, once nobody else is changing it. */
  #current(table: TableHandle, key: Uint8Array, keyLength: number, wait: LockWait): number {
    const {versions, locker, trx, task} = this.#session;
    const {pool} = this.#core;
    const mem = pool.memory;
    const base = descend(pool, table.clustered, 0, key, keyLength, this.#core.currentMode, task);
    if (base < 0) return base;
    const slot = findSlot(mem, base, key, keyLength);
    if (slot < 0) return this.#gone(DONE);
    const record = recordAt(mem, base, slot);
    const state = versions.writerState(record, trx, task);
    if (state === BLOCKED) return BLOCKED;
    if (state === WRITER_ACTIVE) return locker.waitFor(table, record, key, keyLength, wait);
    versions.takeNewest(record);
    return this.#gone(this.#take());
  }

  /** The row is not there (any more), or needs no lock: the wait for it, if there was one, is over. */
  #gone(result: number): number {
    if (result !== BLOCKED) this.#core.waits.settle(this.#session.task);
    return result;
  }
}
