// Transactions: START, COMMIT, ROLLBACK, savepoints, LOCK TABLES, XA.

import type {
  EndTransaction,
  LockTables,
  SavepointStatement,
  SetTransaction,
  StartTransaction,
  UnlockTables,
  XaId,
  XaStatement,
} from './ast-command.ts';
import {bitValue, hexValue, integerValue, stringValue} from './literal.ts';
import type {Parser} from './parser.ts';
import {Token} from './scanner.ts';

type Access = StartTransaction['access'];

/** START TRANSACTION with its options; START is current. */
export function parseStartTransaction(parser: Parser): StartTransaction {
  const at = parser.start;
  parser.expectAll('START', 'TRANSACTION');
  let consistentSnapshot = false;
  let access: Access = null;
  if (parser.word === 'WITH' || parser.word === 'READ') {
    do {
      if (parser.accept('WITH')) {
        parser.expectAll('CONSISTENT', 'SNAPSHOT');
        consistentSnapshot = true;
      } else {
        if (access !== null) parser.fail();
        access = parseAccess(parser);
      }
    } while (parser.accept(','));
  }
  return {kind: 'startTransaction', at, consistentSnapshot, access};
}

/** READ ONLY or READ WRITE. */
function parseAccess(parser: Parser): 'readOnly' | 'readWrite' {
  parser.expect('READ');
  return parser.expectOneOf(['ONLY', 'WRITE']) === 'ONLY' ? 'readOnly' : 'readWrite';
}

/** BEGIN [WORK] */
export function parseBegin(parser: Parser): StartTransaction {
  const at = parser.start;
  parser.next();
  parser.accept('WORK');
  return {kind: 'startTransaction', at, consistentSnapshot: false, access: null};
}

/** COMMIT, ROLLBACK and ROLLBACK TO; the verb is current. */
export function parseEnd(parser: Parser): EndTransaction | SavepointStatement {
  const at = parser.start;
  const kind = parser.word === 'COMMIT' ? 'commit' : 'rollback';
  parser.next();
  parser.accept('WORK');
  if (kind === 'rollback' && parser.accept('TO')) {
    parser.accept('SAVEPOINT');
    return {kind: 'rollbackTo', at, name: parser.identifier()};
  }
  const chain = parser.accept('AND') ? parseNo(parser, 'CHAIN') : null;
  const hasRelease = parser.word === 'RELEASE' || parser.word === 'NO';
  const release = hasRelease ? parseNo(parser, 'RELEASE') : null;
  if (chain === true && release === true) parser.fail();
  return {kind, at, chain, release};
}

/** `[NO] word`: false with NO. */
function parseNo(parser: Parser, word: 'CHAIN' | 'RELEASE'): boolean {
  const value = !parser.accept('NO');
  parser.expect(word);
  return value;
}

/** SAVEPOINT name, RELEASE SAVEPOINT name; the verb is current. */
export function parseSavepoint(parser: Parser): SavepointStatement {
  const at = parser.start;
  const kind = parser.accept('RELEASE') ? 'releaseSavepoint' : 'savepoint';
  parser.expect('SAVEPOINT');
  return {kind, at, name: parser.identifier()};
}

/** `TRANSACTION characteristics` of SET; TRANSACTION is current. */
export function parseSetTransaction(parser: Parser, at: number, scope: SetTransaction['scope']): SetTransaction {
  parser.expect('TRANSACTION');
  let isolation: SetTransaction['isolation'] = null;
  let access: Access = null;
  do {
    if (parser.accept('ISOLATION')) {
      if (isolation !== null) parser.fail();
      parser.expect('LEVEL');
      isolation = parseIsolation(parser);
    } else {
      if (access !== null) parser.fail();
      access = parseAccess(parser);
    }
  } while (parser.accept(','));
  return {kind: 'setTransaction', at, scope, isolation, access};
}

function parseIsolation(parser: Parser): SetTransaction['isolation'] {
  if (parser.accept('SERIALIZABLE')) return 'serializable';
  if (parser.accept('REPEATABLE')) {
    parser.expect('READ');
    return 'repeatableRead';
  }
  parser.expect('READ');
  return parser.expectOneOf(['COMMITTED', 'UNCOMMITTED']) === 'COMMITTED' ? 'readCommitted' : 'readUncommitted';
}

/** `LOCK TABLES t [AS a] READ [LOCAL] | [LOW_PRIORITY] WRITE, ...`; LOCK is current. */
export function parseLockTables(parser: Parser): LockTables {
  const at = parser.start;
  parser.next();
  parser.expectOneOf(['TABLES', 'TABLE']);
  return {kind: 'lockTables', at, locks: parser.list(() => parseTableLock(parser))};
}

function parseTableLock(parser: Parser): LockTables['locks'][number] {
  const table = parser.tableName();
  const alias = parser.optionalAlias();
  if (parser.accept('READ')) return {table, alias, mode: parser.accept('LOCAL') ? 'readLocal' : 'read'};
  parser.accept('LOW_PRIORITY');
  parser.expect('WRITE');
  return {table, alias, mode: 'write'};
}

/** UNLOCK TABLES; UNLOCK is current. */
export function parseUnlockTables(parser: Parser): UnlockTables {
  const at = parser.start;
  parser.next();
  parser.expectOneOf(['TABLES', 'TABLE']);
  return {kind: 'unlockTables', at};
}

// --- XA ------------------------------------------------------------------------------------------------------------

const XA_VERBS = ['START', 'BEGIN', 'END', 'PREPARE', 'COMMIT', 'ROLLBACK', 'RECOVER'] as const;

/** XA ...; XA is current. */
export function parseXa(parser: Parser): XaStatement {
  const at = parser.start;
  parser.next();
  const verb = parser.expectOneOf(XA_VERBS);
  const action = verb === 'BEGIN' ? 'start' : (verb.toLowerCase() as XaStatement['action']);
  if (verb === 'RECOVER') {
    const option = parser.accept('CONVERT') ? 'convertXid' : null;
    if (option !== null) parser.expect('XID');
    return {kind: 'xa', at, action, id: null, option};
  }
  return {kind: 'xa', at, action, id: parseXaId(parser), option: parseXaOption(parser, action)};
}

function parseXaOption(parser: Parser, action: XaStatement['action']): XaStatement['option'] {
  switch (action) {
    case 'start': {
      const word = parser.acceptOneOf(['JOIN', 'RESUME']);
      return word === null ? null : word === 'JOIN' ? 'join' : 'resume';
    }
    case 'end':
      if (!parser.accept('SUSPEND')) return null;
      if (!parser.accept('FOR')) return 'suspend';
      parser.expect('MIGRATE');
      return 'suspendForMigrate';
    case 'commit':
      if (!parser.accept('ONE')) return null;
      parser.expect('PHASE');
      return 'onePhase';
    default:
      return null;
  }
}

/** `global [, branch [, format]]` */
function parseXaId(parser: Parser): XaId {
  const global = parseXaPart(parser);
  if (!parser.accept(',')) return {global, branch: '', format: 1};
  const branch = parseXaPart(parser);
  return {global, branch, format: parser.accept(',') ? parseXaFormat(parser) : 1};
}

function parseXaPart(parser: Parser): string | Uint8Array {
  let part: string | Uint8Array;
  if (parser.kind === Token.string) part = stringValue(parser);
  else if (parser.kind === Token.hex) part = hexValue(parser.tokenText());
  else if (parser.kind === Token.bit) part = bitValue(parser.tokenText());
  else return parser.fail();
  parser.next();
  return part;
}

function parseXaFormat(parser: Parser): number | bigint {
  if (parser.kind !== Token.integer) parser.fail();
  const format = integerValue(parser.tokenText()) ?? parser.fail();
  parser.next();
  return format;
}
