// A table like sysbench's in an engine of its own: rows of (id, k, c, pad), id big-endian in front, so that key and payload need no SQL.

import type {KeyExtractor, TableHandle} from '../../src/engine/api.ts';
import type {Session} from '../../src/engine/session/session.ts';
import {bootstrapSpace} from '../../src/engine/space/bootstrap.ts';
import {Memory} from '../../src/format/memory.ts';
import {EngineWorld, makePmfs} from './engine-world.ts';

const KEY_BYTES = 8;
export const PAYLOAD_BYTES = 8 + 4 + 120 + 60;

const firstEight: KeyExtractor = {
  hasNull: false,
  extract(memory: Memory, payloadAt: number, _length: number, target: Uint8Array, at: number): number {
    for (let i = 0; i < KEY_BYTES; i++) target[at + i] = memory.bytes[payloadAt + i];
    return at + KEY_BYTES;
  },
};

export interface FilledTable {
  readonly world: EngineWorld;
  readonly table: TableHandle;
  readonly rows: number;
}

/** Key bytes of a row: its id, as a signed BIGINT orders. */
export function keyBytes(id: number): Uint8Array {
  const key = new Uint8Array(KEY_BYTES);
  new DataView(key.buffer).setBigUint64(0, BigInt(id) ^ (1n << 63n));
  return key;
}

/** Makes the table with rows 1 .. `rows`. */
export function fillTable(rows: number): FilledTable {
  const world = new EngineWorld(makePmfs(), 0);
  const caller = world.newSession();
  const {session} = caller;
  caller.must(() => bootstrapSpace(world.engine.core, (session as Session).task));
  caller.transaction(() => caller.must(() => session.createTree(true)));
  const table: TableHandle = {
    tableId: 1,
    clustered: session.newTree,
    primaryKey: firstEight,
    secondaries: [],
    changes: {rows: 0},
  };
  const row = new Memory(new ArrayBuffer(256));
  row.bytes.fill(0x61);
  const step = (): number => session.writer.insert(table, row, 0, PAYLOAD_BYTES);
  for (let first = 1; first <= rows; first += 1000) {
    caller.transaction(() => {
      for (let id = first; id < first + 1000 && id <= rows; id++) {
        row.bytes.set(keyBytes(id));
        caller.must(step);
      }
    });
  }
  return {world, table, rows};
}
