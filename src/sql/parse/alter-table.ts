// ALTER TABLE.

import type {AlterAction, AlterTable, AlterWord, ColumnPosition} from './ast-schema.ts';
import {parseColumn, parseColumnOf, parseDefaultLiteral} from './column.ts';
import {parseTableElement, type TableElement} from './create-table.ts';
import {parseExpression} from './expression.ts';
import type {Parser} from './parser.ts';
import {parsePartitionDefinitions, parsePartitioning} from './partition.ts';
import {parseOrderBy} from './query.ts';
import {parseTableOption} from './table-option.ts';

/** `ALTER TABLE name actions`; TABLE is current. Without actions the statement is legal and does nothing. */
export function parseAlterTable(parser: Parser, at: number): AlterTable {
  parser.expect('TABLE');
  const table = parser.tableName();
  const actions: AlterAction[] = [];
  if (beginsAction(parser)) parseActions(parser, actions);
  return {kind: 'alterTable', at, table, actions};
}

function beginsAction(parser: Parser): boolean {
  return parser.index !== 0 && parser.word !== ';' && parser.word !== 'END';
}

/** What is done to partitions is done alone: nothing follows it. */
const STANDALONE: ReadonlySet<AlterAction['kind']> = new Set([
  'addPartition',
  'coalescePartition',
  'partitions',
  'reorganizePartition',
  'exchangePartition',
]);

function parseActions(parser: Parser, actions: AlterAction[]): void {
  do {
    parseAction(parser, actions);
    const last = actions.at(-1);
    if (last !== undefined && STANDALONE.has(last.kind)) return;
    // Table options behind others, and the partitioning at the end, need no comma in front.
    while (beginsAction(parser) && parser.word !== ',') {
      const option = actions.at(-1)?.kind === 'option' ? parseTableOption(parser) : null;
      if (option !== null) actions.push({kind: 'option', option});
      else if (parser.word === 'PARTITION')
        actions.push({kind: 'partitionBy', partitioning: parsePartitioning(parser)});
      else if (parser.word === 'REMOVE') parseRemove(parser, actions);
      else return;
    }
  } while (parser.accept(','));
}

function parseRemove(parser: Parser, actions: AlterAction[]): void {
  parser.expectAll('REMOVE', 'PARTITIONING');
  actions.push({kind: 'removePartitioning'});
}

/** One action; ADD COLUMN (a, b) is several. */
function parseAction(parser: Parser, actions: AlterAction[]): void {
  switch (parser.word) {
    case 'ADD':
      parser.next();
      parseAdd(parser, actions);
      return;
    case 'DROP':
      parser.next();
      actions.push(parseDrop(parser));
      return;
    case 'MODIFY':
    case 'CHANGE':
      actions.push(parseChange(parser));
      return;
    case 'ALTER':
      parser.next();
      actions.push(parseAlter(parser));
      return;
    case 'RENAME':
      parser.next();
      actions.push(parseRename(parser));
      return;
    case 'REMOVE':
      parseRemove(parser, actions);
      return;
    case 'PARTITION':
      actions.push({kind: 'partitionBy', partitioning: parsePartitioning(parser)});
      return;
    default:
      actions.push(parseRareAction(parser));
  }
}

// --- Columns, indexes, constraints ---------------------------------------------------------------------------------

function parseAdd(parser: Parser, actions: AlterAction[]): void {
  if (parser.word === 'PARTITION') {
    actions.push(parseAddPartition(parser));
    return;
  }
  const isColumn = parser.accept('COLUMN');
  if (parser.accept('(')) {
    for (const element of parser.list(() => parseTableElement(parser))) actions.push(addition(element, null));
    parser.expect(')');
    return;
  }
  const element: TableElement = isColumn ? {kind: 'column', column: parseColumn(parser)} : parseTableElement(parser);
  actions.push(addition(element, element.kind === 'column' ? parsePosition(parser) : null));
}

function addition(element: TableElement, position: ColumnPosition | null): AlterAction {
  switch (element.kind) {
    case 'column':
      return {kind: 'addColumn', column: element.column, position};
    case 'index':
      return {kind: 'addIndex', index: element.index};
    case 'foreignKey':
      return {kind: 'addForeignKey', foreignKey: element.foreignKey};
    case 'check':
      return {kind: 'addCheck', check: element.check};
  }
}

/** `[FIRST | AFTER column]` */
function parsePosition(parser: Parser): ColumnPosition | null {
  if (parser.accept('FIRST')) return {kind: 'first'};
  return parser.accept('AFTER') ? {kind: 'after', column: parser.identifier()} : null;
}

function parseDrop(parser: Parser): AlterAction {
  switch (parser.word) {
    case 'PRIMARY':
      parser.expectAll('PRIMARY', 'KEY');
      return {kind: 'dropPrimaryKey'};
    case 'INDEX':
    case 'KEY':
      parser.next();
      return {kind: 'dropIndex', name: parser.identifier()};
    case 'FOREIGN':
      parser.expectAll('FOREIGN', 'KEY');
      return {kind: 'dropForeignKey', name: parser.identifier()};
    case 'CHECK':
      parser.next();
      return {kind: 'dropCheck', name: parser.identifier()};
    case 'CONSTRAINT':
      parser.next();
      return {kind: 'dropConstraint', name: parser.identifier()};
    case 'PARTITION':
      parser.next();
      return {kind: 'partitions', action: 'drop', names: parser.list(() => parser.identifier())};
    default: {
      parser.accept('COLUMN');
      const name = parser.identifier();
      parser.acceptOneOf(['RESTRICT', 'CASCADE']);
      return {kind: 'dropColumn', name};
    }
  }
}

/** MODIFY [COLUMN] definition, CHANGE [COLUMN] name definition. */
function parseChange(parser: Parser): AlterAction {
  const isModify = parser.word === 'MODIFY';
  parser.next();
  parser.accept('COLUMN');
  const at = parser.start;
  const name = parser.identifier();
  const column = isModify ? parseColumnOf(parser, at, name) : parseColumn(parser);
  return {kind: 'changeColumn', name, column, position: parsePosition(parser)};
}

function parseAlter(parser: Parser): AlterAction {
  const word = parser.acceptOneOf(['INDEX', 'CHECK', 'CONSTRAINT', 'COLUMN']);
  const name = parser.identifier();
  if (word === 'INDEX') {
    return {
      kind: 'indexVisibility',
      name,
      visible: parser.expectOneOf(['VISIBLE', 'INVISIBLE']) === 'VISIBLE',
    };
  }
  if (word === 'CHECK' || word === 'CONSTRAINT') {
    const enforced = !parser.accept('NOT');
    parser.expect('ENFORCED');
    return {kind: word === 'CHECK' ? 'checkEnforcement' : 'constraintEnforcement', name, enforced};
  }
  if (parser.accept('DROP')) {
    parser.expect('DEFAULT');
    return {kind: 'dropDefault', column: name};
  }
  parser.expect('SET');
  const visibility = parser.acceptOneOf(['VISIBLE', 'INVISIBLE']);
  if (visibility !== null) return {kind: 'columnVisibility', name, visible: visibility === 'VISIBLE'};
  parser.expect('DEFAULT');
  if (parser.word !== '(') {
    return {kind: 'setDefault', column: name, value: parseDefaultLiteral(parser), inParentheses: false};
  }
  parser.next();
  const value = parseExpression(parser);
  parser.expect(')');
  return {kind: 'setDefault', column: name, value, inParentheses: true};
}

function parseRename(parser: Parser): AlterAction {
  const word = parser.acceptOneOf(['COLUMN', 'INDEX', 'KEY']);
  if (word !== null) {
    const from = parser.identifier();
    parser.expect('TO');
    return {kind: word === 'COLUMN' ? 'renameColumn' : 'renameIndex', from, to: parser.identifier()};
  }
  if (parser.acceptOneOf(['TO', 'AS']) === null) parser.accept('=');
  return {kind: 'renameTable', to: parser.tableName()};
}

// --- The rest ------------------------------------------------------------------------------------------------------

function parseRareAction(parser: Parser): AlterAction {
  const option = parseTableOption(parser);
  if (option !== null) return {kind: 'option', option};
  switch (parser.word) {
    case 'ORDER':
      return {kind: 'orderBy', items: parseOrderBy(parser)};
    case 'CONVERT':
      return parseConvert(parser);
    case 'ALGORITHM':
    case 'LOCK':
      return parseAlgorithmOrLock(parser);
    default:
      return parseWordAction(parser) ?? parsePartitionAction(parser);
  }
}

/** CONVERT TO CHARACTER SET name [COLLATE name] */
function parseConvert(parser: Parser): AlterAction {
  parser.expectAll('CONVERT', 'TO');
  if (parser.expectOneOf(['CHARSET', 'CHARACTER', 'CHAR']) !== 'CHARSET') parser.expect('SET');
  const charset = parser.accept('DEFAULT') ? null : parser.charsetName();
  const collation = parser.accept('COLLATE') ? parser.collationName() : null;
  return {kind: 'convertCharset', charset, collation};
}

/** `ALGORITHM [=] word` or `LOCK [=] word`, the word in capitals. */
export function parseAlgorithmOrLock(parser: Parser): {kind: 'algorithm' | 'lock'; value: string} {
  const kind = parser.expectOneOf(['ALGORITHM', 'LOCK']) === 'LOCK' ? 'lock' : 'algorithm';
  parser.accept('=');
  const value = parser.accept('DEFAULT') ? 'DEFAULT' : parser.identifier().toUpperCase();
  return {kind, value};
}

function parseWordAction(parser: Parser): {kind: AlterWord} | null {
  if (parser.accept('FORCE')) return {kind: 'force'};
  if (parser.acceptAll('WITH', 'VALIDATION')) return {kind: 'withValidation'};
  if (parser.acceptAll('WITHOUT', 'VALIDATION')) return {kind: 'withoutValidation'};
  if (parser.acceptAll('ENABLE', 'KEYS')) return {kind: 'enableKeys'};
  if (parser.acceptAll('DISABLE', 'KEYS')) return {kind: 'disableKeys'};
  if (parser.acceptBoth('DISCARD', 'TABLESPACE')) return {kind: 'discardTablespace'};
  if (parser.acceptBoth('IMPORT', 'TABLESPACE')) return {kind: 'importTablespace'};
  if (parser.accept('SECONDARY_LOAD')) return {kind: 'secondaryLoad'};
  return parser.accept('SECONDARY_UNLOAD') ? {kind: 'secondaryUnload'} : null;
}

function parseAddPartition(parser: Parser): AlterAction {
  parser.expect('PARTITION');
  parser.accept('NO_WRITE_TO_BINLOG');
  if (parser.accept('PARTITIONS')) return {kind: 'addPartition', definitions: [], count: parser.integer()};
  return {kind: 'addPartition', definitions: parsePartitionDefinitions(parser), count: null};
}

const PARTITION_VERBS = [
  'TRUNCATE',
  'ANALYZE',
  'CHECK',
  'OPTIMIZE',
  'REBUILD',
  'REPAIR',
  'DISCARD',
  'IMPORT',
  'COALESCE',
  'REORGANIZE',
  'EXCHANGE',
] as const;

function parsePartitionAction(parser: Parser): AlterAction {
  const verb = parser.expectOneOf(PARTITION_VERBS);
  parser.expect('PARTITION');
  switch (verb) {
    case 'COALESCE':
      parser.accept('NO_WRITE_TO_BINLOG');
      return {kind: 'coalescePartition', count: parser.integer()};
    case 'REORGANIZE':
      return parseReorganize(parser);
    case 'EXCHANGE':
      return parseExchange(parser);
    default: {
      parser.acceptOneOf(['NO_WRITE_TO_BINLOG', 'LOCAL']);
      const names = parser.accept('ALL') ? 'all' : parser.list(() => parser.identifier());
      if (verb === 'DISCARD' || verb === 'IMPORT') parser.expect('TABLESPACE');
      return {kind: 'partitions', action: verb.toLowerCase() as Lowercase<typeof verb>, names};
    }
  }
}

function parseReorganize(parser: Parser): AlterAction {
  parser.accept('NO_WRITE_TO_BINLOG');
  if (!parser.isIdentifier()) return {kind: 'reorganizePartition', names: null, definitions: []};
  const names = parser.list(() => parser.identifier());
  parser.expect('INTO');
  return {kind: 'reorganizePartition', names, definitions: parsePartitionDefinitions(parser)};
}

/** EXCHANGE PARTITION name WITH TABLE table [WITH | WITHOUT VALIDATION] */
function parseExchange(parser: Parser): AlterAction {
  const name = parser.identifier();
  parser.expectAll('WITH', 'TABLE');
  const table = parser.tableName();
  const word = parser.acceptOneOf(['WITH', 'WITHOUT']);
  if (word !== null) parser.expect('VALIDATION');
  return {kind: 'exchangePartition', name, table, validation: word !== 'WITHOUT'};
}
