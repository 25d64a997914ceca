// All checkers of this room over one memory: after tests, in the simulator, and in `pando check`.

import type {Attachment} from './attachment.ts';
import {checkDirectory} from './lock/check-directory.ts';
import {checkSlots} from './transaction/check-slots.ts';
import {checkWaits} from './wait/check-waits.ts';

/** Everything that is wrong, in words; empty when all is well. Nobody may be changing the memory meanwhile. */
export function checkFusion(parts: Attachment): string[] {
  return [...checkDirectory(parts.memory), ...checkSlots(parts), ...checkWaits(parts)];
}
