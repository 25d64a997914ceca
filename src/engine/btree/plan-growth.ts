// Where to split a leaf so that one of its rows can grow. (Where to split for a new record is format/page/split.ts: a record that is there already must not be counted
// beside itself.)

import type {Memory} from '../../format/memory.ts';
import {bytesAfterRebuild, fitsPage} from '../../format/page/edit.ts';
import {highKeyAt, highKeyLength, lowKeyAt, lowKeyLength, slotCount} from '../../format/page/page.ts';
import {copyKey, recordAt, recordLength} from '../../format/page/records.ts';
import {type SplitPlan, separatorLength} from '../../format/page/split.ts';
import {KeyBuffer} from './key-buffer.ts';

const left = new KeyBuffer();

/** Fills the plan; false when no split makes room: the row is too big. `grows` is the number of bytes by which the record of `slot` gets longer. */
export function planGrowth(
  plan: SplitPlan,
  mem: Memory,
  base: number,
  pageSize: number,
  slot: number,
  grows: number,
): boolean {
  const count = slotCount(mem, base);
  const middle = middleSlot(mem, base, slot, grows);
  for (let distance = 0; distance < count; distance++) {
    if (trySlot(plan, mem, base, pageSize, slot, grows, middle - distance)) return true;
    if (trySlot(plan, mem, base, pageSize, slot, grows, middle + distance)) return true;
  }
  return false;
}

/** The first slot that lies in the second half of all bytes. */
function middleSlot(mem: Memory, base: number, slot: number, grows: number): number {
  const count = slotCount(mem, base);
  let bytes = grows;
  for (let i = 0; i < count; i++) bytes += recordLength(mem, recordAt(mem, base, i));
  let seen = 0;
  for (let i = 0; i < count; i++) {
    seen += recordLength(mem, recordAt(mem, base, i)) + (i === slot ? grows : 0);
    if (seen * 2 >= bytes) return i;
  }
  return count - 1;
}

/** Does it fit when the slots from `from` on go to the right? */
function trySlot(
  plan: SplitPlan,
  mem: Memory,
  base: number,
  pageSize: number,
  slot: number,
  grows: number,
  from: number,
): boolean {
  const count = slotCount(mem, base);
  if (from < 1 || from >= count) return false;
  const leftLength = copyKey(mem, base, from - 1, left.bytes, 0);
  const rightLength = copyKey(mem, base, from, plan.separator, 0);
  const length = separatorLength(left.bytes, leftLength, plan.separator, rightLength);
  const low = lowKeyLength(mem, base);
  const high = highKeyLength(mem, base);
  const separator = plan.separator;
  const leftBytes = bytesAfterRebuild(mem, base, 0, from, mem.bytes, lowKeyAt(mem, base), low, separator, 0, length);
  const rightBytes = bytesAfterRebuild(
    mem,
    base,
    from,
    count,
    separator,
    0,
    length,
    mem.bytes,
    highKeyAt(mem, base),
    high,
  );
  plan.slot = from;
  plan.separatorLength = length;
  plan.incomingRight = slot >= from;
  return (
    fitsPage(leftBytes + (slot < from ? grows : 0), pageSize) &&
    fitsPage(rightBytes + (slot >= from ? grows : 0), pageSize)
  );
}
