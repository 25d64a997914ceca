// PLACEHOLDER
import {SqlError} from '../../base/sql-error.ts';
import type {Steps} from '../catalog/steps.ts';
import type {Outcome, StatementContext} from './statement-context.ts';
// biome-ignore lint/correctness/useYield: placeholder
export function* alterTable(_context: StatementContext, _ast: unknown): Steps<Outcome> {
  throw new SqlError('ER_NOT_SUPPORTED_YET', 'alterTable');
}
