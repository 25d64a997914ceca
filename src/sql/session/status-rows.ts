// SHOW STATUS: names and values, by MySQL's names where the figure is the one that MySQL means. What is not measured here is left out, so that
// nobody reads a 0 for a figure. Counters are this primary's, since it started.

import type {Identity} from './session-state.ts';
import type {SqlServer} from './sql-server.ts';

export type StatusRow = readonly [name: string, value: string];

/** Counters of the engine that MySQL has a name for. */
const ENGINE_NAMES: ReadonlyMap<string, string> = new Map([
  ['lock_waits', 'Innodb_row_lock_waits'],
  ['deadlocks', 'Innodb_deadlocks'],
  ['page_misses', 'Innodb_buffer_pool_reads'],
  ['log_flushes', 'Innodb_log_writes'],
  ['log_bytes', 'Innodb_os_log_written'],
]);

export function statusRows(server: SqlServer, identity: Identity): readonly StatusRow[] {
  const {status, world} = server;
  const engine = world.engine.counters();
  const {page_hits: hits = 0, page_misses: misses = 0} = Object.fromEntries(engine);
  const rows = new Map<string, number | string>([
    ['Aborted_connects', status.abortedConnects],
    ['Connections', status.connections],
    ['Innodb_buffer_pool_read_requests', hits + misses],
    ['Innodb_page_size', world.pageSize],
    ['Max_used_connections', status.mostSessions],
    ['Queries', status.questions],
    ['Questions', status.questions],
    ['Slow_queries', status.slowQueries],
    ['Ssl_cipher', identity.tls?.cipher ?? ''],
    ['Ssl_version', identity.tls?.version ?? ''],
    ['Threads_cached', 0],
    ['Threads_connected', server.sessionCount],
    ['Threads_created', status.connections],
    ['Threads_running', server.ownProcesses().filter(each => each.command === 'Query').length],
    ['Uptime', server.uptimeSeconds],
    ['Uptime_since_flush_status', server.uptimeSeconds],
    ...status.commands(),
  ]);
  for (const [name, value] of engine) {
    rows.set(`Pando_${name}`, value);
    const known = ENGINE_NAMES.get(name);
    if (known !== undefined) rows.set(known, value);
  }
  return [...rows].map(([name, value]) => [name, String(value)] as const).sort(([a], [b]) => (a < b ? -1 : 1));
}
