// Strongly connected components by Tarjan's algorithm, without recursion: one pass over nodes and edges, whatever the depth.

import {type Graph, GraphBuilder} from './graph.ts';

export interface Components {
  readonly count: number;
  /** Component of each node. */
  readonly of: Int32Array;
  /** Number of nodes of each component. */
  readonly sizes: Int32Array;
}

/** Components of the graph that has only the edges whose kind is in the mask. */
export function componentsOf(graph: Graph, mask: number): Components {
  const search = new Tarjan(graph, mask);
  for (let node = 0; node < graph.nodes; node++) search.from(node);
  return search.result();
}

class Tarjan {
  readonly #graph: Graph;
  readonly #mask: number;
  /** Order of discovery from 1; 0 is not yet seen. */
  readonly #order: Int32Array;
  readonly #low: Int32Array;
  readonly #of: Int32Array;
  readonly #cursor: Int32Array;
  /** Nodes whose component is not complete. */
  readonly #open: Int32Array;
  /** The path of the depth-first search. */
  readonly #path: Int32Array;
  readonly #sizes: Int32Array;
  #openLength = 0;
  #seen = 0;
  #count = 0;

  constructor(graph: Graph, mask: number) {
    const n = graph.nodes;
    this.#graph = graph;
    this.#mask = mask;
    this.#order = new Int32Array(n);
    this.#low = new Int32Array(n);
    this.#of = new Int32Array(n).fill(-1);
    this.#cursor = graph.offsets.slice(0, n);
    this.#open = new Int32Array(n);
    this.#path = new Int32Array(n);
    this.#sizes = new Int32Array(n);
  }

  from(root: number): void {
    if (this.#order[root] !== 0) return;
    let depth = 0;
    this.#path[0] = root;
    this.#enter(root);
    while (depth >= 0) {
      const node = this.#path[depth];
      const child = this.#unseenChild(node);
      if (child !== -1) {
        this.#path[++depth] = child;
        this.#enter(child);
        continue;
      }
      this.#leave(node);
      depth--;
      if (depth >= 0) {
        const parent = this.#path[depth];
        if (this.#low[node] < this.#low[parent]) this.#low[parent] = this.#low[node];
      }
    }
  }

  #enter(node: number): void {
    this.#order[node] = this.#low[node] = ++this.#seen;
    this.#open[this.#openLength++] = node;
  }

  /** Goes on over the edges of the node until one leads to a node not yet seen; -1 at the end. */
  #unseenChild(node: number): number {
    const {targets, kinds, offsets} = this.#graph;
    const end = offsets[node + 1];
    let edge = this.#cursor[node];
    let low = this.#low[node];
    let child = -1;
    for (; edge < end; edge++) {
      if ((kinds[edge] & this.#mask) === 0) continue;
      const target = targets[edge];
      if (this.#order[target] === 0) {
        child = target;
        edge++;
        break;
      }
      if (this.#of[target] === -1 && this.#order[target] < low) low = this.#order[target];
    }
    this.#cursor[node] = edge;
    this.#low[node] = low;
    return child;
  }

  #leave(node: number): void {
    if (this.#low[node] !== this.#order[node]) return;
    const component = this.#count++;
    for (;;) {
      const member = this.#open[--this.#openLength];
      this.#of[member] = component;
      this.#sizes[component]++;
      if (member === node) return;
    }
  }

  result(): Components {
    return {count: this.#count, of: this.#of, sizes: this.#sizes.slice(0, this.#count)};
  }
}

/** A part of a graph with its nodes renumbered. */
export interface Part {
  readonly graph: Graph;
  /** Node of the whole graph for each node of the part. */
  readonly original: Int32Array;
}

/** The nodes that lie on some cycle over the masked edges, and the edges inside their components. Empty for an innocent history. */
export function cyclicPart(graph: Graph, mask: number): Part {
  const components = componentsOf(graph, mask);
  const renumbered = new Int32Array(graph.nodes).fill(-1);
  const original: number[] = [];
  for (let n = 0; n < graph.nodes; n++) {
    if (components.sizes[components.of[n]] < 2) continue;
    renumbered[n] = original.length;
    original.push(n);
  }
  const builder = new GraphBuilder();
  for (const n of original) {
    for (let e = graph.offsets[n]; e < graph.offsets[n + 1]; e++) {
      const target = graph.targets[e];
      if (components.of[target] !== components.of[n]) continue;
      builder.add(renumbered[n], renumbered[target], graph.kinds[e], graph.vias[e]);
    }
  }
  return {graph: builder.build(original.length), original: Int32Array.from(original)};
}

/** Two nodes for every node n: 2n reached by any edge but rw, 2n+1 reached by rw. No path of it has two rw edges in a row. */
export function withoutAdjacentRw(graph: Graph, mask: number, rw: number): Graph {
  const builder = new GraphBuilder();
  for (let n = 0; n < graph.nodes; n++) {
    for (let e = graph.offsets[n]; e < graph.offsets[n + 1]; e++) {
      const target = graph.targets[e];
      if ((graph.kinds[e] & rw) !== 0) {
        builder.add(2 * n, 2 * target + 1, graph.kinds[e], e);
      } else if ((graph.kinds[e] & mask) !== 0) {
        builder.add(2 * n, 2 * target, graph.kinds[e], e);
        builder.add(2 * n + 1, 2 * target, graph.kinds[e], e);
      }
    }
  }
  return builder.build(2 * graph.nodes);
}
