// Checks the wait table of a memory that nobody is changing: counters, the first of each row's queue (I7), and that no cycle is left.

import {WaitKind} from '../api.ts';
import type {Attachment} from '../attachment.ts';
import {Header, WaitField} from '../memory/layout.ts';
import {WaitGraph} from './wait-graph.ts';
import {WaitState, type WaitTable} from './wait-table.ts';

/** Everything that is wrong, in words; empty when all is well. */
export function checkWaits(parts: Attachment): string[] {
  const faults: string[] = [];
  const {table} = parts.waits;
  const latch = Atomics.load(parts.memory.words, Header.waitLatch);
  if (latch !== 0) faults.push(`the wait table is latched by ${(latch & 255) - 1}`);
  const graph = new WaitGraph(table, parts.slots);
  for (let index = 0; index < table.capacity; index++) {
    if (table.state(index) === WaitState.free) continue;
    if (index >= table.high) faults.push(`wait ${index} is above the high-water mark`);
    if (!table.mayHaveWaiters(table.get(index, WaitField.resource))) faults.push(`wait ${index} is not counted`);
    if (table.state(index) !== WaitState.waiting) continue;
    if (graph.findVictim(index) >= 0) faults.push(`wait ${index} is part of a cycle`);
    if (table.get(index, WaitField.kind) === WaitKind.row) checkRow(parts, index, faults);
  }
  checkCounts(table, faults);
  return faults;
}

/** The first waiter of a row has somebody to wake him: a holder that runs and has `ref` set, or a woken waiter before him. */
function checkRow(parts: Attachment, index: number, faults: string[]): void {
  const {waits, slots, regions} = parts;
  const {table} = waits;
  for (let other = 0; other < table.high; other++) {
    if (other === index || !isSameRow(table, other, index)) continue;
    const state = table.state(other);
    if (state === WaitState.woken || (state === WaitState.waiting && table.isBefore(other, index))) return;
  }
  const incarnation = table.get(index, WaitField.holderIncarnation);
  const slot = table.get(index, WaitField.holderSlot);
  const runs = slots.isRunning(incarnation, slot, table.get(index, WaitField.holderVersion));
  const region = regions.find(incarnation);
  if (!runs || !slots.hasRef(region, slot)) faults.push(`wait ${index}: nobody will wake it`);
}

function isSameRow(table: WaitTable, a: number, b: number): boolean {
  if (table.get(a, WaitField.kind) !== table.get(b, WaitField.kind)) return false;
  return table.get(a, WaitField.resource) === table.get(b, WaitField.resource);
}

function checkCounts(table: WaitTable, faults: string[]): void {
  let counted = 0;
  let present = 0;
  for (let hash = 0; hash < 1024; hash++) counted += table.countOfHash(hash);
  for (let index = 0; index < table.capacity; index++) if (table.state(index) !== WaitState.free) present++;
  if (counted !== present) faults.push(`${present} waits, ${counted} counted`);
}
