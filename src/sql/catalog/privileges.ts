// The privileges that accounts can have: one bit each, and which of them can be had where.
//
// A privilege is held on everything (*.*), on a schema (its name may be a pattern), or on a table. What is held further up holds below.

/** Bits. Their numbers are not stored; names are. */
export const Privilege = {
  select: 1 << 0,
  insert: 1 << 1,
  update: 1 << 2,
  delete: 1 << 3,
  create: 1 << 4,
  drop: 1 << 5,
  references: 1 << 6,
  index: 1 << 7,
  alter: 1 << 8,
  createView: 1 << 9,
  showView: 1 << 10,
  trigger: 1 << 11,
  createTemporaryTables: 1 << 12,
  lockTables: 1 << 13,
  execute: 1 << 14,
  createRoutine: 1 << 15,
  alterRoutine: 1 << 16,
  event: 1 << 17,
  reload: 1 << 18,
  shutdown: 1 << 19,
  process: 1 << 20,
  file: 1 << 21,
  showDatabases: 1 << 22,
  super: 1 << 23,
  replicationSlave: 1 << 24,
  replicationClient: 1 << 25,
  createUser: 1 << 26,
  createTablespace: 1 << 27,
  createRole: 1 << 28,
  dropRole: 1 << 29,
  grantOption: 1 << 30,
} as const;

/** Every privilege but GRANT OPTION, as SQL names it, in the order in which SHOW GRANTS lists them. */
const NAMES: readonly (readonly [name: string, bit: number])[] = [
  ['SELECT', Privilege.select],
  ['INSERT', Privilege.insert],
  ['UPDATE', Privilege.update],
  ['DELETE', Privilege.delete],
  ['CREATE', Privilege.create],
  ['DROP', Privilege.drop],
  ['RELOAD', Privilege.reload],
  ['SHUTDOWN', Privilege.shutdown],
  ['PROCESS', Privilege.process],
  ['FILE', Privilege.file],
  ['REFERENCES', Privilege.references],
  ['INDEX', Privilege.index],
  ['ALTER', Privilege.alter],
  ['SHOW DATABASES', Privilege.showDatabases],
  ['SUPER', Privilege.super],
  ['CREATE TEMPORARY TABLES', Privilege.createTemporaryTables],
  ['LOCK TABLES', Privilege.lockTables],
  ['EXECUTE', Privilege.execute],
  ['REPLICATION SLAVE', Privilege.replicationSlave],
  ['REPLICATION CLIENT', Privilege.replicationClient],
  ['CREATE VIEW', Privilege.createView],
  ['SHOW VIEW', Privilege.showView],
  ['CREATE ROUTINE', Privilege.createRoutine],
  ['ALTER ROUTINE', Privilege.alterRoutine],
  ['CREATE USER', Privilege.createUser],
  ['EVENT', Privilege.event],
  ['TRIGGER', Privilege.trigger],
  ['CREATE TABLESPACE', Privilege.createTablespace],
  ['CREATE ROLE', Privilege.createRole],
  ['DROP ROLE', Privilege.dropRole],
];

const BITS: ReadonlyMap<string, number> = new Map([...NAMES, ['GRANT OPTION', Privilege.grantOption], ['USAGE', 0]]);

/** What ALL means on a table, on a schema, and on everything. */
export const TABLE_PRIVILEGES: number =
  Privilege.select |
  Privilege.insert |
  Privilege.update |
  Privilege.delete |
  Privilege.create |
  Privilege.drop |
  Privilege.references |
  Privilege.index |
  Privilege.alter |
  Privilege.createView |
  Privilege.showView |
  Privilege.trigger;

export const SCHEMA_PRIVILEGES: number =
  TABLE_PRIVILEGES |
  Privilege.createTemporaryTables |
  Privilege.lockTables |
  Privilege.execute |
  Privilege.createRoutine |
  Privilege.alterRoutine |
  Privilege.event;

export const GLOBAL_PRIVILEGES: number = NAMES.reduce((bits, [, bit]) => bits | bit, 0);

/** What can be had on a column. */
export const COLUMN_PRIVILEGES: number = Privilege.select | Privilege.insert | Privilege.update | Privilege.references;

/** Dynamic privileges: held on everything only, by name. Those that mean something here are asked for where they do; the others are kept and shown. */
export const DYNAMIC_PRIVILEGES: readonly string[] = [
  'ALLOW_NONEXISTENT_DEFINER',
  'APPLICATION_PASSWORD_ADMIN',
  'AUDIT_ABORT_EXEMPT',
  'AUDIT_ADMIN',
  'AUTHENTICATION_POLICY_ADMIN',
  'BACKUP_ADMIN',
  'BINLOG_ADMIN',
  'BINLOG_ENCRYPTION_ADMIN',
  'CLONE_ADMIN',
  'CONNECTION_ADMIN',
  'ENCRYPTION_KEY_ADMIN',
  'FIREWALL_EXEMPT',
  'FLUSH_OPTIMIZER_COSTS',
  'FLUSH_PRIVILEGES',
  'FLUSH_STATUS',
  'FLUSH_TABLES',
  'FLUSH_USER_RESOURCES',
  'GROUP_REPLICATION_ADMIN',
  'GROUP_REPLICATION_STREAM',
  'INNODB_REDO_LOG_ARCHIVE',
  'INNODB_REDO_LOG_ENABLE',
  'OPTIMIZE_LOCAL_TABLE',
  'PASSWORDLESS_USER_ADMIN',
  'PERSIST_RO_VARIABLES_ADMIN',
  'REPLICATION_APPLIER',
  'REPLICATION_SLAVE_ADMIN',
  'RESOURCE_GROUP_ADMIN',
  'RESOURCE_GROUP_USER',
  'ROLE_ADMIN',
  'SENSITIVE_VARIABLES_OBSERVER',
  'SERVICE_CONNECTION_ADMIN',
  'SESSION_VARIABLES_ADMIN',
  'SET_ANY_DEFINER',
  'SHOW_ROUTINE',
  'SYSTEM_USER',
  'SYSTEM_VARIABLES_ADMIN',
  'TABLE_ENCRYPTION_ADMIN',
  'TELEMETRY_LOG_ADMIN',
  'TRANSACTION_GTID_TAG',
  'XA_RECOVER_ADMIN',
];

/** The bit of a privilege as SQL names it, in capitals; 0 for USAGE; undefined for a name that is none. */
export function privilegeBit(name: string): number | undefined {
  return BITS.get(name);
}

/** The names of the privileges in a mask, without GRANT OPTION. */
export function privilegeNames(mask: number): readonly string[] {
  return NAMES.filter(([, bit]) => (mask & bit) !== 0).map(([name]) => name);
}

/** The mask of stored names; names that a newer server has written are passed over. */
export function privilegeMask(names: readonly string[]): number {
  return names.reduce((mask, name) => mask | (BITS.get(name) ?? 0), 0);
}
