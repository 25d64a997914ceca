// Counters for SHOW STATUS: what this primary's sessions have done since it started.

export class StatusCounters {
  questions = 0;
  connections = 0;
  slowQueries = 0;
  abortedClients = 0;
  readonly #commands: Map<string, number> = new Map();

  /** Counts one statement of a kind ("select", "insert", "createTable" ...). */
  count(kind: string): void {
    this.#commands.set(kind, (this.#commands.get(kind) ?? 0) + 1);
  }

  /** The Com_ counters by MySQL's names. */
  commands(): ReadonlyMap<string, number> {
    const named = new Map<string, number>();
    for (const [kind, count] of this.#commands) named.set(`Com_${snakeCase(kind)}`, count);
    return named;
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}
