// A history of transactions in columns: what the checkers work on.
//
// Keys and versions get dense numbers. A *version* is one (key, value) pair; values are unique per key, so a version has at most one writer.
// The result of a read is a list of versions: the whole list for list-append, at most one for rw-register (none is the initial nil).

import {IntList} from './int-list.ts';
import {HistoryError, type HistoryEvent, type Scalar} from './types.ts';

export const Status = {ok: 1, fail: 2, info: 3} as const;
export type Status = (typeof Status)[keyof typeof Status];

export const OpKind = {read: 0, write: 1} as const;
export type OpKind = (typeof OpKind)[keyof typeof OpKind];

export type Model = 'list-append' | 'rw-register';

/** The completion of a transaction whose outcome is unknown: it never ends. */
export const NEVER = 0x7fffffff;
/** Longest list or number of micro-operations taken from one event. */
export const LIST_MAX = 1_000_000;

/** Transactions 0..count-1 in order of completion; operations of one transaction are neighbours. */
export interface Transactions {
  readonly model: Model;
  readonly count: number;
  /** False when some completion came without its invocation: nothing can be said about real time then. */
  readonly timed: boolean;
  readonly process: Int32Array;
  readonly status: Int32Array;
  /** Places in the sequence of events; `completedAt` is NEVER for info. */
  readonly invokedAt: Int32Array;
  readonly completedAt: Int32Array;
  /** Indices of the events as the history numbers them, for people. */
  readonly invokeIndex: Int32Array;
  readonly completeIndex: Int32Array;
  readonly final: Int32Array;
  readonly nodes: readonly (string | undefined)[];
  /** Operations of transaction t: opStart[t] .. opStart[t + 1]. */
  readonly opStart: Int32Array;
  readonly opTxn: Int32Array;
  readonly opKind: Int32Array;
  readonly opKey: Int32Array;
  /** Version written, or -1 for a read. */
  readonly opVersion: Int32Array;
  /** Result of read o: elements[readStart[o]] .. elements[readEnd[o]]; readStart is -1 where the result is not known. */
  readonly readStart: Int32Array;
  readonly readEnd: Int32Array;
  readonly elements: Int32Array;
  /** The operation before it in the same transaction on the same key, or -1. */
  readonly opBefore: Int32Array;
  readonly keys: readonly Scalar[];
  readonly versionKey: Int32Array;
  readonly versionValue: readonly Scalar[];
  /** The operation that wrote the version, or -1. */
  readonly versionWriter: Int32Array;
  /** Number of event places, one more than the last. */
  readonly places: number;
}

interface Pending {
  readonly place: number;
  readonly index: number;
  readonly event: HistoryEvent;
}

/** Takes events one by one and gives the columns at the end. */
export class TransactionsBuilder {
  readonly #pending = new Map<number, Pending>();
  readonly #retired = new Set<number>();
  readonly #keyIds = new Map<Scalar, number>();
  readonly #keys: Scalar[] = [];
  readonly #versionsOfKey: Map<Scalar, number>[] = [];
  readonly #versionKey = new IntList();
  readonly #versionValue: Scalar[] = [];
  readonly #versionWriter = new IntList();
  readonly #process = new IntList();
  readonly #status = new IntList();
  readonly #invokedAt = new IntList();
  readonly #completedAt = new IntList();
  readonly #invokeIndex = new IntList();
  readonly #completeIndex = new IntList();
  readonly #final = new IntList();
  readonly #nodes: (string | undefined)[] = [];
  readonly #opStart = new IntList();
  readonly #opTxn = new IntList();
  readonly #opKind = new IntList();
  readonly #opKey = new IntList();
  readonly #opVersion = new IntList();
  readonly #readStart = new IntList();
  readonly #readEnd = new IntList();
  readonly #elements = new IntList();
  readonly #opBefore = new IntList();
  readonly #lastOpOfKey = new IntList();
  #place = 0;
  #model: Model | undefined;
  #timed = true;

  /** Takes the next event. Events that are not transactions of numbered processes are passed over. @throws HistoryError */
  add(event: HistoryEvent): void {
    if (typeof event.process !== 'number' || (event.f !== undefined && event.f !== null && event.f !== 'txn')) return;
    if (!Number.isSafeInteger(event.process) || Math.abs(event.process) > NEVER) {
      throw new HistoryError(`process ${event.process} is not a 32-bit integer`);
    }
    const place = this.#place++;
    const index = event.index ?? place;
    if (event.type === 'invoke') this.#invoke(event, place, index);
    else this.#complete(event, place, index);
  }

  #invoke(event: HistoryEvent, place: number, index: number): void {
    const process = event.process as number;
    if (this.#pending.has(process))
      throw new HistoryError(`process ${process} invokes at ${index} before its last operation completed`);
    if (this.#retired.has(process))
      throw new HistoryError(`process ${process} invokes at ${index} after an info: it should have been retired`);
    this.#pending.set(process, {place, index, event});
  }

  #complete(event: HistoryEvent, place: number, index: number): void {
    const process = event.process as number;
    const pending = this.#pending.get(process);
    this.#pending.delete(process);
    if (pending === undefined) this.#timed = false;
    if (event.type === 'info') this.#retired.add(process);
    this.#transaction(pending ?? {place, index, event}, event, place, index);
  }

  #transaction(invoked: Pending, completion: HistoryEvent, place: number, index: number): void {
    const ok = completion.type === 'ok';
    const txn = this.#process.length;
    this.#process.push(completion.process as number);
    this.#status.push(ok ? Status.ok : completion.type === 'fail' ? Status.fail : Status.info);
    this.#invokedAt.push(invoked.place);
    this.#completedAt.push(completion.type === 'info' ? NEVER : place);
    this.#invokeIndex.push(invoked.index);
    this.#completeIndex.push(index);
    this.#final.push(completion.final === true || invoked.event.final === true ? 1 : 0);
    this.#nodes.push(completion.node);
    this.#opStart.push(this.#opTxn.length);
    const value = ok ? completion.value : (invoked.event.value ?? completion.value);
    if (value === null || value === undefined) {
      if (ok) throw new HistoryError(`the ok event at ${index} has no value`);
      return;
    }
    if (!Array.isArray(value) || value.length > LIST_MAX)
      throw new HistoryError(`the value at ${index} is not a list of operations`);
    for (const mop of value) this.#mop(txn, mop, ok, index);
  }

  #mop(txn: number, mop: unknown, ok: boolean, index: number): void {
    if (!Array.isArray(mop) || mop.length !== 3)
      throw new HistoryError(`an operation at ${index} is not [f, key, value]`);
    const [f, keyName, value] = mop as [unknown, unknown, unknown];
    const key = this.#key(scalar(keyName, index));
    const op = this.#opTxn.length;
    const before = this.#lastOpOfKey.at(key);
    this.#opBefore.push(before >= this.#opStart.at(txn) ? before : -1);
    this.#lastOpOfKey.set(key, op);
    this.#opTxn.push(txn);
    this.#opKey.push(key);
    if (f === 'r') {
      this.#read(key, value, ok, index);
      return;
    }
    if (f !== 'append' && f !== 'w') throw new HistoryError(`unknown operation ${String(f)} at ${index}`);
    this.#setModel(f === 'append' ? 'list-append' : 'rw-register', index);
    const version = this.#version(key, scalar(value, index));
    if (this.#versionWriter.at(version) !== -1) {
      throw new HistoryError(
        `value ${String(value)} is written to key ${String(keyName)} twice (at ${index}): values must be unique per key`,
      );
    }
    this.#versionWriter.set(version, op);
    this.#opKind.push(OpKind.write);
    this.#opVersion.push(version);
    this.#readStart.push(-1);
    this.#readEnd.push(-1);
  }

  #read(key: number, value: unknown, ok: boolean, index: number): void {
    this.#opKind.push(OpKind.read);
    this.#opVersion.push(-1);
    if (!ok) {
      this.#readStart.push(-1);
      this.#readEnd.push(-1);
      return;
    }
    this.#readStart.push(this.#elements.length);
    if (Array.isArray(value)) {
      if (value.length > LIST_MAX) throw new HistoryError(`the list read at ${index} is too long`);
      this.#setModel('list-append', index);
      for (const element of value) this.#elements.push(this.#version(key, scalar(element, index)));
    } else if (value !== null && value !== undefined) {
      this.#setModel('rw-register', index);
      this.#elements.push(this.#version(key, scalar(value, index)));
    }
    this.#readEnd.push(this.#elements.length);
  }

  #setModel(model: Model, index: number): void {
    this.#model ??= model;
    if (this.#model !== model) throw new HistoryError(`lists and registers are mixed at ${index}`);
  }

  #key(name: Scalar): number {
    let key = this.#keyIds.get(name);
    if (key === undefined) {
      key = this.#keys.length;
      this.#keyIds.set(name, key);
      this.#keys.push(name);
      this.#versionsOfKey.push(new Map());
      this.#lastOpOfKey.push(-1);
    }
    return key;
  }

  #version(key: number, value: Scalar): number {
    const versions = this.#versionsOfKey[key];
    let version = versions.get(value);
    if (version === undefined) {
      version = this.#versionValue.length;
      versions.set(value, version);
      this.#versionKey.push(key);
      this.#versionValue.push(value);
      this.#versionWriter.push(-1);
    }
    return version;
  }

  /** Operations that never completed become info. The builder is spent afterwards. */
  finish(): Transactions {
    for (const pending of this.#pending.values()) {
      this.#transaction(pending, {...pending.event, type: 'info'}, this.#place, pending.index);
    }
    this.#pending.clear();
    this.#opStart.push(this.#opTxn.length);
    return {
      model: this.#model ?? 'list-append',
      count: this.#process.length,
      timed: this.#timed,
      process: this.#process.view(),
      status: this.#status.view(),
      invokedAt: this.#invokedAt.view(),
      completedAt: this.#completedAt.view(),
      invokeIndex: this.#invokeIndex.view(),
      completeIndex: this.#completeIndex.view(),
      final: this.#final.view(),
      nodes: this.#nodes,
      opStart: this.#opStart.view(),
      opTxn: this.#opTxn.view(),
      opKind: this.#opKind.view(),
      opKey: this.#opKey.view(),
      opVersion: this.#opVersion.view(),
      readStart: this.#readStart.view(),
      readEnd: this.#readEnd.view(),
      elements: this.#elements.view(),
      opBefore: this.#opBefore.view(),
      keys: this.#keys,
      versionKey: this.#versionKey.view(),
      versionValue: this.#versionValue,
      versionWriter: this.#versionWriter.view(),
      places: this.#place + 1,
    };
  }
}

/** The columns of a history held as events. @throws HistoryError */
export function transactionsOf(events: Iterable<HistoryEvent>): Transactions {
  const builder = new TransactionsBuilder();
  for (const event of events) builder.add(event);
  return builder.finish();
}

/** Who wrote the version: a transaction, or -1 when nobody did. */
export function writerOf(txns: Transactions, version: number): number {
  const op = txns.versionWriter[version];
  return op === -1 ? -1 : txns.opTxn[op];
}

function scalar(value: unknown, index: number): Scalar {
  if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))) return value;
  throw new HistoryError(`${JSON.stringify(value)} at ${index} is neither a number nor a string`);
}
