// A query as a tree of texts, so that a difference can be shrunk without knowing SQL: a part may be replaced by a part of its own of the same
// sort, by the simplest part of its sort, or left out where it is optional.

/** What a part can stand for. Parts of one sort may replace each other. */
export type Sort = 'int' | 'dec' | 'dbl' | 'str' | 'date' | 'dtm' | 'bool' | 'query' | 'from' | 'other';

export class Node {
  readonly sort: Sort;
  readonly parts: readonly (string | Node)[];
  /** May be left out. */
  readonly isOptional: boolean;

  constructor(sort: Sort, parts: readonly (string | Node)[], isOptional = false) {
    this.sort = sort;
    this.parts = parts;
    this.isOptional = isOptional;
  }

  toString(): string {
    return this.parts.join('');
  }

  /** Number of nodes below and including this one. */
  get size(): number {
    return this.parts.reduce((sum, part) => sum + (part instanceof Node ? part.size : 0), 1);
  }

  /** The tree with one node exchanged; undefined leaves it out. */
  with(target: Node, replacement: Node | undefined): Node {
    if (this === target) return replacement ?? new Node(this.sort, [], true);
    return new Node(
      this.sort,
      this.parts.map(part => (part instanceof Node ? part.with(target, replacement) : part)),
      this.isOptional,
    );
  }

  /** All nodes, this one first. */
  *all(): Generator<Node> {
    yield this;
    for (const part of this.parts) if (part instanceof Node) yield* part.all();
  }
}

/** Writes a node: `` node('int', '(', a, ' + ', b, ')') ``. */
export function node(sort: Sort, ...parts: readonly (string | Node)[]): Node {
  return new Node(sort, parts);
}

/** A part that shrinking may leave out. */
export function optional(...parts: readonly (string | Node)[]): Node {
  return new Node('other', parts, true);
}

/** Nodes with a text between them. */
export function joined(nodes: readonly (string | Node)[], separator: string): Node {
  return new Node(
    'other',
    nodes.flatMap((n, i) => (i === 0 ? [n] : [separator, n])),
  );
}

/** The simplest member of each sort that has one. */
const SIMPLEST: ReadonlyMap<Sort, readonly string[]> = new Map([
  ['int', ['1']],
  ['dec', ['1.5']],
  ['dbl', ['1.5e0']],
  ['str', ["'a'"]],
  ['date', ["DATE'2020-01-01'"]],
  ['dtm', ["TIMESTAMP'2020-01-01 00:00:00'"]],
  ['bool', ['TRUE', 'FALSE']],
]);

/** Smaller trees, the most promising first. */
export function* smaller(tree: Node): Generator<Node> {
  for (const part of tree.all()) {
    if (part.isOptional && part.parts.length > 0) yield tree.with(part, undefined);
    for (const inner of part.all()) {
      if (inner !== part && inner.sort === part.sort && part.sort !== 'other') yield tree.with(part, inner);
    }
    for (const text of SIMPLEST.get(part.sort) ?? []) {
      if (part.size > 1 || (String(part) !== text && String(part).length > text.length)) {
        yield tree.with(part, node(part.sort, text));
      }
    }
  }
}
