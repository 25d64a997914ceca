// The literals that were taken out of a statement's text, as values.
//
// Decimals come as their digits. How many of them stand behind the point is part of a decimal's type, so it goes into the cache's key.

import {Decimal} from '../../format/value/decimal.ts';
import type {Value} from '../../format/value/types.ts';
import {Marker, type Normalized} from '../parse/normalize.ts';

const DECIMAL_MARK = Marker.decimal.charCodeAt(0);
/** Markers are the control characters from 1 to this one. */
const LAST_MARK = Marker.bit.charCodeAt(0);

export interface TakenLiterals {
  readonly key: string;
  readonly values: readonly Value[];
}

/** Key and values of a normalised statement. */
export function takenLiterals({key, literals}: Normalized): TakenLiterals {
  if (!key.includes(Marker.decimal)) return {key, values: literals};
  const values: Value[] = [...literals];
  let scales = '';
  let next = 0;
  for (let at = 0; at < key.length && next < values.length; at++) {
    const code = key.charCodeAt(at);
    if (code === 0 || code > LAST_MARK) continue;
    if (code === DECIMAL_MARK) {
      const value = Decimal.parse(values[next] as string) ?? Decimal.zero;
      values[next] = value;
      scales += `\0${value.scale}`;
    }
    next++;
  }
  return {key: key + scales, values};
}
