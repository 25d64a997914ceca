// Every process that the benchmark starts. Each is the leader of its own process group, so that what it starts itself (a state transfer, a
// shell) ends with it, and each is ended by its id, on success, on failure and on Ctrl-C.

import {type ChildProcess, spawn} from 'node:child_process';

/** A process asked to end gets this long before it is killed. Milliseconds. */
const GRACE_MS = 15_000;
/** Of what a process prints, this much of the end is kept for error messages. Characters. */
const OUTPUT_MAX = 20_000;

export interface StartOptions {
  readonly environment?: Readonly<Record<string, string>>;
}

const running = new Set<Child>();
/** Set when the program ends: nothing is started any more. */
let isEnding = false;

/** One process that was started here. */
export class Child {
  readonly name: string;
  readonly pid: number;
  /** The end of what it printed. */
  output = '';
  readonly #process: ChildProcess;
  /** Exit code, or the signal's name; resolves when it has ended. */
  readonly ended: Promise<number | string>;
  #isOver = false;

  private constructor(name: string, process: ChildProcess, pid: number) {
    this.name = name;
    this.pid = pid;
    this.#process = process;
    this.ended = new Promise(done => {
      process.once('close', (code, signal) => {
        this.#isOver = true;
        running.delete(this);
        done(signal ?? code ?? -1);
      });
    });
    process.stdout?.on('data', (bytes: Buffer) => this.#hear(bytes));
    process.stderr?.on('data', (bytes: Buffer) => this.#hear(bytes));
    running.add(this);
  }

  /** Starts a program; throws when it cannot be started. */
  static async start(
    name: string,
    program: string,
    args: readonly string[],
    options: StartOptions = {},
  ): Promise<Child> {
    if (isEnding) throw new Error(`${name} is not started: the benchmark is ending`);
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: {...process.env, ...options.environment},
    });
    await new Promise<void>((done, fail) => {
      child.once('spawn', done);
      child.once('error', error => fail(new Error(`${program} cannot be started: ${error.message}`)));
    });
    return new Child(name, child, child.pid as number);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Sends a signal to the process alone. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#isOver) this.#process.kill(signal);
  }

  /** Kills it where it stands (kill -9), with what it started, and waits for the end. */
  async kill(): Promise<void> {
    killGroup(this.pid);
    await this.ended;
  }

  /** Asks it to end, kills it when it does not, and waits for the end. */
  async end(): Promise<void> {
    if (this.#isOver) return;
    this.signal('SIGTERM');
    const timer = setTimeout(() => killGroup(this.pid), GRACE_MS);
    await this.ended;
    clearTimeout(timer);
    killGroup(this.pid);
  }

  #hear(bytes: Buffer): void {
    this.output = (this.output + bytes.toString()).slice(-OUTPUT_MAX);
  }
}

/** The group is the child's own: its id is the child's. Gone already is fine. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}

/** What a finished program printed. */
export interface Finished {
  readonly code: number | string;
  readonly output: string;
}

/** Runs a program to its end. */
export async function run(program: string, args: readonly string[], options: StartOptions = {}): Promise<Finished> {
  const child = await Child.start(program, program, args, options);
  const code = await child.ended;
  return {code, output: child.output};
}

/** Runs a program to its end; throws with its output when it fails. */
export async function mustRun(program: string, args: readonly string[], options: StartOptions = {}): Promise<string> {
  const {code, output} = await run(program, args, options);
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${output.slice(-2000)}`);
  return output;
}

/** Ends whatever is still running, and lets nothing start any more; for the end of the program. */
export async function endAll(): Promise<void> {
  isEnding = true;
  await Promise.all([...running].map(child => child.end()));
}
