// A table without SQL, for tests of the engine: rows of (id u32, k u32, text), primary key id, secondary index on k.

import {
  DONE,
  type EngineSession,
  type KeyExtractor,
  LockMode,
  LockWait,
  ROW,
  type SecondaryIndex,
  type TableHandle,
  type TreeRef,
} from '../engine/api.ts';
import {Memory} from '../format/memory.ts';
import type {Script, SimClient} from './client.ts';
import {expect} from './expect.ts';
import {must} from './script.ts';

/** Takes four big-endian payload bytes as the key: they are in order already. */
function fourBytes(offset: number): KeyExtractor {
  return {
    hasNull: false,
    extract(memory: Memory, payloadAt: number, _length: number, target: Uint8Array, at: number): number {
      for (let i = 0; i < 4; i++) target[at + i] = memory.bytes[payloadAt + offset + i];
      return at + 4;
    },
  };
}

export function tableOf(tableId: number, clustered: TreeRef, byK: TreeRef | undefined, unique = false): TableHandle {
  const secondaries: SecondaryIndex[] = byK === undefined ? [] : [{tree: byK, unique, key: fourBytes(4)}];
  return {tableId, clustered, primaryKey: fourBytes(0), secondaries, changes: {rows: 0}};
}

export interface Row {
  readonly id: number;
  readonly k: number;
  readonly text: string;
}

/** One row as bytes, for the engine's calls. */
export class RowBytes {
  readonly memory = new Memory(new ArrayBuffer(4096));
  length = 0;

  set(row: Row): this {
    this.memory.view.setUint32(0, row.id);
    this.memory.view.setUint32(4, row.k);
    this.length = 8 + this.memory.buffer.write(row.text, 8, 'latin1');
    return this;
  }
}

export function readRow(place: {memory: Memory; payloadAt: number; payloadLength: number}): Row {
  const {memory, payloadAt: at, payloadLength: length} = place;
  return {
    id: memory.view.getUint32(at),
    k: memory.view.getUint32(at + 4),
    text: memory.buffer.toString('latin1', at + 8, at + length),
  };
}

export function keyOf(id: number): Uint8Array {
  return Uint8Array.of(id >>> 24, id >>> 16, id >>> 8, id);
}

/** Makes the table in a transaction of its own. */
export function* createTable(
  session: EngineSession,
  tableId: number,
  withIndex: boolean,
  unique = false,
): Script<TableHandle> {
  session.begin(false, false);
  session.beginStatement();
  yield* must(() => session.createTree(true));
  const clustered = session.newTree;
  let byK: TreeRef | undefined;
  if (withIndex) {
    yield* must(() => session.createTree(false));
    byK = session.newTree;
  }
  session.endStatement();
  yield* must(() => session.commit());
  return tableOf(tableId, clustered, byK, unique);
}

export function insertOf(client: SimClient, table: TableHandle, row: Row): () => number {
  const bytes = new RowBytes().set(row);
  return () => client.session.writer.insert(table, bytes.memory, 0, bytes.length);
}

export function updateOf(client: SimClient, table: TableHandle, row: Row): () => number {
  const bytes = new RowBytes().set(row);
  const key = keyOf(row.id);
  return () => client.session.writer.update(table, key, 4, bytes.memory, 0, bytes.length);
}

/** All rows that the view sees, by primary key. */
export function* rowsOf(client: SimClient, table: TableHandle): Script<Row[]> {
  const rows: Row[] = [];
  const cursor = client.session.newCursor();
  cursor.open(table, 0, undefined, true, undefined, true, false, LockMode.none, LockWait.wait, false);
  for (;;) {
    const result = yield () => cursor.next();
    if (result === DONE) return rows;
    expect.equal(result, ROW);
    rows.push(readRow(cursor));
  }
}

export function* tableCheck(client: SimClient, table: TableHandle, rows: number): Script<void> {
  const job = client.primary.engine.newTableCheck(client.session, table);
  while ((yield () => job.poll()) !== DONE);
  expect.deepEqual(job.violations, []);
  expect.equal(job.rows, rows);
}
