// The name of an open transaction, for people: unique among all that are open on all primaries.

/** An incarnation has fewer slots. */
const SLOTS_MAX = 2 ** 20;

export function transactionId(incarnation: number, slot: number): number {
  return incarnation * SLOTS_MAX + slot + 1;
}
