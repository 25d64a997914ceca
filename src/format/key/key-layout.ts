// Byte layout of an index key, and its parts compiled once.
//
// A key is order-preserving bytes: comparing two keys of an index byte by byte gives the SQL order of their values, and
// equal values have equal bytes. So the tree knows no types. A key is its parts, one after another; each part delimits itself,
// so that no part is a prefix of another and the order of the first part decides before the second begins:
//
//   nullable parts begin with u8: 0 = NULL (and nothing follows), 1 = a value follows
//
//   integers, TIME          big-endian in the width of the row, the sign bit flipped when signed
//   FLOAT, DOUBLE           IEEE big-endian; sign bit flipped for positive, all bits for negative numbers; -0 as 0
//   YEAR, DATE, ENUM, SET   the row's integer, big-endian
//   DATETIME, TIMESTAMP     the row's integers one after another, each big-endian
//   BIT                     as in the row
//   DECIMAL                 decimal-key.ts: sign and exponent, digit pairs, end
//   character strings       collation weights, self-delimiting (format/value/collation.ts)
//   binary strings          the same, as collation `binary`: escaped bytes and an end
//   JSON                    cannot be in a key
//
//   descending parts        all bytes of the part inverted, the NULL byte too: NULL comes last
//   prefix parts            of the first n characters (bytes, for binary strings)
//
// A secondary index entry's key is its parts followed by the row's primary key, which makes it unique. Entries of a UNIQUE index
// whose parts are equal and without NULL are duplicates: `rowHasNullPart` tells the ones with NULL.
//
// The longest key is KEY_BYTES_MAX. A value that needs more cannot be in the index: MySQL bounds the declared length
// of the columns by the same 3072 bytes, but weights of a few characters are longer than the characters.

import {assert} from '../../base/assert.ts';
import {FIRST_VARIABLE, Form, formOf} from '../row/layout.ts';
import type {RowLayout} from '../row/row-layout.ts';
import {firstLayout} from '../row/row-layout.ts';
import type {Collation} from '../value/collation.ts';
import {collationOf} from '../value/collation.ts';
import type {SqlType} from '../value/types.ts';
import {Kind} from '../value/types.ts';

/** The longest key of an index's parts, without the primary key behind it. */
export const KEY_BYTES_MAX = 3072;
/** Result instead of a key's end: the key would be longer than KEY_BYTES_MAX, or than its target. */
export const KEY_TOO_LONG = -1;
export const KEY_PARTS_MAX = 16;

/** First byte of a nullable part. */
export const NULL_MARK = 0;
export const VALUE_MARK = 1;

/** One part of a key. */
export interface KeyPart {
  /** Column of the row layout the key is taken from. */
  readonly column: number;
  readonly type: SqlType;
  readonly nullable: boolean;
  /** Characters (bytes of a binary string) that go into the key; 0 = the whole value. */
  readonly prefixLength: number;
  readonly descending: boolean;
}

/** Builds a part; by default it is the whole value, ascending. */
export function keyPart(
  column: number,
  type: SqlType,
  nullable: boolean,
  options: {readonly prefixLength?: number; readonly descending?: boolean} = {},
): KeyPart {
  return {
    column,
    type,
    nullable,
    prefixLength: options.prefixLength ?? 0,
    descending: options.descending ?? false,
  };
}

export class KeyLayout {
  readonly parts: readonly KeyPart[];
  readonly partCount: number;
  /** By part: column in the row. */
  readonly columns: Uint16Array;
  /** By part: Form. */
  readonly forms: Uint8Array;
  /** By part: 1 when it begins with a NULL byte. */
  readonly nullable: Uint8Array;
  /** By part: 1 when its bytes are inverted. */
  readonly descending: Uint8Array;
  /** By part: characters or bytes of a prefix, 0 = whole. */
  readonly prefixes: Uint32Array;
  /** By part; `binary` for all that are no character strings. */
  readonly collations: readonly Collation[];
  /** A row of the parts' values, in part order, all nullable: how values become keys, and keys values. */
  readonly valueLayout: RowLayout;
  /**
   * Rows that were written before the index was thought of may keep too little of a value that is in overflow pages: such a value counts as empty. So it is while
   * the index is being built; its builder writes those rows anew.
   */
  readonly mayBeShort: boolean;

  constructor(parts: readonly KeyPart[], mayBeShort = false) {
    assert(parts.length >= 1 && parts.length <= KEY_PARTS_MAX, () => `key of ${parts.length} parts`);
    assert(
      parts.every(part => part.type.kind !== Kind.json),
      () => 'JSON in a key',
    );
    this.parts = parts;
    this.mayBeShort = mayBeShort;
    this.partCount = parts.length;
    this.columns = Uint16Array.from(parts, part => part.column);
    this.forms = Uint8Array.from(parts, part => formOf(part.type));
    this.nullable = Uint8Array.from(parts, part => (part.nullable ? 1 : 0));
    this.descending = Uint8Array.from(parts, part => (part.descending ? 1 : 0));
    this.prefixes = Uint32Array.from(parts, part => part.prefixLength);
    this.collations = parts.map((part, p) => collationOf(this.forms[p] === Form.text ? part.type.collation : 63));
    this.valueLayout = firstLayout(
      parts.map(part => valueType(part.type)),
      parts.map(() => true),
    );
    assert(
      this.prefixes.every((n, p) => n === 0 || this.forms[p] === Form.text || this.forms[p] === Form.bytes),
      () => 'prefix of a part that is no string',
    );
  }
}

/** CHAR as VARCHAR: the encoder must not strip spaces from the beginning of a value that a prefix part has cut. */
function valueType(type: SqlType): SqlType {
  return type.kind === Kind.char ? {...type, kind: Kind.varchar} : type;
}

/** Bytes of a value that its row must keep when the value moves to overflow pages, so that this part can be made: RowColumn.keepBytes. */
export function keepBytesOf(part: KeyPart): number {
  if (formOf(part.type) < FIRST_VARIABLE) return 0;
  if (part.prefixLength === 0) return Number.MAX_SAFE_INTEGER;
  return formOf(part.type) === Form.text ? 4 * part.prefixLength : part.prefixLength;
}
