// CREATE INDEX and DROP INDEX: short forms of ALTER TABLE.

import type {Steps} from '../catalog/steps.ts';
import type {CreateIndex, DropIndex} from '../parse/ast-schema.ts';
import {alterTable} from './alter-table.ts';
import type {Outcome, StatementContext} from './statement-context.ts';

export function* createIndex(context: StatementContext, ast: CreateIndex): Steps<Outcome> {
  const {at, table, index} = ast;
  return yield* alterTable(context, {kind: 'alterTable', at, table, actions: [{kind: 'addIndex', index}]});
}

export function* dropIndex(context: StatementContext, ast: DropIndex): Steps<Outcome> {
  const {at, table, name} = ast;
  return yield* alterTable(context, {kind: 'alterTable', at, table, actions: [{kind: 'dropIndex', name}]});
}
