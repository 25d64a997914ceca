// Keys for people: what `pando dump` and failing tests show.
//
//   (7, 'abc', NULL, x'00ff', ~1d2b3a00) + 8000000000000001
//
// Parts that cannot be decoded are shown as their bytes behind a tilde; what follows the parts (the primary key of a
// secondary entry) behind a plus.

import {printValue} from '../row/print.ts';
import {decodableParts, decodeKeyPart, keyPartEnd} from './decode-key.ts';
import type {KeyLayout} from './key-layout.ts';

/** One line for the key in `key[at, end)`. TIMESTAMPs are in UTC. */
export function printKey(layout: KeyLayout, key: Uint8Array, at: number, end: number): string {
  const decodable = decodableParts(layout);
  const shown: string[] = [];
  let from = at;
  for (let part = 0; part < layout.partCount; part++) {
    const to = keyPartEnd(layout, part, key, from, end);
    const value = decodable[part] ? decodeKeyPart(layout, part, key, at, end) : undefined;
    shown.push(value === undefined ? `~${hex(key, from, to)}` : printValue(value));
    from = to;
  }
  return `(${shown.join(', ')})${from < end ? ` + ${hex(key, from, end)}` : ''}`;
}

function hex(bytes: Uint8Array, at: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('hex');
}
