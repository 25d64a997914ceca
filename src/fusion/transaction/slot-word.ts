// The 64-bit state word of a transaction slot.
//
//   bits 56..63  tag       0: the rest is a CTS (or nothing, if the slot was never used)
//   bits  0..31  version   when the tag is not 0: the occupant that this state belongs to
//
// The version in the word makes every change of state a compare-and-swap that can only hit its own occupant: a late helper or a
// zombie changes nothing (S1, K7).
//
//   (free | CTS | ABORTED) -> ACTIVE -> COMMITTING -> CTS
//                                    -> ABORTING   -> ABORTED

export const SlotTag = {none: 0, active: 1, committing: 2, aborting: 3, aborted: 4} as const;
export type SlotTag = (typeof SlotTag)[keyof typeof SlotTag];

/** Words at or above this carry a tag. */
export const TAG_UNIT = 2 ** 56;
const TAG_SHIFT = 56n;

/** The word for a state of the occupant `version` (u32). */
export function stateWord(tag: SlotTag, version: number): bigint {
  return (BigInt(tag) << TAG_SHIFT) | BigInt(version >>> 0);
}

/** Tag of a word that has been made a number (which keeps the tag and any CTS exact, but not the version). */
export function tagOf(word: number): SlotTag {
  return Math.floor(word / TAG_UNIT) as SlotTag;
}

/** Version inside a tagged word. */
export function versionOf(word: bigint): number {
  return Number(word & 0xffff_ffffn);
}
