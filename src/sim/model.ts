// What a set of tables must look like, by the rules of snapshot isolation and nothing else: every committed transaction is a set of row changes with a CTS; a
// snapshot shows what all transactions at or below it have made of the rows.
//
// A transaction whose commit was under way when its primary died is in doubt: it is there or not as a whole. The shared memory knows if it has been published; the
// recoverer tells the rest.

import type {Row} from './engine-table.ts';

/** A row change: the row as it is afterwards, undefined = deleted. Keyed by table and row. */
export type Changes = Map<string, Row | undefined>;

export function rowName(table: number, id: number): string {
  return `${table}:${id}`;
}

/** Name of a transaction: incarnation, slot, version. */
export function transactionName(incarnation: number, slot: number, version: number): string {
  return `${incarnation}.${slot}.${version}`;
}

interface Committed {
  readonly cts: number;
  readonly changes: Changes;
}

export class Model {
  /** In the order of their CTS. */
  readonly #committed: Committed[] = [];
  readonly #inDoubt = new Map<string, Changes>();
  /** Newest row and the CTS that made it, by row name: what all that is committed has made. */
  readonly #latest = new Map<string, {row: Row | undefined; cts: number}>();
  /** CTS of a transaction that the shared memory knows as published, else 0. */
  readonly #published: (name: string) => number;

  constructor(published: (name: string) => number) {
    this.#published = published;
  }

  commit(cts: number, changes: Changes): void {
    let at = this.#committed.length;
    while (at > 0 && this.#committed[at - 1].cts > cts) at--;
    this.#committed.splice(at, 0, {cts, changes});
    for (const [name, row] of changes) {
      const latest = this.#latest.get(name);
      if (latest === undefined || latest.cts <= cts) this.#latest.set(name, {row, cts});
    }
  }

  /** From now on the transaction may be committed at any moment, without its client being told. */
  doubt(name: string, changes: Changes): void {
    this.#inDoubt.set(name, new Map(changes));
  }

  /** The doubt is over: committed at this CTS (0 = after everything so far), or not at all. */
  decide(name: string, cts: number | undefined): void {
    const changes = this.#inDoubt.get(name);
    if (changes === undefined) return;
    this.#inDoubt.delete(name);
    if (cts !== undefined) this.commit(cts > 1 ? cts : this.newestCts, changes);
  }

  /** Looks which transactions in doubt have been published meanwhile, by whomever. */
  settle(): void {
    for (const name of [...this.#inDoubt.keys()]) {
      const cts = this.#published(name);
      if (cts > 0) this.decide(name, cts);
    }
  }

  get newestCts(): number {
    return this.#committed.at(-1)?.cts ?? 0;
  }

  /** Transactions in doubt whose name begins like this. */
  namesInDoubt(prefix: string): string[] {
    return [...this.#inDoubt.keys()].filter(name => name.startsWith(prefix));
  }

  /** True while the outcome of this transaction is open. */
  isInDoubt(name: string): boolean {
    return this.#inDoubt.has(name);
  }

  /** The row as a view at `cts` sees it; what the reader has changed himself comes first. */
  row(table: number, id: number, cts: number, own: Changes): Row | undefined {
    this.settle();
    const name = rowName(table, id);
    if (own.has(name)) return own.get(name);
    const latest = this.#latest.get(name);
    if (latest === undefined) return undefined;
    if (latest.cts <= cts) return latest.row;
    for (let i = this.#committed.length - 1; i >= 0; i--) {
      const {cts: made, changes} = this.#committed[i];
      if (made <= cts && changes.has(name)) return changes.get(name);
    }
    return undefined;
  }

  /** CTS of the last commit that changed the row, 0 = none. */
  ctsOf(table: number, id: number): number {
    this.settle();
    return this.#latest.get(rowName(table, id))?.cts ?? 0;
  }

  /** All rows of a table as a view at `cts` sees them, by id. */
  rows(table: number, cts: number, own: Changes): Row[] {
    this.settle();
    const seen = new Map<string, Row | undefined>();
    for (const {cts: made, changes} of this.#committed) {
      if (made > cts) break;
      for (const [name, row] of changes) if (name.startsWith(`${table}:`)) seen.set(name, row);
    }
    for (const [name, row] of own) if (name.startsWith(`${table}:`)) seen.set(name, row);
    const rows = [...seen.values()].filter(row => row !== undefined);
    return rows.sort((a, b) => a.id - b.id);
  }
}
