// Transactions, variables, prepared statements and the administration of tables, as SQL text. SHOW is in
// format-show.ts, accounts are in format-account.ts.

import type {
  CommandStatement,
  EndTransaction,
  Explain,
  Flush,
  Handler,
  Histogram,
  SetTransaction,
  TableMaintenance,
  VariableAssignment,
  XaStatement,
} from './ast-command.ts';
import type {Expression} from './ast-expression.ts';
import {formatStatement} from './format.ts';
import {formatAccountStatement} from './format-account.ts';
import {formatExpression, formatExpressions, formatSystemVariable, formatVariableName} from './format-expression.ts';
import {
  clause,
  formatTableName,
  formatTableNames,
  quoteBytes,
  quoteName,
  quoteNames,
  quoteString,
} from './format-name.ts';
import {formatLimit} from './format-query.ts';
import {formatShow} from './format-show.ts';

/** One case per kind of statement. */
export function formatCommandStatement(s: CommandStatement): string {
  switch (s.kind) {
    case 'startTransaction': {
      const snapshot = s.consistentSnapshot ? ['WITH CONSISTENT SNAPSHOT'] : [];
      const access = s.access === null ? [] : [s.access === 'readOnly' ? 'READ ONLY' : 'READ WRITE'];
      return `START TRANSACTION ${[...snapshot, ...access].join(', ')}`.trim();
    }
    case 'commit':
    case 'rollback':
      return formatEnd(s);
    case 'savepoint':
      return `SAVEPOINT ${quoteName(s.name)}`;
    case 'rollbackTo':
      return `ROLLBACK TO SAVEPOINT ${quoteName(s.name)}`;
    case 'releaseSavepoint':
      return `RELEASE SAVEPOINT ${quoteName(s.name)}`;
    case 'setTransaction':
      return formatSetTransaction(s);
    case 'lockTables': {
      const modes = {read: 'READ', readLocal: 'READ LOCAL', write: 'WRITE'} as const;
      const locks = s.locks.map(lock => {
        const alias = lock.alias === null ? '' : ` AS ${quoteName(lock.alias)}`;
        return `${formatTableName(lock.table)}${alias} ${modes[lock.mode]}`;
      });
      return `LOCK TABLES ${locks.join(', ')}`;
    }
    case 'unlockTables':
      return 'UNLOCK TABLES';
    case 'xa':
      return formatXa(s);
    case 'set':
      return `SET ${s.assignments.map(formatAssignment).join(', ')}`;
    case 'createUser':
    case 'alterUser':
    case 'createRole':
    case 'dropUser':
    case 'dropRole':
    case 'renameUser':
    case 'setPassword':
    case 'grant':
    case 'revoke':
    case 'grantRoles':
    case 'revokeRoles':
    case 'grantProxy':
    case 'revokeProxy':
    case 'setRole':
    case 'setDefaultRole':
      return formatAccountStatement(s);
    case 'show':
      return formatShow(s);
    case 'explain':
      return formatExplain(s);
    case 'prepare':
      return `PREPARE ${quoteName(s.name)} FROM ${typeof s.source === 'string' ? quoteString(s.source) : formatExpression(s.source)}`;
    case 'execute':
      return `EXECUTE ${quoteName(s.name)}${s.using.length === 0 ? '' : ` USING ${formatExpressions(s.using)}`}`;
    case 'deallocate':
      return `DEALLOCATE PREPARE ${quoteName(s.name)}`;
    case 'use':
      return `USE ${quoteName(s.schema)}`;
    case 'callProcedure':
      return `CALL ${formatTableName(s.name)}(${formatExpressions(s.args)})`;
    case 'do':
      return `DO ${formatExpressions(s.expressions)}`;
    case 'kill':
      // The word is always there: the number may be an expression that begins with it.
      return `KILL ${s.queryOnly ? 'QUERY' : 'CONNECTION'} ${formatExpression(s.id)}`;
    case 'tableMaintenance':
      return formatMaintenance(s);
    case 'flush':
      return formatFlush(s);
    case 'handler':
      return formatHandler(s);
    case 'help':
      return `HELP ${quoteString(s.topic)}`;
    case 'administrative':
      return s.text;
  }
}

// --- Transactions --------------------------------------------------------------------------------------------------

function formatEnd(s: EndTransaction): string {
  const chain = s.chain === null ? '' : ` AND ${s.chain ? '' : 'NO '}CHAIN`;
  const release = s.release === null ? '' : ` ${s.release ? '' : 'NO '}RELEASE`;
  return `${s.kind.toUpperCase()}${chain}${release}`;
}

const ISOLATION = {
  readUncommitted: 'READ UNCOMMITTED',
  readCommitted: 'READ COMMITTED',
  repeatableRead: 'REPEATABLE READ',
  serializable: 'SERIALIZABLE',
} as const;

function formatSetTransaction(s: SetTransaction): string {
  const parts: string[] = [];
  if (s.isolation !== null) parts.push(`ISOLATION LEVEL ${ISOLATION[s.isolation]}`);
  if (s.access !== null) parts.push(s.access === 'readOnly' ? 'READ ONLY' : 'READ WRITE');
  return `SET ${s.scope === null ? '' : `${s.scope.toUpperCase()} `}TRANSACTION ${parts.join(', ')}`;
}

const XA_OPTIONS = {
  join: 'JOIN',
  resume: 'RESUME',
  suspend: 'SUSPEND',
  suspendForMigrate: 'SUSPEND FOR MIGRATE',
  onePhase: 'ONE PHASE',
  convertXid: 'CONVERT XID',
} as const;

function formatXa(s: XaStatement): string {
  const part = (value: string | Uint8Array) => (typeof value === 'string' ? quoteString(value) : quoteBytes(value));
  const id = s.id === null ? '' : ` ${part(s.id.global)}, ${part(s.id.branch)}, ${s.id.format}`;
  return `XA ${s.action.toUpperCase()}${id}${s.option === null ? '' : ` ${XA_OPTIONS[s.option]}`}`;
}

// --- Variables -----------------------------------------------------------------------------------------------------

function formatAssignment(a: VariableAssignment): string {
  switch (a.kind) {
    case 'user':
      return `${formatExpression(a.variable)} = ${formatExpression(a.value)}`;
    case 'system': {
      const name = a.marked ? formatSystemVariable(a.variable) : formatVariableName(a.variable);
      return `${name} = ${formatValue(a.value)}`;
    }
    case 'column':
      return `${formatExpression(a.column)} = ${formatValue(a.value)}`;
    case 'names':
      return `NAMES ${a.charset ?? 'DEFAULT'}${clause('COLLATE', a.collation)}`;
    case 'charset':
      return `CHARACTER SET ${a.charset ?? 'DEFAULT'}`;
  }
}

function formatValue(value: Expression | null): string {
  return value === null ? 'DEFAULT' : formatExpression(value);
}

// --- The rest ------------------------------------------------------------------------------------------------------

function formatExplain(s: Explain): string {
  const format = s.format === null ? '' : ` FORMAT = ${quoteName(s.format)}`;
  const into = s.into === null ? '' : ` INTO ${formatExpression({kind: 'userVariable', at: s.at, name: s.into})}`;
  const schema = s.schema === null ? '' : ` FOR SCHEMA ${quoteName(s.schema)}`;
  const subject = s.statement === null ? `FOR CONNECTION ${s.connection}` : formatStatement(s.statement);
  return `EXPLAIN${s.analyze ? ' ANALYZE' : ''}${format}${into}${schema} ${subject}`;
}

function formatMaintenance(s: TableMaintenance): string {
  const local = s.local ? ' LOCAL' : '';
  const options = s.options.map(option => ` ${option}`).join('');
  const histogram = s.histogram === null ? '' : formatHistogram(s.histogram);
  return `${s.action.toUpperCase()}${local} TABLE ${formatTableNames(s.tables)}${options}${histogram}`;
}

function formatHistogram(h: Histogram): string {
  const buckets = h.buckets === null ? '' : ` WITH ${h.buckets} BUCKETS`;
  const auto = h.auto === null ? '' : ` ${h.auto ? 'AUTO' : 'MANUAL'} UPDATE`;
  const data = h.data === null ? '' : ` USING DATA ${quoteString(h.data)}`;
  return ` ${h.action.toUpperCase()} HISTOGRAM ON ${quoteNames(h.columns)}${buckets}${auto}${data}`;
}

function formatFlush(s: Flush): string {
  const tables = s.tables.length === 0 ? '' : ` ${formatTableNames(s.tables)}`;
  const action = s.tableAction === null ? '' : s.tableAction === 'forExport' ? ' FOR EXPORT' : ' WITH READ LOCK';
  const channel = s.channel === null ? '' : ` FOR CHANNEL ${quoteString(s.channel)}`;
  return `FLUSH ${s.local ? 'LOCAL ' : ''}${s.options.join(', ')}${tables}${action}${channel}`;
}

function formatHandler(s: Handler): string {
  const head = `HANDLER ${formatTableName(s.table)} ${s.action.toUpperCase()}`;
  if (s.action !== 'read') return `${head}${s.alias === null ? '' : ` AS ${quoteName(s.alias)}`}`;
  const index = s.index === null ? '' : ` ${s.index === 'PRIMARY' ? s.index : quoteName(s.index)}`;
  const key = s.key.length === 0 ? '' : ` (${formatExpressions(s.key)})`;
  const where = s.where === null ? '' : ` WHERE ${formatExpression(s.where)}`;
  return `${head}${index} ${(s.position ?? '').toUpperCase()}${key}${where}${formatLimit(s.limit)}`;
}
