// Network addresses and UUIDs.

import {SqlError} from '../../base/sql-error.ts';
import {integerFromBigInt} from '../../format/value/integer.ts';
import type {Value} from '../../format/value/types.ts';
import {convertTo} from '../bind/convert.ts';
import {type Expression, Volatility} from '../bind/expression.ts';
import {characters} from '../bind/like.ts';
import {BIGINT_UNSIGNED, bytesType, INT, textType} from '../bind/type-classes.ts';
import type {SessionState} from '../exec/contract.ts';
import {call0, call1, call2} from './call.ts';
import {
  bytesArg,
  type CallSite,
  define,
  type FunctionDefinition,
  integerArg,
  stringArg,
  textArg,
} from './definition.ts';

/** The four bytes of a dotted address; undefined when it is none. */
function parseIpv4(text: string): readonly number[] | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const bytes = text.split('.').map(Number);
  return bytes.every(b => b <= 255) ? bytes : undefined;
}

/** The 16 bytes of an IPv6 address; undefined when it is none. */
function parseIpv6(text: string): readonly number[] | undefined {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const v4 = tail === null ? undefined : parseIpv4(tail[2]);
  if (tail !== null && v4 === undefined) return undefined;
  const whole = v4 === undefined ? text : `${tail?.[1]}${hexPair(v4[0], v4[1])}:${hexPair(v4[2], v4[3])}`;
  const halves = whole.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map(h => (h === '' ? [] : h.split(':')));
  const count = groups.reduce((n, g) => n + g.length, 0);
  if (halves.length === 2 ? count > 7 : count !== 8) return undefined;
  const filled =
    halves.length === 2 ? [...groups[0], ...new Array<string>(8 - count).fill('0'), ...groups[1]] : groups[0];
  if (!filled.every(g => /^[0-9A-Fa-f]{1,4}$/.test(g))) return undefined;
  return filled.flatMap(g => [Number.parseInt(g, 16) >> 8, Number.parseInt(g, 16) & 255]);
}

function hexPair(high: number, low: number): string {
  return (high * 256 + low).toString(16);
}

function formatIpv6(bytes: Uint8Array): string {
  const isMapped = bytes.subarray(0, 10).every(b => b === 0) && bytes[10] === 255 && bytes[11] === 255;
  const isCompatible = bytes.subarray(0, 12).every(b => b === 0) && (bytes[12] !== 0 || bytes[13] !== 0);
  if (isMapped || isCompatible) return `${isMapped ? '::ffff:' : '::'}${bytes.subarray(12).join('.')}`;
  const groups = Array.from({length: 8}, (_, i) => (bytes[2 * i] * 256 + bytes[2 * i + 1]).toString(16));
  const zeros = [...groups.join(':').matchAll(/\b0(?::0)+\b/g)].sort((a, b) => b[0].length - a[0].length)[0];
  if (zeros === undefined) return groups.join(':');
  const text = groups.join(':');
  const before = text.slice(0, zeros.index).replace(/:$/, '');
  return `${before}::${text.slice(zeros.index + zeros[0].length).replace(/^:/, '')}`;
}

/** INET_ATON takes short forms: a.b is a.0.0.b. */
function inetAton(text: string): Value {
  if (!/^\d{1,3}(\.\d{1,3}){0,3}$/.test(text)) return null;
  const parts = text.split('.').map(Number);
  if (parts.some(p => p > 255)) return null;
  const last = parts.pop() as number;
  const filled = [...parts, 0, 0, 0].slice(0, 3);
  return filled[0] * 16777216 + filled[1] * 65536 + filled[2] * 256 + last;
}

const UUID_TEXT = /^\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i;

/** UUID(): version 1, from the clock and a random node. */
function makeUuid(session: SessionState): string {
  const ticks = BigInt(session.nowMicros()) * 10n + 0x01b21dd213814000n;
  const [c0, c1, ...node] = session.secretBytes(8);
  const hex = (value: bigint | number, digits: number): string => value.toString(16).padStart(digits, '0');
  const low = hex(ticks & 0xffffffffn, 8);
  const middle = hex((ticks >> 32n) & 0xffffn, 4);
  const high = hex(((ticks >> 48n) & 0x0fffn) | 0x1000n, 4);
  node[0] |= 1;
  return `${low}-${middle}-${high}-${hex((c0 & 0x3f) | 0x80, 2)}${hex(c1, 2)}-${node.map(b => hex(b, 2)).join('')}`;
}

function uuidToBin(text: string, swap: boolean): Uint8Array {
  const match = UUID_TEXT.exec(text);
  if (match === null) throw new SqlError('ER_WRONG_VALUE_FOR_TYPE', 'string', text, 'uuid_to_bin');
  const [, a, b, c, d, e] = match;
  return Buffer.from(swap ? c + b + a + d + e : a + b + c + d + e, 'hex');
}

function binToUuid(bytes: Uint8Array, swap: boolean): string {
  const hex = Buffer.from(bytes).toString('hex');
  if (bytes.length !== 16) throw new SqlError('ER_WRONG_VALUE_FOR_TYPE', 'string', hex, 'bin_to_uuid');
  const [a, b, c] = swap
    ? [hex.slice(8, 16), hex.slice(4, 8), hex.slice(0, 4)]
    : [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16)];
  return `${a}-${b}-${c}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function test(name: string, summary: string, f: (value: Value) => boolean): FunctionDefinition {
  return define(name, 'network', 1, summary, ([a], site) =>
    call1({name: name.toLowerCase(), type: INT}, stringArg(a, site), value => (f(value) ? 1 : 0)),
  );
}

function sixteenBytes(value: Value): Uint8Array | undefined {
  return value instanceof Uint8Array && value.length === 16 ? value : undefined;
}

function uuidFunction(
  name: string,
  type: (site: CallSite) => Parameters<typeof call1>[0]['type'],
  argument: (e: Expression, site: CallSite) => Expression,
  f: (value: Value, swap: boolean) => Value,
) {
  return ([value, swap]: readonly Expression[], site: CallSite): Expression => {
    const traits = {name, type: type(site)};
    if (swap === undefined) return call1(traits, argument(value, site), v => f(v, false));
    return call2(traits, argument(value, site), integerArg(swap), (v, s) => f(v, Number(s) !== 0));
  };
}

export const networkFunctions: readonly FunctionDefinition[] = [
  define('INET_ATON', 'network', 1, 'The number of a dotted IPv4 address', ([a], site) =>
    call1({name: 'inet_aton', type: BIGINT_UNSIGNED, canBeNull: true}, textArg(a, site), text =>
      inetAton(text as string),
    ),
  ),
  define('INET_NTOA', 'network', 1, 'The dotted IPv4 address of a number', ([a], {connection}) =>
    call1({name: 'inet_ntoa', type: textType(31, connection), canBeNull: true}, integerArg(a), value => {
      const n = Number(value);
      if (n < 0 || n > 0xffffffff) return null;
      return [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255].join('.');
    }),
  ),
  define('INET6_ATON', 'network', 1, 'The bytes of an IPv4 or IPv6 address', ([a], site) =>
    call1({name: 'inet6_aton', type: bytesType(16), canBeNull: true}, textArg(a, site), text => {
      const bytes = parseIpv4(text as string) ?? parseIpv6(text as string);
      return bytes === undefined ? null : Uint8Array.from(bytes);
    }),
  ),
  define('INET6_NTOA', 'network', 1, 'The address of 4 or 16 bytes', ([a], {connection}) =>
    call1({name: 'inet6_ntoa', type: textType(39, connection), canBeNull: true}, bytesArg(a), value => {
      const bytes = value as Uint8Array;
      if (bytes.length === 4) return bytes.join('.');
      return bytes.length === 16 ? formatIpv6(bytes) : null;
    }),
  ),
  test('IS_IPV4', 'Whether the text is an IPv4 address', v => parseIpv4(characters(v)) !== undefined),
  test('IS_IPV6', 'Whether the text is an IPv6 address', v => parseIpv6(characters(v)) !== undefined),
  test('IS_IPV4_COMPAT', 'Whether the 16 bytes are an IPv4-compatible address', v => {
    const bytes = sixteenBytes(v);
    return bytes?.subarray(0, 12).every(b => b === 0) === true && bytes.subarray(12).some(b => b !== 0);
  }),
  test('IS_IPV4_MAPPED', 'Whether the 16 bytes are an IPv4-mapped address', v => {
    const bytes = sixteenBytes(v);
    return bytes?.subarray(0, 10).every(b => b === 0) === true && bytes[10] === 255 && bytes[11] === 255;
  }),
  define('UUID', 'network', 0, 'A new universally unique identifier, version 1', (_args, {connection}) =>
    call0({name: 'uuid', type: textType(36, connection), volatility: Volatility.volatile}, ({session}) =>
      makeUuid(session),
    ),
  ),
  define('UUID_SHORT', 'network', 0, 'A new 64-bit identifier', () =>
    call0({name: 'uuid_short', type: BIGINT_UNSIGNED, volatility: Volatility.volatile}, ({session}) =>
      integerFromBigInt(BigInt(session.nowMicros()) * 1024n + BigInt(Math.floor(session.random() * 1024))),
    ),
  ),
  define('IS_UUID', 'network', 1, 'Whether the text is a UUID', ([a], site) =>
    call1({name: 'is_uuid', type: INT}, textArg(a, site), text => (UUID_TEXT.test(text as string) ? 1 : 0)),
  ),
  define(
    'UUID_TO_BIN',
    'network',
    [1, 2],
    'The 16 bytes of a UUID; with a true second argument its time in front',
    uuidFunction(
      'uuid_to_bin',
      () => bytesType(16),
      textArg,
      (v, swap) => uuidToBin(v as string, swap),
    ),
  ),
  define(
    'BIN_TO_UUID',
    'network',
    [1, 2],
    'The UUID of 16 bytes',
    uuidFunction(
      'bin_to_uuid',
      site => textType(36, site.connection),
      e => convertTo(e, bytesType(16)),
      (v, swap) => binToUuid(v as Uint8Array, swap),
    ),
  ),
];
