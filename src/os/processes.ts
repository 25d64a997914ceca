// Child processes of this program.

import {spawn} from 'node:child_process';
import type {Process, ProcessEvents, Processes} from '../env/processes.ts';

export class ChildProcesses implements Processes {
  readonly #entry: string;

  /** `entry` is the module that the command line begins with. */
  constructor(entry: string) {
    this.#entry = entry;
  }

  spawn(args: readonly string[], events: ProcessEvents): Process {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', this.#entry, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let rest = '';
    child.stdout.on('data', (bytes: Buffer) => {
      const lines = (rest + bytes.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) events.line(line);
    });
    // Its end is told by `exit`; what is written to it is nothing, and its end of the pipe may be gone.
    child.stdin.on('error', () => {});
    child.on('error', () => {});
    child.once('exit', () => events.exited());
    return {
      pid: child.pid ?? 0,
      kill: how => void child.kill(how === 'ask' ? 'SIGTERM' : 'SIGKILL'),
    };
  }
}
