// How MariaDB is set up, alone and as a node of Galera: as durable as Pando, and otherwise as its makers advise for a machine of this size.

/** The same for every node. */
export function commonSettings(bufferMiB: number): Record<string, string> {
  return {
    // Durability: each commit is on disk before it is answered, torn pages are repaired.
    innodb_flush_log_at_trx_commit: '1',
    innodb_doublewrite: 'ON',
    skip_log_bin: '',
    // Memory and log: no run waits for a checkpoint.
    innodb_buffer_pool_size: `${bufferMiB}M`,
    innodb_log_file_size: '1G',
    innodb_log_buffer_size: '64M',
    innodb_flush_method: 'O_DIRECT',
    innodb_use_native_aio: 'ON',
    innodb_io_capacity: '2000',
    innodb_io_capacity_max: '4000',
    // Work that brings nothing here.
    performance_schema: 'OFF',
    innodb_buffer_pool_dump_at_shutdown: 'OFF',
    innodb_buffer_pool_load_at_startup: 'OFF',
    innodb_stats_persistent: 'ON',
    slow_query_log: 'OFF',
    skip_name_resolve: '',
    // Room for all clients.
    max_connections: '6000',
    thread_cache_size: '256',
    table_open_cache: '4000',
    open_files_limit: '16384',
    max_prepared_stmt_count: '1000000',
    max_allowed_packet: '64M',
    character_set_server: 'utf8mb4',
    back_log: '1000',
  };
}

/** On top of those, for a node of Galera. Starved nodes stay in the cluster: two cores cannot run three of them and a client punctually. */
export function galeraSettings(flushAtCommit: string): Record<string, string> {
  return {
    innodb_flush_log_at_trx_commit: flushAtCommit,
    binlog_format: 'ROW',
    default_storage_engine: 'InnoDB',
    innodb_autoinc_lock_mode: '2',
    wsrep_on: 'ON',
    wsrep_sst_method: 'rsync',
    wsrep_slave_threads: '4',
    wsrep_retry_autocommit: '1',
    wsrep_cluster_name: 'pando-bench',
  };
}

/** Options of the replication plugin. */
export const PROVIDER_SETTINGS: Readonly<Record<string, string>> = {
  'evs.suspect_timeout': 'PT90S',
  'evs.inactive_timeout': 'PT180S',
  'evs.install_timeout': 'PT180S',
  'gmcast.peer_timeout': 'PT90S',
  'pc.announce_timeout': 'PT30S',
  'pc.recovery': 'FALSE',
  'gcache.size': '512M',
  'gcs.fc_limit': '256',
};

/** Command line options of a table of settings; an empty value is a bare option. */
export function asOptions(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).map(([name, value]) => {
    const option = `--${name.replaceAll('_', '-')}`;
    return value === '' ? option : `${option}=${value}`;
  });
}
