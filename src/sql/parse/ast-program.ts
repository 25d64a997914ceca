// The syntax tree of stored programs: procedures, functions, triggers, events, and the statements that only their
// bodies may hold. The rules that hold for all nodes are in ast.ts.

import type {Query, Statement} from './ast.ts';
import type {AccountName, ColumnName, Expression, TableName, UserVariable} from './ast-expression.ts';
import type {IntervalUnit} from './ast-function.ts';
import type {DataType} from './ast-schema.ts';

// --- Definitions ---------------------------------------------------------------------------------------------------

export interface RoutineParameter {
  readonly mode: 'in' | 'out' | 'inout';
  readonly name: string;
  readonly type: DataType;
}

/** What may be said of a routine; null means not said. */
export interface RoutineCharacteristics {
  readonly comment: string | null;
  readonly deterministic: boolean | null;
  readonly dataAccess: 'containsSql' | 'noSql' | 'readsSqlData' | 'modifiesSqlData' | null;
  readonly security: 'definer' | 'invoker' | null;
  readonly language: string | null;
}

export interface CreateRoutine {
  readonly kind: 'createRoutine';
  readonly at: number;
  readonly type: 'procedure' | 'function';
  readonly definer: AccountName | null;
  readonly ifNotExists: boolean;
  readonly name: TableName;
  readonly parameters: readonly RoutineParameter[];
  /** Functions only. */
  readonly returns: DataType | null;
  readonly characteristics: RoutineCharacteristics;
  readonly body: Statement;
  /** The body as written, which SHOW CREATE must give back. */
  readonly text: string;
}

export interface AlterRoutine {
  readonly kind: 'alterRoutine';
  readonly at: number;
  readonly type: 'procedure' | 'function';
  readonly name: TableName;
  readonly characteristics: RoutineCharacteristics;
}

export interface CreateTrigger {
  readonly kind: 'createTrigger';
  readonly at: number;
  readonly definer: AccountName | null;
  readonly ifNotExists: boolean;
  readonly name: TableName;
  readonly time: 'before' | 'after';
  readonly event: 'insert' | 'update' | 'delete';
  readonly table: TableName;
  readonly order: {readonly place: 'follows' | 'precedes'; readonly trigger: string} | null;
  readonly body: Statement;
  readonly text: string;
}

export type EventSchedule =
  | {readonly kind: 'at'; readonly time: Expression}
  | {
      readonly kind: 'every';
      readonly amount: Expression;
      readonly unit: IntervalUnit;
      readonly starts: Expression | null;
      readonly ends: Expression | null;
    };

/** CREATE EVENT and ALTER EVENT; in the latter, null means "as it was". */
export interface EventDefinition {
  readonly kind: 'createEvent' | 'alterEvent';
  readonly at: number;
  readonly definer: AccountName | null;
  readonly ifNotExists: boolean;
  readonly name: TableName;
  readonly schedule: EventSchedule | null;
  readonly preserve: boolean | null;
  readonly renameTo: TableName | null;
  readonly status: 'enable' | 'disable' | 'disableOnReplica' | null;
  readonly comment: string | null;
  readonly body: Statement | null;
  readonly text: string | null;
}

/** DROP PROCEDURE, FUNCTION, TRIGGER, EVENT. */
export interface DropProgram {
  readonly kind: 'dropProgram';
  readonly at: number;
  readonly type: 'procedure' | 'function' | 'trigger' | 'event';
  readonly ifExists: boolean;
  readonly name: TableName;
}

// --- Bodies --------------------------------------------------------------------------------------------------------

/** [label:] BEGIN declarations statements END */
export interface Block {
  readonly kind: 'block';
  readonly at: number;
  readonly label: string | null;
  readonly declarations: readonly Declaration[];
  readonly statements: readonly Statement[];
}

export type Declaration = DeclareVariables | DeclareCondition | DeclareCursor | DeclareHandler;

export interface DeclareVariables {
  readonly kind: 'declareVariables';
  readonly at: number;
  readonly names: readonly string[];
  readonly type: DataType;
  readonly default: Expression | null;
}

export interface DeclareCondition {
  readonly kind: 'declareCondition';
  readonly at: number;
  readonly name: string;
  readonly value: ConditionValue;
}

export interface DeclareCursor {
  readonly kind: 'declareCursor';
  readonly at: number;
  readonly name: string;
  readonly query: Query;
}

export interface DeclareHandler {
  readonly kind: 'declareHandler';
  readonly at: number;
  readonly action: 'continue' | 'exit' | 'undo';
  readonly conditions: readonly ConditionValue[];
  readonly body: Statement;
}

export type ConditionValue =
  | {readonly kind: 'errno'; readonly errno: number}
  | {readonly kind: 'sqlState'; readonly sqlState: string}
  | {readonly kind: 'name'; readonly name: string}
  | {readonly kind: 'sqlWarning' | 'notFound' | 'sqlException'};

/** IF ... ELSEIF ... ELSE, and CASE (with `operand`) as a statement. */
export interface Conditional {
  readonly kind: 'if' | 'caseStatement';
  readonly at: number;
  readonly operand: Expression | null;
  readonly branches: readonly {readonly when: Expression; readonly statements: readonly Statement[]}[];
  /** null without ELSE: an error for CASE when no branch fits. */
  readonly otherwise: readonly Statement[] | null;
}

/** LOOP (condition null), WHILE (tested before), REPEAT (tested after, ends when true). */
export interface Loop {
  readonly kind: 'loop' | 'while' | 'repeat';
  readonly at: number;
  readonly label: string | null;
  readonly condition: Expression | null;
  readonly statements: readonly Statement[];
}

export interface Jump {
  readonly kind: 'leave' | 'iterate';
  readonly at: number;
  readonly label: string;
}

export interface Return {
  readonly kind: 'return';
  readonly at: number;
  readonly value: Expression;
}

export interface CursorStatement {
  readonly kind: 'openCursor' | 'closeCursor';
  readonly at: number;
  readonly cursor: string;
}

export interface FetchCursor {
  readonly kind: 'fetchCursor';
  readonly at: number;
  readonly cursor: string;
  readonly into: readonly string[];
}

/** SIGNAL, and RESIGNAL (where the condition may be absent). */
export interface Signal {
  readonly kind: 'signal' | 'resignal';
  readonly at: number;
  readonly condition: ConditionValue | null;
  readonly items: readonly {readonly name: string; readonly value: Expression}[];
}

/** GET [CURRENT|STACKED] DIAGNOSTICS [CONDITION n] target = item, ... */
export interface GetDiagnostics {
  readonly kind: 'getDiagnostics';
  readonly at: number;
  readonly area: 'current' | 'stacked';
  readonly condition: Expression | null;
  readonly items: readonly {readonly target: UserVariable | ColumnName; readonly name: string}[];
}

export type ProgramStatement =
  | CreateRoutine
  | AlterRoutine
  | CreateTrigger
  | EventDefinition
  | DropProgram
  | Block
  | Conditional
  | Loop
  | Jump
  | Return
  | CursorStatement
  | FetchCursor
  | Signal
  | GetDiagnostics;
