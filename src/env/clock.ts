// Time and timers.

/** Handle of a pending timer; opaque. */
export interface Timer {
  /** Cancels; harmless when it has already fired. */
  cancel(): void;
}

export interface Clock {
  /** Monotonic time in milliseconds, fractional. For durations and timeouts. */
  now(): number;
  /** Wall-clock microseconds since 1970-01-01 UTC. For NOW() and for people; never for ordering. */
  wallMicros(): number;
  /** Calls `fn` once after at least `ms` milliseconds. */
  after(ms: number, fn: () => void): Timer;
  /** Calls `fn` in a later turn of the event loop, after pending input has been looked at. */
  soon(fn: () => void): void;
}
