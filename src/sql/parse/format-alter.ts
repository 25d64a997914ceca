// ALTER TABLE as SQL text.

import type {AlterAction, AlterTable, AlterWord, ColumnPosition} from './ast-schema.ts';
import {formatExpression, formatOrderBy} from './format-expression.ts';
import {clause, formatTableName, quoteName, quoteNames} from './format-name.ts';
import {
  formatCheck,
  formatColumn,
  formatForeignKey,
  formatIndex,
  formatPartitioning,
  formatPartitions,
  formatTableOption,
} from './format-schema.ts';

const WORDS: Readonly<Record<AlterWord, string>> = {
  dropPrimaryKey: 'DROP PRIMARY KEY',
  enableKeys: 'ENABLE KEYS',
  disableKeys: 'DISABLE KEYS',
  discardTablespace: 'DISCARD TABLESPACE',
  importTablespace: 'IMPORT TABLESPACE',
  force: 'FORCE',
  withValidation: 'WITH VALIDATION',
  withoutValidation: 'WITHOUT VALIDATION',
  removePartitioning: 'REMOVE PARTITIONING',
  secondaryLoad: 'SECONDARY_LOAD',
  secondaryUnload: 'SECONDARY_UNLOAD',
};

export function formatAlterTable(statement: AlterTable): string {
  const actions = statement.actions.map(action => ` ${formatAction(action)}`);
  return `ALTER TABLE ${formatTableName(statement.table)}${actions.join(',')}`;
}

function formatPosition(position: ColumnPosition | null): string {
  if (position === null) return '';
  return position.kind === 'first' ? ' FIRST' : ` AFTER ${quoteName(position.column)}`;
}

/** One case per kind of action. */
function formatAction(action: AlterAction): string {
  switch (action.kind) {
    case 'addColumn':
      return `ADD COLUMN ${formatColumn(action.column)}${formatPosition(action.position)}`;
    case 'addIndex':
      return `ADD ${formatIndex(action.index)}`;
    case 'addForeignKey':
      return `ADD ${formatForeignKey(action.foreignKey)}`;
    case 'addCheck':
      return `ADD ${formatCheck(action.check)}`;
    case 'dropColumn':
      return `DROP COLUMN ${quoteName(action.name)}`;
    case 'dropIndex':
      return `DROP INDEX ${quoteName(action.name)}`;
    case 'dropForeignKey':
      return `DROP FOREIGN KEY ${quoteName(action.name)}`;
    case 'dropCheck':
      return `DROP CHECK ${quoteName(action.name)}`;
    case 'dropConstraint':
      return `DROP CONSTRAINT ${quoteName(action.name)}`;
    case 'changeColumn':
      return `CHANGE COLUMN ${quoteName(action.name)} ${formatColumn(action.column)}${formatPosition(action.position)}`;
    case 'setDefault': {
      const value = formatExpression(action.value);
      return `ALTER COLUMN ${quoteName(action.column)} SET DEFAULT ${action.inParentheses ? `(${value})` : value}`;
    }
    case 'dropDefault':
      return `ALTER COLUMN ${quoteName(action.column)} DROP DEFAULT`;
    case 'columnVisibility':
      return `ALTER COLUMN ${quoteName(action.name)} SET ${action.visible ? 'VISIBLE' : 'INVISIBLE'}`;
    case 'indexVisibility':
      return `ALTER INDEX ${quoteName(action.name)} ${action.visible ? 'VISIBLE' : 'INVISIBLE'}`;
    case 'checkEnforcement':
      return `ALTER CHECK ${quoteName(action.name)} ${action.enforced ? 'ENFORCED' : 'NOT ENFORCED'}`;
    case 'constraintEnforcement':
      return `ALTER CONSTRAINT ${quoteName(action.name)} ${action.enforced ? 'ENFORCED' : 'NOT ENFORCED'}`;
    case 'renameColumn':
      return `RENAME COLUMN ${quoteName(action.from)} TO ${quoteName(action.to)}`;
    case 'renameIndex':
      return `RENAME INDEX ${quoteName(action.from)} TO ${quoteName(action.to)}`;
    case 'renameTable':
      return `RENAME TO ${formatTableName(action.to)}`;
    case 'orderBy':
      return formatOrderBy(action.items).trim();
    case 'convertCharset':
      return `CONVERT TO CHARACTER SET ${action.charset ?? 'DEFAULT'}${clause('COLLATE', action.collation)}`;
    case 'option':
      return formatTableOption(action.option);
    case 'algorithm':
      return `ALGORITHM = ${action.value}`;
    case 'lock':
      return `LOCK = ${action.value}`;
    case 'partitionBy':
      return formatPartitioning(action.partitioning);
    case 'addPartition':
      return `ADD PARTITION ${action.count === null ? formatPartitions(action.definitions) : `PARTITIONS ${action.count}`}`;
    case 'coalescePartition':
      return `COALESCE PARTITION ${action.count}`;
    case 'partitions': {
      const names = action.names === 'all' ? 'ALL' : quoteNames(action.names);
      const tablespace = action.action === 'discard' || action.action === 'import' ? ' TABLESPACE' : '';
      return `${action.action.toUpperCase()} PARTITION ${names}${tablespace}`;
    }
    case 'reorganizePartition': {
      if (action.names === null) return 'REORGANIZE PARTITION';
      return `REORGANIZE PARTITION ${quoteNames(action.names)} INTO ${formatPartitions(action.definitions)}`;
    }
    case 'exchangePartition': {
      const validation = action.validation ? '' : ' WITHOUT VALIDATION';
      return `EXCHANGE PARTITION ${quoteName(action.name)} WITH TABLE ${formatTableName(action.table)}${validation}`;
    }
    default:
      return WORDS[action.kind];
  }
}
