// Names of anomalies, and findings of those that are not cycles.

import type {CycleName} from './cycles.ts';

export type PlainAnomalyName =
  | 'unwritten-read'
  | 'lost-write'
  | 'divergent-final-read'
  | 'duplicate-elements'
  | 'cyclic-versions'
  | 'incompatible-order'
  | 'G1a'
  | 'G1b'
  | 'dirty-update'
  | 'internal'
  | 'internal-read-only'
  | 'future-read'
  | 'lost-update';

export type AnomalyName = PlainAnomalyName | CycleName;

/** One finding. `operations` are the ones to show; `sentence` says what is wrong, naming transactions as T1, T2 ... in the order of `transactions`. */
export interface Finding {
  readonly name: PlainAnomalyName;
  readonly transactions: readonly number[];
  readonly key: number;
  readonly sentence: string;
  /** Lists to draw one below the other: a label and the versions, those to mark with a caret, if any. */
  readonly lists: readonly {
    readonly label: string;
    readonly versions: readonly number[];
    readonly mark?: number;
  }[];
}

/** Findings by name; only the first few of each are kept, all are counted. */
export class Findings {
  readonly #max: number;
  readonly #kept: Finding[] = [];
  readonly #counts = new Map<PlainAnomalyName, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Counts one finding; `make` is called only when it will be kept. */
  add(name: PlainAnomalyName, make: () => Omit<Finding, 'name'>): void {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    if (count <= this.#max) this.#kept.push({name, ...make()});
  }

  get kept(): readonly Finding[] {
    return this.#kept;
  }

  get counts(): ReadonlyMap<PlainAnomalyName, number> {
    return this.#counts;
  }
}

/** What each class means, in one sentence for people who have never read Adya. */
export const meanings: Readonly<Record<string, string>> = {
  'unwritten-read': 'a read returned a value that nobody ever wrote',
  'lost-write': 'an acknowledged write is missing after the run, when everything is healed',
  'divergent-final-read': 'after the run, two final reads of the same key disagree',
  'duplicate-elements': 'one append took effect twice',
  'cyclic-versions': 'the versions of one register cannot be put in any order',
  'incompatible-order': 'two reads of one list cannot both be states of the same list',
  G1a: 'a committed transaction read a value of a transaction that was rolled back (aborted read)',
  G1b: 'a transaction read a value that its writer overwrote before it committed (intermediate read)',
  'dirty-update': 'a committed transaction built upon a value of a transaction that was rolled back',
  internal: 'a transaction did not see its own earlier reads and writes',
  'internal-read-only': 'a transaction that only reads saw one key change under its eyes',
  'future-read': 'a transaction read a value that it wrote only later',
  'lost-update': 'two transactions read the same version and both replaced it: one update is lost',
  G0: 'the writes of transactions overwrite each other in a circle (dirty write)',
  G1c: 'information flows in a circle: each transaction saw the effects of the next',
  'G-single': 'a transaction saw one effect of another and missed one that came with it or before it (read skew)',
  'G-nonadjacent': 'transactions saw writes become visible in different orders (such as a long fork)',
  'G2-item': 'transactions each missed a write of the next and decided on stale data (such as write skew)',
  'fractured-snapshot': 'the reads of a transaction that only reads do not fit any one moment of the commit order',
};

/** The sentence for a name, with what its process or realtime variant adds. */
export function meaningOf(name: AnomalyName): string {
  const base = meanings[name.replace(/-(process|realtime)$/, '')];
  if (name.endsWith('-process'))
    return `${base}; the circle closes through the order in which one process ran its own transactions`;
  if (name.endsWith('-realtime'))
    return `${base}; the circle closes through real time: one had completed before the other began`;
  return base;
}
