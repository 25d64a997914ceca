// What a simulation expects. The simulator is production code by the layer rules (no test library), so it has its own few words for it.

/** An expectation of a simulation that did not hold: the seed is worth keeping. */
export class ExpectationError extends Error {
  override readonly name = 'ExpectationError';
}

export const expect = {
  ok(condition: unknown, message = 'an expectation does not hold'): void {
    if (!condition) throw new ExpectationError(message);
  },
  equal(actual: unknown, expected: unknown, message = 'values differ'): void {
    if (actual !== expected) throw new ExpectationError(`${message}: ${String(actual)}, expected ${String(expected)}`);
  },
  notEqual(actual: unknown, unexpected: unknown, message = 'a value is what it must not be'): void {
    if (actual === unexpected) throw new ExpectationError(`${message}: ${String(actual)}`);
  },
  /** Equal as JSON. */
  deepEqual(actual: unknown, expected: unknown, message = 'values differ'): void {
    const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (is !== should) throw new ExpectationError(`${message}: ${is}, expected ${should}`);
  },
  fail(message: string): never {
    throw new ExpectationError(message);
  },
};
