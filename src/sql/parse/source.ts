// The statement as the scanner sees it: a string with one character per byte.
//
// Statements arrive as UTF-8 bytes, and not always well-formed ones: clients send the raw bytes of a BLOB between
// quotes. So the bytes become a latin1 string, one character per byte. Nothing is lost, every offset is a byte offset,
// the string is one byte per character inside the engine too (the fastest kind to index), and only the names and
// string literals that hold bytes from 0x80 on are ever decoded.

/** A statement, one character per byte. */
export type Source = string;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the class of ASCII characters begins with a control character
const ASCII_ONLY = /^[\x00-\x7f]*$/;

/** The source of a statement given as bytes, or as ordinary text. */
export function sourceOf(statement: Uint8Array | string): Source {
  if (typeof statement === 'string') {
    return ASCII_ONLY.test(statement) ? statement : Buffer.from(statement, 'utf8').toString('latin1');
  }
  return Buffer.from(statement.buffer, statement.byteOffset, statement.byteLength).toString('latin1');
}

/** The bytes of a piece of source. */
export function bytesOf(piece: Source): Uint8Array {
  return new Uint8Array(Buffer.from(piece, 'latin1'));
}

/** A piece of source as text; ill-formed UTF-8 becomes U+FFFD. */
export function textOf(piece: Source): string {
  return ASCII_ONLY.test(piece) ? piece : Buffer.from(piece, 'latin1').toString('utf8');
}

/** A piece of source as text, or as bytes when it is not well-formed UTF-8. */
export function textOrBytesOf(piece: Source): string | Uint8Array {
  const bytes = Buffer.from(piece, 'latin1');
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd')) return text;
  return Buffer.from(text, 'utf8').equals(bytes) ? text : new Uint8Array(bytes);
}
