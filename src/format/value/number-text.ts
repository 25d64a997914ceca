// Doubles and floats as MySQL prints them, and numbers at the beginning of texts.
//
// A DOUBLE prints with the fewest digits that read back as the same double, a FLOAT with at most six significant
// digits. The plain form is used while the decimal exponent lies in [-15, 14], and above as long as digits stand behind
// the point; else `1.5e300`: no plus sign, no padding.

/** Decimal exponents of the plain form. */
const PLAIN_MIN = -15;
const PLAIN_MAX = 14;

/** MySQL's text of a DOUBLE. */
export function formatDouble(value: number): string {
  const magnitude = Math.abs(value);
  // Here JavaScript prints the same.
  if ((magnitude >= 1e-6 && magnitude < 1e15) || value === 0) return Object.is(value, -0) ? '-0' : String(value);
  return fromExponential(value.toExponential());
}

/** MySQL's text of a FLOAT. */
export function formatFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  return fromExponential(value.toExponential(5).replace(/\.?0*e/, 'e'));
}

/** Text of a FLOAT(M,D) or DOUBLE(M,D): always `decimals` digits after the point. */
export function formatFixed(value: number, decimals: number): string {
  if (Math.abs(value) < 1e21) return value.toFixed(decimals);
  const digits = BigInt(value).toString();
  return decimals === 0 ? digits : `${digits}.${'0'.repeat(decimals)}`;
}

/** From JavaScript's `d.ddde[+-]x` to MySQL's choice of form. */
function fromExponential(text: string): string {
  const at = text.indexOf('e');
  if (at < 0) return text;
  const exponent = Number(text.slice(at + 1));
  const negative = text.startsWith('-');
  const digits = text.slice(negative ? 1 : 0, at).replace('.', '');
  const isPlain = exponent >= PLAIN_MIN && (exponent <= PLAIN_MAX || digits.length > exponent + 1);
  if (!isPlain) return `${text.slice(0, at)}e${exponent}`;
  return (negative ? '-' : '') + placePoint(digits, exponent);
}

function placePoint(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = exponent + 1;
  if (digits.length <= whole) return digits.padEnd(whole, '0');
  return `${digits.slice(0, whole)}.${digits.slice(whole)}`;
}

/** A number at the beginning of a text. */
export interface NumberPrefix {
  /** 0 when there is none; +-Infinity when it is beyond the doubles. */
  readonly value: number;
  /** Offset behind it; 0 when there is none. */
  readonly end: number;
}

const DOUBLE = /^[ \t\n\v\f\r]*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)/;
const INTEGER = /^[ \t\n\v\f\r]*([+-]?\d+)/;

/** The longest number that the text begins with, blanks before it allowed. */
export function parseDoublePrefix(text: string): NumberPrefix {
  const match = DOUBLE.exec(text);
  return match === null ? {value: 0, end: 0} : {value: Number(match[1]), end: match[0].length};
}

/** The longest integer that the text begins with: its digits and sign as text, '' when there is none. */
export function integerPrefix(text: string): {readonly digits: string; readonly end: number} {
  const match = INTEGER.exec(text);
  return match === null ? {digits: '', end: 0} : {digits: match[1], end: match[0].length};
}

/** Rounds to the nearest integer, halves to even: C's rint, which MySQL uses for doubles. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
