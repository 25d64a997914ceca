// Worker threads. Every thread starts in thread-main.ts of the cli, which picks its role.

import {isMainThread, parentPort, Worker, workerData} from 'node:worker_threads';
import type {Thread, ThreadEvents, ThreadPort, Threads} from '../env/threads.ts';

/** What a thread is told at birth. */
export interface ThreadBirth {
  readonly role: string;
  readonly init: unknown;
}

export class WorkerThreads implements Threads {
  readonly #entry: URL;

  /** `entry` is the module that every thread runs. */
  constructor(entry: URL) {
    this.#entry = entry;
  }

  spawn(role: string, init: unknown, events: ThreadEvents): Thread {
    const birth: ThreadBirth = {role, init};
    const worker = new Worker(this.#entry, {workerData: birth});
    let failure: Error | undefined;
    worker.on('message', message => events.message(message));
    worker.on('error', error => {
      failure = error instanceof Error ? error : new Error(String(error));
    });
    worker.on('exit', () => events.exited(failure));
    return {
      post: message => worker.postMessage(message),
      terminate: () => void worker.terminate(),
    };
  }
}

/** Inside a thread: what it was told, and its way back. */
export function threadBirth(): {birth: ThreadBirth; port: ThreadPort} {
  const port = parentPort;
  if (isMainThread || port === null) throw new Error('this module runs in a worker thread');
  return {
    birth: workerData as ThreadBirth,
    port: {
      post: message => port.postMessage(message),
      listen: handler => void port.on('message', handler),
    },
  };
}
