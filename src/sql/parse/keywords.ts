// The words and symbols of MySQL 8.4, and a table that finds a word in the middle of the statement without cutting a
// string out of it.
//
// Every word and symbol has an index; `WORDS[index]` is its text. Index 0 is "no word of ours": identifiers and
// literals. Tables elsewhere (operator ranks, the literal zones of normalize.ts) are typed arrays over these indexes.
//
// Reserved words cannot name anything unless quoted or after a dot. The others are words of the grammar in some places
// and plain identifiers everywhere else. Words of MySQL that our grammar never looks for are not listed.

/** Splits a line of words at its blanks, as a type. */
type WordsOf<Line extends string, Found = never> = Line extends `${infer First} ${infer Rest}`
  ? WordsOf<Rest, Found | First>
  : Found | Line;

const reservedLines = [
  'ACCESSIBLE ADD ALL ALTER ANALYZE AND AS ASC ASENSITIVE BEFORE BETWEEN BIGINT BINARY BLOB BOTH BY CALL CASCADE',
  'CASE CHANGE CHAR CHARACTER CHECK COLLATE COLUMN CONDITION CONSTRAINT CONTINUE CONVERT CREATE CROSS CUBE',
  'CUME_DIST CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASE DATABASES DAY_HOUR',
  'DAY_MICROSECOND DAY_MINUTE DAY_SECOND DEC DECIMAL DECLARE DEFAULT DELAYED DELETE DENSE_RANK DESC DESCRIBE',
  'DETERMINISTIC DISTINCT DISTINCTROW DIV DOUBLE DROP DUAL EACH ELSE ELSEIF EMPTY ENCLOSED ESCAPED EXCEPT EXISTS',
  'EXIT EXPLAIN FALSE FETCH FIRST_VALUE FLOAT FLOAT4 FLOAT8 FOR FORCE FOREIGN FROM FULLTEXT FUNCTION GENERATED GET',
  'GRANT GROUP GROUPING GROUPS HAVING HIGH_PRIORITY HOUR_MICROSECOND HOUR_MINUTE HOUR_SECOND IF IGNORE IN INDEX',
  'INFILE INNER INOUT INSENSITIVE INSERT INT INT1 INT2 INT3 INT4 INT8 INTEGER INTERSECT INTERVAL INTO',
  'IO_AFTER_GTIDS IO_BEFORE_GTIDS IS ITERATE JOIN JSON_TABLE KEY KEYS KILL LAG LAST_VALUE LATERAL LEAD LEADING',
  'LEAVE LEFT LIKE LIMIT LINEAR LINES LOAD LOCALTIME LOCALTIMESTAMP LOCK LONG LONGBLOB LONGTEXT LOOP LOW_PRIORITY',
  'MANUAL MATCH MAXVALUE MEDIUMBLOB MEDIUMINT MEDIUMTEXT MIDDLEINT MINUTE_MICROSECOND MINUTE_SECOND MOD MODIFIES',
  'NATURAL NOT NO_WRITE_TO_BINLOG NTH_VALUE NTILE NULL NUMERIC OF ON OPTIMIZE OPTIMIZER_COSTS OPTION OPTIONALLY',
  'OR ORDER OUT OUTER OUTFILE OVER PARALLEL PARTITION PERCENT_RANK PRECISION PRIMARY PROCEDURE PURGE QUALIFY',
  'RANGE RANK READ READS READ_WRITE REAL RECURSIVE REFERENCES REGEXP RELEASE RENAME REPEAT REPLACE REQUIRE',
  'RESIGNAL RESTRICT RETURN REVOKE RIGHT RLIKE ROW ROWS ROW_NUMBER SCHEMA SCHEMAS SECOND_MICROSECOND SELECT',
  'SENSITIVE SEPARATOR SET SHOW SIGNAL SMALLINT SPATIAL SPECIFIC SQL SQLEXCEPTION SQLSTATE SQLWARNING',
  'SQL_BIG_RESULT SQL_CALC_FOUND_ROWS SQL_SMALL_RESULT SSL STARTING STORED STRAIGHT_JOIN SYSTEM TABLE TABLESAMPLE',
  'TERMINATED THEN TINYBLOB TINYINT TINYTEXT TO TRAILING TRIGGER TRUE UNDO UNION UNIQUE UNLOCK UNSIGNED UPDATE',
  'USAGE USE USING UTC_DATE UTC_TIME UTC_TIMESTAMP VALUES VARBINARY VARCHAR VARCHARACTER VARYING VIRTUAL WHEN WHERE',
  'WHILE WINDOW WITH WRITE XOR YEAR_MONTH ZEROFILL',
] as const;

const plainLines = [
  'ACCOUNT ACTION ADMIN AFTER AGAINST AGGREGATE ALGORITHM ALWAYS ANY ARRAY ASCII AT ATTRIBUTE AUTO',
  'AUTOEXTEND_SIZE AUTO_INCREMENT AVG_ROW_LENGTH BEGIN BINLOG BIT BLOCK BOOL BOOLEAN BTREE BUCKETS BYTE',
  'CACHE CASCADED CAST CHAIN CHANGED CHANNEL CHARSET CHECKSUM CIPHER CLIENT CLONE CLOSE COALESCE CODE',
  'COLLATION COLUMNS COLUMN_FORMAT COMMENT COMMIT COMMITTED COMPLETION COMPONENT COMPRESSION CONCURRENT',
  'CONNECTION CONSISTENT CONTAINS CONTEXT CPU CURRENT CURTIME DATA DATE DATETIME DAY DEALLOCATE DEFINER',
  'DELAY_KEY_WRITE DIAGNOSTICS DIRECTORY DISABLE DISCARD DISK DO DUMPFILE DUPLICATE DYNAMIC ENABLE',
  'ENCRYPTION END ENDS ENFORCED ENGINE ENGINES ENGINE_ATTRIBUTE ENUM ERROR ERRORS ESCAPE EVENT EVENTS EVERY',
  'EXCHANGE EXECUTE EXPANSION EXPIRE EXPORT EXTENDED FAILED_LOGIN_ATTEMPTS FAST FAULTS FIELDS FIRST FIXED',
  'FLUSH FOLLOWING FOLLOWS FORMAT FOUND FULL GENERAL GEOMCOLLECTION GEOMETRY GEOMETRYCOLLECTION GET_FORMAT',
  'GLOBAL GRANTS GROUP_CONCAT GROUP_REPLICATION HANDLER HASH HELP HISTOGRAM HISTORY HOSTS HOUR IDENTIFIED',
  'IMPORT INDEXES INSERT_METHOD INSTALL INSTANCE INVISIBLE INVOKER IO IPC ISOLATION ISSUER JSON JSON_VALUE',
  'KEY_BLOCK_SIZE LANGUAGE LAST LESS LEVEL LINESTRING LIST LOCAL LOCKED LOG LOGFILE LOGS',
  'MAX_CONNECTIONS_PER_HOUR MAX_QUERIES_PER_HOUR MAX_ROWS MAX_UPDATES_PER_HOUR MAX_USER_CONNECTIONS MEDIUM',
  'MEMBER MEMORY MERGE MICROSECOND MIGRATE MINUTE MIN_ROWS MODE MODIFY MONTH MULTILINESTRING MULTIPOINT',
  'MULTIPOLYGON MUTEX NAMES NAME_CONST NATIONAL NCHAR NESTED NEVER NEXT NO NODEGROUP NONE NOW NOWAIT NULLS',
  'NVARCHAR OFFSET OJ OLD ONE ONLY OPEN OPTIONAL ORDINALITY PACK_KEYS PAGE PARSER PARTIAL PARTITIONING',
  'PARTITIONS PASSWORD PASSWORD_LOCK_TIME PATH PERSIST PERSIST_ONLY PHASE PLUGIN PLUGINS POINT POLYGON',
  'PRECEDES PRECEDING PREPARE PRESERVE PREV PRIVILEGES PROCESSLIST PROFILE PROFILES PROXY QUARTER QUERY',
  'QUICK RANDOM REBUILD RECOVER REFERENCE RELAY RELAYLOG REMOVE REORGANIZE REPAIR REPEATABLE REPLICA',
  'REPLICAS REPLICATION RESET RESOURCE RESPECT RESTART RESUME RETAIN RETURNING RETURNS REUSE ROLE ROLLBACK',
  'ROLLUP ROUTINE ROW_FORMAT RTREE SAVEPOINT SCHEDULE SECOND SECONDARY SECONDARY_ENGINE',
  'SECONDARY_ENGINE_ATTRIBUTE SECONDARY_LOAD SECONDARY_UNLOAD SECURITY SERIAL SERIALIZABLE SERVER SESSION',
  'SHARE SHUTDOWN SIGNED SIMPLE SKIP SLAVE SLOW SNAPSHOT SOME SOUNDS SOURCE SQL_BUFFER_RESULT SQL_NO_CACHE',
  'SRID STACKED START STARTS STATS_AUTO_RECALC STATS_PERSISTENT STATS_SAMPLE_PAGES STATUS STOP STORAGE',
  'SUBJECT SUBPARTITION SUBPARTITIONS SUSPEND SWAPS SWITCHES SYSDATE TABLES TABLESPACE TABLE_CHECKSUM',
  'TEMPORARY TEMPTABLE TEXT THAN TIME TIMESTAMP TRANSACTION TRIGGERS TRUNCATE TYPE UNBOUNDED UNCOMMITTED',
  'UNDEFINED UNICODE UNINSTALL UNKNOWN UNTIL UPGRADE USER USER_RESOURCES USE_FRM VALIDATION VALUE VARIABLES',
  'VIEW VISIBLE WARNINGS WEEK WEIGHT_STRING WITHOUT WORK X509 XA XID XML YEAR ZONE',
] as const;

// `||` under PIPES_AS_CONCAT is a symbol of its own, because its rank differs.
const symbolLine =
  '( ) , ; . + - * / % ^ ~ ! = <=> < <= <> != << > >= >> | || |concat| & && := : { } -> ->> @ @@' as const;

export type Reserved = WordsOf<(typeof reservedLines)[number]>;
export type Keyword = Reserved | WordsOf<(typeof plainLines)[number]>;
export type SymbolText = WordsOf<typeof symbolLine>;
/** A word of the grammar in capitals, or a symbol. */
export type Word = Keyword | SymbolText;

const reservedWords = reservedLines.join(' ').split(' ');
const plainWords = plainLines.join(' ').split(' ');
const symbols = symbolLine.split(' ');

/** Text of every word and symbol by index. Index 0, the empty text, stands for "none". */
export const WORDS: readonly (Word | '')[] = ['', ...reservedWords, ...plainWords, ...symbols] as (Word | '')[];

const firstPlain = 1 + reservedWords.length;
const firstSymbol = firstPlain + plainWords.length;
const indexByWord = new Map<string, number>(WORDS.map((word, index) => [word, index]));

/** The index of a word or symbol. */
export function wordIndex(word: Word): number {
  return indexByWord.get(word) as number;
}

/** Whether the word with this index is reserved. */
export function isReserved(index: number): boolean {
  return index > 0 && index < firstPlain;
}

/**
 * For each byte: 0 when it cannot be part of an unquoted identifier, else the byte with small letters made capital.
 * Bytes from 0x80 on are parts of UTF-8 characters, all of which may be in identifiers.
 */
export const WORD_BYTES = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const char = String.fromCharCode(byte);
  if (/[0-9A-Za-z_$]/.test(char)) WORD_BYTES[byte] = char.toUpperCase().charCodeAt(0);
  else if (byte >= 0x80) WORD_BYTES[byte] = byte;
}

// Open addressing; about one slot in five is taken, so that an identifier nearly always meets an empty slot.
const SLOTS = 4096;
const slotIndex = new Uint16Array(SLOTS);
const slotHash = new Int32Array(SLOTS);

/** One step of the hash over the capital bytes of a word; start with 0. */
export function hashStep(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 12)) & (SLOTS - 1);
}

for (let index = 1; index < firstSymbol; index++) {
  let hash = 0;
  for (const char of WORDS[index]) hash = hashStep(hash, char.charCodeAt(0));
  let slot = slotOf(hash);
  while (slotIndex[slot] !== 0) slot = (slot + 1) & (SLOTS - 1);
  slotIndex[slot] = index;
  slotHash[slot] = hash;
}

/** The index of the keyword at `text[start, end)`, whose hash is `hash`; 0 when it is none. */
export function findKeyword(hash: number, text: string, start: number, end: number): number {
  for (let slot = slotOf(hash); slotIndex[slot] !== 0; slot = (slot + 1) & (SLOTS - 1)) {
    if (slotHash[slot] === hash && spells(WORDS[slotIndex[slot]], text, start, end)) return slotIndex[slot];
  }
  return 0;
}

function spells(word: string, text: string, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let i = 0; i < word.length; i++) {
    if (WORD_BYTES[text.charCodeAt(start + i)] !== word.charCodeAt(i)) return false;
  }
  return true;
}

/** The index of the keyword spelled by `word` in any case, or 0. */
export function keywordOf(word: string): number {
  const index = indexByWord.get(word.toUpperCase()) ?? 0;
  return index < firstSymbol ? index : 0;
}
