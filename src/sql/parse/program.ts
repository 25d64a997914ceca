// Definitions of stored programs: procedures, functions, triggers and events. Their bodies are in compound.ts.

import {parseAdministrative} from './administrative.ts';
import type {Administrative} from './ast-command.ts';
import type {AccountName} from './ast-expression.ts';
import type {
  AlterRoutine,
  CreateRoutine,
  CreateTrigger,
  DropProgram,
  EventDefinition,
  EventSchedule,
  RoutineCharacteristics,
  RoutineParameter,
} from './ast-program.ts';
import {parseProgramBody} from './compound.ts';
import {parseDataType} from './data-type.ts';
import {parseExpression} from './expression.ts';
import {intervalUnit} from './interval.ts';
import type {Parser} from './parser.ts';

// --- Procedures and functions --------------------------------------------------------------------------------------

/** `... PROCEDURE | FUNCTION ...`; that word is current. A function with SONAME is an administrative statement. */
export function parseCreateRoutine(
  parser: Parser,
  at: number,
  definer: AccountName | null,
): CreateRoutine | Administrative {
  const type = parser.expectOneOf(['PROCEDURE', 'FUNCTION']) === 'FUNCTION' ? 'function' : 'procedure';
  const ifNotExists = parser.acceptIfNotExists();
  const name = parser.tableName();
  if (type === 'function' && parser.word === 'RETURNS')
    return parseAdministrative(parser, at, 'CREATE FUNCTION SONAME');
  const parameters = parseParameters(parser, type);
  const returns = type === 'function' ? parseReturns(parser) : null;
  const characteristics = parseCharacteristics(parser);
  const body = parseProgramBody(parser);
  return {
    kind: 'createRoutine',
    at,
    type,
    definer,
    ifNotExists,
    name,
    parameters,
    returns,
    characteristics,
    ...body,
  };
}

function parseParameters(parser: Parser, type: CreateRoutine['type']): RoutineParameter[] {
  parser.expect('(');
  const parameters = parser.word === ')' ? [] : parser.list(() => parseParameter(parser, type));
  parser.expect(')');
  return parameters;
}

function parseParameter(parser: Parser, type: CreateRoutine['type']): RoutineParameter {
  const word = type === 'procedure' ? parser.acceptOneOf(['IN', 'OUT', 'INOUT']) : null;
  const mode = word === 'OUT' ? 'out' : word === 'INOUT' ? 'inout' : 'in';
  return {mode, name: parser.identifier(), type: parseDataType(parser)};
}

function parseReturns(parser: Parser): CreateRoutine['returns'] {
  parser.expect('RETURNS');
  return parseDataType(parser);
}

function parseCharacteristics(parser: Parser): RoutineCharacteristics {
  const found: {-readonly [K in keyof RoutineCharacteristics]: RoutineCharacteristics[K]} = {
    comment: null,
    deterministic: null,
    dataAccess: null,
    security: null,
    language: null,
  };
  for (;;) {
    if (parser.accept('COMMENT')) found.comment = parser.string();
    else if (parser.accept('DETERMINISTIC')) found.deterministic = true;
    else if (parser.acceptAll('NOT', 'DETERMINISTIC')) found.deterministic = false;
    else if (parser.acceptAll('CONTAINS', 'SQL')) found.dataAccess = 'containsSql';
    else if (parser.acceptAll('NO', 'SQL')) found.dataAccess = 'noSql';
    else if (parser.acceptAll('READS', 'SQL', 'DATA')) found.dataAccess = 'readsSqlData';
    else if (parser.acceptAll('MODIFIES', 'SQL', 'DATA')) found.dataAccess = 'modifiesSqlData';
    else if (parser.acceptAll('SQL', 'SECURITY')) {
      found.security = parser.expectOneOf(['DEFINER', 'INVOKER']) === 'DEFINER' ? 'definer' : 'invoker';
    } else if (parser.accept('LANGUAGE')) {
      found.language = parser.accept('SQL') ? 'sql' : parser.identifier().toLowerCase();
    } else return found;
  }
}

/** `ALTER PROCEDURE | FUNCTION name characteristics`; that word is current. */
export function parseAlterRoutine(parser: Parser, at: number): AlterRoutine {
  const type = parser.expectOneOf(['PROCEDURE', 'FUNCTION']) === 'FUNCTION' ? 'function' : 'procedure';
  return {
    kind: 'alterRoutine',
    at,
    type,
    name: parser.tableName(),
    characteristics: parseCharacteristics(parser),
  };
}

/** `DROP PROCEDURE | FUNCTION | TRIGGER | EVENT [IF EXISTS] name`; that word is current. */
export function parseDropProgram(parser: Parser, at: number): DropProgram {
  const word = parser.expectOneOf(['PROCEDURE', 'FUNCTION', 'TRIGGER', 'EVENT']);
  const ifExists = parser.acceptIfExists();
  return {
    kind: 'dropProgram',
    at,
    type: word.toLowerCase() as DropProgram['type'],
    ifExists,
    name: parser.tableName(),
  };
}

// --- Triggers ------------------------------------------------------------------------------------------------------

/** `... TRIGGER name time event ON table FOR EACH ROW [order] body`; TRIGGER is current. */
export function parseCreateTrigger(parser: Parser, at: number, definer: AccountName | null): CreateTrigger {
  parser.expect('TRIGGER');
  const ifNotExists = parser.acceptIfNotExists();
  const name = parser.tableName();
  const time = parser.expectOneOf(['BEFORE', 'AFTER']) === 'BEFORE' ? 'before' : 'after';
  const event = parser.expectOneOf(['INSERT', 'UPDATE', 'DELETE']).toLowerCase() as CreateTrigger['event'];
  parser.expect('ON');
  const table = parser.tableName();
  parser.expectAll('FOR', 'EACH', 'ROW');
  const order = parseTriggerOrder(parser);
  return {
    kind: 'createTrigger',
    at,
    definer,
    ifNotExists,
    name,
    time,
    event,
    table,
    order,
    ...parseProgramBody(parser),
  };
}

function parseTriggerOrder(parser: Parser): CreateTrigger['order'] {
  const word = parser.acceptOneOf(['FOLLOWS', 'PRECEDES']);
  if (word === null) return null;
  return {place: word === 'FOLLOWS' ? 'follows' : 'precedes', trigger: parser.identifier()};
}

// --- Events --------------------------------------------------------------------------------------------------------

/** `... EVENT name ON SCHEDULE ... DO body`; EVENT is current. */
export function parseEvent(
  parser: Parser,
  at: number,
  definer: AccountName | null,
  kind: EventDefinition['kind'],
): EventDefinition {
  parser.expect('EVENT');
  const ifNotExists = kind === 'createEvent' && parser.acceptIfNotExists();
  const name = parser.tableName();
  const schedule = parser.acceptBoth('ON', 'SCHEDULE') ? parseSchedule(parser) : null;
  if (kind === 'createEvent' && schedule === null) parser.expectAll('ON', 'SCHEDULE');
  const preserve = parsePreserve(parser);
  const renameTo = kind === 'alterEvent' && parser.acceptAll('RENAME', 'TO') ? parser.tableName() : null;
  const status = parseEventStatus(parser);
  const comment = parser.accept('COMMENT') ? parser.string() : null;
  const hasBody = kind === 'createEvent' || parser.word === 'DO';
  if (hasBody) parser.expect('DO');
  const body = hasBody ? parseProgramBody(parser) : {body: null, text: null};
  const head = {kind, at, definer, ifNotExists, name} as const;
  return {...head, schedule, preserve, renameTo, status, comment, ...body};
}

function parseSchedule(parser: Parser): EventSchedule {
  if (parser.accept('AT')) return {kind: 'at', time: parseExpression(parser)};
  parser.expect('EVERY');
  const amount = parseExpression(parser);
  const unit = intervalUnit(parser);
  const starts = parser.accept('STARTS') ? parseExpression(parser) : null;
  const ends = parser.accept('ENDS') ? parseExpression(parser) : null;
  return {kind: 'every', amount, unit, starts, ends};
}

/** `[ON COMPLETION [NOT] PRESERVE]` */
function parsePreserve(parser: Parser): boolean | null {
  if (!parser.acceptAll('ON', 'COMPLETION')) return null;
  const preserve = !parser.accept('NOT');
  parser.expect('PRESERVE');
  return preserve;
}

function parseEventStatus(parser: Parser): EventDefinition['status'] {
  if (parser.accept('ENABLE')) return 'enable';
  if (!parser.accept('DISABLE')) return null;
  if (!parser.accept('ON')) return 'disable';
  parser.expectOneOf(['REPLICA', 'SLAVE']);
  return 'disableOnReplica';
}
