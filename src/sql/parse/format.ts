// A syntax tree as SQL text: for SHOW CREATE, views, EXPLAIN and messages.
//
// The text is canonical: keywords in capitals, names in backticks, one spelling for what has several, parentheses only
// where needed. Parsing it in the default modes gives the same tree, save for the offsets, the source texts that some
// nodes carry, and one thing that text cannot say: ill-formed UTF-8 in a string comes back as a _binary string.

import type {Statement} from './ast.ts';
import {formatCommandStatement} from './format-command.ts';
import {formatProgramStatement} from './format-program.ts';
import {formatRowStatement} from './format-query.ts';
import {formatSchemaStatement} from './format-schema.ts';

/** A statement as SQL text, without a semicolon. */
export function formatStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'query':
    case 'insert':
    case 'update':
    case 'delete':
    case 'load':
      return formatRowStatement(statement);
    case 'createTable':
    case 'alterTable':
    case 'dropTables':
    case 'renameTables':
    case 'truncateTable':
    case 'createIndex':
    case 'dropIndex':
    case 'createView':
    case 'dropViews':
    case 'createDatabase':
    case 'alterDatabase':
    case 'dropDatabase':
      return formatSchemaStatement(statement);
    case 'createRoutine':
    case 'alterRoutine':
    case 'createTrigger':
    case 'createEvent':
    case 'alterEvent':
    case 'dropProgram':
    case 'block':
    case 'if':
    case 'caseStatement':
    case 'loop':
    case 'while':
    case 'repeat':
    case 'leave':
    case 'iterate':
    case 'return':
    case 'openCursor':
    case 'closeCursor':
    case 'fetchCursor':
    case 'signal':
    case 'resignal':
    case 'getDiagnostics':
      return formatProgramStatement(statement);
    default:
      return formatCommandStatement(statement);
  }
}
