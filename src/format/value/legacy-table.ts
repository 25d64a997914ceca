// Weight tables of the older collations: one 16-bit weight per code point below 65536.
//
// The latin1 collations are tables over bytes of MySQL's latin1 (Windows-1252); since text is UTF-8 everywhere here, they
// become tables over code points. Code points outside of latin1 cannot be in such a column; beside one they sort by code.

import {LATIN1_TO_CODE_POINT} from './charset.ts';
import {GENERAL_CI, LATIN1_GENERAL_CI, LATIN1_SWEDISH_CI} from './legacy-weights.ts';
import {PackedReader} from './packed-table.ts';

const SIZE = 65536;

function identity(length: number): Uint16Array {
  return Uint16Array.from({length}, (_, code) => code);
}

/** The identity with the packed exceptions put in. */
function unpack(packed: string, length: number): Uint16Array {
  const table = identity(length);
  const reader = new PackedReader(packed);
  let code = 0;
  while (!reader.done) {
    code += reader.unsigned();
    table[code] = code + reader.signed();
  }
  return table;
}

/** A table over bytes as a table over code points. */
function latin1Table(byByte: Uint16Array): Uint16Array {
  const table = identity(SIZE);
  for (let byte = 0; byte < 256; byte++) table[LATIN1_TO_CODE_POINT[byte]] = byByte[byte];
  return table;
}

export function generalCiTable(): Uint16Array {
  return unpack(GENERAL_CI, SIZE);
}

export function latin1SwedishTable(): Uint16Array {
  return latin1Table(unpack(LATIN1_SWEDISH_CI, 256));
}

export function latin1GeneralTable(): Uint16Array {
  return latin1Table(unpack(LATIN1_GENERAL_CI, 256));
}

export function latin1BinTable(): Uint16Array {
  return latin1Table(identity(256));
}

export function asciiGeneralTable(): Uint16Array {
  const table = identity(SIZE);
  for (let code = 97; code <= 122; code++) table[code] = code - 32;
  return table;
}
