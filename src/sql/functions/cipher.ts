// AES and zlib: what the environment's cryptography does, in MySQL's forms.
//
//   AES       the key is folded into the mode's length by exclusive or; modes with blocks in a chain take an initialization vector of 16 bytes
//             as the third argument; `block_encryption_mode` names the mode
//   COMPRESS  the length of the text in four bytes, little end first, then a zlib stream; a text that would end with a blank gets a dot behind it

import {SqlError} from '../../base/sql-error.ts';
import {warn} from '../../format/value/conversion-context.ts';
import type {Value} from '../../format/value/types.ts';
import {type Expression, Volatility} from '../bind/expression.ts';
import {BIGINT, bytesType, displayLength} from '../bind/type-classes.ts';
import type {ExecContext, SessionState} from '../exec/contract.ts';
import {call1, callLoose} from './call.ts';
import {bytesArg, define, type FunctionDefinition} from './definition.ts';
import {RESULT_BYTES_MAX} from './text-value.ts';

const IV_BYTES = 16;
const LENGTH_BYTES = 4;
/** The upper two bits of the stored length are not part of it. */
const LENGTH_MASK = 0x3fffffff;
const BLANK = 32;
const DOT = 46;

/** The key in the length that the mode wants. */
export function foldedKey(key: Uint8Array, length: number): Uint8Array {
  const folded = new Uint8Array(length);
  for (const [i, byte] of key.entries()) folded[i % length] ^= byte;
  return folded;
}

function modeOf(session: SessionState): {
  readonly name: string;
  readonly keyBytes: number;
  readonly isChained: boolean;
} {
  const name = String(session.systemVariable('block_encryption_mode', 'session')).toLowerCase();
  const [, bits, kind] = name.split('-');
  return {name, keyBytes: Number(bits) / 8, isChained: kind !== 'ecb'};
}

function aes(direction: 'encrypt' | 'decrypt') {
  return (list: readonly Expression[], {name}: {readonly name: string}): Expression => {
    if (list.length > 3) throw new SqlError('ER_NOT_SUPPORTED_YET', `${name} with a key derivation function`);
    const type = bytesType(displayLength(list[0].type) * 4 + IV_BYTES);
    const lower = name.toLowerCase();
    return callLoose({name: lower, type, volatility: Volatility.stable}, list.map(bytesArg), (values, context) => {
      const [text, key, iv] = values as (Uint8Array | null | undefined)[];
      if (text === null || text === undefined || key === null || key === undefined) return null;
      return runAes(direction, lower, text, key, iv, context);
    });
  };
}

function runAes(
  direction: 'encrypt' | 'decrypt',
  name: string,
  text: Uint8Array,
  key: Uint8Array,
  iv: Uint8Array | null | undefined,
  {session}: ExecContext,
): Value {
  const mode = modeOf(session);
  if (mode.isChained && iv === undefined) throw new SqlError('ER_STORED_FUNCTION_PARAM_COUNT', name);
  if (mode.isChained && iv === null) return null;
  if (mode.isChained && (iv as Uint8Array).length < IV_BYTES) throw new SqlError('ER_AES_INVALID_IV', name, IV_BYTES);
  if (!mode.isChained && iv !== undefined) warn(session, 'WARN_OPTION_IGNORED', 'IV');
  const start = mode.isChained ? (iv as Uint8Array).subarray(0, IV_BYTES) : undefined;
  return session.codec.aes(direction, mode.name, foldedKey(key, mode.keyBytes), start, text) ?? null;
}

function compress([a]: readonly Expression[]): Expression {
  const type = bytesType(displayLength(a.type) * 4 + 120);
  return call1({name: 'compress', type, volatility: Volatility.stable}, bytesArg(a), (value, {session}) => {
    const text = value as Uint8Array;
    if (text.length === 0) return text;
    const stream = session.codec.deflate(text);
    const dot = stream[stream.length - 1] === BLANK ? 1 : 0;
    const result = new Uint8Array(LENGTH_BYTES + stream.length + dot);
    new DataView(result.buffer).setUint32(0, text.length & LENGTH_MASK, true);
    result.set(stream, LENGTH_BYTES);
    if (dot === 1) result[result.length - 1] = DOT;
    return result;
  });
}

function storedLength(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) & LENGTH_MASK;
}

function uncompress([a]: readonly Expression[]): Expression {
  const traits = {
    name: 'uncompress',
    type: bytesType(RESULT_BYTES_MAX),
    canBeNull: true,
    volatility: Volatility.stable,
  };
  return call1(traits, bytesArg(a), (value, context) => {
    const bytes = value as Uint8Array;
    if (bytes.length === 0) return bytes;
    if (bytes.length <= LENGTH_BYTES) return damaged(context);
    const length = storedLength(bytes);
    if (length > RESULT_BYTES_MAX) {
      warn(context.session, 'ER_TOO_BIG_FOR_UNCOMPRESS', RESULT_BYTES_MAX);
      return null;
    }
    const text = context.session.codec.inflate(bytes.subarray(LENGTH_BYTES), length);
    return text ?? damaged(context);
  });
}

function damaged({session}: ExecContext): null {
  warn(session, 'ER_ZLIB_Z_DATA_ERROR');
  return null;
}

function uncompressedLength([a]: readonly Expression[]): Expression {
  return call1({name: 'uncompressed_length', type: BIGINT, canBeNull: true}, bytesArg(a), (value, context) => {
    const bytes = value as Uint8Array;
    if (bytes.length === 0) return 0;
    return bytes.length <= LENGTH_BYTES ? damaged(context) : storedLength(bytes);
  });
}

export const cipherFunctions: readonly FunctionDefinition[] = [
  define('AES_ENCRYPT', 'hash', [2, 6], 'The text enciphered with AES in block_encryption_mode', aes('encrypt')),
  define(
    'AES_DECRYPT',
    'hash',
    [2, 6],
    'What AES_ENCRYPT has enciphered; NULL when the key is another',
    aes('decrypt'),
  ),
  define('COMPRESS', 'string', 1, 'The text as a zlib stream behind its length', compress),
  define('UNCOMPRESS', 'string', 1, 'What COMPRESS has compressed; NULL for anything else', uncompress),
  define('UNCOMPRESSED_LENGTH', 'string', 1, 'Bytes of a compressed text when it is uncompressed', uncompressedLength),
];
