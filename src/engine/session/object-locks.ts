// Metadata locks and named locks of this node. Between nodes they are page locks on virtual pages, kept lazily like any other (protocols G3); inside the node
// each object has its users, one entry per session.
//
// What was built from the catalog (a table definition) is good as long as this node has held the object's lock without a break: nobody else can have
// changed it. `epoch` says so: it is new each time the lock comes from another node, and after each change made here.
//
// Named locks are given back to the directory at once: their names have no end. A metadata lock goes back when another node wants it, or when the directory is full;
// but a grant first serves each session that waited for it with one poll (S3). Else nodes that all want the object would pass it on for ever, unused.

import type {Clock} from '../../env/clock.ts';
import {VIRTUAL_PAGE_FIRST} from '../../format/ids.ts';
import {DIRECTORY_FULL, type Fusion, GRANTED, PLockMode, WaitKind} from '../../fusion/api.ts';
import {BLOCKED, ROW} from '../api.ts';
import {WaitList} from '../schedule/wait-list.ts';
import type {Waits} from '../txn/waits.ts';
import type {Session} from './session.ts';

/** Virtual pages of named locks; below are metadata locks. */
const NAMED_FIRST = 0xf800_0000;
/** A lock that another node keeps without using it must come within this time, however short the caller's patience. Milliseconds. */
const HANDOVER_MS = 50;
/** Pause before asking a full directory again. Milliseconds. */
const RETRY_MS = 5;

/** Virtual page of a table's or schema's metadata lock. Object ids begin at 1. */
export function metadataPage(objectId: number): number {
  return VIRTUAL_PAGE_FIRST + objectId;
}

/** Virtual page of a named lock: 27 bits of a hash of its name. Two names that meet there exclude each other, which is rare and harmless. */
export function namedPage(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return NAMED_FIRST + ((h ^ (h >>> 15)) & 0x07ff_ffff);
}

/** A session; or a background job, which has no transaction and is in no wait graph. */
interface ObjectUser {
  readonly trx?: {readonly slot: number};
}

interface ObjectState {
  readonly pageNo: number;
  /** Held for this node, as the directory sees it. */
  held: PLockMode;
  entry: number;
  epoch: number;
  /** Another node wants it. */
  recalled: boolean;
  /** Users of this node and their modes. */
  readonly users: Map<ObjectUser, PLockMode>;
  /** Users that the wait graph knows, with the slot it knows them by: few, and only while somebody waits. */
  readonly registered: Map<ObjectUser, number>;
  /** Sessions of this node that wait for it, in order; exclusive ones keep later shared ones out. */
  readonly queue: {session: Session; mode: PLockMode}[];
  /** Sessions of the queue that the present grant can serve and that have not been polled with it. */
  readonly unserved: Set<Session>;
  readonly waiters: WaitList;
}

export class ObjectLocks {
  readonly #fusion: Fusion;
  readonly #waits: Waits;
  readonly #clock: Clock;
  readonly #objects = new Map<number, ObjectState>();
  /** What a session waits for. */
  readonly #waitingFor = new Map<Session, ObjectState>();
  /** Who wants to know when this node may know an object no longer. */
  readonly #watchers = new Map<number, () => void>();
  #epoch = 0;

  /** Told when this node has come to hold an object: what others did under it before must be seen. Set by the engine's parts. */
  onTaken: () => void = () => {};

  constructor(fusion: Fusion, waits: Waits, clock: Clock) {
    this.#fusion = fusion;
    this.#waits = waits;
    this.#clock = clock;
  }

  /** ROW, BLOCKED or a wait result. Asking again for what is held is free. */
  lock(session: Session, pageNo: number, mode: PLockMode, timeoutMs: number): number {
    const object = this.#object(pageNo);
    const own = object.users.get(session) ?? PLockMode.none;
    if (own >= mode) return ROW;
    if (this.#mayUse(object, session, mode, own) && this.#take(object, mode)) {
      object.users.set(session, mode);
      this.#leaveQueue(object, session);
      this.#waits.settle(session.task);
      return ROW;
    }
    this.#served(object, session);
    return this.#wait(object, session, mode, Math.max(timeoutMs, HANDOVER_MS));
  }

  /** The session gives up what it waits for. */
  abandon(session: Session): void {
    const object = this.#waitingFor.get(session);
    if (object === undefined) return;
    this.#leaveQueue(object, session);
    object.waiters.remove(session.task);
    object.waiters.wakeAll();
  }

  /** The session has been polled with the grant, or needs it no more; after the last one it goes to the node that wants it. */
  #served(object: ObjectState, session: Session): void {
    if (object.unserved.delete(session) && object.unserved.size === 0 && object.recalled) this.#letGo(object);
  }

  #object(pageNo: number): ObjectState {
    let object = this.#objects.get(pageNo);
    if (object === undefined) {
      object = {
        pageNo,
        held: PLockMode.none,
        entry: -1,
        epoch: 0,
        recalled: false,
        users: new Map(),
        registered: new Map(),
        queue: [],
        unserved: new Set(),
        waiters: new WaitList(),
      };
      this.#objects.set(pageNo, object);
    }
    return object;
  }

  /** Do the users of this node allow it? */
  #mayUse(object: ObjectState, session: Session, mode: PLockMode, own: PLockMode): boolean {
    if (object.recalled && own === PLockMode.none && !object.unserved.has(session)) return false;
    for (const [user, used] of object.users) {
      if (user !== session && (mode === PLockMode.exclusive || used === PLockMode.exclusive)) return false;
    }
    const first = object.queue[0];
    return (
      first === undefined || first.session === session || (mode === PLockMode.shared && first.mode === PLockMode.shared)
    );
  }

  /** Does the node have it? */
  #take(object: ObjectState, mode: PLockMode): boolean {
    if (object.held >= mode) return true;
    let got = this.#fusion.pages.acquire(object.pageNo, mode);
    if (got === DIRECTORY_FULL) {
      this.#releaseIdle(object);
      got = this.#fusion.pages.acquire(object.pageNo, mode);
    }
    if (got === DIRECTORY_FULL) this.#clock.after(RETRY_MS, () => object.waiters.wakeAll());
    if (got !== GRANTED) return false;
    if (object.held === PLockMode.none) {
      object.epoch = ++this.#epoch;
      this.onTaken();
    }
    object.entry = this.#fusion.pages.entry;
    object.held = this.#fusion.pages.heldMode(object.entry);
    return true;
  }

  #wait(object: ObjectState, session: Session, mode: PLockMode, timeoutMs: number): number {
    const began = session.beginWrite();
    if (began !== ROW) return began;
    if (!object.queue.some(waiting => waiting.session === session)) object.queue.push({session, mode});
    this.#waitingFor.set(session, object);
    object.waiters.add(session.task);
    const kind = object.pageNo >= NAMED_FIRST ? WaitKind.named : WaitKind.metadata;
    this.#registerUsers(object);
    const result = this.#waits.forObject(
      session.task,
      session.trx.slot,
      kind,
      object.pageNo,
      session.rowsChanged,
      timeoutMs,
    );
    if (result === ROW) {
      session.task.wake();
      return BLOCKED;
    }
    if (result !== BLOCKED) {
      this.#leaveQueue(object, session);
      object.waiters.wakeAll();
    }
    return result;
  }

  /** Somebody waits for the object: whoever uses it becomes an edge of the wait graph. */
  #registerUsers(object: ObjectState): void {
    for (const user of object.users.keys()) {
      const slot = user.trx?.slot ?? -1;
      if (slot < 0 || object.registered.get(user) === slot) continue;
      this.#unregisterUse(object, user);
      this.#fusion.locks.registerObjectUse(slot, object.pageNo);
      object.registered.set(user, slot);
    }
  }

  #unregisterUse(object: ObjectState, user: ObjectUser): void {
    if (object.registered.size === 0) return;
    const slot = object.registered.get(user);
    if (slot === undefined) return;
    object.registered.delete(user);
    this.#fusion.locks.unregisterObjectUse(slot, object.pageNo);
  }

  #leaveQueue(object: ObjectState, session: Session): void {
    const i = object.queue.findIndex(waiting => waiting.session === session);
    if (i >= 0) object.queue.splice(i, 1);
    this.#waitingFor.delete(session);
    this.#served(object, session);
  }

  /** A background job shares the object until `unlock`. If another node has it in X, it comes as soon as that lets go. */
  hold(pageNo: number, user: ObjectUser): void {
    const object = this.#object(pageNo);
    object.users.set(user, PLockMode.shared);
    this.#take(object, PLockMode.shared);
  }

  /** The user needs the object no more. */
  unlock(user: ObjectUser, pageNo: number): boolean {
    const object = this.#objects.get(pageNo);
    if (object === undefined || !object.users.delete(user)) return false;
    this.#unregisterUse(object, user);
    this.#letGo(object);
    return true;
  }

  /** Gives the lock to the node that wants it, once nobody here uses it; else wakes who waits here. */
  #letGo(object: ObjectState): void {
    const isNeeded = object.users.size > 0 || object.unserved.size > 0;
    if (!isNeeded && (object.recalled || (object.pageNo >= NAMED_FIRST && object.queue.length === 0)))
      this.#release(object);
    else if (object.recalled) this.#share(object);
    object.waiters.wakeAll();
  }

  /** Held exclusively since a change that is over: those who only share it here let other nodes share it too. */
  #share(object: ObjectState): void {
    if (object.held !== PLockMode.exclusive || object.unserved.size > 0) return;
    for (const mode of object.users.values()) if (mode === PLockMode.exclusive) return;
    this.#fusion.pages.release(object.entry, PLockMode.shared);
    object.held = PLockMode.shared;
    object.recalled = this.#fusion.pages.isWanted(object.entry);
  }

  #release(object: ObjectState): void {
    if (object.held !== PLockMode.none) {
      this.#watchers.get(object.pageNo)?.();
      this.#fusion.pages.release(object.entry, PLockMode.none);
    }
    object.held = PLockMode.none;
    object.entry = -1;
    object.recalled = false;
    if (object.users.size === 0 && object.queue.length === 0 && object.waiters.length === 0)
      this.#objects.delete(object.pageNo);
  }

  /** Gives back every lock that nobody uses, for the directory is full; but for the one that is being taken. */
  #releaseIdle(taken: ObjectState): void {
    for (const object of [...this.#objects.values()]) {
      if (object !== taken && object.users.size === 0 && object.queue.length === 0) this.#release(object);
    }
  }

  epochOf(pageNo: number): number {
    return this.#objects.get(pageNo)?.epoch ?? 0;
  }

  /** What this node built from the catalog about the object is out of date. */
  bump(pageNo: number): void {
    const object = this.#objects.get(pageNo);
    if (object === undefined) return;
    object.epoch = ++this.#epoch;
    this.#watchers.get(pageNo)?.();
  }

  /** `changed` is called when the lock leaves this node, and when the object changes here. */
  watch(pageNo: number, changed: () => void): void {
    this.#watchers.set(pageNo, changed);
  }

  /** Event: granted to this node. If nobody here asks any more, it goes back when another node wants it. */
  granted(pageNo: number): void {
    const object = this.#object(pageNo);
    if (this.#take(object, PLockMode.shared)) this.#serve(object);
    object.waiters.wakeAll();
  }

  /** Who waits first, and with a shared request all that share with it, must be polled with the grant before it is passed on. */
  #serve(object: ObjectState): void {
    for (const {session, mode} of object.queue) {
      if (mode > object.held) return;
      object.unserved.add(session);
      if (mode === PLockMode.exclusive) return;
    }
  }

  /** Event: another node wants it. Who uses it here becomes an edge of the wait graph. */
  recalled(pageNo: number): void {
    const object = this.#object(pageNo);
    if (object.held === PLockMode.none && !this.#take(object, PLockMode.shared)) return;
    object.recalled = true;
    this.#registerUsers(object);
    this.#letGo(object);
  }

  /** Clean stop: gives everything back. */
  releaseAll(): void {
    for (const object of this.#objects.values()) {
      if (object.held !== PLockMode.none) this.#fusion.pages.release(object.entry, PLockMode.none);
      object.held = PLockMode.none;
    }
  }
}
