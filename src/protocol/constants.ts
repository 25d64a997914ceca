// The numbers of the MySQL client/server protocol, as of MySQL 8.4. Names are the manual's, shortened.

/** Capability flags of the handshake (CLIENT_*). What both sides have set is in force. */
export const Capability = {
  /** CLIENT_LONG_PASSWORD. A MariaDB client takes a server without it for MariaDB, with MariaDB's extended capabilities. */
  longPassword: 1 << 0,
  /** OK packets count the rows that were found rather than those that were changed. */
  foundRows: 1 << 1,
  longFlag: 1 << 2,
  connectWithDb: 1 << 3,
  noSchema: 1 << 4,
  compress: 1 << 5,
  localFiles: 1 << 7,
  ignoreSpace: 1 << 8,
  protocol41: 1 << 9,
  interactive: 1 << 10,
  ssl: 1 << 11,
  transactions: 1 << 13,
  secureConnection: 1 << 15,
  multiStatements: 1 << 16,
  multiResults: 1 << 17,
  psMultiResults: 1 << 18,
  pluginAuth: 1 << 19,
  connectAttributes: 1 << 20,
  pluginAuthLenenc: 1 << 21,
  sessionTrack: 1 << 23,
  /** Result sets end with an OK packet under the header 0xFE, and column definitions are not followed by EOF. */
  deprecateEof: 1 << 24,
  queryAttributes: 1 << 27,
} as const;

/** What this server offers; `ssl` is added when it has a certificate. */
export const OFFERED_CAPABILITIES =
  Capability.longPassword |
  Capability.foundRows |
  Capability.longFlag |
  Capability.connectWithDb |
  Capability.noSchema |
  Capability.localFiles |
  Capability.ignoreSpace |
  Capability.protocol41 |
  Capability.interactive |
  Capability.transactions |
  Capability.secureConnection |
  Capability.multiStatements |
  Capability.multiResults |
  Capability.psMultiResults |
  Capability.pluginAuth |
  Capability.connectAttributes |
  Capability.pluginAuthLenenc |
  Capability.sessionTrack |
  Capability.deprecateEof |
  Capability.queryAttributes;

/** SERVER_STATUS_* flags of OK and EOF packets. */
export const Status = {
  inTransaction: 0x0001,
  autocommit: 0x0002,
  moreResults: 0x0008,
  noGoodIndexUsed: 0x0010,
  noIndexUsed: 0x0020,
  cursorExists: 0x0040,
  lastRowSent: 0x0080,
  databaseDropped: 0x0100,
  noBackslashEscapes: 0x0200,
  metadataChanged: 0x0400,
  slowQuery: 0x0800,
  outParameters: 0x1000,
  inReadOnlyTransaction: 0x2000,
  sessionStateChanged: 0x4000,
} as const;

/** The first byte of a command packet (COM_*). */
export const Command = {
  quit: 0x01,
  initDb: 0x02,
  query: 0x03,
  fieldList: 0x04,
  statistics: 0x09,
  processKill: 0x0c,
  debug: 0x0d,
  ping: 0x0e,
  changeUser: 0x11,
  stmtPrepare: 0x16,
  stmtExecute: 0x17,
  stmtSendLongData: 0x18,
  stmtClose: 0x19,
  stmtReset: 0x1a,
  setOption: 0x1b,
  stmtFetch: 0x1c,
  resetConnection: 0x1f,
} as const;

/** Types of columns and parameters (MYSQL_TYPE_*). */
export const ColumnType = {
  decimal: 0,
  tiny: 1,
  short: 2,
  long: 3,
  float: 4,
  double: 5,
  null: 6,
  timestamp: 7,
  longlong: 8,
  int24: 9,
  date: 10,
  time: 11,
  datetime: 12,
  year: 13,
  varchar: 15,
  bit: 16,
  bool: 244,
  json: 245,
  newdecimal: 246,
  enum: 247,
  set: 248,
  tinyBlob: 249,
  mediumBlob: 250,
  longBlob: 251,
  blob: 252,
  varString: 253,
  string: 254,
  geometry: 255,
} as const;

/** Flags of a column definition (*_FLAG). */
export const ColumnFlag = {
  notNull: 0x0001,
  primaryKey: 0x0002,
  uniqueKey: 0x0004,
  multipleKey: 0x0008,
  blob: 0x0010,
  unsigned: 0x0020,
  zerofill: 0x0040,
  binary: 0x0080,
  enum: 0x0100,
  autoIncrement: 0x0200,
  timestamp: 0x0400,
  set: 0x0800,
  noDefaultValue: 0x1000,
  onUpdateNow: 0x2000,
  numeric: 0x8000,
} as const;

/** The authentication plugins this server speaks, under their names on the wire. */
export const AuthPlugin = {
  cachingSha2: 'caching_sha2_password',
  native: 'mysql_native_password',
} as const;
export type AuthPlugin = (typeof AuthPlugin)[keyof typeof AuthPlugin];

/** First bytes of server packets. */
export const Header = {
  ok: 0x00,
  authMoreData: 0x01,
  nullValue: 0xfb,
  /** Asks the client for a file; where a row may stand it is a NULL. */
  localInfile: 0xfb,
  eof: 0xfe,
  error: 0xff,
} as const;

/** Payload bytes of one physical packet at most; a payload of exactly this length is continued by another packet. */
export const MAX_PACKET_PAYLOAD = 0xff_ffff;

/** Length of a packet's header: three bytes of payload length, one of sequence number. */
export const PACKET_HEADER = 4;

/** utf8mb4_0900_ai_ci: the collation announced in the greeting. */
export const DEFAULT_COLLATION = 255;

/** The collation id that stands for bytes. */
export const BINARY_COLLATION = 63;
