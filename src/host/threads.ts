// The threads of a database, ahead of their need: they load their modules while the thread that asks for them does what else a start takes. So this file imports
// next to nothing.

import {WorkerThreads} from '../os/threads.ts';

/** Starts `count` threads that wait for their role. */
export function threadsAhead(count: number): WorkerThreads {
  return new WorkerThreads(new URL('./thread-main.mjs', import.meta.url), count);
}
