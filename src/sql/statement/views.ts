import {SqlError} from '../../base/sql-error.ts';
import type {Steps} from '../catalog/steps.ts';
import type {Outcome, StatementContext} from './statement-context.ts';
export function* createView(_context: StatementContext, _ast: unknown, _end: number): Steps<Outcome> {
  throw new SqlError('ER_NOT_SUPPORTED_YET', 'x');
}
export function* dropViews(_context: StatementContext, _ast: unknown): Steps<Outcome> {
  throw new SqlError('ER_NOT_SUPPORTED_YET', 'x');
}
