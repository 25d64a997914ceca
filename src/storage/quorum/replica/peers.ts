// What a node knows of the other members: how far each of their chains reaches, and when it was heard of last.

import type {StreamPoint} from '../api.ts';
import {READ_QUORUM} from '../membership.ts';

/** Members that have been silent for longer hold nothing back. Milliseconds. */
const SILENCE_MS = 60_000;

interface Known {
  readonly heard: number;
  readonly points: ReadonlyMap<string, StreamPoint>;
}

export class Peers {
  readonly #known = new Map<number, Known>();

  note(node: number, points: readonly StreamPoint[], now: number): void {
    const byStream = new Map(points.map(point => [`${point[0]}:${point[1]}`, point]));
    this.#known.set(node, {heard: now, points: byStream});
  }

  /** Forgets nodes that are no members. */
  retain(members: readonly number[]): void {
    for (const node of this.#known.keys()) if (!members.includes(node)) this.#known.delete(node);
  }

  /** Lowest SCL that the peers heard of lately have told; infinity when none has. */
  reached(pg: number, incarnation: number, now: number): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const {heard, points} of this.#known.values()) {
      if (now - heard > SILENCE_MS) continue;
      lowest = Math.min(lowest, points.get(`${pg}:${incarnation}`)?.[3] ?? 0);
    }
    return lowest;
  }

  /** Highest SCL anybody has told: the difference to one's own is the lag. */
  highest(pg: number, incarnation: number): number {
    let highest = 0;
    for (const {points} of this.#known.values())
      highest = Math.max(highest, points.get(`${pg}:${incarnation}`)?.[3] ?? 0);
    return highest;
  }

  /** Streams of which no peer keeps what follows `reached` any more: `[pg, incarnation]`. A few peers must have told. */
  hopeless(reached: (pg: number, incarnation: number) => number): (readonly [number, number])[] {
    const lowestBase = new Map<string, {point: StreamPoint; base: number; count: number}>();
    for (const {points} of this.#known.values()) {
      for (const [key, point] of points) {
        const known = lowestBase.get(key);
        lowestBase.set(key, {point, base: Math.min(known?.base ?? point[2], point[2]), count: (known?.count ?? 0) + 1});
      }
    }
    const found: (readonly [number, number])[] = [];
    for (const {point, base, count} of lowestBase.values()) {
      if (count >= READ_QUORUM && reached(point[0], point[1]) < base) found.push([point[0], point[1]]);
    }
    return found;
  }
}
