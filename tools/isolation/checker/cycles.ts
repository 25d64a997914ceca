// The typed cycle search.
//
// Whether a cycle of a class exists is decided exactly and in linear time: an edge lies on a cycle of the masked graph if and only if both its
// ends are in one strongly connected component. Only then is a short witness looked for, breadth first, under a budget. The budget can make
// a witness longer than need be, or let a class that a stronger witness already implies go unnamed; it never hides that a level is violated.
//
// Classes (Adya; X is nothing, process or realtime):
//   G0-X            only ww (and X)                    G1c-X            ww and wr (and X)
//   G-single-X      exactly one rw                     G-nonadjacent-X  several rw, no two in a row
//   G2-item-X       two rw in a row                    fractured-snapshot-X   every rw starts at a transaction that only reads

import {type Components, componentsOf, cyclicPart, type Part, withoutAdjacentRw} from './components.ts';
import {ALL, type Graph, Kind} from './graph.ts';

export type CycleName =
  | `${'G0' | 'G1c' | 'G-single' | 'G-nonadjacent' | 'G2-item'}${'' | '-process' | '-realtime'}`
  | `fractured-snapshot${'' | '-process' | '-realtime'}`;

/** One step of a cycle; `source` and `target` are transactions. */
export interface Step {
  readonly source: number;
  readonly target: number;
  readonly kind: number;
  readonly via: number;
}

export interface Cycle {
  readonly name: CycleName;
  readonly steps: readonly Step[];
}

export interface CycleLimits {
  /** Witnesses kept per class. */
  readonly examples: number;
  /** Edges looked at per search. */
  readonly visits: number;
  /** Start edges tried per component after the first witness, in the hope of a shorter one. */
  readonly more: number;
}

export const defaultLimits: CycleLimits = {examples: 5, visits: 5_000_000, more: 16};

/** Finds cycles of every class; the strongest findings first in each class are the shortest. Empty means: no cycle of any kind. */
export function findCycles(graph: Graph, limits: CycleLimits = defaultLimits): Cycle[] {
  const part = cyclicPart(graph, ALL);
  if (part.graph.nodes === 0) return [];
  const search = new CycleSearch(part, limits);
  for (const extra of [0, Kind.process, Kind.realtime]) search.classes(extra);
  return search.found();
}

/** The class of a cycle by the kinds of its edges, in order. */
export function nameOf(kinds: readonly number[]): CycleName {
  const isRw = (i: number): boolean => (kinds[i % kinds.length] & Kind.rw) !== 0;
  const rws = kinds.filter((_, i) => isRw(i)).length;
  const adjacent = rws > 1 && kinds.some((_, i) => isRw(i) && isRw(i + 1));
  const suffix = kinds.some(k => (k & Kind.realtime) !== 0) ? '-realtime' : kinds.some(k => (k & Kind.process) !== 0) ? '-process' : '';
  if (rws === 0) return kinds.some(k => (k & Kind.wr) !== 0) ? `G1c${suffix}` : `G0${suffix}`;
  if (rws === 1) return `G-single${suffix}`;
  return adjacent ? `G2-item${suffix}` : `G-nonadjacent${suffix}`;
}

class CycleSearch {
  readonly #part: Part;
  readonly #graph: Graph;
  readonly #limits: CycleLimits;
  readonly #byName = new Map<CycleName, Cycle[]>();
  readonly #seen = new Set<string>();
  readonly #paths: PathFinder;

  constructor(part: Part, limits: CycleLimits) {
    this.#part = part;
    this.#graph = part.graph;
    this.#limits = limits;
    this.#paths = new PathFinder(part.graph);
  }

  classes(extra: number): void {
    const order = Kind.ww | Kind.wr | extra;
    this.#startingWith(Kind.ww | extra, extra === 0 ? Kind.ww : extra);
    this.#startingWith(order, extra === 0 ? Kind.wr : extra);
    this.#fractured(order);
    const without = this.#oneRwOrNonadjacent(order);
    this.#adjacent(order | Kind.rw, without);
  }

  /** Cycles over the mask that begin with an edge of the kind `start`: one attempt or a few per component. */
  #startingWith(mask: number, start: number): void {
    const components = componentsOf(this.#graph, mask);
    this.#eachEdgeInside(components, start, edge => this.#close(edge, mask, components));
  }

  /** Consistent reads must fit one point of the commit order, even where the writers around them are allowed skew. */
  #fractured(order: number): void {
    const mask = order | Kind.readOnly;
    const components = componentsOf(this.#graph, mask);
    this.#eachEdgeInside(components, Kind.readOnly, edge => {
      const edges = this.#close(edge, mask, components);
      if (edges === undefined) return undefined;
      const name = nameOf(edges.map(e => this.#graph.kinds[e]));
      const suffix = /-(process|realtime)$/.exec(name)?.[0] ?? '';
      this.#keep(edges, `fractured-snapshot${suffix}` as CycleName);
      return edges;
    });
  }

  /** G-single, then G-nonadjacent. Returns, per node, whether a component of the doubled graph proves such a cycle through it. */
  #oneRwOrNonadjacent(order: number): Uint8Array {
    const doubled = withoutAdjacentRw(this.#graph, order, Kind.rw);
    const components = componentsOf(doubled, ALL);
    const inside = (edge: number): boolean =>
      components.of[2 * this.#graph.sources[edge]] === components.of[2 * this.#graph.targets[edge] + 1];
    const whole = componentsOf(this.#graph, order | Kind.rw);
    this.#eachEdgeInside(whole, Kind.rw, edge => (inside(edge) ? this.#close(edge, order, whole) : undefined));
    const proven = new Uint8Array(this.#graph.nodes);
    const doubledPaths = new PathFinder(doubled);
    let left = this.#limits.visits;
    const done = new Set<number>();
    for (let edge = 0; edge < this.#graph.targets.length; edge++) {
      if ((this.#graph.kinds[edge] & Kind.rw) === 0 || !inside(edge)) continue;
      const source = this.#graph.sources[edge];
      const target = this.#graph.targets[edge];
      proven[source] = 1;
      const component = components.of[2 * source];
      if (left < 0 && done.has(component)) continue;
      const path = doubledPaths.path(2 * target + 1, 2 * source, ALL, components, -1, Number.MAX_SAFE_INTEGER);
      left -= doubledPaths.visits;
      if (path === undefined) continue;
      done.add(component);
      this.#keep(this.#simple([edge, ...path.map(e => doubled.vias[e])]));
    }
    return proven;
  }

  /** Cycles with two rw edges in a row. A component in which nothing weaker was proven gets a witness in any case. */
  #adjacent(mask: number, proven: Uint8Array): void {
    const components = componentsOf(this.#graph, mask);
    const certain = new Uint8Array(components.count);
    for (let n = 0; n < this.#graph.nodes; n++) if (proven[n] === 1) certain[components.of[n]] = 1;
    this.#eachEdgeInside(components, Kind.rw, edge => this.#closePair(edge, mask, components));
    this.#eachEdgeInside(components, Kind.rw, edge => {
      const component = components.of[this.#graph.sources[edge]];
      if (certain[component] === 1) return undefined;
      certain[component] = 1;
      return this.#close(edge, mask, components);
    });
  }

  /** Calls `attempt` for edges inside components until each component has a witness and some more tries, or the budget is spent. */
  #eachEdgeInside(components: Components, kind: number, attempt: (edge: number) => number[] | undefined): void {
    const {kinds, sources, targets} = this.#graph;
    const tries = new Map<number, number>();
    let left = this.#limits.visits;
    for (let edge = 0; edge < targets.length; edge++) {
      if ((kinds[edge] & kind) === 0) continue;
      const component = components.of[sources[edge]];
      if (component !== components.of[targets[edge]]) continue;
      const after = tries.get(component);
      if (after !== undefined && (after >= this.#limits.more || left < 0)) continue;
      if (left < 0 && tries.size > 0) continue;
      this.#paths.visits = 0;
      const found = attempt(edge);
      left -= this.#paths.visits + 1;
      if (found !== undefined) tries.set(component, (after ?? 0) + 1);
      else if (after !== undefined) tries.set(component, after + 1);
    }
  }

  /** The shortest cycle that begins with the edge and comes back over the mask. */
  #close(edge: number, mask: number, components: Components): number[] | undefined {
    const {sources, targets} = this.#graph;
    const path = this.#paths.path(targets[edge], sources[edge], mask, components, -1, this.#limits.visits);
    if (path === undefined) return undefined;
    const edges = [edge, ...path];
    this.#keep(edges);
    return edges;
  }

  /** The shortest cycle that begins with the rw edge and another one after it. */
  #closePair(edge: number, mask: number, components: Components): number[] | undefined {
    const {sources, targets, kinds, offsets} = this.#graph;
    const start = sources[edge];
    const middle = targets[edge];
    let best: number[] | undefined;
    let tried = 0;
    for (let second = offsets[middle]; second < offsets[middle + 1] && tried < this.#limits.more; second++) {
      const end = targets[second];
      if ((kinds[second] & Kind.rw) === 0 || components.of[end] !== components.of[start]) continue;
      tried++;
      const path = end === start ? [] : this.#paths.path(end, start, mask, components, middle, this.#limits.visits);
      if (path !== undefined && (best === undefined || path.length + 2 < best.length)) best = [edge, second, ...path];
    }
    if (best !== undefined) this.#keep(best);
    return best;
  }

  /** Cuts a closed walk without two rw in a row down to a cycle without repeated nodes; one of two halves is always such a walk again. */
  #simple(walk: number[]): number[] {
    const {sources, kinds} = this.#graph;
    let edges = walk;
    for (;;) {
      const firstAt = new Map<number, number>();
      let cut: [number, number] | undefined;
      for (let i = 0; i < edges.length && cut === undefined; i++) {
        const earlier = firstAt.get(sources[edges[i]]);
        if (earlier !== undefined) cut = [earlier, i];
        firstAt.set(sources[edges[i]], i);
      }
      if (cut === undefined) return edges;
      const inner = edges.slice(cut[0], cut[1]);
      const outer = [...edges.slice(cut[1]), ...edges.slice(0, cut[0])];
      edges = nameOf(inner.map(e => kinds[e])).startsWith('G2') ? outer : inner;
    }
  }

  #keep(edges: readonly number[], as?: CycleName): void {
    const {kinds, sources, targets, vias} = this.#graph;
    const name = as ?? nameOf(edges.map(e => kinds[e]));
    const identity = `${name} ${edges.map(e => sources[e]).sort((a, b) => a - b)}`;
    if (this.#seen.has(identity)) return;
    const kept = this.#byName.get(name) ?? [];
    if (kept.length >= this.#limits.examples && edges.length >= kept[kept.length - 1].steps.length) return;
    this.#seen.add(identity);
    const steps = edges.map(e => ({
      source: this.#part.original[sources[e]],
      target: this.#part.original[targets[e]],
      kind: kinds[e],
      via: vias[e],
    }));
    kept.push({name, steps});
    kept.sort((a, b) => a.steps.length - b.steps.length);
    if (kept.length > this.#limits.examples) kept.pop();
    this.#byName.set(name, kept);
  }

  found(): Cycle[] {
    return [...this.#byName.values()].flat();
  }
}

/** Breadth-first search inside one component; its arrays are made once. */
class PathFinder {
  readonly #graph: Graph;
  readonly #stamp: Int32Array;
  readonly #by: Int32Array;
  readonly #queue: Int32Array;
  #round = 0;
  /** Edges looked at by the last searches; the caller resets it. */
  visits = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#stamp = new Int32Array(graph.nodes);
    this.#by = new Int32Array(graph.nodes);
    this.#queue = new Int32Array(graph.nodes);
  }

  /** The edges of a shortest path from start to goal (which differ) that avoids one node, or undefined. */
  path(start: number, goal: number, mask: number, components: Components, avoid: number, budget: number): number[] | undefined {
    const {offsets, targets, kinds} = this.#graph;
    const round = ++this.#round;
    const component = components.of[start];
    this.#stamp[start] = round;
    if (avoid >= 0) this.#stamp[avoid] = round;
    this.#queue[0] = start;
    let length = 1;
    let visits = 0;
    for (let i = 0; i < length && visits < budget; i++) {
      const node = this.#queue[i];
      for (let e = offsets[node]; e < offsets[node + 1]; e++) {
        visits++;
        const target = targets[e];
        if ((kinds[e] & mask) === 0 || this.#stamp[target] === round || components.of[target] !== component) continue;
        this.#stamp[target] = round;
        this.#by[target] = e;
        if (target === goal) {
          this.visits += visits;
          return this.#backTo(start, goal);
        }
        this.#queue[length++] = target;
      }
    }
    this.visits += visits;
    return undefined;
  }

  #backTo(start: number, goal: number): number[] {
    const edges: number[] = [];
    for (let node = goal; node !== start; node = this.#graph.sources[this.#by[node]]) edges.push(this.#by[node]);
    return edges.reverse();
  }
}
