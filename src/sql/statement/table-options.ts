// Options of CREATE TABLE and ALTER TABLE: the few that mean something here; the others are accepted and forgotten, as MySQL does with
// options that do not concern the engine.

import {SqlError} from '../../base/sql-error.ts';
import {findCharset} from '../../format/value/charset.ts';
import {defaultCollation, findCollation} from '../../format/value/collation.ts';
import {SqlMode} from '../../format/value/sql-mode.ts';
import type {TableOption} from '../parse/ast-schema.ts';

/** What the options say; undefined where they say nothing. */
export interface OptionValues {
  readonly collation: number | undefined;
  readonly comment: string | undefined;
  readonly autoIncrement: number | undefined;
}

const COMMENT_CHARACTERS_MAX = 2048;

/** Names that dumps and frameworks write; all mean this engine. */
const ENGINES = new Set([
  'innodb',
  'pando',
  'myisam',
  'memory',
  'heap',
  'aria',
  'rocksdb',
  'ndb',
  'ndbcluster',
  'tokudb',
  'csv',
  'archive',
]);

/** Reads the options in order; later ones overrule. Throws 1286 for an engine that does not exist, 1115, 1273, 1253. */
export function readOptions(options: readonly TableOption[], sqlMode: number): OptionValues {
  let charset: string | undefined;
  let collation: string | undefined;
  let comment: string | undefined;
  let autoIncrement: number | undefined;
  for (const {name, value} of options) {
    switch (name) {
      case 'ENGINE':
        checkEngine(String(value), sqlMode);
        break;
      case 'CHARACTER SET':
        charset = String(value);
        break;
      case 'COLLATE':
        collation = String(value);
        break;
      case 'COMMENT':
        comment = checkedComment(String(value));
        break;
      case 'AUTO_INCREMENT':
        autoIncrement = Math.min(Number(value), Number.MAX_SAFE_INTEGER);
        break;
    }
  }
  return {collation: collationOption(charset, collation), comment, autoIncrement};
}

function checkEngine(name: string, sqlMode: number): void {
  if (ENGINES.has(name.toLowerCase()) || (sqlMode & SqlMode.noEngineSubstitution) === 0) return;
  throw new SqlError('ER_UNKNOWN_STORAGE_ENGINE', name);
}

function checkedComment(comment: string): string {
  if (comment.length > COMMENT_CHARACTERS_MAX)
    throw new SqlError('ER_TOO_LONG_TABLE_COMMENT', '', COMMENT_CHARACTERS_MAX);
  return comment;
}

/** The id of the collation that CHARACTER SET and COLLATE ask for; undefined when neither was written. */
export function collationOption(
  charsetName: string | undefined,
  collationName: string | undefined,
): number | undefined {
  const isNamed = charsetName !== undefined && charsetName.toLowerCase() !== 'default';
  const charset = isNamed ? findCharset(charsetName) : undefined;
  if (isNamed && charset === undefined) throw new SqlError('ER_UNKNOWN_CHARACTER_SET', charsetName);
  if (collationName === undefined) return charset === undefined ? undefined : defaultCollation(charset).id;
  const collation = findCollation(collationName);
  if (collation === undefined) throw new SqlError('ER_UNKNOWN_COLLATION', collationName);
  if (charset !== undefined && collation.charset !== charset) {
    throw new SqlError('ER_COLLATION_CHARSET_MISMATCH', collation.name, charset.name);
  }
  return collation.id;
}
