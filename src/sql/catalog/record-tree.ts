// The system tree: all objects of the catalog as ordinary rows of one clustered tree, changed in the transaction of the statement that
// changes them. So DDL is as atomic as any other change (protocols G4), and a restart needs nothing of its own.
//
//   kind      TINYINT UNSIGNED   RecordKind
//   name1     VARBINARY(512)     schema name, or user name
//   name2     VARBINARY(512)     table name, or host; '' for a schema
//   part      SMALLINT UNSIGNED  texts longer than a piece are cut
//   body      BLOB               a piece of the object's JSON text (stored-table.ts, accounts)
//
// The primary key is (kind, name1, name2, part), by bytes: names are exact (lower_case_table_names = 0). Where the tree is stands in three roots
// of the space header: the catalog's format, the tree's id, its root page.

import {assert} from '../../base/assert.ts';
import {
  BLOCKED,
  type Cursor,
  DONE,
  DUPLICATE,
  type EngineSession,
  LockMode,
  LockWait,
  ROW,
  type TableHandle,
  type TreeRef,
} from '../../engine/api.ts';
import {RowKeyExtractor} from '../../format/key/key-extractor.ts';
import {KeyLayout, keyPart} from '../../format/key/key-layout.ts';
import {KeyRange, rangeOfPrefix} from '../../format/key/key-range.ts';
import {Memory} from '../../format/memory.ts';
import {readColumn} from '../../format/row/decode.ts';
import {encodeRow} from '../../format/row/encode.ts';
import {RowLayout, rowColumn} from '../../format/row/row-layout.ts';
import {Kind, sqlType, type Value} from '../../format/value/types.ts';
import {engineError} from './engine-error.ts';
import {expectRow, type Steps, until} from './steps.ts';

/** Kinds of records. Numbers are format. */
export const RecordKind = {schema: 1, table: 2, account: 3, waiting: 4, setting: 5, build: 6, histograms: 7} as const;
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];

/** One object: its names and its text. */
export interface CatalogRecord {
  readonly name1: string;
  readonly name2: string;
  readonly text: string;
}

const NAME = sqlType(Kind.varbinary, {length: 512});
const KIND = sqlType(Kind.tinyint, {length: 3, unsigned: true});
const PART = sqlType(Kind.smallint, {length: 5, unsigned: true});

const rowLayout = new RowLayout(1, [
  rowColumn(0, KIND, false),
  rowColumn(1, NAME, false),
  rowColumn(2, NAME, false),
  rowColumn(3, PART, false),
  rowColumn(4, sqlType(Kind.blob, {length: 65535}), false),
]);

const keyLayout = new KeyLayout([
  keyPart(0, KIND, false),
  keyPart(1, NAME, false),
  keyPart(2, NAME, false),
  keyPart(3, PART, false),
]);

/** Table id of the system tree: below every id that the engine gives out. */
const SYSTEM_TABLE_ID = 0;

/** Largest piece of a text in one row, when pages allow it. */
const PIECE_BYTES_MAX = 3000;

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'utf8'));
}

export class RecordTree {
  readonly #handle: TableHandle;
  readonly #pieceBytes: number;
  readonly #row: Memory = new Memory(new ArrayBuffer(8192));
  readonly #range = new KeyRange();
  /** A closed cursor of each session that has read here, to be opened again: every login reads. */
  readonly #idle = new WeakMap<EngineSession, Cursor>();

  constructor(tree: TreeRef, pageSize: number) {
    this.#handle = {
      tableId: SYSTEM_TABLE_ID,
      clustered: tree,
      primaryKey: new RowKeyExtractor(keyLayout, rowLayout),
      secondaries: [],
      changes: {rows: 0},
    };
    this.#pieceBytes = Math.min(PIECE_BYTES_MAX, Math.floor(pageSize / 4));
  }

  /** The text of one object, as the session's view sees it; undefined when there is none. */
  *read(engine: EngineSession, kind: RecordKind, name1: string, name2: string): Steps<string | undefined> {
    const found = yield* this.#scan(engine, [kind, bytesOf(name1), bytesOf(name2)]);
    return found[0]?.text;
  }

  /** All objects of a kind, or those of one schema or user; in the order of their names' bytes. */
  *list(engine: EngineSession, kind: RecordKind, name1?: string): Steps<readonly CatalogRecord[]> {
    return yield* this.#scan(engine, name1 === undefined ? [kind] : [kind, bytesOf(name1)]);
  }

  /** Adds an object. False: there is one with these names. */
  *insert(engine: EngineSession, kind: RecordKind, record: CatalogRecord): Steps<boolean> {
    const body = bytesOf(record.text);
    const pieces = Math.max(1, Math.ceil(body.length / this.#pieceBytes));
    for (let part = 0; part < pieces; part++) {
      const piece = body.subarray(part * this.#pieceBytes, (part + 1) * this.#pieceBytes);
      const values = [kind, bytesOf(record.name1), bytesOf(record.name2), part, piece];
      // The row is made again after each wait: the scratch buffer is shared by all sessions.
      const result = yield* until(() => this.#insertRow(engine, values));
      if (result === DUPLICATE && part === 0) return false;
      if (result !== ROW) throw engineError(result);
    }
    return true;
  }

  /** Removes an object. False: there is none. */
  *remove(engine: EngineSession, kind: RecordKind, name1: string, name2: string): Steps<boolean> {
    const keys = yield* this.#keys(engine, [kind, bytesOf(name1), bytesOf(name2)]);
    for (const key of keys) yield* expectRow(() => engine.writer.remove(this.#handle, key, key.length));
    return keys.length > 0;
  }

  #insertRow(engine: EngineSession, values: readonly Value[]): number {
    const length = encodeRow(rowLayout, values, this.#row, 0);
    assert(length > 0, () => 'a catalog row does not fit its buffer');
    return engine.writer.insert(this.#handle, this.#row, 0, length);
  }

  *#scan(engine: EngineSession, prefix: readonly Value[]): Steps<readonly CatalogRecord[]> {
    const records: CatalogRecord[] = [];
    let pieces: Uint8Array[] = [];
    const cursor = this.#open(engine, prefix, LockMode.none);
    let names: readonly [string, string] = ['', ''];
    const finish = (): void => {
      if (pieces.length === 0) return;
      records.push({name1: names[0], name2: names[1], text: Buffer.concat(pieces).toString('utf8')});
      pieces = [];
    };
    for (;;) {
      const result = cursor.next();
      if (result === DONE) break;
      if (result === BLOCKED) yield;
      else if (result !== ROW) throw engineError(result);
      else {
        const row = [1, 2, 3, 4].map(c => readColumn(rowLayout, cursor.memory, cursor.payloadAt, c));
        if (row[2] === 0) {
          finish();
          names = [text(row[0]), text(row[1])];
        }
        pieces.push(row[3] as Uint8Array);
      }
    }
    finish();
    this.#close(engine, cursor);
    return records;
  }

  /** Locks the rows under a prefix and answers their keys. */
  *#keys(engine: EngineSession, prefix: readonly Value[]): Steps<readonly Uint8Array[]> {
    const keys: Uint8Array[] = [];
    const cursor = this.#open(engine, prefix, LockMode.exclusive);
    for (;;) {
      const result = cursor.next();
      if (result === DONE) break;
      if (result === BLOCKED) yield;
      else if (result !== ROW) throw engineError(result);
      else keys.push(cursor.primaryKey.slice(0, cursor.primaryKeyLength));
    }
    this.#close(engine, cursor);
    return keys;
  }

  #close(engine: EngineSession, cursor: Cursor): void {
    cursor.close();
    this.#idle.set(engine, cursor);
  }

  #open(engine: EngineSession, prefix: readonly Value[], lock: LockMode): Cursor {
    const range = this.#range;
    rangeOfPrefix(keyLayout, prefix, range);
    const low = range.low.subarray(0, range.lowLength);
    const high = range.highLength < 0 ? undefined : range.high.subarray(0, range.highLength);
    const cursor = this.#idle.get(engine) ?? engine.newCursor();
    this.#idle.delete(engine);
    cursor.open(this.#handle, 0, low, true, high, false, false, lock, LockWait.wait, false);
    return cursor;
  }
}

function text(value: Value): string {
  return Buffer.from(value as Uint8Array).toString('utf8');
}
