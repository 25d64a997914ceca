// information_schema and performance_schema: tables that are made of the catalog when a statement names them.

import type {Steps} from './steps.ts';
import type {VirtualTable} from './definition.ts';
import type {StatementContext} from '../statement/statement-context.ts';

/** The virtual table of this name, its rows collected; undefined when there is none. */
export function* loadVirtualTable(
  _context: StatementContext,
  _schema: string,
  _name: string,
): Steps<VirtualTable | undefined> {
  return undefined;
}
