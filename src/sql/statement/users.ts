import {SqlError} from '../../base/sql-error.ts';
import type {Steps} from '../catalog/steps.ts';
import type {Outcome, StatementContext} from './statement-context.ts';
export function* changeUsers(_context: StatementContext, _ast: unknown): Steps<Outcome> {
  throw new SqlError('ER_NOT_SUPPORTED_YET', 'x');
}
export function* dropUsers(_context: StatementContext, _ast: unknown): Steps<Outcome> {
  throw new SqlError('ER_NOT_SUPPORTED_YET', 'x');
}
export function* renameUsers(_context: StatementContext, _ast: unknown): Steps<Outcome> {
  throw new SqlError('ER_NOT_SUPPORTED_YET', 'x');
}
export function* setPassword(_context: StatementContext, _ast: unknown): Steps<Outcome> {
  throw new SqlError('ER_NOT_SUPPORTED_YET', 'x');
}
