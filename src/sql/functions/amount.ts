// Amounts of bytes and of time in the unit that suits them, and other texts for people who watch a server.

import type {Value} from '../../format/value/types.ts';
import {type Expression, Volatility} from '../bind/expression.ts';
import {BIGINT_UNSIGNED, INT, textType} from '../bind/type-classes.ts';
import type {SessionState} from '../exec/contract.ts';
import {digestText} from '../parse/digest.ts';
import {type Modes, modesOf} from '../parse/modes.ts';
import {call0, call1} from './call.ts';
import {type CallSite, define, doubleArg, type FunctionDefinition, integerArg, textArg} from './definition.ts';

const BYTE_UNITS: readonly string[] = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** Bytes as `512 bytes`, `1.50 KiB` and so on. */
export function formatBytes(count: number): string {
  const magnitude = Math.abs(count);
  if (magnitude < 1024) return `${count.toFixed(0).padStart(4)} bytes`;
  const power = Math.min(Math.floor(Math.log2(magnitude) / 10), BYTE_UNITS.length);
  return withUnit(count / 1024 ** power, BYTE_UNITS[power - 1]);
}

/** Picoseconds of each unit, the longest first. */
const TIME_UNITS: readonly (readonly [unit: string, picoseconds: number])[] = [
  ['d', 86_400e12],
  ['h', 3600e12],
  ['min', 60e12],
  ['s', 1e12],
  ['ms', 1e9],
  ['us', 1e6],
  ['ns', 1e3],
];

/** Picoseconds as `900 ps`, `3.50 ns`, `1.21 min` and so on. */
export function formatPicoTime(picoseconds: number): string {
  const found = TIME_UNITS.find(([, size]) => Math.abs(picoseconds) >= size);
  if (found === undefined) return `${picoseconds.toFixed(0).padStart(3)} ps`;
  return withUnit(picoseconds / found[1], found[0]);
}

function withUnit(value: number, unit: string): string {
  return `${Math.abs(value) >= 100_000 ? value.toExponential(2).replace('e+', 'e+0') : value.toFixed(2)} ${unit}`;
}

function amount(name: string, summary: string, format: (value: number) => string): FunctionDefinition {
  return define(name, 'information', 1, summary, ([a], {connection}) =>
    call1({name: name.toLowerCase(), type: textType(17, connection)}, doubleArg(a), v => format(v as number)),
  );
}

function modesIn(session: SessionState): Modes {
  return modesOf(String(session.systemVariable('sql_mode', 'session')));
}

function statementDigestText([a]: readonly Expression[], site: CallSite): Expression {
  return call1(
    {name: 'statement_digest_text', type: textType(65535, site.connection), volatility: Volatility.stable},
    textArg(a, site),
    (sql, c) => digestText(sql as string, modesIn(c.session)),
  );
}

function statementDigest([a]: readonly Expression[], site: CallSite): Expression {
  const traits = {name: 'statement_digest', type: textType(64, site.connection), volatility: Volatility.stable};
  return call1(traits, textArg(a, site), (sql, {session}) => {
    const text = digestText(sql as string, modesIn(session));
    return session.hashHex('sha256', Buffer.from(text));
  });
}

function always(name: string, value: Value) {
  return ([a]: readonly Expression[], site: CallSite): Expression =>
    call1(
      {name, type: value === null ? textType(64, site.connection) : INT, canBeNull: true},
      textArg(a, site),
      () => value,
    );
}

export const amountFunctions: readonly FunctionDefinition[] = [
  amount('FORMAT_BYTES', 'A number of bytes with its unit', formatBytes),
  amount('FORMAT_PICO_TIME', 'A number of picoseconds with its unit', formatPicoTime),
  define('STATEMENT_DIGEST_TEXT', 'information', 1, 'A statement with ? for its literals', statementDigestText),
  define(
    'STATEMENT_DIGEST',
    'information',
    1,
    'A hash of the digest text; not the one MySQL computes',
    statementDigest,
  ),
  define('PS_CURRENT_THREAD_ID', 'information', 0, 'The thread id of this connection: its connection id', () =>
    call0(
      {name: 'ps_current_thread_id', type: BIGINT_UNSIGNED, volatility: Volatility.stable},
      c => c.session.connectionId,
    ),
  ),
  define('PS_THREAD_ID', 'information', 1, 'The thread id of a connection: its connection id', ([a]) =>
    call1({name: 'ps_thread_id', type: BIGINT_UNSIGNED}, integerArg(a), id => id),
  ),
  define('LOAD_FILE', 'string', 1, 'NULL: the server reads no files for its clients', always('load_file', null)),
  define(
    'VALIDATE_PASSWORD_STRENGTH',
    'hash',
    1,
    '0: no rules for passwords are installed',
    always('validate_password_strength', 0),
  ),
];
