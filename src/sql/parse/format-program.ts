// Stored programs as SQL text.

import type {Statement} from './ast.ts';
import type {AccountName} from './ast-expression.ts';
import type {
  Block,
  Conditional,
  ConditionValue,
  CreateRoutine,
  Declaration,
  EventDefinition,
  EventSchedule,
  GetDiagnostics,
  Loop,
  ProgramStatement,
  RoutineCharacteristics,
  Signal,
} from './ast-program.ts';
import {formatStatement} from './format.ts';
import {formatExpression} from './format-expression.ts';
import {clause, formatAccount, formatTableName, quoteName, quoteNames, quoteString} from './format-name.ts';
import {formatQuery} from './format-query.ts';
import {formatDataType, ifExists} from './format-schema.ts';

export function formatProgramStatement(s: ProgramStatement): string {
  switch (s.kind) {
    case 'createRoutine':
      return formatRoutine(s);
    case 'alterRoutine':
      return `ALTER ${s.type.toUpperCase()} ${formatTableName(s.name)}${formatCharacteristics(s.characteristics)}`;
    case 'createTrigger': {
      const order = s.order === null ? '' : ` ${s.order.place.toUpperCase()} ${quoteName(s.order.trigger)}`;
      const name = `${s.ifNotExists ? 'IF NOT EXISTS ' : ''}${formatTableName(s.name)}`;
      const event = `${s.time.toUpperCase()} ${s.event.toUpperCase()} ON ${formatTableName(s.table)}`;
      return `CREATE ${formatDefiner(s.definer)}TRIGGER ${name} ${event} FOR EACH ROW${order} ${formatStatement(s.body)}`;
    }
    case 'createEvent':
    case 'alterEvent':
      return formatEvent(s);
    case 'dropProgram':
      return `DROP ${s.type.toUpperCase()} ${ifExists(s.ifExists)}${formatTableName(s.name)}`;
    case 'block':
      return formatBlock(s);
    case 'if':
    case 'caseStatement':
      return formatConditional(s);
    case 'loop':
    case 'while':
    case 'repeat':
      return formatLoop(s);
    case 'leave':
    case 'iterate':
      return `${s.kind.toUpperCase()} ${quoteName(s.label)}`;
    case 'return':
      return `RETURN ${formatExpression(s.value)}`;
    case 'openCursor':
      return `OPEN ${quoteName(s.cursor)}`;
    case 'closeCursor':
      return `CLOSE ${quoteName(s.cursor)}`;
    case 'fetchCursor':
      return `FETCH ${quoteName(s.cursor)} INTO ${quoteNames(s.into)}`;
    case 'signal':
    case 'resignal':
      return formatSignal(s);
    case 'getDiagnostics':
      return formatGetDiagnostics(s);
  }
}

function formatDefiner(definer: AccountName | null): string {
  return definer === null ? '' : `DEFINER = ${formatAccount(definer)} `;
}

function formatRoutine(s: CreateRoutine): string {
  const parameters = s.parameters.map(p => {
    const mode = s.type === 'function' ? '' : `${p.mode.toUpperCase()} `;
    return `${mode}${quoteName(p.name)} ${formatDataType(p.type)}`;
  });
  const name = `${s.ifNotExists ? 'IF NOT EXISTS ' : ''}${formatTableName(s.name)}`;
  const returns = s.returns === null ? '' : ` RETURNS ${formatDataType(s.returns)}`;
  const head = `CREATE ${formatDefiner(s.definer)}${s.type.toUpperCase()} ${name}(${parameters.join(', ')})${returns}`;
  return `${head}${formatCharacteristics(s.characteristics)} ${formatStatement(s.body)}`;
}

const DATA_ACCESS = {
  containsSql: ' CONTAINS SQL',
  noSql: ' NO SQL',
  readsSqlData: ' READS SQL DATA',
  modifiesSqlData: ' MODIFIES SQL DATA',
} as const;

function formatCharacteristics(c: RoutineCharacteristics): string {
  const deterministic = c.deterministic === null ? '' : c.deterministic ? ' DETERMINISTIC' : ' NOT DETERMINISTIC';
  const access = c.dataAccess === null ? '' : DATA_ACCESS[c.dataAccess];
  const security = c.security === null ? '' : ` SQL SECURITY ${c.security.toUpperCase()}`;
  const comment = c.comment === null ? '' : ` COMMENT ${quoteString(c.comment)}`;
  return `${clause('LANGUAGE', c.language)}${deterministic}${access}${security}${comment}`;
}

const EVENT_STATUS = {enable: 'ENABLE', disable: 'DISABLE', disableOnReplica: 'DISABLE ON REPLICA'} as const;

function formatEvent(s: EventDefinition): string {
  const verb = s.kind === 'createEvent' ? 'CREATE' : 'ALTER';
  const parts = [
    `${verb} ${formatDefiner(s.definer)}EVENT ${s.ifNotExists ? 'IF NOT EXISTS ' : ''}${formatTableName(s.name)}`,
  ];
  if (s.schedule !== null) parts.push(`ON SCHEDULE ${formatSchedule(s.schedule)}`);
  if (s.preserve !== null) parts.push(`ON COMPLETION ${s.preserve ? '' : 'NOT '}PRESERVE`);
  if (s.renameTo !== null) parts.push(`RENAME TO ${formatTableName(s.renameTo)}`);
  if (s.status !== null) parts.push(EVENT_STATUS[s.status]);
  if (s.comment !== null) parts.push(`COMMENT ${quoteString(s.comment)}`);
  if (s.body !== null) parts.push(`DO ${formatStatement(s.body)}`);
  return parts.join(' ');
}

function formatSchedule(schedule: EventSchedule): string {
  if (schedule.kind === 'at') return `AT ${formatExpression(schedule.time)}`;
  const starts = schedule.starts === null ? '' : ` STARTS ${formatExpression(schedule.starts)}`;
  const ends = schedule.ends === null ? '' : ` ENDS ${formatExpression(schedule.ends)}`;
  return `EVERY ${formatExpression(schedule.amount)} ${schedule.unit.toUpperCase()}${starts}${ends}`;
}

// --- Bodies --------------------------------------------------------------------------------------------------------

/** Statements that each end with a semicolon, with a blank in front of each. */
function formatStatements(statements: readonly Statement[]): string {
  return statements.map(statement => ` ${formatStatement(statement)};`).join('');
}

function formatBlock(block: Block): string {
  const declarations = block.declarations.map(declaration => ` ${formatDeclaration(declaration)};`).join('');
  return `${formatLabel(block.label)}BEGIN${declarations}${formatStatements(block.statements)} END`;
}

function formatLabel(label: string | null): string {
  return label === null ? '' : `${quoteName(label)}: `;
}

function formatDeclaration(d: Declaration): string {
  switch (d.kind) {
    case 'declareVariables': {
      const value = d.default === null ? '' : ` DEFAULT ${formatExpression(d.default)}`;
      return `DECLARE ${quoteNames(d.names)} ${formatDataType(d.type)}${value}`;
    }
    case 'declareCondition':
      return `DECLARE ${quoteName(d.name)} CONDITION FOR ${formatCondition(d.value)}`;
    case 'declareCursor':
      return `DECLARE ${quoteName(d.name)} CURSOR FOR ${formatQuery(d.query)}`;
    case 'declareHandler': {
      const conditions = d.conditions.map(formatCondition).join(', ');
      return `DECLARE ${d.action.toUpperCase()} HANDLER FOR ${conditions} ${formatStatement(d.body)}`;
    }
  }
}

function formatCondition(value: ConditionValue): string {
  switch (value.kind) {
    case 'errno':
      return String(value.errno);
    case 'sqlState':
      return `SQLSTATE ${quoteString(value.sqlState)}`;
    case 'name':
      return quoteName(value.name);
    case 'sqlWarning':
      return 'SQLWARNING';
    case 'notFound':
      return 'NOT FOUND';
    case 'sqlException':
      return 'SQLEXCEPTION';
  }
}

function formatConditional(s: Conditional): string {
  const otherwise = s.otherwise === null ? '' : ` ELSE${formatStatements(s.otherwise)}`;
  const branches = s.branches.map(b => `${formatExpression(b.when)} THEN${formatStatements(b.statements)}`);
  if (s.kind === 'if') return `IF ${branches.join(' ELSEIF ')}${otherwise} END IF`;
  const operand = s.operand === null ? '' : ` ${formatExpression(s.operand)}`;
  return `CASE${operand}${branches.map(branch => ` WHEN ${branch}`).join('')}${otherwise} END CASE`;
}

function formatLoop(s: Loop): string {
  const condition = s.condition === null ? '' : formatExpression(s.condition);
  const head = s.kind === 'while' ? `WHILE ${condition} DO` : s.kind.toUpperCase();
  const tail = s.kind === 'repeat' ? ` UNTIL ${condition}` : '';
  return `${formatLabel(s.label)}${head}${formatStatements(s.statements)}${tail} END ${s.kind.toUpperCase()}`;
}

function formatSignal(s: Signal): string {
  const condition = s.condition === null ? '' : ` ${formatCondition(s.condition)}`;
  const items = s.items.map(item => `${item.name} = ${formatExpression(item.value)}`).join(', ');
  return `${s.kind.toUpperCase()}${condition}${items === '' ? '' : ` SET ${items}`}`;
}

function formatGetDiagnostics(s: GetDiagnostics): string {
  const condition = s.condition === null ? '' : ` CONDITION ${formatExpression(s.condition)}`;
  const items = s.items.map(item => `${formatExpression(item.target)} = ${item.name}`).join(', ');
  return `GET ${s.area.toUpperCase()} DIAGNOSTICS${condition} ${items}`;
}
