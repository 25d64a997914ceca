// The numbers of the MySQL protocol that the benchmark's client needs.

/** Capabilities the client asks for: protocol 4.1, a database at login, plugin names, transactions. Result sets end with EOF packets. */
export const CAPABILITIES =
  0x0000_0001 | // CLIENT_LONG_PASSWORD
  0x0000_0004 | // CLIENT_LONG_FLAG
  0x0000_0200 | // CLIENT_PROTOCOL_41
  0x0000_2000 | // CLIENT_TRANSACTIONS
  0x0000_8000 | // CLIENT_SECURE_CONNECTION
  0x0008_0000; //  CLIENT_PLUGIN_AUTH
export const CONNECT_WITH_DB = 0x0000_0008;

/** utf8mb4_general_ci: every server of the family knows it. */
export const COLLATION = 45;

export const Command = {quit: 0x01, query: 0x03, prepare: 0x16, execute: 0x17, closeStatement: 0x19} as const;

/** First bytes of packets. */
export const Header = {ok: 0x00, eof: 0xfe, error: 0xff} as const;

export const ColumnType = {
  tiny: 1,
  short: 2,
  long: 3,
  float: 4,
  double: 5,
  timestamp: 7,
  longlong: 8,
  int24: 9,
  date: 10,
  time: 11,
  datetime: 12,
  year: 13,
  varString: 253,
} as const;

/** A packet carries less than this; the client neither sends nor takes more. Bytes. */
export const PAYLOAD_MAX = 0xff_ffff;
