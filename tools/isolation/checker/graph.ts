// Dependency graphs as typed arrays: edges sorted by source (compressed sparse rows), several edges between two nodes allowed, because each
// carries one kind and one reason.

import {IntList} from '../history/int-list.ts';

/** Kinds of edges; a search names the kinds it may use as a mask. */
export const Kind = {
  /** The target overwrote (or appended after) what the source wrote. */
  ww: 1,
  /** The target read what the source wrote. */
  wr: 2,
  /** The target overwrote what the source read: the source did not see it. */
  rw: 4,
  /** The same process ran the source before the target. */
  process: 8,
  /** The source had completed before the target was invoked. */
  realtime: 16,
  /** Set besides `rw` when the source only reads. */
  readOnly: 32,
} as const;

export const DATA = Kind.ww | Kind.wr | Kind.rw;
export const ALL = DATA | Kind.process | Kind.realtime;

export interface Graph {
  readonly nodes: number;
  /** Edges out of node n: offsets[n] .. offsets[n + 1]. */
  readonly offsets: Int32Array;
  readonly sources: Int32Array;
  readonly targets: Int32Array;
  readonly kinds: Uint8Array;
  /** The version that explains the edge: for wr the one read, for ww and rw the one the target wrote; -1 for order edges. */
  readonly vias: Int32Array;
}

export class GraphBuilder {
  readonly #sources = new IntList();
  readonly #targets = new IntList();
  readonly #kinds = new IntList();
  readonly #vias = new IntList();

  get edges(): number {
    return this.#sources.length;
  }

  /** Adds an edge; one from a node to itself is passed over. */
  add(source: number, target: number, kind: number, via: number): void {
    if (source === target) return;
    this.#sources.push(source);
    this.#targets.push(target);
    this.#kinds.push(kind);
    this.#vias.push(via);
  }

  /** Sorts the edges by source, keeping the order of insertion among equals. */
  build(nodes: number): Graph {
    const count = this.#sources.length;
    const from = this.#sources.view();
    const to = this.#targets.view();
    const kind = this.#kinds.view();
    const via = this.#vias.view();
    const offsets = new Int32Array(nodes + 1);
    for (let e = 0; e < count; e++) offsets[from[e] + 1]++;
    for (let n = 0; n < nodes; n++) offsets[n + 1] += offsets[n];
    const next = offsets.slice(0, nodes);
    const sources = new Int32Array(count);
    const targets = new Int32Array(count);
    const kinds = new Uint8Array(count);
    const vias = new Int32Array(count);
    for (let e = 0; e < count; e++) {
      const at = next[from[e]]++;
      sources[at] = from[e];
      targets[at] = to[e];
      kinds[at] = kind[e];
      vias[at] = via[e];
    }
    return {nodes, offsets, sources, targets, kinds, vias};
  }
}
