// Sizes as people write them: 64M, 1G, 512K, or plain bytes.

import {OperatingError} from '../base/errors.ts';

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['K', 1024],
  ['M', 1024 ** 2],
  ['G', 1024 ** 3],
]);

/** Bytes of a size; throws OperatingError naming the option when it is none. */
export function parseSize(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMG]?)B?$/i.exec(text.trim());
  const unit = UNITS.get((match?.[2] ?? '?').toUpperCase());
  if (match === null || unit === undefined) {
    throw new OperatingError(`${option} ${text} is no size`, `write it like ${option} 64M`);
  }
  return Math.floor(Number(match[1]) * unit);
}

/** A whole number in [min, max]; throws OperatingError naming the option. */
export function parseCount(text: string, option: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new OperatingError(`${option} ${text} is not between ${min} and ${max}`, `write it like ${option} ${min}`);
  }
  return value;
}
