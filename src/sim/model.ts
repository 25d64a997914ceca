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

interface Version {
  readonly cts: number;
  readonly row: Row | undefined;
}

export class Model {
  /** Versions of each row by table and id, oldest first. */
  readonly #tables = new Map<number, Map<number, Version[]>>();
  readonly #inDoubt = new Map<string, Changes>();
  /** CTS of a transaction that the shared memory knows as published, else 0. */
  readonly #published: (name: string) => number;
  /** CTS of transactions whose doubt is over, until somebody has asked. */
  readonly #decided = new Map<string, number>();
  /** The highest CTS committed so far. */
  newestCts = 0;

  constructor(published: (name: string) => number) {
    this.#published = published;
  }

  commit(cts: number, changes: Changes): void {
    this.newestCts = Math.max(this.newestCts, cts);
    for (const [name, row] of changes) {
      const versions = this.#versions(name);
      let at = versions.length;
      while (at > 0 && versions[at - 1].cts > cts) at--;
      versions.splice(at, 0, {cts, row});
    }
  }

  #versions(name: string): Version[] {
    const [table, id] = name.split(':').map(Number);
    let rows = this.#tables.get(table);
    if (rows === undefined) this.#tables.set(table, (rows = new Map()));
    let versions = rows.get(id);
    if (versions === undefined) rows.set(id, (versions = []));
    return versions;
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
    if (cts === undefined) return;
    const at = cts > 1 ? cts : this.newestCts;
    this.#decided.set(name, at);
    this.commit(at, changes);
  }

  /** At which CTS a transaction was committed; 0 = it was not, or that was asked before. */
  takeCts(name: string): number {
    const cts = this.#decided.get(name) ?? 0;
    this.#decided.delete(name);
    return cts;
  }

  /** CTS of the first commit after `after` and before `before` that changed the row; 0 = none did. */
  changedBetween(table: number, id: number, after: number, before: number): number {
    const versions = this.#tables.get(table)?.get(id) ?? [];
    return versions.find(({cts}) => cts > after && cts < before)?.cts ?? 0;
  }

  /** Looks which transactions in doubt have been published meanwhile, by whomever. */
  settle(): void {
    for (const name of [...this.#inDoubt.keys()]) {
      const cts = this.#published(name);
      if (cts > 0) this.decide(name, cts);
    }
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
    return own.has(name) ? own.get(name) : versionAt(this.#tables.get(table)?.get(id), cts);
  }

  /** CTS of the last commit that changed the row, 0 = none. */
  ctsOf(table: number, id: number): number {
    this.settle();
    return this.#tables.get(table)?.get(id)?.at(-1)?.cts ?? 0;
  }

  /** All rows of a table as a view at `cts` sees them, by id. */
  rows(table: number, cts: number, own: Changes): Row[] {
    this.settle();
    const seen = new Map<number, Row | undefined>();
    for (const [id, versions] of this.#tables.get(table) ?? []) seen.set(id, versionAt(versions, cts));
    const prefix = `${table}:`;
    for (const [name, row] of own) if (name.startsWith(prefix)) seen.set(Number(name.slice(prefix.length)), row);
    const rows = [...seen.values()].filter(row => row !== undefined);
    return rows.sort((a, b) => a.id - b.id);
  }
}

function versionAt(versions: readonly Version[] | undefined, cts: number): Row | undefined {
  if (versions === undefined) return undefined;
  for (let i = versions.length - 1; i >= 0; i--) if (versions[i].cts <= cts) return versions[i].row;
  return undefined;
}
