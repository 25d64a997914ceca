// Checks the transaction slots, the floors and the oracle (part of I5) of a memory that nobody is changing.

import {CTS_FIRST} from '../../format/ids.ts';
import type {Attachment} from '../attachment.ts';
import {RegionState} from './regions.ts';
import {SlotTag, TAG_UNIT, tagOf, versionOf} from './slot-word.ts';

/** Everything that is wrong, in words; empty when all is well. */
export function checkSlots(parts: Attachment): string[] {
  const faults: string[] = [];
  const {regions} = parts;
  const seen = new Set<number>();
  for (let region = 0; region < regions.count; region++) {
    if (regions.state(region) === RegionState.free) continue;
    const incarnation = regions.incarnation(region);
    if (seen.has(incarnation)) faults.push(`incarnation ${incarnation} has two regions`);
    seen.add(incarnation);
    checkFloors(parts, region, faults);
    for (let slot = 0; slot < regions.slotsPerRegion; slot++) checkSlot(parts, region, slot, faults);
  }
  return faults;
}

function checkFloors(parts: Attachment, region: number, faults: string[]): void {
  const {regions, tso} = parts;
  const incarnation = regions.incarnation(region);
  const now = tso.read();
  if (regions.viewFloor(region) > now) faults.push(`view floor of ${incarnation} is above the oracle`);
  if (regions.oldestStart(region) > now) faults.push(`oldest start of ${incarnation} is above the oracle`);
  if (regions.state(region) !== RegionState.open && !regions.isFenced(region)) {
    faults.push(`incarnation ${incarnation} is dead and not fenced`);
  }
}

function checkSlot(parts: Attachment, region: number, slot: number, faults: string[]): void {
  const {slots, regions, tso} = parts;
  const name = `slot ${regions.incarnation(region)}.${slot}`;
  const word = slots.word(region, slot);
  if (word === 0) return;
  if (word < TAG_UNIT) {
    if (word < CTS_FIRST || word > tso.read()) faults.push(`${name}: CTS ${word} was never drawn`);
    if (word > tso.limit()) faults.push(`${name}: CTS ${word} is above the limit ${tso.limit()}`);
    return;
  }
  const tag = tagOf(word);
  if (tag > SlotTag.aborted) faults.push(`${name}: unknown state ${tag}`);
  if (versionOf(slots.exactWord(region, slot)) !== slots.version(region, slot)) {
    faults.push(`${name}: the state belongs to another occupant`);
  }
  const state = regions.state(region);
  const isUndecided = tag === SlotTag.active || tag === SlotTag.committing;
  if (isUndecided && state >= RegionState.decided) faults.push(`${name}: undecided in a decided incarnation`);
  if (tag === SlotTag.aborting && state === RegionState.finished) faults.push(`${name}: not rolled back, but finished`);
}
