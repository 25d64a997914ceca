// Threads of one process. A message is a plain object that can be copied; shared memory in it stays shared.

/** A thread, from outside. */
export interface Thread {
  post(message: unknown): void;
  /** Stops it at once, wherever it is. `exited` follows. */
  terminate(): void;
}

export interface ThreadEvents {
  message(message: unknown): void;
  /** The thread has ended: nothing of it runs any more. `error` when it ended by a failure. */
  exited(error: Error | undefined): void;
}

export interface Threads {
  /** Starts a thread with this role; `init` is its first message. */
  spawn(role: string, init: unknown, events: ThreadEvents): Thread;
}

/** The thread that started this one, from inside. */
export interface ThreadPort {
  post(message: unknown): void;
  listen(handler: (message: unknown) => void): void;
}
