// Databases, indexes and views; DROP, RENAME and TRUNCATE of tables.

import {parseAlgorithmOrLock} from './alter-table.ts';
import type {AccountName, TableName} from './ast-expression.ts';
import type {
  AlterDatabase,
  CreateDatabase,
  CreateIndex,
  CreateView,
  DatabaseOption,
  DropDatabase,
  DropIndex,
  DropTables,
  DropViews,
  IndexDefinition,
  RenameTables,
  TruncateTable,
} from './ast-schema.ts';
import {parseEarlyUsing, parseIndexOptions, parseKeyParts} from './index-definition.ts';
import type {Parser} from './parser.ts';
import {parseQuery} from './query.ts';

// --- Databases -----------------------------------------------------------------------------------------------------

/** `CREATE DATABASE ...`; DATABASE or SCHEMA is current. */
export function parseCreateDatabase(parser: Parser, at: number): CreateDatabase {
  parser.next();
  const ifNotExists = parser.acceptIfNotExists();
  return {
    kind: 'createDatabase',
    at,
    ifNotExists,
    name: parser.identifier(),
    options: parseDatabaseOptions(parser),
  };
}

/** `ALTER DATABASE [name] options`; DATABASE or SCHEMA is current. */
export function parseAlterDatabase(parser: Parser, at: number): AlterDatabase {
  parser.next();
  const isOption = parser.word !== '' && ['CHARSET', 'ENCRYPTION'].includes(parser.word);
  const name = parser.isIdentifier() && !isOption ? parser.identifier() : null;
  const options = parseDatabaseOptions(parser);
  if (options.length === 0) parser.fail();
  return {kind: 'alterDatabase', at, name, options};
}

/** `DROP DATABASE [IF EXISTS] name`; DATABASE or SCHEMA is current. */
export function parseDropDatabase(parser: Parser, at: number): DropDatabase {
  parser.next();
  return {kind: 'dropDatabase', at, ifExists: parser.acceptIfExists(), name: parser.identifier()};
}

function parseDatabaseOptions(parser: Parser): DatabaseOption[] {
  const options: DatabaseOption[] = [];
  for (;;) {
    const hasDefault = parser.accept('DEFAULT');
    const word = parser.acceptOneOf(['CHARSET', 'CHARACTER', 'CHAR', 'COLLATE', 'ENCRYPTION', 'READ']);
    if (word === null) return hasDefault ? parser.fail() : options;
    if (word === 'CHARACTER' || word === 'CHAR') parser.expect('SET');
    if (word === 'READ') parser.expect('ONLY');
    parser.accept('=');
    if (word === 'ENCRYPTION') options.push({name: 'encryption', value: parser.string()});
    else if (word === 'READ') options.push({name: 'readOnly', value: parseReadOnly(parser)});
    else if (word === 'COLLATE') options.push({name: 'collation', value: parser.collationName()});
    else options.push({name: 'charset', value: parser.charsetName()});
  }
}

function parseReadOnly(parser: Parser): string {
  return parser.accept('DEFAULT') ? 'DEFAULT' : String(parser.integer());
}

// --- Indexes -------------------------------------------------------------------------------------------------------

/** `CREATE [UNIQUE | FULLTEXT | SPATIAL] INDEX ...`; what is behind CREATE is current. */
export function parseCreateIndex(parser: Parser, at: number): CreateIndex {
  const word = parser.acceptOneOf(['UNIQUE', 'FULLTEXT', 'SPATIAL']);
  const type = word === null ? 'index' : (word.toLowerCase() as IndexDefinition['type']);
  parser.expect('INDEX');
  const name = parser.identifier();
  const using = parseEarlyUsing(parser);
  parser.expect('ON');
  const table = parser.tableName();
  const parts = parseKeyParts(parser);
  const options = parseIndexOptions(parser);
  const index = {
    at,
    type,
    constraint: null,
    name,
    parts,
    options: {...options, using: options.using ?? using},
  };
  return {kind: 'createIndex', at, table, index, ...parseOnline(parser)};
}

/** `DROP INDEX name ON table`; INDEX is current. */
export function parseDropIndex(parser: Parser, at: number): DropIndex {
  parser.expect('INDEX');
  const name = parser.identifier();
  parser.expect('ON');
  return {kind: 'dropIndex', at, name, table: parser.tableName(), ...parseOnline(parser)};
}

/** `[ALGORITHM = word] [LOCK = word]` in any order. */
function parseOnline(parser: Parser): Pick<CreateIndex, 'algorithm' | 'lock'> {
  let algorithm: string | null = null;
  let lock: string | null = null;
  while (parser.word === 'ALGORITHM' || parser.word === 'LOCK') {
    const option = parseAlgorithmOrLock(parser);
    if (option.kind === 'lock') lock = option.value;
    else algorithm = option.value;
  }
  return {algorithm, lock};
}

// --- Views ---------------------------------------------------------------------------------------------------------

/** What may stand between CREATE and the kind of a view or stored program. */
export interface DefinitionPrefix {
  readonly orReplace: boolean;
  readonly algorithm: CreateView['algorithm'];
  readonly definer: AccountName | null;
  readonly security: CreateView['security'];
}

/** `[OR REPLACE] [ALGORITHM = ...] [DEFINER = ...] [SQL SECURITY ...]` */
export function parseDefinitionPrefix(parser: Parser): DefinitionPrefix {
  let orReplace = false;
  if (parser.accept('OR')) {
    parser.expect('REPLACE');
    orReplace = true;
  }
  let algorithm: CreateView['algorithm'] = null;
  if (parser.accept('ALGORITHM')) {
    parser.expect('=');
    algorithm = parser.expectOneOf(['UNDEFINED', 'MERGE', 'TEMPTABLE']).toLowerCase() as CreateView['algorithm'];
  }
  let definer: AccountName | null = null;
  if (parser.accept('DEFINER')) {
    parser.expect('=');
    definer = parser.accountName();
  }
  let security: CreateView['security'] = null;
  if (parser.accept('SQL')) {
    parser.expect('SECURITY');
    security = parser.expectOneOf(['DEFINER', 'INVOKER']) === 'DEFINER' ? 'definer' : 'invoker';
  }
  return {orReplace, algorithm, definer, security};
}

/** `... VIEW name [(columns)] AS query [WITH CHECK OPTION]`; VIEW is current. */
export function parseView(parser: Parser, at: number, prefix: DefinitionPrefix, alter: boolean): CreateView {
  parser.expect('VIEW');
  const view = parser.tableName();
  const columns = parser.word === '(' ? parser.nameList() : [];
  parser.expect('AS');
  const query = parseQuery(parser);
  let check: CreateView['check'] = null;
  if (parser.accept('WITH')) {
    check = parser.acceptOneOf(['CASCADED', 'LOCAL']) === 'LOCAL' ? 'local' : 'cascaded';
    parser.expectAll('CHECK', 'OPTION');
  }
  return {kind: 'createView', at, ...prefix, alter, view, columns, query, check};
}

/** `DROP VIEW [IF EXISTS] names`; VIEW is current. */
export function parseDropViews(parser: Parser, at: number): DropViews {
  parser.expect('VIEW');
  const ifExists = parser.acceptIfExists();
  const views = parser.list(() => parser.tableName());
  parser.acceptOneOf(['RESTRICT', 'CASCADE']);
  return {kind: 'dropViews', at, ifExists, views};
}

// --- Tables --------------------------------------------------------------------------------------------------------

/** `DROP [TEMPORARY] TABLE [IF EXISTS] names`; TABLE or TABLES is current. */
export function parseDropTables(parser: Parser, at: number, temporary: boolean): DropTables {
  parser.expectOneOf(['TABLE', 'TABLES']);
  const ifExists = parser.acceptIfExists();
  const tables = parser.list(() => parser.tableName());
  parser.acceptOneOf(['RESTRICT', 'CASCADE']);
  return {kind: 'dropTables', at, temporary, ifExists, tables};
}

/** `RENAME TABLE a TO b, ...`; TABLE or TABLES is current. */
export function parseRenameTables(parser: Parser, at: number): RenameTables {
  parser.expectOneOf(['TABLE', 'TABLES']);
  return {kind: 'renameTables', at, renames: parser.list(() => parseRenaming(parser))};
}

function parseRenaming(parser: Parser): {from: TableName; to: TableName} {
  const from = parser.tableName();
  parser.expect('TO');
  return {from, to: parser.tableName()};
}

/** `TRUNCATE [TABLE] name`; the verb is current. */
export function parseTruncate(parser: Parser): TruncateTable {
  const at = parser.start;
  parser.next();
  parser.accept('TABLE');
  return {kind: 'truncateTable', at, table: parser.tableName()};
}
