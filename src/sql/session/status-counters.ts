// Counters for SHOW STATUS: what this primary's sessions have done since it started.

/** Kinds of statements whose counter has another name in MySQL than their own. */
const COMMAND_NAMES: ReadonlyMap<string, string> = new Map([
  ['query', 'select'],
  ['startTransaction', 'begin'],
  ['rollbackTo', 'rollback_to_savepoint'],
  ['set', 'set_option'],
  ['setTransaction', 'set_option'],
  ['use', 'change_db'],
  ['createDatabase', 'create_db'],
  ['alterDatabase', 'alter_db'],
  ['dropDatabase', 'drop_db'],
  ['dropTables', 'drop_table'],
  ['renameTables', 'rename_table'],
  ['truncateTable', 'truncate'],
  ['dropViews', 'drop_view'],
  ['prepare', 'prepare_sql'],
  ['execute', 'execute_sql'],
  ['deallocate', 'dealloc_sql'],
  ['load', 'load'],
]);

/** Counters that monitoring looks for from the first moment on. */
const ALWAYS = ['select', 'insert', 'update', 'delete', 'begin', 'commit', 'rollback', 'set_option', 'change_db'];

export class StatusCounters {
  questions = 0;
  connections = 0;
  slowQueries = 0;
  /** Logins that were refused. */
  abortedConnects = 0;
  /** Most sessions that there were at once. */
  mostSessions = 0;
  readonly #commands: Map<string, number> = new Map();

  /** Counts one statement of a kind ("query", "insert", "createTable" ...). */
  count(kind: string): void {
    this.#commands.set(kind, (this.#commands.get(kind) ?? 0) + 1);
  }

  /** The Com_ counters by MySQL's names. */
  commands(): ReadonlyMap<string, number> {
    const named = new Map<string, number>(ALWAYS.map(name => [`Com_${name}`, 0]));
    for (const [kind, count] of this.#commands) {
      const name = `Com_${COMMAND_NAMES.get(kind) ?? snakeCase(kind)}`;
      named.set(name, (named.get(name) ?? 0) + count);
    }
    return named;
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}
