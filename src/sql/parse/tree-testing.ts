// What the tests of this room share.

/** A copy of a tree without offsets and source texts, which are all that formatting and parsing again may change. */
export function withoutPlaces(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutPlaces);
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return node;
  const isText = !('kind' in node && ['decimal', 'temporal', 'administrative'].includes(String(node.kind)));
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== 'at' && (key !== 'text' || !isText))
      .map(([key, value]) => [key, withoutPlaces(value)]),
  );
}

/** Whether a value looks like an SqlError to a user of this room. */
export function isSqlError(error: unknown): boolean {
  return error instanceof Error && error.name === 'SqlError';
}
