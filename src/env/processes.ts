// Other processes of this program.

/** A process, from outside. */
export interface Process {
  readonly pid: number;
  /** Asks it to end, or ends it at once. `exited` follows. */
  kill(how: 'ask' | 'now'): void;
}

export interface ProcessEvents {
  /** A line of what it prints. */
  line(text: string): void;
  exited(): void;
}

export interface Processes {
  /** Starts this program with the arguments. It hears of this process's end by the end of its standard input. */
  spawn(args: readonly string[], events: ProcessEvents): Process;
}
