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
  const suffix = kinds.some(k => (k & Kind.realtime) !== 0)
    ? '-realtime'
    : kinds.some(k => (k & Kind.process) !== 0)
      ? '-process'
      : '';
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
    const proven = this.#oneRwOrNonadjacent(order);
    this.#adjacent(order | Kind.rw, proven);
  }

  /** Cycles over the mask that begin with an edge of the kind `start`. */
  #startingWith(mask: number, start: number): void {
    const components = componentsOf(this.#graph, mask);
    this.#each(start, this.#inside(components), true, edge => this.#close(edge, mask, components));
  }

  /** Consistent reads must fit one point of the commit order, even where the writers around them are allowed skew. */
  #fractured(order: number): void {
    const mask = order | Kind.readOnly;
    const components = componentsOf(this.#graph, mask);
    this.#each(Kind.readOnly, this.#inside(components), true, edge => {
      const edges = this.#close(edge, mask, components) as number[];
      const suffix = /-(process|realtime)$/.exec(nameOf(edges.map(e => this.#graph.kinds[e])))?.[0] ?? '';
      this.#keep(edges, `fractured-snapshot${suffix}` as CycleName);
      return edges;
    });
  }

  /**
   * G-single, then G-nonadjacent: their common existence is decided in the doubled graph. Returns, per node, whether an rw edge of such a
   * cycle starts there.
   */
  #oneRwOrNonadjacent(order: number): Uint8Array {
    const {sources, targets, kinds, nodes} = this.#graph;
    const doubled = withoutAdjacentRw(this.#graph, order, Kind.rw);
    const halves = componentsOf(doubled, ALL);
    const proving = (edge: number): number => {
      const component = halves.of[2 * sources[edge]];
      return component === halves.of[2 * targets[edge] + 1] ? component : -1;
    };
    const proven = new Uint8Array(nodes);
    for (let e = 0; e < targets.length; e++)
      if ((kinds[e] & Kind.rw) !== 0 && proving(e) !== -1) proven[sources[e]] = 1;
    const whole = componentsOf(this.#graph, order | Kind.rw);
    this.#each(Kind.rw, proving, false, edge => this.#close(edge, order, whole));
    const paths = new PathFinder(doubled);
    this.#each(Kind.rw, proving, true, edge => {
      const before = paths.visits;
      const path = paths.path(2 * targets[edge] + 1, 2 * sources[edge], ALL, halves, -1) as number[];
      this.#paths.visits += paths.visits - before;
      const edges = this.#simple([edge, ...path.map(e => doubled.vias[e])]);
      this.#keep(edges);
      return edges;
    });
    return proven;
  }

  /** Cycles with two rw edges in a row. A component in which nothing weaker was proven gets a witness in any case. */
  #adjacent(mask: number, proven: Uint8Array): void {
    const components = componentsOf(this.#graph, mask);
    const explained = new Uint8Array(components.count);
    for (let n = 0; n < this.#graph.nodes; n++) if (proven[n] === 1) explained[components.of[n]] = 1;
    const inside = this.#inside(components);
    this.#each(Kind.rw, inside, false, edge => {
      const edges = this.#closePair(edge, mask, components);
      if (edges !== undefined) explained[components.of[this.#graph.sources[edge]]] = 1;
      return edges;
    });
    const unexplained = (edge: number): number => (explained[inside(edge)] === 1 ? -1 : inside(edge));
    this.#each(Kind.rw, unexplained, true, edge => this.#close(edge, mask, components));
  }

  /** The component that holds both ends of an edge, or -1. */
  #inside(components: Components): (edge: number) => number {
    const {sources, targets} = this.#graph;
    return edge => {
      const component = components.of[sources[edge]];
      return component === components.of[targets[edge]] ? component : -1;
    };
  }

  /**
   * Calls `attempt` for edges of the kind that lie in a component, until each component has a witness and some more tries, or the budget is
   * spent. A `certain` attempt always succeeds; then each component gets its witness whatever the budget, which costs linear time.
   */
  #each(
    kind: number,
    componentOf: (edge: number) => number,
    certain: boolean,
    attempt: (edge: number) => number[] | undefined,
  ): void {
    const {kinds} = this.#graph;
    const tries = new Map<number, number>();
    let left = this.#limits.visits;
    for (let edge = 0; edge < kinds.length; edge++) {
      if ((kinds[edge] & kind) === 0) continue;
      const component = componentOf(edge);
      if (component === -1) continue;
      const done = tries.get(component) ?? 0;
      if (done > this.#limits.more || (left < 0 && (done > 0 || !certain))) continue;
      this.#paths.visits = 0;
      const found = attempt(edge);
      left -= this.#paths.visits + 1;
      if (found !== undefined || done > 0) tries.set(component, done + 1);
    }
  }

  /** The shortest cycle that begins with the edge and comes back over the mask. */
  #close(edge: number, mask: number, components: Components): number[] | undefined {
    const {sources, targets} = this.#graph;
    const path = this.#paths.path(targets[edge], sources[edge], mask, components, -1);
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
      const path = end === start ? [] : this.#paths.path(end, start, mask, components, middle);
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
  path(start: number, goal: number, mask: number, components: Components, avoid: number): number[] | undefined {
    const {offsets, targets, kinds} = this.#graph;
    const round = ++this.#round;
    const component = components.of[start];
    this.#stamp[start] = round;
    if (avoid >= 0) this.#stamp[avoid] = round;
    this.#queue[0] = start;
    let length = 1;
    let visits = 0;
    for (let i = 0; i < length; i++) {
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
