// The system variables: names, scopes, types, bounds and defaults. Data only; values live in variables.ts.
//
// Clients and ORMs read dozens of these at connection time and set some; most mean nothing here and are kept so that a value that was set
// reads back. Those that mean something are named in `Effective` in session-variables.ts.

import {DEFAULT_SQL_MODE, formatSqlMode} from '../../format/value/sql-mode.ts';

/** What a variable's values are. */
export type VariableType =
  | {readonly kind: 'boolean'}
  | {readonly kind: 'integer'; readonly min: number; readonly max: number}
  | {readonly kind: 'real'; readonly min: number; readonly max: number}
  | {readonly kind: 'text'; readonly nullable: boolean}
  | {readonly kind: 'enum'; readonly values: readonly string[]}
  /** Checked and canonised by the owner of the variable. */
  | {readonly kind: 'special'};

export type VariableValue = string | number | null;

export interface VariableDefinition {
  readonly name: string;
  readonly scope: 'global' | 'session' | 'both';
  readonly readOnly: boolean;
  readonly type: VariableType;
  readonly initial: VariableValue;
}

/** The MySQL version whose behaviour is aimed at; clients switch features by it. */
export const SERVER_VERSION = '8.4.0-pando';

const BOOLEAN: VariableType = {kind: 'boolean'};
const TEXT: VariableType = {kind: 'text', nullable: false};
const SPECIAL: VariableType = {kind: 'special'};
const U32_MAX = 4294967295;

function integer(min: number, max: number): VariableType {
  return {kind: 'integer', min, max};
}

function oneOf(...values: readonly string[]): VariableType {
  return {kind: 'enum', values};
}

function both(name: string, type: VariableType, initial: VariableValue): VariableDefinition {
  return {name, scope: 'both', readOnly: false, type, initial};
}

function global(name: string, type: VariableType, initial: VariableValue): VariableDefinition {
  return {name, scope: 'global', readOnly: false, type, initial};
}

function session(name: string, type: VariableType, initial: VariableValue): VariableDefinition {
  return {name, scope: 'session', readOnly: false, type, initial};
}

/** A fact about the server. */
function fact(name: string, initial: VariableValue): VariableDefinition {
  const type = typeof initial === 'number' ? integer(0, Number.MAX_SAFE_INTEGER) : TEXT;
  return {name, scope: 'global', readOnly: true, type, initial};
}

const ISOLATION = oneOf('READ-UNCOMMITTED', 'READ-COMMITTED', 'REPEATABLE-READ', 'SERIALIZABLE');
const CHARSET_DEFAULT = 'utf8mb4';
const COLLATION_DEFAULT = 'utf8mb4_0900_ai_ci';

const EFFECTIVE: readonly VariableDefinition[] = [
  both('aurora_mm_session_consistency_level', oneOf('INSTANCE_RAW', 'REGIONAL_RAW'), 'INSTANCE_RAW'),
  both('aurora_replica_read_consistency', oneOf('EVENTUAL', 'SESSION', 'GLOBAL'), 'EVENTUAL'),
  global('activate_all_roles_on_login', BOOLEAN, 0),
  both('autocommit', BOOLEAN, 1),
  both('auto_increment_increment', integer(1, 1), 1),
  both('auto_increment_offset', integer(1, 1), 1),
  both('character_set_client', SPECIAL, CHARSET_DEFAULT),
  both('character_set_connection', SPECIAL, CHARSET_DEFAULT),
  both('character_set_database', SPECIAL, CHARSET_DEFAULT),
  both('character_set_results', SPECIAL, CHARSET_DEFAULT),
  both('character_set_server', SPECIAL, CHARSET_DEFAULT),
  both('collation_connection', SPECIAL, COLLATION_DEFAULT),
  both('collation_database', SPECIAL, COLLATION_DEFAULT),
  both('collation_server', SPECIAL, COLLATION_DEFAULT),
  both('completion_type', oneOf('NO_CHAIN', 'CHAIN', 'RELEASE'), 'NO_CHAIN'),
  both('cte_max_recursion_depth', integer(0, U32_MAX), 1000),
  both('default_week_format', integer(0, 7), 0),
  both('div_precision_increment', integer(4, 4), 4),
  both('foreign_key_checks', BOOLEAN, 1),
  both('group_concat_max_len', integer(4, Number.MAX_SAFE_INTEGER), 1024),
  both('innodb_lock_wait_timeout', integer(1, 1073741824), 50),
  both('innodb_snapshot_isolation', BOOLEAN, 1),
  both('interactive_timeout', integer(1, 31536000), 28800),
  both('lc_time_names', TEXT, 'en_US'),
  both('lock_wait_timeout', integer(1, 31536000), 31536000),
  both('max_error_count', integer(0, 65535), 1024),
  both('max_execution_time', integer(0, U32_MAX), 0),
  both('sql_auto_is_null', BOOLEAN, 0),
  both('sql_mode', SPECIAL, formatSqlMode(DEFAULT_SQL_MODE)),
  both('sql_notes', BOOLEAN, 1),
  both('sql_safe_updates', BOOLEAN, 0),
  both('sql_select_limit', integer(0, Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER),
  both('sql_warnings', BOOLEAN, 0),
  both('time_zone', SPECIAL, 'SYSTEM'),
  both('transaction_isolation', ISOLATION, 'REPEATABLE-READ'),
  both('transaction_read_only', BOOLEAN, 0),
  both('unique_checks', BOOLEAN, 1),
  both('wait_timeout', integer(1, 31536000), 28800),
  session('error_count', integer(0, 65535), 0),
  session('identity', integer(0, Number.MAX_SAFE_INTEGER), 0),
  session('insert_id', integer(0, Number.MAX_SAFE_INTEGER), 0),
  session('last_insert_id', integer(0, Number.MAX_SAFE_INTEGER), 0),
  session('pseudo_thread_id', integer(0, U32_MAX), 0),
  session('rand_seed1', integer(0, U32_MAX), 0),
  session('rand_seed2', integer(0, U32_MAX), 0),
  session('timestamp', SPECIAL, 0),
  session('warning_count', integer(0, 65535), 0),
];

/** What `block_encryption_mode` may be. */
const AES_MODES: readonly string[] = [128, 192, 256].flatMap(bits =>
  ['ecb', 'cbc', 'cfb1', 'cfb8', 'cfb128', 'ofb'].map(mode => `aes-${bits}-${mode}`),
);

const REMEMBERED: readonly VariableDefinition[] = [
  both('big_tables', BOOLEAN, 0),
  both('block_encryption_mode', oneOf(...AES_MODES), 'aes-128-ecb'),
  both('binlog_format', oneOf('ROW'), 'ROW'),
  both('binlog_row_image', oneOf('full', 'minimal', 'noblob'), 'full'),
  both('bulk_insert_buffer_size', integer(0, Number.MAX_SAFE_INTEGER), 8388608),
  both('default_collation_for_utf8mb4', TEXT, COLLATION_DEFAULT),
  both('default_storage_engine', TEXT, 'InnoDB'),
  both('default_tmp_storage_engine', TEXT, 'InnoDB'),
  both('end_markers_in_json', BOOLEAN, 0),
  both('eq_range_index_dive_limit', integer(0, U32_MAX), 200),
  both('explicit_defaults_for_timestamp', BOOLEAN, 1),
  both('information_schema_stats_expiry', integer(0, 31536000), 86400),
  both('innodb_strict_mode', BOOLEAN, 1),
  both('innodb_table_locks', BOOLEAN, 1),
  both('join_buffer_size', integer(128, Number.MAX_SAFE_INTEGER), 262144),
  both('keep_files_on_create', BOOLEAN, 0),
  both('lc_messages', TEXT, 'en_US'),
  both('long_query_time', {kind: 'real', min: 0, max: 31536000}, 10),
  both('low_priority_updates', BOOLEAN, 0),
  both('max_heap_table_size', integer(16384, Number.MAX_SAFE_INTEGER), 16777216),
  both('max_join_size', integer(1, Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER),
  both('max_length_for_sort_data', integer(4, 8388608), 4096),
  both('max_sort_length', integer(4, 8388608), 1024),
  both('myisam_sort_buffer_size', integer(4096, Number.MAX_SAFE_INTEGER), 8388608),
  both('net_buffer_length', integer(1024, 1048576), 16384),
  both('net_read_timeout', integer(1, 31536000), 30),
  both('net_retry_count', integer(1, U32_MAX), 10),
  both('net_write_timeout', integer(1, 31536000), 60),
  both('new', BOOLEAN, 0),
  both('old_alter_table', BOOLEAN, 0),
  both('optimizer_prune_level', integer(0, 1), 1),
  both('optimizer_search_depth', integer(0, 62), 62),
  both('optimizer_switch', TEXT, 'index_merge=off,derived_merge=on,hash_join=on'),
  both('optimizer_trace', TEXT, 'enabled=off,one_line=off'),
  both('print_identified_with_as_hex', BOOLEAN, 0),
  both('profiling', BOOLEAN, 0),
  both('profiling_history_size', integer(0, 100), 15),
  both('query_alloc_block_size', integer(1024, U32_MAX), 8192),
  both('read_buffer_size', integer(8192, 2147479552), 131072),
  both('read_rnd_buffer_size', integer(1, 2147483647), 262144),
  both('session_track_gtids', oneOf('OFF', 'OWN_GTID', 'ALL_GTIDS'), 'OFF'),
  both('session_track_schema', BOOLEAN, 1),
  both('session_track_state_change', BOOLEAN, 0),
  both('session_track_system_variables', TEXT, 'time_zone,autocommit,character_set_client'),
  both('session_track_transaction_info', oneOf('OFF', 'STATE', 'CHARACTERISTICS'), 'OFF'),
  both('show_create_table_verbosity', BOOLEAN, 0),
  both('sort_buffer_size', integer(32768, Number.MAX_SAFE_INTEGER), 262144),
  both('sql_big_selects', BOOLEAN, 1),
  both('sql_buffer_result', BOOLEAN, 0),
  both('sql_generate_invisible_primary_key', BOOLEAN, 0),
  both('sql_quote_show_create', BOOLEAN, 1),
  both('sql_require_primary_key', BOOLEAN, 0),
  both('tmp_table_size', integer(1024, Number.MAX_SAFE_INTEGER), 16777216),
  both('transaction_alloc_block_size', integer(1024, 131072), 8192),
  both('transaction_prealloc_size', integer(1024, 131072), 4096),
  both('updatable_views_with_limit', BOOLEAN, 1),
  both('use_secondary_engine', oneOf('OFF', 'ON', 'FORCED'), 'ON'),
  both('windowing_use_high_precision', BOOLEAN, 1),
  global('connect_timeout', integer(2, 31536000), 10),
  global('event_scheduler', oneOf('ON', 'OFF', 'DISABLED'), 'OFF'),
  global('general_log', BOOLEAN, 0),
  global('host_cache_size', integer(0, 65536), 279),
  global('init_connect', TEXT, ''),
  global('innodb_flush_log_at_trx_commit', integer(1, 1), 1),
  global('innodb_stats_auto_recalc', BOOLEAN, 1),
  global('local_infile', BOOLEAN, 0),
  global('log_bin_trust_function_creators', BOOLEAN, 1),
  global('max_connections', integer(1, 100000), 10000),
  global('max_prepared_stmt_count', integer(0, 4194304), 16382),
  global('read_only', BOOLEAN, 0),
  global('require_secure_transport', BOOLEAN, 0),
  global('slow_query_log', BOOLEAN, 0),
  global('super_read_only', BOOLEAN, 0),
  global('sync_binlog', integer(0, U32_MAX), 1),
  global('table_open_cache', integer(1, 524288), 4000),
  session('gtid_next', TEXT, 'AUTOMATIC'),
  session('pseudo_slave_mode', BOOLEAN, 0),
  session('sql_log_bin', BOOLEAN, 1),
];

const FACTS: readonly VariableDefinition[] = [
  fact('basedir', ''),
  fact('datadir', ''),
  fact('have_openssl', 'YES'),
  fact('have_ssl', 'YES'),
  fact('have_profiling', 'NO'),
  fact('have_query_cache', 'NO'),
  fact('have_dynamic_loading', 'NO'),
  fact('have_geometry', 'NO'),
  fact('have_symlink', 'DISABLED'),
  fact('hostname', 'pando'),
  fact('innodb_autoinc_lock_mode', 2),
  fact('innodb_buffer_pool_size', 134217728),
  fact('innodb_file_per_table', 1),
  fact('innodb_page_size', 16384),
  fact('innodb_version', SERVER_VERSION),
  fact('large_files_support', 1),
  fact('license', 'MIT'),
  fact('log_bin', 0),
  fact('lower_case_file_system', 0),
  fact('lower_case_table_names', 0),
  {...fact('max_allowed_packet', 67108864), scope: 'both'},
  fact('max_digest_length', 1024),
  fact('max_user_connections', 0),
  fact('mysqlx_port', 0),
  fact('performance_schema', 0),
  fact('port', 3306),
  fact('protocol_version', 10),
  {...fact('proxy_user', null), scope: 'session', type: {kind: 'text', nullable: true}},
  fact('query_cache_size', 0),
  fact('query_cache_type', 'OFF'),
  fact('character_set_system', 'utf8mb3'),
  fact('character_sets_dir', ''),
  fact('gtid_mode', 'OFF'),
  fact('gtid_executed', ''),
  fact('gtid_purged', ''),
  fact('enforce_gtid_consistency', 'OFF'),
  fact('secure_file_priv', null),
  fact('server_id', 1),
  fact('server_uuid', ''),
  fact('skip_name_resolve', 1),
  fact('skip_networking', 0),
  fact('socket', ''),
  fact('ssl_ca', ''),
  fact('system_time_zone', 'UTC'),
  fact('thread_handling', 'one-thread-per-primary'),
  fact('tls_version', 'TLSv1.2,TLSv1.3'),
  fact('tmpdir', ''),
  fact('version', SERVER_VERSION),
  fact('version_comment', 'Pando'),
  fact('version_compile_machine', 'javascript'),
  fact('version_compile_os', 'any'),
  fact('version_compile_zlib', '1.3.1'),
];

/** All variables by name. */
export const SYSTEM_VARIABLES: ReadonlyMap<string, VariableDefinition> = new Map(
  [...EFFECTIVE, ...REMEMBERED, ...FACTS].map(variable => [variable.name, variable]),
);

/** Other names of the same variable. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['tx_isolation', 'transaction_isolation'],
  ['tx_read_only', 'transaction_read_only'],
  ['storage_engine', 'default_storage_engine'],
]);

/** The variable of this name, case ignored; undefined when there is none. */
export function findVariable(name: string): VariableDefinition | undefined {
  const lower = name.toLowerCase();
  return SYSTEM_VARIABLES.get(ALIASES.get(lower) ?? lower);
}

/** Names of aliases, for listings. */
export const VARIABLE_ALIASES: ReadonlyMap<string, string> = ALIASES;
