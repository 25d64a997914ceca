// Table options, of tables and of partitions.

import type {TableOption} from './ast-schema.ts';
import type {Word} from './keywords.ts';
import {integerValue} from './literal.ts';
import type {Parser} from './parser.ts';
import {Token} from './scanner.ts';

/** What an option's value is: a number, a string, a name (string or identifier), a number or DEFAULT, or a word. */
type Form = 'number' | 'string' | 'name' | 'ternary' | 'word';

const OPTIONS = new Map<Word | '', Form>([
  ['AUTO_INCREMENT', 'number'],
  ['AUTOEXTEND_SIZE', 'word'],
  ['AVG_ROW_LENGTH', 'number'],
  ['CHECKSUM', 'number'],
  ['TABLE_CHECKSUM', 'number'],
  ['COMMENT', 'string'],
  ['COMPRESSION', 'string'],
  ['CONNECTION', 'string'],
  ['DELAY_KEY_WRITE', 'number'],
  ['ENCRYPTION', 'string'],
  ['ENGINE', 'name'],
  ['ENGINE_ATTRIBUTE', 'string'],
  ['INSERT_METHOD', 'word'],
  ['KEY_BLOCK_SIZE', 'number'],
  ['MAX_ROWS', 'number'],
  ['MIN_ROWS', 'number'],
  ['NODEGROUP', 'number'],
  ['PACK_KEYS', 'ternary'],
  ['PASSWORD', 'string'],
  ['ROW_FORMAT', 'word'],
  ['SECONDARY_ENGINE', 'name'],
  ['SECONDARY_ENGINE_ATTRIBUTE', 'string'],
  ['STATS_AUTO_RECALC', 'ternary'],
  ['STATS_PERSISTENT', 'ternary'],
  ['STATS_SAMPLE_PAGES', 'ternary'],
  ['STORAGE', 'word'],
  ['TABLESPACE', 'name'],
]);

/** Options whose values are printed as they are; all others are quoted. */
export function isBareOption(name: string): boolean {
  const form = OPTIONS.get(name as Word);
  return form !== 'string' && form !== 'name';
}

/** Options, separated by blanks or commas as `commas` allows; stops at anything else. */
export function parseTableOptions(parser: Parser, commas: boolean): TableOption[] {
  const options: TableOption[] = [];
  for (let option = parseTableOption(parser); option !== null; option = parseTableOption(parser)) {
    options.push(option);
    if (commas && parser.word === ',') parser.next();
  }
  return options;
}

/** One option, or null if none follows. */
export function parseTableOption(parser: Parser): TableOption | null {
  const word = parser.word;
  const form = OPTIONS.get(word);
  if (form === undefined) return parseLongOption(parser);
  parser.next();
  parser.accept('=');
  return {name: word, value: parseOptionValue(parser, form)};
}

function parseOptionValue(parser: Parser, form: Form): number | bigint | string {
  switch (form) {
    case 'number':
      return parseNumber(parser);
    case 'string':
      return parser.string();
    case 'name':
      return parser.accept('NULL') ? 'NULL' : parser.identifierOrString();
    case 'ternary':
      return parser.accept('DEFAULT') ? 'DEFAULT' : parseNumber(parser);
    case 'word':
      return parseWordValue(parser);
  }
}

function parseNumber(parser: Parser): number | bigint {
  if (parser.kind !== Token.integer) parser.fail();
  const value = integerValue(parser.tokenText()) ?? parser.fail();
  parser.next();
  return value;
}

/** A word in capitals, or a size such as 64M. */
function parseWordValue(parser: Parser): string | number | bigint {
  if (parser.kind === Token.integer) return parseNumber(parser);
  if (parser.kind !== Token.word) parser.fail();
  const value = parser.tokenText().toUpperCase();
  parser.next();
  return value;
}

/** The options whose names are of several words. */
function parseLongOption(parser: Parser): TableOption | null {
  switch (parser.word) {
    case 'DEFAULT':
      parser.next();
      return parseCharacterOption(parser) ?? parser.fail();
    case 'DATA':
    case 'INDEX': {
      if (parser.peek() !== 'DIRECTORY') return null;
      const name = `${parser.word} DIRECTORY`;
      parser.next();
      parser.next();
      parser.accept('=');
      return {name, value: parser.string()};
    }
    case 'UNION': {
      parser.next();
      parser.accept('=');
      parser.expect('(');
      const tables = parser.is(')') ? [] : parser.list(() => parser.tableName());
      parser.expect(')');
      return {name: 'UNION', value: tables};
    }
    case 'START':
      parser.expectAll('START', 'TRANSACTION');
      return {name: 'START TRANSACTION', value: ''};
    default:
      return parseCharacterOption(parser);
  }
}

/** CHARACTER SET and COLLATE. */
function parseCharacterOption(parser: Parser): TableOption | null {
  if (parser.accept('COLLATE')) {
    parser.accept('=');
    return {name: 'COLLATE', value: parser.collationName()};
  }
  const word = parser.acceptOneOf(['CHARSET', 'CHARACTER', 'CHAR']);
  if (word === null) return null;
  if (word !== 'CHARSET') parser.expect('SET');
  parser.accept('=');
  return {name: 'CHARACTER SET', value: parser.accept('DEFAULT') ? 'default' : parser.charsetName()};
}
