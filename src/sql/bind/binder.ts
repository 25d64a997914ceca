// What binding one statement shares: the world it looks names up in, the registers it hands out, the sources it numbers.

import {SqlError} from '../../base/sql-error.ts';
import {SqlMode} from '../../format/value/sql-mode.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import type {CatalogView} from '../catalog/definition.ts';
import type {SessionState} from '../exec/contract.ts';
import {Epoch} from '../exec/epoch.ts';
import type {Query} from '../parse/ast.ts';
import type {Expression} from './expression.ts';
import {RegisterFile} from './register-file.ts';
import {type MergedView, Source, type SourceColumn, type SourceOrigin} from './source.ts';

/** What the binder may know of the world. */
export interface BindEnvironment {
  readonly catalog: CatalogView;
  readonly session: SessionState;
  /** Types of the `?` of a prepared statement, as bound with this execution. Empty where they are not known yet. */
  readonly parameterTypes: readonly (SqlType | undefined)[];
  /** The values that come with this execution, where they are known when the plan is made: only estimates look at them. */
  readonly parameters?: readonly Value[];
  /** Gets the numbers of the literals, taken out by the plan cache, on whose values it depends how the statement was bound. */
  readonly pinned?: Set<number>;
  /** The statement writes rows in strict mode, without IGNORE: a division by zero is an error. */
  readonly refusesZeroDivisor?: boolean;
  /** Parses the text of a view. */
  parseQuery(sql: string): Query;
}

/** Nesting of views and subqueries; deeper is refused. */
const DEPTH_MAX = 64;

export class Binder {
  readonly environment: BindEnvironment;
  readonly registers: RegisterFile = new RegisterFile();
  /** Advanced at the start of each execution: what expressions and operators keep is good for one. */
  readonly epoch: Epoch = new Epoch();
  /** Values of the row being inserted, for VALUES(column) and DEFAULT; set by the statement that has such a row. */
  insertedValue: ((column: string) => Expression) | undefined;
  #sources = 0;
  #depth = 0;

  constructor(environment: BindEnvironment) {
    this.environment = environment;
  }

  /** The views that were merged into the query being bound, in the order in which that happened. */
  mergedViews: MergedView[] = [];

  newSource(schema: string, alias: string, columns: readonly SourceColumn[], origin: SourceOrigin): Source {
    return new Source(this.#sources++, schema, alias, columns, origin, this.registers);
  }

  get sqlMode(): number {
    return this.environment.session.sqlMode;
  }

  get refusesZeroDivisor(): boolean {
    return this.environment.refusesZeroDivisor ?? false;
  }

  /** The escape character of LIKE without ESCAPE. */
  get likeEscape(): string | undefined {
    const {sqlMode} = this.environment.session;
    return (sqlMode & SqlMode.noBackslashEscapes) === 0 ? '\\' : undefined;
  }

  /** Runs `bind` one level deeper. */
  nested<T>(bind: () => T): T {
    if (++this.#depth > DEPTH_MAX) throw new SqlError('ER_NOT_SUPPORTED_YET', `more than ${DEPTH_MAX} nested queries`);
    try {
      return bind();
    } finally {
      this.#depth--;
    }
  }
}
