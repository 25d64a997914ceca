// SHOW: which code makes the rows.

import {SqlError} from '../../../base/sql-error.ts';
import type {Steps} from '../../catalog/steps.ts';
import type {Show} from '../../parse/ast-command.ts';
import type {Outcome, StatementContext} from '../statement-context.ts';
import {showEngine} from './show-engine.ts';
import {showGrants} from './show-grants.ts';
import {type ShowResult, sendShown} from './show-result.ts';
import {
  showCharset,
  showCollation,
  showConditions,
  showCount,
  showEngines,
  showNothing,
  showProcesslist,
  showStatus,
  showVariables,
} from './show-server.ts';
import {
  showColumns,
  showCreate,
  showCreateDatabase,
  showDatabases,
  showIndex,
  showTableStatus,
  showTables,
} from './show-tables.ts';

export function* show(context: StatementContext, ast: Show): Steps<Outcome> {
  return yield* sendShown(context, ast, yield* shown(context, ast));
}

function* shown(context: StatementContext, ast: Show): Steps<ShowResult> {
  switch (ast.subject) {
    case 'databases':
      return yield* showDatabases(context);
    case 'tables':
      return yield* showTables(context, ast);
    case 'tableStatus':
      return yield* showTableStatus(context, ast);
    case 'columns':
      return yield* showColumns(context, ast);
    case 'index':
      return yield* showIndex(context, ast);
    case 'createTable':
    case 'createView':
      return yield* showCreate(context, ast);
    case 'createDatabase':
      return yield* showCreateDatabase(context, ast);
    case 'variables':
      return showVariables(context, ast);
    case 'status':
      return showStatus(context);
    case 'processlist':
      return yield* showProcesslist(context, ast);
    case 'warnings':
    case 'errors':
      return showConditions(context, ast);
    case 'countWarnings':
    case 'countErrors':
      return showCount(context, ast);
    case 'engine':
      return yield* showEngine(context, ast);
    case 'engines':
      return showEngines();
    case 'charset':
      return showCharset();
    case 'collation':
      return showCollation();
    case 'grants':
      return yield* showGrants(context, ast);
    default: {
      const nothing = showNothing(ast.subject);
      if (nothing === undefined) throw new SqlError('ER_NOT_SUPPORTED_YET', `SHOW ${words(ast.subject)}`);
      return nothing;
    }
  }
}

/** `createTrigger` as CREATE TRIGGER. */
function words(subject: string): string {
  return subject.replace(/[A-Z]/g, letter => ` ${letter}`).toUpperCase();
}
