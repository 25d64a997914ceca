// What a client script is: something that creates, migrates, writes, reads and reflects a schema through one client library or program.
// Its statements go to the primaries in turn, so that with three of them every step meets what another primary has just done.

/** Where a script runs. */
export interface Target {
  readonly host: string;
  /** One port per primary, 1 or more. */
  readonly ports: readonly number[];
  /** An empty database of the script's own; it exists. */
  readonly database: string;
}

export interface Client {
  readonly name: string;
  /** What this machine lacks for it, in words; undefined when nothing. */
  missing(): string | undefined;
  /** Runs the whole script; throws when anything is not as it should be. */
  run(target: Target): Promise<void>;
}

/** Calls of `next` go through the list again and again. */
export class Turn<T> {
  readonly #all: readonly T[];
  #at = 0;

  constructor(all: readonly T[]) {
    this.#all = all;
  }

  next(): T {
    return this.#all[this.#at++ % this.#all.length];
  }
}
