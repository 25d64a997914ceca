// Worker threads. Every thread runs one module, loads what it needs, and is then told what it is; so threads can be started ahead of their need.

import {isMainThread, parentPort, Worker} from 'node:worker_threads';
import type {Thread, ThreadEvents, ThreadPort, Threads} from '../env/threads.ts';

/** What a thread is told at birth. */
export interface ThreadBirth {
  readonly role: string;
  readonly init: unknown;
}

/** A worker that has no role yet, or has one. */
class NodeThread implements Thread {
  readonly #worker: Worker;
  #events: ThreadEvents | undefined;
  #failure: Error | undefined;
  #over = false;

  constructor(entry: URL) {
    this.#worker = new Worker(entry);
    this.#worker.on('message', message => this.#events?.message(message));
    this.#worker.on('error', error => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    });
    this.#worker.on('exit', () => {
      this.#over = true;
      this.#events?.exited(this.#failure);
    });
  }

  begin(birth: ThreadBirth, events: ThreadEvents): void {
    this.#events = events;
    if (this.#over) setImmediate(() => events.exited(this.#failure));
    else this.#worker.postMessage(birth);
  }

  post(message: unknown): void {
    this.#worker.postMessage(message);
  }

  terminate(): void {
    void this.#worker.terminate();
  }
}

export class WorkerThreads implements Threads {
  readonly #entry: URL;
  /** Started, and without a role. */
  readonly #ahead: NodeThread[] = [];

  /** `entry` is the module that every thread runs; `ahead` threads are started at once. */
  constructor(entry: URL, ahead = 0) {
    this.#entry = entry;
    this.prepare(ahead);
  }

  /** Sees to it that so many threads wait for a role. */
  prepare(ahead: number): void {
    while (this.#ahead.length < ahead) this.#ahead.push(new NodeThread(this.#entry));
  }

  spawn(role: string, init: unknown, events: ThreadEvents): Thread {
    const thread = this.#ahead.shift() ?? new NodeThread(this.#entry);
    thread.begin({role, init}, events);
    return thread;
  }

  /** Ends the threads that got no role. */
  close(): void {
    for (const thread of this.#ahead.splice(0)) thread.terminate();
  }
}

/** Inside a thread, once everything is loaded: `begin` gets what it is told, and its way back. */
export function onThreadBirth(begin: (birth: ThreadBirth, port: ThreadPort) => void): void {
  const port = parentPort;
  if (isMainThread || port === null) throw new Error('this module runs in a worker thread');
  port.once('message', (birth: ThreadBirth) => {
    begin(birth, {
      post: message => port.postMessage(message),
      listen: handler => void port.on('message', handler),
    });
  });
}
