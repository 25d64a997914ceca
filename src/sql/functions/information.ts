// Functions about the session and the server, and about the types of their arguments.

import {SqlError} from '../../base/sql-error.ts';
import {type Collation, collationOf} from '../../format/value/collation.ts';
import {warn} from '../../format/value/conversion-context.ts';
import {Kind, type Value} from '../../format/value/types.ts';
import {collationChoice} from '../bind/collation-rules.ts';
import {Coercibility, type Expression, Volatility} from '../bind/expression.ts';
import {Constant} from '../bind/leaf.ts';
import {BIGINT, BIGINT_UNSIGNED, BINARY_COLLATION, INT, isStringType, textType} from '../bind/type-classes.ts';
import type {ExecContext, SessionState} from '../exec/contract.ts';
import {call0, callLoose} from './call.ts';
import {alias, define, type FunctionDefinition, integerArg} from './definition.ts';

/** utf8mb3_general_ci: the collation of names. */
const SYSTEM_COLLATION = 33;
/** utf8mb4_bin. */
const JSON_COLLATION = 46;
const SYSTEM_TEXT = textType(288, SYSTEM_COLLATION);

function systemText(name: string, read: (session: SessionState) => Value) {
  return (): Expression =>
    call0(
      {name, type: SYSTEM_TEXT, canBeNull: true, volatility: Volatility.stable, coercibility: Coercibility.system},
      ({session}) => read(session),
    );
}

function sessionNumber(name: string, read: (session: SessionState) => Value) {
  return (): Expression => call0({name, type: BIGINT, volatility: Volatility.volatile}, ({session}) => read(session));
}

function constantText(text: string): Expression {
  return new Constant(text, textType(64, SYSTEM_COLLATION), `'${text}'`, Coercibility.system);
}

/** The collation of a string; `binary` for everything that is none. */
function collationOfArg(e: Expression): Collation {
  return collationOf(
    isStringType(e.type) ? e.type.collation : e.type.kind === Kind.json ? JSON_COLLATION : BINARY_COLLATION,
  );
}

function charsetOf([a]: readonly Expression[]): Expression {
  return constantText(collationOfArg(a).charset.name);
}

function collationName([a]: readonly Expression[]): Expression {
  return constantText(collationOfArg(a).name);
}

/** LAST_INSERT_ID(): what the last INSERT gave; LAST_INSERT_ID(n): n, kept for the next call and for the client. */
function lastInsertId(args: readonly Expression[]): Expression {
  if (args.length === 0) {
    return call0(
      {name: 'last_insert_id', type: BIGINT_UNSIGNED, volatility: Volatility.volatile},
      c => c.session.lastInsertId,
    );
  }
  return callLoose(
    {name: 'last_insert_id', type: BIGINT_UNSIGNED, volatility: Volatility.volatile},
    [integerArg(args[0])],
    ([value], {session}) => {
      session.lastInsertId = value === null ? 0 : (value as number | bigint);
      return value;
    },
  );
}

/** A call holds its worker for as long as it runs: more rounds are refused. */
const ROUNDS_MAX = 1_000_000;

/** Evaluates an expression, which has been evaluated once, `count` times in all. NULL with warning 1411 below zero. */
function repeat(count: number, e: Expression, context: ExecContext): Value {
  if (count > ROUNDS_MAX) throw new SqlError('ER_NOT_SUPPORTED_YET', `BENCHMARK of more than ${ROUNDS_MAX} rounds`);
  if (count < 0) {
    warn(context.session, 'ER_WRONG_VALUE_FOR_TYPE', 'count', String(count), 'benchmark');
    return null;
  }
  for (let i = 1; i < count; i++) e.evaluate(context);
  return 0;
}

const database = define(
  'DATABASE',
  'information',
  0,
  'The current database, NULL when there is none',
  systemText('database', s => (s.database === '' ? null : s.database)),
);
const user = define(
  'USER',
  'information',
  0,
  'User and host as the client gave them',
  systemText('user', s => `${s.user}@${s.host}`),
);

export const informationFunctions: readonly FunctionDefinition[] = [
  database,
  alias('SCHEMA', database),
  user,
  alias('SESSION_USER', user),
  alias('SYSTEM_USER', user),
  define(
    'CURRENT_USER',
    'information',
    0,
    'The account that the session has the rights of',
    systemText('current_user', s => s.account),
  ),
  define(
    'CURRENT_ROLE',
    'information',
    0,
    'The active roles; NONE when there are none',
    systemText('current_role', s => s.currentRole),
  ),
  define(
    'VERSION',
    'information',
    0,
    'The version of the server',
    systemText('version', s => s.systemVariable('version', 'global')),
  ),
  define('CONNECTION_ID', 'information', 0, 'Number of the connection', () =>
    call0({name: 'connection_id', type: BIGINT_UNSIGNED, volatility: Volatility.stable}, c => c.session.connectionId),
  ),
  define('LAST_INSERT_ID', 'information', [0, 1], 'First AUTO_INCREMENT value of the last INSERT', lastInsertId),
  define(
    'ROW_COUNT',
    'information',
    0,
    'Rows changed by the statement before; -1 for a SELECT',
    sessionNumber('row_count', s => s.rowCount),
  ),
  define(
    'FOUND_ROWS',
    'information',
    0,
    'Rows of the SELECT before, without its LIMIT under SQL_CALC_FOUND_ROWS',
    sessionNumber('found_rows', s => s.foundRows),
  ),
  define('CHARSET', 'information', 1, 'Character set of the argument', charsetOf),
  define('COLLATION', 'information', 1, 'Collation of the argument', collationName),
  define(
    'COERCIBILITY',
    'information',
    1,
    'How strongly the collation of the argument is meant: 0 to 6',
    ([a], {connection}) => {
      const {coercibility} = collationChoice(a, connection);
      return new Constant(coercibility, INT, String(coercibility));
    },
  ),
  define('BENCHMARK', 'information', 2, 'Evaluates the second argument so many times; 0', ([n, e]) =>
    callLoose(
      {name: 'benchmark', type: INT, volatility: Volatility.volatile},
      [integerArg(n), e],
      ([count], context) => (count === null ? null : repeat(Number(count), e, context)),
    ),
  ),
  define('NAME_CONST', 'information', 2, 'The second argument, named as the first', ([, value]) => value),
  define('ICU_VERSION', 'information', 0, "'0.0': regular expressions are matched without ICU", () =>
    constantText('0.0'),
  ),
];
