// Quorums. Four of six to write, three of six to read in recovery: a write and a recovery read share a node, and so do two writes.
//
// While a member is being replaced there are two sets, and a write needs four in each (the five that both share serve both). Every step is one write of
// a higher epoch, and the middle one can be taken back:
//
//   epoch n      {A B C D E F}
//   epoch n+1    {A B C D E F} and {A B C D E G}       G is being rebuilt; F may come back
//   epoch n+2    {A B C D E G}, or {A B C D E F} again

import {assert} from '../../base/assert.ts';
import type {Membership} from './api.ts';

export const SEGMENTS = 6;
export const WRITE_QUORUM = 4;
export const READ_QUORUM = 3;

/** All nodes of all sets, each once. */
export function membersOf(membership: Membership): number[] {
  return [...new Set(membership.sets.flat())];
}

/** The highest point that a write quorum has reached: the fourth highest in every set (PGCL, when points are SCLs). */
export function quorumPoint(membership: Membership, pointOf: (node: number) => number): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (const set of membership.sets) {
    const points = set.map(pointOf).sort((a, b) => b - a);
    lowest = Math.min(lowest, points[WRITE_QUORUM - 1]);
  }
  return lowest;
}

export function isWriteQuorum(membership: Membership, has: (node: number) => boolean): boolean {
  return membership.sets.every(set => set.filter(has).length >= WRITE_QUORUM);
}

/** Three of one set share a node with every write: also with those of the epoch before, because a node that is new counts only when it is whole. */
export function isReadQuorum(membership: Membership, has: (node: number) => boolean): boolean {
  return membership.sets.some(set => set.filter(has).length >= READ_QUORUM);
}

/** First step of a change: `added` is to take the place of `removed`. */
export function beginReplacement(membership: Membership, removed: number, added: number): Membership {
  assert(membership.sets.length === 1, () => 'a replacement is under way already');
  const [set] = membership.sets;
  assert(set.includes(removed) && !set.includes(added), () => `replacement of ${removed} by ${added}`);
  return {epoch: membership.epoch + 1, sets: [set, set.map(node => (node === removed ? added : node))]};
}

/** Last step: the new set stands, or - taken back - the old one. */
export function endReplacement(membership: Membership, keepNew: boolean): Membership {
  assert(membership.sets.length === 2, () => 'no replacement is under way');
  return {epoch: membership.epoch + 1, sets: [membership.sets[keepNew ? 1 : 0]]};
}

/** The node that a running replacement brings in, and the one that it takes out. */
export function replacementOf(membership: Membership): {readonly removed: number; readonly added: number} | undefined {
  if (membership.sets.length < 2) return undefined;
  const [before, after] = membership.sets;
  const removed = before.find(node => !after.includes(node)) ?? 0;
  const added = after.find(node => !before.includes(node)) ?? 0;
  return {removed, added};
}
