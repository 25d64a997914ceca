// A user's error, in MySQL's numbers, SQLSTATEs and words. The table is the one place that maps a name
// to what the client sees; `%s` holes are filled in order. Rooms below the SQL layer never build these:
// they return small result codes, and the edge turns them into a SqlError.
//
// Numbers, states and message templates: MySQL 8.4 Error Message Reference.

export interface ErrorCode {
  readonly errno: number;
  readonly sqlState: string;
  readonly template: string;
}

function code(errno: number, sqlState: string, template: string): ErrorCode {
  return {errno, sqlState, template};
}

/** Every error this server can send. Add here, never inline. */
export const errors = {
  ER_CANT_CREATE_DB_EXISTS: code(1007, 'HY000', "Can't create database '%s'; database exists"),
  ER_DB_DROP_EXISTS: code(1008, 'HY000', "Can't drop database '%s'; database doesn't exist"),
  ER_DISK_FULL: code(1021, 'HY000', 'Disk full (%s); waiting for someone to free some space...'),
  ER_CON_COUNT_ERROR: code(1040, '08004', 'Too many connections'),
  ER_HANDSHAKE_ERROR: code(1043, '08S01', 'Bad handshake'),
  ER_DBACCESS_DENIED: code(1044, '42000', "Access denied for user '%s'@'%s' to database '%s'"),
  ER_ACCESS_DENIED: code(1045, '28000', "Access denied for user '%s'@'%s' (using password: %s)"),
  ER_NO_DB: code(1046, '3D000', 'No database selected'),
  ER_UNKNOWN_COM: code(1047, '08S01', 'Unknown command'),
  ER_BAD_NULL: code(1048, '23000', "Column '%s' cannot be null"),
  ER_BAD_DB: code(1049, '42000', "Unknown database '%s'"),
  ER_TABLE_EXISTS: code(1050, '42S01', "Table '%s' already exists"),
  ER_BAD_TABLE: code(1051, '42S02', "Unknown table '%s'"),
  ER_NON_UNIQ: code(1052, '23000', "Column '%s' in %s is ambiguous"),
  ER_SERVER_SHUTDOWN: code(1053, '08S01', 'Server shutdown in progress'),
  ER_BAD_FIELD: code(1054, '42S22', "Unknown column '%s' in '%s'"),
  ER_WRONG_FIELD_WITH_GROUP: code(1055, '42000', "'%s' isn't in GROUP BY"),
  ER_WRONG_GROUP_FIELD: code(1056, '42000', "Can't group on '%s'"),
  ER_WRONG_VALUE_COUNT: code(1058, '21S01', "Column count doesn't match value count"),
  ER_TOO_LONG_IDENT: code(1059, '42000', "Identifier name '%s' is too long"),
  ER_DUP_FIELDNAME: code(1060, '42S21', "Duplicate column name '%s'"),
  ER_DUP_KEYNAME: code(1061, '42000', "Duplicate key name '%s'"),
  ER_DUP_ENTRY: code(1062, '23000', "Duplicate entry '%s' for key '%s'"),
  ER_WRONG_FIELD_SPEC: code(1063, '42000', "Incorrect column specifier for column '%s'"),
  ER_PARSE_ERROR: code(1064, '42000', "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '%s' at line %s"),
  ER_EMPTY_QUERY: code(1065, '42000', 'Query was empty'),
  ER_NONUNIQ_TABLE: code(1066, '42000', "Not unique table/alias: '%s'"),
  ER_INVALID_DEFAULT: code(1067, '42000', "Invalid default value for '%s'"),
  ER_MULTIPLE_PRI_KEY: code(1068, '42000', 'Multiple primary key defined'),
  ER_TOO_MANY_KEYS: code(1069, '42000', 'Too many keys specified; max %s keys allowed'),
  ER_TOO_LONG_KEY: code(1071, '42000', 'Specified key was too long; max key length is %s bytes'),
  ER_KEY_COLUMN_NOT_EXIST: code(1072, '42000', "Key column '%s' doesn't exist in table"),
  ER_BLOB_USED_AS_KEY: code(1073, '42000', "BLOB column '%s' can't be used in key specification with the used table type"),
  ER_TOO_BIG_FIELDLENGTH: code(1074, '42000', "Column length too big for column '%s' (max = %s); use BLOB or TEXT instead"),
  ER_WRONG_AUTO_KEY: code(1075, '42000', 'Incorrect table definition; there can be only one auto column and it must be defined as a key'),
  ER_NO_SUCH_INDEX: code(1082, '42S12', "Table '%s' has no index like the one used in CREATE INDEX; recreate the table"),
  ER_WRONG_SUB_KEY: code(1089, 'HY000', "Incorrect prefix key; the used key part isn't a string, the used length is longer than the key part, or the storage engine doesn't support unique prefix keys"),
  ER_CANT_REMOVE_ALL_FIELDS: code(1090, '42000', "You can't delete all columns with ALTER TABLE; use DROP TABLE instead"),
  ER_CANT_DROP_FIELD_OR_KEY: code(1091, '42000', "Can't DROP '%s'; check that column/key exists"),
  ER_NO_SUCH_THREAD: code(1094, 'HY000', 'Unknown thread id: %s'),
  ER_KILL_DENIED: code(1095, 'HY000', 'You are not owner of thread %s'),
  ER_NO_TABLES_USED: code(1096, 'HY000', 'No tables used'),
  ER_BLOB_CANT_HAVE_DEFAULT: code(1101, '42000', "BLOB, TEXT, GEOMETRY or JSON column '%s' can't have a default value"),
  ER_WRONG_DB_NAME: code(1102, '42000', "Incorrect database name '%s'"),
  ER_WRONG_TABLE_NAME: code(1103, '42000', "Incorrect table name '%s'"),
  ER_UNKNOWN_ERROR: code(1105, 'HY000', '%s'),
  ER_UNKNOWN_TABLE: code(1109, '42S02', "Unknown table '%s' in %s"),
  ER_FIELD_SPECIFIED_TWICE: code(1110, '42000', "Column '%s' specified twice"),
  ER_INVALID_GROUP_FUNC_USE: code(1111, 'HY000', 'Invalid use of group function'),
  ER_TABLE_MUST_HAVE_COLUMNS: code(1113, '42000', 'A table must have at least 1 column'),
  ER_RECORD_FILE_FULL: code(1114, 'HY000', "The table '%s' is full"),
  ER_UNKNOWN_CHARACTER_SET: code(1115, '42000', "Unknown character set: '%s'"),
  ER_TOO_BIG_ROWSIZE: code(1118, '42000', 'Row size too large. The maximum row size for the used table type, not counting BLOBs, is %s. This includes storage overhead, check the manual. You have to change some columns to TEXT or BLOBs'),
  ER_WRONG_COLUMN_NAME: code(1166, '42000', "Incorrect column name '%s'"),
  ER_WRONG_KEY_COLUMN: code(1167, '42000', "The used storage engine can't index column '%s'"),
  ER_BLOB_KEY_WITHOUT_LENGTH: code(1170, '42000', "BLOB/TEXT column '%s' used in key specification without a key length"),
  ER_PRIMARY_CANT_HAVE_NULL: code(1171, '42000', 'All parts of a PRIMARY KEY must be NOT NULL; if you need NULL in a key, use UNIQUE instead'),
  ER_TOO_MANY_ROWS: code(1172, '42000', 'Result consisted of more than one row'),
  ER_REQUIRES_PRIMARY_KEY: code(1173, '42000', 'This table type requires a primary key'),
  ER_KEY_DOES_NOT_EXIST: code(1176, '42000', "Key '%s' doesn't exist in table '%s'"),
  ER_CHECK_NO_SUCH_TABLE: code(1177, '42000', "Can't open table"),
  ER_UNKNOWN_SYSTEM_VARIABLE: code(1193, 'HY000', "Unknown system variable '%s'"),
  ER_LOCK_WAIT_TIMEOUT: code(1205, 'HY000', 'Lock wait timeout exceeded; try restarting transaction'),
  ER_WRONG_ARGUMENTS: code(1210, 'HY000', 'Incorrect arguments to %s'),
  ER_LOCK_DEADLOCK: code(1213, '40001', 'Deadlock found when trying to get lock; try restarting transaction'),
  ER_CANNOT_ADD_FOREIGN: code(1215, 'HY000', 'Cannot add foreign key constraint'),
  ER_WRONG_NUMBER_OF_COLUMNS: code(1222, '21000', 'The used SELECT statements have a different number of columns'),
  ER_SPECIFIC_ACCESS_DENIED: code(1227, '42000', 'Access denied; you need (at least one of) the %s privilege(s) for this operation'),
  ER_LOCAL_VARIABLE: code(1228, 'HY000', "Variable '%s' is a SESSION variable and can't be used with SET GLOBAL"),
  ER_GLOBAL_VARIABLE: code(1229, 'HY000', "Variable '%s' is a GLOBAL variable and should be set with SET GLOBAL"),
  ER_WRONG_VALUE_FOR_VAR: code(1231, '42000', "Variable '%s' can't be set to the value of '%s'"),
  ER_WRONG_TYPE_FOR_VAR: code(1232, '42000', "Incorrect argument type to variable '%s'"),
  ER_NOT_SUPPORTED_YET: code(1235, '42000', "This version of MySQL doesn't yet support '%s'"),
  ER_INCORRECT_GLOBAL_LOCAL_VAR: code(1238, 'HY000', "Variable '%s' is a %s variable"),
  ER_OPERAND_COLUMNS: code(1241, '21000', 'Operand should contain %s column(s)'),
  ER_SUBQUERY_NO_1_ROW: code(1242, '21000', 'Subquery returns more than 1 row'),
  ER_UNKNOWN_STMT_HANDLER: code(1243, 'HY000', 'Unknown prepared statement handler (%s) given to %s'),
  ER_ILLEGAL_REFERENCE: code(1247, '42S22', "Reference '%s' not supported (%s)"),
  ER_DERIVED_MUST_HAVE_ALIAS: code(1248, '42000', 'Every derived table must have its own alias'),
  ER_TABLENAME_NOT_ALLOWED_HERE: code(1250, '42000', "Table '%s' from one of the SELECTs cannot be used in %s"),
  ER_NOT_SUPPORTED_AUTH_MODE: code(1251, '08004', 'Client does not support authentication protocol requested by server; consider upgrading MySQL client'),
  ER_WARN_TOO_FEW_RECORDS: code(1261, '01000', "Row %s doesn't contain data for all columns"),
  ER_WARN_NULL_TO_NOTNULL: code(1263, '22004', "Column set to default value; NULL supplied to NOT NULL column '%s' at row %s"),
  ER_DATA_OUT_OF_RANGE_WARN: code(1264, '22003', "Out of range value for column '%s' at row %s"),
  ER_DATA_TRUNCATED: code(1265, '01000', "Data truncated for column '%s' at row %s"),
  ER_CANT_AGGREGATE_2COLLATIONS: code(1267, 'HY000', "Illegal mix of collations (%s,%s) and (%s,%s) for operation '%s'"),
  ER_UNKNOWN_COLLATION: code(1273, 'HY000', "Unknown collation: '%s'"),
  ER_UNKNOWN_STORAGE_ENGINE: code(1286, '42000', "Unknown storage engine '%s'"),
  ER_OPTION_PREVENTS_STATEMENT: code(1290, 'HY000', 'The MySQL server is running with the %s option so it cannot execute this statement'),
  ER_DUPLICATED_VALUE_IN_TYPE: code(1291, 'HY000', "Column '%s' has duplicated value '%s' in %s"),
  ER_TRUNCATED_WRONG_VALUE: code(1292, '22007', "Incorrect %s value: '%s'"),
  ER_TRUNCATED_WRONG_VALUE_FOR_FIELD: code(1366, 'HY000', "Incorrect %s value: '%s' for column '%s' at row %s"),
  ER_UNKNOWN_PROCEDURE: code(1305, '42000', '%s %s does not exist'),
  ER_QUERY_INTERRUPTED: code(1317, '70100', 'Query execution was interrupted'),
  ER_VIEW_INVALID: code(1356, 'HY000', "View '%s.%s' references invalid table(s) or column(s) or function(s) or definer/invoker of view lack rights to use them"),
  ER_NO_DEFAULT_FOR_FIELD: code(1364, 'HY000', "Field '%s' doesn't have a default value"),
  ER_DIVISION_BY_ZERO: code(1365, '22012', 'Division by 0'),
  ER_DATA_TOO_LONG: code(1406, '22001', "Data too long for column '%s' at row %s"),
  ER_TABLE_DEF_CHANGED: code(1412, 'HY000', 'Table definition has changed, please retry transaction'),
  ER_SP_DOES_NOT_EXIST: code(1305, '42000', '%s %s does not exist'),
  ER_ROW_IS_REFERENCED: code(1451, '23000', 'Cannot delete or update a parent row: a foreign key constraint fails (%s)'),
  ER_NO_REFERENCED_ROW: code(1452, '23000', 'Cannot add or update a child row: a foreign key constraint fails (%s)'),
  ER_TOO_BIG_SCALE: code(1425, '42000', "Too big scale %s specified for column '%s'. Maximum is %s."),
  ER_TOO_BIG_PRECISION: code(1426, '42000', "Too-big precision %s specified for '%s'. Maximum is %s."),
  ER_M_BIGGER_THAN_D: code(1427, '42000', "For float(M,D), double(M,D) or decimal(M,D), M must be >= D (column '%s')."),
  ER_TOO_BIG_DISPLAYWIDTH: code(1439, '42000', "Display width out of range for column '%s' (max = %s)"),
  ER_DATETIME_OVERFLOW: code(1441, '22008', 'Datetime function: %s field overflow'),
  ER_TOO_MANY_CONCURRENT_TRXS: code(1637, 'HY000', 'Too many active concurrent transactions'),
  ER_DUP_ENTRY_AUTOINCREMENT_CASE: code(1569, '23000', "ALTER TABLE causes auto_increment resequencing, resulting in duplicate entry '%s' for key '%s'"),
  ER_TRG_DOES_NOT_EXIST: code(1360, 'HY000', 'Trigger does not exist'),
  ER_SP_NOT_VAR_ARG: code(1414, '42000', 'OUT or INOUT argument %s for routine %s is not a variable or NEW pseudo-variable in BEFORE trigger'),
  ER_CANT_CHANGE_TX_CHARACTERISTICS: code(1568, '25001', "Transaction characteristics can't be changed while a transaction is in progress"),
  ER_STORED_FUNCTION_PARAM_COUNT: code(1582, '42000', "Incorrect parameter count in the call to native function '%s'"),
  ER_UNKNOWN_LOCALE: code(1649, 'HY000', "Unknown locale: '%s'"),
  ER_DATA_OUT_OF_RANGE: code(1690, '22003', "%s value is out of range in '%s'"),
  ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: code(1792, '25006', 'Cannot execute statement in a READ ONLY transaction.'),
  ER_NO_SAVEPOINT: code(1305, '42000', 'SAVEPOINT %s does not exist'),
  ER_MUST_CHANGE_PASSWORD: code(1820, 'HY000', 'You must reset your password using ALTER USER statement before executing this statement.'),
  ER_FK_NO_INDEX_PARENT: code(1822, 'HY000', "Failed to add the foreign key constraint. Missing index for constraint '%s' in the referenced table '%s'"),
  ER_FK_CANNOT_OPEN_PARENT: code(1824, 'HY000', "Failed to open the referenced table '%s'"),
  ER_FK_DUP_NAME: code(1826, 'HY000', "Duplicate foreign key constraint name '%s'"),
  ER_QUERY_TIMEOUT: code(3024, 'HY000', 'Query execution was interrupted, maximum statement execution time exceeded'),
  ER_WRONG_FIELD_WITH_GROUP_V2: code(1055, '42000', "Expression #%s of %s is not in GROUP BY clause and contains nonaggregated column '%s' which is not functionally dependent on columns in GROUP BY clause; this is incompatible with sql_mode=only_full_group_by"),
  ER_MIX_OF_GROUP_FUNC_AND_FIELDS: code(1140, '42000', "In aggregated query without GROUP BY, expression #%s of SELECT list contains nonaggregated column '%s'; this is incompatible with sql_mode=only_full_group_by"),
  ER_INVALID_JSON_TEXT: code(3140, '22032', 'Invalid JSON text: "%s" at position %s in value for column \'%s\'.'),
  ER_INVALID_JSON_TEXT_IN_PARAM: code(3141, '22032', 'Invalid JSON text in argument %s to function %s: "%s" at position %s.'),
  ER_INVALID_JSON_PATH: code(3143, '42000', 'Invalid JSON path expression. The error is around character position %s.'),
  ER_INVALID_JSON_CHARSET: code(3144, '22032', "Cannot create a JSON value from a string with CHARACTER SET '%s'."),
  ER_CHECK_CONSTRAINT_VIOLATED: code(3819, 'HY000', "Check constraint '%s' is violated."),
  ER_LOCK_NOWAIT: code(3572, 'HY000', 'Statement aborted because lock(s) could not be acquired immediately and NOWAIT is set.'),
  ER_USER_LOCK_DEADLOCK: code(3058, 'HY000', 'Deadlock found when trying to get user-level lock; try rolling back transaction/releasing locks and restarting lock acquisition.'),
  ER_USER_LOCK_WRONG_NAME: code(3057, '42000', "Incorrect user-level lock name '%s'."),
  ER_REGEXP_ERROR: code(3685, 'HY000', 'Illegal argument to a regular expression.'),
  ER_NET_PACKET_TOO_LARGE: code(1153, '08S01', "Got a packet bigger than 'max_allowed_packet' bytes"),
  ER_NET_PACKETS_OUT_OF_ORDER: code(1156, '08S01', 'Got packets out of order'),
  ER_MALFORMED_PACKET: code(1835, 'HY000', 'Malformed communication packet.'),
  ER_NET_READ_INTERRUPTED: code(1159, '08S01', 'Got timeout reading communication packets'),
  ER_WRONG_STRING_LENGTH: code(1470, 'HY000', "String '%s' is too long for %s (should be no longer than %s)"),
  ER_COMMIT_NOT_ALLOWED: code(1422, 'HY000', 'Explicit or implicit commit is not allowed in stored function or trigger.'),
  ER_NO_SUCH_TABLE: code(1146, '42S02', "Table '%s.%s' doesn't exist"),
  ER_WRONG_OBJECT: code(1347, 'HY000', "'%s.%s' is not %s"),
  ER_NON_INSERTABLE_TABLE: code(1471, 'HY000', 'The target table %s of the %s is not insertable-into'),
  ER_NON_UPDATABLE_TABLE: code(1288, 'HY000', 'The target table %s of the %s is not updatable'),
  ER_UPDATE_TABLE_USED: code(1093, 'HY000', "You can't specify target table '%s' for update in FROM clause"),
  ER_WRONG_VALUE_COUNT_ON_ROW: code(1136, '21S01', "Column count doesn't match value count at row %s"),
  ER_SYNTAX_ERROR: code(1149, '42000', 'You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use'),
  ER_WRONG_USAGE: code(1221, 'HY000', 'Incorrect usage of %s and %s'),
  ER_CTE_RECURSIVE_LIMIT: code(3636, 'HY000', 'Recursive query aborted after %s iterations. Try increasing @@cte_max_recursion_depth to a larger value.'),
  ER_FEATURE_DISABLED: code(1289, 'HY000', "The '%s' feature is disabled; you need MySQL built with '%s' to have it working"),
  ER_UNSUPPORTED_PS: code(1295, 'HY000', 'This command is not supported in the prepared statement protocol yet'),
  ER_PS_MANY_PARAM: code(1390, 'HY000', 'Prepared statement contains too many placeholders'),
  ER_TOO_MANY_FIELDS: code(1117, '42000', 'Too many columns'),
  ER_SP_LILABEL_MISMATCH: code(1308, '42000', '%s with no matching label: %s'),
  ER_SP_LABEL_MISMATCH: code(1310, '42000', 'End-label %s without match'),
  ER_TOO_HIGH_LEVEL_OF_NESTING_FOR_SELECT: code(1473, 'HY000', 'Too high level of nesting for select'),
  ER_WARN_DEPRECATED: code(1287, 'HY000', "'%s' is deprecated and will be removed in a future release. Please use %s instead"),
  ER_STMT_HAS_NO_OPEN_CURSOR: code(1421, 'HY000', 'The statement (%s) has no open cursor.'),
  ER_ACCOUNT_HAS_BEEN_LOCKED: code(3118, 'HY000', "Access denied for user '%s'@'%s'. Account is locked."),
  ER_SECURE_TRANSPORT_REQUIRED: code(3159, 'HY000', 'Connections using insecure transport are prohibited while --require_secure_transport=ON.'),
  ER_CLIENT_INTERACTION_TIMEOUT: code(4031, 'HY000', 'The client was disconnected by the server because of inactivity. See wait_timeout and interactive_timeout for configuring this behavior.'),
  ER_WRONG_TEMPORAL_FOR_COLUMN: code(1292, '22007', "Incorrect %s value: '%s' for column '%s' at row %s"),
  ER_TRUNCATED_INCORRECT_VALUE: code(1292, '22007', "Truncated incorrect %s value: '%s'"),
  ER_WARN_INVALID_TIMESTAMP: code(1299, 'HY000', "Invalid TIMESTAMP value in column '%s' at row %s"),
  ER_INVALID_CHARACTER_STRING: code(1300, 'HY000', "Invalid %s character string: '%s'"),
  ER_JSON_DOCUMENT_TOO_DEEP: code(3157, '22032', 'The JSON document exceeds the maximum depth.'),
} as const satisfies Record<string, ErrorCode>;

export type ErrorName = keyof typeof errors;

/** Thrown by parser, binder, functions and statements; caught at the edge and sent as an ERR packet. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly code: ErrorName;
  readonly errno: number;
  readonly sqlState: string;

  constructor(codeName: ErrorName, ...holes: readonly (string | number)[]) {
    super(fillTemplate(errors[codeName].template, holes));
    this.code = codeName;
    this.errno = errors[codeName].errno;
    this.sqlState = errors[codeName].sqlState;
  }
}

/** Puts `holes` into the `%s` of a template, in order. */
export function fillTemplate(template: string, holes: readonly (string | number)[]): string {
  let next = 0;
  return template.replace(/%s/g, () => String(holes[next++] ?? ''));
}
