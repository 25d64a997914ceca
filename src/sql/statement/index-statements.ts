// CREATE INDEX and DROP INDEX: short forms of ALTER TABLE.

import type {Steps} from '../catalog/steps.ts';
import type {AlterAction, CreateIndex, DropIndex} from '../parse/ast-schema.ts';
import {alterTable} from './alter-table.ts';
import type {Outcome, StatementContext} from './statement-context.ts';

export function* createIndex(context: StatementContext, ast: CreateIndex): Steps<Outcome> {
  const {at, table, index} = ast;
  return yield* alterTable(context, {
    kind: 'alterTable',
    at,
    table,
    actions: [{kind: 'addIndex', index}, ...online(ast)],
  });
}

export function* dropIndex(context: StatementContext, ast: DropIndex): Steps<Outcome> {
  const {at, table, name} = ast;
  return yield* alterTable(context, {
    kind: 'alterTable',
    at,
    table,
    actions: [{kind: 'dropIndex', name}, ...online(ast)],
  });
}

/** ALGORITHM and LOCK, as ALTER TABLE has them. */
function online({algorithm, lock}: Pick<CreateIndex, 'algorithm' | 'lock'>): AlterAction[] {
  const actions: AlterAction[] = [];
  if (algorithm !== null) actions.push({kind: 'algorithm', value: algorithm});
  if (lock !== null) actions.push({kind: 'lock', value: lock});
  return actions;
}
