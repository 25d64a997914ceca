// SHOW as SQL text.

import type {Show, ShowSubject} from './ast-command.ts';
import {formatStatement} from './format.ts';
import {formatExpression} from './format-expression.ts';
import {clause, formatAccount, formatAccounts, formatTableName, quoteName, quoteString} from './format-name.ts';
import {formatLimit} from './format-query.ts';

const WORDS: Readonly<Record<ShowSubject, string>> = {
  binaryLogs: 'BINARY LOGS',
  binaryLogStatus: 'BINARY LOG STATUS',
  binlogEvents: 'BINLOG EVENTS',
  charset: 'CHARACTER SET',
  collation: 'COLLATION',
  columns: 'COLUMNS',
  countErrors: 'COUNT(*) ERRORS',
  countWarnings: 'COUNT(*) WARNINGS',
  createDatabase: 'CREATE DATABASE',
  createEvent: 'CREATE EVENT',
  createFunction: 'CREATE FUNCTION',
  createProcedure: 'CREATE PROCEDURE',
  createTable: 'CREATE TABLE',
  createTrigger: 'CREATE TRIGGER',
  createUser: 'CREATE USER',
  createView: 'CREATE VIEW',
  databases: 'DATABASES',
  engine: 'ENGINE',
  engines: 'ENGINES',
  errors: 'ERRORS',
  events: 'EVENTS',
  functionCode: 'FUNCTION CODE',
  functionStatus: 'FUNCTION STATUS',
  grants: 'GRANTS',
  index: 'INDEX',
  openTables: 'OPEN TABLES',
  parseTree: 'PARSE_TREE',
  plugins: 'PLUGINS',
  privileges: 'PRIVILEGES',
  procedureCode: 'PROCEDURE CODE',
  procedureStatus: 'PROCEDURE STATUS',
  processlist: 'PROCESSLIST',
  profile: 'PROFILE',
  profiles: 'PROFILES',
  relaylogEvents: 'RELAYLOG EVENTS',
  replicaStatus: 'REPLICA STATUS',
  replicas: 'REPLICAS',
  status: 'STATUS',
  tables: 'TABLES',
  tableStatus: 'TABLE STATUS',
  triggers: 'TRIGGERS',
  variables: 'VARIABLES',
  warnings: 'WARNINGS',
};

export function formatShow(s: Show): string {
  const flags = `${s.extended ? 'EXTENDED ' : ''}${s.full ? 'FULL ' : ''}`;
  const scope = s.scope === null ? '' : `${s.scope.toUpperCase()} `;
  return `SHOW ${flags}${scope}${WORDS[s.subject]}${formatSubject(s)}${formatFilter(s)}${formatLimit(s.limit)}`;
}

/** What stands between the words of the subject and the filter. */
function formatSubject(s: Show): string {
  const name = s.target === null ? '' : quoteString(s.target.name);
  switch (s.subject) {
    case 'columns':
    case 'index':
      return s.target === null ? '' : ` FROM ${formatTableName(s.target)}`;
    case 'createDatabase':
      return ` ${s.ifNotExists ? 'IF NOT EXISTS ' : ''}${quoteName(s.schema ?? '')}`;
    case 'createUser':
      return s.account === null ? '' : ` ${formatAccount(s.account)}`;
    case 'grants': {
      if (s.account === null) return '';
      return ` FOR ${formatAccount(s.account)}${s.using.length === 0 ? '' : ` USING ${formatAccounts(s.using)}`}`;
    }
    case 'engine':
      return ` ${s.target?.name === 'ALL' ? 'ALL' : name} ${s.words.join(' ')}`;
    case 'binlogEvents':
    case 'relaylogEvents':
      return `${s.target === null ? '' : ` IN ${name}`}${clause('FROM', s.number)}`;
    case 'replicaStatus':
      return s.target === null ? '' : ` FOR CHANNEL ${name}`;
    case 'profile':
      return `${s.words.length === 0 ? '' : ` ${s.words.join(', ')}`}${clause('FOR QUERY', s.number)}`;
    case 'parseTree':
      return s.statement === null ? '' : ` ${formatStatement(s.statement)}`;
    default: {
      if (s.target !== null) return ` ${formatTableName(s.target)}`;
      return s.schema === null ? '' : ` FROM ${quoteName(s.schema)}`;
    }
  }
}

function formatFilter(s: Show): string {
  if (s.like !== null) return ` LIKE ${quoteString(s.like)}`;
  return s.where === null ? '' : ` WHERE ${formatExpression(s.where)}`;
}
