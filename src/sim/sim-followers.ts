// Primaries that follow each other's redo, in the simulated world: what such a primary is built with, and what they are told of a death.

import {Optimism} from '../engine/optimistic/optimism.ts';
import {Adjudicator} from '../fusion/adjudicator/adjudicator.ts';
import {AdjudicatorMemory} from '../fusion/adjudicator/layout.ts';
import {SUPERVISOR_BELL} from '../fusion/api.ts';
import type {FusionNode} from '../fusion/fusion.ts';
import type {PageReader} from '../storage/api.ts';
import {redoFeedBytes, SharedRedoFeed} from '../storage/feed/redo-feed.ts';
import type {SimClock} from './sim-clock.ts';
import type {SimOptions, SimWorld} from './world.ts';

/** Redo of each node kept for those who follow it. */
const FEED_BYTES = 1 << 20;
/** Pages that the adjudicator knows: few, so that it has to sweep. */
const ADJUDICATOR_ENTRIES = 1 << 10;

/** Redo on its way to those who follow; undefined where nobody does. */
export function newFeed({nodes, singleWriter, optimistic}: SimOptions): SharedRedoFeed | undefined {
  if (singleWriter !== true && optimistic === undefined) return undefined;
  return new SharedRedoFeed(new SharedArrayBuffer(redoFeedBytes(nodes, FEED_BYTES)), nodes, FEED_BYTES);
}

export function newAdjudicator({nodes, optimistic}: SimOptions): AdjudicatorMemory | undefined {
  return optimistic === undefined ? undefined : AdjudicatorMemory.create({nodes, entries: ADJUDICATOR_ENTRIES});
}

/** What an engine without page locks is built with; undefined in the other modes. */
export function newOptimism(
  world: SimWorld,
  node: number,
  clock: SimClock,
  fusion: FusionNode,
  reader: () => PageReader,
): Optimism | undefined {
  const {feed, adjudicator} = world;
  const {optimistic: granularity, isRegional = false, pageSize} = world.options;
  if (feed === undefined || adjudicator === undefined || granularity === undefined) return undefined;
  const judge = new Adjudicator(adjudicator, node, fusion.incarnation);
  const ring = (other: number): void => world.bells.ring(other);
  return new Optimism(fusion, reader(), feed, judge, {granularity, isRegional, pageSize, clock, ring});
}

/** A stream has been sealed. Those who follow it learn where it ends; what its maker had changed beyond never was. */
export function endFeed({feed, adjudicator}: SimWorld, incarnation: number, end: number): void {
  if (feed === undefined) return;
  for (let node = 0; node < feed.nodes; node++) {
    if (feed.incarnation(node) !== incarnation) continue;
    feed.end(node, end);
    if (adjudicator !== undefined) new Adjudicator(adjudicator, SUPERVISOR_BELL, 0).orphan(node, incarnation, end);
  }
}
