// The values of tokens: names, strings, numbers, hexadecimal and bit strings.

import {Mode, type Modes} from './modes.ts';
import {type Scanner, Token} from './scanner.ts';
import {bytesOf, type Source, textOf, textOrBytesOf} from './source.ts';

const UNSIGNED_BIGINT_MAX = 18_446_744_073_709_551_615n;
/** Integers of fewer digits than this are safe JavaScript integers. */
const SAFE_DIGITS = 16;

/** The name spelled by the current word, quoted identifier, or variable (without its `@`). */
export function nameOf(scanner: Scanner): string {
  const {text, start, end} = scanner;
  if (scanner.kind === Token.word) return scanner.encoded ? textOf(text.slice(start, end)) : text.slice(start, end);
  if (scanner.kind === Token.quoted) return textOf(unquoted(text, start, end, scanner.encoded));
  const open = text[start + 1];
  if (open === '`') return textOf(unquoted(text, start + 1, end, scanner.encoded));
  if (open === "'" || open === '"') return textOf(stringSource(text, start + 1, end, scanner.encoded, scanner.modes));
  return textOf(text.slice(start + 1, end));
}

/** The value of the current string token: text, or bytes when it is not well-formed UTF-8. */
export function stringValue(scanner: Scanner): string | Uint8Array {
  const piece = currentString(scanner);
  return scanner.encoded ? textOrBytesOf(piece) : piece;
}

/** The value of the current string token as text; ill-formed UTF-8 becomes U+FFFD. */
export function stringText(scanner: Scanner): string {
  const piece = currentString(scanner);
  return scanner.encoded ? textOf(piece) : piece;
}

/** The bytes of the current string token. */
export function stringBytes(scanner: Scanner): Uint8Array {
  return bytesOf(currentString(scanner));
}

function currentString(scanner: Scanner): Source {
  const open = scanner.kind === Token.nationalString ? scanner.start + 1 : scanner.start;
  return stringSource(scanner.text, open, scanner.end, scanner.encoded, scanner.modes);
}

/** What stands between the quotes at `open` and `end - 1`, with its escapes replaced. */
function stringSource(text: Source, open: number, end: number, encoded: boolean, modes: Modes): Source {
  const piece = unquoted(text, open, end, encoded);
  if (!encoded || (modes & Mode.noBackslashEscapes) !== 0 || !piece.includes('\\')) return piece;
  return unescaped(text.slice(open + 1, end - 1), text[open]);
}

/** What stands between the quotes, doubled quotes made single. */
function unquoted(text: Source, open: number, end: number, encoded: boolean): Source {
  const piece = text.slice(open + 1, end - 1);
  const quote = text[open];
  return encoded && piece.includes(quote) ? piece.replaceAll(quote + quote, quote) : piece;
}

const ESCAPES = new Map<string, string>([
  ['0', '\0'],
  ['b', '\b'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['Z', '\x1a'],
  // These two keep the backslash: it is for LIKE.
  ['%', '\\%'],
  ['_', '\\_'],
]);

function unescaped(piece: Source, quote: string): Source {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < piece.length; at++) {
    const char = piece[at];
    if (char !== '\\' && char !== quote) continue;
    parts.push(piece.slice(from, at));
    at++;
    const next = piece[at] ?? '';
    parts.push(char === quote ? quote : (ESCAPES.get(next) ?? next));
    from = at + 1;
  }
  parts.push(piece.slice(from));
  return parts.join('');
}

/** The value of an integer token, or null when it exceeds BIGINT UNSIGNED: then it is a decimal. */
export function integerValue(digits: string): number | bigint | null {
  if (digits.length < SAFE_DIGITS) return Number(digits);
  const value = BigInt(digits);
  if (value > UNSIGNED_BIGINT_MAX) return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The bytes of a hexadecimal token, 0x... or x'...'. An odd number of digits (0x only) is filled with a zero in front. */
export function hexValue(token: string): Uint8Array {
  const digits = token[1] === "'" ? token.slice(2, -1) : token.slice(2);
  return new Uint8Array(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex'));
}

/** The bytes of a bit string token, 0b... or b'...', filled with zero bits in front to whole bytes. */
export function bitValue(token: string): Uint8Array {
  const digits = token[1] === "'" ? token.slice(2, -1) : token.slice(2);
  const bytes = new Uint8Array(Math.ceil(digits.length / 8));
  for (let i = 0; i < digits.length; i++) {
    const bit = digits.length - 1 - i;
    if (digits[i] === '1') bytes[bytes.length - 1 - (bit >> 3)] |= 1 << (bit & 7);
  }
  return bytes;
}
