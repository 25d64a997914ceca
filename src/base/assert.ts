// Assertions. They stay on in production: a bug must stop the node with a clear message, before it can
// reach a page or a client. Messages are functions, so that building them costs nothing when all is well.

/** A broken promise of our own code. Never caught to go on: it ends the primary it happens in. */
export class BugError extends Error {
  override readonly name = 'BugError';
}

/** Throws BugError when `condition` is false. `message` is called only then. */
export function assert(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new BugError(message());
}

/** Marks a `switch` as complete: the compiler rejects a missed case, and a value from outside throws. */
export function unreachable(value: never): never {
  throw new BugError(`unexpected value: ${JSON.stringify(value)}`);
}

/** The value, or a BugError naming what was missing. For lookups that cannot fail unless the code is wrong. */
export function must<T>(value: T | undefined | null, what: () => string): T {
  if (value === undefined || value === null) throw new BugError(`missing: ${what()}`);
  return value;
}
