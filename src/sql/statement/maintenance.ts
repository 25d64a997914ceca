// ANALYZE, CHECK, CHECKSUM, OPTIMIZE, REPAIR TABLE.
//
// CHECK walks all trees of a table and compares them. The others have nothing to do here: statistics are taken from the trees when
// they are needed, purge keeps trees compact, and damage is repaired by storage. They answer as MySQL does.

import {SqlError} from '../../base/sql-error.ts';
import {BLOCKED, DONE} from '../../engine/api.ts';
import type {OpenObject} from '../catalog/catalog.ts';
import {canonicalSchema} from '../catalog/names.ts';
import type {Steps} from '../catalog/steps.ts';
import type {Row, VirtualColumn} from '../catalog/virtual/virtual-table.ts';
import type {TableMaintenance} from '../parse/ast-command.ts';
import {changeHistograms} from './histograms.ts';
import {openShared} from './resolve-name.ts';
import {sendRows} from './show/show-result.ts';
import type {Outcome, StatementContext} from './statement-context.ts';

const COLUMNS: readonly VirtualColumn[] = [
  ['Table', 'text'],
  ['Op', 'name'],
  ['Msg_type', 'name'],
  ['Msg_text', 'long'],
];

export function* maintainTables(context: StatementContext, ast: TableMaintenance): Steps<Outcome> {
  if (ast.action === 'checksum') throw new SqlError('ER_NOT_SUPPORTED_YET', 'CHECKSUM TABLE');
  const rows: Row[] = [];
  for (const name of ast.tables) {
    const schema = canonicalSchema(name.schema ?? context.state.database);
    if (schema === '') throw new SqlError('ER_NO_DB');
    const shown = `${schema}.${name.name}`;
    const opened = yield* openShared(context, schema, name.name);
    const messages = opened === undefined ? missing(schema, name.name) : yield* maintain(context, ast, opened);
    const action = ast.histogram === null ? ast.action : 'histogram';
    for (const [type, text] of messages) rows.push([shown, action, type, text]);
  }
  return yield* sendRows(context, COLUMNS, rows);
}

type Message = readonly [type: string, text: string];

function missing(schema: string, name: string): readonly Message[] {
  const {message} = new SqlError('ER_NO_SUCH_TABLE', schema, name);
  return [
    ['Error', message],
    ['status', 'Operation failed'],
  ];
}

function* maintain(context: StatementContext, ast: TableMaintenance, opened: OpenObject): Steps<readonly Message[]> {
  switch (ast.action) {
    case 'check':
      return yield* check(context, opened);
    case 'analyze':
      if (ast.histogram !== null) {
        if (opened.kind === 'table') return yield* changeHistograms(context, opened, ast.histogram);
        return [['Error', 'Cannot create histogram statistics for a view.']];
      }
      context.statistics.forget(opened.id);
      return [['status', 'OK']];
    case 'optimize':
      return [
        ['note', 'Table needs no optimization: purge keeps its trees compact'],
        ['status', 'OK'],
      ];
    default:
      return [['note', "The storage engine for the table doesn't support repair"]];
  }
}

function* check(context: StatementContext, opened: OpenObject): Steps<readonly Message[]> {
  if (opened.kind === 'view') return [['status', 'OK']];
  const {handle} = opened.definition;
  // An index that is being built does not agree with the rows yet.
  const secondaries = handle.secondaries.filter(index => index.build === undefined);
  const job = context.world.engine.newTableCheck(context.engine, {...handle, secondaries});
  for (;;) {
    const result = job.poll();
    if (result === DONE) break;
    if (result !== BLOCKED) context.engine.waiter.wake();
    yield;
  }
  if (job.violations.length === 0) return [['status', 'OK']];
  return [...job.violations.map(violation => ['error', violation] as const), ['error', 'Corrupt']];
}
