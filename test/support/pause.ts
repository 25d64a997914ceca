// Time that passes.

/** Resolves after so many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise(done => setTimeout(done, ms));
}
