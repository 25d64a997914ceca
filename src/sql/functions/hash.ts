// Digests and checksums. Texts are hashed in the bytes of their character set.

import {SqlError} from '../../base/sql-error.ts';
import type {Integer} from '../../format/value/integer.ts';
import type {Value} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import {Volatility} from '../bind/expression.ts';
import {BIGINT_UNSIGNED, bytesType, textType} from '../bind/type-classes.ts';
import type {SessionState} from '../exec/contract.ts';
import {call1, call2} from './call.ts';
import {alias, bytesArg, type CallSite, define, type FunctionDefinition, integerArg} from './definition.ts';

type Algorithm = Parameters<SessionState['hashHex']>[0];

/** Digests ask the session for the environment's hash, so they are never folded. */
function digest(algorithm: Algorithm, length: number) {
  return ([a]: readonly Expression[], {name, connection}: CallSite): Expression =>
    call1(
      {name: name.toLowerCase(), type: textType(length, connection), volatility: Volatility.stable},
      bytesArg(a),
      (bytes, {session}) => session.hashHex(algorithm, bytes as Uint8Array),
    );
}

function sha2Algorithm(bits: Integer): Algorithm | undefined {
  switch (Number(bits)) {
    case 224:
      return 'sha224';
    case 0:
    case 256:
      return 'sha256';
    case 384:
      return 'sha384';
    case 512:
      return 'sha512';
    default:
      return undefined;
  }
}

const CRC_TABLE: Uint32Array = Uint32Array.from({length: 256}, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = (c & 1) !== 0 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** CRC-32 with zlib's polynomial. */
export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = CRC_TABLE[(c ^ bytes[i]) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function randomBytes(length: Value, session: SessionState): Uint8Array {
  const n = Number(length);
  if (n < 1 || n > 1024) throw new SqlError('ER_DATA_OUT_OF_RANGE', 'length', 'random_bytes');
  return session.secretBytes(n);
}

const sha1 = define('SHA1', 'hash', 1, 'SHA-1 digest in hexadecimal digits', digest('sha1', 40));

export const hashFunctions: readonly FunctionDefinition[] = [
  define('MD5', 'hash', 1, 'MD5 digest in hexadecimal digits', digest('md5', 32)),
  sha1,
  alias('SHA', sha1),
  define('SHA2', 'hash', 2, 'SHA-2 digest of 224, 256, 384 or 512 bits (0 is 256)', ([a, bits], {connection}) =>
    call2(
      {name: 'sha2', type: textType(128, connection), canBeNull: true, volatility: Volatility.stable},
      bytesArg(a),
      integerArg(bits),
      (bytes, n, {session}) => {
        const algorithm = sha2Algorithm(n as Integer);
        return algorithm === undefined ? null : session.hashHex(algorithm, bytes as Uint8Array);
      },
    ),
  ),
  define('CRC32', 'hash', 1, 'CRC-32 checksum as an unsigned integer', ([a]) =>
    call1({name: 'crc32', type: BIGINT_UNSIGNED}, bytesArg(a), bytes => crc32(bytes as Uint8Array)),
  ),
  define('RANDOM_BYTES', 'hash', 1, 'A binary string of 1 to 1024 bytes fit for keys', ([n]) =>
    call1(
      {name: 'random_bytes', type: bytesType(1024), volatility: Volatility.volatile},
      integerArg(n),
      (length, {session}) => randomBytes(length, session),
    ),
  ),
];
